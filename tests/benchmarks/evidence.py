"""Dashboard and evidence of 100,000 people and 24 rounds. Their floor is the same SQL by itself."""

import json
import sqlite3
from collections.abc import Iterator
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
from web.services import evidence

PEOPLE, ORGANISATIONS, ROUNDS = 100_000, 300, 24
HALF = PEOPLE // 2


def rows() -> Iterator[Row]:
    what = f"{PEOPLE:,} people, {ROUNDS} rounds"
    with TemporaryDirectory() as folder, site(Path(folder) / "evidence.db") as made:
        fill(made.file)
        yield counting(made, f"count the evidence of {what}, as the worker does hourly")
        yield made.row(f"evidence of {what}", "evidence")
        yield made.row(f"dashboard of {what}", "")


def counting(made: Site, name: str) -> Row:
    taken, said = heard(made.database, lambda: one_time(lambda: count(made.database)))
    with replaying(made.file, said) as floor:
        return Row(name, taken, one_time(floor), 2.0)


def count(database: Database) -> None:
    """What the worker does for a programme of this size."""
    with database.read() as session:
        found = evidence.count(session, session.get_one(Programme, 1), now=NOW)
    with database.write() as session:
        evidence.keep(session, 1, found)


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
