"""People by the fileful, for the command line, and how those who were invited say yes or no."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from notifications import messages, outbox
from web.import_tables import ImportKind
from web.models import Membership, Organisation, Person, Programme, Standing
from web.services import audit, imports, joining, nameless, privacy, programmes
from web.services.spreadsheets import safe_cell


@dataclass(frozen=True)
class Imported:
    """What an import did, in counts. `asked` are those an organiser should look at: they seem to be somebody
    who is here, and were left out.
    """

    added: int = 0
    known: int = 0
    doubles: int = 0
    asked: int = 0
    passed_over: int = 0


def import_people(
    session: Session, programme: Programme, file: str, content: bytes, *, by: str, now: datetime
) -> Imported:
    """Invite everyone in a spreadsheet. They are in no pot until they say yes.

    Raises:
        BadFile: nothing has been written for any row then.
    """
    job = imports.take_in(session, programme, ImportKind.PEOPLE, file, content, by=by, now=now)
    counts = job.counts
    return Imported(
        added=counts["taken"],
        known=counts.get("here", 0),
        doubles=counts.get("double", 0),
        asked=counts.get("likely", 0),
    )


def import_history(
    session: Session, programme: Programme, file: str, content: bytes, *, by: str, now: datetime
) -> Imported:
    """Take in who met whom in an older scheme, by email, id or name.

    People nobody knows here are counted and passed over, and so is a group of which fewer than two are known.

    Raises:
        BadFile: nothing has been written then. Also when the programme has had rounds: history comes first.
    """
    job = imports.take_in(session, programme, ImportKind.HISTORY, file, content, by=by, now=now)
    counts = job.counts
    return Imported(added=counts["taken"], doubles=counts.get("double", 0), passed_over=counts["strangers"])


def accept_invitation(session: Session, person: Person, programme: Programme, *, now: datetime) -> None:
    """An imported person says yes: from now on they are in the pot.

    Raises:
        programmes.Ends: nobody joins any more.
    """
    programmes.must_go_on(programme)
    membership = session.get_one(Membership, (programme.id, person.id))
    session.refresh(membership, with_for_update=True)  # they may be joining by the form at this moment
    if membership.standing is not Standing.INVITED or programme.id is None:
        return
    membership.standing, membership.joined_at = Standing.ACTIVE, now
    session.add(membership)
    joining.record_consents(session, person.id, programme.id, source="invitation", now=now)
    audit.record(session, person.id, "joined", now=now, programme=programme.id, subject=person.id)
    joining.welcome(session, programme, person, now=now)


def decline_invitation(session: Session, person: Person, programme: Programme, *, now: datetime) -> None:
    """Whoever was imported says no: they are off the list, and what is known of them is erased unless they
    are in another programme. Nothing is sent to them about it.
    """
    membership = session.get_one(Membership, (programme.id, person.id))
    if membership.standing is not Standing.INVITED:
        return
    audit.record(
        session, person.id, "said no to the invitation", now=now, programme=programme.id, subject=person.id
    )
    elsewhere = select(Membership).where(
        Membership.person_id == person.id, Membership.programme_id != programme.id
    )
    if session.exec(elsewhere).first() is None:
        privacy.erase(session, person, by=person.id, now=now, farewell=False)
    else:
        outbox.cancel(session, kind=messages.Invitation.kind, programme=programme.slug, person=person.id)
    session.delete(membership)
    session.flush()
    nameless.forget(session, programme.id, {membership.organisation_id})


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
