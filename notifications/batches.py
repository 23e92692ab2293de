"""Letters that travel together: one call for up to a thousand, where a provider can do that.

Each letter keeps its own row, its own state and its own evidence. One bad address refuses the whole call, so
the call is then made again in halves, until the bad one stands alone.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from notifications import pace
from notifications.errors import Permanent, ProviderError, Uncertain
from notifications.providers.base import Batches, OutgoingEmail
from notifications.sending import PATIENCE, WAITING, Delivery, Job, Worker, put_back
from notifications.tables import State


@dataclass(frozen=True)
class Letter:
    delivery: Delivery
    outgoing: OutgoingEmail


def deliver_together(
    jobs: list[Job], carrier: Batches, worker: Worker
) -> tuple[list[Delivery], Counter[str]]:
    """Send what can share a call. What must go alone, and how the others ended.

    A letter with a calendar file, or an answer address of its own, shares with nobody.
    """
    alone: list[Delivery] = []
    outcomes: Counter[str] = Counter()
    groups: dict[str, list[Letter]] = defaultdict(list)
    for job in jobs:
        delivery = Delivery(job, worker)
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


def _together(letters: list[Letter], carrier: Batches, worker: Worker) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    if carrier.name in worker.closed or not _may_call(carrier, worker):
        with worker.sessions() as session:
            put_back(session, [letter.delivery.job for letter in letters])
        outcomes[WAITING] += len(letters)
        return outcomes
    begun: list[Letter] = []
    with worker.sessions() as session:
        for letter in letters:
            refused = letter.delivery.refused_in(session)
            if refused:
                outcomes[refused] += 1
            elif letter.delivery.begin_in(session, carrier):
                begun.append(letter)
            else:
                outcomes["lost"] += 1
    return outcomes + _call(begun, carrier, worker)


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
    awake = [letter for letter in letters if not letter.delivery.overslept()]
    slept = Counter({State.QUEUED.value: len(letters) - len(awake)})
    if not awake:
        return +slept
    try:
        accepted = carrier.send_many([letter.outgoing for letter in awake])
    except Permanent as error:
        if len(awake) == 1:
            return slept + _refused(awake, carrier, worker, error)
        half = len(awake) // 2
        return slept + _call(awake[:half], carrier, worker) + _call(awake[half:], carrier, worker)
    except ProviderError as error:
        return slept + _refused(awake, carrier, worker, error)
    except Exception as fault:  # noqa: BLE001  (the letters may have left before it)
        cut_off = Uncertain(f"our own error: {type(fault).__name__}")
        return slept + _refused(awake, carrier, worker, cut_off)
    with worker.sessions() as session:
        for letter in awake:
            letter.delivery.accepted_in(session, carrier.name, accepted)
        pace.worked(session, carrier.name)
    return slept + Counter({State.ACCEPTED.value: len(awake)})


def _refused(letters: list[Letter], carrier: Batches, worker: Worker, error: ProviderError) -> Counter[str]:
    with worker.sessions() as session:
        worker.heed(session, carrier, error)
        return Counter(letter.delivery.not_accepted_in(session, error) for letter in letters)
