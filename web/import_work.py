"""The worker's part of an import, and all of one by command: reading a file, checking it, writing it down."""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlmodel import Session

from notifications.bulk import bunches
from web.db import Database
from web.models import Programme
from web.models.imports import Import, ImportKind, ImportRow, ImportState, Outcome
from web.services.common import programmes, tombstones, workbooks
from web.services.common.spreadsheets import BadFile, Sheet
from web.services.imports import claims, columns, files, lookup, undoing, uploads
from web.services.imports.claims import Claim, Lost
from web.services.imports.import_people import Names
from web.services.imports.uploads import ROWS_AT_ONCE, WrongMoment
from web.services.organisations import organisations

WRONG = "Something went wrong on our side, and whoever runs the service can read what. Try once more"
WAIT = 0.2  # seconds, while another process has what we wait for
MOST_REMARKS = 50
REMARKS = {Outcome.ERROR: "left out: ", Outcome.LIKELY: "left out: ", Outcome.DOUBLE: "passed over: "}
Clock = Callable[[], datetime]
Progress = Callable[[Import], None]


class Importing:
    """Goes on with imports, the oldest first, a batch at each step; or `only` with one.

    Between two steps messages are sent and pages written: nobody waits for the end of a long import. What has
    been read of a file is held meanwhile. `key` is the suppression list's.
    """

    def __init__(self, database: Database, clock: Clock, key: bytes, only: int | None = None) -> None:
        self._database, self._clock, self._key, self._only = database, clock, key, only
        self._batches = self._all()
        self._busy = threading.Lock()

    def step(self) -> int:
        """How much was done; 0 when nothing waits that nobody has.

        Of a worker's threads one goes on with imports; the others find nothing to do here.
        """
        if not self._busy.acquire(blocking=False):
            return 0
        try:
            done = next(self._batches, 0)
            if not done:
                self._batches = self._all()
            return done
        finally:
            self._busy.release()

    def _all(self) -> Iterator[int]:
        while mine := self._claim():
            yield from self._through(mine)

    def _claim(self) -> Claim | None:
        with self._database.write() as session:
            return claims.claim(session, now=self._clock(), only=self._only)

    def _through(self, mine: Claim) -> Iterator[int]:
        steps = {
            ImportState.READING: self._read,
            ImportState.MATCHING: self._match,
            ImportState.CHECKING: self._check,
        }
        problem = ""
        try:
            yield from steps.get(mine.state, self._write)(mine)
        except (Lost, WrongMoment):
            yield 1
        except BadFile as error:
            problem = f"{error.without_file}. Put that right in the file, and upload it again"
        except Exception:  # noqa: BLE001  (an import nobody can finish must not stop the messages behind it)
            structlog.get_logger().exception("an import failed", number=mine.number)
            problem = WRONG
        if problem:
            with self._database.write() as session:
                uploads.fail(session, session.get_one(Import, mine.number), problem, now=self._clock())
            yield 1

    def _read(self, mine: Claim) -> Iterator[int]:
        with self._database.read() as session:
            job = session.get_one(Import, mine.number)
            unread = uploads.workbook_of(session, job)
        if unread:
            mine = yield from self._unfold(mine, job.file_name, unread)
        with self._database.read() as session:
            sheet = uploads.sheet_of(session, session.get_one(Import, mine.number))
        rows = 0
        for batch in bunches(sheet.rows, ROWS_AT_ONCE):
            rows += len(batch)
            with self._holding(mine, rows) as (_, mine):
                pass
            yield len(batch)
        rows = files.some_rows(sheet, rows)
        with self._holding(mine, rows) as (session, _):
            uploads.keep_count(session, session.get_one(Import, mine.number), rows)
        yield 1

    def _unfold(self, mine: Claim, file_name: str, workbook: bytes) -> Generator[int, None, Claim]:
        with workbooks.Unfolding(file_name, workbook) as unfolding:
            while not unfolding.is_over(within=WAIT):
                with self._holding(mine, 0) as (_, mine):
                    pass
                yield 1
            given = files.look_into_workbook(file_name, unfolding.text())
        with self._holding(mine, 0) as (session, mine):
            uploads.keep_text(session, session.get_one(Import, mine.number), given)
        yield 1
        return mine

    def _match(self, mine: Claim) -> Iterator[int]:
        with self._database.read() as session:
            job = session.get_one(Import, mine.number)
            sheet = uploads.sheet_of(session, job)
        names, done = Names(), 0
        for batch in bunches(sheet.rows, ROWS_AT_ONCE) if "organisation" in job.columns else ():
            names.note(sheet, job.columns, batch)
            done += len(batch)
            with self._holding(mine, done) as (_, mine):
                pass
            yield len(batch)
        with self._holding(mine, done) as (session, _):
            uploads.match(session, session.get_one(Import, mine.number), names)
        yield 1

    def _check(self, mine: Claim) -> Iterator[int]:
        more = True
        while more:  # what a worker has left that died over it
            with self._holding(mine, 0) as (session, mine):
                more = uploads.drop_rows(session, mine.number)
            yield 1
        with self._database.read() as session:
            job, erased = session.get_one(Import, mine.number), tombstones.count(session)
            sheet = uploads.sheet_of(session, job)
            rows = uploads.check(session, job, sheet, key=self._key)
        counts: dict[str, int] = {}
        answers: set[str] = set()
        for batch in bunches(rows, ROWS_AT_ONCE):
            uploads.count_in(counts, batch)
            uploads.note_answers(answers, sheet, job.columns, batch)
            with self._holding(mine, counts["rows"]) as (session, mine):
                uploads.keep_rows(session, mine.number, batch)
            yield len(batch)
        with self._holding(mine, counts["rows"]) as (session, _):
            job = session.get_one(Import, mine.number)
            if tombstones.count(session) == erased:
                uploads.keep_checked(session, job, counts, answers)
            else:  # who is erased while a file is checked is not to be found in what was found
                uploads.check_again(session, job)
        yield 1

    @contextmanager
    def _holding(self, mine: Claim, done: int) -> Iterator[tuple[Session, Claim]]:
        """A session to write in, if the import is still ours. Nothing is written if it is not."""
        with self._database.write() as session:
            yield session, claims.renew(session, mine, done, now=self._clock())

    def _write(self, mine: Claim) -> Iterator[int]:
        with self._database.write() as session:
            job = session.get_one(Import, mine.number, with_for_update=True)
            if job.state is ImportState.UNDOING:
                undoing.undo_some(session, job, now=self._clock())
            else:
                uploads.write_some(session, job, key=self._key, now=self._clock())
        yield 1


