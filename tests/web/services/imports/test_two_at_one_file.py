"""Two organisers at one file at the same moment: the second reads what the first has done."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from tests.support.world import BY, World
from web.models.imports import Import, ImportKind, ImportState
from web.services.imports import files, undoing, uploads
from web.services.imports.uploads import WrongMoment

pytestmark = [
    pytest.mark.usefixtures("database_url"),
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),  # SQLite has one writer at a time
]
SHEET = b"name,organisation,email\nAmina Yusuf,Leeds,amina@example.org\nTom Field,York,tom@example.org\n"
Act = Callable[[Session, Import, World], None]


def confirm(session: Session, job: Import, world: World) -> None:
    uploads.confirm(session, job, by=BY, now=world.now)


def columns_again(session: Session, job: Import, _: World) -> None:
    uploads.columns_again(session, job)


def throw_away(session: Session, job: Import, world: World) -> None:
    uploads.abandon(session, job, by=BY, now=world.now)


def undo(session: Session, job: Import, world: World) -> None:
    undoing.undo(session, job, by=BY, now=world.now)


def ready(world: World) -> None:
    with world.write() as session:
        given = files.look("sheet.csv", SHEET)
        programme = world.programme(session)
        job = uploads.upload(session, programme, ImportKind.PEOPLE, given, by=BY, now=world.now)
        uploads.choose(session, job, job.columns, uploads.names(job.kind, given.sheet, job.columns))
        uploads.answer_rest_as_new(session, job)
    while world.work():
        pass


def state(world: World) -> ImportState:
    with world.read() as session:
        return session.get_one(Import, 1).state


def one_after_the_other(world: World, first: Act, second: Act) -> None:
    """The second organiser's page has read the file before the first one's act is done."""
    with world.write() as late:
        shown = late.get_one(Import, 1)
        with world.write() as session:
            first(session, session.get_one(Import, 1), world)
        second(late, shown, world)


@pytest.mark.parametrize(
    ("first", "second", "becomes"),
    [
        (columns_again, confirm, ImportState.COLUMNS),
        (throw_away, confirm, ImportState.ABANDONED),
        (confirm, columns_again, ImportState.WRITING),
        (confirm, throw_away, ImportState.WRITING),
    ],
)
def test_what_the_first_did_stands(world: World, first: Act, second: Act, becomes: ImportState) -> None:
    ready(world)
    with pytest.raises(WrongMoment):
        one_after_the_other(world, first, second)
    assert state(world) is becomes


@pytest.mark.parametrize("act", [confirm, undo])
def test_what_both_ask_for_is_in_the_audit_once(world: World, act: Act) -> None:
    ready(world)
    if act is undo:
        with world.write() as session:
            confirm(session, session.get_one(Import, 1), world)
        while world.work():
            pass
    before = len(world.dump()["auditentry"])
    one_after_the_other(world, act, act)
    assert len(world.dump()["auditentry"]) == before + 1
