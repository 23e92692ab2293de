"""A database that is locked, full, read-only or broken: "come back", nothing lost, and well again by itself.

Locks are real ones, held by another connection. SQLite's pages really run out, and its writes really fail,
by a limit on the size of files; what PostgreSQL says of a sick disk comes from a trigger that raises the
server's own error codes.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from typing import Any

from flask import redirect
from sqlalchemy import Engine, create_engine, event, text

from tests.faults import checker
from tests.faults.trial import Outcome, Trial
from tests.faults.worlds import world_of
from tests.support.world import World
from web.http.context import KEY
from web.pages import errors

JOIN = "Join Councils Unmentoring"
Harm = Callable[[Trial, Engine], Any]
REFUSALS, MOST, A_FEW = 2, 60, 8
BUSY = 0.2  # seconds a writer waits for the lock in the short form; ten in the full one, as in life


@contextmanager
def locked(trial: Trial, engine: Engine) -> Iterator[None]:
    """Somebody else holds the lock; in full for thirty seconds, however many are turned away meanwhile."""
    other = create_engine(trial.url)
    with other.connect() as connection:
        lock = "BEGIN EXCLUSIVE" if "sqlite" in trial.url else "LOCK TABLE request IN ACCESS EXCLUSIVE MODE"
        connection.exec_driver_sql(lock)
        began = time.monotonic()
        yield
        while trial.full and time.monotonic() - began < 30:
            time.sleep(0.1)
        connection.rollback()
    other.dispose()


@contextmanager
def full(trial: Trial, engine: Engine) -> Iterator[None]:
    with _sqlite_pages(engine) if "sqlite" in trial.url else _raising(trial, "53100"):
        yield


@contextmanager
def broken(trial: Trial, engine: Engine) -> Iterator[None]:
    with _short_files() if "sqlite" in trial.url else _raising(trial, "58030"):
        yield


@contextmanager
def read_only(trial: Trial, engine: Engine) -> Iterator[None]:
    if "sqlite" not in trial.url:
        with _raising(trial, "25006"):
            yield
        return
    event.listen(engine, "begin", _stay_read_only)
    yield
    event.remove(engine, "begin", _stay_read_only)


def _stay_read_only(connection: Any) -> None:
    connection.exec_driver_sql("PRAGMA query_only = ON")


@contextmanager
def _sqlite_pages(engine: Engine) -> Iterator[None]:
    """Not a page more than there are."""

    def limit(connection: Any) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # never less than there are already

    event.listen(engine, "begin", limit)
    yield
    event.remove(engine, "begin", limit)
    engine.dispose()


@contextmanager
def _short_files() -> Iterator[None]:
    """A write to any file fails, but for its first bytes: what we log goes nowhere meanwhile."""
    before, out, nowhere = getrlimit(RLIMIT_FSIZE), os.dup(1), os.open(os.devnull, os.O_WRONLY)
    sys.stdout.flush()
    os.dup2(nowhere, 1)
    setrlimit(RLIMIT_FSIZE, (512, before[1]))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, before)
        sys.stdout.flush()
        os.dup2(out, 1)
        os.close(out)
        os.close(nowhere)


@contextmanager
def _raising(trial: Trial, code: str) -> Iterator[None]:
    engine = create_engine(trial.url)
    body = f"BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"))
        connection.execute(
            text("CREATE TRIGGER fails BEFORE INSERT ON request EXECUTE FUNCTION fails()")
        )  # fmt: skip
    yield
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER fails ON request"))
        connection.execute(text("DROP FUNCTION fails()"))
    engine.dispose()


HARMS: dict[str, Harm] = {"locked": locked, "full": full, "read-only": read_only, "I/O error": broken}


def fault(trial: Trial) -> Outcome:
    """People go on pressing "join" before, during and after each harm."""
    with _mistake(trial.mutant), world_of(trial) as world:
        base = world.app.extensions[KEY].database
        if not trial.full:
            event.listen(base.engine, "connect", _impatient(trial))
        harms = _harms(trial)
        said = {name: _through(trial, world, base.engine, harm) for name, harm in harms.items()}
        acknowledged = sum(answers[200] for told in said.values() for answers in told)
        kept = checker.number(trial.url, "SELECT count(*) FROM request")
        world.work()
        told = checker.number(trial.url, "SELECT count(*) FROM outbox_message WHERE kind = 'confirm'")
    good = all(
        set(before) == set(after) == {200} and set(during) <= {200, 503} and during[503] == REFUSALS
        for before, during, after in said.values()
    )
    seen = "; ".join(
        f"{name}: before {dict(before)}, during {dict(during)}, after {dict(after)}"
        for name, (before, during, after) in said.items()
    )
    return Outcome(
        f"{seen}; {acknowledged} acknowledged, {kept} kept, {told} answered",
        "503 with Retry-After during, taken before and after, all that was acknowledged is kept and answered",
        good and acknowledged == kept == told,
    )


@contextmanager
def _mistake(mutant: str) -> Iterator[None]:
    honest = errors._database_away
    if mutant:
        errors._database_away = lambda _error: redirect("/p/councils/", 303)
    try:
        yield
    finally:
        errors._database_away = honest


def _harms(trial: Trial) -> dict[str, Harm]:
    # A test runner writes files of its own, so what limits the size of every file is for the full form.
    spared = "I/O error" if "sqlite" in trial.url and not trial.full else ""
    return {name: harm for name, harm in HARMS.items() if name != spared}


def _impatient(trial: Trial) -> Callable[[Any, object], None]:
    def set_patience(connection: Any, _record: object) -> None:
        if "sqlite" in trial.url:
            connection.execute(f"PRAGMA busy_timeout = {round(BUSY * 1000)}").close()
        else:
            connection.execute(f"SET lock_timeout = '{round(BUSY * 1000)}ms'")
            connection.commit()

    return set_patience


def _through(trial: Trial, world: World, engine: Engine, harm: Harm) -> tuple[Counter[int], ...]:
    before = Counter(_join(world) for _ in range(2))
    during = Counter[int]()
    with harm(trial, engine):
        # A full disk still has room in pages that are begun: go on until it has none.
        while during[503] < REFUSALS and during.total() < (A_FEW if trial.mutant else MOST):
            during[_join(world)] += 1
    return before, during, Counter(_join(world) for _ in range(2))


def _join(world: World) -> int:
    """Somebody new fills in the form; the answer, as 500 if it says "come back" without saying when."""
    visitor = world.visitor()
    world.invented += 1
    fields = {"name": "Amina", "organisation": "Leeds", "agree": True}
    visitor.open("/p/councils/join")
    world.clock.turn(seconds=61)
    visitor.press(JOIN, **fields, email=f"someone-{world.invented}@example.org")
    answer = visitor.answer
    return 500 if answer.status_code == 503 and "Retry-After" not in answer.headers else answer.status_code
