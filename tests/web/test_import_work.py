"""Large files are the worker's, a batch at a time, and each batch stands by itself."""

import io
from datetime import datetime

import pytest
from sqlalchemy import func, select

from tests.support import workbooks as made
from tests.support.importing import KEY
from tests.support.visitor import Visitor
from tests.support.world import World
from web import import_work
from web.db import Database
from web.import_work import Importing
from web.models.imports import Import, ImportFile, ImportRow, ImportState
from web.services.common import workbooks
from web.services.imports.claims import LEASE
from web.services.imports.uploads import ROWS_AT_ONCE
from web.sizes import READ_ON_PAGE, WORKBOOK_ON_PAGE

HEADER = "name,organisation,email,notes\n"
ROWS = ROWS_AT_ONCE + 1000


def large(rows: int = ROWS) -> bytes:
    """More than a page reads itself, and more rows than go in one batch."""
    notes = "x" * (READ_ON_PAGE // rows + 1)
    lines = (f"Person {i},Brent Council,p{i}@example.org,{notes}\n" for i in range(rows))
    return (HEADER + "".join(lines)).encode()


def upload(world: World, content: bytes, name: str = "large.csv") -> Visitor:
    visitor = world.organiser().open("/organise/councils/import")
    return visitor.press("Upload the file", kind="people", file=(io.BytesIO(content), name))


def state(world: World) -> ImportState:
    with world.read() as session:
        return session.scalars(select(Import.state)).one()


def count(world: World, table: type) -> int:
    with world.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.usefixtures("both_databases")
def test_a_large_file_is_read_matched_and_checked_in_the_background(world: World) -> None:
    visitor = upload(world, large())
    seen = [visitor.heading]
    while visitor.heading != "What will happen" and len(seen) < 9:
        if "Refresh" in visitor.answer.headers:
            world.work()
            visitor.open(visitor.path)
        else:
            visitor.press("See what will happen")
        seen.append(visitor.heading)
    assert seen == [
        "Reading the file",
        "Which column is what?",
        "Looking for organisations",
        "What will happen",
    ]
    assert f"Invite {ROWS:,} people" in visitor.buttons


PEOPLE = 10_000


@pytest.fixture(scope="session")
def workbook() -> bytes:
    """More than the page unfolds itself, with the people on its second sheet."""
    people = [[f"Person {i}", "Brent Council", f"p{i}@example.org", f"{i * i * 7919}"] for i in range(PEOPLE)]
    header = ["Name", "Organisation", "Email", "Notes"]
    raw = made.xlsx({"Read me": [["Ask Tom first"]], "Sign-ups": [header, *people]})
    assert workbooks.is_large(raw)
    return raw


@pytest.mark.usefixtures("both_databases")
def test_a_large_workbook_is_opened_in_the_background(world: World, workbook: bytes) -> None:
    visitor = upload(world, workbook, "large.xlsx")
    opening = "The workbook is being opened" in visitor.text
    world.work()
    page = visitor.open(visitor.path)
    assert (opening, page.heading, f"{PEOPLE:,} rows" in page.text, "You see “Sign-ups”" in page.text) == (
        True,
        "Which column is what?",
        True,
        True,
    )


def test_the_workbook_itself_is_not_kept_beside_its_text(world: World, workbook: bytes) -> None:
    upload(world, workbook, "large.xlsx")
    world.work()
    with world.read() as session:
        file = session.scalars(select(ImportFile)).one()
    assert (file.workbook, "p1@example.org" in file.content) == (None, True)


def test_while_a_workbook_is_opened_others_have_their_turn(
    world: World, workbook: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_work, "WAIT", 0)
    upload(world, workbook, "large.xlsx")
    importing, steps = Importing(world.database, world.clock, KEY), 0
    while count_text(world) == 0:
        assert importing.step()
        steps += 1
    assert steps > 1


def count_text(world: World) -> int:
    with world.read() as session:
        return len(session.scalars(select(ImportFile.content)).one())


def test_a_large_workbook_that_is_none_fails_in_words(world: World) -> None:
    visitor = upload(world, b"PK\x03\x04" + b"\0" * WORKBOOK_ON_PAGE, "large.xlsx")
    world.work()
    page = visitor.open(visitor.path)
    assert ("is no workbook that we can read" in page.text, page.heading) == (True, "That did not work")


def test_a_large_workbook_that_says_itself_it_is_too_much_is_refused_at_once(world: World) -> None:
    visitor = upload(world, made.one_letter(500), "large.xlsx")
    assert (visitor.status, "unfolded, it is larger than what we read" in visitor.mistakes[0]) == (422, True)


def test_a_workbook_nobody_has_opened_is_thrown_away_when_somebody_is_erased(
    world: World, workbook: bytes
) -> None:
    tom = world.join("Tom Field")
    upload(world, workbook, "large.xlsx")
    world.erase(tom)
    assert (state(world), count(world, ImportFile)) == (ImportState.ABANDONED, 0)


def test_a_worker_that_dies_over_a_workbook_leaves_it_to_another(world: World, workbook: bytes) -> None:
    upload(world, workbook, "large.xlsx")
    assert Importing(world.database, world.clock, KEY).step()
    world.clock.turn(seconds=LEASE.total_seconds() + 1)
    world.work()
    assert state(world) is ImportState.COLUMNS


def test_a_large_file_that_breaks_off_is_told_with_its_row(world: World) -> None:
    visitor = upload(world, large() + b'"')
    world.work()
    told = f"Row {ROWS + 2}: a cell begins with a quotation mark here, and no other one ends it"
    assert told in visitor.open(visitor.path).text


def test_a_file_is_read_while_somebody_else_writes(world: World) -> None:
    """Whoever writes to SQLite has it alone: nobody waits while a file is only looked at."""
    visitor = world.organiser().open("/organise/councils/import")
    other = Database(world.worker.settings.database_url)
    with other.engine.connect().execution_options(writing=True) as connection:
        connection.exec_driver_sql("SELECT 1")
        visitor.press("Upload the file", kind="people", file=(io.BytesIO(b"name\n"), "p.csv"))
    other.dispose()
    assert (visitor.status, visitor.mistakes) == (422, ["p.csv: there is nothing below the first row"])


def test_one_that_is_thrown_away_is_gone_for_the_worker_that_reads_it(world: World) -> None:
    visitor = upload(world, large())
    importing = Importing(world.database, world.clock, KEY)
    importing.step()
    visitor.press("Throw this file away")
    while importing.step():
        pass
    assert (state(world), count(world, ImportFile)) == (ImportState.ABANDONED, 0)


def test_what_a_worker_died_over_another_begins_again(world: World) -> None:
    visitor = upload(world, large())
    world.work()
    visitor.open(visitor.path).press("See what will happen")
    died = Importing(world.database, world.clock, KEY)
    while state(world) is not ImportState.CHECKING or count(world, ImportRow) == 0:
        assert died.step()
    world.clock.turn(seconds=LEASE.total_seconds() + 1)
    world.work()
    late = [died.step() for _ in range(3)]
    assert (state(world), count(world, ImportRow), late[-1]) == (ImportState.READY, ROWS, 0)


def test_a_column_of_far_too_many_organisations_is_the_wrong_one(world: World) -> None:
    rows = "".join(f"A,{i},a{i}@example.org\n" for i in range(10_001))
    visitor = upload(world, f"name,organisation,email\n{rows}".encode()).press("See what will happen")
    assert "at most 10,000 different organisations; is it the right column?" in visitor.mistakes[0]


def test_a_second_thread_leaves_an_import_to_the_first(world: World) -> None:
    upload(world, large())
    meanwhile: list[int] = []

    def clock() -> datetime:
        meanwhile.append(importing.step())
        return world.now

    importing = Importing(world.database, clock, KEY)
    assert (importing.step() > 0, set(meanwhile)) == (True, {0})


def test_a_large_file_that_is_none_is_told_at_once(world: World) -> None:
    visitor = upload(world, b"name,organisation,email\nA,B,a@example.org\n" + b"," * 2 * READ_ON_PAGE)
    told = "large.csv:3: at most 100,000 letters in a row; this has more"
    assert (visitor.status, visitor.mistakes[0].startswith(told)) == (422, True)


def test_a_file_is_checked_before_the_rest_of_another_is_written(world: World) -> None:
    first = "".join(f"Person {i},Brent Council,p{i}@example.org\n" for i in range(1100))
    visitor = upload(world, f"name,organisation,email\n{first}".encode()).press("See what will happen")
    world.work()
    visitor.open(visitor.path).press("Invite 1,100 people")
    importing = Importing(world.database, world.clock, KEY)
    importing.step()
    small = b"name,organisation,email\nAmina,Brent Council,amina@example.org\n"
    waits = upload(world, small).press("See what will happen")
    for _ in range(4):
        importing.step()
    assert (waits.open(waits.path).heading, visitor.open(visitor.path).heading) == (
        "What will happen",
        "Taking it in",
    )
