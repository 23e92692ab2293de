"""Everything that can happen to a file on its way in, in no order: every move that is named is made.

The databases of all tests refuse the others; see tests/support/moves.py.
"""

import random
from contextlib import suppress

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from tests.support import moves
from tests.support.importing import KEY
from tests.support.world import BY, World
from web.import_work import Importing
from web.models.imports import NEXT, Import, ImportKind, ImportState
from web.services.imports import files, undoing, uploads
from web.services.imports.files import Upload
from web.services.imports.uploads import WrongMoment

SHEET = """name,organisation,email
Amina Yusuf,Leeds,amina{0}@example.org
Tom Field,Kirklees {0},tom{0}@example.org
"""
MOST_STEPS = 5_000


class Walk:
    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance, self.number, self.files = world, random.Random(seed), 0, 0
        self.acts = (
            self.another_sheet, self.back, self.somebody_is_erased, self.throw_away, self.break_down,
            *[self.choose, self.say_who_is_who, self.confirm, self.undo] * 4,
        )  # fmt: skip

    def step(self) -> None:
        """The worker's, or somebody's act; sooner or later with a new file."""
        if not self.number or self._is_at_its_end() or self.chance.random() < 0.02:
            self.upload()
        if self.chance.random() < 0.3:
            self.work()
            return
        with suppress(WrongMoment, undoing.NotToUndo), self.world.write() as session:
            self.chance.choice(self.acts)(session, session.get_one(Import, self.number))

    def _is_at_its_end(self) -> bool:
        with self.world.read() as session:
            return not NEXT[session.get_one(Import, self.number).state]

    def _given(self) -> Upload:
        """Small, or as a large file comes: nobody has counted its rows."""
        self.files += 1
        given = files.look("sheet.csv", SHEET.format(self.files).encode())
        return Upload(given.sheet, self.chance.choice((given.rows, None)), given.content)

    def upload(self) -> None:
        with self.world.write() as session:
            programme = self.world.programme(session)
            job = uploads.upload(
                session, programme, ImportKind.PEOPLE, self._given(), by=BY, now=self.world.now
            )
            self.number = job.id

    def work(self) -> None:
        """A worker takes it up, does a step or all, and dies; nobody has it any more after a while."""
        importing = Importing(self.world.database, lambda: self.world.now, KEY, only=self.number)
        for _ in range(self.chance.choice((1, 2, 10, 10))):
            importing.step()
        self.world.clock.turn(minutes=3)

    def another_sheet(self, session: Session, job: Import) -> None:
        uploads.take_sheet(session, job, self._given())

    def choose(self, session: Session, job: Import) -> None:
        sheet = uploads.sheet_of(session, job)
        names = uploads.names(job.kind, sheet, job.columns)
        uploads.choose(session, job, job.columns, self.chance.choice((names, None)))

    def back(self, session: Session, job: Import) -> None:
        uploads.columns_again(session, job)

    def say_who_is_who(self, session: Session, job: Import) -> None:
        uploads.answer_rest_as_new(session, job)

    def somebody_is_erased(self, session: Session, job: Import) -> None:
        if job.state in (ImportState.CHECKING, ImportState.READY):
            uploads.check_again(session, job)

    def confirm(self, session: Session, job: Import) -> None:
        uploads.confirm(session, job, by=BY, now=self.world.now)

    def undo(self, session: Session, job: Import) -> None:
        undoing.undo(session, job, by=BY, now=self.world.now)

    def throw_away(self, session: Session, job: Import) -> None:
        uploads.abandon(session, job, by=BY, now=self.world.now)

    def break_down(self, session: Session, job: Import) -> None:
        uploads.fail(session, job, "something is wrong", now=self.world.now)


def test_an_import_makes_every_move_that_is_named(world: World) -> None:
    moves.record(world.database, "import")
    walk, missing = Walk(world, seed=1), moves.of_imports()
    for step in range(MOST_STEPS):
        walk.step()
        if step % 50 == 0 and not (missing := moves.of_imports() - moves.made(world.database)):
            break
    assert missing == set()


def test_a_move_that_is_not_named_is_refused(world: World) -> None:
    walk = Walk(world, seed=1)
    walk.upload()
    with pytest.raises(DBAPIError, match="NEXT does not name"), world.write() as session:
        session.get_one(Import, walk.number).state = ImportState.DONE
