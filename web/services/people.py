"""People by the fileful: CSV in and out, and the history of an older scheme.

BadFile             cannot be read as it should; the text names file, row and column
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from notifications import addresses, messages, outbox
from notifications.errors import BadAddress
from notifications.messages import Channel
from web.models import (
    Group,
    GroupMember,
    Membership,
    Organisation,
    Person,
    Programme,
    Purpose,
    Round,
    RoundState,
    Standing,
)
from web.services import audit, joining, links, organisations, programmes, words

FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("name", "organisation", "email")
LARGEST_GROUP = 5
LONGEST = {"name": 80, "organisation": 120}


class BadFile(Exception):
    def __init__(self, file: str, text: str, *, row: int | None = None, column: str | None = None) -> None:
        place = f"{file}:{row}" if row else file
        super().__init__(f"{place}: {column}: {text}" if column else f"{place}: {text}")


@dataclass(frozen=True)
class Imported:
    """What an import did, in counts."""

    added: int = 0
    known: int = 0
    passed_over: int = 0


Row = tuple[int, dict[str, str]]


def read_csv(file: str, content: bytes, required: Sequence[str]) -> list[Row]:
    """The rows of a UTF-8 file with a header, each with its number as a spreadsheet shows it.

    Raises:
        BadFile: not UTF-8, empty, a column missing, or a row longer than the header.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadFile(file, "not UTF-8: save the file as CSV UTF-8", row=line) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip().casefold() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        if not header:
            raise BadFile(file, "the file is empty")
        for name in required:
            if name not in header:
                raise BadFile(
                    file, f"there is no such column; it has {', '.join(header)}", row=1, column=name
                )
        return list(_rows(file, reader))
    except csv.Error as error:
        # The dictionary reader's own count stands still while a row is being read.
        raise BadFile(file, f"not CSV: {error}", row=reader.reader.line_num) from error


def _rows(file: str, reader: "csv.DictReader[str]") -> Iterator[Row]:
    for row in reader:
        if None in row:
            raise BadFile(file, "more cells than the header has columns", row=reader.line_num)
        cells = {name: (cell or "").strip() for name, cell in row.items()}
        if any(cells.values()):
            yield reader.line_num, cells


def import_people(
    session: Session, programme: Programme, file: str, content: bytes, *, by: str, now: datetime
) -> Imported:
    """Invite everyone in a CSV with name, organisation and email. They are in no pot until they say yes.

    Raises:
        BadFile: nothing has been written for any row then.
    """
    rows = read_csv(file, content, COLUMNS)
    wanted = [(number, cells, _email(file, number, cells["email"])) for number, cells in rows]
    _no_doubles(file, wanted)
    added = 0
    for number, cells, email in wanted:
        for column, most in LONGEST.items():
            _readable(file, number, column, cells[column], most)
        added += _invite(session, programme, cells, email, now=now)
    audit.record(
        session, by, "people imported", now=now, programme=programme.id, added=added, rows=len(wanted)
    )
    return Imported(added=added, known=len(wanted) - added)


def _readable(file: str, row: int, column: str, cell: str, most: int) -> None:
    if not cell:
        raise BadFile(file, "is empty", row=row, column=column)
    if len(cell) > most:
        raise BadFile(file, f"at most {most} letters; this has {len(cell):,}", row=row, column=column)
    if words.has_invisible(cell):
        raise BadFile(file, "has characters that cannot be seen", row=row, column=column)


def _email(file: str, row: int, cell: str) -> str:
    try:
        return addresses.email(cell)
    except BadAddress as error:
        raise BadFile(file, str(error), row=row, column="email") from error


def _no_doubles(file: str, wanted: Sequence[tuple[int, Mapping[str, str], str]]) -> None:
    seen: dict[str, int] = {}
    for number, _, email in wanted:
        key = addresses.email_key(email)
        if key in seen:
            raise BadFile(file, f"{email} is in row {seen[key]} already", row=number, column="email")
        seen[key] = number


def _invite(
    session: Session, programme: Programme, cells: Mapping[str, str], email: str, *, now: datetime
) -> bool:
    person = joining.by_email(session, email) or Person(
        name=cells["name"], email=email, email_key=addresses.email_key(email), created_at=now
    )
    if session.get(Membership, (programme.id, person.id)):
        return False
    organisation = organisations.find_or_add(session, programme.id, cells["organisation"])
    session.add(person)
    session.flush()
    session.add(
        Membership(
            programme_id=programme.id,
            person_id=person.id,
            organisation_id=organisation.id or 0,
            standing=Standing.INVITED,
            joined_at=now,
        )
    )
    session.flush()
    confirm = links.make(session, Purpose.INVITATION, person.id, now=now, subject=programme.id)
    to = messages.Recipient(person.id, "", Channel.EMAIL, email=email)
    message = messages.Confirm(programmes.facts(programme), confirm)
    outbox.queue(
        session, message, to, subject=f"invitation {programme.id}", programme=programme.slug, now=now
    )
    return True


