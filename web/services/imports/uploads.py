"""A spreadsheet comes in: upload, columns, organisations, a look at what will happen, and only then it does.

Its way from state to state is `NEXT` in web/models/imports.py, drawn in docs/states.md. A small file is read
and its organisations are matched by the page, without READING and MATCHING. ORGANISATIONS is passed over
where none is doubtful. DONE can be taken back: UNDOING by the worker, UNDONE.

An import is a row, so a page reloaded, a worker killed, or an organiser gone for lunch loses nothing. Nothing
of the programme changes before READY is answered with yes. The file, which is personal data, is deleted once
it was taken in or thrown away, after a day, and when somebody named in it is erased.

    WrongMoment     the import has moved on since the page was shown
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, true
from sqlmodel import Session, col

from web import scrubbing
from web.models import Programme
from web.models.imports import Import, ImportFile, ImportKind, ImportRow, ImportState, Outcome
from web.services.common import audit, mixing, programmes
from web.services.common.spreadsheets import BadFile, Sheet
from web.services.imports import columns, doubles, import_history, import_people, inviting, takeovers
from web.services.imports.claims import LEASED, WORKING
from web.services.imports.files import Unread, Upload
from web.services.imports.import_people import Names
from web.services.imports.takeovers import Statement
from web.services.organisations import organisations

MOST_ANSWERS = 50  # different ones in a file, to what the programme mixes by
ASK_AT_ONCE = 25
AT_ONCE = 500  # people written in one transaction: others wait for it
ROWS_AT_ONCE = 5000  # read, checked or dropped in one: some 0.5 s
SECOND_PRESS = timedelta(minutes=1)
ENDED = (ImportState.DONE, ImportState.UNDONE, ImportState.ABANDONED, ImportState.FAILED)


class WrongMoment(Exception):
    pass


def upload(
    session: Session,
    programme: Programme,
    kind: ImportKind,
    given: Upload | Unread,
    *,
    by: str,
    now: datetime,
) -> Import:
    """Keep a file, with its columns guessed if it was looked at. The same one of the same organiser once more
    is taken for a second press, within a minute and while nobody has gone on with the first.

    Raises:
        BadFile: history where there are rounds already.
        programmes.Ends: nobody is brought in any more.
    """
    programmes.must_go_on(programme)
    name = given.file_name if isinstance(given, Unread) else given.sheet.file
    if kind is ImportKind.HISTORY and not import_history.can_begin(session, programme):
        raise BadFile(name, f"{programme.name} has rounds already; import history before the first")
    job = Import(
        programme_id=programme.id,
        kind=kind,
        state=ImportState.READING,
        file_name=name[-120:],
        by=by,
        created_at=now,
    )
    if known := _of_first_press(session, job, given):
        return known
    session.add(job)
    session.flush()
    file = ImportFile(import_id=job.id, content="")
    if isinstance(given, Unread):
        file.workbook = given.workbook
    else:
        job.state = ImportState.READING if given.rows is None else ImportState.COLUMNS
        _note(job, file, given, programme)
    session.add_all([job, file])
    session.flush()
    audit.record(
        session, by, f"{kind.value} file uploaded", now=now, programme=programme.id, subject=subject(job)
    )
    return job


def _of_first_press(session: Session, asked: Import, given: Upload | Unread) -> Import | None:
    """What an import that is `asked` for repeats."""
    lately = (
        select(Import, ImportFile)
        .join(ImportFile, col(ImportFile.import_id) == col(Import.id))
        .where(col(Import.programme_id) == asked.programme_id, col(Import.kind) == asked.kind)
        .where(col(Import.by) == asked.by, col(Import.file_name) == asked.file_name)
        .where(col(Import.created_at) > asked.created_at - SECOND_PRESS)
        .where(col(Import.state).in_((ImportState.READING, ImportState.COLUMNS)))
    )
    job: Import
    for job, file in session.execute(lately):
        if (file.workbook == given.workbook) if isinstance(given, Unread) else file.content == given.content:
            return job
    return None


def _note(job: Import, file: ImportFile, given: Upload, programme: Programme) -> None:
    file.content, file.workbook = given.content, None
    job.columns, job.total = columns.guess_of(job.kind, given.sheet, programme.mix_by), _total(given)


def _total(given: Upload) -> int:
    return given.sheet.text.count("\n") if given.rows is None else given.rows


def take_sheet(session: Session, job: Import, given: Upload) -> None:
    """Another sheet of the workbook in hand, as it was looked into.

    Raises:
        WrongMoment: its columns were chosen already, or the file is gone.
    """
    hold(session, job)
    must_be(job, ImportState.COLUMNS)
    file = _file(session, job)
    _note(job, file, given, session.get_one(Programme, job.programme_id))
    job.state = ImportState.READING if given.rows is None else ImportState.COLUMNS
    session.add_all([job, file])
    session.flush()


def workbook_of(session: Session, job: Import) -> bytes | None:
    """The workbook as it came, if nobody has made text of it yet.

    Raises:
        WrongMoment: the file is gone.
    """
    return _file(session, job).workbook


def keep_text(session: Session, job: Import, given: Upload) -> None:
    """In place of the workbook that it was made of; its rows are counted next."""
    file = _file(session, job)
    _note(job, file, given, session.get_one(Programme, job.programme_id))
    session.add_all([job, file])
    session.flush()


def subject(job: Import) -> str:
    return f"import {job.id}"


def content_of(session: Session, job: Import) -> str:
    """Raises WrongMoment when the file is gone."""
    return _file(session, job).content


def _file(session: Session, job: Import) -> ImportFile:
    file = session.get(ImportFile, job.id)
    if file is None:
        raise WrongMoment
    return file


def sheet_of(session: Session, job: Import) -> Sheet:
    """Raises WrongMoment when the file is gone."""
    return columns.sheet(job.file_name, content_of(session, job))


def keep_count(session: Session, job: Import, rows: int) -> None:
    """It has been read to its end: an organiser says next which column is what."""
    job.state, job.total, job.done, job.busy_until = ImportState.COLUMNS, rows, 0, None
    session.add(job)
    session.flush()


def names(kind: ImportKind, sheet: Sheet, chosen: Mapping[str, int]) -> Names:
    """The organisations of a small file.

    Raises:
        BadFile: there are so many that it must be the column of something else.
    """
    found = Names()
    if kind is ImportKind.PEOPLE and "organisation" in chosen:
        found.note(sheet, chosen, sheet.rows)
    return found


def choose(session: Session, job: Import, chosen: Mapping[str, int], names: Names | None) -> None:
    """Say which column is what, as `columns.check` has found it to be right. Of a small file the page has
    read the `names` of organisations already.

    Raises:
        WrongMoment: it was answered already.
    """
    hold(session, job)
    must_be(job, ImportState.COLUMNS, ImportState.READY, ImportState.ORGANISATIONS)
    session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
    job.columns, job.organisations, job.mix_answers, job.counts = dict(chosen), [], {}, {}
    if names is None:
        job.state, job.done, job.busy_until = ImportState.MATCHING, 0, None
        session.add(job)
        session.flush()
    else:
        match(session, job, names)


def match(session: Session, job: Import, names: Names) -> None:
    """Organisations are matched to known ones; the doubtful are asked next. 0.3 s for 10,000 of them."""
    job.organisations = doubles.match(
        names.rows(), organisations.register(session, job.programme_id), names.domains
    )
    _go_on(session, job)


def must_be(job: Import, *states: ImportState) -> None:
    if job.state not in states:
        raise WrongMoment


def hold(session: Session, job: Import) -> None:
    """Read its row as it is by now, and keep others from it until commit: of two organisers at once the
    second reads what the first has done.

    Raises:
        WrongMoment: it is gone.
    """
    row = select(Import).where(col(Import.id) == job.id).with_for_update()
    if session.scalars(row.execution_options(populate_existing=True)).one_or_none() is None:
        raise WrongMoment


def asked(job: Import) -> list[dict[str, Any]]:
    """The organisations somebody has to say something about, those of most rows first."""
    return [entry for entry in job.organisations if entry["taken_for"] is None]


def _go_on(session: Session, job: Import) -> None:
    job.state = ImportState.ORGANISATIONS if asked(job) else ImportState.CHECKING
    job.done, job.busy_until = 0, None
    session.add(job)
    session.flush()


def check_again(session: Session, job: Import) -> None:
    """What was found is forgotten, and looked for once more; whoever was at it has lost it."""
    session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
    _go_on(session, job)


def columns_again(session: Session, job: Import) -> None:
    """Back to the first question. What was found with other columns is forgotten.

    Raises:
        WrongMoment: it is being written, or was.
    """
    hold(session, job)
    must_be(job, ImportState.COLUMNS, ImportState.ORGANISATIONS, ImportState.READY)
    session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
    job.state, job.organisations, job.mix_answers, job.counts = ImportState.COLUMNS, [], {}, {}
    session.add(job)
    session.flush()


def answer(session: Session, job: Import, answers: Mapping[str, str]) -> None:
    """What organisations in the file stand for, by their keys: one of the candidates, or "new".

    What is not answered, or with something nobody offered, is asked again.
    """
    hold(session, job)
    must_be(job, ImportState.ORGANISATIONS)
    job.organisations = _followed([_answered(one, answers.get(one["key"])) for one in job.organisations])
    _go_on(session, job)


def answer_rest_as_new(session: Session, job: Import) -> None:
    answer(session, job, {entry["key"]: "new" for entry in asked(job)})


def _answered(entry: dict[str, Any], said: str | None) -> dict[str, Any]:
    if entry["taken_for"] is None and said == "new":
        return entry | {"taken_for": f"={entry['key']}"}
    if entry["taken_for"] is None and said in entry["candidates"]:
        return entry | {"taken_for": said}
    return entry


def _followed(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A name taken for another name of the file goes wherever that one goes."""
    goes = {f"={entry['key']}": entry["taken_for"] for entry in entries}

    def end(target: str | None) -> str | None:
        while target is not None and goes.get(target) not in (None, target):
            target = goes[target]
        return target

    return [entry | {"taken_for": end(entry["taken_for"])} for entry in entries]


