"""An organiser keeps two people apart, from a draft or from somebody's page, or lets them meet again.

NotApart    they are one and the same, not both of this programme, or asked for it themselves; says which
"""

from datetime import datetime

from sqlmodel import Session, col, select

from web.models import Group, Membership, NeverPair, Programme
from web.services.common import audit, contacts
from web.services.rounds import never_pairs, rounds
from web.services.rounds.rounds import RoundError

KEPT, LET = "never-pair added", "never-pair removed"


class NotApart(RoundError):
    pass


def keep_apart(
    session: Session, programme: Programme, one: str, other: str, *, by: str, now: datetime
) -> None:
    """These two must not meet from now on; a second time changes nothing. If the draft has them in a locked
    group, it is let go.

    Raises:
        NotApart
    """
    first, second = sorted((one, other))
    if first == second:
        raise NotApart("Choose two different people")
    there = {person.id for person in contacts.hold(session, first, second) if not person.erased_at}
    if not all(one in there and session.get(Membership, (programme.id, one)) for one in (first, second)):
        raise NotApart("Choose two people of this programme")
    if session.get(NeverPair, (programme.id, first, second)):
        return
    session.add(NeverPair(programme_id=programme.id, person_1=first, person_2=second, created_at=now))
    session.flush()
    _let_go(session, programme, {first, second})
    audit.record(session, by, KEPT, now=now, programme=programme.id, subject=first, other=second)


def _let_go(session: Session, programme: Programme, pair: set[str]) -> None:
    draft = rounds.draft(session, programme)
    if draft is None:
        return
    members = rounds.members_of(session, draft)
    for group in session.exec(select(Group).where(Group.round_id == draft.id, col(Group.locked))):
        if pair <= {member.person_id for member in members[group.id]}:
            group.locked = False
            session.add(group)
    session.flush()


def let_meet(session: Session, programme: Programme, one: str, other: str, *, by: str, now: datetime) -> None:
    """Take back that they must not meet; a second time changes nothing.

    Raises:
        NotApart: no organiser said so. One of the two may have asked for it, and only they may take it back.
    """
    first, second = sorted((one, other))
    found = session.get(NeverPair, (programme.id, first, second))
    if found is None:
        if (first, second) in never_pairs.never_pairs(session, programme):
            raise NotApart("One of the two asked for this, and only they can take it back")
        return
    session.delete(found)
    session.flush()
    audit.record(session, by, LET, now=now, programme=programme.id, subject=first, other=second)
