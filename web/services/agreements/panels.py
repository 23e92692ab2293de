"""A panel judges objections: participants drawn by chance, who neither run the programme nor are concerned.

TooFew              nobody can be drawn: the objection stands
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from notifications import messages, outbox
from web.models import (
    TAKING_PART,
    Finding,
    Membership,
    Objection,
    ObjectionState,
    Organiser,
    OrganiserRole,
    Panel,
    PanelMember,
    Person,
    Programme,
    Proposal,
    ProposalState,
    Purpose,
)
from web.services.agreements import agreements, clock, lookup, news, objections, proposals, tally
from web.services.agreements.answering import BadAnswer
from web.services.agreements.proposals import A_PARTICIPANT, LEAST_LEFT, NotOpenToThat
from web.services.common import links, programmes
from web.services.common.contacts import recipient

MEMBERS, FEWEST = 5, 3
TIME = timedelta(days=3)
LONGEST_REASON = 1_000
AHEAD = 2


class TooFew(NotOpenToThat):
    pass


@dataclass(frozen=True)
class Judgement:
    holds: bool
    reason: str


def sitting(session: Session, proposal: Proposal) -> Panel | None:
    wanted = select(Panel).where(Panel.proposal_id == proposal.id, col(Panel.ended_at).is_(None))
    return session.exec(wanted).one_or_none()


def convene(session: Session, programme: Programme, proposal: Proposal, *, by: str, now: datetime) -> Panel:
    """Give every open objection to a panel, and tell its members.

    Raises:
        NotOpenToThat: there is no open objection, or a panel sits already.
        TooFew: fewer than three can be drawn.
    """
    if sitting(session, proposal):
        raise NotOpenToThat("A panel is looking at an objection already")
    unjudged = [each for each in objections.in_the_way(session, proposal) if each.panel_id is None]
    if proposal.state not in (ProposalState.OPEN, ProposalState.JUDGED) or not unjudged:
        raise NotOpenToThat("There is no objection for a panel to look at")
    members = _drawn(session, programme, proposal)
    panel = Panel(proposal_id=proposal.id, version=proposal.version, convened_at=now)
    clock.run(panel, TIME, held=clock.held_since(session, programme), now=now)
    session.add(panel)
    session.flush()
    session.add_all(PanelMember(panel_id=panel.id, person_id=person) for person in members)
    for each in unjudged:
        each.panel_id = panel.id
    proposal.stirred_at = now
    session.add_all([proposal, *unjudged])
    session.flush()
    _tell(session, programme, proposal, panel, members, now)
    proposals.record(session, programme, proposal, by, "asked a panel", now)
    return panel


def may_convene(session: Session, proposal: Proposal) -> bool:
    """Is there an objection that nobody has judged or is judging?"""
    unjudged = any(one.panel_id is None for one in objections.in_the_way(session, proposal))
    return proposal.state is ProposalState.OPEN and unjudged and sitting(session, proposal) is None


def _drawn(session: Session, programme: Programme, proposal: Proposal) -> Sequence[str]:
    """The first by a digest of the proposal's secret, of how many panels it has had, and of their id."""
    eligible = eligible_ids(session, programme, proposal)
    if len(eligible) < FEWEST:
        raise TooFew("Fewer than three people can be drawn for a panel, so the objection stands")
    before = select(func.count()).where(Panel.proposal_id == proposal.id)
    panel = session.exec(before).one()

    def lot(person: str) -> bytes:
        return hashlib.sha256(f"{proposal.secret} {panel} {person}".encode()).digest()

    return sorted(eligible, key=lot)[:MEMBERS]


def eligible_ids(session: Session, programme: Programme, proposal: Proposal) -> Sequence[str]:
    """Who takes part, can be told of it, and is not concerned."""
    wanted = select(Person.id).where(
        *agreements.reachable(programme.id),  # type: ignore[arg-type]
        *_unconcerned(programme, proposal),  # type: ignore[arg-type]
    )
    return session.exec(wanted).all()


def _unconcerned(programme: Programme, proposal: Proposal) -> tuple[object, ...]:
    """Who has no role in the programme, and neither proposed nor objected. Conditions on `Person`."""
    roles = select(OrganiserRole.organiser_id).where(OrganiserRole.programme_id == programme.id)
    # Whoever proposed it as an organiser may be none any more.
    organisers = select(Organiser.email_key).where(
        col(Organiser.id).in_(roles) | (col(Organiser.id) == proposal.by)
    )
    objectors = select(Objection.person_id).where(Objection.proposal_id == proposal.id)
    return (
        col(Person.email_key).is_(None) | col(Person.email_key).not_in(organisers),
        col(Person.id).not_in(objectors),
        col(Person.id) != proposal.by,
    )


