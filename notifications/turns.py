"""Messages that travel alone: one call in flight at a time, and the database's work done beside it.

While a message is with its provider, the one before it is settled and the next one is rendered and marked
as being sent. So a worker that dies leaves up to three messages uncertain instead of one: the evidence that
decides about one decides about three. A refusal is heeded before the next call is made.
"""

from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from notifications.errors import ProviderError
from notifications.providers.base import Accepted, InTransaction, Provider
from notifications.sending import WAITING, Delivery, Worker, put_back
from notifications.tables import State


def deliver_in_turn(deliveries: Sequence[Delivery], carrier: Provider | None, worker: Worker) -> Counter[str]:
    """Send them one after another; how many ended how. What a closed provider does not take is given back."""
    if carrier is None:
        return Counter(
            each.end(State.PARKED, reason=f"nothing carries {each.job.channel} here") for each in deliveries
        )
    if isinstance(carrier, InTransaction):
        return Counter(each.keep(carrier) for each in deliveries)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix=carrier.name) as caller:
        return _Line(carrier, worker, caller).deliver(deliveries)


class _Line:
    """A provider's line: at most one message in flight, and one started behind it."""

    def __init__(self, carrier: Provider, worker: Worker, caller: ThreadPoolExecutor) -> None:
        self.carrier, self.worker, self.caller = carrier, worker, caller
        self.flight: tuple[Delivery, Future[Accepted | ProviderError]] | None = None
        self.outcomes: Counter[str] = Counter()

    def deliver(self, deliveries: Sequence[Delivery]) -> Counter[str]:
        waiting = deque(deliveries)
        while self.flight or (waiting and self.worker.takes(self.carrier)):
            started = self._start(waiting)
            gone = self._land(started)
            if started and not gone:
                # Refused, or told to end: ask again whether, and when, it may go.
                started.step_back()
                waiting.appendleft(started)
        if waiting:
            with self.worker.sessions() as session:
                put_back(session, [delivery.job for delivery in waiting])
        self.outcomes[WAITING] += len(waiting)
        return +self.outcomes

    def _start(self, waiting: deque[Delivery]) -> Delivery | None:
        """The next one that may be sent, marked as such."""
        while waiting and self.worker.takes(self.carrier):
            self.worker.still_here()
            delivery = waiting.popleft()
            ended = delivery.start(self.carrier, self._hear)
            if not ended:
                return delivery
            self.outcomes[ended] += 1
        return None

    def _hear(self) -> None:
        """Write down what became of the flight, if one is out, before anybody waits."""
        if self.flight:
            (delivery, answer), self.flight = self.flight, None
            self.outcomes[delivery.settle(self.carrier, answer.result())] += 1

    def _land(self, following: Delivery | None) -> bool:
        """Hear what became of the flight, and send the next one off unless something speaks against it."""
        before, self.flight = self.flight, None
        answer = before[1].result() if before else None
        goes = not isinstance(answer, ProviderError) and self.worker.takes(self.carrier)
        if following and goes:
            self._take_off(following)
        if before and answer:  # a good landing is written down during the next flight
            self.outcomes[before[0].settle(self.carrier, answer)] += 1
        return goes

    def _take_off(self, delivery: Delivery) -> None:
        if delivery.overslept():
            self.outcomes[State.QUEUED] += 1
        else:
            self.flight = delivery, self.caller.submit(delivery.call, self.carrier)