def check(session: Session, job: Import, sheet: Sheet, *, key: bytes) -> Iterator[dict[str, Any]]:
    """What will become of each row, one after the other. Reads from the database before the first, and
    nothing later. About 0.1 ms a row.
    """
    if job.kind is ImportKind.HISTORY:
        return import_history.check(sheet, job.columns, import_history.known(session, job.programme_id))
    here = import_people.known(session, job.programme_id, key)
    return import_people.check(sheet, job.columns, doubles.targets(job.organisations), here)


def note_answers(answers: set[str], sheet: Sheet, columns_: Mapping[str, int], rows: Sequence[Any]) -> None:
    """Add what `rows` say of what is mixed by besides organisations.

    Raises:
        BadFile: there are so many that it must be the column of something else.
    """
    answers.update(answer for row in rows if (answer := row["cells"].get(columns.MIX)))
    if len(answers) > MOST_ANSWERS:
        problem = f"at most {MOST_ANSWERS} different answers; is it the right column?"
        raise BadFile(sheet.file, problem, column=sheet.header[columns_[columns.MIX]])


def count_in(counts: dict[str, int], rows: Sequence[dict[str, Any]]) -> None:
    """Add up what becomes of `rows`."""
    for row in rows:
        counts[row["outcome"].value] = counts.get(row["outcome"].value, 0) + 1
        if row["outcome"] is Outcome.NEW and row["why"]:
            counts["to look at"] = counts.get("to look at", 0) + 1
        if row["cells"].get("wants_no_more"):
            counts["no more"] = counts.get("no more", 0) + 1
        if "members" in (cells := row["cells"]):
            counts["strangers"] = counts.get("strangers", 0) + len(cells["people"]) - len(cells["members"])
    counts["rows"] = counts.get("rows", 0) + len(rows)


