"""A file on its way in keeps nobody who is erased: not in its rows, not in what it is called."""

import pytest

from tests.support.importing import KEY
from tests.support.world import BY, World
from web.import_work import Importing
from web.models.imports import Import, ImportFile, ImportKind, ImportState
from web.services.imports import files, uploads

OTHERS = """name,organisation,email
Amina Yusuf,Leeds,amina@example.org
T. Field,Kirklees Council,t@home.example
"""


@pytest.fixture
def tom(world: World) -> str:
    return world.join("Tom Field", "Kirklees Council", phone="+447700900321")


def upload(world: World, name: str = "sheet.csv", content: str = OTHERS) -> int:
    with world.write() as session:
        given, kind = files.look(name, content.encode()), ImportKind.PEOPLE
        job = uploads.upload(session, world.programme(session), kind, given, by=BY, now=world.now)
        uploads.choose(session, job, job.columns, uploads.names(kind, given.sheet, job.columns))
        if job.state is ImportState.ORGANISATIONS:
            uploads.answer_rest_as_new(session, job)
    return job.id


def one(world: World, number: int) -> Import:
    with world.read() as session:
        return session.get_one(Import, number)


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Tom Field leaving.csv", OTHERS),
        ("sheet.csv", OTHERS + "X Y,Leeds,x@example.org,\n".replace("X Y", '"Field, Tom"')),
        ("sheet.csv", OTHERS + "A B,Leeds,a@example.org,07700 900 321\n"),
    ],
)
def test_a_file_that_tells_of_somebody_erased_is_thrown_away(
    world: World, tom: str, name: str, content: str
) -> None:
    number = upload(world, name, content)
    world.erase(tom)
    kept = one(world, number)
    assert (kept.state, kept.file_name, world.dump()["importfile"]) == (ImportState.ABANDONED, "", [])


@pytest.mark.parametrize("name", ["Email", "Name", "Organisation Email"])
def test_who_is_called_like_a_heading_is_in_no_file_for_that(world: World, name: str) -> None:
    number = upload(world)
    world.erase(world.join(name))
    assert one(world, number).state is not ImportState.ABANDONED


def test_a_file_of_others_is_read_again_where_a_row_looked_like_somebody_erased(
    world: World, tom: str
) -> None:
    number = upload(world)
    world.work()
    before = "like Tom Field" in str(world.dump()["importrow"])
    world.erase(tom)
    world.work()
    after = "Tom Field" in str(world.dump())
    assert (before, after, one(world, number).state) == (True, False, ImportState.READY)


def test_who_is_erased_while_a_file_is_read_is_not_in_what_was_read(world: World, tom: str) -> None:
    number = upload(world)
    importing = Importing(world.database, world.clock, KEY)
    while "like Tom Field" not in str(world.dump()["importrow"]):
        assert importing.step()
    world.erase(tom)
    while importing.step():
        pass
    assert (one(world, number).state, "Tom Field" in str(world.dump())) == (ImportState.READY, False)


def test_what_a_file_was_called_goes_with_the_file(world: World) -> None:
    upload(world, "Jane Smith leaving.csv")
    world.work()
    organiser = world.organiser().open("/organise/councils/import")
    before = "Jane Smith leaving.csv" in organiser.text
    organiser.open(organiser.link("Jane Smith leaving.csv")).press("Throw this file away")
    after = organiser.open("/organise/councils/import").text
    assert (before, "Jane Smith" in str(world.dump()), "File 1" in after) == (True, False, True)


def test_why_a_file_failed_does_not_say_what_it_was_called(world: World) -> None:
    number = upload(world, "Jane Smith leaving.csv")
    with world.write() as session:
        session.get_one(ImportFile, number).content = 'name,organisation,email\n"x'
    world.work()
    assert one(world, number).problem.startswith("Row 2: ")
