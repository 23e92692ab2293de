"""An organiser's page of what people learned: mistakes of theirs lose nothing, and all of it is in reach."""

import pytest
from sqlmodel import select

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Learning, Purpose, Showing
from web.services.learning import walls

HERE = "/organise/councils/learning"


@pytest.fixture
def person(world: World) -> str:
    world.join_many(4)
    world.round()
    return world.groups(1)[0][0]


@pytest.fixture
def organiser(world: World, person: str) -> Visitor:
    says(world, person, "We share one van.")
    return world.organiser().open(HERE)


def says(world: World, person: str, text: str) -> None:
    door = world.door(Purpose.CHECK_IN, person, world.group_of(person))
    world.visitor().open(f"{door}?answer=met").press("Tell us", text=text, showing="without name")


def words(organiser: Visitor) -> list[str]:
    return [each.value.strip() for each in organiser.page.xpath("//textarea")]


def test_an_edit_that_is_too_long_is_told_beside_it_and_kept(organiser: Visitor) -> None:
    organiser.press("Publish", text="van " * 300)
    [field] = organiser.page.xpath("//textarea/@id")
    assert (organiser.status, organiser.mistakes) == (422, ["Use at most 1000 letters; this has 1,199"])
    assert organiser.page.xpath(f"//a[@href='#{field}']")
    assert words(organiser) == [("van " * 300).strip()]


def test_an_edit_without_a_word_left_is_told_beside_it(organiser: Visitor) -> None:
    organiser.press("Publish", text=" ")
    assert (organiser.status, len(organiser.mistakes)) == (422, 1)
    assert organiser.page.xpath("//title")[0].text.startswith("Error: ")


@pytest.mark.parametrize("slip", ["Do not show", "Take it off the page We share one van."])
def test_what_was_not_shown_by_a_slip_can_be_looked_at_again(organiser: Visitor, slip: str) -> None:
    if slip != "Do not show":
        organiser.press("Publish")
    organiser.press(slip)
    assert (words(organiser), "you find it under “Not shown”" in organiser.text) == ([], True)
    organiser.press("Look at it again We share one van.")
    assert words(organiser) == ["We share one van."]
    organiser.press("Publish")
    assert "It is on the page of what people learned" in organiser.text


def test_what_its_author_keeps_to_themselves_is_not_among_what_was_not_shown(
    world: World, organiser: Visitor
) -> None:
    organiser.press("Do not show")
    with world.write() as session:
        session.exec(select(Learning)).one().showing = Showing.NO
    assert "We share one van" not in organiser.open(HERE).text


def test_who_looks_at_a_learning_twice_changes_nothing_of_what_is_published(organiser: Visitor) -> None:
    organiser.press("Do not show")
    address = organiser.page.xpath("//form[contains(@action, '/again')]/@action")[0]
    token = organiser.page.xpath("//input[@name='csrf_token']/@value")[0]
    organiser.press("Look at it again We share one van.").press("Publish")
    organiser.post(address, {"csrf_token": token, "version": "3"})
    assert "Take it off the page We share one van." in organiser.buttons


def test_everything_on_the_page_is_in_an_organiser_s_reach(
    world: World, organiser: Visitor, person: str
) -> None:
    """Twenty were, the newest: what somebody asked to have taken off was not among them."""
    organiser.press("Publish")
    group, others = world.group_of(person), world.join_many(walls.A_PAGE)
    with world.write() as session:
        oldest = session.exec(select(Learning)).one()
        for number, other in enumerate(others):
            session.add(
                Learning(
                    programme_id=oldest.programme_id,
                    group_id=group,
                    person_id=other,
                    text=f"Thing {number}",
                    showing=oldest.showing,
                    state=oldest.state,
                    created_at=world.now,
                    decided_at=world.now.replace(hour=20),
                )
            )
    off = "Take it off the page We share one van."
    first = organiser.open(HERE)
    assert (off in first.buttons, "21 learnings are on the page" in first.text) == (False, True)
    assert off in organiser.open(HERE + organiser.link("Older").partition("#")[0]).buttons
    found = organiser.open(f"{HERE}?search=van")
    assert (found.buttons.count(off), "1 learning is on the page with “van” in it" in found.text) == (1, True)
    assert organiser.press(off).answer.request.args["search"] == "van"