def accept_invitation(session: Session, person: Person, programme: Programme, *, now: datetime) -> None:
    """An imported person says yes: from now on they are in the pot."""
    membership = session.get_one(Membership, (programme.id, person.id))
    if membership.standing is not Standing.INVITED or programme.id is None:
        return
    membership.standing, membership.joined_at = Standing.ACTIVE, now
    session.add(membership)
    joining.record_consents(session, person.id, programme.id, source="invitation", now=now)
    audit.record(session, person.id, "joined", now=now, programme=programme.id, subject=person.id)
    joining.welcome(session, programme, person, now=now)


def import_history(
    session: Session, programme: Programme, file: str, content: bytes, *, by: str, now: datetime
) -> Imported:
    """Take in who met whom in an older scheme: round, person_1, person_2, … up to person_5, by email or id.

    People nobody knows here are counted and passed over, and so is a group of which fewer than two are known.

    Raises:
        BadFile: nothing has been written then. Also when the programme has had rounds: history comes first.
    """
    rows = read_csv(file, content, ("round", "person_1", "person_2"))
    if session.exec(select(Round.id).where(Round.programme_id == programme.id)).first():
        raise BadFile(file, f"{programme.name} has rounds already; import history before the first")
    known = _known(session, programme)
    groups: dict[int, list[list[Membership]]] = {}
    strangers = 0
    for number, cells in rows:
        people, missing = _group(file, number, cells, known)
        strangers += missing
        groups.setdefault(_round_number(file, number, cells["round"]), []).append(people)
    added = 0
    for place, number in enumerate(sorted(groups), start=1):
        whole = [people for people in groups[number] if len(people) > 1]
        _write_imported(session, programme, place, whole, by=by, now=now)
        added += len(whole)
    audit.record(session, by, "history imported", now=now, programme=programme.id, groups=added)
    return Imported(added=added, passed_over=strangers)


def _round_number(file: str, row: int, cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", cell):
        raise BadFile(file, f"{cell[:20]!r} is not a whole number", row=row, column="round")
    return int(cell)


def _known(session: Session, programme: Programme) -> dict[str, Membership]:
    """Memberships by person id and by email."""
    found = {}
    for person, membership in session.exec(
        select(Person, Membership)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.programme_id == programme.id)
    ):
        found[person.id] = membership
        if person.email_key:
            found[person.email_key] = membership
    return found


def _group(
    file: str, row: int, cells: Mapping[str, str], known: Mapping[str, Membership]
) -> tuple[list[Membership], int]:
    names = [cell for place in range(1, LARGEST_GROUP + 1) if (cell := cells.get(f"person_{place}", ""))]
    people = [known.get(name) or known.get(name.casefold()) for name in names]
    found = [person for person in people if person]
    if len({person.person_id for person in found}) < len(found) or len(set(names)) < len(names):
        raise BadFile(file, "somebody is in the group twice", row=row)
    return found, len(people) - len(found)


def _write_imported(
    session: Session,
    programme: Programme,
    number: int,
    groups: Sequence[Sequence[Membership]],
    *,
    by: str,
    now: datetime,
) -> None:
    round_ = Round(
        programme_id=programme.id,
        number=number,
        state=RoundState.IMPORTED,
        seed=0,
        drawn_at=now,
        drawn_by=by,
        sent_at=now,
    )
    session.add(round_)
    session.flush()
    for place, members in enumerate(groups, start=1):
        group = Group(round_id=round_.id, number=place)
        session.add(group)
        session.flush()
        for position, member in enumerate(members):
            session.add(
                GroupMember(
                    group_id=group.id,
                    person_id=member.person_id,
                    organisation_id=member.organisation_id,
                    position=position,
                )
            )
    session.flush()


HEADER = ("id", "name", "organisation", "email", "phone", "standing", "joined")


def export(session: Session, programme: Programme) -> Iterator[str]:
    """Everyone in the programme as lines of CSV, to be opened in a spreadsheet without running anything.

    Read as it is written: 100,000 people take about a second and no memory to speak of.
    """
    rows = session.execute(
        select_columns(
            col(Person.id),
            col(Person.name),
            col(Organisation.name),
            col(Person.email),
            col(Person.phone),
            col(Membership.standing),
            col(Membership.joined_at),
        )
        .join(Membership, col(Membership.person_id) == Person.id)
        .join(Organisation, col(Organisation.id) == Membership.organisation_id)
        .where(col(Membership.programme_id) == programme.id, col(Membership.name_key).is_not(None))
        .order_by(col(Membership.name_key), col(Membership.person_id)),
        execution_options={"yield_per": 1000},
    )
    yield _line(HEADER)
    for *cells, standing, joined_at in rows:
        yield _line([*(safe_cell(cell or "") for cell in cells), standing.value, joined_at.date()])


def _line(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def safe_cell(cell: str) -> str:
    """A cell that a spreadsheet reads as text: one that starts like a formula gets an apostrophe before
    it.
    """
    return f"'{cell}" if cell.startswith(FORMULA) else cell
