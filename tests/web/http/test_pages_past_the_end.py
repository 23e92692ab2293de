"""Lists that have become shorter since somebody opened a page of them, and addresses typed by hand."""

import pytest

from tests.support.world import World

LISTS = (
    "/organise/councils/people?search=Person&showing=in",
    "/organise/councils/audit?what=person+joined",
    "/organise/councils/learning",
    "/organise/councils/rounds/1",
    "/p/councils/learning",
    "/p/councils/rounds",
    "/p/councils/agreements",
)


@pytest.mark.parametrize("address", LISTS)
def test_a_page_past_the_end_leads_to_the_beginning(world: World, address: str) -> None:
    """It said "nobody found", with people there."""
    world.join_many(4)
    world.round()
    asked = address + ("&" if "?" in address else "?") + "page=9"
    answer = world.organiser().client.get(asked)
    assert (answer.status_code, answer.location) == (302, address)


@pytest.mark.parametrize("address", LISTS)
def test_a_first_page_with_nothing_on_it_is_shown(world: World, address: str) -> None:
    world.join_many(4)
    world.round()
    assert world.organiser().client.get(address.replace("Person", "Nobody")).status_code == 200
