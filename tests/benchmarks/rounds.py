"""A round for very many: read, draw, write, audit, commit. Its floor is the bulk SQL of the same rows."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlmodel import SQLModel

from tests.benchmarks.rows import Row, one_time
from web.db import Database
from web.models import (
    Group,
    GroupMember,
    Membership,
    Organisation,
    Person,
    Round,
    RoundState,
    Standing,
    new_id,
)
from web.services import pots, programmes, rounds, times
from web.services.rounds import table_of

PEOPLE, PAST, ORGANISATIONS = 100_000, 10, 200
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
HISTORY = (
    "SELECT r.number, g.id, m.person_id, m.organisation_id FROM round r JOIN conversation_group g ON"
    " g.round_id = r.id JOIN groupmember m ON m.group_id = g.id WHERE r.state = 'sent' ORDER BY g.id"
)
READ = (
    HISTORY,
    "SELECT * FROM membership JOIN person ON person.id = membership.person_id",
    "SELECT g.first_mover, count(*) FROM conversation_group g GROUP BY g.first_mover",
)
WRITTEN = ("conversation_group", "groupmember")


def rows(people: int = PEOPLE, past: int = PAST) -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "large.db"
        database = Database(f"sqlite:///{file}")
        database.upgrade()
        fill(database, people, past)
        ours = one_time(lambda: draw(database))
        floor = one_time(lambda: bulk(file, Path(folder) / "floor.db"))
        database.dispose()
        yield Row(f"draw and keep a round for {people:,} people, {past} past rounds", ours, floor, 3.0)


def draw(database: Database) -> None:
    """As the page does it."""
    with database.read() as session:
        programme = programmes.by_slug(session, "large")
        pot = pots.gather(session, programme, times.today(NOW))
    drawn = rounds.compute(pot, programme, seed=1)
    with database.write() as session:
        rounds.save_draft(session, programme, drawn, by="bench", now=NOW)


def bulk(file: Path, other: Path) -> None:
    """Read what a draw has to read, and write the rows it wrote into tables of the same shape and indexes."""
    with sqlite3.connect(file) as there:
        for query in READ:
            there.execute(query).fetchall()
        shapes = there.execute(
            f"SELECT sql FROM sqlite_master WHERE tbl_name IN {WRITTEN} AND sql IS NOT NULL"
        ).fetchall()
        (draft,) = there.execute("SELECT id FROM round WHERE state = 'draft'").fetchone()
        groups = there.execute("SELECT * FROM conversation_group WHERE round_id = ?", (draft,)).fetchall()
        members = there.execute(
            "SELECT m.* FROM groupmember m JOIN conversation_group g ON g.id = group_id WHERE round_id = ?",
            (draft,),
        ).fetchall()
    with sqlite3.connect(other) as here:
        here.execute("PRAGMA journal_mode = WAL")
        here.execute("PRAGMA synchronous = FULL")
        for (shape,) in shapes:
            here.execute(shape)
        for table, written in zip(WRITTEN, (groups, members), strict=True):
            marks = ", ".join("?" * len(written[0]))
            here.executemany(f"INSERT INTO {table} VALUES ({marks})", written)


def fill(database: Database, people: int, past: int) -> None:
    """People of one programme and their rounds by chance, written straight into the tables."""
    rng = np.random.default_rng(1)
    ids = sorted(new_id() for _ in range(people))
    organisation = rng.integers(1, ORGANISATIONS + 1, people)
    with database.write() as session:
        programme = programmes.add(session, "large", "Large", contact="a@b.example", now=NOW, by="bench")
        add(session, Organisation, [
            {"programme_id": programme.id, "name": f"Organisation {n}", "key": f"organisation {n}"}
            for n in range(ORGANISATIONS)
        ])  # fmt: skip
        add(session, Person, [
            {"id": person, "name": f"Person {n}", "email": f"p{n}@example.org",
             "email_key": f"p{n}@example.org", "channel": "email", "video_kind": "", "created_at": NOW}
            for n, person in enumerate(ids)
        ])  # fmt: skip
        add(session, Membership, [
            {"programme_id": programme.id, "person_id": person, "organisation_id": int(place),
             "standing": Standing.ACTIVE, "joined_at": NOW}
            for person, place in zip(ids, organisation, strict=True)
        ])  # fmt: skip
        for number in range(1, past + 1):
            one_round(session, programme.id, number, ids, organisation, rng)


def one_round(session: Any, programme: int, number: int, ids: list[str], organisation: Any, rng: Any) -> None:
    row = Round(
        programme_id=programme,
        number=number,
        state=RoundState.SENT,
        seed=number,
        drawn_at=NOW,
        drawn_by="bench",
    )
    session.add(row)
    session.flush()
    order = rng.permutation(len(ids)).reshape(-1, 2)
    groups = [
        {"round_id": row.id, "number": n, "crossing": 1, "first_mover": ids[pair[0]]}
        for n, pair in enumerate(order)
    ]
    made = session.scalars(insert(table_of(Group)).returning(Group.id, sort_by_parameter_order=True), groups)
    add(session, GroupMember, [
        {"group_id": group, "person_id": ids[person], "organisation_id": int(organisation[person])}
        for group, pair in zip(made, order, strict=True)
        for person in pair
    ])  # fmt: skip


def add(session: Any, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    session.execute(insert(table_of(model)), rows)
