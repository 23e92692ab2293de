"""Workers killed with -9 at random moments while they send; others stopped for minutes, then let go on.

Every process is forked from one that has imported everything, so a new worker starts in milliseconds and a
run can afford a thousand kills. Our clock runs faster than the real one, so that a lease of two minutes ends
in two seconds; the calls themselves are real ones to a fake SendGrid in a process of its own, whose events
come back late, shuffled, 30% of them repeated, and some never. Who delivers them turns the clock: else a busy
machine that kept them back would let ten minutes without evidence pass, and a letter go out again by promise.
"""

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

from sqlalchemy import text

from notifications import delivery, receipts, reconcile
from notifications.delivery import Providers
from notifications.providers import sendgrid
from notifications.providers.base import Accepted, Outgoing
from notifications.providers.sendgrid import SendGrid
from tests.faults import checker
from tests.faults.checker import Verdict
from tests.faults.trial import KEY, Trial, opened, queue, room
from tests.support.fake_provider import Answer, Call
from tests.support.fake_sendgrid import FakeSendGrid, event, report
from tests.support.letters import links
from web.db import Database

FORK = multiprocessing.get_context("fork")
AFTERWARDS_SECONDS = 1.0  # time for who stood still to do what it should not
A_MOMENT = 0.02
STALL_SECONDS = 6.5  # of ours 6.5 minutes: longer than every lease, shorter than we wait for evidence


@dataclass(frozen=True)
class Day:
    """How bad it is going to be. `lost_events` is the share of events that never arrive."""

    url: str
    folder: Path
    messages: int = 300
    workers: int = 4
    kills: int = 12
    stalls: int = 0
    lost_events: float = 0.0
    seed: int = 1
    speed: float = 60.0
    passed: Any = field(default_factory=lambda: FORK.Value("d", 0.0, lock=False))  # seconds, for all of them
    events_after: float = 3.0  # seconds: later than a lease of ours ends, sooner than we give up waiting
    latency: float = 0.02
    worker: Callable[["Day", Database, Providers], None] | None = None  # a mutant's, instead of ours

    @property
    def log(self) -> Path:
        return self.folder / "provider.log"

    def clock(self) -> datetime:
        return datetime(2026, 12, 1, 9, tzinfo=UTC) + timedelta(seconds=self.passed.value * self.speed)

    def turn(self) -> None:
        """Let a moment pass, and no more of it than that however long it took."""
        time.sleep(A_MOMENT)
        self.passed.value += A_MOMENT


def run(day: Day) -> Verdict:
    """The whole day: queue, send, kill, and wait until the survivors have settled everything."""
    database = room(Trial(day.url, day.folder))
    queue(database, day.messages)
    database.dispose()
    address = day.folder / "address"
    provider = start(provide, day, address)
    while not address.exists():
        time.sleep(0.01)
    postman = start(_deliver_events, day)
    try:
        _kill_workers(day)
        return checker.check(day.url, day.log)
    finally:
        for process in (provider, postman):
            process.kill()
            process.join()


def start(work: Callable[..., None], *given: object) -> ForkProcess:
    process = FORK.Process(target=work, args=given, daemon=True)
    process.start()
    return process


def _kill_workers(day: Day) -> None:
    """Kill one at a time, and stop one at a time for minutes, until that was often enough and all is done."""
    chance = random.Random(day.seed)
    address = (day.folder / "address").read_text()
    workers = [_Hand(day, address) for _ in range(day.workers)]
    deadline = time.time() + 120 + day.kills + 8 * day.stalls + day.messages / 5  # then it counts as lost
    kills, stalls, stalled = 0, 0, _Stalled()
    with closing(_Watch(day)) as watch:
        while not (watch.done() and kills >= day.kills and stalls >= day.stalls and not stalled):
            time.sleep(chance.uniform(0.01, 0.12))
            stalled.let_go_if_over()
            if time.time() > deadline:
                break
            victim = chance.randrange(day.workers)
            if not (workers[victim].at_work or watch.done()):
                continue
            if kills < day.kills and workers[victim].pid != stalled.pid:
                workers[victim].end()
                workers[victim] = _Hand(day, address)
                kills += 1
            elif stalls < day.stalls and not stalled:
                stalled.stop(workers[victim].pid)
                stalls += 1
    for worker in workers:
        worker.end()


