"""Our commands as an operator's supervisor keeps them: each started again as soon as it has died.

In full they are what docs/running.md says. In short, and for mutants, the same words are said to a process
that is forked from this one, which saves the seconds of processor that loading our code takes; `serve` starts
its worker as it always does.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import select
from sqlmodel import col

from notifications import outbox
from notifications.messages import Channel, Recipient
from notifications.tables import UNDECIDED, OutboxMessage
from tests.faults import checker, kills
from tests.faults.ledgers import Ledger
from tests.faults.trial import LETTER, Trial, opened
from tests.support.commands import catches
from tests.support.http_client import HttpClient, Site
from tests.support.live import free_port
from tests.worlds.installations import Around, Installation, environment
from tests.worlds.running import BARE, PROGRAMS, ROOT
from web import cli
from web.clock import utc_now
from web.db import Database

WORKER = ("unmentoring", "worker")
READY, SENDS = "worker ready", " is sending"  # what a worker logs
STOPS_WITHIN = 25.0  # seconds, before systemd ends it
ENDED_IN_CALL = timedelta(minutes=11)  # later than any evidence is waited for
Words = tuple[str, ...]
Mistake = Callable[[], None]


class Command:
    """One process. A real one has its status from `wait`, a forked one the same."""

    def __init__(self, words: Words, house: "House", log: Path) -> None:
        self.words, self.orphans = words, list[psutil.Process]()
        log.touch()
        self.log, self._is_forked = log, words[0] == "unmentoring" and house.forks
        if self._is_forked:
            self._forked = kills.FORK.Process(target=_say, args=(words, house, log))
            self._forked.start()
            self.pid = self._forked.pid or 0
        else:
            with log.open("ab") as out:
                self._real = subprocess.Popen(
                    [PROGRAMS / words[0], *words[1:]],
                    env=house.variables,
                    cwd=ROOT if words[0] == "gunicorn" else house.folder,
                    stdout=out,
                    stderr=out,
                    stdin=subprocess.DEVNULL,
                )
            self.pid = self._real.pid

    @property
    def status(self) -> int | None:
        """As `subprocess` has it: None while it runs, below zero if a signal ended it."""
        return self._forked.exitcode if self._is_forked else self._real.poll()

    def wait(self, seconds: float) -> int | None:
        within(seconds, lambda: self.status is not None, every=0.02)
        return self.status

    def tell(self, what: signal.Signals) -> None:
        if self.status is None:
            os.kill(self.pid, what)

    def stop(self) -> int | None:
        """As an operator does it."""
        self.tell(signal.SIGTERM)
        return self.wait(STOPS_WITHIN)

    def heeds_sigterm(self) -> bool:
        return catches(self.pid, signal.SIGTERM)

    def children(self) -> list[psutil.Process]:
        """The worker of `serve`, or those of gunicorn."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid).children(recursive=True)
        return []

    def kill(self) -> None:
        """It alone. What it has started sees that it is gone, and ends by itself."""
        self.orphans += self.children()
        self.tell(signal.SIGKILL)
        self.wait(STOPS_WITHIN)

    def leave_nothing(self) -> None:
        """Whatever became of it, and of what it has started."""
        self.kill()
        for orphan in self.orphans:
            with suppress(psutil.NoSuchProcess):
                orphan.kill()


def _say(words: Words, house: "House", log: Path) -> None:
    os.chdir(house.folder)
    os.environ.clear()
    os.environ.update(house.variables)
    out = log.open("a", buffering=1)
    for file in (1, 2):
        os.dup2(out.fileno(), file)
    sys.stdout = sys.stderr = out
    house.mistake()
    cli.main.main(args=list(words[1:]), prog_name=words[0])


