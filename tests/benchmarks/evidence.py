"""Dashboard and evidence of 100,000 people and 24 rounds. Their floor is the same SQL by itself."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import SQLModel

from notifications.tables import OutboxMessage, State
from tests.benchmarks.pages import NOW, Site, heard, replaying, site
from tests.benchmarks.rows import Row, one_time
from web.db import Database
from web.models import (
    Answer,
    CheckIn,
    Group,
    GroupMember,
    Membership,
    Organisation,
    Person,
    Programme,
    Round,
    RoundState,
)
from web.services.evidence import counting

PEOPLE, ORGANISATIONS, ROUNDS = 100_000, 300, 24
HALF = PEOPLE // 2


def rows() -> Iterator[Row]:
    what = f"{PEOPLE:,} people, {ROUNDS} rounds"
    with TemporaryDirectory() as folder, site(Path(folder) / "evidence.db") as made:
        fill(made.file)
        made.database.gather_statistics()
        yield counted(made, f"count the evidence of {what}, as the worker does hourly")
        # Its SQL is the one row that was kept.
        yield replace(made.row(f"evidence of {what}", "evidence"), goal=None)
        yield made.row(f"dashboard of {what}", "")
        yield replace(made.row(f"list of rounds of {what}", "rounds"), goal=None)


def counted(made: Site, name: str) -> Row:
    taken, said = heard(made.database, lambda: one_time(lambda: count(made.database)))
    with replaying(made.file, said) as floor:
        return Row(name, taken, one_time(floor), 2.0, why="no SQL walks through the hundred shuffles")


def count(database: Database) -> None:
    """What the worker does for a programme of this size."""
    with database.read() as session:
        found = counting.count(session, session.get_one(Programme, 1), now=NOW)
    with database.write() as session:
        counting.keep(session, 1, found)


# The programme


def fill(file: Path) -> None:
    """Everybody is in every round, each time with somebody else; five in six answer.

    SQLite makes the rows of the numbers 0, 1, 2 … by itself: from Python seven million take minutes.
    """
    with sqlite3.connect(file) as database, without_indexes(database):
        # Nobody would miss it if it broke.
        for habit in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            database.execute(f"PRAGMA {habit}")
        numbers = "WITH RECURSIVE every (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM every WHERE i < ?)"
        database.execute("CREATE TEMP TABLE number (i INTEGER PRIMARY KEY)")
        database.execute(f"INSERT INTO number {numbers} SELECT i FROM every", (PEOPLE - 1,))
        database.execute("CREATE TEMP TABLE side AS SELECT 0 AS place UNION ALL SELECT 1")
        council = {"id": "i + 1", "name": "'Council ' || i", "key": "'council ' || i"}
        insert(database, Organisation(programme_id=1, name="", key=""), council, among(ORGANISATIONS))
        insert(database, Person(name="Somebody", created_at=NOW), {"id": PERSON}, "number")
        insert(
            database,
            Membership(programme_id=1, person_id="", organisation_id=1, joined_at=NOW),
            {"person_id": PERSON, "organisation_id": f"i % {ORGANISATIONS} + 1"},
            "number",
        )
        for number in range(1, ROUNDS + 1):
            add_round(database, number)
            database.commit()


@contextmanager
def without_indexes(database: sqlite3.Connection) -> Iterator[None]:
    """Indexes are made once at the end, not row by row."""
    known = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    indexes = database.execute(known).fetchall()
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    yield
    for _, sql in indexes:
        database.execute(sql)


PERSON = "printf('%020x', i)"


def among(count: int) -> str:
    return f"(SELECT i FROM number WHERE i < {count})"


def add_round(database: sqlite3.Connection, number: int) -> None:
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
        figures={"people": PEOPLE, "groups": HALF, "repeats": 0, "unplaced": 0},
    )
    insert(database, round_, {"id": str(number)}, among(1))
    first = (number - 1) * HALF + 1
    group = Group(round_id=number, number=1)
    insert(database, group, {"id": f"i + {first}", "number": "i + 1"}, among(HALF))
    second = f"{HALF} + (i * 7 + {number * 1009}) % {HALF}"
    members = (
        f"(SELECT i + {first} AS met, place, CASE place WHEN 0 THEN i ELSE {second} END AS i"
        f" FROM {among(HALF)}, side)"
    )
    insert(
        database,
        GroupMember(group_id=0, person_id="", organisation_id=0),
        {
            "group_id": "met",
            "person_id": PERSON,
            "organisation_id": f"i % {ORGANISATIONS} + 1",
            "position": "place",
        },
        members,
    )
    said = " ".join(f"WHEN {place} THEN '{answer.value}'" for place, answer in enumerate(Answer))
    insert(
        database,
        CheckIn(group_id=0, person_id="", answer=Answer.MET, first_answered_at=sent, answered_at=sent),
        {
            "group_id": "met",
            "person_id": PERSON,
            "answer": f"CASE max(met % 14 - 9, 0) {said} END",
            "answered_at": f"strftime('%Y-%m-%d %H:%M:%f000', '{sent:%F %T}', (met % 20) || ' days')",
        },
        f"{members} WHERE (met * 31 + place * 17) % 6",
    )
    introduction = OutboxMessage(
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
    )
    insert(database, introduction, {"subject": "'group ' || met", "person": PERSON}, members)


def insert(database: sqlite3.Connection, sample: SQLModel, varying: Mapping[str, str], source: str) -> None:
    """Rows that are like the sample apart from what varies: expressions of the source's columns."""
    same = {
        name: stored(value)
        for name, value in sample.model_dump().items()
        if name not in varying and not (name == "id" and value is None)
    }
    table = sample.__table__.name  # type: ignore[attr-defined]
    database.execute(
        f"INSERT INTO {table} ({', '.join([*same, *varying])})"
        f" SELECT {', '.join(['?'] * len(same) + list(varying.values()))} FROM {source}",
        list(same.values()),
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
