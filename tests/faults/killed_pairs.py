"""Two workers of which one is killed with -9 every two seconds, beside two that nobody disturbs.

Both pairs have the same provider, which answers as slowly to each, and the same backlog: what a dead worker
had in its hands, the other one lacks. In full a worker may take longer than two seconds to load, so the next
one is killed two seconds after both are ready again.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from notifications import delivery, sending
from tests.faults import checker
from tests.faults.commands import READY, WORKER, Command, House, Mistake, house_of, within
from tests.faults.trial import Outcome, Trial

KILL_EVERY = 2.0  # seconds
AT_ONCE = 500  # messages: as many as a worker could once claim
A_SECOND = 20  # more than two workers send
LATENCY = 0.2
READY_WITHIN = 60.0
HALF = 0.5


def fault(trial: Trial) -> Outcome:
    seconds = trial.size(8, 90)
    mistake = MISTAKES[trial.mutant] if trial.mutant else _none
    with house_of(trial, LATENCY, mistake) as house:
        pairs = Pairs(house, seconds)
        alone, disturbed = pairs.measure(_nothing), pairs.measure(pairs.kill_if_it_is_time)
    ratio = disturbed / alone if alone else 0.0
    return Outcome(
        f"two workers sent {alone / seconds:.1f} messages a second for {seconds} s, and "
        f"{disturbed / seconds:.1f} with {pairs.kills} kills: {ratio:.0%}",
        f"at least {HALF:.0%}",
        ratio >= HALF and pairs.kills > 0,
    )


class Pairs:
    def __init__(self, house: House, seconds: float) -> None:
        self.house, self.seconds, self.kills, self.killed_at = house, seconds, 0, 0.0

    def measure(self, disturb: Callable[[list[Command]], None]) -> int:
        """How many messages two workers send in that time, from the moment on at which both are ready."""
        backlog = max(AT_ONCE, round(self.seconds * A_SECOND))
        self.house.queue(backlog - self.house.count("queued"))
        pair = [self.house.start(*WORKER) for _ in range(2)]
        within(READY_WITHIN, lambda: all(map(_is_ready, pair)))
        self.killed_at, before = time.monotonic(), self._sent()
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            time.sleep(0.02)
            disturb(pair)
        sent = self._sent() - before
        for each in pair:
            each.stop()
        return sent

    def kill_if_it_is_time(self, pair: list[Command]) -> None:
        """The older one, and start another."""
        if not all(map(_is_ready, pair)):
            self.killed_at = time.monotonic()
        elif time.monotonic() > self.killed_at + KILL_EVERY:
            pair.pop(0).kill()
            pair.append(self.house.start(*WORKER))
            self.kills += 1

    def _sent(self) -> int:
        return len(checker.calls(self.house.trial.log))


def _is_ready(one: Command) -> bool:
    return READY in one.log.read_text()


def _nothing(_pair: list[Command]) -> None:
    """Nobody disturbs them."""


def _none() -> None:
    """No mistake."""


def _claims_all_for_long() -> None:
    for room in (sending, delivery):
        room.CLAIM_LEASE = timedelta(seconds=25)  # type: ignore[attr-defined]
    delivery._Portion.of = lambda _, due: [row.id for row in due]  # type: ignore[method-assign]


MISTAKES: dict[str, Mistake] = {"claims all for 25 s": _claims_all_for_long}