def _tell(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    panel: Panel,
    members: Sequence[str],
    now: datetime,
) -> None:
    until = now + clock.left(panel, now)
    change = "; ".join(lookup.difference(session, proposal))
    for id_ in members:
        person = session.get_one(Person, id_)
        message = messages.PanelDrawn(
            programme=programmes.facts(programme),
            change=change,
            until=until,
            in_force=proposal.is_objection,
            panel=links.make(session, Purpose.PANEL, id_, now=now, subject=panel.id),
            page=links.make(session, Purpose.PAGE, id_, now=now),
        )
        to = recipient(person, by_email_only=bool(person.email))
        outbox.queue(
            session,
            message,
            to,
            subject=tally.panel_subject(proposal, panel),
            programme=programme.slug,
            now=now,
        )


def date_anew(
    session: Session, programme: Programme, proposal: Proposal, *, since: datetime, now: datetime
) -> None:
    """After a break, in which its clock stood still: what waited says until when they can judge by now."""
    if panel := sitting(session, proposal):
        links.live_anew(session, Purpose.PANEL, panel.id, now=now)
        until = now + clock.remaining(panel, held=since, now=now)
        outbox.rewrite(
            session,
            messages.PanelDrawn,
            lambda waiting: replace(waiting, until=until),
            programme=programme.slug,
            subject=tally.panel_subject(proposal, panel),
        )


def given_to(session: Session, panel: Panel) -> Sequence[Objection]:
    """What a panel is to judge."""
    given = select(Objection).where(Objection.panel_id == panel.id)
    return session.exec(given.order_by(col(Objection.id))).all()


def findings_of(session: Session, panel: Panel, person: str) -> dict[int, Finding]:
    """What a member has found so far, by the objection's id."""
    wanted = (
        select(Finding)
        .join(Objection, col(Objection.id) == Finding.objection_id)
        .where(Objection.panel_id == panel.id, Finding.person_id == person)
    )
    return {finding.objection_id: finding for finding in session.exec(wanted)}


def find(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    panel: Panel,
    person: str,
    judgements: Mapping[int, Judgement],
    *,
    now: datetime,
) -> None:
    """What a member finds about objections, by their ids. The audit does not say who.

    Raises:
        NotOpenToThat: as `must_judge`.
        BadAnswer: a reason is missing, or too long.
    """
    must_judge(session, programme, proposal, panel, person, now=now)
    open_ = {each.id for each in given_to(session, panel) if each.state is ObjectionState.OPEN}
    for objection, judgement in judgements.items():
        _check(judgement)
        if objection in open_:
            _keep(session, objection, person, judgement, now)
    proposals.record(session, programme, proposal, A_PARTICIPANT, "judged an objection", now)
    settle(session, programme, proposal, panel, now=now)


def must_judge(
    session: Session, programme: Programme, proposal: Proposal, panel: Panel, person: str, *, now: datetime
) -> None:
    """Raises NotOpenToThat: they take part no more, are no member, are concerned by now, or it is over."""
    proposals.must_take_part(session, programme, person)
    if session.get(PanelMember, (panel.id, person)) is None:
        raise NotOpenToThat("Only those who were drawn can do this")
    unconcerned = select(Person.id).where(Person.id == person, *_unconcerned(programme, proposal))  # type: ignore[arg-type]
    if session.exec(unconcerned).first() is None:
        raise NotOpenToThat("You run the programme or object yourself by now, so others judge this")
    left = clock.remaining(panel, held=clock.held_since(session, programme), now=now)
    if panel.ended_at or left <= timedelta(0):
        raise NotOpenToThat("The panel is over: thank you all the same")


def _check(judgement: Judgement) -> None:
    if not re.search(r"\w", judgement.reason):
        raise BadAnswer("Say why, in a sentence")
    if len(judgement.reason) > LONGEST_REASON:
        raise BadAnswer(f"Use at most {LONGEST_REASON:,} letters; this has {len(judgement.reason):,}")


