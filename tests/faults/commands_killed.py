"""`unmentoring worker`, `serve` with a worker of its own, and gunicorn beside workers: killed with -9 while a
round goes out, some stopped for longer than a claim lasts, and each started again by a supervisor.

Time is the real one. Of a letter that was in a killed worker's hands we hear by SendGrid's events, which come
in at the web side; of a text by asking Twilio. Only at the end, when no worker runs, the minutes for which
evidence is waited are moved in the table.
"""

import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from notifications import delivery, reconcile, sending
from notifications.providers.base import Absent
from tests.faults import checker, mutants
from tests.faults.checker import Verdict
from tests.faults.commands import (
    READY,
    SENDS,
    STOPS_WITHIN,
    WORKER,
    Command,
    House,
    Mistake,
    Words,
    house_of,
    within,
)
from tests.faults.trial import Outcome, Trial

KILLS = 500  # on each of two databases
STALLS = 10
LIVES = 1.5  # seconds at the most, from the first call on
WEB = 0.05  # of the kills are of those who serve the pages
STALL_SECONDS = sending.CLAIM_LEASE.total_seconds() + 6  # others have taken over by then, and sent
LOOK_EVERY = 0.5
LONGEST = 25 * 60  # seconds of kills, at either kind of web side
SETTLES_WITHIN = 120.0
IN_DOUBT = ("sending", "uncertain")
UNSENT = ("queued", "claimed")
BEGUN = 2  # calls
BEGINS_WITHIN = 10.0


