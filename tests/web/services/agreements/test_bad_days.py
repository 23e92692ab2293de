"""Proposals on bad days: two tabs, versions read too late, people who go or are two, a changed clock."""

from datetime import UTC, datetime

import pytest

from tests.support.by_text import answer_to, answers
from tests.support.consenting import FOURS, THREES, Consent, said
from tests.support.visitor import Visitor
from tests.support.world import BY, World
from web.models import Membership, ObjectionState, Person, Purpose
from web.services.agreements import lookup, proposals
from web.services.agreements.proposals import NotOpenToThat, Proposer
from web.services.people import merging, moderation

HARM = "Three calendars never fit."
PHONE = "+447700900222"
LOG = "/p/councils/agreements"


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 12)


def tab(consent: Consent, number: int, person: str) -> Visitor:
    """The page behind the button of a message, open in a tab of its own."""
    door = consent.world.door(Purpose.PROPOSAL, person, consent.proposal(number).id)
    return consent.world.visitor().open(door)


def suspend(world: World, person: str) -> None:
    with world.write() as session:
        programme = world.programme(session)
        moderation.suspend(session, programme, session.get_one(Person, person), "rude", by=BY, now=world.now)


def leave(world: World, *people: str) -> None:
    with world.write() as session:
        for person in people:
            row = session.get_one(Membership, (world.programme(session).id, person))
            row.standing, row.left_at = "left", world.now


def by_text(world: World, person: str) -> None:
    with world.write() as session:
        phone = {"phone": PHONE, "phone_verified_at": world.now, "channel": "sms"}
        session.get_one(Person, person).sqlmodel_update(phone | {"email": None, "email_key": None})


def merge(world: World, kept: str, gone: str) -> None:
    with world.write() as session:
        one, other = session.get_one(Person, kept), session.get_one(Person, gone)
        merging.merge(session, world.programme(session), one, other, by=BY, now=world.now)


# Two tabs


def test_of_two_tabs_the_later_press_counts(consent: Consent) -> None:
    number = consent.open()
    one, other = (tab(consent, number, consent.people[0]) for _ in range(2))
    one.press("I object", words=HARM)
    other.press("No objection")
    assert (consent.objections(number), consent.counted(number)["no objection"]) == (["taken back"], 1)


def test_objecting_in_two_tabs_is_one_objection_with_the_later_words(consent: Consent) -> None:
    number = consent.open()
    one, other = (tab(consent, number, consent.people[0]) for _ in range(2))
    one.press("I object", words="Too far.")
    other.press("I object", words=HARM)
    assert (consent.objections(number), HARM in one.open(one.path).text) == (["open"], True)


def test_a_page_of_an_earlier_version_answers_nothing_and_says_so(consent: Consent) -> None:
    number = consent.open()
    page = tab(consent, number, consent.people[0])
    consent.amend(number, FOURS)
    page.press("No objection")
    assert ("amended after you opened" in page.text, consent.counted(number)["answered"]) == (True, 0)


def test_what_was_typed_on_a_page_of_an_earlier_version_is_still_there(consent: Consent) -> None:
    number = consent.open()
    page = tab(consent, number, consent.people[0])
    consent.amend(number, FOURS)
    page.press("I object", words=HARM)
    page.press("I object")
    assert consent.objections(number) == ["open"]


# By text


def test_a_text_answers_the_proposal_told_of_last(consent: Consent, world: World) -> None:
    by_text(world, consent.people[0])
    first = consent.open()
    consent.object(first, consent.people[1])
    second = consent.open(said("Who may organise"))
    consent.later(days=7, minutes=10)
    consent.later(minutes=10)
    answer_to(world, f"OBJECT {HARM}", PHONE)
    assert (len(consent.objections(first)), len(consent.objections(second))) == (1, 1)


def test_a_text_about_an_earlier_version_is_no_answer_to_the_newer_one(
    consent: Consent, world: World
) -> None:
    """Amended while the text with the new version is still on its way to them."""
    by_text(world, consent.people[0])
    number = consent.open()
    with world.write() as session:
        programme = world.programme(session)
        proposal = lookup.by_number(session, programme, number, lock=True)
        proposals.amend(session, programme, proposal, FOURS, consent.organiser, now=world.now)
    reply = answer_to(world, "NO OBJECTION", PHONE)
    assert ("has been amended since" in reply, consent.counted(number)["answered"]) == (True, 0)


