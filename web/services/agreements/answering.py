"""The three answers to a proposal: no objection, a concern, an objection.

BadAnswer           words are missing, or too many; says what to do
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from web.models import Objection, Programme, Proposal, ProposalAnswer, ProposalState, Stance
from web.services.agreements import clock, news, objections, proposals
from web.services.agreements.proposals import A_PARTICIPANT, NotOpenToThat

LONGEST = 2_000
MISSING = {
    Stance.CONCERN: "Say what concerns you",
    Stance.OBJECTION: "Say what harm or risk you see, or what would be better",
}


class BadAnswer(Exception):
    pass


def answer(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    person: str,
    stance: Stance,
    words: str = "",
    *,
    named: bool = False,
    now: datetime,
) -> None:
    """Say it, or something else than before, until the proposal ends. The audit does not say who.

    Raises:
        NotOpenToThat: it has ended, they take part no more, or a panel has decided about their objection.
        BadAnswer: words are missing, or too many.
    """
    proposals.must_take_part(session, programme, person)
    if not takes_answers(session, programme, proposal, now=now):
        raise NotOpenToThat("This has been decided, so answers do not count any more")
    words = "" if stance is Stance.NO_OBJECTION else words.strip()
    _check(stance, words)
    hidden = _hidden_before(session, proposal, person, words)
    if stance is Stance.OBJECTION:
        raised = objections.raise_(
            session, proposal, person, words, named=named, hidden_because=hidden, now=now
        )
        if raised and person != proposal.by:
            news.somebody_objects(session, programme, proposal, now=now)
    else:
        objections.take_back(session, proposal, person, now=now)
        objections.leave_a_day(session, proposal, held=clock.held_since(session, programme), now=now)
    key = (proposal.id, proposal.version, person)
    row = session.get(ProposalAnswer, key) or ProposalAnswer(
        proposal_id=proposal.id,
        version=proposal.version,
        person_id=person,
        stance=stance,
        answered_at=now,
    )
    row.stance, row.named, row.answered_at = stance, named and bool(words), now
    row.words = words if stance is Stance.CONCERN else ""
    row.hidden_because = hidden if stance is Stance.CONCERN else ""
    session.add(row)
    session.flush()
    proposals.record(session, programme, proposal, A_PARTICIPANT, f"answered: {stance.value}", now)


def show_name(
    session: Session, programme: Programme, proposal: Proposal, person: str, named: bool, *, now: datetime
) -> None:
    """Show somebody's name with what they said to the version that counts, or leave it out. Whoever writes
    anew is unnamed until they say so again. Once it has ended a name can only be left out.

    Raises:
        NotOpenToThat: they have said nothing that is read; or, to be named, it has ended.
    """
    if named and not takes_answers(session, programme, proposal, now=now):
        raise NotOpenToThat("This has been decided, so no name is added any more")
    theirs = _said(session, proposal, person)
    if not theirs:
        raise NotOpenToThat("There are no words of yours that others read")
    for one in theirs:
        # What was said to an earlier version is named no further than it was.
        one.named = named and (one.named or one.version == proposal.version)
    session.add_all(theirs)
    session.flush()
    done = "named themselves" if named else "left their name out"
    proposals.record(session, programme, proposal, A_PARTICIPANT, done, now)


def named_in(session: Session, programme: Programme, person: str) -> Sequence[Proposal]:
    """What has ended with somebody's name shown beside their words, newest first."""
    answered = select(ProposalAnswer.proposal_id).where(
        ProposalAnswer.person_id == person, col(ProposalAnswer.named).is_(True)
    )
    raised = select(Objection.proposal_id).where(
        Objection.person_id == person, col(Objection.named).is_(True)
    )
    ended = select(Proposal).where(
        Proposal.programme_id == programme.id,
        col(Proposal.ended_at).is_not(None),
        col(Proposal.id).in_(answered) | col(Proposal.id).in_(raised),
    )
    return session.exec(ended.order_by(col(Proposal.number).desc())).all()


def _hidden_before(session: Session, proposal: Proposal, person: str, words: str) -> str:
    """Why the same words of theirs are hidden, to whichever version they said them and however."""
    for one in _said(session, proposal, person):
        if one.hidden_because and objections.plain(one.words) == objections.plain(words):
            return one.hidden_because
    return ""


def _said(session: Session, proposal: Proposal, person: str) -> Sequence[ProposalAnswer | Objection]:
    """Their words to any version."""
    said = select(ProposalAnswer).where(
        ProposalAnswer.proposal_id == proposal.id,
        ProposalAnswer.person_id == person,
        ProposalAnswer.stance != Stance.NO_OBJECTION,
    )
    raised = [one for one in objections.of(session, proposal) if one.person_id == person]
    return [*session.exec(said), *raised]


def takes_answers(session: Session, programme: Programme, proposal: Proposal, *, now: datetime) -> bool:
    """Is it open, and its time not over? With an objection in its way it is open until that is settled."""
    if proposal.state is not ProposalState.OPEN:
        return False
    left = clock.remaining(proposal, held=clock.held_since(session, programme), now=now)
    over = proposal.started_at is not None and left <= timedelta(0)
    return not over or bool(objections.in_the_way(session, proposal))


def check_objection(words: str) -> None:
    """Raises BadAnswer."""
    _check(Stance.OBJECTION, words.strip())


def _check(stance: Stance, words: str) -> None:
    if stance is Stance.NO_OBJECTION:
        return
    if not re.search(r"\w", words):
        raise BadAnswer(MISSING[stance])
    if len(words) > LONGEST:
        raise BadAnswer(f"Use at most {LONGEST:,} letters; this has {len(words):,}")
