"""Everything that can happen to messages, in no order: every move that is named is made, and no other.

The databases of all tests refuse the others; see tests/support/moves.py.
"""

import random
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from notifications import delivery, outbox, receipts, reconcile, resending, suppression
from notifications.delivery import Providers
from notifications.errors import Permanent, Temporary, Uncertain
from notifications.messages import Channel, Introduction, Link, Recipient, SignIn
from notifications.outbox import EVERYTHING
from notifications.providers.base import Absent, Accepted, Outgoing
from notifications.receipts import Again, Event, What
from notifications.suppression import Why
from notifications.tables import OutboxMessage, State
from tests.notifications.conftest import Clock, Post
from tests.support import moves
from tests.support.letters import AMINA_BY_TEXT, COUNCILS, SIAN, introduction, links
from tests.support.moves import Move

KEY = b"suppression key"
ADDRESSES = 6
MOST_STEPS = 10_000


class Died(BaseException):
    """The worker, in the middle of a call."""


class Moody:
    """A provider with every answer there is, and while it thinks, the world goes on."""

    name = "memory"

    def __init__(self, walk: "Walk") -> None:
        self.walk = walk

    def send(self, _outgoing: Outgoing) -> Accepted:
        chance = self.walk.chance
        for _ in range(chance.choice((0, 0, 1, 3))):
            chance.choice(self.walk.beside)()
        if State.UNCERTAIN in self.walk.wanted:
            self.walk.is_thought_dead()
        answers = (
            Uncertain("no answer"), Temporary("later", wait=timedelta(seconds=2)), Permanent("never"),
            Permanent("dead", suppress=True), Permanent("no texts", fall_back=Channel.EMAIL), Died(),
        )  # fmt: skip
        if chance.random() < 0.5:
            raise chance.choice(answers)
        return Accepted(f"m{chance.random()}")

    def look_up(self, _outgoing: Outgoing, _since: object) -> Accepted | Absent | None:
        return self.walk.chance.choice((None, Absent(), Accepted("found")))


@dataclass
class Slow:
    """A provider that takes its time."""

    clock: Clock
    name: str = "memory"

    def send(self, _outgoing: Outgoing) -> Accepted:
        self.clock.turn(seconds=3)
        return Accepted("m")


class Walk:
    def __init__(self, post: Post, seed: int) -> None:
        self.post, self.chance, self.queued = post, random.Random(seed), 0
        self.wanted = set[str]()  # states from which a move is missing
        moody = Moody(self)
        post.providers = Providers(email=moody, sms=moody, key=KEY)
        self.beside = (
            self.hold, self.release, self.release, self.report, self.stop, self.stop, self.lift, self.cancel,
            self.send_again, self.wait, self.forget, self.is_thought_dead,
        )  # fmt: skip
        self.all = (
            *self.beside,
            self.report,
            self.queue,
            self.queue,
            self.work,
            self.work,
            self.work,
            self.reconcile,
            self.call_off,
        )

    def step(self) -> None:
        self.chance.choice(self.all)()

    def _one(self) -> int:
        """Of those from which a move is missing, or of the newest: what is old has come to its end."""
        with self.post.database.read() as session:
            there = select(col(OutboxMessage.id)).where(col(OutboxMessage.state).in_(self.wanted))
            rare = session.scalars(there.order_by(col(OutboxMessage.id).desc()).limit(50)).all()
        if rare and self.chance.random() < 0.5:
            return self.chance.choice(rare) or 0
        return self.chance.randint(max(1, self.queued - 12), max(1, self.queued))

    def _subject(self, number: int) -> str:
        return f"group {number}"

    def _address(self) -> tuple[Channel, str]:
        number, channel = self.chance.randint(1, ADDRESSES), self.chance.choice(list(Channel))
        return channel, f"a{number}@example.org" if channel is Channel.EMAIL else f"+44770090010{number}"

    def queue(self) -> None:
        self.queued += 1
        number, channel = self.chance.randint(1, ADDRESSES), self.chance.choice(list(Channel))
        to = Recipient(f"p{self.queued}", "A", channel, f"a{number}@example.org", f"+44770090010{number}")
        message = self.chance.choice((introduction(), introduction(), SignIn(Link("sign-in", 2))))
        due = self.post.clock.now + timedelta(minutes=self.chance.choice((0, 0, 30)))
        self.post.queue(message, to, subject=self._subject(self.queued), programme=COUNCILS.slug, due=due)

    def work(self) -> None:
        with suppress(Died):
            self.post.work(self.chance.randint(1, 5))

    def reconcile(self) -> None:
        reconcile.reconcile(self.post.database.write, self.post.providers, links, self.post.clock)

    def is_thought_dead(self) -> None:
        self.post.clock.turn(seconds=self.chance.choice((1, 130)))
        with self.post.database.write() as session:
            delivery.tidy(session, self.post.clock.now)

    def wait(self) -> None:
        self.post.clock.turn(seconds=self.chance.choice((1, 3, 3, 90, 3600)))

    def hold(self) -> None:
        whose = self.chance.choice((None, COUNCILS.slug))
        with self.post.database.write() as session:
            outbox.hold(session, programme=whose, reason="held", now=self.post.clock.now)

    def release(self) -> None:
        with self.post.database.write() as session:
            for each in outbox.held(session):
                whose = None if each.scope == EVERYTHING else each.scope
                outbox.release(session, programme=whose, now=self.post.clock.now)

    def report(self) -> None:
        # Of an attempt that we do not remember, where the database was restored from a backup.
        event = Event(
            "memory", str(self.chance.random()), self.chance.choice(list(What)), self.post.clock.now,
            message_id=self._one(), attempt=self.chance.choice((None, 1, 2, 50)),
            again=self.chance.choice((None, None, *Again)), stops=self.chance.choice((None, Why.BOUNCED)),
        )  # fmt: skip
        with self.post.database.write() as session:
            receipts.take(session, [event], key=KEY, now=self.post.clock.now)

    def stop(self) -> None:
        with self.post.database.write() as session:
            suppression.suppress(session, *self._address(), Why.STOP, key=KEY, now=self.post.clock.now)

    def lift(self) -> None:
        with self.post.database.write() as session:
            for _ in range(ADDRESSES):
                suppression.lift(session, *self._address(), key=KEY)

    def cancel(self) -> None:
        with self.post.database.write() as session:
            outbox.cancel(session, person=f"p{self._one()}")

    def call_off(self) -> None:
        with self.post.database.write() as session:
            outbox.call_off(session, self._subject(self._one()), [Introduction.kind, SignIn.kind])

    def send_again(self) -> None:
        with self.post.database.write() as session:
            resending.resend(session, self._one(), now=self.post.clock.now)

    def forget(self) -> None:
        with self.post.database.write() as session:
            outbox.forget(session, f"p{self._one()}")