# Who may not answer


def test_somebody_suspended_does_not_answer_by_the_button(consent: Consent, world: World) -> None:
    number = consent.open()
    page = tab(consent, number, consent.people[0])
    suspend(world, consent.people[0])
    page.press("No objection")
    assert consent.counted(number)["answered"] == 0


def test_somebody_suspended_does_not_answer_by_text(consent: Consent, world: World) -> None:
    by_text(world, consent.people[0])
    number = consent.open()
    suspend(world, consent.people[0])
    answer_to(world, "NO OBJECTION", PHONE)
    assert consent.counted(number)["answered"] == 0


def test_somebody_suspended_is_not_told_by_text_that_it_is_decided(consent: Consent, world: World) -> None:
    by_text(world, consent.people[0])
    consent.open()
    suspend(world, consent.people[0])
    assert "only people who take part" in answer_to(world, "NO OBJECTION", PHONE)


def test_who_objects_anew_by_text_hears_that_people_judge_it(consent: Consent, world: World) -> None:
    by_text(world, consent.people[0])
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.panel(number)
    reply = answer_to(world, "OBJECT and another thing", PHONE)
    assert ("drawn by chance" in reply, "decided, so" in reply) == (True, False)


def test_who_objects_again_by_text_is_not_told_that_the_change_is_decided(
    consent: Consent, world: World
) -> None:
    by_text(world, consent.people[0])
    number = consent.open()
    consent.object(number, consent.people[0])
    for member in consent.panel(number)[:2]:
        consent.find(number, member, False)
    assert "drawn by chance" in answer_to(world, "OBJECT and another thing", PHONE)


def test_somebody_who_has_left_does_not_answer_by_the_button(consent: Consent, world: World) -> None:
    number = consent.open()
    page = tab(consent, number, consent.people[0])
    leave(world, consent.people[0])
    page.press("I object", words=HARM)
    assert consent.objections(number) == []


@pytest.mark.parametrize("go", [leave, suspend])
def test_a_panel_member_who_is_gone_is_replaced_by_nobody_and_does_not_judge(
    consent: Consent, world: World, go: object
) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    gone = consent.panel(number)[0]
    go(world, gone)  # type: ignore[operator]
    with pytest.raises(NotOpenToThat):
        consent.find(number, gone, holds=True)


# Who proposed it is gone, or is two


def test_a_proposal_goes_on_without_its_author(consent: Consent, world: World) -> None:
    number = consent.propose(said("Who may organise"), Proposer(consent.people[0], participates=True))
    consent.second(number, consent.organiser)
    consent.look()
    consent.look()
    world.erase(consent.people[0])
    consent.later(days=8)
    assert consent.state(number) == "adopted"


def test_nobody_writes_to_an_author_who_was_erased(consent: Consent, world: World) -> None:
    number = consent.propose(said("Who may organise"), Proposer(consent.people[0], participates=True))
    consent.second(number, consent.organiser)
    consent.look()
    email = str(world.person(consent.people[0]).email)
    world.erase(consent.people[0])
    world.work()
    before = len(world.inbox(email))
    consent.later(days=8)
    assert len(world.inbox(email)) == before


def test_an_objection_to_what_an_erased_author_proposed_goes_to_a_panel(
    consent: Consent, world: World
) -> None:
    number = consent.propose(said("Who may organise"), Proposer(consent.people[0], participates=True))
    consent.second(number, consent.organiser)
    consent.look()
    consent.look()
    world.erase(consent.people[0])
    consent.object(number, consent.people[1])
    assert len(consent.panel(number)) == 5


def test_an_author_merged_takes_their_proposal_along(consent: Consent, world: World) -> None:
    kept, gone = consent.people[:2]
    number = consent.propose(said("Who may organise"), Proposer(gone, participates=True))
    merge(world, kept, gone)
    consent.withdraw(number, Proposer(kept, participates=True))
    assert consent.state(number) == "withdrawn"


def test_two_entries_of_which_one_objects_to_the_other_s_proposal_become_one(
    consent: Consent, world: World
) -> None:
    kept, gone = consent.people[:2]
    number = consent.propose(said("Who may organise"), Proposer(kept, participates=True))
    consent.second(number, consent.organiser)
    consent.look()
    consent.look()
    consent.object(number, gone)
    merge(world, kept, gone)
    assert (consent.objections(number), set(consent.panel(number)) & {kept, gone}) == (
        [ObjectionState.OPEN],
        set(),
    )


