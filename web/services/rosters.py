"""The people of a programme, as an organiser looks them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from web.models import Membership, Organisation, Person, Programme, Standing
from web.services import pots

A_PAGE = 50


@dataclass(frozen=True)
class Entry:
    person: Person
    membership: Membership
    organisation: Organisation
    state: str


@dataclass(frozen=True)
class Roster:
    """One page of people, and how many there are in all."""

    entries: Sequence[Entry]
    total: int
    page: int

    @property
    def has_more(self) -> bool:
        return self.page * A_PAGE < self.total


def search(
    session: Session, programme: Programme, wanted: str, *, page: int, today: date, by_email: bool
) -> Roster:
    """People whose name, organisation or, `by_email`, address holds `wanted`; all when it is empty."""
    where: list[ColumnElement[bool]] = [
        col(Membership.programme_id) == programme.id,
        col(Person.erased_at).is_(None),
    ]
    if wanted:
        pattern = f"%{_escaped(wanted.lower())}%"
        fields = [Person.name, Organisation.name, *([Person.email] if by_email else [])]
        where.append(or_(*(func.lower(field).like(pattern, escape="\\") for field in fields)))
    joined = (
        select(Person, Membership, Organisation)
        .join(Membership, col(Membership.person_id) == Person.id)
        .join(Organisation, col(Organisation.id) == Membership.organisation_id)
        .where(*where)
    )
    total = session.exec(select(func.count()).select_from(joined.subquery())).one()
    rows = session.exec(
        joined.order_by(func.lower(Person.name), Person.id).offset((page - 1) * A_PAGE).limit(A_PAGE)
    )
    return Roster([Entry(*row, _state(row[0], row[1], today)) for row in rows], total, page)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _state(person: Person, membership: Membership, today: date) -> str:
    if person.unreachable and membership.standing is Standing.ACTIVE:
        return f"cannot be reached: {person.unreachable}"
    return state_of(membership, today)


def state_of(membership: Membership, today: date) -> str:
    """What an organiser calls it: in, paused, skips, invited, left, suspended."""
    if membership.standing is not Standing.ACTIVE:
        return membership.standing.value
    if membership.silent_since:
        return "paused after two rounds in silence"
    if membership.paused_until and membership.paused_until > today:
        return f"paused until {membership.paused_until.day} {membership.paused_until:%B %Y}"
    return "skips the next round" if membership.skips_next else "in"


def tally(session: Session, programme: Programme, today: date) -> dict[str, int]:
    """How many are in, rest, skip, are paused, cannot be reached, are invited, suspended, or have left."""
    buckets = ("in", "skips", "paused", "unreachable")
    counts = dict.fromkeys((*buckets, *(standing.value for standing in Standing)), 0)
    paused = func.coalesce(col(Membership.paused_until) > today, False) | col(Membership.silent_since).is_not(
        None
    )
    unreachable = col(Person.unreachable) != ""
    rows = session.execute(
        select(Membership.standing, Membership.skips_next, paused, unreachable)
        .add_columns(func.count())
        .join(Person, col(Person.id) == Membership.person_id)
        .where(col(Membership.programme_id) == programme.id)
        .group_by(col(Membership.standing), col(Membership.skips_next), paused, unreachable)
    )
    for standing, skips, is_paused, is_silent, count in rows:
        counts[_bucket(standing, skips, is_paused, is_silent)] += count
    counts["resting"] = _resting(session, programme, today)
    counts["in"] -= counts["resting"]
    return counts


def _resting(session: Session, programme: Programme, today: date) -> int:
    """How many would be in but for their own wish not to take part in every round."""
    number = pots.next_number(session, programme.id)
    rests = pots.resting(session, programme.id, number)
    rows = session.exec(
        select(Membership, Person.unreachable)
        .join(Person, col(Person.id) == Membership.person_id)
        .where(Membership.programme_id == programme.id, Membership.every > 1)
    )
    return sum(
        row.person_id in rests and not unreachable and state_of(row, today) == "in"
        for row, unreachable in rows
    )


def _bucket(standing: Standing, skips: bool, paused: bool, unreachable: bool) -> str:
    if standing is not Standing.ACTIVE:
        return standing.value
    if unreachable:
        return "unreachable"
    return "paused" if paused else "skips" if skips else "in"
