"""Proposing a change, seconding it, amending it, taking it back; and how a proposal ends.

BadProposal         what was wanted cannot be; `.field`, `.message`
NotOpenToThat       the proposal is in no state for that; says why
    TakesNoPart     they are invited only, suspended, or have left
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from notifications import messages, outbox
from notifications.words import full_day
from web.models import (
    TAKING_PART,
    AgreementVersion,
    How,
    Membership,
    Panel,
    Programme,
    Proposal,
    ProposalState,
    ProposalVersion,
    Second,
    Subject,
)
from web.services.agreements import agreements, clock, lookup, news, tally
from web.services.agreements.agreements import ChangeWanted
from web.services.common import agreed_settings, audit, programmes, times
from web.services.common.agreed_settings import DAYS, DAYS_OF_CONSENT, RHYTHM
from web.services.rounds import dates
from web.services.rounds.introductions import Window

MOST_WORDS = 120
LONGEST = 1000  # letters of a text, as many as these words can well have
LONGEST_DRIVER, LONGEST_TITLE = 300, 80
SECONDS = 2
LEAST_LEFT = timedelta(hours=48)
WAIT_FOR_DELIVERY = timedelta(hours=72)
URGENT_FOR, URGENT_AGAIN = timedelta(days=14), timedelta(days=60)
# So long people can object at the most: after the wait, and two days for a panel, it can still be adopted.
URGENT_NOTICE = URGENT_FOR - WAIT_FOR_DELIVERY - LEAST_LEFT
HAS_ONE = "You have a proposal already. Take it back to make another"
WITHDRAWN = "Its author took it back."
# Who did it, where the audit names nobody.
A_PARTICIPANT = "a participant"


class BadProposal(Exception):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class NotOpenToThat(Exception):
    pass


class TakesNoPart(NotOpenToThat):
    pass


@dataclass(frozen=True)
class Proposer:
    """An organiser, or with `participates` somebody who takes part."""

    id: str
    participates: bool = False

    @property
    def audited(self) -> str:
        return A_PARTICIPANT if self.participates else self.id


def propose(
    session: Session,
    programme: Programme,
    change: ChangeWanted,
    by: Proposer,
    *,
    secret: str,
    now: datetime,
    urgent: bool = False,
) -> Proposal:
    """Put a change in line to be told to everybody; a participant's waits for others to second it.

    `secret` is 64 random hexadecimal digits: panels are drawn from it.

    Raises:
        BadProposal: it cannot be, or changes nothing.
        NotOpenToThat: its author, who takes part, has one already; or it was changed urgently not long ago.
        programmes.Ends: the programme is closing.
    """
    programmes.must_go_on(programme)
    check(session, programme, change, now=now)
    _must_say_why(change)
    again_on = urgent_again_on(session, programme, change) if urgent else None
    if again_on and times.today(now) < again_on:
        raise NotOpenToThat(
            f"This was changed urgently not long ago. It can be again from {full_day(again_on)} on"
        )
    if by.participates and _has_one(session, programme, by):
        raise NotOpenToThat(HAS_ONE)
    agreement = agreements.agreement_of(session, programme, change)
    proposal = Proposal(
        programme_id=programme.id,
        number=next_number(session, programme),
        agreement_id=agreement.id if agreement else None,
        subject=change.subject,
        base_version=agreement.version if agreement else 0,
        by=by.id,
        by_participant=by.participates,
        state=ProposalState.DRAFT if by.participates else ProposalState.WAITING,
        urgent=urgent,
        secret=secret,
        created_at=now,
    )
    session.add(proposal)
    session.flush()
    _keep_version(session, proposal, change, now)
    record(session, programme, proposal, by.audited, "proposed a change", now)
    return proposal


def made_of(
    session: Session, programme: Programme, change: ChangeWanted, by: Proposer, *, urgent: bool = False
) -> Proposal | None:
    """What their first press made of the same change; nobody is asked about it twice."""
    programmes.held(session, programme.id)  # two presses may come at once
    agreement = agreements.agreement_of(session, programme, change)
    about = agreement.id if agreement else None
    for one in lookup.live(session, programme):
        if (one.by, one.agreement_id, one.urgent) == (by.id, about, urgent):
            made = lookup.change_of(one, session.get_one(ProposalVersion, (one.id, 1)))
            if replace(made, agreement_id=change.agreement_id, review_on=change.review_on) == change:
                return one
    return None


def check(session: Session, programme: Programme, change: ChangeWanted, *, now: datetime) -> None:
    """Raises BadProposal."""
    for field, said, most in (
        ("driver", change.driver, LONGEST_DRIVER),
        ("title", change.title, LONGEST_TITLE),
        ("text", change.text, LONGEST),
        ("evaluation", change.evaluation, LONGEST_DRIVER),
    ):
        if len(said) > most:
            raise BadProposal(field, f"Use at most {most} letters; this has {len(said):,}")
        if len(said.split()) > MOST_WORDS:
            raise BadProposal(field, f"Use at most {MOST_WORDS} words; this has {len(said.split()):,}")
    if change.subject is Subject.OTHER and not change.title.strip():
        raise BadProposal("title", "Give it a title")
    if change.subject is Subject.OTHER and change.agreement_id is None and not re.search(r"\w", change.text):
        raise BadProposal("text", "Say what should hold")
    if change.review_on and not times.today(now) < change.review_on:
        raise BadProposal("review_on", "Choose a day after today")
    _check_days(change, now)
    if not agreements.differs(session, programme, change):
        raise BadProposal("", "Nothing would be other than it is")


def _must_say_why(change: ChangeWanted) -> None:
    if not re.search(r"\w", change.driver):
        raise BadProposal("driver", "Say why, in words that everyone can read")


def asks(session: Session, programme: Programme, change: ChangeWanted) -> bool:
    """Is it a change of which people are asked, where there are people to ask? Not if less is shown than
    before, nor if it only says when we write to them.
    """
    if change.subject is Subject.SHOWING:
        shown = agreed_settings.of(session, programme, Subject.SHOWING)
        return any(more and not shown[name] for name, more in change.settings.items())
    if change.subject is Subject.DAYS:
        agreed = agreed_settings.of(session, programme, Subject.DAYS)
        # A first rhythm changes nothing that was agreed.
        names = (*DAYS_OF_CONSENT, *([RHYTHM] if agreed[RHYTHM] else []))
        return any(change.settings[name] != agreed[name] for name in names)
    return True


def _check_days(change: ChangeWanted, now: datetime) -> None:
    """Raises BadProposal: the days of a round come in an order that makes no sense."""
    if change.subject is not Subject.DAYS:
        return
    try:
        days = {name: change.settings[name] for name in DAYS}
        dates.check(Window.of(Programme(**days), times.today(now)))
    except dates.BadDates as error:
        day, said = next(iter(error.mistakes.items()))
        raise BadProposal(dates.DAYS_OF[day], said) from error


def _has_one(session: Session, programme: Programme, by: Proposer) -> bool:
    theirs = select(Proposal.id).where(
        Proposal.programme_id == programme.id, Proposal.by == by.id, col(Proposal.state).in_(lookup.LIVE)
    )
    return session.exec(theirs.limit(1)).first() is not None


def next_number(session: Session, programme: Programme) -> int:
    """The number of the programme's next proposal; nobody else takes it meanwhile."""
    programmes.held(session, programme.id)
    newest = select(func.max(Proposal.number)).where(Proposal.programme_id == programme.id)
    return (session.exec(newest).one() or 0) + 1


