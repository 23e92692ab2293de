"""Messages that travel alone: one call in flight at a time, and the next letter written beside it.

Between two calls stands one transaction. It says what became of the message before and that the next one is
being sent, so a worker that dies leaves one message uncertain, and a refusal is heeded before the next call.
"""

from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from itertools import takewhile

from notifications.errors import ProviderError
from notifications.jobs import Bars
from notifications.providers.base import InTransaction, Provider, StaysOnTheLine
from notifications.sending import WAITING, Delivery, Worker, lock
from notifications.tables import State


def deliver_in_turn(deliveries: Sequence[Delivery], carrier: Provider | None, worker: Worker) -> Counter[str]:
    """Send them one after another; how many ended how. What a closed provider does not take is given back."""
    if carrier is None:
        return Counter(each.is_not_carried() for each in deliveries)
    if isinstance(carrier, InTransaction):
        return _keep_all(deliveries, carrier, worker)
    staying = carrier.staying() if isinstance(carrier, StaysOnTheLine) else nullcontext()
    with staying, ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer") as writer:
        return _Line(carrier, worker, writer).deliver(deliveries)


def _keep_all(deliveries: Sequence[Delivery], carrier: InTransaction, worker: Worker) -> Counter[str]:
    """All in one transaction: what is kept and what is written of it are kept together or not at all."""
    goes_on = takewhile(lambda _: not (worker.stopping() or worker.has_lapsed()), deliveries)
    made = [(each, each.prepared()) for each in goes_on]
    left = [delivery.job for delivery in deliveries[len(made) :]]
    with worker.sessions() as session:
        jobs = [delivery.job for delivery, _ in made]
        lock(session, jobs)
        bars = Bars.now(session, jobs, worker.providers.key)
        ended = Counter(
            outgoing if isinstance(outgoing, str) else each.keep(session, carrier, outgoing, bars)
            for each, outgoing in made
        )
        worker.give_back(session, left)
    return ended + Counter({WAITING: len(left)})


class _Line:
    """A provider's line: one message is being sent, and the next one is written behind it."""

    def __init__(self, carrier: Provider, worker: Worker, writer: Executor) -> None:
        self.carrier, self.worker, self.writer = carrier, worker, writer
        self.outcomes: Counter[str] = Counter()

    def deliver(self, deliveries: Sequence[Delivery]) -> Counter[str]:
        waiting = deque(deliveries)
        while waiting and self.worker.takes(self.carrier) and not self.worker.has_lapsed():
            self._send(waiting.popleft(), behind=waiting[0] if waiting else None)
        if waiting or self.worker.unwritten:
            with self.worker.writing() as session:
                self.worker.give_back(session, [delivery.job for delivery in waiting])
        self.outcomes[WAITING] += len(waiting)
        return +self.outcomes

    def _send(self, delivery: Delivery, behind: Delivery | None) -> None:
        """Mark it as being sent and hand it over, unless something forbids it by now.

        That all is well is written down with the next start.
        """
        ended = delivery.start(self.carrier)
        if not ended and delivery.overslept():
            ended = self.worker.write_down(delivery.unsent_in)
        if ended:
            self.outcomes[ended] += 1
            return
        if behind:
            behind.write_beside(self.writer)
        answer = delivery.call(self.carrier)
        if isinstance(answer, ProviderError):
            refused = partial(delivery.settle_in, carrier=self.carrier, answer=answer)
            self.outcomes[self.worker.write_down(refused)] += 1
        else:
            landed = partial(delivery.accepted_in, carrier=self.carrier, answer=answer)
            self.worker.unwritten.keep(landed)
            self.outcomes[State.ACCEPTED] += 1