def keep_rows(session: Session, number: int, rows: Sequence[dict[str, Any]]) -> None:
    """Keep what a check found, for a look."""
    session.execute(
        insert(ImportRow), [{"import_id": number, "is_someone_else": False} | row for row in rows]
    )


def keep_checked(session: Session, job: Import, counts: dict[str, int], answers: set[str]) -> None:
    """Every row was checked. What is in `answers` are choices of the programme, or an organiser is asked."""
    programme = session.get_one(Programme, job.programme_id)
    job.mix_answers = {answer: mixing.choice(programme, answer) for answer in sorted(answers)}
    job.state, job.counts, job.busy_until = ImportState.READY, counts, None
    job.done = job.total = counts["rows"]
    session.add(job)
    session.flush()


def answer_mix(session: Session, job: Import, said: Mapping[str, str]) -> None:
    """Which of the programme's choices stand for what is in the file; "" leaves it to the people themselves.

    Raises:
        WrongMoment: it is being written, or was.
    """
    hold(session, job)
    must_be(job, ImportState.READY)
    programme = session.get_one(Programme, job.programme_id)
    known = {answer: mixing.choice(programme, said[answer]) for answer in job.mix_answers if answer in said}
    job.mix_answers = job.mix_answers | known
    session.add(job)
    session.flush()


def unknown_answers(job: Import) -> list[str]:
    """What stands in the file and is taken for none of the programme's choices."""
    return [answer for answer, choice in job.mix_answers.items() if not choice]


def drop_rows(session: Session, number: int) -> bool:
    """Delete some of the rows that were kept. Are there more?"""
    kept = select(col(ImportRow.number)).where(col(ImportRow.import_id) == number)
    last = session.scalar(kept.order_by(col(ImportRow.number)).offset(ROWS_AT_ONCE - 1).limit(1))
    some = col(ImportRow.number) <= last if last is not None else true()
    session.execute(delete(ImportRow).where(col(ImportRow.import_id) == number, some))
    return last is not None


def someone_else(session: Session, job: Import, numbers: Mapping[int, bool]) -> None:
    """Which of the rows that look like somebody known are somebody else, and so invited."""
    hold(session, job)
    must_be(job, ImportState.READY)
    for number, yes in numbers.items():
        row = session.get(ImportRow, (job.id, number))
        if row is not None and row.outcome is Outcome.LIKELY:
            row.is_someone_else = yes
            session.add(row)
    session.flush()


