"""A button that is pressed twice, or again after going back: the second press reads as the first did."""

from typing import Any

import pytest

from tests.support.consenting import Consent, said
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Agreement, Proposal, Purpose, Report
from web.services.agreements.proposals import Proposer

HOME = "/organise/councils"
TEA = {"title": "Tea", "text": "Tea for everybody.", "driver": "Nobody drinks."}


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 8)


def twice(tab: Visitor, button: str, **fields: Any) -> list[str]:
    """What the two answers to one page say: notices and mistakes."""
    address, values = tab._filled_in(button, fields)
    answers = []
    for _ in range(2):
        tab.post(address, values)
        notices = tab.page.xpath("//*[contains(@class, 'un-notice')]")
        answers.append(
            " ".join([*(" ".join(each.text_content().split()) for each in notices), *tab.mistakes])
        )
    return answers


def own_page(consent: Consent, person: int) -> Visitor:
    page = consent.world.page_of(consent.people[person], full=True)
    return consent.world.visitor().open(f"{page}/councils/agreements")


def count(world: World, table: type[Agreement | Proposal | Report]) -> int:
    return len(world.dump()[str(table.__tablename__)])


# What is agreed


def test_an_organiser_s_proposal_is_told_once(consent: Consent, organiser: Visitor, world: World) -> None:
    one, other = twice(organiser.open(f"{HOME}/agreements/new"), "Propose it", **TEA)
    assert (one, other, count(world, Proposal)) == (one, one, 1)


def test_a_change_of_settings_is_proposed_once(consent: Consent, organiser: Visitor, world: World) -> None:
    page = organiser.open(f"{HOME}/settings/matching")
    one, other = twice(page, "Propose this change", size="3", driver="Pairs cancel.")
    assert (one, other, count(world, Proposal)) == (one, one, 1)


def test_an_urgent_change_is_made_once(consent: Consent, organiser: Visitor) -> None:
    page = organiser.open(f"{HOME}/settings/matching")
    one, other = twice(page, "Propose this change", size="3", driver="Pairs cancel.", urgent="y")
    assert one == other


def test_a_rule_of_a_small_programme_is_made_once(organiser: Visitor, world: World) -> None:
    before = count(world, Agreement)
    _, other = twice(organiser.open(f"{HOME}/agreements/new"), "Change it", **TEA)
    assert (other, count(world, Agreement)) == ("It is so already. Nothing was changed.", before + 1)


def test_a_participant_s_proposal_is_made_once(consent: Consent, world: World) -> None:
    page = own_page(consent, 0)
    one, other = twice(page.open(page.link("Propose a change")), "Propose it", **TEA)
    assert (one, other, count(world, Proposal)) == (one, one, 1)


@pytest.mark.parametrize("people", [3, 8])
def test_an_objection_to_a_rule_is_raised_once(world: World, people: int) -> None:
    """Of three, too few can judge it."""
    page = own_page(Consent.among(world, people), 0)
    one, other = twice(page.open(f"{page.path}/1/object"), "I object", words="Harm.")
    assert (one, other, count(world, Proposal)) == (one, one, 1)


def test_other_words_against_a_rule_are_not_taken_for_the_first(consent: Consent) -> None:
    page = own_page(consent, 0)
    page.open(f"{page.path}/1/object")
    tab = Visitor.over(page.client).open(page.path)
    page.press("I object", words="Harm.")
    assert "You have objected to this not long ago" in tab.press("I object", words="Cost.").text


def test_an_organiser_seconds_once(consent: Consent, organiser: Visitor) -> None:
    number = consent.propose(said("Tea"), Proposer(consent.people[0], participates=True))
    one, other = twice(organiser.open(f"{HOME}/proposals/{number}"), "Let everybody be told of it")
    assert one == other


# What a participant says