def fault(trial: Trial) -> Outcome:
    if trial.mutant:
        return _mutant(trial)
    with house_of(trial, latency=trial.size(200, 50) / 1000) as house:
        day, webs = Day(house, random.Random(trial.seed)), _webs(trial, house)
        if not (trial.full or "postgresql" in trial.url):
            day.stall_one_in_a_call()
        for web in webs:
            kills, stalls = trial.size(3, KILLS // len(webs)), trial.size(0, STALLS // len(webs))
            day.live([web, *[WORKER] * trial.size(2, 3)], kills, stalls)
        return day.outcome(day.settle(SETTLES_WITHIN))


def _webs(trial: Trial, house: House) -> list[Words]:
    """In short `serve` on SQLite and gunicorn on PostgreSQL, where gunicorn belongs."""
    if trial.full:
        return [house.serve(), house.gunicorn()]
    return [house.serve() if trial.url.startswith("sqlite") else house.gunicorn()]


def _mutant(trial: Trial) -> Outcome:
    """By text alone: about them nobody tells us anything."""
    with house_of(trial, latency=0.5, mistake=MISTAKES[trial.mutant], texts_each=1) as house:
        day = Day(house, random.Random(trial.seed))
        if trial.mutant == "no fencing":
            day.stall_one_in_a_call()
        else:
            day.kill_in_calls(2)
        return day.outcome(day.settle(5))


class Kept:
    """A command that is kept running. Its worker, if it has one, stops being at work when it is killed."""

    def __init__(self, house: House, words: Words) -> None:
        self.house, self.words = house, words
        self.name = words[0] if words[0] == "gunicorn" else words[1]
        self.has_worker = words in (WORKER, house.serve())
        self.begin()

    def begin(self) -> None:
        self.command: Command = self.house.start(*self.words)
        self.fell, self.ends_at, self.stalled_until = 0, 0.0, 0.0

    def is_at_work(self) -> bool:
        """Has its worker begun a call since it was killed last?"""
        return self.has_worker and self._calls() > self.fell

    def _calls(self) -> int:
        return self.command.log.read_text().count(SENDS)

    def worker(self) -> psutil.Process | None:
        if self.words != WORKER:
            return next(iter(self.command.children()), None)
        return psutil.Process(self.command.pid) if self.command.status is None else None

    def kill_worker(self) -> str:
        """Who it was. `serve` starts its own again."""
        if self.words == WORKER:
            return self.kill()
        self.fell, self.ends_at = self._calls(), 0.0
        if worker := self.worker():
            worker.kill()
        return "serve's worker"

    def kill(self) -> str:
        """And start it again, as a supervisor does."""
        self.command.kill()
        if self.name == "gunicorn":  # its workers listen at its port until they see that it is gone
            psutil.wait_procs(self.command.orphans, STOPS_WITHIN)
        self.begin()
        return self.name

    def stall(self) -> None:
        if worker := self.worker():
            worker.suspend()
            self.stalled_until = time.monotonic() + STALL_SECONDS

    def go_on_if_over(self) -> None:
        if self.stalled_until and time.monotonic() > self.stalled_until:
            self.go_on()

    def go_on(self) -> None:
        self.stalled_until = self.ends_at = 0.0
        if worker := self.worker():
            worker.resume()


@dataclass
class Day:
    """What was done to them, and what they did."""

    house: House
    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    stalls: int = 0
    deaths: int = 0  # of which we know nothing
    statuses: Counter[int | None] = field(default_factory=Counter)
    webs: list[str] = field(default_factory=list)
    team: list[Kept] = field(default_factory=list)
    looked: float = 0.0

    def kill_in_calls(self, times: int) -> None:
        self.house.queue(BEGUN * 5)
        for _ in range(times):
            victim = self._begun()
            victim.command.kill()
            self.kills[victim.name] += 1

    def stall_one_in_a_call(self) -> None:
        """With others in its hands, until somebody else has sent all there is."""
        self.house.queue(BEGUN * 5)
        first = self._begun()
        first.stall()
        self.stalls += 1
        second = Kept(self.house, WORKER)
        within(SETTLES_WITHIN, lambda: not self.house.count(*UNSENT))
        first.go_on()
        self._end([first, second])

    def _begun(self) -> Kept:
        """A worker that has just made a call."""
        log = self.house.trial.log
        before, worker = len(checker.calls(log)), Kept(self.house, WORKER)
        within(BEGINS_WITHIN, lambda: len(checker.calls(log)) > before + BEGUN)
        return worker

    def live(self, commands: list[Words], kills: int, stalls: int) -> None:
        """Kill and stall that often more, then let them work off what waits and stop."""
        kills, stalls = self.kills.total() + kills, self.stalls + stalls
        self.team = [Kept(self.house, words) for words in commands]
        self.webs += [each.name for each in self.team if each.words != WORKER]
        until = time.monotonic() + LONGEST
        while time.monotonic() < until and not self._is_done(kills, stalls):
            time.sleep(0.02)
            self._look_after()
            for each in self.team:
                each.go_on_if_over()
                if each.is_at_work() and not each.stalled_until:
                    self._trouble(each, kills, stalls)
        self._end(self.team)

    def _is_done(self, kills: int, stalls: int) -> bool:
        under_way = any(each.stalled_until for each in self.team)
        return self.kills.total() >= kills and self.stalls >= stalls and not under_way

    def _look_after(self) -> None:
        """Keep work there, and whoever died by himself alive."""
        if time.monotonic() < self.looked + LOOK_EVERY:
            return
        self.looked = time.monotonic()
        enough = self.house.trial.size(20, 120)
        if self.house.count("queued") < enough / 2:
            self.house.queue(enough)
        for each in self.team:
            if each.command.status is not None:
                self.deaths += 1
                each.begin()

    def _trouble(self, one: Kept, kills: int, stalls: int) -> None:
        now = time.monotonic()
        if not one.ends_at:
            one.ends_at = now + self.chance.uniform(0, LIVES)
        elif now >= one.ends_at and self.stalls < stalls and not any(e.stalled_until for e in self.team):
            one.stall()
            self.stalls += 1
        elif now >= one.ends_at and self.kills.total() < kills:
            web = self.team[0]
            is_of_web = self.chance.random() < WEB and self.house.trial.full and not web.stalled_until
            self.kills[self._kill_web(web) if is_of_web else one.kill_worker()] += 1

    def _kill_web(self, web: Kept) -> str:
        """Itself, or one of gunicorn's workers, which gunicorn starts again."""
        if web.name == "gunicorn" and (answering := web.command.children()) and self.chance.random() < 0.5:
            with suppress(psutil.NoSuchProcess):
                self.chance.choice(answering).kill()
            return "gunicorn's worker"
        return web.kill()

    def _end(self, team: list[Kept]) -> None:
        """Once what waits is sent, and all of it is told of, each is stopped as an operator does."""
        within(SETTLES_WITHIN, lambda: not self.house.count(*UNSENT))
        self.statuses.update(each.command.stop() for each in team if each.words == WORKER)
        if self.webs:
            within(SETTLES_WITHIN, self.house.ledger.has_told_all)
        self.statuses.update(each.command.stop() for each in team if each.words != WORKER)

    def settle(self, seconds: float) -> Verdict:
        """The minutes go by for which evidence is waited; then a worker looks, and sends what nobody had."""
        until = time.monotonic() + seconds
        while self.house.count(*UNSENT, *IN_DOUBT) and time.monotonic() < until:
            self.house.let_minutes_pass()
            worker = Kept(self.house, WORKER)
            within(STOPS_WITHIN, lambda: READY in worker.command.log.read_text())  # noqa: B023
            within(3, lambda: not self.house.count(*UNSENT, *IN_DOUBT))
            self.statuses[worker.command.stop()] += 1
        return checker.check_addresses(self.house.trial.url, self.house.trial.log)

    def outcome(self, verdict: Verdict) -> Outcome:
        killed = ", ".join(f"{number} of {who}" for who, number in sorted(self.kills.items()))
        beside = " and ".join(self.webs) or "nobody"
        trial = self.house.trial
        wanted = trial.size(0, KILLS)
        return Outcome(
            f"{self.kills.total():,} kills of commands ({killed}) beside {beside}, "
            f"{self.stalls} stalls, {self.deaths} deaths of their own, told to stop they "
            f"ended with {dict(self.statuses)}: {verdict}",
            f"{wanted:,} kills, none lost, none twice, no death of their own, each stop with 0",
            not (verdict.lost or verdict.twice or self.deaths)
            and not set(self.statuses) - {0}
            and self.kills.total() >= wanted,
        )


def _asks_nobody() -> None:
    reconcile._ask = lambda *_: Absent()  # type: ignore[assignment]


def _does_not_look_who_has_it() -> None:
    sending.move_all = mutants.move_all_of_anybody
    sending.Worker.has_lapsed = lambda _: False  # type: ignore[method-assign]


def _claims_for_ever() -> None:
    for room in (sending, delivery):
        room.CLAIM_LEASE = sending.A_CLOCK_AHEAD / 2  # type: ignore[attr-defined]


MISTAKES: dict[str, Mistake] = {
    "asks nobody": _asks_nobody,
    "no fencing": _does_not_look_who_has_it,
    "claims for ever": _claims_for_ever,
}