# The programme


def test_a_programme_that_shrinks_below_five_adopts_what_is_open_in_its_own_time(
    consent: Consent, world: World
) -> None:
    number = consent.open()
    leave(world, *consent.people[4:])
    consent.later(days=6)
    before = consent.state(number)
    consent.later(days=1, minutes=1)
    assert (before, consent.state(number)) == ("open", "adopted")


def test_what_waits_in_a_programme_that_shrinks_below_five_holds_at_once(
    consent: Consent, world: World
) -> None:
    consent.open()
    second = consent.open(said("Who may organise"))
    leave(world, *consent.people[4:])
    consent.look()
    assert consent.state(second) == "adopted"


def test_an_objection_in_a_programme_with_nobody_left_to_judge_stands(consent: Consent, world: World) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    leave(world, *consent.people[3:])
    consent.later(days=8)
    assert consent.state(number) == "open"


def test_of_two_proposals_on_one_setting_the_later_stops_when_the_first_is_adopted(consent: Consent) -> None:
    first = consent.open(THREES)
    second = consent.open(FOURS)
    consent.later(days=7, minutes=1)
    consent.look()
    assert (consent.state(first), consent.state(second)) == ("adopted", "stopped")


# Somebody who objects to everything


def test_whoever_objects_to_everything_stops_nothing_for_ever(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    for member in consent.panel(number)[:2]:
        consent.find(number, member, holds=False)
    with pytest.raises(NotOpenToThat):
        consent.object(number, consent.people[0], "And another thing.")
    consent.later(days=8)
    assert consent.state(number) == "adopted"


@pytest.mark.parametrize("words", ["x" * 10_000, "👎", "   ", "?!"])
def test_an_objection_that_cannot_be_kept_says_why_and_keeps_what_was_typed(
    consent: Consent, words: str
) -> None:
    number = consent.open()
    page = tab(consent, number, consent.people[0]).press("I object", words=words)
    typed = page.page.xpath("string(//textarea[@name='words'])")
    assert (len(page.mistakes), typed.strip(), consent.objections(number)) == (1, words.strip(), [])


def test_an_objection_of_10_000_letters_by_text_is_answered(consent: Consent, world: World) -> None:
    by_text(world, consent.people[0])
    number = consent.open()
    reply = answer_to(world, "OBJECT " + "x" * 10_000, PHONE)
    assert (bool(reply), consent.objections(number)) == (True, [])


# The clock


def test_when_the_clocks_go_forward_people_have_seven_days_all_the_same(
    consent: Consent, world: World
) -> None:
    """In 2027 on 28 March."""
    world.clock.turn(days=(datetime(2027, 3, 25, 9, tzinfo=UTC) - world.now).days)
    number = consent.open()
    began = consent.proposal(number).started_at
    ends = consent.ends_at(number)
    assert began
    assert ends
    assert (ends - began).total_seconds() == 7 * 86_400


def test_when_the_clocks_change_the_page_says_the_hour_as_it_is_then(consent: Consent, world: World) -> None:
    world.clock.turn(days=(datetime(2027, 3, 25, 9, tzinfo=UTC) - world.now).days)
    number = consent.open()
    assert "until 10:00 on Thursday 1 April" in world.visitor().open(f"{LOG}/{number}").text


def test_over_a_change_of_the_clocks_each_is_reminded_once(consent: Consent, world: World) -> None:
    world.clock.turn(days=(datetime(2027, 10, 28, 9, tzinfo=UTC) - world.now).days)
    consent.open()
    for _ in range(8 * 24):
        consent.later(hours=1)
    first = str(world.person(consent.people[0]).email)
    assert len([letter for letter in world.inbox(first, "proposal") if "Last day" in letter.subject]) == 1


def test_a_text_to_somebody_who_was_told_twice_is_sent_twice_only(consent: Consent, world: World) -> None:
    """Told, and reminded in the last day: nothing else in a proposal's whole life."""
    by_text(world, consent.people[0])
    consent.open()
    for _ in range(9):
        consent.later(days=1)
    assert len(answers(world, PHONE)) == 2
