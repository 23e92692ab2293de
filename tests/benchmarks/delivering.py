"""Delivery to a SendGrid of ours that answers after 5 ms. The floor is its own client in a loop, with letters
that were written before; as it comes, it connects anew for each.

Both have one call in flight at a time. Ours also reads the outbox, renders, writes down before and after the
call what it does, and looks whom it must not write to: on a SQLite file with full sync.
"""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from notifications import origins, outbox, progress
from notifications.claim_size import ClaimSize
from notifications.delivery import Providers, deliver_due
from notifications.jobs import job_of
from notifications.messages import Channel, CheckIn, Link, Message, Named, Partner, Recipient
from notifications.outbox import Order
from notifications.preparing import prepare
from notifications.providers.base import Outgoing
from notifications.providers.sendgrid import SendGrid
from notifications.tables import State
from tests.benchmarks.rows import Row, one_time
from tests.support.letters import COUNCILS, introduction
from web.clock import utc_now
from web.db import Database
from web.services.common.links import address_maker
from web.tokens import Signer

ALONE, TOGETHER = 1_000, 20_000
TURNS = 4
LINKS = address_maker(Signer(["a key for measuring only, nobody signs with it"]), "https://unm.example")
SAFE = "ours also looks whom it must not write to, and for pauses, in statements that SQLAlchemy hands on"
PAGE, CHECK_IN = Link("page", 11), Link("check-in", 12)


def rows() -> Iterator[Row]:
    with provider() as url, TemporaryDirectory() as folder:
        carrier = SendGrid("SG.key", "Unmentoring <hello@unm.example>", url)
        alone, floor, safe = one_at_a_time(Path(folder), carrier)
        why = "a transaction, safe on disk, stands between two calls: see the next row"
        yield Row(f"{ALONE:,} introductions, one at a time", alone, floor, 1 / 0.9, why=why)
        yield Row("the same beside a client that writes each down before it", alone, safe, 1.3, why=SAFE)
        together = batched(Path(folder), carrier)
        each, floor_each = together / TOGETHER, floor / ALONE
        yield Row(
            "a check-in, of 20,000 sent together",
            each,
            floor_each,
            1 / 50,
            f"{1 / each:,.0f} a second",
            why="each reader's own words are put in, and each row claimed, marked and settled",
        )


@contextmanager
def provider() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.slow_provider"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.stdin.close()


def one_at_a_time(folder: Path, carrier: SendGrid) -> tuple[float, float, float]:
    """Seconds of ours, of the bare client's, and of a client's that leaves one message in doubt as we do. In
    turns: others use this machine too.
    """
    each_turn = [one_turn(folder / f"turn {turn}", carrier, ALONE // TURNS) for turn in range(TURNS)]
    ours, floor, safe = (sum(times) for times in zip(*each_turn, strict=True))
    return ours, floor, safe


def one_turn(folder: Path, carrier: SendGrid, number: int) -> tuple[float, float, float]:
    folder.mkdir()
    database = waiting(folder / "alone.db", number, letter_with_a_file)
    providers = Providers(email=carrier, key=b"suppression")
    with database.read() as session:
        known = origins.known(session)
        jobs = [job_of(row, known) for row in progress.listing(session, limit=number)]
    written = [prepare(job, providers, LINKS, utc_now()) for job in jobs]
    floor = one_time(lambda: [carrier.send(letter) for letter in written])
    safe = one_time(lambda: send_safely(folder / "safe.db", carrier, written))
    ours = one_time(lambda: deliver_everything(database, providers, number))
    return ours, floor, safe


def send_safely(file: Path, carrier: SendGrid, letters: Sequence[Outgoing]) -> None:
    """The least that survives being killed: between two calls one transaction, safe on disk, says what became
    of the one letter and that the next is being sent. It keeps its connection, as ours does.
    """
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE letter (id INTEGER PRIMARY KEY, state TEXT)")
    database.executemany("INSERT INTO letter VALUES (?, 'queued')", [(letter.id,) for letter in letters])
    move = "UPDATE letter SET state = ? WHERE id = ?"
    with carrier.staying():
        for before, letter in zip([None, *letters], letters, strict=False):
            database.execute("BEGIN IMMEDIATE")
            if before:
                database.execute(move, ("accepted", before.id))
            database.execute(move, ("sending", letter.id))
            database.execute("COMMIT")
            carrier.send(letter)
    database.close()


def batched(folder: Path, carrier: SendGrid) -> float:
    database = waiting(folder / "together.db", TOGETHER, question)
    return one_time(
        lambda: deliver_everything(database, Providers(email=carrier, key=b"suppression"), TOGETHER)
    )


def waiting(file: Path, number: int, kind: object) -> Database:
    """A database in which so many messages wait."""
    database = Database(f"sqlite:///{file}")
    database.upgrade()
    orders = [
        Order(kind(each), reader(each), subject="round 1", programme="councils") for each in range(number)
    ]
    with database.write() as session:
        outbox.queue_all(session, orders, now=utc_now())
    return database


def reader(number: int) -> Recipient:
    return Recipient(f"{number:020x}", f"Reader Number{number}", Channel.EMAIL, f"r{number}@leeds.example")


def letter_with_a_file(number: int) -> Message:
    partner = Partner(f"{number + 1:020x}", f"Tom Field{number}", "Kirklees Council", "I run the bins data.")
    until = utc_now().date() + timedelta(days=365)
    return replace(
        introduction(partner), page=PAGE, check_in=CHECK_IN, cannot=None, calendar_link=None, until=until
    )


def question(number: int) -> Message:
    return CheckIn(COUNCILS, (Named(f"{number + 1:020x}", f"Tom Field{number}"),), CHECK_IN, PAGE)


def deliver_everything(database: Database, providers: Providers, number: int) -> None:
    claim_size = ClaimSize()
    while not deliver_due(database.write, providers, LINKS, utc_now, limit=1_000, claim_size=claim_size).idle:
        pass
    with database.read() as session:
        if progress.counts(session) != {State.ACCEPTED: number}:
            raise SystemExit(f"not all were accepted: {progress.counts(session)}")
