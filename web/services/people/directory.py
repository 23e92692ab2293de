"""The people of a programme, as an organiser looks them up.

NobodySo            no one, or more than one, answers to what was typed; says what to do
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam
from sqlmodel import Session, col, func, or_, select

from notifications.addresses import phone, phone_as_said
from notifications.errors import BadAddress
from notifications.messages import Channel
from notifications.words import full_day
from web.models import (
    CANNOT_BE_REACHED,
    NOT_EVERY_ROUND,
    TAKING_PART,
    Membership,
    Organisation,
    Person,
    Programme,
    Standing,
)
from web.models.folding import is_like, looked_for, pattern
from web.services.common import contacts, times
from web.services.common.paging import Paged
from web.services.evidence import nameless
from web.services.imports import known_elsewhere
from web.services.imports.known_elsewhere import AsWritten
from web.services.rounds import pots

A_PAGE = 50
# What a list shows and tells states by. Whole rows of three tables take three times as long as their SQL, and
# putting these words together for each page as long as a sixth of it.
LINE: tuple[Any, ...] = (
    *(Person.id, Person.name, Person.channel, Person.email, Person.phone, Person.phone_verified_at),
    *(Person.unreachable, col(Organisation.name).label("organisation"), Organisation.short_name),
    *(Membership.standing, Membership.silent_since, Membership.paused_until, Membership.skips_next),
    Membership.notified_at,
)
LINES = (
    select(*LINE)
    .join(Membership, col(Membership.person_id) == Person.id)
    .join(Organisation, col(Organisation.id) == Membership.organisation_id)
    .where(
        Membership.programme_id == bindparam("programme"),
        col(Person.id).in_(bindparam("people", expanding=True)),
    )
)


class NobodySo(Exception):
    pass


class Showing(StrEnum):
    """Which people are shown: the words of the dashboard's counts."""

    EVERYONE = ""
    IN = "in"
    SKIPS = "skips"
    PAUSED = "paused"
    RESTING = "resting"
    UNREACHABLE = "unreachable"
    INVITED = "invited"
    NOTIFIED = "notified"
    SUSPENDED = "suspended"
    LEFT = "left"


class Order(StrEnum):
    NAME = "name"
    NEWEST = "newest"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Search:
    """What an organiser looks for. `text` is a part of a name, of an organisation or of an address, or a
    number.
    """

    text: str = ""
    showing: Showing = Showing.EVERYONE
    organisation: int | None = None
    order: Order = Order.NAME
    page: int = 1

    @property
    def is_of_invited(self) -> bool:
        return self.showing is Showing.INVITED

    @property
    def is_everyone(self) -> bool:
        return not (self.text or self.showing or self.organisation)


@dataclass(frozen=True)
class Entry:
    """Somebody of a programme. `written` is all that its organisers may see of who has not said yes here and
    is known from another programme.
    """

    person: Person
    membership: Membership
    organisation: Organisation
    state: str
    written: AsWritten | None = None

    @property
    def shown(self) -> Person:
        return self.written.instead_of(self.person) if self.written else self.person


@dataclass(frozen=True)
class PersonLine:
    """Somebody in a list: no more than it shows. `reached_by` is an email address or a number we may text."""

    id: str
    name: str
    organisation: str
    reached_by: str
    state: str


def search(session: Session, programme: Programme, wanted: Search, *, today: date) -> Paged[PersonLine]:
    """A page of the people whose name, organisation, address or number fits.

    One index holds a programme's names in order, so the first page and the last cost much the same: with
    100,000 people some 10 ms, and up to 60 ms where every name has to be looked at.
    """
    where = _where(session, programme, wanted, today=today)
    found = select(Membership.person_id).where(*where)
    if wanted.order is Order.ORGANISATION:
        found = found.join(Organisation, col(Organisation.id) == Membership.organisation_id)
    before = (wanted.page - 1) * A_PAGE
    ids = session.exec(found.order_by(*_order(wanted.order)).offset(before).limit(A_PAGE)).all()
    # A page that is not full is the last: who looked for it has looked at everybody.
    if len(ids) < A_PAGE and (ids or not before):
        total = before + len(ids)
    else:
        total = session.exec(select(func.count()).select_from(Membership).where(*where)).one()
    return Paged(_lines(session, programme, ids, today), total, wanted.page, A_PAGE)


def _where(
    session: Session, programme: Programme, wanted: Search, *, today: date
) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [
        col(Membership.programme_id) == programme.id,
        col(Membership.name_key).is_not(None),
        *_shown(session, programme, wanted.showing, today),
    ]
    if wanted.organisation is not None:
        where.append(col(Membership.organisation_id) == wanted.organisation)
    if wanted.text:
        where.append(_fits(session, programme, wanted.text))
    return where


