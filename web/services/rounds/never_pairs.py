"""Who must not meet: what organisers set for a programme, what participants wish for themselves, and who has
one phone.

No participant is told. An organiser sees that two people must not meet, and not whose wish it is.

BadWish             nobody to add, oneself, or too many; says what to do
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlalchemy import ColumnElement, delete, false
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications import addresses
from web.models import (
    Group,
    GroupMember,
    Membership,
    NeverPair,
    Person,
    Programme,
    RatherNot,
    Round,
    RoundState,
)
from web.services.common import audit

MOST = 50
FULL = f"The list is full at {MOST}. Remove somebody first, or write to the organisers"


class BadWish(Exception):
    pass


@dataclass(frozen=True)
class Wish:
    """`words` is a name they know, or the address as they typed it: it does not say whether it is known."""

    id: int
    words: str


def wishes(session: Session, person: Person) -> list[Wish]:
    """Whom somebody would rather not meet, in the order of their wishes."""
    rows = session.exec(
        select(RatherNot.id, RatherNot.email, Person.name)
        .outerjoin(Person, col(Person.id) == RatherNot.other_id)
        .where(RatherNot.person_id == person.id)
        .order_by(col(RatherNot.id))
    )
    return [Wish(id_, email or name) for id_, email, name in rows]


def met(session: Session, person: Person) -> list[Person]:
    """Everyone they were introduced to and may add by name, in the order of names."""
    return introduced(session, person, col(Person.id).not_in(_by_name(person)))


def _by_name(person: Person) -> SelectOfScalar[str] | SelectOfScalar[None]:
    """The ids of those who are on somebody's list by their names."""
    return select(RatherNot.other_id).where(
        RatherNot.person_id == person.id, col(RatherNot.other_id).is_not(None), RatherNot.email == ""
    )


