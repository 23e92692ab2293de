"""Letters that travel together: one call for up to a thousand, where a provider can do that.

Each letter keeps its own row, its own state and its own evidence. One bad address refuses the whole call, so
the call is then made again in halves, until the bad one stands alone.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlmodel import Session

from notifications import pace
from notifications.carriers import Providers
from notifications.errors import DATABASE_AWAY, Permanent, ProviderError, Uncertain
from notifications.jobs import Bars
from notifications.messages import BY_KIND
from notifications.preparing import prepare_alike
from notifications.providers.base import Batches, OutgoingEmail
from notifications.sending import (
    PATIENCE,
    WAITING,
    Delivery,
    Worker,
    accept_all,
    begin_all,
    lock,
    undecided,
)
from notifications.tables import State


@dataclass(frozen=True)
class Letter:
    delivery: Delivery
    outgoing: OutgoingEmail


def deliver_together(
    deliveries: list[Delivery], carrier: Batches, worker: Worker
) -> tuple[list[Delivery], Counter[str]]:
    """Send what can share a call. What must go alone, and how the others ended.

    A letter with a calendar file, or an answer address of its own, shares with nobody. Of whole kinds that is
    known before they are written, so that each can be written while the one before it is on its way.
    """
    alone: list[Delivery] = []
    outcomes: Counter[str] = Counter()
    groups: dict[Hashable, list[Letter]] = defaultdict(list)
    if worker.takes(carrier):
        _write_alike(deliveries, worker)
    for delivery in deliveries:
        given_back = worker.has_lapsed() or not worker.takes(carrier)
        if given_back or goes_alone(delivery.job.kind, worker.providers):
            alone.append(delivery)
            continue
        made = delivery.prepared()
        if isinstance(made, str):
            outcomes[made] += 1
        elif isinstance(made, OutgoingEmail) and (group := carrier.alike(made)) is not None:
            groups[group].append(Letter(delivery, made))
        else:
            alone.append(delivery)
    for letters in groups.values():
        if len(letters) == 1:
            alone.append(letters[0].delivery)
            continue
        for first in range(0, len(letters), carrier.batch_size):
            outcomes.update(_together(letters[first : first + carrier.batch_size], carrier, worker))
    return alone, outcomes


def _write_alike(deliveries: Sequence[Delivery], worker: Worker) -> None:
    """Have letters written that have most of their words in common."""
    jobs = [each.job for each in deliveries if not goes_alone(each.job.kind, worker.providers)]
    written = prepare_alike(jobs, worker.providers, worker.links, worker.clock())
    for delivery in deliveries:
        delivery.made = written.get(delivery.job.id)


def goes_alone(kind: str, providers: Providers) -> bool:
    """Does every letter of a kind travel alone, even with a provider that carries many in one call?"""
    known = BY_KIND.get(kind)
    return known is not None and (known.alone or (known.replies and providers.reply_to is not None))


def _together(letters: list[Letter], carrier: Batches, worker: Worker) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    if not worker.takes(carrier) or not _may_call(carrier, worker):
        with worker.sessions() as session:
            worker.give_back(session, [letter.delivery.job for letter in letters])
        outcomes[WAITING] += len(letters)
        return outcomes
    jobs = [letter.delivery.job for letter in letters]
    try:
        with worker.sessions() as session:
            lock(session, jobs)
            bars = Bars.now(session, jobs, worker.providers.key)
            free = []
            for letter in letters:
                refused = letter.delivery.refused_in(session, carrier.name, bars)
                if refused:
                    outcomes[refused] += 1
                else:
                    free.append(letter.delivery)
            ours = {delivery.job.id for delivery in begin_all(session, free, carrier)}
    except DATABASE_AWAY:  # it may say all the same that they are being sent
        worker.unwritten.too(partial(_unsent, letters))
        raise
    outcomes["lost"] += len(free) - len(ours)
    return +outcomes + _call([each for each in letters if each.delivery.job.id in ours], carrier, worker)


def _may_call(carrier: Batches, worker: Worker) -> bool:
    while True:
        with worker.sessions() as session:
            until = pace.wait_until(session, carrier.name, worker.clock())
        wait = until - worker.clock() if until else None
        if wait is None:
            return True
        if wait > PATIENCE:
            worker.closed.add(carrier.name)
            return False
        worker.sleep(max(wait.total_seconds(), 0.001))


def _call(letters: list[Letter], carrier: Batches, worker: Worker) -> Counter[str]:
    if not letters:
        return Counter()
    if letters[0].delivery.overslept():  # all of them were begun together
        return worker.write_down(partial(_unsent, letters))
    try:
        accepted = carrier.send_many([letter.outgoing for letter in letters])
    except Permanent as error:
        if len(letters) > 1:
            return _in_halves(letters, carrier, worker)
        return _refused(letters, carrier, worker, error)
    except ProviderError as error:
        return _refused(letters, carrier, worker, error)
    except Exception as fault:  # noqa: BLE001  (the letters may have left before it)
        cut_off = Uncertain(f"our own error: {type(fault).__name__}")
        return _refused(letters, carrier, worker, cut_off)

    def landed(session: Session) -> None:
        accept_all(session, [letter.delivery for letter in letters], carrier.name, accepted)
        pace.worked(session, carrier.name)

    worker.write_down(landed)
    return Counter({State.ACCEPTED.value: len(letters)})


def _in_halves(letters: list[Letter], carrier: Batches, worker: Worker) -> Counter[str]:
    half = len(letters) // 2
    first, second = letters[:half], letters[half:]
    try:
        outcomes = _call(first, carrier, worker)
    except DATABASE_AWAY:
        worker.unwritten.too(partial(_unsent, second))
        raise
    return outcomes + _call(second, carrier, worker)


def _unsent(letters: list[Letter], session: Session) -> Counter[str]:
    lock(session, [letter.delivery.job for letter in letters])
    return Counter(letter.delivery.unsent_in(session) for letter in letters)


def _refused(letters: list[Letter], carrier: Batches, worker: Worker, error: ProviderError) -> Counter[str]:
    def refused(session: Session) -> Counter[str]:
        jobs = [letter.delivery.job for letter in letters]
        lock(session, jobs)
        ours = undecided(session, jobs)
        if ours:
            worker.heed(session, carrier, error)
        left = [letter.delivery for letter in letters if letter.delivery.job.id in ours]
        refused = Counter(delivery.not_accepted_in(session, carrier, error) for delivery in left)
        return +refused + Counter(lost=len(letters) - len(left))

    return worker.write_down(refused)
