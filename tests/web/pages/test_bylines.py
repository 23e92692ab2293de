"""A link that says who wrote it is told to its author, who asked for no name, and to the organiser."""

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Purpose

LINK, WORDS = "https://mastodon.social/@tomf/1122", "Ask the crews."
SAYS = "your link says who you are: @tomf"
TOLD = "its link says who wrote it: @tomf"


@pytest.fixture
def tom(world: World) -> str:
    tom, _ = world.join("Tom Field"), world.join()
    world.round()
    return tom


def tell(world: World, tom: str, showing: str, *, link: str = LINK, words: str = WORDS) -> Visitor:
    door = world.door(Purpose.CHECK_IN, tom, world.group_of(tom))
    return world.visitor().open(f"{door}?answer=met").press("Tell us", text=words, link=link, showing=showing)


def queue(world: World) -> Visitor:
    return world.organiser().open("/organise/councils/learning")


@pytest.mark.parametrize(("showing", "warned"), [("without name", True), ("with name", False), ("no", False)])
def test_who_asked_for_no_name_is_told_that_the_link_has_it(
    world: World, tom: str, showing: str, warned: bool
) -> None:
    assert (SAYS in tell(world, tom, showing).text) is warned


def test_a_link_among_the_words_says_it_too(world: World, tom: str) -> None:
    assert SAYS in tell(world, tom, "without name", link="", words=f"Read {LINK} on vans.").text


def test_a_link_that_says_nothing_is_no_matter(world: World, tom: str) -> None:
    assert (
        "says who you are" not in tell(world, tom, "without name", link="https://kirklees.gov.uk/bins").text
    )


def test_nothing_is_lost_by_the_warning(world: World, tom: str) -> None:
    tell(world, tom, "without name")
    assert LINK in queue(world).text


@pytest.mark.parametrize(("showing", "warned"), [("without name", True), ("with name", False)])
def test_the_organiser_is_told_before_publishing(world: World, tom: str, showing: str, warned: bool) -> None:
    tell(world, tom, showing)
    assert (TOLD in queue(world).text) is warned


def test_the_organiser_leaves_the_link_out(world: World, tom: str) -> None:
    tell(world, tom, "without name")
    queue(world).press("Publish", **{"l1-without_link": "y"})
    wall = world.visitor().open("/p/councils/learning").answer.text
    assert ("@tomf" in wall, WORDS in wall) == (False, True)


def test_the_organiser_may_publish_it_all_the_same(world: World, tom: str) -> None:
    tell(world, tom, "without name")
    queue(world).press("Publish")
    assert LINK in world.visitor().open("/p/councils/learning").answer.text


def test_without_its_link_something_must_be_left(world: World, tom: str) -> None:
    tell(world, tom, "without name", words="")
    assert "There are no words left in it" in queue(world).press("Publish", **{"l1-without_link": "y"}).text
