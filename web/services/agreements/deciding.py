"""What time brings about: a proposal opens, its clock starts, it is adopted, lapses or stops by itself; a
change that was urgent goes back; reviews begin and end.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlmodel import Session, col, func, select

from web.models import (
    TAKING_PART,
    Agreement,
    AgreementVersion,
    Asked,
    How,
    Membership,
    ObjectionState,
    Panel,
    Programme,
    Proposal,
    ProposalAnswer,
    ProposalState,
    Review,
    Stance,
)
from web.services.agreements import (
    agenda,
    agreements,
    asking,
    clock,
    lookup,
    news,
    objections,
    panels,
    proposals,
    reviews,
    rule_objections,
    tally,
)
from web.services.agreements.agreements import FEW, ChangeWanted, InForce
from web.services.agreements.proposals import Proposer
from web.services.common import audit, programmes, times

Running = TypeVar("Running", Proposal, Panel, Review)

AT_A_TIME = 2  # proposals told of at once in a programme
BETWEEN = timedelta(days=7)  # one opening and the next: nobody is written to more often
STALLED = timedelta(days=14)
LEAST = timedelta(hours=48)
ADOPTED = "Its time is over, and no objection stands."
ALL_AGREE = "Everybody who was asked has no objection."
TOO_FEW = "Too few people take part to be asked, so it came into force at once."
LAPSED = "It could not be delivered to half of those who were asked."
CLOSING = "The programme is closing."
CHANGED = "What it would change is another version by now."
NO_STEP = "An objection stood for 14 days, and nobody took a step."
NOT_ADOPTED = "It was urgent and has not been adopted, so it has gone back."


def due(session: Session, *, now: datetime) -> Sequence[int]:
    """The programmes in which anything may happen."""
    states = (*lookup.LIVE, ProposalState.JUDGED)
    proposed = select(Proposal.programme_id).where(col(Proposal.state).in_(states))
    urgent = (
        select(Agreement.programme_id)
        .join(AgreementVersion, col(AgreementVersion.agreement_id) == Agreement.id)
        .where(AgreementVersion.number == Agreement.version, AgreementVersion.how == How.URGENT)
    )
    others = (*reviews.near(session, now), *agenda.untold(session))
    return sorted({*session.exec(proposed), *session.exec(urgent), *others})


def to_be_told(session: Session) -> int | None:
    """A proposal that not everybody has been told of yet, or reminded of."""
    wanted = select(Proposal.id).where(col(Proposal.telling).is_(True) | col(Proposal.reminding).is_(True))
    return session.exec(wanted.limit(1)).first()


def tell_some(session: Session, proposal_id: int, *, now: datetime) -> int:
    # First, as the sweep does; and whoever erases themselves meanwhile waits until it can be seen.
    programme = programmes.held(session, session.get_one(Proposal, proposal_id).programme_id)
    proposal = _locked(session, proposal_id)
    if not (proposal.telling or proposal.reminding):
        return 0
    return asking.tell_some(session, programme, proposal, now=now)


def leave_time(session: Session, *, now: datetime) -> None:
    """What people are asked, and panels judge, goes on for 48 hours at the least once messages go out: after
    a restore, for what was said since the backup is lost.
    """
    _leave_time(session, Proposal, now)
    _leave_time(session, Panel, now)
    _leave_time(session, Review, now)
    for programme in programmes.every(session):
        _leave_time_besides(session, programme, now)


def _leave_time(session: Session, table: type[Running], now: datetime) -> None:
    running = select(table).where(col(table.ended_at).is_(None), col(table.ends_at).is_not(None))
    for timed in session.exec(running).all():
        clock.leave_at_least(timed, LEAST, held=now, now=now)
        session.add(timed)


def _leave_time_besides(session: Session, programme: Programme, now: datetime) -> None:
    """What is objected to is not withdrawn, and what is urgent does not go back, before that time is over."""
    ends = now + LEAST
    for proposal in lookup.live(session, programme):
        if proposal.stirred_at:
            proposal.stirred_at = max(proposal.stirred_at, ends - STALLED)
            session.add(proposal)
    for version in _urgent_and_asked(session, programme):
        version.review_on = max(version.review_on, times.today(ends) + timedelta(days=1))
        session.add(version)


def sweep(session: Session, programme_id: int, *, now: datetime) -> None:
    """Look at everything of a programme, once. A second look changes nothing until time or people do."""
    programme = programmes.held(session, programme_id)
    for proposal in lookup.live(session, programme):
        look(session, programme, _locked(session, proposal.id), now=now)
    for objection in rule_objections.judged(session, programme):
        rule_objections.look(session, programme, _locked(session, objection), now=now)
    _go_back(session, programme, now)
    reviews.sweep(session, programme, now=now)
    _open_next(session, programme, now)
    agenda.tell(session, programme, now=now)


def _locked(session: Session, proposal_id: int) -> Proposal:
    return session.get_one(Proposal, proposal_id, with_for_update=True, populate_existing=True)


def look(session: Session, programme: Programme, proposal: Proposal, *, now: datetime) -> None:
    """One proposal: at most one thing becomes of it."""
    if programme.closing_on:
        proposals.end(session, programme, proposal, ProposalState.WITHDRAWN, CLOSING, now=now)
    elif _is_other_by_now(session, proposal):
        proposals.end(session, programme, proposal, ProposalState.STOPPED, CHANGED, now=now)
    elif proposal.state is ProposalState.OPEN:
        held = clock.held_since(session, programme)
        clock.keep(proposal, held=held, now=now)
        panel = panels.sitting(session, proposal)
        if panel:
            clock.keep(panel, held=held, now=now)
        session.flush()
        if not held:
            _move_on(session, programme, proposal, now)


def _is_other_by_now(session: Session, proposal: Proposal) -> bool:
    if not proposal.agreement_id:
        return False
    in_force = session.get_one(Agreement, proposal.agreement_id).version
    begun = proposal.urgent and proposal.state is ProposalState.OPEN
    return in_force != proposal.base_version + (1 if begun else 0)


def _move_on(session: Session, programme: Programme, proposal: Proposal, now: datetime) -> None:
    _look_at_panel(session, programme, proposal, now)
    in_the_way = objections.in_the_way(session, proposal)
    if in_the_way and panels.sitting(session, proposal) is None and _stalled(proposal, now):
        proposals.end(session, programme, proposal, ProposalState.WITHDRAWN, NO_STEP, now=now)
        return
    if objections.ended_by_taking_back(session, proposal):
        news.nobody_objects(session, programme, proposal, now=now)
    if proposal.started_at is None and not _start(session, programme, proposal, now):
        return
    if in_the_way:
        return  # its last day is not known
    objections.leave_a_day(session, proposal, held=None, now=now)  # of somebody who has been erased
    if clock.left(proposal, now) <= timedelta(0):
        adopt(session, programme, proposal, ADOPTED, now=now)
    elif _all_agree(session, proposal, now):
        adopt(session, programme, proposal, ALL_AGREE, now=now)
    else:
        asking.remind_if_due(proposal, now=now)
        session.add(proposal)


def _look_at_panel(session: Session, programme: Programme, proposal: Proposal, now: datetime) -> None:
    """A panel whose time is over decides. What was raised by somebody who has left goes to a panel."""
    panel = panels.sitting(session, proposal)
    if panel:
        panels.settle(session, programme, proposal, panel, now=now)
        return
    for each in objections.in_the_way(session, proposal):
        if each.state is ObjectionState.OPEN and each.panel_id is None:
            membership = session.get(Membership, (programme.id, each.person_id))
            if membership is None or membership.standing not in TAKING_PART:
                if len(panels.eligible_ids(session, programme, proposal)) >= panels.FEWEST:
                    panels.convene(session, programme, proposal, by=audit.SYSTEM, now=now)
                return


def _stalled(proposal: Proposal, now: datetime) -> bool:
    return proposal.stirred_at is not None and now - proposal.stirred_at >= STALLED


def _start(session: Session, programme: Programme, proposal: Proposal, now: datetime) -> bool:
    """The clock starts when nine of ten have had it, or half when three days are over. Has it started?"""
    if proposal.telling:
        return False
    asked, delivered = tally.asked(session, proposal), tally.delivered(session, proposal)
    waited = clock.left(proposal, now) <= timedelta(0)
    if 10 * delivered >= 9 * asked or (waited and 2 * delivered >= asked):
        proposal.started_at = now
        clock.run(proposal, timedelta(seconds=proposal.notice_seconds), held=None, now=now)
        session.add(proposal)
        session.flush()
    elif waited:
        proposals.end(session, programme, proposal, ProposalState.LAPSED, LAPSED, now=now)
    return proposal.started_at is not None


def _all_agree(session: Session, proposal: Proposal, now: datetime) -> bool:
    """Has everybody who was asked, and is still here, no objection to this version, two days on?"""
    if proposal.version_opened_at is None or now - proposal.version_opened_at < LEAST:
        return False
    here = (
        select(func.count(), func.count(col(ProposalAnswer.person_id)))
        .select_from(Asked)
        .join(Membership, col(Membership.person_id) == Asked.person_id)
        .outerjoin(
            ProposalAnswer,
            (col(ProposalAnswer.proposal_id) == Asked.proposal_id)
            & (col(ProposalAnswer.person_id) == Asked.person_id)
            & (col(ProposalAnswer.version) == proposal.version)
            & (col(ProposalAnswer.stance) == Stance.NO_OBJECTION),
        )
        .where(
            Asked.proposal_id == proposal.id,
            Membership.programme_id == proposal.programme_id,
            col(Membership.standing).in_(TAKING_PART),
        )
    )
    asked, content = session.exec(here).one()
    return asked >= FEW and asked == content


def adopt(session: Session, programme: Programme, proposal: Proposal, because: str, *, now: datetime) -> None:
    """Its words are in force. Objections to an earlier version have not been renewed."""
    earlier = [each for each in objections.of(session, proposal) if each.state in objections.UNSETTLED]
    objections.settle(session, earlier, ObjectionState.NOT_RENEWED, now)
    change = lookup.change_of(proposal, lookup.version_of(session, proposal))
    if proposal.urgent and proposal.agreement_id:
        version = session.get_one(AgreementVersion, (proposal.agreement_id, proposal.base_version + 1))
        version.how, version.review_on = How.CONSENT, change.review(times.today(now))
        session.add(version)
    else:
        made = agreements.put_in_force(session, programme, change, How.CONSENT, by=audit.SYSTEM, now=now)
        proposal.agreement_id = made.agreement_id
    proposals.end(session, programme, proposal, ProposalState.ADOPTED, because, now=now)


# In line


def bring(
    session: Session,
    programme: Programme,
    change: ChangeWanted,
    by: Proposer,
    *,
    secret: str,
    now: datetime,
    urgent: bool = False,
) -> Proposal | None:
    """Propose a change, and open it if its turn has come. None: it is in force, and nobody was to be asked:
    too few take part, no round has been sent, or it is no change of which people are asked.

    Raises:
        proposals.BadProposal, proposals.NotOpenToThat, programmes.Ends: as `proposals.propose`.
    """
    proposals.check(session, programme, change, now=now)
    asks = proposals.asks(session, programme, change) and not agreements.changes_at_once(session, programme)
    if not (by.participates or asks):
        if agreements.is_said(session, programme, change):
            raise proposals.BadProposal("", "It is in force already")
        agreements.put_in_force(session, programme, change, How.AT_ONCE, by=by.id, now=now)
        return None
    made = proposals.propose(session, programme, change, by, secret=secret, now=now, urgent=urgent)
    if urgent:
        begin_urgent(session, programme, made, by=by.audited, now=now)
    else:
        _open_next(session, programme, now)
    return made


def _open_next(session: Session, programme: Programme, now: datetime) -> None:
    held = clock.held_since(session, programme)
    live = lookup.live(session, programme)
    waiting = [each for each in live if each.state is ProposalState.WAITING]
    if held or programme.closing_on or not waiting:
        return
    first = waiting[0]
    if not first.by_participant and agreements.changes_at_once(session, programme):
        change = lookup.change_of(first, lookup.version_of(session, first))
        made = agreements.put_in_force(session, programme, change, How.AT_ONCE, by=first.by, now=now)
        first.agreement_id = made.agreement_id
        proposals.end(session, programme, first, ProposalState.ADOPTED, TOO_FEW, now=now)
    elif opens_on(session, programme, now=now) == now:
        asking.open_(session, programme, first, held=None, now=now)


def opens_on(session: Session, programme: Programme, *, now: datetime) -> datetime | None:
    """When the next in line can open: now, or a week after the one before. None while two are open."""
    open_ = select(func.count()).where(
        Proposal.programme_id == programme.id,
        Proposal.state == ProposalState.OPEN,
        col(Proposal.urgent).is_(False),
    )
    if session.exec(open_).one() >= AT_A_TIME:
        return None
    last = asking.last_asked(session, programme)
    return max(now, last + BETWEEN) if last else now


# Urgent


def begin_urgent(
    session: Session, programme: Programme, proposal: Proposal, *, by: str, now: datetime
) -> None:
    """Put a proposal in force at once, marked so, and ask everybody. Not adopted, it goes back by itself."""
    change = lookup.change_of(proposal, lookup.version_of(session, proposal))
    made = agreements.put_in_force(session, programme, change, How.URGENT, by=by, now=now)
    made.review_on = min(made.review_on, times.today(now + proposals.URGENT_FOR))
    proposal.agreement_id = made.agreement_id
    session.add(made)
    asking.open_(session, programme, proposal, held=clock.held_since(session, programme), now=now)


def stay_while_held(session: Session, programme: Programme, *, since: datetime, now: datetime) -> None:
    """After a break, or a restore, in which nobody could agree to it and no round began by it: what is urgent
    goes back as many days later.
    """
    for version in _urgent_and_asked(session, programme):
        version.review_on += times.today(now) - times.today(since)
        session.add(version)


def _urgent_and_asked(session: Session, programme: Programme) -> list[AgreementVersion]:
    """Versions in force that are urgent, and that people are asked about."""
    urgent = [one for one in agreements.every(session, programme) if one.version.how is How.URGENT]
    return [one.version for one in urgent if _asked_of(session, programme, one)]


def _asked_of(session: Session, programme: Programme, one: InForce) -> Sequence[Proposal]:
    """What asks people whether an urgent version stays; nothing where its author has taken that back."""
    live = lookup.live(session, programme)
    return [each for each in live if each.urgent and each.agreement_id == one.agreement.id]


def _go_back(session: Session, programme: Programme, now: datetime) -> None:
    today = times.today(now)
    for one in agreements.every(session, programme):
        if one.version.how is not How.URGENT or one.version.review_on > today:
            continue
        asked = _asked_of(session, programme, one)
        if asked and clock.held_since(session, programme):
            continue  # nobody reads of it, so nobody can agree
        for proposal in asked:
            proposals.end(session, programme, proposal, ProposalState.STOPPED, NOT_ADOPTED, now=now)
        before = session.get(AgreementVersion, (one.agreement.id, one.version.number - 1))
        back = ChangeWanted(
            subject=one.agreement.subject,
            driver=NOT_ADOPTED,
            settings=before.settings if before else {},
            title=before.title if before else one.version.title,
            text=before.text if before else "",
            evaluation=before.evaluation if before else "",
            figure=before.figure if before else "",
            bound=before.bound if before else None,
            agreement_id=one.agreement.id,
        )
        agreements.put_in_force(session, programme, back, How.BACK, by=audit.SYSTEM, now=now)
