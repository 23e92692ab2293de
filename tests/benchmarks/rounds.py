"""A round for very many: read, draw, write, audit, commit; then sent. The floor is the same rows in bulk."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlmodel import SQLModel

from notifications.columns import table_of
from tests.benchmarks.rows import Row, both_times
from web.db import Database
from web.models import Group, GroupMember, Membership, Organisation, Person, Round, RoundState, Standing
from web.models.columns import new_id
from web.services.common import programmes, times
from web.services.rounds import drafts, rounds, sending

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
IN_DRAFT = "round_id = (SELECT max(id) FROM round)"
# What each writes, and which rows of it.
DRAWN = {
    "conversation_group": f"SELECT * FROM conversation_group WHERE {IN_DRAFT}",
    "groupmember": "SELECT groupmember.* FROM groupmember JOIN conversation_group ON id = group_id"
    f" WHERE {IN_DRAFT}",
}
SENT = {name: f"SELECT * FROM {name}" for name in ("link", "outbox_message", "outbox_named")}


def rows(people: int = PEOPLE, past: int = PAST) -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "large.db"
        database = Database(f"sqlite:///{file}")
        database.upgrade()
        fill(database, people, past)
        what = f"a round for {people:,} people, {past} past rounds"
        for name, work, written, goal in (("draw and keep", draw, DRAWN, 3.0), ("send", send, SENT, None)):
            other = Path(folder) / f"{name}.db"
            yield beside(f"{name} {what}", partial(work, database), partial(bulk, file, other, written), goal)
        database.dispose()


def beside(name: str, work: Callable[[], None], floor: Callable[[], None], goal: float | None) -> Row:
    """In processor time: the disk is the same for both."""
    ours, least = both_times(work), both_times(floor)
    return Row(name, ours.processor, least.processor, goal, f"{ours.clock:.0f} s by the clock")


def draw(database: Database) -> None:
    """As the page does it."""
    with database.read() as session:
        programme = programmes.by_slug(session, "large")
    drawn = drafts.draw_next(database.read, programme.id, seed=1, today=times.today(NOW))
    with database.write() as session:
        drafts.save_draft(session, programme, drawn, by="bench", now=NOW)


def send(database: Database) -> None:
    """As the worker does it."""
    with database.write() as session:
        programme = programmes.by_slug(session, "large")
        draft = rounds.draft(session, programme)
        assert draft is not None
        sending.send_round(session, programme, draft.number, draft.version, by="bench", now=NOW)


def bulk(file: Path, other: Path, written: Mapping[str, str]) -> None:
    """Read what has to be read, and write the rows that were written into tables of the same shape and
    indexes.
    """
    with sqlite3.connect(file) as there:
        for query in READ:
            there.execute(query).fetchall()
        marks = ", ".join("?" * len(written))
        shapes = there.execute(
            f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND sql IS NOT NULL", [*written]
        ).fetchall()
        rows = {table: there.execute(query).fetchall() for table, query in written.items()}
    with sqlite3.connect(other) as here:
        here.execute("PRAGMA journal_mode = WAL")
        here.execute("PRAGMA synchronous = FULL")
        for (shape,) in shapes:
            here.execute(shape)
        for table, these in rows.items():
            here.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(these[0]))})", these)


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


if __name__ == "__main__":
    for row in rows():
        print(f"{row.name}: {row.ours:.2f} s, floor {row.floor:.2f} s, {row.ratio:.2f}, {row.remark}")
