"""A spreadsheet comes in: upload, columns, organisations, a look at what will happen, and only then it does.

      upload ─► COLUMNS ─► ORGANISATIONS ─► CHECKING ─► READY ─► WRITING ─► DONE ─► UNDOING ─► UNDONE
                   └──────────(none asked)─────┘  worker    yes    worker            worker

An import is a row, so a page reloaded, a worker killed, or an organiser gone for lunch loses nothing. Nothing
of the programme changes before READY is answered with yes. The file, which is personal data, is deleted once
it was taken in or thrown away, after a day, and when somebody named in it is erased.

    WrongMoment     the import has moved on since the page was shown
    NotToUndo       something was built on it; says what
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlmodel import Session, col

from notifications import messages, outbox
from web import scrubbing
from web.import_tables import Import, ImportKind, ImportRow, ImportState, Outcome
from web.models import GroupMember, Link, Membership, NeverPair, Person, Programme, RatherNot, Standing
from web.services import (
    audit,
    columns,
    import_history,
    import_people,
    likeness,
    nameless,
    programmes,
    spreadsheets,
    tombstones,
)
from web.services.spreadsheets import BadFile, Sheet
from web.services.tombstones import BLANK

A_PAGE = 50
ASK_AT_ONCE = 25
AT_ONCE = 500  # people written in one transaction: others wait for it
LEASE = timedelta(minutes=2)
KEEP_FILE = timedelta(days=1)
WORKING = (ImportState.CHECKING, ImportState.WRITING, ImportState.UNDOING)
OPEN = (*WORKING, ImportState.COLUMNS, ImportState.ORGANISATIONS, ImportState.READY)


class WrongMoment(Exception):
    pass


class NotToUndo(Exception):
    pass


@dataclass(frozen=True)
class Checked:
    """What a check found, to be kept in one transaction."""

    rows: Sequence[dict[str, Any]]
    counts: dict[str, int]
    erased: int  # people by then: who is erased while a file is read is not to be found in what was read


def upload(
    session: Session,
    programme: Programme,
    kind: ImportKind,
    file_name: str,
    raw: bytes,
    *,
    by: str,
    now: datetime,
) -> Import:
    """Keep a file and guess its columns.

    Raises:
        BadFile: it is no CSV of any kind, or history where there are rounds already.
        programmes.Ends: nobody is brought in any more.
    """
    programmes.must_go_on(programme)
    if kind is ImportKind.HISTORY and not import_history.can_begin(session, programme):
        raise BadFile(file_name, f"{programme.name} has rounds already; import history before the first")
    text = spreadsheets.decode(file_name, raw)
    sheet = spreadsheets.parse(file_name, text)
    total = sum(1 for _ in sheet.rows)
    if not total:
        raise BadFile(file_name, "there is nothing below the first row")
    job = Import(
        programme_id=programme.id,
        kind=kind,
        file_name=file_name[-120:],
        content=text,
        columns=columns.guess(kind, sheet.header),
        total=total,
        by=by,
        created_at=now,
    )
    session.add(job)
    session.flush()
    audit.record(
        session, by, f"{kind.value} file uploaded", now=now, programme=programme.id, subject=_subject(job)
    )
    return job


def _subject(job: Import) -> str:
    return f"import {job.id}"


def sheet_of(job: Import) -> Sheet:
    """Raises WrongMoment when the file is gone."""
    if job.content is None:
        raise WrongMoment
    return spreadsheets.parse(job.file_name, job.content)


def choose(session: Session, job: Import, chosen: Mapping[str, int]) -> None:
    """Say which column is what. Organisations are matched to known ones; the doubtful are asked next.

    Raises:
        columns.BadColumns: something needed is missing.
        WrongMoment: it was answered already.
    """
    _must_be(job, ImportState.COLUMNS, ImportState.READY, ImportState.ORGANISATIONS)
    sheet = sheet_of(job)
    columns.check(job.kind, sheet.header, chosen)
    session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
    job.columns, job.organisations, job.counts = dict(chosen), [], {}
    if job.kind is ImportKind.PEOPLE:
        names = import_people.organisation_names(sheet, chosen)
        job.organisations = likeness.match(names, import_people.register(session, job.programme_id))
    _go_on(session, job)


def _must_be(job: Import, *states: ImportState) -> None:
    if job.state not in states:
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
    """What was found is forgotten, and looked for once more."""
    session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
    _go_on(session, job)


def columns_again(session: Session, job: Import) -> None:
    """Back to the first question. What was found with other columns is forgotten.

    Raises:
        WrongMoment: it is being written, or was.
    """
    _must_be(job, ImportState.COLUMNS, ImportState.ORGANISATIONS, ImportState.READY)
    session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
    job.state, job.organisations, job.counts = ImportState.COLUMNS, [], {}
    session.add(job)
    session.flush()


def answer(session: Session, job: Import, answers: Mapping[str, str]) -> None:
    """What organisations in the file stand for, by their keys: one of the candidates, or "new".

    What is not answered, or with something nobody offered, is asked again.
    """
    _must_be(job, ImportState.ORGANISATIONS)
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


def check(session: Session, job: Import, *, progress: Callable[[int], None] = lambda _: None) -> Checked:
    """What will become of each row. Reads only, and may take long: 10 s for 100,000 rows."""
    sheet, erased = sheet_of(job), tombstones.count(session)
    if job.kind is ImportKind.PEOPLE:
        here = import_people.known(session, job.programme_id)
        targets = likeness.targets(job.organisations)
        rows = import_people.check(sheet, job.columns, targets, here, progress=progress)
    else:
        rows = import_history.check(sheet, job.columns, import_history.known(session, job.programme_id))
    counts: dict[str, int] = {"rows": len(rows)}
    for row in rows:
        counts[row["outcome"].value] = counts.get(row["outcome"].value, 0) + 1
    if job.kind is ImportKind.HISTORY:
        counts["strangers"] = sum(
            len(row["cells"]["people"]) - len(row["cells"]["members"])
            for row in rows
            if "members" in row["cells"]
        )
    return Checked(rows, counts, erased)


def keep(session: Session, job: Import, checked: Checked) -> None:
    """Keep what a check found, for a look; unless it was kept already. It is checked again where somebody
    was erased meanwhile.
    """
    if job.state is not ImportState.CHECKING:
        return
    if checked.erased != tombstones.count(session):
        job.busy_until = None
        session.add(job)
        return
    rows = [{"import_id": job.id, "is_someone_else": False} | row for row in checked.rows]
    for start in range(0, len(rows), 5000):
        session.execute(insert(ImportRow), rows[start : start + 5000])
    job.state, job.counts, job.busy_until = ImportState.READY, checked.counts, None
    job.done = job.total = len(rows)
    session.add(job)
    session.flush()


def someone_else(session: Session, job: Import, numbers: Mapping[int, bool]) -> None:
    """Which of the rows that look like somebody known are somebody else, and so invited."""
    _must_be(job, ImportState.READY)
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
    return job.counts.get(Outcome.NEW.value, 0) + session.execute(others).scalar_one()


def confirm(session: Session, job: Import, *, by: str, now: datetime) -> None:
    """Yes. From here on the worker writes. A second press changes nothing.

    Raises:
        WrongMoment: there is nothing to say yes to.
        programmes.Ends: nobody is brought in any more.
    """
    if job.state in (ImportState.WRITING, ImportState.DONE):
        return
    programmes.must_go_on(session.get_one(Programme, job.programme_id))
    _must_be(job, ImportState.READY)
    job.total = to_be_written(session, job)
    job.state, job.done, job.by = ImportState.WRITING, 0, by
    session.add(job)
    audit.record(session, by, "import confirmed", now=now, programme=job.programme_id, subject=_subject(job))


def write_some(session: Session, job: Import, *, now: datetime) -> int:
    """Write the next batch; history in one. How many rows that were."""
    if job.state is not ImportState.WRITING:
        return 0
    if job.kind is ImportKind.HISTORY:
        programme = session.get_one(Programme, job.programme_id)
        if not import_history.can_begin(session, programme):
            raise BadFile(job.file_name, "a round was drawn meanwhile; history comes before the first")
        done = import_history.write(session, job, now=now)
        _finish(session, job, done, now)
        return done
    rows = import_people.waiting(session, job, AT_ONCE)
    taken = import_people.invite(session, job, rows, now=now) if rows else 0
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
    _close(session, job, ImportState.DONE, now)
    job.done = job.total
    audit.record(
        session,
        job.by,
        f"{job.kind.value} imported",
        now=now,
        programme=job.programme_id,
        subject=_subject(job),
        added=taken,
        rows=job.counts["rows"],
    )


def _close(session: Session, job: Import, state: ImportState, now: datetime) -> None:
    job.state, job.content, job.organisations, job.busy_until = state, None, [], None
    job.file_name, job.finished_at = "", now
    session.add(job)
    session.flush()
    scrubbing.want(session)


def abandon(session: Session, job: Import, *, by: str, now: datetime, problem: str = "") -> None:
    """Throw it away, file and all, before anything was written. A second press changes nothing.

    Raises:
        WrongMoment: it is being written, or was.
    """
    if job.state is ImportState.ABANDONED:
        return
    _must_be(
        job,
        ImportState.COLUMNS,
        ImportState.ORGANISATIONS,
        ImportState.CHECKING,
        ImportState.READY,
        ImportState.FAILED,
    )
    session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
    job.problem = problem
    _close(session, job, ImportState.ABANDONED, now)
    audit.record(
        session, by, "import thrown away", now=now, programme=job.programme_id, subject=_subject(job)
    )


def undo(session: Session, job: Import, *, by: str, now: datetime) -> None:
    """Take back whom it brought in and who has not said yes; those who have, stay.

    Raises:
        NotToUndo: a round was drawn on imported history, or history names people of this import.
        WrongMoment: it is not done.
    """
    if job.state in (ImportState.UNDOING, ImportState.UNDONE):
        return
    _must_be(job, ImportState.DONE)
    if job.kind is ImportKind.HISTORY and not import_history.can_undo(session, job):
        raise NotToUndo(
            "A round was drawn since, and counts on it. Throw that draft away first, if it is one"
        )
    if job.kind is ImportKind.PEOPLE and _in_groups(session, job):
        raise NotToUndo("Past rounds name people of this import. Undo the import of the history first")
    job.state, job.done, job.total = ImportState.UNDOING, 0, still_invited(session, job)
    session.add(job)
    audit.record(session, by, "import undone", now=now, programme=job.programme_id, subject=_subject(job))


def _brought(job: Import) -> Any:
    return select(col(ImportRow.person_id)).where(
        col(ImportRow.import_id) == job.id, col(ImportRow.outcome) == Outcome.TAKEN
    )


def _in_groups(session: Session, job: Import) -> bool:
    waiting = _brought(job).join(
        Membership,
        (col(Membership.person_id) == col(ImportRow.person_id))
        & (col(Membership.programme_id) == job.programme_id)
        & (col(Membership.standing) == Standing.INVITED),
    )
    found = select(col(GroupMember.group_id)).where(col(GroupMember.person_id).in_(waiting)).limit(1)
    return session.execute(found).first() is not None


def still_invited(session: Session, job: Import) -> int:
    """How many it brought in have not answered yet."""
    return session.execute(
        select(func.count()).where(
            col(Membership.programme_id) == job.programme_id,
            col(Membership.standing) == Standing.INVITED,
            col(Membership.person_id).in_(_brought(job)),
        )
    ).scalar_one()


def undo_some(session: Session, job: Import, *, now: datetime) -> int:
    """Take back the next batch. Their details are gone then, and what was queued for them is not sent."""
    if job.state is not ImportState.UNDOING:
        return 0
    if job.kind is ImportKind.HISTORY:
        import_history.undo(session, job)
        _close(session, job, ImportState.UNDONE, now)
        return 1
    people = session.scalars(
        select(col(Membership.person_id))
        .where(
            col(Membership.programme_id) == job.programme_id,
            col(Membership.standing) == Standing.INVITED,
            col(Membership.person_id).in_(_brought(job)),
        )
        .limit(AT_ONCE)
    ).all()
    _take_back(session, job.programme_id, people, now)
    job.done += len(people)
    session.add(job)
    if len(people) < AT_ONCE:
        session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
        _close(session, job, ImportState.UNDONE, now)
    return max(len(people), 1)


def _take_back(session: Session, programme: int, people: Sequence[str], now: datetime) -> None:
    session.execute(
        delete(Link).where(col(Link.person).in_(people), col(Link.subject) == programme),
        execution_options={"synchronize_session": False},
    )
    here = (col(Membership.programme_id) == programme, col(Membership.person_id).in_(people))
    left = set(session.scalars(select(col(Membership.organisation_id)).where(*here)))
    session.execute(delete(Membership).where(*here), execution_options={"synchronize_session": False})
    elsewhere = set(
        session.scalars(select(col(Membership.person_id)).where(col(Membership.person_id).in_(people)))
    )
    gone = [person for person in people if person not in elsewhere]
    slug = session.get_one(Programme, programme).slug
    for person in people:
        if person in elsewhere:
            outbox.cancel(session, kind=messages.Invitation.kind, programme=slug, person=person)
        else:
            outbox.forget(session, person)
    for table, column in (
        (NeverPair, col(NeverPair.person_1)),
        (NeverPair, col(NeverPair.person_2)),
        (RatherNot, col(RatherNot.other_id)),
    ):
        session.execute(
            delete(table).where(column.in_(gone)), execution_options={"synchronize_session": False}
        )
    session.execute(
        update(Person).where(col(Person.id).in_(gone)).values(erased_at=now, **BLANK),
        execution_options={"synchronize_session": False},
    )
    nameless.forget(session, programme, left)


def claim(session: Session, *, now: datetime) -> Import | None:
    """The oldest import that a worker has to do something for, for two minutes this worker's."""
    free = or_(col(Import.busy_until).is_(None), col(Import.busy_until) < now)
    job = session.scalars(
        select(Import)
        .where(col(Import.state).in_(WORKING), free)
        .order_by(col(Import.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if job is not None and job.state is ImportState.CHECKING:
        job.busy_until = now + LEASE
        session.add(job)
    return job


def note_progress(session: Session, job_id: int, done: int, *, now: datetime) -> None:
    session.execute(
        update(Import)
        .where(col(Import.id) == job_id, col(Import.state) == ImportState.CHECKING)
        .values(done=done, busy_until=now + LEASE)
    )


def fail(session: Session, job: Import, problem: str, *, now: datetime) -> None:
    """It cannot go on. What was written before stays, and can be undone."""
    job.problem = problem
    if job.state is ImportState.WRITING and job.counts.get("taken"):
        _finish(session, job, job.counts["taken"], now)
    else:
        session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
        _close(session, job, ImportState.FAILED, now)


def every(session: Session, programme: Programme) -> Sequence[Import]:
    """The imports of a programme, newest first."""
    return session.scalars(
        select(Import)
        .where(col(Import.programme_id) == programme.id)
        .order_by(col(Import.id).desc())
        .limit(50)
    ).all()


def one(session: Session, programme: Programme, number: int) -> Import | None:
    found = session.get(Import, number)
    return found if found is not None and found.programme_id == programme.id else None


def rows(session: Session, job: Import, outcome: Outcome | None, page: int) -> Sequence[ImportRow]:
    """A page of what will become of the rows."""
    wanted = select(ImportRow).where(col(ImportRow.import_id) == job.id)
    if outcome is not None:
        wanted = wanted.where(col(ImportRow.outcome) == outcome)
    ordered = wanted.order_by(col(ImportRow.number)).offset((page - 1) * A_PAGE).limit(A_PAGE)
    return session.scalars(ordered).all()


def take_in(
    session: Session,
    programme: Programme,
    kind: ImportKind,
    file_name: str,
    raw: bytes,
    *,
    by: str,
    now: datetime,
) -> Import:
    """Everything at once, for the command line: columns as guessed, doubtful organisations as new ones, and
    people who look like somebody known left out.

    Raises:
        BadFile: also for the first row that cannot be; nothing has been written then.
    """
    job = upload(session, programme, kind, file_name, raw, by=by, now=now)
    try:
        choose(session, job, job.columns)
    except columns.BadColumns as error:
        there = ", ".join(sheet_of(job).header)
        missing = f"there is no such column; it has {there}"
        raise BadFile(file_name, missing, row=1, column=next(iter(error.problems))) from error
    while job.state is ImportState.ORGANISATIONS:
        answer_rest_as_new(session, job)
    checked = check(session, job)
    for row in checked.rows:
        if row["outcome"] is Outcome.ERROR:
            column, _, text = row["why"].partition(": ")
            raise BadFile(file_name, text, row=row["number"], column=column if column != "row" else None)
    keep(session, job, checked)
    confirm(session, job, by=by, now=now)
    while job.state is ImportState.WRITING:
        write_some(session, job, now=now)
    return job
