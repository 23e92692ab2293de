"""Does it work? Every round from the pot to the conversation, and which organisations it tied together.

What counts as met is written for people in docs/evidence.md; the expressions below say the same to the
database. Everything is counted there: what comes back is a few rows for each round and one for each two
organisations.

BeingCounted    a worker counts a large programme for the first time: it takes minutes
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Row, Subquery, and_, case, cast, extract, or_
from sqlmodel import Session, col, func, select

from notifications import outbox
from web.models import (
    TAKING_PART,
    Answer,
    CheckIn,
    Group,
    GroupMember,
    KeptEvidence,
    LeftOut,
    Membership,
    Organisation,
    OrganisingTime,
    Programme,
    Round,
    RoundState,
)
from web.services.common import times
from web.services.evidence import bridges, nameless, thinning
from web.services.evidence.findings import (
    Evidence,
    OrganisationEvidence,
    Organised,
    RoundEvidence,
    Talked,
    Tie,
)

SAID_NO = (Answer.COULD_NOT, Answer.NO_REPLY)
MET, DISPUTED, DID_NOT, UNKNOWN = "met", "disputed", "did not", "unknown"
SHOWN = 48  # organisations by themselves on a page; the others are put together
LARGE = 2_000  # groups, from which on counting takes longer than a page may
KEPT_FOR = timedelta(hours=1)
PATIENCE = timedelta(minutes=20)  # after so long, who counts is taken for dead


class BeingCounted(Exception):
    pass


# Counting


def of_programme(session: Session, programme: Programme, *, now: datetime) -> Evidence:
    """What a page shows, with at most `SHOWN` organisations: as kept, where counting takes long.

    Raises:
        BeingCounted.
    """
    return (kept(session, programme) or _at_once(session, programme, now)).top(SHOWN)


def kept(session: Session, programme: Programme) -> Evidence | None:
    """As it was when last counted, where counting takes long or the programme has ended."""
    of_it = KeptEvidence.programme_id == programme.id
    found = session.exec(select(KeptEvidence.shown).where(of_it)).one_or_none()
    return Evidence.from_json(found) if found else None


def whole(session: Session, programme: Programme, *, now: datetime) -> Evidence:
    """Every organisation by itself, for files.

    Raises:
        BeingCounted.
    """
    of_it = KeptEvidence.programme_id == programme.id
    found = session.exec(select(KeptEvidence.whole).where(of_it)).one_or_none()
    return Evidence.from_json(found) if found else _at_once(session, programme, now)


def _at_once(session: Session, programme: Programme, now: datetime) -> Evidence:
    if is_large(session, programme):
        raise BeingCounted
    return count(session, programme, now=now)


def count(session: Session, programme: Programme, *, now: datetime) -> Evidence:
    """Count everything afresh. O(groups): for 24 rounds of 100,000 people on SQLite some 40 s, and 30 s
    more for the shuffles of `bridges`.
    """
    today = times.today(now)
    ties, first_met = _ties(session, programme, today)
    organisations = _organisations(session, programme, ties)
    return Evidence(
        counted_at=now,
        rounds=_rounds(session, programme, today, Counter(first_met)),
        organisations=organisations,
        ties=ties,
        isolated=[(one.name, one.people) for one in organisations if one.is_isolated],
        bridges=bridges.compare(_seats(session, programme)),
        talked=_talked(session, programme),
        organised=_organised(session, programme),
    )


def _groups(programme: Programme) -> Subquery:
    """Each group of a round that was sent or brought in: its size, what was said, and since when they met."""
    said_met = col(CheckIn.answer) == Answer.MET
    return (
        select(col(Group.id), col(Group.round_id), col(Group.repeats))
        .add_columns(
            func.count(col(GroupMember.person_id)).label("size"),
            func.count(col(CheckIn.person_id)).label("answered"),
            _sum(case((said_met, 1), else_=0)).label("met"),
            _sum(case((col(CheckIn.answer).in_(SAID_NO), 1), else_=0)).label("said_no"),
            func.min(case((said_met, col(CheckIn.answered_at)))).label("met_at"),
        )
        .join(Round, col(Round.id) == Group.round_id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .outerjoin(
            CheckIn,
            and_(
                col(CheckIn.group_id) == GroupMember.group_id,
                col(CheckIn.person_id) == GroupMember.person_id,
            ),
        )
        .where(col(Round.programme_id) == programme.id, col(Round.state) != RoundState.DRAFT)
        # An introduction withdrawn in time did not happen.
        .where(col(GroupMember.counts).is_(True))
        .group_by(col(Group.id), col(Group.round_id), col(Group.repeats))
        .subquery()
    )


def _verdict(groups: Subquery) -> ColumnElement[str]:
    """What became of a group of a sent round: docs/evidence.md, "When a group counts as met"."""
    said = groups.c
    believed = or_(said.met >= 2, said.said_no == 0, said.said_no < said.size - 1)
    return case(
        (and_(said.met > 0, believed), MET),
        (said.met > 0, DISPUTED),
        (said.said_no > 0, DID_NOT),
        else_=UNKNOWN,
    )


def _rounds(
    session: Session, programme: Programme, today: date, new_ties: Mapping[int, int]
) -> list[RoundEvidence]:
    outcomes: dict[int, list[Row[Any]]] = {}
    for row in _outcomes(session, programme):
        outcomes.setdefault(row.round_id, []).append(row)
    left_out, delivered = _left_out(session, programme), thinning.reached(session, programme)
    sent = session.exec(
        select(Round)
        .where(Round.programme_id == programme.id, Round.state == RoundState.SENT)
        .order_by(col(Round.number).desc())
    )
    return [
        _round(
            round_,
            outcomes.get(round_.id, []),
            today,
            left_out=left_out.get(round_.id, 0),
            delivered=delivered.get(str(round_.id), 0),
            new_ties=new_ties.get(round_.number, 0),
        )
        for round_ in sent
    ]


def _round(
    round_: Round, rows: Sequence[Row[Any]], today: date, *, left_out: int, delivered: int, new_ties: int
) -> RoundEvidence:
    def people(what: str) -> int:
        return sum(getattr(row, what) for row in rows)

    def groups(*verdicts: str) -> int:
        return sum(row.groups for row in rows if row.verdict in verdicts)

    sent_on = times.today(round_.sent_at) if round_.sent_at else today
    return RoundEvidence(
        number=round_.number,
        sent_on=sent_on,
        ends_on=round_.ends_on,
        runs=round_.ends_on is not None and round_.ends_on >= today,
        pot=people("people") + left_out,
        introduced=people("people"),
        delivered=min(delivered, people("people")),
        answered=people("answered"),
        met=people("met"),
        groups=people("groups"),
        groups_met=groups(MET),
        groups_disputed=groups(DISPUTED),
        groups_unknown=groups(UNKNOWN),
        repeats=people("repeats"),
        new_ties=new_ties,
        days=_days_counted(row for row in rows if row.verdict == MET),
    )


def _days_counted(rows: Iterable[Row[Any]]) -> dict[int, int]:
    days: Counter[int] = Counter()
    for row in rows:
        days[max(int(row.days), 0)] += row.groups
    return dict(days)


def _outcomes(session: Session, programme: Programme) -> Sequence[Row[Any]]:
    """For each round, verdict and number of days: groups, their people, and what these said."""
    groups = _groups(programme)
    verdict = _verdict(groups).label("verdict")
    days = _days(session, groups.c.met_at, col(Round.sent_at)).label("days")
    return session.execute(
        select(groups.c.round_id, verdict, days)
        .add_columns(
            func.count().label("groups"),
            _sum(groups.c.size).label("people"),
            _sum(groups.c.answered).label("answered"),
            _sum(groups.c.met).label("met"),
            _sum(groups.c.repeats).label("repeats"),
        )
        .join(Round, col(Round.id) == groups.c.round_id)
        .where(col(Round.state) == RoundState.SENT)
        .group_by(groups.c.round_id, verdict, days)
    ).all()


def _sum(what: Any) -> ColumnElement[int]:
    """A whole number on PostgreSQL too, which would make a decimal of it."""
    return cast(func.sum(what), BigInteger)


def _days(session: Session, later: Any, earlier: Any) -> ColumnElement[int]:
    """Whole days between two moments, as each database counts them."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(func.floor(extract("epoch", later - earlier) / 86_400), Integer)
    return cast(func.julianday(later) - func.julianday(earlier), Integer)