@dataclass
class House:
    """An installation on the trial's database, and those who carry its messages.

    With `forks` its commands are said to processes forked from this one.
    """

    trial: Trial
    ledger: Ledger
    folder: Path
    mistake: Mistake
    texts_each: int
    forks: bool
    variables: dict[str, str] = field(default_factory=dict)
    started: list[Command] = field(default_factory=list)
    queued: int = 0

    def start(self, *words: str) -> Command:
        self.started.append(Command(words, self, self.folder / f"{len(self.started)}.log"))
        return self.started[-1]

    def serve(self, *more: str) -> Words:
        return ("unmentoring", "serve", "--port", str(self.ledger.port), *more)

    def gunicorn(self) -> Words:
        workers = str(self.trial.size(1, 2))
        return ("gunicorn", "wsgi:app", "--workers", workers, "--bind", f"127.0.0.1:{self.ledger.port}")

    def queue(self, number: int) -> None:
        """The introductions of a round, one of each `texts_each` by text, each to somebody of their own."""
        orders = [
            outbox.Order(
                LETTER,
                Recipient(
                    f"{n:08x}",
                    "Amina Shah",
                    Channel.EMAIL if n % self.texts_each else Channel.SMS,
                    f"r{n}@example.org",
                    f"+4477{n:08}",
                ),
                "g",
            )
            for n in range(self.queued, self.queued + number)
        ]
        self.queued += number
        with self._database() as database, database.write() as session:
            outbox.queue_all(session, orders, now=utc_now())

    def let_minutes_pass(self) -> None:
        """For what was cut off in a call: as if nobody had looked for that long."""
        in_doubt = select(OutboxMessage).where(col(OutboxMessage.state).in_(UNDECIDED))
        with self._database() as database, database.write() as session:
            for message in session.scalars(in_doubt):
                message.sending_at = (message.sending_at or datetime.now(UTC)) - ENDED_IN_CALL
                message.lease_until = message.lease_until and message.lease_until - ENDED_IN_CALL
                session.add(message)

    @contextmanager
    def _database(self) -> Iterator[Database]:
        database = opened(self.trial.url)
        yield database
        database.dispose()

    def count(self, *states: str) -> int:
        named = ", ".join(f"'{state}'" for state in states)
        return checker.number(self.trial.url, f"SELECT count(*) FROM outbox_message WHERE state IN ({named})")

    def answers(self) -> bool:
        client = HttpClient(Site(self.variables["PUBLIC_URL"], self.ledger.port))
        try:
            return client.get("/health/live").status_code == 200
        except OSError:
            return False
        finally:
            client.close()

    def leave_nothing(self) -> None:
        for command in self.started:
            command.leave_nothing()


@contextmanager
def house_of(
    trial: Trial, latency: float = 0.1, mistake: Mistake = lambda: None, texts_each: int = 3
) -> Iterator[House]:
    """Its tables are there, and nothing is started yet."""
    ledger = Ledger(trial.log, free_port(), latency, trial.seed)
    folder = (trial.folder / "commands").resolve()
    folder.mkdir()
    database = opened(trial.url)
    database.upgrade()
    database.dispose()
    with ledger.kept():
        house = House(trial, ledger, folder, mistake, texts_each, forks=not trial.full)
        house.variables = _variables(trial, ledger)
        try:
            yield house
        finally:
            house.leave_nothing()


def _variables(trial: Trial, ledger: Ledger) -> dict[str, str]:
    is_file = trial.url.startswith("sqlite")
    around = Around(
        trial.url,
        None if is_file else trial.url.replace("+psycopg", ""),
        ledger.port,
        smtp="",
        sendgrid=ledger.sendgrid,
        twilio=ledger.twilio,
        notify="",
        webhook_key=ledger.signer.public_key,
    )
    one = Installation("sqlite" if is_file else "postgresql", "sendgrid and twilio", "loopback", "waitress")
    chosen = environment(one, around) | {"SMS_DAILY_CAP": str(10**9)}
    del chosen["ALERT_EMAIL"]  # the operator would be written to again and again
    return BARE | chosen


def within(seconds: float, found: Callable[[], object], every: float = 0.1) -> bool:
    until = time.monotonic() + seconds
    while not (is_so := found()) and time.monotonic() < until:
        time.sleep(every)
    return bool(is_so)
