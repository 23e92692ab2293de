"""Redis goes away while people join, and comes back. It was the queue, and it counted what networks send.

Processes, time and Redis are real ones. In full it is away for ten minutes, and the worker is the command's;
in short the worker is forked and sweeps each second.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from flask import Flask

from tests.faults import checker, kills
from tests.faults.trial import Outcome, Trial, opened
from tests.support.redis_server import RedisServer, a_redis
from tests.support.visitor import Visitor
from tests.support.world import NAME, SLUG, settings_at
from web import background, logs
from web.app import create_app
from web.clock import utc_now
from web.http import limits
from web.http.context import KEY
from web.queues import LOOK_AGAIN, Waker
from web.services.common import programmes
from web.settings import Settings

LONGEST = 2.0  # seconds that a form may take, on a busy machine
NEVER = 10**6
CONFIRMS = "SELECT count(*) FROM outbox_message WHERE kind = 'confirm'"
USED = {"cmdstat_brpop", "cmdstat_lpush", "cmdstat_evalsha"}  # by a worker, by who wakes it, by the limits


def fault(trial: Trial) -> Outcome:
    away = trial.size(4, 600)
    plenty = {"network_forms_per_minute": NEVER, "network_forms_per_hour": NEVER}
    with a_redis(trial.folder) as server:
        settings = settings_at(trial.url, trial.folder, queue_url=server.url, **plenty)
        _prepare(settings)
        log = trial.folder / "worker.log"
        with _working(trial, settings, log):
            visitors = Visitors(_app(trial, settings))
            visitors.join_for(1, every=0.2)
            _within(30, lambda: _told(trial) == visitors.joined)
            time.sleep(
                1
            )  # whoever wrote to the last of them looks for more, finds none, and waits to be woken
            server.go()
            visitors.join_for(away, every=trial.size(1, 10) / 5)
            answered = _within(trial.size(5, 90), lambda: _told(trial) == visitors.joined)
            server.come()
            _within(2 * LOOK_AGAIN + 5, lambda: _is_used(visitors, server))
            used = _used(server)
        visitors.app.extensions[KEY].database.dispose()
    return _outcome(trial, visitors, answered, used, log.read_text(), away)


@dataclass
class Visitors:
    """People who join, one after the other, each with an address of their own."""

    app: Flask
    joined: int = 0
    longest: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.app).open(f"/p/{SLUG}/join")
        self.form = dict(self.visitor.page.forms[-1].form_values())
        time.sleep(2.5)  # sooner than anybody can type it is not taken

    def join_for(self, seconds: float, every: float) -> None:
        until = time.monotonic() + seconds
        while True:
            self._join()
            time.sleep(every)
            if time.monotonic() >= until:
                return

    def _join(self) -> None:
        they = {
            "name": "Amina",
            "organisation": "Leeds",
            "agree": "y",
            "email": f"p{self.joined}@example.org",
        }
        began = time.monotonic()
        answer = self.visitor.post(f"/p/{SLUG}/join", self.form | they, follow_redirects=False)
        self.longest = max(self.longest, time.monotonic() - began)
        self.answers[answer.status_code] += 1
        self.joined += answer.status_code == 303


def _prepare(settings: Settings) -> None:
    database = opened(settings.database_url)
    database.upgrade()
    with database.write() as session:
        programmes.add(session, SLUG, NAME, contact="hello@councils.example", now=utc_now(), by="a test")
    database.dispose()


def _app(trial: Trial, settings: Settings) -> Flask:
    app = create_app(settings, poke=Waker(settings))
    if trial.mutant == "counts in Redis alone":
        app.extensions[limits.KEY]._in_memory_fallback_enabled = False
    return app


@contextmanager
def _working(trial: Trial, settings: Settings, log: Path) -> Iterator[None]:
    if trial.full:
        said = {
            name.upper(): str(value) for name, value in settings.model_dump(exclude_defaults=True).items()
        }
        command = [sys.executable, "-m", "web.cli", "worker"]
        with log.open("w") as file:
            process = subprocess.Popen(command, env=os.environ | said, stderr=file)
        stop: Callable[[], object] = process.wait
    else:
        process = kills.start(_work, settings, log, NEVER if trial.mutant == "sweeps by the queue" else 1)
        stop = process.join  # type: ignore[attr-defined]
    try:
        yield
    finally:
        process.terminate()
        stop()


def _work(settings: Settings, log: Path, sweep_every: float) -> None:
    sys.stderr = log.open("w", buffering=1)
    logs.configure()
    background.SWEEP_EVERY = sweep_every
    background.run(settings)


def _is_used(visitors: Visitors, server: RedisServer) -> bool:
    visitors.join_for(0, every=0.3)
    return _used(server) >= USED


def _used(server: RedisServer) -> set[str]:
    """What Redis has been asked for since it came back."""
    with redis.Redis.from_url(server.url) as line:
        return set(line.info("commandstats"))


def _told(trial: Trial) -> int:
    """How many have been written to."""
    return checker.number(trial.url, CONFIRMS)


def _within(seconds: float, done: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not (found := done()) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def _outcome(
    trial: Trial, visitors: Visitors, answered: bool, used: set[str], log: str, away: float
) -> Outcome:
    lines, stacks = log.count("the queue cannot be reached"), log.count("Traceback")
    most = 1 + away / 60
    return Outcome(
        f"{away} s away: joins answered {dict(visitors.answers)}, the longest in {visitors.longest:.2f} s; "
        f"{'all' if answered else 'not all'} written to before it was back; the worker said so {lines} times "
        f"with {stacks} stacks; once back {', '.join(sorted(used & USED))} were used",
        f"each 303 within {LONGEST} s, all written to, at most {most:.0f} lines, no stack, all three used",
        set(visitors.answers) == {303}
        and visitors.longest <= LONGEST
        and answered
        and lines <= most
        and not stacks
        and used >= USED,
    )