def to_be_written(session: Session, job: Import) -> int:
    """How many rows will be taken in."""
    others = select(func.count()).where(
        col(ImportRow.import_id) == job.id,
        col(ImportRow.outcome) == Outcome.LIKELY,
        col(ImportRow.is_someone_else),
    )
    return int(job.counts.get(Outcome.NEW.value, 0) + session.execute(others).scalar_one())


def as_shown(session: Session, job: Import) -> str:
    """What a yes is said to, in short: other columns, answers or people are another."""
    said = [to_be_written(session, job), job.columns, job.organisations, job.mix_answers, job.counts]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def confirm(
    session: Session,
    job: Import,
    *,
    by: str,
    now: datetime,
    stated: Statement | None = None,
    shown: str | None = None,
) -> None:
    """Yes. From here on the worker writes. A second press changes nothing. With what an owner has `stated`,
    people are taken over instead of invited.

    Raises:
        WrongMoment: there is nothing to say yes to, or it is not what was `shown`.
        programmes.Ends: nobody is brought in any more.
    """
    hold(session, job)
    if job.state in (ImportState.WRITING, ImportState.DONE):
        return
    programmes.must_go_on(session.get_one(Programme, job.programme_id))
    must_be(job, ImportState.READY)
    if shown not in (None, as_shown(session, job)):
        raise WrongMoment
    job.total = to_be_written(session, job)
    job.state, job.done, job.by = ImportState.WRITING, 0, by
    if stated:
        takeovers.keep(session, job, stated, by=by, now=now)
    session.add(job)
    audit.record(session, by, "import confirmed", now=now, programme=job.programme_id, subject=subject(job))


def write_some(session: Session, job: Import, *, key: bytes, now: datetime) -> int:
    """Write the next batch; history in one. How many rows that were. `key` is the suppression list's."""
    if job.state is not ImportState.WRITING:
        return 0
    if job.kind is ImportKind.HISTORY:
        programme = session.get_one(Programme, job.programme_id)
        if not import_history.can_begin(session, programme):
            raise BadFile(job.file_name, "a round was drawn meanwhile; history comes before the first")
        done = import_history.write(session, job, now=now)
        _finish(session, job, done, now)
        return done
    rows = inviting.waiting(session, job, AT_ONCE)
    taken = inviting.invite(session, job, rows, key=key, now=now) if rows else 0
    job.done += len(rows)
    job.counts = job.counts | {"taken": job.counts.get("taken", 0) + taken}
    session.add(job)
    if len(rows) < AT_ONCE:
        _finish(session, job, job.counts["taken"], now)
    return len(rows)


def _finish(session: Session, job: Import, taken: int, now: datetime) -> None:
    """Done: what is kept are counts, and who came in by it."""
    session.execute(
        delete(ImportRow).where(col(ImportRow.import_id) == job.id, col(ImportRow.outcome) != Outcome.TAKEN)
    )
    job.counts = job.counts | {"taken": taken}
    close(session, job, ImportState.DONE, now)
    job.done = job.total
    audit.record(
        session,
        job.by,
        f"{job.kind.value} imported",
        now=now,
        programme=job.programme_id,
        subject=subject(job),
        added=taken,
        rows=job.counts["rows"],
    )


def close(session: Session, job: Import, state: ImportState, now: datetime) -> None:
    session.execute(delete(ImportFile).where(col(ImportFile.import_id) == job.id))
    job.state, job.organisations, job.mix_answers, job.busy_until = state, [], {}, None
    job.file_name, job.finished_at = "", now
    session.add(job)
    session.flush()
    scrubbing.want(session)


def abandon(session: Session, job: Import, *, by: str, now: datetime, problem: str = "") -> None:
    """Throw it away, file and all, before anything was written. A second press changes nothing.

    Raises:
        WrongMoment: it is being written, or was.
    """
    hold(session, job)
    if job.state is ImportState.ABANDONED:
        return
    must_be(
        job,
        *LEASED,
        ImportState.COLUMNS,
        ImportState.ORGANISATIONS,
        ImportState.READY,
        ImportState.FAILED,
    )
    session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
    job.problem = problem
    close(session, job, ImportState.ABANDONED, now)
    audit.record(session, by, "import thrown away", now=now, programme=job.programme_id, subject=subject(job))


def fail(session: Session, job: Import, problem: str, *, now: datetime) -> None:
    """It cannot go on. What was written before stays, and can be undone."""
    if job.state not in WORKING:
        return
    job.problem = problem
    if job.state is ImportState.WRITING and job.counts.get("taken"):
        _finish(session, job, job.counts["taken"], now)
    else:
        session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
        close(session, job, ImportState.FAILED, now)
