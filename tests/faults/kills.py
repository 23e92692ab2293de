"""Workers killed with -9 at random moments while they send.

Every process is forked from one that has imported everything, so a new worker starts in milliseconds and a
run can afford a thousand kills. Our clock runs faster than the real one, so that a lease of two minutes ends
in two seconds; the calls themselves are real ones to a fake SendGrid in a process of its own, whose events
come back late, shuffled, 30% of them repeated, and some never.
"""

import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from multiprocessing.context import ForkProcess
from pathlib import Path

from sqlalchemy import text
from sqlmodel import SQLModel

from notifications import delivery, outbox, receipts, reconcile
from notifications.delivery import Providers
from notifications.messages import Channel, Recipient
from notifications.providers import sendgrid
from notifications.providers.sendgrid import SendGrid
from notifications.tables import OutboxMessage
from tests.faults import checker
from tests.faults.checker import Verdict
from tests.support.fake_provider import Answer, Call
from tests.support.fake_sendgrid import FakeSendGrid, event, report
from tests.support.letters import introduction, links
from web.db import Database

FORK = multiprocessing.get_context("fork")
KEY = b"suppression key"
ROOM = OutboxMessage.__table__.metadata  # type: ignore[attr-defined]
TABLES = (
    "outbox_message",
    "outbox_named",
    "outbox_hold",
    "local_message",
    "suppression",
    "provider_pace",
    "receipt",
)


@dataclass(frozen=True)
class Day:
    """How bad it is going to be. `lost_events` is a share of messages none of whose events arrives."""

    url: str
    folder: Path
    messages: int = 300
    workers: int = 4
    kills: int = 12
    lost_events: float = 0.0
    seed: int = 1
    speed: float = 60.0
    events_after: float = 3.0  # seconds: later than a lease of ours ends, sooner than we give up waiting
    latency: float = 0.005
    began: float = field(default_factory=time.time)
    worker: Callable[["Day", Database, Providers], None] | None = None  # a mutant's, instead of ours

    @property
    def log(self) -> Path:
        return self.folder / "provider.log"

    def clock(self) -> datetime:
        passed = (time.time() - self.began) * self.speed
        return datetime(2026, 12, 1, 9, tzinfo=UTC) + timedelta(seconds=passed)


def run(day: Day) -> Verdict:
    """The whole day: queue, send, kill, and wait until the survivors have settled everything."""
    _prepare(day)
    address = day.folder / "address"
    provider = _start(_provide, day, address)
    while not address.exists():
        time.sleep(0.01)
    day = replace(day, began=time.time())
    postman = _start(_deliver_events, day)
    try:
        _kill_workers(day)
        return _verdict(day)
    finally:
        for process in (provider, postman):
            process.kill()
            process.join()


def _prepare(day: Day) -> None:
    database = Database(day.url)
    SQLModel.metadata.create_all(database.engine, [ROOM.tables[name] for name in TABLES])
    letter = introduction(until=date(2036, 1, 1))
    orders = [
        outbox.Order(
            letter, Recipient(f"r{n}", "Amina Shah", Channel.EMAIL, f"r{n}@example.org"), subject="g"
        )
        for n in range(day.messages)
    ]
    with database.write() as session:
        outbox.queue_all(session, orders, now=datetime(2026, 12, 1, tzinfo=UTC))
    database.dispose()


def _start(work: Callable[..., None], *given: object) -> ForkProcess:
    process = FORK.Process(target=work, args=given, daemon=True)
    process.start()
    return process


def _kill_workers(day: Day) -> None:
    chance = random.Random(day.seed)
    address = (day.folder / "address").read_text()
    workers = [_start(_work, day, address) for _ in range(day.workers)]
    deadline = time.time() + 120 + day.kills + day.messages / 5  # what is not done by then counts as lost
    kills = 0
    with closing(_Watch(day)) as watch:
        while not (watch.done() and kills >= day.kills) and time.time() < deadline:
            time.sleep(chance.uniform(0.01, 0.12))
            if kills < day.kills:
                victim = chance.randrange(day.workers)
                os.kill(workers[victim].pid or 0, signal.SIGKILL)
                workers[victim].join()
                workers[victim] = _start(_work, day, address)
                kills += 1
    for worker in workers:
        worker.kill()
        worker.join()


class _Watch:
    """Is anything still to be settled? Asked in a process of its own: forks must not share a connection."""

    def __init__(self, day: Day) -> None:
        self._open = FORK.Value("i", day.messages)
        self._process = _start(_count_open, day, self._open)

    def done(self) -> bool:
        return bool(self._open.value == 0)

    def close(self) -> None:
        self._process.kill()
        self._process.join()


def _count_open(day: Day, open_: object) -> None:
    database = Database(day.url)
    undone = text(
        "SELECT count(*) FROM outbox_message WHERE state NOT IN ('accepted', 'delivered', 'parked', 'failed')"
    )
    while True:
        with database.engine.connect().execution_options(writing=False) as connection:
            open_.value = connection.execute(undone).scalar_one()  # type: ignore[attr-defined]
        time.sleep(0.2)


def _verdict(day: Day) -> Verdict:
    database = Database(day.url)
    try:
        return checker.check(database.engine, day.log)
    finally:
        database.dispose()


def _provide(day: Day, address: Path) -> None:
    """A SendGrid that writes down, before it answers, which message it took."""
    out = os.open(day.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    class Logging(FakeSendGrid):
        def accept(self, call: Call) -> Answer:
            time.sleep(day.latency)
            args = json.loads(call.body)["personalizations"][0]["custom_args"]
            os.write(out, f"{args['unm_message']} {args['unm_attempt']} {time.time()}\n".encode())
            return 202, {"X-Message-Id": f"sg-{args['unm_message']}-{args['unm_attempt']}"}, b""

    fake = Logging()
    with fake.serving():
        address.with_suffix(".new").write_text(fake.url)
        address.with_suffix(".new").rename(address)
        signal.pause()


def _deliver_events(day: Day) -> None:
    """The provider's webhook calls: late, shuffled, repeated, and some never."""
    chance = random.Random(day.seed + 1)
    database = Database(day.url)
    seen = 0
    while True:
        time.sleep(0.2)
        lines = day.log.read_text().splitlines() if day.log.exists() else []
        ripe = [line for line in lines if float(line.split()[2]) < time.time() - day.events_after]
        told = [made for line in ripe[seen:] for made in _events(line, day, chance)]
        seen = len(ripe)
        chance.shuffle(told)
        if told:
            with database.write() as session:
                receipts.take(session, sendgrid.events(report(*told)), key=KEY, now=day.clock())


def _events(line: str, day: Day, chance: random.Random) -> list[dict[str, object]]:
    message, attempt, _ = line.split()
    if random.Random(f"{day.seed} {message}").random() < day.lost_events:
        return []
    about = {"message_id": int(message), "unm_attempt": attempt}
    told = [event(name, f"{name}-{message}-{attempt}", **about) for name in ("processed", "delivered")]
    return told + [each for each in told if chance.random() < 0.3]


def _work(day: Day, address: str) -> None:
    database = Database(day.url)
    providers = Providers(email=SendGrid("SG.key", "Unmentoring <hello@unm.example>", address, 5.0), key=KEY)
    worker = day.worker or work_honestly
    while True:
        worker(day, database, providers)


def work_honestly(day: Day, database: Database, providers: Providers) -> None:
    done = delivery.deliver_due(database.write, providers, links, day.clock, 20)
    reconcile.reconcile(database.write, providers, links, day.clock)
    if done.idle:
        time.sleep(0.05)