def _left_out(session: Session, programme: Programme) -> dict[int | None, int]:
    """Who was in the pot and had nobody to meet, by round."""
    rows = session.exec(
        select(LeftOut.round_id, func.count())
        .join(Round, col(Round.id) == LeftOut.round_id)
        .where(Round.programme_id == programme.id, col(LeftOut.on_purpose).is_(False))
        .group_by(col(LeftOut.round_id))
    )
    return dict(rows.all())


def _ties(session: Session, programme: Programme, today: date) -> tuple[list[Tie], list[int]]:
    """Every two organisations that were introduced; and the round in which each two of them first met.

    People of a group that met have met each other, apart from who says they were not there. What an older
    scheme tells is taken as met.
    """
    groups, one, two = _groups(programme), _member("one"), _member("two")
    imported = col(Round.state) == RoundState.IMPORTED
    both_there = and_(one.c.said_no == 0, two.c.said_no == 0)
    verdict = _verdict(groups)
    met = or_(imported, and_(verdict == MET, both_there))
    over = or_(col(Round.ends_on).is_(None), col(Round.ends_on) < today, verdict == DID_NOT, ~both_there)
    missed = and_(~met, over)
    ids = one.c.organisation_id, two.c.organisation_id
    a, b = case((ids[0] <= ids[1], ids[0]), else_=ids[1]), case((ids[0] <= ids[1], ids[1]), else_=ids[0])
    rows = session.execute(
        select(a.label("a"), b.label("b"))
        .add_columns(
            func.count().label("introduced"),
            _sum(case((met, 1), else_=0)).label("met"),
            _sum(case((missed, 1), else_=0)).label("missed"),
            func.min(case((met, col(Round.number)))).label("first"),
        )
        .select_from(groups)
        .join(Round, col(Round.id) == groups.c.round_id)
        .join(one, one.c.group_id == groups.c.id)
        .join(two, and_(two.c.group_id == groups.c.id, one.c.person_id < two.c.person_id))
        .group_by(a, b)
        .order_by(a, b)
    ).all()
    ties = [Tie(row.a, row.b, row.introduced, row.met, row.missed) for row in rows]
    return ties, [row.first for row in rows if row.first is not None and row.a != row.b]


