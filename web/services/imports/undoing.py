"""An import is taken back: whom it brought in and who has not said yes, or the rounds it wrote.

NotToUndo       something was built on it; says what
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from notifications import messages, outbox
from web.models import (
    Group,
    GroupMember,
    Link,
    Membership,
    NeverPair,
    Person,
    Programme,
    Purpose,
    RatherNot,
    Round,
    Standing,
)
from web.models.imports import Import, ImportKind, ImportRow, ImportState, Outcome
from web.services.common import audit, programmes
from web.services.common.tombstones import BLANK
from web.services.evidence import nameless
from web.services.imports import import_history, uploads


class NotToUndo(Exception):
    pass


def undo(session: Session, job: Import, *, by: str, now: datetime) -> None:
    """Take back whom it brought in and who has not said yes; those who have, stay.

    Raises:
        NotToUndo: a round was drawn on imported history, or history names people of this import.
        WrongMoment: it is not done.
    """
    uploads.hold(session, job)
    if job.state in (ImportState.UNDOING, ImportState.UNDONE):
        return
    uploads.must_be(job, ImportState.DONE)
    if job.kind is ImportKind.HISTORY and not import_history.can_undo(session, job):
        raise NotToUndo(
            "A round was drawn since, and counts on it. Throw that draft away first, if it is one"
        )
    if job.kind is ImportKind.PEOPLE and _in_groups(session, job):
        raise NotToUndo("Past rounds name people of this import. Undo the import of the history first")
    job.state, job.done, job.total = ImportState.UNDOING, 0, still_invited(session, job)
    session.add(job)
    audit.record(
        session, by, "import undone", now=now, programme=job.programme_id, subject=uploads.subject(job)
    )


UNANSWERED = (Standing.INVITED, Standing.NOTIFIED)
ABOUT_A_PROGRAMME = (Purpose.INVITATION, Purpose.NEXT_ROUND)


def _brought(job: Import) -> Any:
    return select(col(ImportRow.person_id)).where(
        col(ImportRow.import_id) == job.id, col(ImportRow.outcome) == Outcome.TAKEN
    )


def _in_groups(session: Session, job: Import) -> bool:
    waiting = _brought(job).join(
        Membership,
        (col(Membership.person_id) == col(ImportRow.person_id))
        & (col(Membership.programme_id) == job.programme_id)
        & (col(Membership.standing).in_(UNANSWERED)),
    )
    found = (
        select(col(GroupMember.group_id))
        .join(Group, col(Group.id) == col(GroupMember.group_id))
        .join(Round, col(Round.id) == col(Group.round_id))
        .where(col(GroupMember.person_id).in_(waiting), col(Round.programme_id) == job.programme_id)
    )
    return session.execute(found.limit(1)).first() is not None


def still_invited(session: Session, job: Import) -> int:
    """How many it brought in have not answered yet."""
    invited = select(func.count()).where(
        col(Membership.programme_id) == job.programme_id,
        col(Membership.standing).in_(UNANSWERED),
        col(Membership.person_id).in_(_brought(job)),
    )
    return int(session.execute(invited).scalar_one())


def undo_some(session: Session, job: Import, *, now: datetime) -> int:
    """Take back the next batch. Their details are gone then, and what was queued for them is not sent."""
    if job.state is not ImportState.UNDOING:
        return 0
    if job.kind is ImportKind.HISTORY:
        import_history.undo(session, job)
        uploads.close(session, job, ImportState.UNDONE, now)
        return 1
    rows = session.execute(
        select(col(ImportRow.number), col(ImportRow.person_id))
        .where(col(ImportRow.import_id) == job.id, col(ImportRow.outcome) == Outcome.TAKEN)
        .order_by(col(ImportRow.number))
        .limit(uploads.AT_ONCE)
    ).all()
    brought = [person for _, person in rows]
    # Whoever says yes at this moment holds themselves first: they are waited for, and then they stay.
    held = select(col(Person.id)).where(col(Person.id).in_(brought)).order_by(col(Person.id))
    session.execute(held.with_for_update(key_share=True))
    programmes.held(session, job.programme_id)
    people = session.scalars(
        select(col(Membership.person_id)).where(
            col(Membership.programme_id) == job.programme_id,
            col(Membership.standing).in_(UNANSWERED),
            col(Membership.person_id).in_(brought),
        )
    ).all()
    _take_back(session, job.programme_id, people, now)
    # Who has said yes stays, and is no longer this import's.
    through = [number for number, _ in rows]
    session.execute(
        delete(ImportRow).where(col(ImportRow.import_id) == job.id, col(ImportRow.number).in_(through))
    )
    job.done += len(people)
    session.add(job)
    if len(rows) < uploads.AT_ONCE:
        session.execute(delete(ImportRow).where(col(ImportRow.import_id) == job.id))
        uploads.close(session, job, ImportState.UNDONE, now)
    return max(len(rows), 1)


def _take_back(session: Session, programme: int, people: Sequence[str], now: datetime) -> None:
    session.execute(
        delete(Link).where(
            col(Link.person).in_(people),
            col(Link.purpose).in_(ABOUT_A_PROGRAMME),  # others are about a group or a proposal of this number
            col(Link.subject) == programme,
        ),
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
    for person in elsewhere:
        for kind in (messages.Invitation, messages.TakenOver):
            outbox.cancel(session, kind=kind.kind, programme=slug, person=person)
    outbox.forget_all(session, gone)
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