def _keep_version(session: Session, proposal: Proposal, change: ChangeWanted, now: datetime) -> None:
    version = ProposalVersion(
        proposal_id=proposal.id,
        number=proposal.version,
        title=change.title,
        text=change.text,
        settings=change.settings,
        driver=change.driver,
        evaluation=change.evaluation,
        figure=change.figure,
        bound=change.bound,
        review_on=change.review(times.today(now)),
        made_at=now,
    )
    session.add(version)
    session.flush()


def second(
    session: Session, programme: Programme, proposal: Proposal, by: Proposer, *, now: datetime
) -> None:
    """Support a participant's draft: an organiser, or two others, bring it in line. Again changes nothing.

    Raises:
        NotOpenToThat: it needs no support, or it is one's own.
    """
    has_seconded = by.participates and session.get(Second, (proposal.id, by.id)) is not None
    is_seconded = proposal.state in (ProposalState.WAITING, ProposalState.OPEN)
    if is_seconded and (has_seconded or (proposal.by_participant and not by.participates)):
        return
    if proposal.state is not ProposalState.DRAFT:
        raise NotOpenToThat("It needs nobody to second it")
    if by.id == proposal.by:
        raise NotOpenToThat("Others second it: it is your own")
    if by.participates:
        must_take_part(session, programme, by.id)
        if not has_seconded:
            session.add(Second(proposal_id=proposal.id, person_id=by.id))
            session.flush()
    if not by.participates or seconds(session, proposal) >= SECONDS:
        proposal.state = ProposalState.WAITING
    session.add(proposal)
    record(session, programme, proposal, by.audited, "seconded a proposal", now)


def seconds(session: Session, proposal: Proposal) -> int:
    """How many participants second it."""
    return session.exec(select(func.count()).where(Second.proposal_id == proposal.id)).one()


def must_take_part(session: Session, programme: Programme, person: str) -> None:
    """Raises TakesNoPart."""
    membership = session.get(Membership, (programme.id, person))
    if membership is None or membership.standing not in TAKING_PART:
        raise TakesNoPart("Only people who take part can do this")


def may_steer(proposal: Proposal, by: Proposer) -> bool:
    """May they amend it, take it back, ask for a panel? Its author, and of an organiser's every organiser."""
    return proposal.by == by.id or not (proposal.by_participant or by.participates)


