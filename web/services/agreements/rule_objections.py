"""Objections to what is in force: a panel judges each, and one that is upheld has to be answered.

An upheld rule stays in force, marked so, and the organisers bring a proposal within 30 days. Nobody who runs
the programme decides about it, and nobody can do so again and again: once in 90 days for each agreement.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from notifications.words import full_day
from web.models import (
    Agreement,
    Objection,
    ObjectionState,
    Programme,
    Proposal,
    ProposalState,
    ProposalVersion,
)
from web.services.agreements import answering, clock, objections, panels, proposals
from web.services.agreements.agreements import InForce
from web.services.agreements.proposals import A_PARTICIPANT, NotOpenToThat
from web.services.common import audit, programmes, times

AGAIN = timedelta(days=90)
TO_BE_ANSWERED = timedelta(days=30)
UPHELD = (
    "A panel has found that the objection holds. The rule stays in force, marked so, and the organisers "
    "bring a proposal within 30 days."
)
NOT_UPHELD = "A panel has found that the objection does not hold. The rule stays as it is."
NOBODY_TO_JUDGE = (
    "Fewer than three people can be drawn to judge it, so the objection stands. The organisers bring a "
    "proposal within 30 days."
)
CLOSING = "The programme is closing."
CHANGED = "What it objects to is another version by now. Anybody can object to that."


def raise_(
    session: Session,
    programme: Programme,
    one: InForce,
    person: str,
    words: str,
    *,
    secret: str,
    named: bool = False,
    now: datetime,
) -> Proposal:
    """Object to an agreement that is in force; a panel is drawn at once. `secret` as in `proposals.propose`.

    Raises:
        NotOpenToThat: they take part no more; it has been dropped; they have objected to it in the last 90
            days; another objection to it is being judged, or has been upheld.
        answering.BadAnswer: words are missing, or too many.
        programmes.Ends: the programme is closing.
    """
    programmes.must_go_on(programme)
    proposals.must_take_part(session, programme, person)
    if not one.is_in_force:
        raise NotOpenToThat("It is not in force any more")
    answering.check_objection(words)
    session.get_one(Agreement, one.agreement.id, with_for_update=True, populate_existing=True)
    rule, number = one.agreement.id, one.version.number
    if refused := why_not(session, programme, {rule: number}, person, now=now)[rule]:
        raise NotOpenToThat(refused)
    made = _proposal_to_judge(session, programme, one, person, secret, now)
    objections.raise_(session, made, person, words.strip(), named=named, now=now)
    proposals.record(session, programme, made, A_PARTICIPANT, "objected to what is in force", now)
    try:
        panels.convene(session, programme, made, by=audit.SYSTEM, now=now)
    except panels.TooFew:
        objections.settle(session, objections.of(session, made), ObjectionState.HOLDS, now)
        proposals.end(session, programme, made, ProposalState.UPHELD, NOBODY_TO_JUDGE, now=now)
    return made


def made_of(session: Session, programme: Programme, one: InForce, person: str, words: str) -> Proposal | None:
    """What their first press made of the same words about this version, unless they have taken it back."""
    programmes.held(session, programme.id)  # two presses may come at once
    made = session.exec(
        select(Proposal, Objection)
        .join(Objection, col(Objection.proposal_id) == Proposal.id)
        .where(
            Proposal.agreement_id == one.agreement.id,
            Proposal.base_version == one.version.number,
            Proposal.by == person,
            col(Proposal.is_objection).is_(True),
            col(Proposal.state).not_in((ProposalState.WITHDRAWN, ProposalState.STOPPED)),
        )
    )
    same = (raised for raised, said in made if objections.plain(said.words) == objections.plain(words))
    return next(same, None)


def _proposal_to_judge(
    session: Session, programme: Programme, one: InForce, person: str, secret: str, now: datetime
) -> Proposal:
    """An objection to a rule is kept as a proposal that says what the rule says."""
    made = Proposal(
        programme_id=programme.id,
        number=proposals.next_number(session, programme),
        agreement_id=one.agreement.id,
        subject=one.agreement.subject,
        base_version=one.version.number,
        by=person,
        by_participant=True,
        is_objection=True,
        state=ProposalState.JUDGED,
        secret=secret,
        created_at=now,
    )
    session.add(made)
    session.flush()
    version = one.version
    session.add(
        ProposalVersion(
            proposal_id=made.id,
            number=1,
            title=version.title,
            text=version.text,
            settings=version.settings,
            driver="",
            review_on=version.review_on,
            made_at=now,
        )
    )
    return made


def why_not(
    session: Session, programme: Programme, versions: Mapping[int, int], person: str, *, now: datetime
) -> dict[int, str]:
    """Why somebody cannot object to rules now, by their ids, in a sentence each; nothing where they can.
    `versions` are those in force.
    """
    raised = session.exec(
        select(Proposal).where(Proposal.programme_id == programme.id, col(Proposal.is_objection).is_(True))
    ).all()
    return {
        rule: _why_not([one for one in raised if one.agreement_id == rule], version, person, now)
        for rule, version in versions.items()
    }


def _why_not(raised: Iterable[Proposal], version: int, person: str, now: datetime) -> str:
    # One that another version overtook was not judged: else a small change would silence whoever objects.
    theirs = [one for one in raised if one.by == person and one.state is not ProposalState.STOPPED]
    last = max((one.created_at for one in theirs), default=None)
    if last and now < last + AGAIN:
        again_on = full_day(times.today(last + AGAIN))
        return f"You have objected to this not long ago. You can again from {again_on} on"
    states = {one.state for one in raised if one.base_version == version}
    if ProposalState.JUDGED in states:
        return "People drawn by chance are judging an objection to this: come back soon"
    if ProposalState.UPHELD in states:
        return "An objection to this has been upheld: the organisers bring a proposal"
    return ""


def take_back(
    session: Session, programme: Programme, proposal: Proposal, person: str, *, now: datetime
) -> None:
    """Whoever raised it is content. Again changes nothing.

    Raises:
        NotOpenToThat: not theirs, or decided.
    """
    if not proposal.is_objection or proposal.by != person:
        raise NotOpenToThat("Only its author can do this")
    if proposal.state is ProposalState.WITHDRAWN:
        return
    if proposal.state is not ProposalState.JUDGED:
        raise NotOpenToThat("It has been decided")
    objections.take_back(session, proposal, person, now=now)
    proposals.end(
        session, programme, proposal, ProposalState.WITHDRAWN, proposals.WITHDRAWN, by=A_PARTICIPANT, now=now
    )


def judged(session: Session, programme: Programme) -> list[int]:
    """Ids of those that a panel has."""
    wanted = select(Proposal.id).where(
        Proposal.programme_id == programme.id, Proposal.state == ProposalState.JUDGED
    )
    return list(session.exec(wanted.order_by(col(Proposal.id))))


def look(session: Session, programme: Programme, proposal: Proposal, *, now: datetime) -> None:
    """What time, or its panel, has made of it."""
    if programme.closing_on:
        proposals.end(session, programme, proposal, ProposalState.WITHDRAWN, CLOSING, now=now)
        return
    if session.get_one(Agreement, proposal.agreement_id).version != proposal.base_version:
        proposals.end(session, programme, proposal, ProposalState.STOPPED, CHANGED, now=now)
        return
    held = clock.held_since(session, programme)
    panel = panels.sitting(session, proposal)
    if panel:
        clock.keep(panel, held=held, now=now)
        session.add(panel)
        session.flush()
        if not held:
            panels.settle(session, programme, proposal, panel, now=now)
    _decide(session, programme, proposal, objections.of(session, proposal)[-1], now)


def _decide(
    session: Session, programme: Programme, proposal: Proposal, objection: Objection, now: datetime
) -> None:
    match objection.state:
        case ObjectionState.HOLDS:
            proposals.end(session, programme, proposal, ProposalState.UPHELD, UPHELD, now=now)
        case ObjectionState.DOES_NOT_HOLD:
            proposals.end(session, programme, proposal, ProposalState.NOT_UPHELD, NOT_UPHELD, now=now)
        case ObjectionState.TAKEN_BACK:
            proposals.end(session, programme, proposal, ProposalState.WITHDRAWN, proposals.WITHDRAWN, now=now)


# What an upheld one asks for


@dataclass(frozen=True)
class Owed:
    """A proposal that the organisers owe: by which day, and whether that is over and none has come."""

    number: int
    by: date
    late: bool


def owed(session: Session, programme: Programme, today: date) -> Mapping[int, Owed]:
    """By the agreement's id, as long as the version that was objected to is in force."""
    upheld = session.exec(
        select(Proposal)
        .join(Agreement, col(Agreement.id) == Proposal.agreement_id)
        .where(
            Proposal.programme_id == programme.id,
            Proposal.state == ProposalState.UPHELD,
            Agreement.version == Proposal.base_version,
        )
        .order_by(col(Proposal.id).desc())
    ).all()
    if not upheld:
        return {}
    coming = set(
        session.exec(
            select(Proposal.agreement_id).where(
                Proposal.programme_id == programme.id,
                col(Proposal.state).in_((ProposalState.WAITING, ProposalState.OPEN)),
            )
        )
    )
    found = {}
    for one in upheld:
        if one.agreement_id and one.ended_at:
            by = times.today(one.ended_at + TO_BE_ANSWERED)
            found[one.agreement_id] = Owed(one.number, by, today > by and one.agreement_id not in coming)
    return found
