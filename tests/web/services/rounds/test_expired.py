"""What a clock that ran ahead has let expire, and is sent again once the clock is right."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from notifications import delivery
from notifications.tables import OutboxMessage, State
from tests.support.world import World
from web.models import Answer
from web.services.conversations import conversations
from web.services.conversations.conversations import Said
from web.services.rounds import delivery_problems

A_YEAR = timedelta(days=365)


@pytest.fixture
def expired(world: World) -> World:
    """A round is sent; then for a moment it is a year later, and all that was to come is too late."""
    world.join_many(4)
    world.send(world.draw())
    world.work()
    with world.write() as session:
        delivery.tidy(session, world.now + A_YEAR)
    world.clock.now += timedelta(hours=1)
    return world


def retry(world: World) -> int:
    with world.write() as session:
        return delivery_problems.resend_all(session, [State.EXPIRED], now=world.now)


def asked(world: World) -> list[str]:
    """To which addresses."""
    return [one.to for one in world.inbox(kind="check_in")]


def days_pass(world: World) -> None:
    """Until all questions have been asked."""
    with world.read() as session:
        due = session.exec(select(OutboxMessage.due_at).where(OutboxMessage.kind == "check_in")).all()
    while world.now < max(due):
        world.clock.now += timedelta(days=1)
        world.work()


def test_what_was_not_due_yet_waits_for_its_day(expired: World) -> None:
    sent = retry(expired)
    expired.work()
    early = asked(expired)
    days_pass(expired)
    assert (sent > 0, early, len(asked(expired))) == (True, [], 8)


def test_who_has_answered_meanwhile_is_not_asked(expired: World) -> None:
    one = expired.groups()[0][0]
    with expired.write() as session:
        talk = conversations.conversation(session, expired.group_of(one), one)
        conversations.check_in(session, talk, Said(Answer.MET), now=expired.now)
    retry(expired)
    days_pass(expired)
    assert (expired.person(one).email in asked(expired), len(asked(expired))) == (False, 6)


def test_who_has_a_date_is_asked_though_the_first_question_came_too_late(world: World) -> None:
    world.join_many(4)
    world.send(world.draw())
    world.work()
    one = world.groups()[0][0]
    with world.write() as session:
        questions = session.exec(
            select(OutboxMessage)
            .where(OutboxMessage.kind == "check_in", OutboxMessage.person == one)
            .order_by(col(OutboxMessage.due_at))
        ).all()
        world.clock.now = questions[0].expires_at + timedelta(hours=1)  # nothing could be sent until then
        delivery.tidy(session, world.now)
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(one), one)
        conversations.book(session, talk, None, now=world.now)
    days_pass(world)
    assert asked(world).count(world.person(one).email) == 1
