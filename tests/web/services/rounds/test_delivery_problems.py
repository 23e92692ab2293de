"""Messages that need a look, and sending them again."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from notifications import destinations, pace, suppression
from notifications.messages import Channel
from notifications.tables import OutboxMessage, State
from tests.support.world import BY, World
from web.models import AuditEntry, Person, Role
from web.services.rounds import delivery_problems, dropouts, rounds

ROUND = "/organise/councils/rounds/1"
# From where a message that went out comes to be uncertain.
WAYS = {State.UNCERTAIN: (State.QUEUED, State.CLAIMED, State.SENDING)}


def after_a_round(world: World, number: int = 6) -> None:
    world.join_many(number)
    world.send(world.draw())
    world.work()


def end(session: Session, state: State, world: World, number: int) -> None:
    """So many introductions ended in a state."""
    some = select(OutboxMessage.id).where(OutboxMessage.kind == "introduction")
    ids = list(session.exec(some.order_by(col(OutboxMessage.id)).limit(number)))
    ended = update(OutboxMessage).where(col(OutboxMessage.id).in_(ids))
    for step in (*WAYS.get(state, ()), state):
        session.execute(ended.values(state=step, reason="our mail is refused", settled_at=world.now))


def test_a_round_goes_again_to_whom_it_did_not_reach(world: World) -> None:
    after_a_round(world)
    with world.write() as session:
        end(session, State.FAILED, world, 4)
    page = world.organiser().open(ROUND).press("Send again what did not reach 4 people")
    assert "4 messages are on the way again" in page.text
    world.work()
    assert len(world.inbox(kind="introduction")) == 6


def test_pressed_again_it_finds_nothing_left(world: World) -> None:
    after_a_round(world)
    with world.write() as session:
        end(session, State.FAILED, world, 2)
    first, second = world.organiser().open(ROUND), world.organiser("other@councils.example").open(ROUND)
    first.press("Send again what did not reach 2 people")
    assert "nothing left to send again" in second.press("Send again what did not reach 2 people").text


def test_it_is_in_the_audit_with_how_many_they_were(world: World) -> None:
    after_a_round(world)
    with world.write() as session:
        end(session, State.FAILED, world, 3)
    world.organiser().open(ROUND).press("Send again what did not reach 3 people")
    with world.read() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "messages sent again")).one()
    assert (entry.subject, entry.facts) == ("round 1", {"messages": 3})


@pytest.mark.parametrize("state", [State.UNCERTAIN, State.DELIVERED, State.SUPPRESSED])
def test_what_may_have_arrived_or_must_not_go_is_not_among_them(world: World, state: State) -> None:
    after_a_round(world)
    with world.write() as session:
        end(session, state, world, 2)
    assert "Send again what did not reach" not in world.organiser().open(ROUND).text


def test_the_first_page_says_that_a_provider_refuses_us(world: World) -> None:
    with world.write() as session:
        pace.stop(session, "smtp", "the mail server refuses our password (535 5.7.8)", world.now)
    assert "refuses our password" in world.organiser().open("/organise/councils/").text


def test_the_first_page_says_that_a_place_refuses_us(world: World) -> None:
    with world.write() as session:
        for _ in range(destinations.SHUT_AFTER):
            destinations.refused(session, "smtp", "b.example", "our mail is refused", world.now)
    page = world.organiser().open("/organise/councils/").text
    assert "Messages to b.example wait" in page


def test_a_viewer_is_not_bothered_with_it(world: World) -> None:
    with world.write() as session:
        pace.stop(session, "smtp", "the mail server refuses our password", world.now)
    viewer = world.organiser("viewer@councils.example", Role.VIEWER)
    assert "refuses our password" not in viewer.open("/organise/councils/").text


def test_what_would_come_too_late_is_not_sent_again(world: World) -> None:
    after_a_round(world)
    with world.write() as session:
        end(session, State.FAILED, world, 2)
    world.clock.now += timedelta(days=60)
    page = world.organiser().open(ROUND).press("Send again what did not reach 2 people")
    assert "nothing left to send again" in page.text


def test_who_has_said_start_may_be_sent_what_was_stopped(world: World) -> None:
    after_a_round(world)
    with world.write() as session:
        end(session, State.SUPPRESSED, world, 1)
        stopped = session.exec(select(OutboxMessage).where(OutboxMessage.state == State.SUPPRESSED)).one()
        email, key = stopped.email or "", world.worker.providers.key
        suppression.suppress(
            session, Channel.EMAIL, email, suppression.Why.UNSUBSCRIBED, key=key, now=world.now
        )
    assert "Must not go there" in world.organiser().open(ROUND).text
    with world.write() as session:
        suppression.lift(session, Channel.EMAIL, email, key=key)
    page = world.organiser().open(ROUND)
    assert "unsubscribed, and wants to be written to again" in page.text
    text = page.press("Send again what did not reach 1 person").text
    assert "1 message is on the way again" in text


def introduction_of(session: Session, person: str) -> OutboxMessage:
    theirs = (OutboxMessage.kind == "introduction", OutboxMessage.person == person)
    return session.exec(select(OutboxMessage).where(*theirs)).one()


@pytest.mark.usefixtures("both_databases")
def test_it_goes_to_the_address_that_they_have_by_now(world: World) -> None:
    after_a_round(world, 2)
    moved, other = world.groups()[0]
    with world.write() as session:
        end(session, State.FAILED, world, 2)
        person = session.get_one(Person, moved)
        person.email = person.email_key = "new@example.org"
    page = world.organiser().open(ROUND).press("Send again what did not reach 2 people")
    world.work()
    assert {letter.to for letter in world.inbox(kind="introduction")} == {
        "new@example.org",
        world.person(other).email,
    }
    assert page.status == 200


def test_one_alone_goes_there_too(world: World) -> None:
    after_a_round(world, 2)
    moved, _ = world.groups()[0]
    with world.write() as session:
        message = introduction_of(session, moved)
        message.state = State.FAILED
        person = session.get_one(Person, moved)
        person.email = person.email_key = "new@example.org"
    with world.write() as session:
        programme = world.programme(session)
        round_ = rounds.by_number(session, programme, 1)
        delivery_problems.resend(session, programme, round_, message.id or 0, by=BY, now=world.now)
    assert world.letter("new@example.org", "introduction").kind == "introduction"


def test_a_conversation_that_was_called_off_is_announced_to_nobody(world: World) -> None:
    after_a_round(world, 2)
    gone, stays = world.groups()[0]
    with world.write() as session:
        introduction_of(session, stays).state = State.FAILED
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(gone), gone, now=world.now)
    assert "did not reach" not in world.organiser().open(ROUND).text
    with world.read() as session:
        assert introduction_of(session, stays).state == State.CANCELLED
