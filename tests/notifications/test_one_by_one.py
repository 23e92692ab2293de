"""Messages that travel alone, one after another."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from notifications import delivery, outbox, progress
from notifications.delivery import Providers
from notifications.errors import Temporary
from notifications.messages import Channel, Recipient
from notifications.outbox import Order
from notifications.providers.base import Accepted, Outgoing
from notifications.tables import ProviderPace, State
from tests.support.letters import NOW, introduction, links


@dataclass
class Slow:
    """Answers when it is let go. `called` says that a call has come in."""

    called: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    let_go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    calls: int = 0
    name: str = "slow"

    def send(self, outgoing: Outgoing) -> Accepted:
        self.calls += 1
        self.called.release()
        assert self.let_go.acquire(timeout=10)
        return Accepted(f"m{outgoing.id}")


def queue(post, number):
    orders = [
        Order(introduction(), Recipient(f"r{n}", "Reader", Channel.EMAIL, f"r{n}@leeds.example"), subject="r")
        for n in range(number)
    ]
    with post.database.write() as session:
        outbox.queue_all(session, orders, now=NOW)


@pytest.fixture
def slow(post):
    provider = Slow()
    post.providers = Providers(email=provider, key=b"suppression key")
    return provider


def states(post):
    with post.database.read() as session:
        return [row.state for row in reversed(progress.listing(session))]


def wait_for(condition):
    """For another thread's next step, which comes by itself."""
    tick = threading.Event()
    for _ in range(2000):
        if condition():
            return True
        tick.wait(0.005)
    return False


def test_the_next_letter_is_written_while_one_is_with_its_provider(post, slow):
    queue(post, 3)
    written = []

    def write_down(link, person):
        written.append(person)
        return links(link, person)

    given = post.database.write, post.providers, write_down, post.clock
    working = threading.Thread(target=delivery.deliver_due, args=given)
    working.start()
    assert slow.called.acquire(timeout=10)
    ready = wait_for(lambda: set(written) == {"r0", "r1"})
    slow.let_go.release(3)
    working.join()
    assert (ready, states(post)) == (True, [State.ACCEPTED] * 3)


def test_one_message_at_a_time_is_being_sent(post, slow):
    queue(post, 3)
    working = threading.Thread(target=post.work)
    working.start()
    found = []
    for _ in range(3):
        assert slow.called.acquire(timeout=10)
        found.append((slow.calls, Counter(states(post))[State.SENDING]))
        slow.let_go.release()
    working.join()
    assert found == [(1, 1), (2, 1), (3, 1)]


def test_nobody_waits_in_line_before_the_answer_is_written_down(post, memory, clock):
    queue(post, 2)
    with post.database.write() as session:
        session.add(ProviderPace(provider="memory", rate=1.0, rate_until=NOW + timedelta(hours=1)))
    seen = []

    def sleep(seconds: float) -> None:
        seen.append(states(post))
        clock.turn(seconds=seconds)

    delivery.deliver_due(post.database.write, post.providers, links, post.clock, sleep=sleep)
    assert seen == [[State.ACCEPTED, State.CLAIMED]]


def test_a_refusal_is_heeded_before_the_next_call(post, memory):
    memory.answers = [Temporary("not with this key", stop=True)]
    queue(post, 5)
    post.work()
    assert memory.calls == 1


def test_what_was_written_behind_a_refusal_waits_as_if_never_touched(post, memory):
    memory.answers = [Temporary("not with this key", stop=True)]
    queue(post, 3)
    post.work()
    row = post.row(2)
    assert (row.state, row.provider, row.tries, row.lease_until) == (State.QUEUED, None, 0, None)


def test_a_process_told_to_end_finishes_its_call_and_gives_the_rest_back(post, memory):
    queue(post, 5)
    delivery.deliver_due(
        post.database.write, post.providers, links, post.clock, stopping=lambda: memory.calls > 0
    )
    assert sorted(states(post)) == [State.ACCEPTED, *[State.QUEUED] * 4]
