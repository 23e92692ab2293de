"""The list of 100,000 people beside its SQL alone, and bringing 100,000 in beside bare inserts."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from tests.benchmarks.pages import NOW, site
from tests.benchmarks.rows import Row, one_time
from web.db import Database
from web.import_work import Importing
from web.models import Membership, Person, Programme, Standing
from web.models.folding import folded
from web.models.imports import Import, ImportKind
from web.services.imports import files, uploads
from web.services.organisations import organisations

PEOPLE, ORGANISATIONS, DOUBLES = 100_000, 400, 5_000
FIRST = "Amina Tom Siân Jo Élodie Zoë Lena Ravi Mei Ngozi".split()
LAST = "Yusuf Field Rees Park Brown Ahmed Jones Patel Chen Okafor".split()
PAGES = {
    "the first page": "",
    "the last page": f"?page={PEOPLE // 50}",
    "newest first": "?order=newest",
    "by organisation": "?order=organisation",
    "paused, of whom there are few": "?showing=paused",
    "in the next round": "?showing=in",
    "a part of a name": "?search=field+12",
    "nobody": "?search=qqqq",
}


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as folder, site(Path(folder) / "people.db") as made:
        fill(made.database)
        made.database.gather_statistics()
        for name, query in PAGES.items():
            yield made.row(f"list of {PEOPLE:,} people: {name}", f"people{query}")
        yield from bringing_in(made.database)


def name_of(number: int) -> str:
    return f"{FIRST[number % 10]} {LAST[number // 10 % 10]} {number}"


def fill(database: Database) -> None:
    with database.write() as session:
        places = [organisations.add(session, 1, f"Council {number}").id for number in range(ORGANISATIONS)]
        people = [person(number) for number in range(PEOPLE)]
        session.execute(insert(Person), [one.model_dump() for one in people])
        members = [member(number, one, places) for number, one in enumerate(people)]
        session.execute(insert(Membership), [one.model_dump() for one in members])


def person(number: int) -> Person:
    address = f"person-{number}@example.org"
    return Person(name=name_of(number), email=address, email_key=address, created_at=NOW)


def member(number: int, one: Person, places: list[int]) -> Membership:
    return Membership(
        programme_id=1,
        person_id=one.id,
        organisation_id=places[number % len(places)],
        standing=Standing.INVITED if number % 10 == 0 else Standing.ACTIVE,
        paused_until=NOW.date().replace(year=2027) if number % 500 == 1 else None,
        joined_at=NOW,
        name_key=folded(one.name),
    )


def bringing_in(database: Database) -> Iterator[Row]:
    """A file of 100,000 rows, of which 5,000 stand twice."""
    lines = [
        f"{name_of(number)},Council {number % ORGANISATIONS},p{number % (PEOPLE - DOUBLES)}@example.org"
        for number in range(PEOPLE)
    ]
    raw = "\n".join(["name,organisation,email", *lines]).encode()
    with database.write() as session:
        programme = session.get_one(Programme, 2)
        given = files.look("p.csv", raw)
        number = uploads.upload(session, programme, ImportKind.PEOPLE, given, by="bench", now=NOW).id
    reading = one_time(lambda: finish(database))
    with database.write() as session:
        job = session.get_one(Import, number)
        uploads.choose(session, job, job.columns, None)
    choosing = one_time(lambda: finish(database))
    with database.write() as session:
        uploads.answer_rest_as_new(session, session.get_one(Import, number))
    checking = one_time(lambda: finish(database))
    with database.write() as session:
        uploads.confirm(session, session.get_one(Import, number), by="bench", now=NOW)
    writing = one_time(lambda: finish(database))
    floor = bare(lines)
    yield Row(f"read {PEOPLE:,} rows", reading, floor, None)
    yield Row(f"choose the columns of {PEOPLE:,} rows", choosing, floor, None)
    yield Row(f"check {PEOPLE:,} rows, {DOUBLES:,} of them doubles", checking, floor, None)
    yield Row(f"invite {PEOPLE - DOUBLES:,} people, a message and a link each", writing, floor, None)


def finish(database: Database) -> None:
    importing = Importing(database, lambda: NOW, b"")
    while importing.step():
        pass


def bare(lines: list[str]) -> float:
    """The least there is to write: the rows, into a table of their own."""
    with TemporaryDirectory() as folder, sqlite3.connect(Path(folder) / "bare.db") as database:
        database.execute("CREATE TABLE people (name TEXT, organisation TEXT, email TEXT UNIQUE)")
        cells = [line.split(",") for line in lines]

        def write() -> None:
            database.executemany("INSERT OR IGNORE INTO people VALUES (?, ?, ?)", cells)
            database.commit()

        return one_time(write)


if __name__ == "__main__":
    for row in rows():
        print(f"{row.name}: {row.ours * 1000:.0f} ms, floor {row.floor * 1000:.0f} ms, {row.ratio:.2f}")
