"""What is said of a conversation is kept from an organiser who was in it: it may be said of them.

Organisers take part in their own programmes. Nobody can tell what its writer would not say to their face,
so all that their partners wrote is read by another organiser, where there is one.
"""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, select

from web.models import Group, GroupMember, Organiser, OrganiserRole, Person, Programme, Role, Round


def partners_of(author: Any, its_groups: ColumnElement[bool]) -> Any:
    """The addresses of whoever was in one of these groups with `author`, still or not; `its_groups` is a
    condition on GroupMember.
    """
    partner = aliased(Person)
    return (
        select(partner.email_key)
        .join(GroupMember, col(GroupMember.person_id) == partner.id)
        .where(col(partner.email_key).is_not(None), partner.id != author, its_groups)
        .correlate_except(partner, GroupMember)
    )


def all_groups_of(programme: Programme | type[Programme], authors: Any) -> ColumnElement[bool]:
    """The condition on GroupMember that picks every group here of these people, by id."""
    member = aliased(GroupMember)
    theirs = (
        select(member.group_id)
        .join(Group, col(Group.id) == member.group_id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(Round.programme_id == programme.id, col(member.person_id).in_(authors))
        .correlate_except(member, Group, Round)
    )
    return col(GroupMember.group_id).in_(theirs)


def was_in_it(reader: Any, partners: Any) -> ColumnElement[bool]:
    """Is this organiser, by id, one of them?"""
    self_ = aliased(Organiser)
    own = select(self_.email_key).where(self_.id == reader).correlate_except(self_)
    return own.scalar_subquery().in_(partners)


def another_reads(programme: Programme | type[Programme], reader: str, partners: Any) -> ColumnElement[bool]:
    """Is there another organiser who is none of them?"""
    other = aliased(Organiser)
    return (
        select(OrganiserRole.organiser_id)
        .join(other, col(other.id) == OrganiserRole.organiser_id)
        .where(
            OrganiserRole.programme_id == programme.id,
            OrganiserRole.role != Role.VIEWER,
            other.id != reader,
            col(other.email_key).not_in(partners),
        )
        .correlate_except(other, OrganiserRole)
        .exists()
    )


def is_kept(programme: Programme, reader: str, partners: Any) -> ColumnElement[bool]:
    return and_(was_in_it(reader, partners), another_reads(programme, reader, partners))
