"""An introduction of a draft, sent to the organiser who wants to see it before anybody else does."""

from dataclasses import fields
from datetime import datetime

import numpy as np
from sqlmodel import Session, col, select

from notifications import messages, outbox
from notifications.messages import Channel
from web.models import Group, GroupMember, Organiser, Programme, RoundState
from web.services.common import links, times
from web.services.rounds import introductions, pots, rounds, sending
from web.services.rounds.introductions import Doors, Window
from web.services.rounds.seating import NotAllowed


def try_out(
    session: Session, programme: Programme, number: int, reader: str, organiser: str, *, now: datetime
) -> outbox.Order:
    """One introduction of a draft as `reader` would have it, for the organiser's own eyes; the first one if
    no reader is named.

    Nothing counts it, and every link in it leads back to the draft.

    Raises:
        NoDraft: there is no such round.
        NotAllowed: it is no draft, or they are not in it.
    """
    round_ = rounds.by_number(session, programme, number)
    groups = select(Group).where(Group.round_id == round_.id).order_by(col(Group.number))
    if reader:
        theirs = select(GroupMember.group_id).where(GroupMember.person_id == reader)
        groups = groups.where(col(Group.id).in_(theirs))
    group = session.exec(groups).first()
    if group is None or round_.state is not RoundState.DRAFT:
        raise NotAllowed("There is nobody to write to in this draft")
    today = times.today(now)
    window, pot = Window.of(programme, today), pots.gather(session, programme, today)
    rng = np.random.default_rng(round_.seed)
    party = sending.parties(session, programme, round_, [group.number], pot, window, rng)[0]
    back = links.open_page(f"/organise/{programme.slug}/rounds/{number}")
    who = party.people[reader or party.members[0].person_id]
    message = introductions.introduction(programme, party, who, Doors(back, back, back, back), window, now)
    facts = {each.name: getattr(message, each.name) for each in fields(message)} | {
        "group": f"try-{group.id}"
    }
    to = session.get_one(Organiser, organiser)
    return outbox.Order(
        messages.TryOut(**facts, reader=introductions.named(who)),
        messages.Recipient(to.id, "", Channel.EMAIL, email=to.email),
        # Pressing twice is one message; a minute later it may be wanted again.
        subject=f"round {round_.id}, {who.id}, {now:%Y-%m-%d %H:%M}",
        programme=programme.slug,
    )
