"""How much a worker takes in hand: what goes out in a few seconds."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from notifications import delivery, outbox, progress
from notifications.claim_size import A_FEW, ClaimSize
from notifications.delivery import Providers
from notifications.messages import Channel, CheckIn, Message, Named, Recipient
from notifications.outbox import Order
from notifications.providers.base import Accepted, Outgoing, OutgoingEmail
from notifications.tables import State
from tests.support.letters import CHECK_IN, COUNCILS, NOW, PAGE, introduction, links

MANY = 100
ASKED = CheckIn(COUNCILS, (Named("p2", "Tom Field"),), CHECK_IN, PAGE)


@dataclass
class Slow:
    """Takes `seconds` for a letter, and remembers what stood in the outbox at each call."""

    post: object
    seconds: float = 1.0
    seen: list[Counter[str]] = field(default_factory=list)
    name: str = "slow"

    def send(self, outgoing: Outgoing) -> Accepted:
        self._look(self.seconds)
        return Accepted(f"m{outgoing.id}")

    def _look(self, seconds: float) -> None:
        with self.post.database.read() as session:  # type: ignore[attr-defined]
            self.seen.append(Counter(progress.counts(session)))
        self.post.clock.turn(seconds=seconds)  # type: ignore[attr-defined]


class Together(Slow):
    batch_size = 1000

    def alike(self, letter: OutgoingEmail) -> str:
        return letter.kind

    def send_many(self, letters: list[OutgoingEmail]) -> Accepted:
        self._look(0.1)
        return Accepted("together")


def queue(post, message: Message) -> None:
    orders = [
        Order(message, Recipient(f"r{n}", "Reader", Channel.EMAIL, f"r{n}@leeds.example"), subject="r")
        for n in range(MANY)
    ]
    with post.database.write() as session:
        outbox.queue_all(session, orders, now=NOW)


def deliver(post, claim_size: ClaimSize) -> delivery.Report:
    return delivery.deliver_due(
        post.database.write,
        post.providers,
        links,
        post.clock,
        MANY,
        sleep=lambda _: None,
        claim_size=claim_size,
    )


@pytest.mark.parametrize(
    ("sent", "seconds", "then"),
    [(10, 0.0, 20), (10, 0.1, 20), (10, 2.0, 15), (10, 60.0, A_FEW), (0, 5.0, 10)],
)
def test_a_worker_takes_what_goes_out_in_a_few_seconds_and_never_many_more_than_before(
    sent: int, seconds: float, then: int
) -> None:
    claim_size = ClaimSize()
    claim_size.learn(sent, timedelta(seconds=seconds))
    assert claim_size.portion == then


def test_of_letters_that_travel_alone_a_new_worker_has_a_few_in_its_hands(post) -> None:
    queue(post, introduction())
    slow = Slow(post, 0.01)
    post.providers = Providers(email=slow)
    deliver(post, ClaimSize())
    assert slow.seen[0] == {State.SENDING: 1, State.CLAIMED: A_FEW - 1, State.QUEUED: MANY - A_FEW}


def test_letters_that_share_a_call_are_taken_whole(post) -> None:
    queue(post, ASKED)
    together = Together(post)
    post.providers = Providers(email=together)
    deliver(post, ClaimSize())
    assert together.seen == [{State.SENDING: MANY}]


def test_before_a_provider_that_carries_many_introductions_are_a_few_too(post) -> None:
    queue(post, introduction())
    together = Together(post, 0.01)
    post.providers = Providers(email=together)
    report = deliver(post, ClaimSize())
    assert report.taken == A_FEW


def test_what_outlives_its_lease_is_left_to_others(post) -> None:
    queue(post, introduction())
    post.providers = Providers(email=Slow(post, 6.0))
    report = deliver(post, ClaimSize())
    with post.database.read() as session:
        assert (report.taken, progress.counts(session)) == (2, {State.ACCEPTED: 2, State.QUEUED: MANY - 2})


def test_one_that_was_given_up_sends_nothing_another_has_taken_over(post) -> None:
    """Two slow workers, each longer than its lease at every letter: each letter goes out once."""
    sent: list[int] = []

    class Two(Slow):
        def send(self, outgoing: Outgoing) -> Accepted:
            sent.append(outgoing.id)
            post.clock.turn(seconds=11)
            if len(sent) == 1:
                deliver(post, ClaimSize())
            return Accepted(f"m{outgoing.id}")

    queue(post, introduction())
    post.providers = Providers(email=Two(post))
    deliver(post, ClaimSize())
    assert len(sent) == len(set(sent)) == 2