def _keep(session: Session, objection: int, person: str, judgement: Judgement, now: datetime) -> None:
    row = session.get(Finding, (objection, person)) or Finding(
        objection_id=objection, person_id=person, holds=judgement.holds, reason="", found_at=now
    )
    row.holds, row.reason, row.found_at = judgement.holds, judgement.reason.strip(), now
    session.add(row)
    session.flush()


def settle(
    session: Session, programme: Programme, proposal: Proposal, panel: Panel, *, now: datetime
) -> None:
    """Decide what can be decided by now, and end the panel once nothing is left."""
    over = clock.left(panel, now).total_seconds() <= 0
    given = given_to(session, panel)
    found = []
    for each in given:
        if each.state is ObjectionState.OPEN:
            waited_for = _is_waited_for(session, programme, proposal, panel, each)
            verdict = _verdict(session, each, waited_for=waited_for, over=over)
            if verdict is not None:
                _found(session, programme, proposal, each, verdict, now)
                found.append(each)
    if all(each.state is not ObjectionState.OPEN for each in given):
        _end(session, programme, proposal, now)
    if not proposal.is_objection:  # what became of one to a rule is told when it ends
        _tell_what_was_found(session, programme, proposal, found, now)


def _end(session: Session, programme: Programme, proposal: Proposal, now: datetime) -> None:
    proposals.end_panel(session, proposal, now)
    proposal.stirred_at = now
    if proposal.started_at:
        held = clock.held_since(session, programme)
        clock.leave_at_least(proposal, LEAST_LEFT, held=held, now=now)
    session.add(proposal)
    session.flush()


def _is_waited_for(
    session: Session, programme: Programme, proposal: Proposal, panel: Panel, objection: Objection
) -> bool:
    """Is there a member who takes part still, may judge it, and has not?"""
    found = select(Finding.person_id).where(Finding.objection_id == objection.id)
    waited_for = (
        select(PanelMember.person_id)
        .join(Membership, col(Membership.person_id) == PanelMember.person_id)
        .join(Person, col(Person.id) == PanelMember.person_id)
        .where(
            PanelMember.panel_id == panel.id,
            Membership.programme_id == programme.id,
            col(Membership.standing).in_(TAKING_PART),
            col(PanelMember.person_id).not_in(found),
            *_unconcerned(programme, proposal),  # type: ignore[arg-type]
        )
    )
    return session.exec(waited_for.limit(1)).first() is not None


def _verdict(session: Session, objection: Objection, *, waited_for: bool, over: bool) -> bool | None:
    """Does it hold? The first side two ahead; at the end the majority of two answers or more. None: not yet.

    A tie, and a panel that is silent, uphold: nothing is waved away because nobody looked.
    """
    said = session.exec(select(Finding.holds).where(Finding.objection_id == objection.id)).all()
    lead = 2 * sum(said) - len(said)
    if abs(lead) >= AHEAD:
        return lead > 0
    if over or (len(said) >= AHEAD and not waited_for):
        return lead >= 0 or len(said) < AHEAD
    return None


def _found(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    objection: Objection,
    holds: bool,
    now: datetime,
) -> None:
    state = ObjectionState.HOLDS if holds else ObjectionState.DOES_NOT_HOLD
    objections.settle(session, [objection], state, now)
    proposals.record(session, programme, proposal, "a panel", f"objection {state.value}", now)


def _tell_what_was_found(
    session: Session, programme: Programme, proposal: Proposal, found: Sequence[Objection], now: datetime
) -> None:
    """Tell its author, and who objects, with what comes of all that was found."""
    steps = news.STEPS if may_convene(session, proposal) and not proposal.urgent else ""
    for each in found:
        said = _what_was_found(session, proposal, each)
        to_do = steps if each.state is ObjectionState.DOES_NOT_HOLD else ""
        occasion = f"found {each.id}"
        news.to_author(session, programme, proposal, said + to_do, occasion=occasion, now=now)
        if each.person_id != proposal.by:
            news.to_person(session, programme, proposal, each.person_id, said, occasion=occasion, now=now)


def _what_was_found(session: Session, proposal: Proposal, objection: Objection) -> str:
    if objection.state is ObjectionState.HOLDS:
        # What is in force already cannot be amended.
        then = "change goes back by itself" if proposal.urgent else "proposal is amended or taken back"
        return f"A panel has found that an objection holds. The {then}."
    waits = bool(objections.in_the_way(session, proposal))
    then = "Another one stands in the way of the proposal" if waits else "The proposal goes on"
    return f"A panel has found that an objection does not hold. {then}."
