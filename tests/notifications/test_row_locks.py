"""Several rows of the outbox changed at once, on PostgreSQL: nobody waits in a circle for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from notifications import delivery
from notifications.jobs import Job
from notifications.messages import Channel
from notifications.sending import Worker
from notifications.tables import OutboxMessage, State
from tests.notifications.conftest import Clock, Post
from tests.support.letters import links

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

    slow = Thread(target=give_all_back)
    with in_hand(post, 1) as somebody:
        slow.start()
        _wait_until_one_waits(post)
        nobody_has = select(OutboxMessage.id).where(col(OutboxMessage.id) > 1).with_for_update(nowait=True)
        free = somebody.exec(nobody_has.order_by(col(OutboxMessage.id))).all()
    slow.join(10)
    assert free == [2, 3]


def _wait_until_one_waits(post: Post) -> None:
    asked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with post.database.read() as session:
        while not session.execute(asked).scalar_one():
            session.rollback()