def _seats(session: Session, programme: Programme) -> list[bridges.Seat]:
    """Round, group and organisation of everybody who met somebody, by the rules of `_ties`."""
    groups, member = _groups(programme), _member("member")
    met = or_(col(Round.state) == RoundState.IMPORTED, _verdict(groups) == MET)
    rows = session.execute(
        select(col(Round.number), groups.c.id, member.c.organisation_id)
        .select_from(groups)
        .join(Round, col(Round.id) == groups.c.round_id)
        .join(member, member.c.group_id == groups.c.id)
        .where(met, member.c.said_no == 0)
        .order_by(col(Round.number), groups.c.id, member.c.person_id)
    )
    return [(number, group, organisation) for number, group, organisation in rows]


def _member(name: str) -> Subquery:
    """A member of a group, and whether they say that they did not meet."""
    return (
        select(
            col(GroupMember.group_id),
            col(GroupMember.person_id),
            col(GroupMember.organisation_id),
            case((col(CheckIn.answer).in_(SAID_NO), 1), else_=0).label("said_no"),
        )
        .outerjoin(
            CheckIn,
            and_(
                col(CheckIn.group_id) == GroupMember.group_id,
                col(CheckIn.person_id) == GroupMember.person_id,
            ),
        )
        .where(col(GroupMember.counts).is_(True))
        .subquery(name)
    )


