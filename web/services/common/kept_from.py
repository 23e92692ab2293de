"""What is said of a conversation is kept from an organiser who was in it: it may be said of them.

Organisers take part in their own programmes. Nobody can tell what its writer would not say to their face,
so all that their partners wrote is read by another organiser, where there is one. An organiser is known for a
partner by their address, also by one that the partner's entry has no more; and is perhaps a partner where
name or number say so, or where who was erased cannot be told apart from them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy import delete as delete_rows
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, or_, select

from notifications.outbox import insert_on
from web.models import (
    Group,
    GroupMember,
    Membership,
    Organiser,
    OrganiserRole,
    OrganiserWas,
    Person,
    Programme,
    Role,
    Round,
)

# Is the organiser of this id one of them?
Circle = Callable[[Any], ColumnElement[bool]]


def partners_of(author: Any, its_groups: ColumnElement[bool]) -> Any:
    """The ids of whoever was in one of these groups with `author`, still or not; `its_groups` is a condition
    on GroupMember.
    """
    return (
        select(GroupMember.person_id)
        .where(GroupMember.person_id != author, its_groups)
        .correlate_except(GroupMember)
    )


def all_groups_of(programme: Programme | type[Programme], authors: Any) -> ColumnElement[bool]:
    """The condition on GroupMember that picks every group here of these people, by id."""
    member = aliased(GroupMember)
    # Asked of each group of theirs: joined, SQLite would go through all groups of the programme.
    is_here = (
        select(Group.id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(Group.id == member.group_id, Round.programme_id == programme.id)
        .correlate_except(Group, Round)
        .exists()
    )
    theirs = (
        select(member.group_id).where(col(member.person_id).in_(authors), is_here).correlate_except(member)
    )
    return col(GroupMember.group_id).in_(theirs)


def surely(partners: Any) -> Circle:
    """Whoever is one of these people, by id."""
    return lambda organiser: _is_among(organiser, partners, IS_KNOWN)


def alike(partners: Any) -> Circle:
    """And whoever may be one of them by name, number or address."""
    return lambda organiser: _is_among(organiser, partners, IS_KNOWN | LOOKS_LIKE)


def perhaps(partners: Any) -> Circle:
    """And whoever came to organise after one of them was erased. For what is grave alone: of nearly everybody
    some partner was erased in a year, and who takes a programme over would read next to nothing.
    """
    return lambda organiser: _is_among(organiser, partners, IS_KNOWN | LOOKS_LIKE | WAS_ERASED)


def _is_among(organiser: Any, partners: Any, is_one: ColumnElement[bool]) -> ColumnElement[bool]:
    among = select(SELF.id).where(SELF.id == organiser, col(PARTNER.id).in_(partners), is_one)
    return among.correlate_except(SELF, PARTNER).exists()


def _is_known_for() -> ColumnElement[bool]:
    before = select(OrganiserWas.person_id).where(
        OrganiserWas.organiser_id == SELF.id, OrganiserWas.person_id == PARTNER.id
    )
    return or_(PARTNER.email_key == SELF.email_key, before.correlate_except(OrganiserWas).exists())


def _looks_like() -> ColumnElement[bool]:
    """What they are called an entry by their address says; where they have none, that address."""
    own = aliased(Person)
    theirs = select(own.id).where(own.email_key == SELF.email_key).correlate_except(own)
    same_name = _names(own.id, lambda one: _names(PARTNER.id, lambda other: one == other))
    same = or_(own.phone == PARTNER.phone, same_name)
    called_so = or_(
        _before_at(SELF.email_key) == _before_at(PARTNER.email_key),
        _names(PARTNER.id, lambda name: _says(SELF.email_key, name)),
    )
    return or_(theirs.where(same).exists(), and_(~theirs.exists(), called_so))


def _was_erased() -> ColumnElement[bool]:
    """Before they organised, and they were not somebody else at the time."""
    own, erased_at = aliased(Person), col(PARTNER.erased_at)
    theirs = select(own.id).where(own.email_key == SELF.email_key, own.created_at < erased_at)
    return and_(erased_at < SELF.created_at, ~theirs.correlate_except(own).exists())


def _names(person: Any, says: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Does the name, as it is filed, of this person say so?"""
    place = aliased(Membership)
    named = select(place.person_id).where(place.person_id == person, says(place.name_key))
    return named.correlate_except(place).exists()