@dataclass(frozen=True)
class Imported:
    """What an import did, in counts. `asked` are those an organiser should look at: they seem to be somebody
    who is here, and were left out. `remarks` say of single rows what an organiser should know.
    """

    added: int = 0
    known: int = 0
    doubles: int = 0
    asked: int = 0
    passed_over: int = 0
    remarks: Sequence[str] = field(default=(), compare=False)


def take_in(
    database: Database,
    slug: str,
    kind: ImportKind,
    file_name: str,
    raw: bytes,
    *,
    by: str,
    clock: Clock,
    key: bytes,
    progress: Progress = lambda _: None,
    leave_out: bool = False,
) -> Imported:
    """A whole import by command: columns as guessed, doubtful organisations as new ones, and people who look
    like somebody known left out. `progress` sees the import as it goes on.

    It is a row that waits like any other, so a worker finishes it if this process ends in the middle.

    Raises:
        BadFile: also for the first row that cannot be, unless such rows are to be `leave_out`, or it is of
        somebody of whom the file says that they want no more of it; nothing has
        been taken in then. programmes.NoSuchProgramme, programmes.Ends
    """
    given = files.look(file_name, raw, whole=True)
    with database.write() as session:
        programme = programmes.by_slug(session, slug)
        chosen = _chosen(kind, given.sheet, programme.mix_by)
        job = uploads.upload(session, programme, kind, given, by=by, now=clock())
        uploads.choose(session, job, chosen, None)
        number = job.id
    importing = Importing(database, clock, key, only=number)
    remarks = [
        f"“{name}” seems to be somebody else, who is not taken in: one person of each row is"
        for name in columns.others(kind, given.sheet, chosen)[:1]
    ]
    while (job := _as_it_is(database, number)).state not in uploads.ENDED:
        progress(job)
        if job.state not in claims.WORKING:
            remarks += _answer(database, job, file_name, by, clock, leave_out=leave_out)
        elif not importing.step():  # a worker of another process has taken it
            time.sleep(WAIT)
    if job.state is not ImportState.DONE:
        raise BadFile(file_name, job.problem or "somebody has thrown it away meanwhile")
    return Imported(
        added=job.counts["taken"],
        known=job.counts.get("here", 0),
        doubles=job.counts.get("double", 0),
        asked=job.counts.get("likely", 0),
        passed_over=job.counts.get("strangers", 0),
        remarks=remarks,
    )


