"""Databases of past revisions, upgraded by two at once, by one that is killed, and with very many people."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from itertools import count
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import Connection, Table, event, insert, select, text

from tests.faults.trial import Outcome, Trial, opened
from tests.support import past
from web import db, upgrading
from web.db import Database
from web.services.common import audit
from web.upgrading import KNOWN, NEWEST, UpgradeError

FORK = multiprocessing.get_context("fork")
OLDEST = "0001"
PEOPLE = 100_000


def at_once(trial: Trial) -> Outcome:
    """Two processes begin in the same moment."""
    chosen, failed, lost = _chosen(trial, trial.size(3, 40)), 0, 0
    for revision in chosen:
        before = _put(trial, revision)
        ready = FORK.Barrier(2)
        both = [_started(_upgrade_when, trial, ready) for _ in range(2)]
        failed += sum(_code(process) != 0 for process in both)
        lost += _now(trial, before) != (NEWEST, before)
    return Outcome(
        f"{len(chosen)} databases of past revisions, upgraded by two at once: {failed} failed, "
        f"{lost} are not what they were and up to date",
        "none failed, and every row is there",
        not failed and not lost,
    )


def _upgrade_when(trial: Trial, ready: Barrier) -> None:
    database = opened(trial.url)
    if trial.mutant == "no lock":
        _take_no_lock(database)
    ready.wait()
    try:
        database.upgrade()
    except UpgradeError:
        os._exit(1)


def _take_no_lock(database: Database) -> None:
    upgrading._wait_for_others = lambda _: None
    database.queue = nullcontext()  # type: ignore[assignment]
    if database.file:
        event.remove(database.engine, "begin", db._begin_sqlite)
        event.listen(database.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))


def killed(trial: Trial) -> Outcome:
    """One that dies at the nth of its statements, with the last of them among the n."""
    rng = random.Random(trial.seed)
    # Those that have a long way to go, and so enough moments to die in.
    revisions = [OLDEST, *rng.sample(past.revisions()[1:15], trial.size(0, 3))]
    deaths = between = finished = 0
    for revision in revisions:
        _put(trial, revision)
        whole = _statements(trial)
        for point in [*rng.sample(range(1, whole), trial.size(4, 24)), whole, whole + 1]:
            before = _put(trial, revision)
            deaths += _code(_started(_die_at, trial, point)) == -signal.SIGKILL
            found, rows = _now(trial, before)
            between += found not in (revision, NEWEST) or rows != before
            finished += found == NEWEST
    return Outcome(
        f"{deaths} killed while they upgraded from {', '.join(revisions)}: {finished} were done, "
        f"{between} left something in between",
        "each left the old state or the new",
        not between and deaths >= trial.size(5, 90),
    )


def _statements(trial: Trial) -> int:
    """How many it takes."""
    database, seen = opened(trial.url), count()
    event.listen(database.engine, "before_cursor_execute", lambda *_: next(seen))
    database.upgrade()
    database.dispose()
    return next(seen)


def _die_at(trial: Trial, point: int) -> None:
    """At that statement, or, where there are fewer, when all has been committed."""
    database, seen = opened(trial.url), count(1)

    def look(*_: Any) -> None:
        if next(seen) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "before_cursor_execute", look)
    if trial.mutant == "each revision by itself":
        for revision in KNOWN:
            database.upgrade(revision)
    database.upgrade()
    os.kill(os.getpid(), signal.SIGKILL)


def every_revision(trial: Trial) -> Outcome:
    """From each past revision to the newest: rows before and after."""
    revisions = past.revisions() if trial.full else _chosen(trial, 2)
    sums: list[tuple[int, int]] = []
    with _mistake(trial.mutant):
        for revision in revisions:
            before = _put(trial, revision)
            after = _upgraded(trial, before)
            sums.append((_rows(before), _rows(after) if after == before else -1))
    told = ", ".join(
        f"{revision}: {one} and {other}" for revision, (one, other) in zip(revisions, sums, strict=True)
    )
    return Outcome(
        f"{len(revisions)} revisions, rows before and after: {told}",
        "the same rows, and the audit verified",
        all(one == other for one, other in sums),
    )


def _upgraded(trial: Trial, before: past.Contents) -> past.Contents:
    database = opened(trial.url)
    with suppress(UpgradeError):
        database.upgrade()
        with database.read() as session:
            audit.verify(session)
    after = past.contents(database, before)
    database.dispose()
    return after


@contextmanager
def _mistake(mutant: str) -> Iterator[None]:
    """What SQLite does to a table that refers to one made anew, where it looks after references meanwhile."""
    honest = upgrading._check_references
    if mutant == "another table is emptied":
        upgrading._check_references = lambda line: line.exec_driver_sql("DELETE FROM outbox_named")  # type: ignore[assignment,return-value]
    try:
        yield
    finally:
        upgrading._check_references = honest


def very_many(trial: Trial) -> Outcome:
    """People, places and messages in an old database, and how long it takes."""
    number = trial.size(500, PEOPLE)
    _put(trial, OLDEST)
    _multiply(trial, number)
    database = opened(trial.url)
    before, began = past.contents(database), time.monotonic()
    database.upgrade()
    took = time.monotonic() - began
    same = past.contents(database, before) == before
    database.dispose()
    return Outcome(
        f"{number:,} people of revision {OLDEST}, {_rows(before):,} rows: upgraded in {took:.1f} s, "
        f"{'the same' if same else 'other'} rows afterwards",
        "the same rows",
        same,
    )


def _multiply(trial: Trial, number: int) -> None:
    """As many again of one person, with their place in the programme and a message that names them."""
    database = Database(trial.url)
    tables = past.tables_of(database.engine).tables
    with database.engine.begin() as connection:
        person = _one(connection, tables["person"])
        place = _one(connection, tables["membership"]) | {"standing": "ACTIVE"}
        message = _one(connection, tables["outbox_message"])
        ids = [f"{n:08x}many" for n in range(number)]
        numbers = range(message["id"] + 10_000, message["id"] + 10_000 + number)
        people = [
            person
            | {"id": one, "name": f"Zoë {one}", "email": f"{one}@x.example", "email_key": f"{one}@x.example"}
            for one in ids
        ]
        connection.execute(insert(tables["person"]), people)
        connection.execute(insert(tables["membership"]), [place | {"person_id": one} for one in ids])
        messages = [message | {"id": n, "person": one} for n, one in zip(numbers, ids, strict=True)]
        connection.execute(insert(tables["outbox_message"]), messages)
        named = [{"message_id": n, "person": one} for n, one in zip(numbers, ids, strict=True)]
        connection.execute(insert(tables["outbox_named"]), named)
    database.dispose()


def _one(connection: Connection, table: Table) -> dict[str, Any]:
    return dict(connection.execute(select(table).limit(1)).mappings().one())


# An old database in place, and what has become of it


def _chosen(trial: Trial, number: int) -> Sequence[str]:
    """The oldest, and others as chance has it."""
    rng = random.Random(trial.seed)
    return [OLDEST, *rng.choices(past.revisions()[1:], k=number - 1)]


def _put(trial: Trial, revision: str) -> past.Contents:
    """A filled database of that revision in the place of whatever there is; what is in it."""
    file = trial.folder / "past.db"
    file.unlink(missing_ok=True)
    past.load(revision, file)
    database = opened(trial.url)
    if database.file:
        for old in database.file.parent.glob(f"{database.file.name}*"):
            old.unlink()
        file.replace(database.file)
    else:
        _empty(database)
        database.upgrade(revision)
        past.copy(file, database)
    found = past.contents(database)
    database.dispose()
    return found


def _empty(database: Database) -> None:
    with database.engine.begin() as connection:
        past.tables_of(database.engine).drop_all(connection)


def _now(trial: Trial, before: past.Contents) -> tuple[str, past.Contents]:
    """The revision, and what is there of what was."""
    database = Database(trial.url)
    with database.read() as session:
        revision = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    after = past.contents(database, before)
    database.dispose()
    return revision, after


def _rows(contents: past.Contents) -> int:
    return sum(len(found.rows) for found in contents.values())


def _started(work: Any, *given: Any) -> BaseProcess:
    process = FORK.Process(target=work, args=given)
    process.start()
    return process


def _code(process: BaseProcess) -> int | None:
    process.join()
    return process.exitcode
