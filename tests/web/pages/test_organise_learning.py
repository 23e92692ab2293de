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
    organiser.press("Publish", **{"l1-text": "van " * 300})
    [field] = organiser.page.xpath("//textarea/@id")
    assert (organiser.status, organiser.mistakes) == (422, ["Use at most 1000 letters; this has 1,199"])
    assert organiser.page.xpath(f"//a[@href='#{field}']")
    assert words(organiser) == [("van " * 300).strip()]


def test_an_edit_without_a_word_left_is_told_beside_it(organiser: Visitor) -> None:
    organiser.press("Publish", **{"l1-text": " "})
    assert (organiser.status, len(organiser.mistakes)) == (422, 1)
    assert organiser.page.xpath("//title")[0].text.startswith("Error: ")


@pytest.fixture
def two(world: World, organiser: Visitor, person: str) -> Visitor:
    """Two learnings wait."""
    says(world, world.partners_of(person)[0], "Ask Jo Field on 07700 900123.")
    return organiser.open(HERE)


@pytest.mark.parametrize("button", ["Publish", "Do not show"])
def test_what_was_written_in_one_stays_when_another_is_decided(two: Visitor, button: str) -> None:
    """It was gone, and a name or number taken out of it stood there again."""
    two.press(button, **{"l2-text": "Ask the crews."})
    assert words(two) == ["Ask the crews."]
    two.press("Publish")
    assert "Ask the crews." in two.open("/p/councils/learning").text


def test_what_was_written_in_one_stays_beside_a_mistake_in_another(two: Visitor) -> None:
    two.press("Publish", **{"l1-text": " ", "l2-text": "Ask the crews."})
    assert (two.status, words(two)) == (422, ["", "Ask the crews."])


def test_a_decision_with_nothing_else_written_leads_back_to_the_page(two: Visitor) -> None:
    assert two.press("Publish").path == HERE


def test_an_edit_of_words_that_changed_meanwhile_is_not_published(
    two: Visitor, world: World, person: str
) -> None:
    other = world.partners_of(person)[0]
    two.press("Publish", **{"l2-text": "Ask the crews."})
    says(world, other, "Ask nobody.")
    assert "It changed after you opened this page" in two.press("Publish").text


def test_what_comes_after_the_first_fifteen_is_a_link_away(world: World, two: Visitor, person: str) -> None:
    group, others = world.group_of(person), world.join_many(17)
    with world.write() as session:
        first = session.exec(select(Learning)).first()
        assert first
        facts = {"programme_id": first.programme_id, "group_id": group, "showing": first.showing}
        for number, other in enumerate(others):
            when = world.now.replace(hour=20)
            session.add(Learning(person_id=other, text=f"Thing {number}", created_at=when, **facts))
    before = words(two.open(HERE))
    assert ("1 to 15 of 19" in two.text, len(before)) == (True, 15)
    later = words(two.open(two.link("Later ones")))
    assert (len(later), "16 to 19 of 19" in two.text) == (4, True)
    assert len(words(two.press("Publish"))) == 3


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
    organiser.post(address, {"csrf_token": token, "l1-version": "3"})
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
    assert off in organiser.open(organiser.link("Older").partition("#")[0]).buttons
    found = organiser.open(f"{HERE}?search=van")
    assert (found.buttons.count(off), "1 learning is on the page with “van” in it" in found.text) == (1, True)
    assert organiser.press(off).answer.request.args["search"] == "van"


@pytest.fixture
def other(organiser: Visitor, world: World) -> Visitor:
    """Another organiser before the same learning."""
    return world.organiser("priya@example.org").open(HERE)


def on_the_wall(world: World) -> str:
    return world.visitor().open("/p/councils/learning").text


def test_what_one_has_published_is_not_written_over_from_an_old_page(
    organiser: Visitor, other: Visitor, world: World
) -> None:
    organiser.press("Publish", **{"l1-text": "We share a van."})
    other.press("Publish")
    assert ("We share a van." in on_the_wall(world), "We share one van." in on_the_wall(world)) == (
        True,
        False,
    )


@pytest.mark.parametrize("button", ["Publish", "Do not show"])
def test_what_one_wrote_is_shown_again_where_another_has_decided(
    organiser: Visitor, other: Visitor, button: str
) -> None:
    organiser.press(button)
    other.press("Publish", **{"l1-text": "We share a van."})
    assert (other.status, words(other)[0]) == (422, "We share a van.")


def test_what_its_author_has_changed_can_be_published_from_the_answer(
    organiser: Visitor, world: World, person: str
) -> None:
    says(world, person, "We share two vans.")
    organiser.press("Publish", **{"l1-text": "We share a van."})
    assert words(organiser) == ["We share a van.", "We share two vans."]
    organiser.press("Publish")
    assert "We share two vans." in on_the_wall(world)


@pytest.mark.parametrize("button", ["Publish", "Do not show"])
def test_a_second_press_reads_as_the_first(organiser: Visitor, world: World, button: str) -> None:
    again = Visitor.over(organiser.client).open(HERE)
    notices = [tab.press(button).page.xpath("string(//*[@role='status'])") for tab in (organiser, again)]
    assert notices[0] == notices[1] != ""