def one_is_late_behind_a_slow_call(post: Post) -> None:
    post.queue()
    last = post.row().expires_at - post.clock.now
    post.queue(introduction(SIAN), subject="slow", due=post.clock.now - timedelta(minutes=1))
    post.clock.turn(seconds=last.total_seconds() - 2)
    post.providers = Providers(email=Slow(post.clock), sms=None, key=KEY)
    post.work()


def nothing_carries_it(post: Post) -> None:
    post.providers = Providers(email=Slow(post.clock), sms=None, key=KEY)
    post.queue(to=replace(AMINA_BY_TEXT, email=None))
    post.work()


# What hardly comes about by chance has a story of its own.
RARE = {
    ("claimed", "expired"): one_is_late_behind_a_slow_call,
    ("claimed", "parked"): nothing_carries_it,
}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_by_chance_every_other_move_is_made(post: Post) -> None:
    moves.record(post.database, "outbox_message")
    walk, missing = Walk(post, seed=5), set[Move]()
    for step in range(MOST_STEPS):
        walk.step()
        if step % 100 == 0:
            missing = moves.of_ours() - moves.made(post.database) - set(RARE)
            walk.wanted = {before for before, _ in missing}
            if not missing:
                break
    assert missing == set()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("move", RARE, ids=" ".join)
def test_rare_moves_are_made_too(post: Post, move: Move) -> None:
    moves.record(post.database, "outbox_message")
    RARE[move](post)
    assert move in moves.made(post.database)


@pytest.mark.parametrize(("before", "after"), sorted(moves.of_reports()))
def test_a_report_makes_every_move_that_is_named(post: Post, before: str, after: str) -> None:
    post.queue()
    _put(post, state=before, attempt=1, provider="memory", sending_at=post.clock.now)
    # What is held went out only if a backup was restored since, and then we do not know of the attempt.
    attempt = 2 if before == State.HELD else 1
    what = next(what for what, state in receipts.MOVES.items() if state == after)
    told = Event("memory", "1", what, post.clock.now, message_id=1, attempt=attempt)
    with post.database.write() as session:
        receipts.take(session, [told], key=KEY, now=post.clock.now)
    assert post.state() == after


def _put(post: Post, **facts: object) -> None:
    """A message as it might stand: written anew, because not every way there is a move."""
    row = post.row().model_dump() | facts
    with post.database.write() as session:
        session.execute(delete(OutboxMessage))
        session.execute(insert(OutboxMessage).values(row))


def test_a_move_that_is_not_named_is_refused(post: Post) -> None:
    post.queue()
    with pytest.raises(DBAPIError, match="NEXT does not name"), post.database.write() as session:
        session.get_one(OutboxMessage, 1).state = State.UNCERTAIN
