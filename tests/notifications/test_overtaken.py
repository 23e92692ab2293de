"""A worker stands still for minutes between a provider's answer and writing it down, and then goes on; or its
message's reader is erased meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from notifications import outbox, receipts
from notifications.delivery import Providers
from notifications.errors import Permanent, Temporary
from notifications.messages import Channel
from notifications.providers.base import Accepted, Outgoing
from notifications.receipts import Again, Event, What
from notifications.tables import State
from tests.notifications.conftest import Memory, Post
from tests.support.letters import AMINA_BY_TEXT, NOW


@dataclass
class Stopping(Memory):
    """Takes a message, and what happens `meanwhile` comes before our worker hears of it."""

    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> Accepted:
        taken = super().send(outgoing)
        while self.meanwhile:
            self.meanwhile.pop(0)()
        return taken


@pytest.fixture
def stopping(post, clock):
    provider = Stopping()
    post.providers = Providers(email=provider, key=b"suppression key")
    provider.meanwhile = [lambda: clock.turn(minutes=3), Post(post.database, clock, post.providers).work]
    post.queue()
    return provider


def report(post, what, **facts):
    told = Event("memory", f"e{what}", what, NOW, message_id=1, attempt=1, **facts)
    with post.database.write() as session:
        receipts.take(session, [told], key=b"", now=post.clock())


def test_what_it_was_told_is_written_although_it_was_given_up(post, stopping):
    post.work()
    assert (stopping.calls, post.state()) == (1, State.ACCEPTED)


def test_a_report_that_came_meanwhile_stands(post, stopping):
    stopping.meanwhile.append(lambda: report(post, What.DELIVERED))
    post.work()
    assert (post.state(), post.row().provider_id) == (State.DELIVERED, "m1")


def test_what_bounced_meanwhile_is_tried_again(post, stopping, clock):
    stopping.meanwhile.append(lambda: report(post, What.FAILED, again=Again.SAME))
    post.work()
    assert (post.state(), post.row().tries, post.row().provider) == (State.QUEUED, 1, None)
    clock.turn(minutes=6)
    post.work()
    assert (stopping.calls, post.state()) == (2, State.ACCEPTED)


@dataclass
class Refusing(Memory):
    """Refuses a message whose reader is erased while it is looked at."""

    erase: Callable[[], object] = int

    def send(self, outgoing: Outgoing) -> Accepted:
        self.erase()
        return super().send(outgoing)


@pytest.mark.parametrize(
    "answer",
    [
        Permanent("not a mobile number", fall_back=Channel.EMAIL),
        Temporary("come back later"),
        Temporary("not from you", policy=1),
    ],
    ids=str,
)
def test_what_is_refused_after_its_reader_was_erased_is_over(post, clock, answer):
    """A text went on as an email, with the address in it again, and was parked for an operator."""

    def erase():
        with post.database.write() as session:
            outbox.forget(session, "p1")

    carrier = Refusing(answers=[answer], erase=erase)
    post.providers = Providers(email=carrier, sms=carrier, key=b"suppression key")
    post.queue(to=AMINA_BY_TEXT)
    post.work()
    clock.turn(hours=1)
    post.work()
    row = post.row()
    assert (post.state(), row.reason, row.address_key) == (State.FAILED, "not sent, and erased since", None)
    assert (carrier.calls, row.crashes) == (1, 0)
