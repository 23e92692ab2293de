"""Dashboard and evidence of 100,000 people and 24 rounds. Their floor is the same SQL by itself."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlmodel import SQLModel

from notifications.tables import OutboxMessage, State
from tests.benchmarks.rows import Row, median_time, one_time
from web.app import create_app
from web.db import Database
from web.house import KEY
from web.models import (
    Answer,
    CheckIn,
    Group,
    GroupMember,
    Membership,
    Organisation,
    Person,
    Programme,
    Role,
    Round,
    RoundState,
)
from web.services import evidence, organisers, programmes
from web.settings import DEFAULT_KEY, Settings

PEOPLE, ORGANISATIONS, ROUNDS = 100_000, 300, 24
HALF = PEOPLE // 2
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
BASE = "http://127.0.0.1:8000"
Statement = tuple[str, Any]


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "evidence.db"
        app, client = signed_in(Settings(database_url=f"sqlite:///{file}", secret_key=DEFAULT_KEY))
        fill(file)
        database: Database = app.extensions[KEY].database
        counted, counting = heard(database, lambda: count(database))
        in_sql = replayed(file, counting, repeat=1)
        what = f"{PEOPLE:,} people, {ROUNDS} rounds"
        yield Row(f"count the evidence of {what}, as the worker does hourly", counted, in_sql, 2.0)
        page, _ = answering(database, client, "evidence")
        yield Row(f"evidence of {what}", page, in_sql, 2.0, f"{page * 1000:.0f} ms, goal 300 ms")
        board, said = answering(database, client, "")
        yield Row(
            f"dashboard of {what}", board, replayed(file, said), 2.0, f"{board * 1000:.0f} ms, goal 300 ms"
        )
        database.dispose()


def signed_in(settings: Settings) -> tuple[Flask, FlaskClient]:
    database = Database(settings.database_url)
    database.upgrade()
    with database.write() as session:
        made = programmes.add(
            session, "councils", "Councils", contact="hello@example.org", now=NOW, by="bench"
        )
        who = organisers.add(session, made, "organiser@example.org", Role.OWNER, by="bench", now=NOW).id
    database.dispose()
    app = create_app(settings, clock=lambda: NOW, limits=False)
    client = app.test_client()
    with client.session_transaction(base_url=BASE) as cookie:
        cookie.update({"_user_id": who, "_fresh": True, "signed_in_at": NOW.timestamp()})
    return app, client


def count(database: Database) -> None:
    """What the worker does for a programme of this size."""
    with database.read() as session:
        found = evidence.count(session, session.get_one(Programme, 1), now=NOW)
    with database.write() as session:
        evidence.keep(session, 1, found)


def answering(database: Database, client: FlaskClient, page: str) -> tuple[float, list[Statement]]:
    def look() -> None:
        answer = client.get(f"/organise/councils/{page}", base_url=BASE)
        if answer.status_code != 200:
            raise SystemExit(f"{page} answered {answer.status_code}")

    _, said = heard(database, look)
    return median_time(look), said


def heard(database: Database, work: Callable[[], None]) -> tuple[float, list[Statement]]:
    """How long it took, and what it asked the database."""
    said: list[Statement] = []

    def hear(_connection: Any, _cursor: Any, text: str, values: Any, *_: Any) -> None:
        said.append((text, values))

    event.listen(database.engine, "before_cursor_execute", hear)
    taken = one_time(work)
    event.remove(database.engine, "before_cursor_execute", hear)
    return taken, [(text, values) for text, values in said if text.lstrip().startswith("SELECT")]


def replayed(file: Path, said: list[Statement], repeat: int = 5) -> float:
    with sqlite3.connect(file) as database:
        database.create_function("lower", 1, lambda text: text and str(text).lower(), deterministic=True)

        def ask() -> None:
            for text, values in said:
                database.execute(text, values).fetchall()

        return median_time(ask, repeat) if repeat > 1 else one_time(ask)


# The programme


def fill(file: Path) -> None:
    """Everybody is in every round, each time with somebody else; five in six answer."""
    with sqlite3.connect(file) as database:
        # Nobody would miss it if it broke.
        for habit in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            database.execute(f"PRAGMA {habit}")
        people = [f"{number:020x}" for number in range(PEOPLE)]
        insert(
            database,
            Organisation(programme_id=1, name="", key=""),
            ("id", "name", "key"),
            ((n + 1, f"Council {n}", f"council {n}") for n in range(ORGANISATIONS)),
        )
        insert(database, Person(name="Somebody", created_at=NOW), ("id",), ((one,) for one in people))
        insert(
            database,
            Membership(programme_id=1, person_id="", organisation_id=1, joined_at=NOW),
            ("person_id", "organisation_id"),
            ((one, n % ORGANISATIONS + 1) for n, one in enumerate(people)),
        )
        for number in range(1, ROUNDS + 1):
            add_round(database, people, number)
            database.commit()


def add_round(database: sqlite3.Connection, people: list[str], number: int) -> None:
    sent = NOW - timedelta(days=28 * (ROUNDS + 1 - number))
    round_ = Round(
        programme_id=1,
        number=number,
        state=RoundState.SENT,
        seed=1,
        drawn_at=sent,
        drawn_by="bench",
        sent_at=sent,
        ends_on=(sent + timedelta(days=21)).date(),
        figures={"people": PEOPLE, "groups": HALF, "repeats": 0},
    )
    insert(database, round_, ("id",), [(number,)])
    first = (number - 1) * HALF + 1
    pairs = [(n, HALF + (n * 7 + number * 1009) % HALF) for n in range(HALF)]
    members = [(first + g, one, place) for g, pair in enumerate(pairs) for place, one in enumerate(pair)]
    insert(
        database,
        Group(round_id=number, number=1),
        ("id", "number"),
        ((first + g, g + 1) for g in range(HALF)),
    )
    insert(
        database,
        GroupMember(group_id=0, person_id="", organisation_id=0),
        ("group_id", "person_id", "organisation_id", "position"),
        ((group, people[one], one % ORGANISATIONS + 1, place) for group, one, place in members),
    )
    answers = list(Answer)
    insert(
        database,
        CheckIn(group_id=0, person_id="", answer=Answer.MET, first_answered_at=sent, answered_at=sent),
        ("group_id", "person_id", "answer", "answered_at"),
        (
            (
                group,
                people[one],
                answers[max(group % 14 - 9, 0)].value,
                stored(sent + timedelta(days=group % 20)),
            )
            for group, one, place in members
            if (group * 31 + place * 17) % 6
        ),
    )
    insert(
        database,
        OutboxMessage(
            kind="introduction",
            subject="",
            person="",
            programme="councils",
            round=str(number),
            channel="email",
            state=State.DELIVERED,
            due_at=sent,
            expires_at=sent,
            queued_at=sent,
        ),
        ("subject", "person"),
        ((f"group {group}", people[one]) for group, one, _ in members),
    )


def insert(database: sqlite3.Connection, sample: SQLModel, varying: tuple[str, ...], many: Any) -> None:
    """Rows that are like the sample apart from what varies."""
    same = {
        name: stored(value)
        for name, value in sample.model_dump().items()
        if name not in varying and not (name == "id" and value is None)
    }
    names = [*same, *varying]
    marks = ", ".join("?" * len(names))
    table = sample.__table__.name  # type: ignore[attr-defined]
    database.executemany(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
        ((*same.values(), *one) for one in many),
    )


def stored(value: Any) -> Any:
    """A value as SQLAlchemy stores it in SQLite."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, list | dict) else value


if __name__ == "__main__":
    for row in rows():
        print(f"{row.name}: {row.ours * 1000:.0f} ms, floor {row.floor * 1000:.0f} ms, {row.ratio:.2f}")
