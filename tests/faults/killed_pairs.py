"""Two workers of which one is killed with -9 every two seconds, beside two that nobody disturbs.

Both pairs have the same provider, which answers as slowly to each, and the same backlog: what a dead worker
had in its hands, the other one lacks. In full a worker may take longer than two seconds to load, so the next
one is killed two seconds after both are at work again.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from notifications import delivery, sending
from tests.faults import checker
from tests.faults.commands import READY, SENDS, WORKER, Command, House, Mistake, house_of, within
from tests.faults.trial import Outcome, Trial

KILL_EVERY = 2.0  # seconds
AT_ONCE = 500  # messages: as many as a worker could once claim
A_SECOND = 20  # more than two workers send
LATENCY = 0.2
BEGIN_WITHIN = 60.0
HALF, LEAST = 0.5, 0.4  # of full speed; in short, beside other tests, a little less


def fault(trial: Trial) -> Outcome:
    # Long enough that of two who claim all at once the one who has it is killed early, whichever it is.
    seconds = 16 if trial.mutant else trial.size(8, 90)
    mistake = MISTAKES[trial.mutant] if trial.mutant else _none
    with house_of(trial, LATENCY, mistake) as house:
        pairs = Pairs(house, seconds)
        alone, disturbed = pairs.measure(_nothing), pairs.measure(pairs.kill_if_it_is_time)
    ratio, wanted = disturbed / alone if alone else 0.0, HALF if trial.full else LEAST
    return Outcome(
        f"two workers sent {alone / seconds:.1f} messages a second for {seconds} s, and "
        f"{disturbed / seconds:.1f} with {pairs.kills} kills: {ratio:.0%}",
        f"at least {wanted:.0%}",
        ratio >= wanted and pairs.kills > 0,
    )


class Pairs:
    def __init__(self, house: House, seconds: float) -> None:
        self.house, self.seconds, self.kills, self.killed_at = house, seconds, 0, 0.0

    def measure(self, disturb: Callable[[list[Command]], None]) -> int:
        """How many messages two workers send in that time, from the moment on at which both are at work."""
        backlog = max(AT_ONCE, round(self.seconds * A_SECOND))
        self.house.queue(backlog - self.house.count("queued"))
        pair = [self.house.start(*WORKER) for _ in range(2)]
        within(BEGIN_WITHIN, lambda: all(map(self._is_at_work, pair)))
        self.killed_at, before = time.monotonic(), self._sent()
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            time.sleep(0.05)
            disturb(pair)
        sent = self._sent() - before
        for each in pair:
            each.stop()
        return sent

    def kill_if_it_is_time(self, pair: list[Command]) -> None:
        """The older one, and start another."""
        if not all(map(self._is_at_work, pair)):
            self.killed_at = time.monotonic()
        elif time.monotonic() > self.killed_at + KILL_EVERY:
            pair.pop(0).kill()
            pair.append(self.house.start(*WORKER))
            self.kills += 1

    def _is_at_work(self, one: Command) -> bool:
        """Has it begun a call, or found nothing to take?"""
        said = one.log.read_text()
        return SENDS in said or (READY in said and not self.house.count("queued"))

    def _sent(self) -> int:
        return len(checker.calls(self.house.trial.log))


def _nothing(_pair: list[Command]) -> None:
    """Nobody disturbs them."""


def _none() -> None:
    """No mistake."""


def _claims_all_for_long() -> None:
    for room in (sending, delivery):
        room.CLAIM_LEASE = timedelta(seconds=25)  # type: ignore[attr-defined]
    delivery._Portion.of = lambda _, due: [row.id for row in due]  # type: ignore[method-assign]


MISTAKES: dict[str, Mistake] = {"claims all for 25 s": _claims_all_for_long}
