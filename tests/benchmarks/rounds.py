"""A round for very many: read, draw, write, audit, commit; then sent. The floor is the same rows in bulk."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import insert
from sqlmodel import SQLModel

from notifications.columns import table_of
from tests.benchmarks.round_sender import NOW
from tests.benchmarks.rows import Row, both_times, processor_of
from tests.support.databases import postgresql
from web.db import Database
from web.models import Group, GroupMember, Membership, Organisation, Person, Round, RoundState, Standing
from web.models.columns import new_id
from web.services.common import programmes, times
from web.services.rounds import drafts

PEOPLE, PAST, ORGANISATIONS = 100_000, 10, 200
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
MOST_MEMORY = 300  # megabytes
SENDS = "each row is made from what is known of its people, and looked at by its indexes"


def rows(people: int = PEOPLE, past: int = PAST) -> Iterator[Row]:
    what = f"a round for {people:,} people, {past} past rounds"
    with TemporaryDirectory() as folder:
        file = Path(folder) / "large.db"
        database = Database(f"sqlite:///{file}")
        database.upgrade()
        fill(database, people, past)
        ours = both_times(partial(draw, database))
        least = bulk(file, Path(folder) / "drawn.db", DRAWN)
        yield Row(f"draw and keep {what}", ours.processor, least, 3.0, f"{ours.clock:.0f} s by the clock")
        yield sent(f"send {what}", database, partial(bulk, file, Path(folder) / "sent.db", SENT))
    with postgresql() as url:
        database = Database(url)
        database.upgrade()
        fill(database, people, past)
        draw(database)
        yield sent(f"send {what}, PostgreSQL", database, partial(bulk_on_postgresql, database, SENT))


def sent(name: str, database: Database, floor: Callable[[], float]) -> Row:
    """In processor time, the server's included: the disk is the same for both."""
    # A process of its own: its memory is that of the sending alone.
    database.dispose()
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.benchmarks.round_sender", url]
    ours = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    least = floor()
    database.dispose()
    memory = f"{ours['megabytes']:.0f} MB, goal {MOST_MEMORY} MB"
    said = f"{ours['clock']:.0f} s by the clock, {memory}"
    return Row(name, ours["processor"], least, 3.0, said, why=SENDS)


def draw(database: Database) -> None:
    """As the page does it."""
    with database.read() as session:
        programme = programmes.by_slug(session, "large")
    drawn = drafts.draw_next(database.read, programme.id, seed=1, today=times.today(NOW))
    with database.write() as session:
        drafts.save_draft(session, programme, drawn, by="bench", now=NOW)


def bulk(file: Path, other: Path, written: Mapping[str, str]) -> float:
    """Read what has to be read, and write the rows that were written into tables of the same shape and
    indexes. Seconds of the processor.
    """
    with sqlite3.connect(file) as there:
        marks = ", ".join("?" * len(written))
        shapes = there.execute(
            f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND sql IS NOT NULL", [*written]
        ).fetchall()
        rows = {table: there.execute(query).fetchall() for table, query in written.items()}

        def read_and_write() -> None:
            for query in READ:
                there.execute(query).fetchall()
            with sqlite3.connect(other) as here:
                here.execute("PRAGMA journal_mode = WAL")
                here.execute("PRAGMA synchronous = FULL")
                for (shape,) in shapes:
                    here.execute(shape)
                for table, these in rows.items():
                    here.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(these[0]))})", these)

        return both_times(read_and_write).processor


def bulk_on_postgresql(database: Database, written: Mapping[str, str]) -> float:
    """The same by COPY, which is the quickest way in. Seconds of the processor, the server's among them."""
    with psycopg.connect(database.libpq_url) as connection:
        rows = {table: connection.execute(query).fetchall() for table, query in written.items()}

        def read_and_write() -> None:
            for query in READ:
                connection.execute(query).fetchall()
            for table, these in rows.items():
                connection.execute(f"CREATE TEMP TABLE copied_{table} (LIKE {table} INCLUDING ALL)")
                with connection.cursor().copy(f"COPY copied_{table} FROM STDIN") as copy:
                    for row in these:
                        copy.write_row(row)
            connection.commit()

        server = processor_of(connection.info.backend_pid)
        ours = both_times(read_and_write).processor
        return ours + processor_of(connection.info.backend_pid) - server


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
             "standing": Standing.ACTIVE, "joined_at": NOW - timedelta(days=90)}
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
        figures={"groups": len(ids) // 2, "people": len(ids), "unplaced": 0, "unplaceable": 0},
        drawn_at=NOW,
        drawn_by="bench",
        sent_at=NOW,
        ends_on=(NOW - timedelta(days=30)).date(),
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
    for row in rows(*map(int, sys.argv[1:])):
        print(f"{row.name}: {row.ours:.2f} s, floor {row.floor:.2f} s, {row.ratio:.2f}, {row.remark}")