def introduced(session: Session, person: Person, *only: ColumnElement[bool]) -> list[Person]:
    """Everyone they were introduced to, in the order of names; or `only` some of them."""
    mine, theirs = aliased(GroupMember), aliased(GroupMember)
    ids = (
        select(theirs.person_id)
        .join(mine, col(mine.group_id) == theirs.group_id)
        .join(Group, col(Group.id) == mine.group_id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(mine.person_id == person.id, Round.state == RoundState.SENT)
    )
    rows = session.exec(
        select(Person).where(
            col(Person.id).in_(ids),
            *only,
            Person.id != person.id,
            col(Person.erased_at).is_(None),
        )
    )
    return sorted(rows, key=lambda other: (other.name.casefold(), other.id))


def add(session: Session, person: Person, other: str, email: str, *, now: datetime) -> None:
    """Wish not to meet somebody they were introduced to (by id), or whoever has an address now or later.
    Whoever is on the list already stays on it once.

    The same statements run, and the same is shown afterwards, whether or not the address is anybody's.

    Raises:
        BadWish: nobody was named, or only themselves; or they have fifty wishes.
    """
    if other and other not in {one.id for one in introduced(session, person)}:
        raise BadWish("Choose somebody you were introduced to")
    if not other and not email:
        raise BadWish("Choose somebody, or enter an email address")
    if email and addresses.email_key(email) == person.email_key:
        raise BadWish("That is your own address")
    new = other and other not in session.exec(_by_name(person)).all()
    new_address = email and not _has_address(session, person, email)
    if not (new or new_address):
        return
    if len(wishes(session, person)) >= MOST:
        raise BadWish(FULL)
    if new:
        session.add(RatherNot(person_id=person.id, other_id=other, created_at=now))
    if new_address:
        _add_address(session, person, email, now)
    _written(session, person, now)


def _has_address(session: Session, person: Person, email: str) -> bool:
    mine = (RatherNot.person_id == person.id, RatherNot.email_key == addresses.email_key(email))
    return session.exec(select(RatherNot.id).where(*mine)).first() is not None


def not_again(session: Session, person: Person, others: Collection[str], *, now: datetime) -> None:
    """Wish not to meet these again, by id; one who is on the list already, or whom they were not introduced
    to, is passed over. Whoever holds a forwarded link cannot tell from it who was on the list.

    Raises:
        BadWish: they have fifty wishes; nothing is added.
    """
    new = [one.id for one in met(session, person) if one.id in others]
    if len(wishes(session, person)) + len(new) > MOST:
        raise BadWish(FULL)
    session.add_all(RatherNot(person_id=person.id, other_id=other, created_at=now) for other in new)
    if new:
        _written(session, person, now)


def _written(session: Session, person: Person, now: datetime) -> None:
    """Neither whom they mean nor why is in the audit trail."""
    session.flush()
    audit.record(session, person.id, "would rather not meet somebody", now=now, subject=person.id)


def _add_address(session: Session, person: Person, email: str, now: datetime) -> None:
    key = addresses.email_key(email)
    # Whoever has the address today stays meant when they move to another one.
    holder = session.exec(select(Person.id).where(Person.email_key == key)).one_or_none()
    session.add(RatherNot(person_id=person.id, other_id=holder, email=email, email_key=key, created_at=now))


def remove(session: Session, person: Person, wish: int, *, words: str | None = None, now: datetime) -> bool:
    """Take a wish of theirs back; one that is gone, or not theirs, changes nothing. False where it stands for
    others than the page said, in `words`: SQLite gives numbers out again.
    """
    row = session.get(RatherNot, wish)
    if row and row.person_id == person.id:
        if words not in (None, *(one.words for one in wishes(session, person) if one.id == wish)):
            return False
        session.delete(row)
        audit.record(session, person.id, "may meet somebody again", now=now, subject=person.id)
    return True


def never_pairs(session: Session, programme: Programme) -> set[tuple[str, str]]:
    """Who must not meet in a programme, by id, each pair in the order of its ids."""
    set_by_organisers = session.exec(
        select(NeverPair.person_1, NeverPair.person_2).where(NeverPair.programme_id == programme.id)
    )
    here = select(Membership.person_id).where(Membership.programme_id == programme.id)
    wished = session.exec(
        select(RatherNot.person_id, Person.id)
        .join(
            Person,
            or_(
                col(Person.id) == RatherNot.other_id,
                col(RatherNot.other_id).is_(None) & (col(Person.email_key) == RatherNot.email_key),
            ),
        )
        .where(col(RatherNot.person_id).in_(here), col(Person.id).in_(here))
    )
    pairs = {(min(pair), max(pair)) for pair in (*set_by_organisers, *wished) if pair[0] != pair[1]}
    return pairs | _of_one_phone(session, programme)


def _of_one_phone(session: Session, programme: Programme) -> set[tuple[str, str]]:
    """Who has confirmed the same number: friends or a couple, who need no introduction and could not use one.

    Only who shares a number is looked at, by an index.
    """
    rows = session.exec(
        select(Person.phone, Person.id)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.programme_id == programme.id, col(Person.shares_number))
        .order_by(Person.id)
    )
    users: dict[str | None, list[str]] = {}
    for phone, person in rows:
        users.setdefault(phone, []).append(person)
    return {pair for people in users.values() for pair in combinations(people, 2)}


def on_the_phone_of(session: Session, person: str) -> set[str]:
    """Who else has confirmed the number that somebody has confirmed."""
    other = aliased(Person)
    found = session.exec(
        select(other.id)
        .join(Person, col(Person.phone) == other.phone)
        .where(Person.id == person, other.id != person)
        .where(col(Person.shares_number), col(other.shares_number))
    )
    return set(found)


def forget(session: Session, person: Person) -> None:
    """Erase their wishes, and others' about them."""
    about = col(RatherNot.email_key) == person.email_key if person.email_key else false()
    mine, theirs = col(RatherNot.person_id) == person.id, col(RatherNot.other_id) == person.id
    session.execute(delete(RatherNot).where(mine | theirs | about))