def _fits(session: Session, programme: Programme, text: str) -> ColumnElement[bool]:
    part, written = looked_for(text), known_elsewhere.as_written(session, programme.id)
    organisations = [
        row.id
        for row in session.exec(
            select(Organisation).where(Organisation.programme_id == programme.id, nameless.has_name())
        )
        if part in looked_for(row.name) or part in looked_for(row.short_name)
    ]
    number, person = _number(text), col(Membership.person_id)
    ways: list[ColumnElement[bool]] = [is_like(col(Membership.name_key), f"%{pattern(text)}%")]
    if number:
        ways.append(person.in_(select(Person.id).where(Person.phone == number)))
    if written:
        called = [
            id_
            for id_, said in written.items()
            if part in looked_for(said.name) or (number and said.phone == number)
        ]
        one_of_these = known_elsewhere.is_one(programme.id, person)
        ways = [*(way & ~one_of_these for way in ways), person.in_(called)]
    if organisations:
        ways.append(col(Membership.organisation_id).in_(organisations))
    if " " not in text:
        addressed = select(Person.id).where(col(Person.email_key).contains(text.casefold(), autoescape=True))
        ways.append(col(Membership.person_id).in_(addressed))
    return or_(*ways)


def _number(text: str) -> str | None:
    try:
        return phone(text)
    except BadAddress:
        return None


def _shown(
    session: Session, programme: Programme, showing: Showing, today: date
) -> list[ColumnElement[bool]]:
    if showing is Showing.EVERYONE:
        return []
    if showing in (Showing.INVITED, Showing.SUSPENDED, Showing.LEFT):
        return [col(Membership.standing) == Standing(showing.value)]
    # Not "is not empty": of that, no index knows anything.
    silent = col(Membership.person_id).in_(select(Person.id).where(CANNOT_BE_REACHED))
    paused = _is_paused(today)
    active = col(Membership.standing).in_(TAKING_PART) & ~_is_waiting(today)
    if showing is Showing.NOTIFIED:
        return [col(Membership.standing) == Standing.NOTIFIED, ~silent, _is_waiting(today)]
    skips = col(Membership.skips_next).is_(True)
    conditions: dict[Showing, list[ColumnElement[bool]]] = {
        Showing.UNREACHABLE: [active, silent],
        Showing.PAUSED: [active, ~silent, paused],
        Showing.SKIPS: [active, ~silent, ~paused, skips],
    }
    if showing in conditions:
        return conditions[showing]
    resting = pots.who_rests(programme.id, pots.next_number(session, programme.id)).subquery()
    rests = col(Membership.person_id).in_(select(resting.c.person_id))
    return [active, ~silent, ~paused, ~skips, rests if showing is Showing.RESTING else ~rests]


def _is_paused(today: date) -> ColumnElement[bool]:
    """By themselves, or after two rounds in silence."""
    until = func.coalesce(col(Membership.paused_until) > today, False)
    return until | col(Membership.silent_since).is_not(None)


def _is_waiting(today: date) -> ColumnElement[bool]:
    """Who was taken over, and told too lately to be in a round."""
    told = times.london(today - pots.TOLD_FOR + timedelta(days=1), time())
    lately = col(Membership.notified_at).is_(None) | (col(Membership.notified_at) >= told)
    return (col(Membership.standing) == Standing.NOTIFIED) & lately


def _order(order: Order) -> list[Any]:
    by_name = [col(Membership.name_key), col(Membership.person_id)]
    if order is Order.NEWEST:
        return [col(Membership.joined_at).desc(), col(Membership.person_id).desc()]
    if order is Order.ORGANISATION:
        return [func.lower(Organisation.name), *by_name]
    return by_name


def _lines(session: Session, programme: Programme, ids: Sequence[str], today: date) -> list[PersonLine]:
    rows = session.connection().execute(LINES, {"programme": programme.id, "people": ids})
    found = {row.id: row for row in rows}
    unsure = [id_ for id_, row in found.items() if row.standing is not Standing.ACTIVE]
    written = known_elsewhere.as_written(session, programme.id, unsure)
    return [_line(found[id_], written.get(id_), today) for id_ in ids]