def amend(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    change: ChangeWanted,
    by: Proposer,
    *,
    now: datetime,
) -> None:
    """Another version, which everybody asked is told of. A panel that sits is over with the version before.

    Raises:
        NotOpenToThat: it is not open, is in force already, or not theirs to amend.
        BadProposal: the version cannot be, or is as the one before; or a participant's comes too soon.
    """
    must_steer(proposal, by)
    if by.participates:
        must_take_part(session, programme, by.id)
    if proposal.state is not ProposalState.OPEN:
        raise NotOpenToThat("Only an open proposal can be amended")
    if proposal.urgent:
        raise NotOpenToThat("It is in force already: take it back, or propose another change")
    check(session, programme, change, now=now)
    _must_say_why(change)
    before = lookup.version_of(session, proposal)
    if (before.settings, before.title, before.text) == (change.settings, change.title, change.text):
        raise BadProposal("", "This version says what the one before says")
    _must_have_been_read(proposal, by, now)
    held = clock.held_since(session, programme)
    notice = clock.left(proposal, now) if proposal.started_at else timedelta(seconds=proposal.notice_seconds)
    end_panel(session, proposal, now)
    outbox.call_off(session, tally.about(proposal), [messages.Proposal.kind])
    proposal.version += 1
    _keep_version(session, proposal, change, now)
    proposal.notice_seconds = round(max(notice, LEAST_LEFT).total_seconds())
    proposal.started_at, proposal.version_opened_at, proposal.stirred_at = None, now, now
    proposal.telling, proposal.reminding, proposal.reminded = True, False, False
    clock.run(proposal, WAIT_FOR_DELIVERY, held=held, now=now)
    session.add(proposal)
    session.flush()
    record(session, programme, proposal, by.audited, "amended a proposal", now)


def _must_have_been_read(proposal: Proposal, by: Proposer, now: datetime) -> None:
    """One participant does not have everybody written to again and again, some of them by text."""
    read_by = proposal.version_opened_at + LEAST_LEFT if proposal.version_opened_at else now
    if by.participates and proposal.version > 1 and now < read_by:
        again = f"{times.clock(read_by)} on {full_day(times.today(read_by))}"
        raise BadProposal("text", f"People have two days to read a version. Amend it from {again}")


def withdraw(
    session: Session, programme: Programme, proposal: Proposal, by: Proposer, *, now: datetime
) -> None:
    """Take it back. Again changes nothing.

    Raises:
        NotOpenToThat: not theirs to take back, or decided.
    """
    must_steer(proposal, by)
    if proposal.state is ProposalState.WITHDRAWN:
        return
    if proposal.state not in lookup.LIVE:
        raise NotOpenToThat("It has been decided")
    if proposal.urgent and proposal.state is ProposalState.OPEN:
        _go_back_now(session, proposal, now)
    end(session, programme, proposal, ProposalState.WITHDRAWN, WITHDRAWN, by=by.audited, now=now)


def _go_back_now(session: Session, proposal: Proposal, now: datetime) -> None:
    """What was urgent goes back by itself as soon as anybody looks: it is due."""
    version = session.get_one(AgreementVersion, (proposal.agreement_id, proposal.base_version + 1))
    if version.how is How.URGENT:
        version.review_on = times.today(now)
        session.add(version)


def must_steer(proposal: Proposal, by: Proposer) -> None:
    """Raises NotOpenToThat."""
    if not may_steer(proposal, by):
        raise NotOpenToThat("Only its author can do this")


def end(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    state: ProposalState,
    because: str,
    *,
    by: str = audit.SYSTEM,
    now: datetime,
) -> None:
    """It is over, by itself unless somebody did it: nothing about it goes out any more, what became of it is
    counted, its author is told.
    """
    end_panel(session, proposal, now)
    outbox.call_off(session, tally.about(proposal), [messages.Proposal.kind])
    proposal.counted = tally.counted(session, proposal)
    proposal.state, proposal.ended_at, proposal.because = state, now, because
    proposal.telling, proposal.reminding = False, False
    session.add(proposal)
    session.flush()
    record(session, programme, proposal, by, f"proposal {state.value}", now)
    if because != WITHDRAWN:
        news.to_author(session, programme, proposal, because, occasion=state.value, now=now)


def end_panel(session: Session, proposal: Proposal, now: datetime) -> None:
    """Whatever it has not found by now, it does not find; and whoever was not told of it yet is not told."""
    sitting = select(Panel).where(Panel.proposal_id == proposal.id, col(Panel.ended_at).is_(None))
    for panel in session.exec(sitting).all():
        panel.ended_at = now
        session.add(panel)
        outbox.call_off(session, tally.panel_subject(proposal, panel), [messages.PanelDrawn.kind])
    session.flush()


def record(
    session: Session, programme: Programme, proposal: Proposal, by: str, action: str, now: datetime
) -> None:
    audit.record(
        session,
        by,
        action,
        now=now,
        programme=programme.id,
        subject=f"proposal {proposal.number}",
        version=proposal.version,
    )


def urgent_again_on(session: Session, programme: Programme, change: ChangeWanted) -> date | None:
    """Until when the same agreement must not be changed urgently once more."""
    agreement = agreements.agreement_of(session, programme, change)
    if agreement is None:
        return None
    last = session.exec(
        select(func.max(Proposal.created_at)).where(
            Proposal.agreement_id == agreement.id, col(Proposal.urgent).is_(True)
        )
    ).one()
    return times.today(last + URGENT_AGAIN) if last else None
