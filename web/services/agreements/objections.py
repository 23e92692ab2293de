"""Objections to a proposal: raised, taken back, and which of them stand in its way.

NotOpenToThat       see `proposals`
    WithPanel       a panel reads this objection, or has found that it does not hold
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from web.models import Objection, ObjectionState, Proposal
from web.services.agreements import clock
from web.services.agreements.proposals import NotOpenToThat, end_panel


class WithPanel(NotOpenToThat):
    pass


UNSETTLED = (ObjectionState.OPEN, ObjectionState.HOLDS)
A_DAY = timedelta(days=1)


def of(session: Session, proposal: Proposal) -> Sequence[Objection]:
    """Every one to any version, oldest first."""
    return session.exec(all_of(proposal)).all()


def all_of(proposal: Proposal) -> SelectOfScalar[Objection]:
    return select(Objection).where(Objection.proposal_id == proposal.id).order_by(col(Objection.id))


def in_the_way(session: Session, proposal: Proposal) -> Sequence[Objection]:
    """Those that keep this version from being adopted. One to an earlier version stands until this version's
    time is over, and is not renewed then.
    """
    return [
        each for each in of(session, proposal) if each.version == proposal.version and each.state in UNSETTLED
    ]


def to_another_version(session: Session, proposal: Proposal) -> Sequence[Objection]:
    """Those to an earlier version that end with this one's time, unless they are raised again."""
    return [
        each for each in of(session, proposal) if each.version != proposal.version and each.state in UNSETTLED
    ]


def raise_(
    session: Session,
    proposal: Proposal,
    person: str,
    words: str,
    *,
    named: bool,
    hidden_because: str = "",
    now: datetime,
) -> bool:
    """Object to the version that counts. There is one of each person: another changes its words. Is it new?
    `hidden_because`: why these words are not shown, if somebody has hidden the same.

    Raises:
        WithPanel
    """
    theirs = [each for each in of(session, proposal) if each.person_id == person]
    for each in theirs:
        same = each.version == proposal.version or plain(each.words) == plain(words)
        if each.state is ObjectionState.DOES_NOT_HOLD and same:
            raise WithPanel(
                "A panel has found that your objection does not hold. You can still say a concern"
            )
    standing = next(
        (each for each in theirs if each.version == proposal.version and each.state in UNSETTLED), None
    )
    if standing:
        _reword(standing, words, named, hidden_because)
        session.add(standing)
        return False
    settle(session, [each for each in theirs if each.state in UNSETTLED], ObjectionState.NOT_RENEWED, now)
    session.add(
        Objection(
            proposal_id=proposal.id,
            version=proposal.version,
            person_id=person,
            words=words,
            named=named,
            hidden_because=hidden_because,
            raised_at=now,
        )
    )
    proposal.stirred_at = now
    session.add(proposal)
    session.flush()
    return True


def _reword(standing: Objection, words: str, named: bool, hidden_because: str) -> None:
    if standing.panel_id and plain(standing.words) != plain(words):
        raise WithPanel("A panel has been given your objection as it is. Its words cannot change any more")
    if plain(standing.words) != plain(words):
        standing.words, standing.hidden_because = words, hidden_because
    standing.named = named


def plain(words: str) -> str:
    """By which the same words are known, whatever their case and spaces."""
    return " ".join(words.casefold().split())


def take_back(session: Session, proposal: Proposal, person: str, *, now: datetime) -> None:
    """Whoever objected is content, to whichever version. A panel with nothing left to judge is over."""
    theirs = [each for each in of(session, proposal) if each.person_id == person and each.state in UNSETTLED]
    if not theirs:
        return
    settle(session, theirs, ObjectionState.TAKEN_BACK, now)
    proposal.stirred_at = now
    session.add(proposal)
    if not any(each.state is ObjectionState.OPEN and each.panel_id for each in in_the_way(session, proposal)):
        end_panel(session, proposal, now)


def leave_a_day(session: Session, proposal: Proposal, *, held: datetime | None, now: datetime) -> None:
    """Once the last that was in the way is taken back: whoever relied on it has a day to raise their own."""
    taken_back = [
        each.settled_at
        for each in of(session, proposal)
        if each.version == proposal.version and each.state is ObjectionState.TAKEN_BACK and each.settled_at
    ]
    least = max(taken_back) + A_DAY - now if taken_back else timedelta(0)
    if least > timedelta(0) and proposal.started_at and not in_the_way(session, proposal):
        clock.leave_at_least(proposal, least, held=held, now=now)
        session.add(proposal)


def ended_by_taking_back(session: Session, proposal: Proposal) -> bool:
    """Is nothing in the way any more because the last that was has been taken back?"""
    raised = [each for each in of(session, proposal) if each.version == proposal.version]
    settled = [each for each in raised if each.settled_at]
    last = max(settled, key=lambda each: (each.settled_at, each.id), default=None)
    still = any(each.state in UNSETTLED for each in raised)
    return not still and last is not None and last.state is ObjectionState.TAKEN_BACK


def wait_on(session: Session, proposal: Proposal, *, since: datetime, now: datetime) -> None:
    """After a break: the days without a step, of which too many withdraw it, go on where they stood."""
    if proposal.stirred_at:
        proposal.stirred_at += now - max(since, proposal.stirred_at)
        session.add(proposal)


def settle(session: Session, some: Sequence[Objection], state: ObjectionState, now: datetime) -> None:
    for each in some:
        each.state, each.settled_at = state, now
        session.add(each)
    session.flush()