class _Hand:
    """A worker's process. One that has not yet called for anything has nothing to lose when it dies."""

    def __init__(self, day: Day, address: str) -> None:
        self._calls = FORK.Value("i", 0)
        self.process = start(_work, day, address, self._calls)

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    @property
    def at_work(self) -> bool:
        return bool(self._calls.value)

    def end(self) -> None:
        self.process.kill()
        self.process.join()


class _Stalled:
    """The worker that stands still, if any, or was let go on just now."""

    def __init__(self) -> None:
        self.pid, self._until = 0, 0.0

    def __bool__(self) -> bool:
        return time.time() < self._until + AFTERWARDS_SECONDS

    def stop(self, pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)
        self.pid, self._until = pid, time.time() + STALL_SECONDS

    def let_go_if_over(self) -> None:
        if self.pid and time.time() > self._until:
            os.kill(self.pid, signal.SIGCONT)
            self.pid = 0


class _Watch:
    """Is anything still to be settled? Asked in a process of its own: forks must not share a connection."""

    def __init__(self, day: Day) -> None:
        self._open = FORK.Value("i", day.messages)
        self._process = start(_count_open, day, self._open)

    def done(self) -> bool:
        return bool(self._open.value == 0)

    def close(self) -> None:
        self._process.kill()
        self._process.join()


def _count_open(day: Day, open_: object) -> None:
    database = opened(day.url)
    undone = text(
        "SELECT count(*) FROM outbox_message WHERE state NOT IN ('accepted', 'delivered', 'parked', 'failed')"
    )
    while True:
        with database.engine.connect().execution_options(writing=False) as connection:
            open_.value = connection.execute(undone).scalar_one()  # type: ignore[attr-defined]
        time.sleep(0.2)


def provide(day: Day, address: Path) -> None:
    """A SendGrid that writes down, before it answers, which message it took."""
    out = os.open(day.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    class Logging(FakeSendGrid):
        def accept(self, call: Call) -> Answer:
            time.sleep(day.latency)
            args = json.loads(call.body)["personalizations"][0]["custom_args"]
            os.write(out, f"{args['unm_message']} {args['unm_attempt']} {time.time()} taken\n".encode())
            return 202, {"X-Message-Id": f"sg-{args['unm_message']}-{args['unm_attempt']}"}, b""

    fake = Logging()
    with fake.serving():
        address.with_suffix(".new").write_text(fake.url)
        address.with_suffix(".new").rename(address)
        signal.pause()


def _deliver_events(day: Day) -> None:
    """The provider's webhook calls: late, shuffled, repeated, and some never."""
    chance = random.Random(day.seed + 1)
    database = opened(day.url)
    seen = 0
    while True:
        for _ in range(10):
            day.turn()
        lines = day.log.read_text().splitlines() if day.log.exists() else []
        ripe = _ripe(lines, time.time() - day.events_after)
        told = [made for line in ripe[seen:] for made in _events(line, day, chance)]
        seen = len(ripe)
        chance.shuffle(told)
        if told:
            with database.write() as session:
                receipts.take(session, sendgrid.events(report(*told), day.clock()), key=KEY, now=day.clock())


def _ripe(lines: list[str], before: float) -> list[str]:
    """In the order they stand in: two taken at once may be written down the other way round."""
    return list(takewhile(lambda line: float(line.split()[2]) < before, lines))


def _events(line: str, day: Day, chance: random.Random) -> list[dict[str, object]]:
    message, attempt, *_ = line.split()
    about = {"message_id": int(message), "unm_attempt": attempt}
    happened = [event(name, f"{name}-{message}-{attempt}", **about) for name in ("processed", "delivered")]
    told = [each for each in happened if chance.random() >= day.lost_events]
    return told + [each for each in told if chance.random() < 0.3]


def _work(day: Day, address: str, calls: Any) -> None:
    class Counting(SendGrid):
        def send(self, outgoing: Outgoing) -> Accepted:
            calls.value += 1
            return super().send(outgoing)

    database = opened(day.url)
    providers = Providers(email=Counting("SG.key", "Unmentoring <hello@unm.example>", address, 5.0), key=KEY)
    worker = day.worker or work_honestly
    while True:
        worker(day, database, providers)


def work_honestly(day: Day, database: Database, providers: Providers) -> None:
    done = delivery.deliver_due(database.write, providers, links, day.clock, 20)
    reconcile.reconcile(database.write, providers, links, day.clock)
    if done.idle:
        time.sleep(0.05)