def test_what_somebody_tells_the_organisers_is_told_once(world: World) -> None:
    person = world.join_many(2)[0]
    world.round()
    door = world.door(Purpose.CONVERSATION, person, world.group_of(person))
    one, other = twice(
        world.visitor().open(f"{door}/report"), "Tell the organisers", text="He sells watches."
    )
    assert (one, other, count(world, Report)) == (one, one, 1)


# People and drafts


def test_they_may_meet_however_often_it_is_said(world: World, organiser: Visitor) -> None:
    person, partner = world.join_many(2)
    page = organiser.open(f"{HOME}/people/{person}")
    page.press("Keep them apart", other=world.person(partner).name)
    one, other = twice(page, f"They may meet {world.person(partner).name}")
    assert one == other == "They may meet again."


def test_two_entries_are_one_however_often_it_is_said(world: World, organiser: Visitor) -> None:
    kept, gone = world.join("Tom Field"), world.join("Tom Fields")
    page = organiser.open(f"{HOME}/people/{kept}/merge?other=Tom+Fields")
    one, other = twice(page, f"Keep {world.person(kept).email}")
    assert one == other == "Tom Field is one entry now, with everything of both."
    assert world.person(gone).erased_at


def test_a_draft_is_thrown_away_however_often_it_is_said(world: World, organiser: Visitor) -> None:
    world.join_many(4)
    world.draw()
    one, other = twice(organiser.open(f"{HOME}/rounds/1"), "Throw this draft away")
    assert one == other == "The draft of round 1 is gone. Nobody was told anything."


def entries(world: World) -> int:
    """How much has been done here, by the audit."""
    return len(world.dump()["auditentry"])


def test_a_round_is_drawn_once_and_both_presses_lead_to_it(world: World, organiser: Visitor) -> None:
    world.join_many(4)
    twice(organiser.open(f"{HOME}/rounds"), "Draw a round")
    assert (organiser.path, organiser.page.xpath("//*[@role='alert']")) == (f"{HOME}/rounds/1", [])


@pytest.mark.parametrize("button", ["Draw again", "Lock group 1"])
def test_what_is_done_to_a_draft_is_done_once(world: World, organiser: Visitor, button: str) -> None:
    world.join_many(4)
    world.draw()
    before = entries(world)
    one, other = twice(organiser.open(f"{HOME}/rounds/1"), button)
    assert (one, other, organiser.path) == ("", "", f"{HOME}/rounds/1")
    assert entries(world) == before + 1


@pytest.mark.parametrize("button", ["Swap", "Leave", "They must not meet"])
def test_what_is_done_to_somebody_in_a_draft_is_done_once(
    world: World, organiser: Visitor, button: str
) -> None:
    person = world.join_many(6)[0]
    world.draw()
    page = organiser.open(f"{HOME}/rounds/1/people/{person}")
    pressed = next(one for one in page.buttons if one.startswith(button))
    one, other = twice(page, pressed)
    # Which rule is broken now is in a warning of the page itself the second time.
    assert one.startswith(other)
    assert other.startswith("You ")


def test_what_a_colleague_did_is_not_taken_for_ones_own_press(world: World, organiser: Visitor) -> None:
    world.join_many(4)
    world.draw()
    organiser.open(f"{HOME}/rounds/1")
    world.organiser("priya@example.org").open(f"{HOME}/rounds/1").press("Lock group 1")
    assert "priya@example.org locked group 1" in organiser.press("Lock group 1").text


# What is erased


def test_the_second_press_that_erases_says_that_it_is_done(world: World) -> None:
    tab = world.visitor().open(world.page_of(world.join(), full=True) + "/erase")
    address, values = tab._filled_in("Erase everything about me", {})
    assert "Everything about you is erased" in tab.post(address, values).text
    assert "If you have just erased everything about you, that is done" in tab.post(address, values).text


def test_a_link_that_is_no_link_erases_nobody(world: World) -> None:
    """It does not say that it did, either."""
    tab = world.visitor().open("/me/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/erase")
    assert ("does not work" in tab.text, "is erased" in tab.text) == (True, False)