def _talked(session: Session, programme: Programme) -> list[Talked]:
    rows = session.exec(
        select(Round.number, GroupMember.organisation_id, func.count())
        .join(Group, col(Group.round_id) == Round.id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .join(
            CheckIn,
            and_(
                col(CheckIn.group_id) == GroupMember.group_id,
                col(CheckIn.person_id) == GroupMember.person_id,
            ),
        )
        .where(Round.programme_id == programme.id, Round.state == RoundState.SENT)
        .where(CheckIn.answer == Answer.MET, col(GroupMember.counts).is_(True))
        .group_by(col(Round.number), col(GroupMember.organisation_id))
        .order_by(col(Round.number), col(GroupMember.organisation_id))
    )
    return [Talked(*row) for row in rows]


def _organised(session: Session, programme: Programme) -> list[Organised]:
    rows = session.exec(
        select(Round.number, OrganisingTime.organisation_id, _sum(col(OrganisingTime.minutes)))
        .join(OrganisingTime, col(OrganisingTime.round_id) == Round.id)
        .where(Round.programme_id == programme.id)
        .group_by(col(Round.number), col(OrganisingTime.organisation_id))
        .order_by(col(Round.number), col(OrganisingTime.organisation_id))
    )
    return [Organised(*row) for row in rows]


def _organisations(session: Session, programme: Programme, ties: Sequence[Tie]) -> list[OrganisationEvidence]:
    """Organisations with people in the programme, or with somebody who was introduced."""
    people = dict(
        session.exec(
            select(Membership.organisation_id, func.count())
            .where(Membership.programme_id == programme.id, col(Membership.standing).in_(TAKING_PART))
            .group_by(col(Membership.organisation_id))
        ).all()
    )
    counts: dict[int, Counter[str]] = {}
    for tie in ties:
        for organisation in {tie.a, tie.b}:
            mine = counts.setdefault(organisation, Counter())
            mine.update(introduced=tie.introduced, met=tie.met, missed=tie.missed)
            mine["tied"] += tie.a != tie.b and tie.met > 0
    rows = session.exec(select(Organisation).where(Organisation.programme_id == programme.id))
    found = [
        OrganisationEvidence(
            row.id, row.short_name or row.name, people.get(row.id, 0), **counts.get(row.id, Counter())
        )
        for row in rows
        if row.id in people or row.id in counts
    ]
    return sorted(found, key=lambda one: _as_read(one.name))


def _as_read(name: str) -> list[tuple[int, str]]:
    """An order in which ward 10 comes after ward 9."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(int(part), "") if part.isdecimal() and part.isascii() else (-1, part) for part in parts]


# Keeping what takes long to count


def due(session: Session, *, now: datetime, large: int = LARGE) -> list[Programme]:
    """Programmes of more than `large` groups, too many to count at each look, last counted an hour ago; those
    that somebody counts at this moment left out.
    """
    fresh = select(KeptEvidence.programme_id).where(
        or_(col(KeptEvidence.counted_at) > now - KEPT_FOR, col(KeptEvidence.begun_at) > now - PATIENCE)
    )
    # Of one that has closed, what was counted on its last day is all there is.
    stale = col(Programme.id).not_in(fresh) & col(Programme.closed_at).is_(None)
    rest = session.exec(select(Programme).where(stale)).all()
    return [programme for programme in rest if _has_more(session, programme, large)]


def is_large(session: Session, programme: Programme) -> bool:
    """Does counting take longer than a page may?"""
    return _has_more(session, programme, LARGE)


def claim(session: Session, programme: int, *, now: datetime) -> bool:
    """Is it ours to count? Of several workers who look at one time, one is told yes."""
    free = or_(col(KeptEvidence.begun_at).is_(None), col(KeptEvidence.begun_at) <= now - PATIENCE)
    nothing_yet = {"programme_id": programme, "begun_at": now, "shown": {}, "whole": {}}
    statement = outbox.insert_on(session)(KeptEvidence).values(nothing_yet)
    mine = statement.on_conflict_do_update(
        index_elements=["programme_id"], set_={"begun_at": now}, where=free
    ).returning(col(KeptEvidence.programme_id))
    return session.execute(mine).first() is not None


def _has_more(session: Session, programme: Programme, groups_: int) -> bool:
    groups = (
        select(Group.id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(Round.programme_id == programme.id)
        .offset(groups_)
        .limit(1)
    )
    return session.exec(groups).first() is not None


def keep(session: Session, programme: int, counted: Evidence) -> None:
    """What was counted while somebody was erased names no organisation that has lost its name since."""
    row = session.get(KeptEvidence, programme) or KeptEvidence(programme_id=programme)
    lost = nameless.lost(session, programme)
    names = {one.name for one in counted.organisations if one.id in lost}
    counted = counted.without_names(lost, names, nameless.CALLED)
    row.counted_at, row.begun_at = counted.counted_at, None
    row.shown, row.whole = counted.top(SHOWN).to_json(), counted.to_json()
    session.add(row)
