"""SIGTERM at any moment of a worker's life, its first work among them, with a backlog before it.

A life begins when the process catches the signal, which is before our code is loaded, or has called a
provider: what comes before, while Python itself starts, has nothing in its hands.
"""

import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field

from notifications.sending import Worker as Pass
from tests.faults import checker
from tests.faults.commands import STOPS_WITHIN, WORKER, Command, House, Mistake, Words, house_of, within
from tests.faults.trial import Outcome, Trial
from web import background
from web.db import Database
from web.settings import Settings
from web.worker import Worker

SIGTERMS = 100  # on each of two databases
BACKLOG = 60
TOGETHER = 2  # lives at a time
BORN_WITHIN = 60.0
LONGEST = 40 * 60  # seconds
OF_SERVE = 10  # one in so many ends `serve`, and with it its worker
IN_HAND = ("claimed", "sending")


def fault(trial: Trial) -> Outcome:
    number = 4 if trial.mutant else trial.size(6, SIGTERMS)
    mistake = MISTAKES[trial.mutant] if trial.mutant else _none
    with house_of(trial, latency=0.1, mistake=mistake) as house:
        lives, chance = Lives(house), random.Random(trial.seed)
        until = time.monotonic() + LONGEST
        while lives.statuses.total() < number and time.monotonic() < until:
            lives.live_together(chance)
        return lives.outcome(number)


@dataclass
class Lives:
    """How they ended. `before` are those that were told to stop before any of them had made a call."""

    house: House
    statuses: Counter[int | None] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    before: int = 0
    left: int = 0
    longest: float = 0.0

    def live_together(self, chance: random.Random) -> None:
        """A few, each told to stop at a moment of its own; then nothing may be in anybody's hands."""
        if self.house.count("queued") < BACKLOG:
            self.house.queue(BACKLOG)
        calls = self._calls()
        started = [self.house.start(*self._words(n)) for n in range(TOGETHER)]
        for command in started:
            self.commands[command.words[1]] += 1
            within(BORN_WITHIN, lambda: self._is_born(command, calls), every=0.02)  # noqa: B023
        ends = sorted((time.monotonic() + self._moment(chance), n) for n in range(TOGETHER))
        for at, n in ends:
            time.sleep(max(at - time.monotonic(), 0))
            self.before += self._calls() == calls
            started[n].tell(signal.SIGTERM)
        for at, n in ends:
            self.statuses[started[n].wait(STOPS_WITHIN)] += 1
            self.longest = max(self.longest, time.monotonic() - at)
        self.left += self.house.count(*IN_HAND)

    def _is_born(self, command: Command, calls: int) -> bool:
        return command.heeds_sigterm() or self._calls() > calls

    def _words(self, n: int) -> Words:
        is_serve = self.house.trial.full and (self.statuses.total() + n) % OF_SERVE == 1
        return self.house.serve() if is_serve else WORKER

    def _moment(self, chance: random.Random) -> float:
        """Seconds: as long as loading and the first work may take, and into what follows."""
        return chance.uniform(0, self.house.trial.size(1, 6))

    def _calls(self) -> int:
        return len(checker.calls(self.house.trial.log))

    def outcome(self, number: int) -> Outcome:
        trial = self.house.trial
        taken = Counter(call.address for call in checker.calls(trial.log))
        twice, accepted = taken.total() - len(taken), self.house.count("accepted", "delivered")
        what = ", ".join(f"{many} of {name}" for name, many in sorted(self.commands.items()))
        return Outcome(
            f"{self.statuses.total()} SIGTERMs ({what}), {self.before} of them before the first call: ended "
            f"with {dict(self.statuses)}, the last after {self.longest:.1f} s; {self.left} left claimed or "
            f"sending, {len(taken)} taken, {accepted} known to be, {twice} twice",
            f"{number} SIGTERMs, each ends with 0 within {STOPS_WITHIN:.0f} s, nothing left in hand, "
            "what was taken known, none twice",
            self.statuses == {0: self.statuses.total()}
            and self.statuses.total() >= number
            and self.left == twice == 0
            and accepted == len(taken),
        )


def _none() -> None:
    """No mistake."""


def _listens_after_the_backlog() -> None:
    honest = background.run

    def run(settings: Settings, threads: int = 1) -> None:
        Worker(settings, Database(settings.database_url)).sweep()
        honest(settings, threads)

    background.run = run


def _gives_nothing_back() -> None:
    Pass.give_back = lambda *_, **__: None  # type: ignore[method-assign]


MISTAKES: dict[str, Mistake] = {
    "listens after the backlog": _listens_after_the_backlog,
    "gives nothing back": _gives_nothing_back,
}