def _line(row: Any, written: AsWritten | None, today: date) -> PersonLine:
    if written:
        organisation = row.short_name or row.organisation
        return PersonLine(row.id, written.name, organisation, written.email, state_of(row, today))
    texted = row.channel is Channel.SMS and row.phone_verified_at
    return PersonLine(
        row.id,
        row.name,
        row.short_name or row.organisation,
        phone_as_said(row.phone) if texted else row.email or "",
        reached_state(row, row, today),
    )


def one(
    session: Session, programme: Programme, person: str, today: date, *, lock: bool = False
) -> Entry | None:
    """Somebody of this programme who has not been erased. With `lock` nobody changes them until commit."""
    if lock:
        contacts.hold(session, person)
    row = session.exec(
        select(Person, Membership, Organisation)
        .join(Membership, col(Membership.person_id) == Person.id)
        .join(Organisation, col(Organisation.id) == Membership.organisation_id)
        .where(Membership.programme_id == programme.id, Person.id == person)
        .where(col(Membership.name_key).is_not(None))
    ).one_or_none()
    if row is None:
        return None
    unsure = [person] if row[1].standing is not Standing.ACTIVE else []
    written = known_elsewhere.as_written(session, programme.id, unsure).get(person)
    state = state_of(row[1], today) if written else reached_state(row[0], row[1], today)
    return Entry(*row, state, written)


def called(session: Session, programme: Programme, typed: str) -> str:
    """The id of the one person with this address or, if only one has it, this name.

    Raises:
        NobodySo: nobody has it, or several have.
    """
    if not typed.strip():
        raise NobodySo("Enter a name or an email address")
    here = (col(Membership.programme_id) == programme.id, col(Membership.name_key).is_not(None))
    fits = (
        select(Person.id)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(*here, Person.email_key == typed.strip().casefold())
        if "@" in typed
        else select(Membership.person_id).where(*here, is_like(col(Membership.name_key), pattern(typed)))
    )
    found = list(session.exec(fits.limit(3)))
    if "@" not in typed:
        written = known_elsewhere.as_written(session, programme.id)
        found = [id_ for id_ in found if id_ not in written]
        found += [id_ for id_, said in written.items() if looked_for(said.name) == looked_for(typed)]
    if len(found) > 1:
        raise NobodySo(f"Several people are called {typed.strip()}. Enter the email address instead")
    if not found:
        raise NobodySo(f"Nobody here is called {typed.strip()}. Enter the whole name, or the email address")
    return found[0]


def reached_state(person: Person, membership: Membership, today: date) -> str:
    if person.unreachable and membership.standing in TAKING_PART:
        return f"cannot be reached: {person.unreachable}"
    return state_of(membership, today)


def state_of(membership: Membership, today: date) -> str:
    """What an organiser calls it: in, paused, skips, invited, told, left, suspended."""
    if membership.standing not in TAKING_PART:
        return membership.standing.value
    if membership.standing is Standing.NOTIFIED and not pots.is_told(membership.notified_at, today):
        return "taken over, in rounds seven days after our letter"
    if membership.silent_since:
        return "paused after two rounds in silence"
    if membership.paused_until and membership.paused_until > today:
        return f"paused until {full_day(membership.paused_until)}"
    return "skips the next round" if membership.skips_next else "in"


def tally(session: Session, programme: Programme, today: date) -> dict[str, int]:
    """How many are in, rest, skip, are paused, cannot be reached, are invited, suspended, or have left."""
    buckets = ("in", "skips", "paused", "unreachable")
    counts = dict.fromkeys((*buckets, *(standing.value for standing in Standing)), 0)
    paused = _is_paused(today)
    unreachable = col(Membership.person_id).in_(select(Person.id).where(CANNOT_BE_REACHED))
    waits = _is_waiting(today)
    rows = session.execute(
        select(Membership.standing, Membership.skips_next, paused, unreachable)
        .add_columns(waits, func.count())
        .where(col(Membership.programme_id) == programme.id)
        .group_by(col(Membership.standing), col(Membership.skips_next), paused, unreachable, waits)
    )
    for standing, skips, is_paused, is_silent, is_waiting, count in rows:
        place = _bucket(standing, skips, is_paused, is_silent)
        counts["notified" if is_waiting and place != "unreachable" else place] += count
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
        .where(Membership.programme_id == programme.id, NOT_EVERY_ROUND)
    )
    return sum(
        row.person_id in rests and not unreachable and state_of(row, today) == "in"
        for row, unreachable in rows
    )


def _bucket(standing: Standing, skips: bool, paused: bool, unreachable: bool) -> str:
    if standing not in TAKING_PART:
        return standing.value
    if unreachable:
        return "unreachable"
    return "paused" if paused else "skips" if skips else "in"
