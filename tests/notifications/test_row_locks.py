"""Several rows of the outbox changed at once, on PostgreSQL: nobody waits in a circle for them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import text, update
from sqlmodel import Session, col, select

from notifications import delivery, outbox, suppression
from notifications.jobs import Job
from notifications.messages import Channel, Introduction
from notifications.sending import Worker
from notifications.tables import OutboxMessage, State
from tests.notifications.conftest import Clock, Post
from tests.support.letters import AMINA, NOW, links

# SQLite has one writer at a time.
pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def claimed(post: Post, clock: Clock, number: int) -> list[Job]:
    """Jobs of a worker's. Of the first it is the second attempt."""
    for each in range(number):
        post.queue(subject=f"round {each}")
    with post.database.write() as session:
        session.get_one(OutboxMessage, 1).attempt = 1
    with post.database.write() as session:
        return delivery._claim(session, clock(), number, list(Channel))


def give_back(post: Post, clock: Clock, session: Session, jobs: list[Job]) -> None:
    session.execute(text("SET LOCAL lock_timeout = '5s'"))
    worker = Worker(post.database.write, post.providers, links, clock, sleep=lambda _: None)
    worker.give_back(session, jobs)


@contextmanager
def in_hand(post: Post, number: int) -> Iterator[Session]:
    """Somebody has one of them in hand."""
    with post.database.write() as somebody:
        somebody.exec(select(OutboxMessage.id).where(OutboxMessage.id == number).with_for_update()).one()
        yield somebody


def states(post: Post) -> list[tuple[State, int]]:
    with post.database.read() as session:
        rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id)))
        return [(State(row.state), row.attempt) for row in rows]


def test_what_is_given_back_is_as_it_was_before(post: Post, clock: Clock) -> None:
    jobs = claimed(post, clock, 3)
    with post.database.write() as session:
        give_back(post, clock, session, jobs)
    assert states(post) == [(State.QUEUED, 1), (State.QUEUED, 0), (State.QUEUED, 0)]


def test_nobody_waits_for_what_somebody_else_has_claimed(post: Post, clock: Clock) -> None:
    jobs = claimed(post, clock, 3)
    with post.database.write() as session:  # it was slow, and another worker took the second
        session.get_one(OutboxMessage, 2).attempt = 2
    with in_hand(post, 2), post.database.write() as session:
        give_back(post, clock, session, jobs)
    assert states(post) == [(State.QUEUED, 1), (State.CLAIMED, 2), (State.QUEUED, 0)]


def test_they_are_taken_in_the_order_of_their_ids_whatever_the_attempt(post: Post, clock: Clock) -> None:
    jobs = claimed(post, clock, 3)

    def give_all_back() -> None:
        with post.database.write() as session:
            give_back(post, clock, session, jobs)

    assert free_while_the_first_is_waited_for(post, give_all_back) == [2, 3]


def free_while_the_first_is_waited_for(post: Post, act: Callable[[], None]) -> Sequence[int | None]:
    """Which of the others nobody has while `act` waits for whoever has the first in hand."""
    slow = Thread(target=act)
    with in_hand(post, 1) as somebody:
        slow.start()
        _wait_until_one_waits(post)
        nobody_has = select(OutboxMessage.id).where(col(OutboxMessage.id) > 1)
        free = somebody.exec(
            nobody_has.order_by(col(OutboxMessage.id)).with_for_update(skip_locked=True)
        ).all()
    slow.join(10)
    return free


CHANGES: dict[str, Callable[[Session], object]] = {
    "a break": lambda session: outbox.hold(session, programme="councils", reason="a break", now=NOW),
    "everything held": lambda session: outbox.hold(session, reason="a restore", now=NOW),
    "the end of a break": lambda session: outbox.release(session, programme="councils", now=NOW),
    "a cause that is gone": lambda session: outbox.cancel(session, kind="introduction"),
    "a group called off": lambda session: outbox.call_off(session, "round", ["introduction"]),
    "somebody erased": lambda session: outbox.forget(session, AMINA.person),
    "an address erased": lambda session: outbox.forget_address(session, "amina@leeds.example"),
    "another address": lambda session: outbox.readdress(
        session, replace(AMINA, email="amina@kirklees.example")
    ),
    "somebody who stops us": lambda session: suppression.suppress(
        session, Channel.EMAIL, "amina@leeds.example", suppression.Why.UNSUBSCRIBED, key=b"a key", now=NOW
    ),
    "another day": lambda session: outbox.move(session, Introduction, "5", NOW),
    "a new name": lambda session: outbox.rename_programme(session, "councils", "towns"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changes_several_takes_them_in_the_order_in_which_they_are_delivered(
    post: Post, what: str
) -> None:
    """One of them would else have to come back: a worker, perhaps, after its call."""
    for each in range(3):
        post.queue(subject=f"round {each}", programme="councils", round="5")
    state = State.HELD if what == "the end of a break" else State.QUEUED
    with post.database.write() as session:
        session.execute(update(OutboxMessage).values(state=state))
    with post.database.write() as session:  # put off, the first stands behind the others
        session.get_one(OutboxMessage, 1).due_at = NOW + timedelta(minutes=5)

    def act() -> None:
        with post.database.write() as session:
            CHANGES[what](session)

    assert free_while_the_first_is_waited_for(post, act) == [2, 3]


def _wait_until_one_waits(post: Post) -> None:
    asked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with post.database.read() as session:
        while not session.execute(asked).scalar_one():
            session.rollback()
