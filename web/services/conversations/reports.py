"""Reporting somebody, privately, to the organisers of the programme. No participant hears of it, and neither
does an organiser whom it is about.

TooMany             five reports a day; says what to do
NobodyElse          whom it is about organises the programme alone
NoSuchReport        the programme has no report of this number
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select

from notifications import messages, outbox
from notifications.messages import Channel
from web.models import Group, Organiser, Person, Programme, Report, Round
from web.services.common import audit, kept_from, links, programmes
from web.services.common.paging import Paged, paged
from web.services.conversations.conversations import Conversation
from web.services.organisers import accounts

REPORTED = "reported somebody"
LONGEST = 3000
A_DAY = 5
A_PAGE = 50


class TooMany(Exception):
    pass


class NobodyElse(Exception):
    """`operated`: somebody else looks after the service, and reads complaints about it."""

    def __init__(self, operated: bool) -> None:
        super().__init__()
        self.operated = operated


class NoSuchReport(Exception):
    pass


@dataclass(frozen=True)
class ReportShown:
    """A report with the names it takes to act on it."""

    report: Report
    by: Person
    about: Person
    round_number: int


def report(session: Session, talk: Conversation, about: Person, text: str, *, now: datetime) -> Report:
    """Keep what somebody says about a partner, and tell every organiser that there is something to read. The
    same again within a day is the report that was made of it.

    Raises:
        TooMany: they have sent five in a day.
        NobodyElse: no other organiser than whom it is about would read it.
    """
    readers = _readers(session, talk.programme, about.id)
    day = now - timedelta(days=1)
    sent = select(Report).where(Report.person_id == talk.reader.id, col(Report.created_at) > day)
    lately = session.exec(sent.order_by(col(Report.id))).all()
    for one in lately:
        if (one.group_id, one.about_id, one.text) == (talk.group.id, about.id, text):
            return one
    if len(lately) >= A_DAY:
        raise TooMany
    row = Report(
        programme_id=talk.programme.id,
        group_id=talk.group.id,
        person_id=talk.reader.id,
        about_id=about.id,
        text=text,
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        talk.reader.id,
        REPORTED,
        now=now,
        programme=talk.programme.id,
        subject=f"report {row.id}",
    )
    _tell(session, talk.programme, readers, row, now)
    return row


def _readers(session: Session, programme: Programme, about: str) -> Sequence[Organiser]:
    everyone = accounts.who_act(session, programme)
    ids = [one.id for one in everyone]
    may_read = _is_for(programme, col(Organiser.id), about)
    others = session.exec(select(Organiser).where(col(Organiser.id).in_(ids), may_read)).all()
    if everyone and not others:
        operators = kept_from.an_operator_reads(kept_from.surely([about]))
        raise NobodyElse(operated=session.exec(select(operators)).one())
    return others


def _tell(
    session: Session, programme: Programme, readers: Sequence[Organiser], row: Report, now: datetime
) -> None:
    page = links.open_page(f"/organise/{programme.slug}/reports")
    orders = [
        outbox.Order(
            messages.Reported(programmes.facts(programme), page),
            messages.Recipient(organiser.id, "", Channel.EMAIL, email=organiser.email),
            f"report {row.id} of {row.created_at.isoformat()}",
            programme.slug,
        )
        for organiser in readers
    ]
    outbox.queue_all(session, orders, now=now)


def _may_read(programme: Programme, reader: str) -> ColumnElement[bool]:
    return _is_for(programme, reader, col(Report.about_id))


def _is_for(programme: Programme, reader: Any, about: Any) -> ColumnElement[bool]:
    """Is it about somebody else, by id, than this organiser? Who is perhaps that one does not read it while
    another organiser does.
    """
    themselves, perhaps = kept_from.surely([about]), kept_from.perhaps([about])
    return ~or_(themselves(reader), kept_from.is_kept(programme, reader, (themselves, perhaps)))


def every(session: Session, programme: Programme, reader: str, *, page: int = 1) -> Paged[ReportShown]:
    """What an organiser may read, a page of it: those still to be dealt with first, then the newest."""
    by, about = aliased(Person), aliased(Person)
    wanted = (
        select(Report, by, about, Round.number)
        .join(by, col(by.id) == Report.person_id)
        .join(about, col(about.id) == Report.about_id)
        .join(Group, col(Group.id) == Report.group_id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(Report.programme_id == programme.id, _may_read(programme, reader))
        .order_by(col(Report.handled_at).is_not(None), col(Report.id).desc())
    )
    return paged(session, wanted, page, A_PAGE).each(lambda row: ReportShown(*row))


def waiting(session: Session, programme: Programme, reader: str) -> int:
    wanted = (
        select(func.count())
        .select_from(Report)
        .where(
            Report.programme_id == programme.id,
            col(Report.handled_at).is_(None),
            _may_read(programme, reader),
        )
    )
    return session.exec(wanted).one()


def handle(session: Session, programme: Programme, number: int, *, by: str, now: datetime) -> None:
    """An organiser has dealt with it. A second press changes nothing.

    Raises:
        NoSuchReport
    """
    mine = select(Report).where(_may_read(programme, by))
    row = session.exec(mine.where(Report.id == number, Report.programme_id == programme.id)).one_or_none()
    if row is None:
        raise NoSuchReport
    if row.handled_at:
        return
    row.handled_at, row.handled_by = now, by
    session.add(row)
    audit.record(
        session, by, "dealt with a report", now=now, programme=programme.id, subject=f"report {number}"
    )