def _before_at(address: Any) -> Any:
    """As "tom.field@": all that stands behind is cut off."""
    return func.rtrim(address, func.replace(address, "@", ""))


def _says(address: Any, name: Any) -> ColumnElement[bool]:
    """As tom.field@… and tom@… say Tom Field."""
    is_whole = _joined(_before_at(address)) == _joined(name) + "@"
    is_first = (name + " ").startswith(func.replace(_before_at(address), "@", " "))
    return or_(is_whole, is_first)


def _joined(words: Any) -> Any:
    for between in (" ", ".", "_", "-", "'"):
        words = func.replace(words, between, "")
    return words


# Asked for each page on which something may wait, so put together once.
SELF, PARTNER = aliased(Organiser), aliased(Person)
IS_KNOWN, LOOKS_LIKE, WAS_ERASED = _is_known_for(), _looks_like(), _was_erased()


def another_reads(programme: Programme | type[Programme], reader: Any, circle: Circle) -> ColumnElement[bool]:
    """Is there another organiser who is none of them?"""
    return (
        select(OrganiserRole.organiser_id)
        .where(
            OrganiserRole.programme_id == programme.id,
            OrganiserRole.role != Role.VIEWER,
            OrganiserRole.organiser_id != reader,
            ~circle(OrganiserRole.organiser_id),
        )
        .correlate_except(OrganiserRole)
        .exists()
    )


def somebody_elsewhere_reads(circle: Circle) -> ColumnElement[bool]:
    """Is there an operator, or an owner of any programme, who is none of them?"""
    return or_(an_operator_reads(circle), _an_owner_reads(circle))


def an_operator_reads(circle: Circle) -> ColumnElement[bool]:
    other = aliased(Organiser)
    operate = select(other.id).where(col(other.operates_since).is_not(None), ~circle(other.id))
    return operate.correlate_except(other).exists()


def _an_owner_reads(circle: Circle) -> ColumnElement[bool]:
    owner = aliased(OrganiserRole)
    owners = select(owner.organiser_id).where(owner.role == Role.OWNER, ~circle(owner.organiser_id))
    return owners.correlate_except(owner).exists()


def is_kept(
    programme: Programme | type[Programme], reader: Any, narrowest_first: Sequence[Circle]
) -> ColumnElement[bool]:
    """Of those who organise, whoever is in the fewest of these circles reads it; each is in the next one."""
    return or_(*(and_(one(reader), another_reads(programme, reader, one)) for one in narrowest_first))


# What tells later whom an organiser was


def remember(session: Session, person: str, address: str | None) -> None:
    """This address is this person's no more. Whoever organises by it was them."""
    if address is None:
        return
    theirs = select(Organiser.id).where(Organiser.email_key == address)
    for organiser in session.exec(theirs.with_for_update(read=True, key_share=True)).all():
        row = {"organiser_id": organiser, "person_id": person}
        session.execute(insert_on(session)(OrganiserWas).values(row).on_conflict_do_nothing())


def follow(session: Session, before: str, after: str) -> None:
    """One entry became part of another one."""
    known = select(OrganiserWas.organiser_id).where(OrganiserWas.person_id == after)
    twice = (col(OrganiserWas.person_id) == before) & col(OrganiserWas.organiser_id).in_(known)
    session.execute(delete_rows(OrganiserWas).where(twice))
    theirs = update(OrganiserWas).where(col(OrganiserWas.person_id) == before)
    session.execute(theirs.values(person_id=after))


def forget(session: Session, organiser: str) -> None:
    session.execute(delete_rows(OrganiserWas).where(col(OrganiserWas.organiser_id) == organiser))
