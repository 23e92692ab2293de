"""What somebody told an organiser in a corridor or a mail of their own, put among what waits to be looked at.

CannotAdd       not of this person; its words say why
"""

from datetime import datetime

from sqlmodel import Session, col, select

from web.models import Group, GroupMember, Programme, Round, RoundState
from web.services.common import audit
from web.services.conversations import conversations
from web.services.conversations.conversations import Conversation, Said


class CannotAdd(Exception):
    pass


def add(session: Session, programme: Programme, person: str, said: Said, *, by: str, now: datetime) -> None:
    """Of their latest conversation. It waits to be looked at like any other, and they may change it. The same
    once more changes nothing.

    Raises:
        CannotAdd: they were in no round, or have told something of it themselves.
    """
    talk = _latest(session, programme, person)
    if talk is None:
        raise CannotAdd("They have been in no round yet")
    if (known := talk.learning) and (known.text, known.link, known.showing) == (
        said.text,
        said.link,
        said.showing,
    ):
        return
    if talk.learning:
        raise CannotAdd(f"They have told something of round {talk.round.number} themselves")
    conversations.keep_learning(session, talk, said, now)
    audit.record(
        session,
        by,
        "learning added",
        now=now,
        programme=programme.id,
        subject=f"round {talk.round.number}",
        person=person,
        showing=said.showing.value,
    )


def _latest(session: Session, programme: Programme, person: str) -> Conversation | None:
    groups = (
        select(GroupMember.group_id)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(
            GroupMember.person_id == person,
            Round.programme_id == programme.id,
            Round.state == RoundState.SENT,
        )
        .order_by(col(Round.number).desc())
    )
    for group in session.exec(groups):
        talk = conversations.conversation(session, group, person)
        if talk.stands:
            return talk
    return None
