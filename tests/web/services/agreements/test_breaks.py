"""What people are asked about a rule while the programme takes a break: their letters wait, and stay true."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from notifications import messages
from notifications.tables import OutboxMessage
from tests.support.consenting import SECRET, THREES, Consent
from tests.support.world import World
from tests.web.services.agreements.test_reviews import bring_near
from web.models import Subject
from web.services.agreements import agreements, asking, deciding, lookup, panels, reviews, rule_objections
from web.services.programmes import programme_settings

BY = "organiser"


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 10)


def propose_and_pause(consent: Consent) -> int:
    """An organiser proposes something and begins a break, before any letter is out."""
    world = consent.world
    with world.write() as session:
        programme = world.programme(session)
        made = deciding.bring(session, programme, THREES, consent.organiser, secret=SECRET, now=world.now)
        assert made
        asking.tell_some(session, programme, made, now=world.now)
        programme_settings.pause(session, programme, by=BY, now=world.now)
        return made.number


@pytest.mark.parametrize("days", [2, 10])
def test_a_panel_drawn_before_a_break_is_told_after_it_until_when_it_sits_by_now(
    consent: Consent, days: int
) -> None:
    """Of a panel that nobody had told the objection would stand."""
    number = consent.open()
    consent.object(number, consent.people[0])
    world = consent.world
    with world.write() as session:
        programme = world.programme(session)
        proposal = lookup.by_number(session, programme, number, lock=True)
        panels.convene(session, programme, proposal, by=BY, now=world.now)
        programme_settings.pause(session, programme, by=BY, now=world.now)
    consent.later(days=days)
    world.go_on()
    consent.look()
    with world.read() as session:
        rows = session.exec(select(OutboxMessage).where(OutboxMessage.kind == messages.PanelDrawn.kind)).all()
        until = [row.message().until for row in rows if row.accepted_at]  # type: ignore[attr-defined]
    assert until == [world.now + panels.TIME] * panels.MEMBERS


def told_until(world: World, kind: type[messages.Proposal] | type[messages.Review]) -> set[datetime]:
    """Until when people can answer, in what was sent of a kind."""
    with world.read() as session:
        rows = session.exec(select(OutboxMessage).where(OutboxMessage.kind == kind.kind)).all()
        sent = [row.message() for row in rows if row.accepted_at]
    return {each.closes_at for each in sent if isinstance(each, kind)}


@pytest.mark.parametrize("days", [2, 10])
def test_what_was_proposed_before_a_break_is_told_after_it(consent: Consent, days: int) -> None:
    number = propose_and_pause(consent)
    consent.later(days=days)
    consent.world.go_on()
    consent.look()
    assert (consent.state(number), len(consent.world.inbox(kind="proposal"))) == ("open", 10)


def test_after_a_break_a_letter_says_until_when_by_now(consent: Consent) -> None:
    propose_and_pause(consent)
    consent.later(days=10)
    consent.world.go_on()
    consent.look()
    assert told_until(consent.world, messages.Proposal) == {consent.world.now + timedelta(days=7)}


def test_a_reminder_that_waited_names_the_day_as_it_is_by_now(consent: Consent) -> None:
    number = consent.open()
    world = consent.world
    world.clock.turn(days=6, hours=1)
    with world.write() as session:
        programme = world.programme(session)
        deciding.sweep(session, programme.id, now=world.now)
        asking.tell_some(session, programme, lookup.by_number(session, programme, number), now=world.now)
        programme_settings.pause(session, programme, by=BY, now=world.now)
    consent.later(days=4)
    world.go_on()
    consent.look()
    assert max(told_until(world, messages.Proposal)) == consent.ends_at(number)


def test_a_review_that_waited_is_told_with_its_day_as_it_is_by_now(consent: Consent) -> None:
    bring_near(consent)
    world = consent.world
    with world.write() as session:
        programme = world.programme(session)
        reviews.sweep(session, programme, now=world.now)
        review = reviews.of_programme(session, programme)
        assert review
        reviews.tell_some(session, review.id, now=world.now)
        programme_settings.pause(session, programme, by=BY, now=world.now)
    consent.later(days=10)
    world.go_on()
    consent.look()
    with world.read() as session:
        review = reviews.of_programme(session, world.programme(session))
        ends = review.ends_at if review else None
    assert told_until(world, messages.Review) == {ends}


@pytest.mark.parametrize("before", [0, 1, 13])
def test_a_break_is_none_of_the_days_in_which_somebody_has_to_take_a_step(
    consent: Consent, before: int
) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.later(days=before)
    consent.world.pause()
    consent.later(days=21)
    consent.world.go_on()
    consent.look()
    after_it = consent.state(number)
    consent.later(days=14 - before)
    assert (after_it, consent.state(number)) == ("open", "withdrawn")


def test_a_step_in_a_break_counts_from_its_end(consent: Consent) -> None:
    number = consent.open()
    consent.world.pause()
    consent.later(days=5)
    consent.object(number, consent.people[0])
    consent.later(days=16)
    consent.world.go_on()
    consent.later(days=13)
    assert consent.state(number) == "open"


def test_what_is_urgent_does_not_go_back_in_a_break_and_can_be_adopted_after_it(consent: Consent) -> None:
    number = consent.open(urgent=True)
    consent.later(days=3)
    consent.world.pause()
    consent.later(days=21)
    in_the_break = (consent.size(), consent.state(number))
    consent.world.go_on()
    consent.look()
    consent.later(days=5)
    assert (in_the_break, (consent.size(), consent.state(number))) == ((3, "open"), (3, "adopted"))


def test_what_is_urgent_and_objected_to_has_its_14_days_besides_a_break(consent: Consent) -> None:
    number = consent.open(urgent=True)
    consent.object(number, consent.people[0])
    consent.later(days=3)
    consent.world.pause()
    consent.later(days=21)
    consent.world.go_on()
    consent.look()
    consent.later(days=10)
    before = consent.size()
    consent.later(days=1)
    assert (before, consent.size(), consent.state(number)) == (3, 2, "withdrawn")


def test_what_is_urgent_and_taken_back_in_a_break_goes_back_at_once(consent: Consent) -> None:
    number = consent.open(urgent=True)
    consent.world.pause()
    consent.withdraw(number)
    consent.look()
    assert consent.size() == 2


def test_in_a_break_the_log_says_that_its_days_do_not_count(consent: Consent, world: World) -> None:
    consent.open(urgent=True)
    page = world.visitor().open("/p/councils/agreements")
    before = "days of the break" in page.text
    world.pause()
    assert (before, "days of the break" in page.open(page.path).text) == (False, True)


def test_nobody_is_asked_about_a_rule_of_a_programme_that_ends_in_its_break(consent: Consent) -> None:
    number = propose_and_pause(consent)
    consent.later(days=2)
    consent.world.announce_the_end()
    consent.world.work()
    assert (consent.state(number), consent.world.inbox(kind="proposal")) == ("withdrawn", [])


def test_who_was_drawn_in_a_break_is_not_told_of_what_has_been_taken_back_in_it(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.world.pause()
    consent.panel(number)
    consent.agree(number, consent.people[0])
    consent.world.go_on()
    consent.look()
    assert consent.world.inbox(kind="panel") == []


def test_nobody_is_drawn_to_judge_in_a_programme_that_ends_in_its_break(consent: Consent) -> None:
    number = consent.open()
    consent.object(number, consent.people[0])
    consent.world.pause()
    consent.panel(number)
    consent.world.announce_the_end()
    consent.world.work()
    assert consent.world.inbox(kind="panel") == []


def test_who_judges_an_objection_to_a_rule_is_told_after_a_break_until_when_by_now(consent: Consent) -> None:
    world = consent.world
    world.pause()
    with world.write() as session:
        programme = world.programme(session)
        rule = agreements.about(session, programme, Subject.MATCHING)
        rule_objections.raise_(
            session, programme, rule, consent.people[0], "It hurts.", secret=SECRET, now=world.now
        )
    consent.later(days=10)
    world.go_on()
    consent.look()
    with world.read() as session:
        rows = session.exec(select(OutboxMessage).where(OutboxMessage.kind == messages.PanelDrawn.kind)).all()
        until = [row.message().until for row in rows if row.accepted_at]  # type: ignore[attr-defined]
    assert until == [world.now + panels.TIME] * panels.MEMBERS


def test_who_was_drawn_right_before_a_long_break_can_judge_after_it(consent: Consent) -> None:
    world, number = consent.world, consent.open()
    consent.object(number, consent.people[0])
    world.pause()
    member = consent.panel(number)[0]
    consent.later(days=60)
    world.go_on()
    consent.look()
    letter = world.letter(str(world.person(member).email), "panel")
    page = world.visitor().open(world.link_in(letter, "/panel/"))
    assert (page.status, page.buttons) == (200, ["Say what I find"])


@pytest.mark.parametrize("kind", ["proposal", "review"])
def test_what_people_were_asked_before_a_break_of_months_is_answered_after_it(
    consent: Consent, kind: str
) -> None:
    world = consent.world
    if kind == "proposal":
        consent.open()
    else:
        bring_near(consent)
        consent.look()
    letter = world.letter(str(world.person(consent.people[0]).email), kind)
    world.pause()
    consent.later(days=100)
    world.go_on()
    page = world.visitor().open(world.link_in(letter, f"/{kind}/"))
    assert page.status == 200