def _chosen(kind: ImportKind, sheet: Sheet, mix_by: str) -> dict[str, int]:
    chosen = columns.guess_of(kind, sheet, mix_by)
    try:
        columns.check(kind, sheet.header, chosen)
    except columns.BadColumns as error:
        missing = f"there is no such column; it has {', '.join(sheet.header)}"
        raise BadFile(sheet.file, missing, row=sheet.header_row, column=next(iter(error.problems))) from error
    return chosen


def _as_it_is(database: Database, number: int) -> Import:
    with database.read() as session:
        return session.get_one(Import, number)


def _answer(
    database: Database, job: Import, file_name: str, by: str, clock: Clock, *, leave_out: bool
) -> list[str]:
    """Say of an import what nobody is there to say, and tell of its rows what somebody should know."""
    with database.write() as session:
        job = session.get_one(Import, job.id)
        if job.state is ImportState.ORGANISATIONS:
            remarks = _doubtful(session, job)
            uploads.answer_rest_as_new(session, job)
            return remarks
        if leave_out or not lookup.wrong(job):
            remarks = [*_unknown_answers(session, job), *_remarks(session, job)]
            uploads.confirm(session, job, by=by, now=clock())
            return remarks
        wrong = lookup.first_wrong(session, job)
        refused = BadFile.of(file_name, _row_of(wrong), wrong.why)
        uploads.abandon(session, job, by=by, now=clock(), problem=refused.without_file)
        session.commit()
        raise refused


def _doubtful(session: Session, job: Import) -> list[str]:
    """Organisations that are taken for new ones because nobody is there to say what they are."""
    names = {str(id_): name for id_, name in organisations.listed(session, job.programme_id)}
    names |= {f"={entry['key']}": entry["name"] for entry in job.organisations}
    return [
        f"“{entry['name']}” becomes an organisation of its own and may be {names[entry['candidates'][0]]}: "
        "see Organisations"
        for entry in uploads.asked(job)[:MOST_REMARKS]
    ]


def _unknown_answers(session: Session, job: Import) -> list[str]:
    asked = session.get_one(Programme, job.programme_id).mix_by
    return [
        f"“{answer}” is none of the choices of “{asked}”: these people can say it on their own page"
        for answer in uploads.unknown_answers(job)
    ]


def _remarks(session: Session, job: Import) -> list[str]:
    """One for each row of which there is something to say, up to so many."""
    rows = lookup.remarked(session, job, MOST_REMARKS + 1)
    remarks = [
        f"row {_row_of(row)}: {REMARKS.get(row.outcome, '')}{row.why.removeprefix('row: ')}"
        for row in rows[:MOST_REMARKS]
    ]
    return [*remarks, "and more rows like these"] if len(rows) > MOST_REMARKS else remarks


def _row_of(row: ImportRow) -> int:
    number: int = row.cells.get("row", row.number)
    return number
