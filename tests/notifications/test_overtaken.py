"""A worker stands still for minutes between a provider's answer and writing it down, and then goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from notifications import receipts
from notifications.delivery import Providers
from notifications.providers.base import Accepted, Outgoing
from notifications.receipts import Again, Event, What
from notifications.tables import State
from tests.notifications.conftest import Memory, Post
from tests.support.letters import NOW


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
