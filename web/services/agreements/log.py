"""The public log: what is in force, what was proposed, what people said, and how many had been told."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications.words import full_day
from web.models import (
    TAKING_PART,
    AgreementVersion,
    Finding,
    Membership,
    Objection,
    ObjectionState,
    Person,
    Programme,
    Proposal,
    ProposalAnswer,
    ProposalState,
    ProposalVersion,
    Review,
    Reviewed,
    ReviewOutcome,
    Stance,
)
from web.services.agreements import (
    agreements,
    asking,
    clock,
    lookup,
    objections,
    panels,
    rule_objections,
    tally,
    words,
)
from web.services.common import paging, phrases
from web.services.common.paging import Paged

A_PAGE = 20
ARGUMENTS = 50  # on a page: of the longest, some 200 kB
ONE_DAY = 24 * 60 * 60  # seconds


@dataclass(frozen=True)
class Argument:
    """Something somebody said to a version. `by` is empty unless they let their name be shown and take part
    still. Of an objection, `state` is what became of it and `reasons` what members of a panel found, once it
    has decided: they judge without reading each other.
    """

    id: str
    version: int
    is_objection: bool
    words: str
    by: str
    hidden_because: str
    state: str = ""
    reasons: Sequence[Finding] = ()


@dataclass(frozen=True)
class ProposalShown:
    """A proposal as its readers see it. `until` is when people can still object, while that is known;
    `arguments` a page of them, None where they are not to be read or not asked for.
    """

    proposal: Proposal
    title: str
    versions: Sequence[ProposalVersion]
    changes: Mapping[int, Sequence[str]]
    status: str
    until: datetime | None
    counted: Mapping[str, int]
    arguments: Paged[Argument] | None
    commitment: str
    by: str

    @property
    def begun(self) -> datetime | None:
        """Since when people could read it."""
        return self.proposal.created_at if self.proposal.is_objection else self.proposal.opened_at

    @property
    def heading(self) -> str:
        if self.proposal.is_objection:
            return f"Objection {self.proposal.number}, to “{self.title}”"
        return f"Proposal {self.proposal.number}: {self.title}"

    @property
    def is_objected_to(self) -> bool:
        return self.status in (IS_JUDGED, HOLDS, SOMEBODY_OBJECTS)

    @property
    def missed_if(self) -> str:
        return words.missed_if(self.version)

    @property
    def answered(self) -> str:
        """How many were asked, had it delivered and answered, in a sentence."""
        return tally.in_words(self.counted, self.proposal.version)

    @property
    def version(self) -> ProposalVersion:
        return self.versions[-1]

    @property
    def change(self) -> Sequence[str]:
        return self.changes[self.version.number]


def of_programme(
    session: Session, programme: Programme, *, page: int = 1
) -> tuple[list[ProposalShown], bool]:
    """A page of what was proposed, newest first, and whether there is more. See `lookup.PUBLIC`."""
    wanted = (
        select(Proposal)
        .where(Proposal.programme_id == programme.id, lookup.PUBLIC)
        .order_by(col(Proposal.number).desc())
        .offset((page - 1) * A_PAGE)
        .limit(A_PAGE + 1)
    )
    rows = session.exec(wanted).all()
    return [shown(session, programme, one) for one in rows[:A_PAGE]], len(rows) > A_PAGE


def public(session: Session, programme: Programme, number: int, *, page: int = 1) -> ProposalShown:
    """With a page of its arguments.

    Raises:
        lookup.NoSuchProposal: there is none, or nobody was told of it yet or ever will be.
    """
    proposal = lookup.by_number(session, programme, number)
    if not lookup.is_public(proposal):
        raise lookup.NoSuchProposal
    return shown(session, programme, proposal, page=page)


def shown(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    *,
    with_arguments: bool = False,
    page: int | None = None,
) -> ProposalShown:
    """As everybody sees it, with this page of the arguments if any is wanted: only once it has ended, unless
    `with_arguments`.
    """
    kept = select(ProposalVersion).where(ProposalVersion.proposal_id == proposal.id)
    versions = session.exec(kept.order_by(col(ProposalVersion.number))).all()
    may_read = with_arguments or proposal.ended_at is not None
    where = status(session, programme, proposal)
    return ProposalShown(
        proposal=proposal,
        title=words.title(lookup.change_of(proposal, versions[-1])),
        versions=versions,
        changes={one.number: lookup.difference(session, proposal, one) for one in versions},
        status=where,
        # With an objection in the way, or held, it goes on for longer.
        until=proposal.ends_at if where == CAN_OBJECT else None,
        counted=tally.counted(session, proposal),
        arguments=page_of_arguments(session, programme, proposal, page) if page and may_read else None,
        commitment=asking.commitment(proposal),
        by="A participant" if proposal.by_participant else "The organisers",
    )


CAN_OBJECT = "Open to objections"
IS_JUDGED = "People drawn by chance are judging an objection"
HOLDS = "An objection holds: it is amended, or taken back"
SOMEBODY_OBJECTS = "Somebody objects"
STATUS = {
    ProposalState.DRAFT: "Waits for an organiser, or two others, to second it",
    ProposalState.WAITING: "Waits in line: people are asked about one change a week",
    ProposalState.ADOPTED: "Adopted",
    ProposalState.WITHDRAWN: "Withdrawn",
    ProposalState.LAPSED: "Lapsed",
    ProposalState.STOPPED: "Stopped",
    ProposalState.JUDGED: "People drawn by chance are judging it",
    ProposalState.UPHELD: "Upheld",
    ProposalState.NOT_UPHELD: "Not upheld",
}


def status(session: Session, programme: Programme, proposal: Proposal) -> str:
    """Where it is, in a few words."""
    if proposal.state is not ProposalState.OPEN:
        return STATUS[proposal.state]
    in_the_way = {one.state for one in objections.in_the_way(session, proposal)}
    if panels.sitting(session, proposal):
        return IS_JUDGED
    if ObjectionState.HOLDS in in_the_way:
        return HOLDS
    if in_the_way:
        return SOMEBODY_OBJECTS
    if clock.held_since(session, programme):
        return "The clock stands still while messages are held"
    if proposal.started_at:
        return CAN_OBJECT
    days = phrases.counted(round(proposal.notice_seconds / ONE_DAY), "day")
    return f"People are being told, and have {days} to object from then on"


def arguments(session: Session, programme: Programme, proposal: Proposal) -> list[Argument]:
    """Concerns and objections to every version, oldest first."""
    return _said(session, programme, proposal, concerns(session, proposal), objections.of(session, proposal))


def page_of_arguments(
    session: Session, programme: Programme, proposal: Proposal, page: int
) -> Paged[Argument]:
    """As `arguments`: the objections go on where the concerns end."""
    before = (page - 1) * ARGUMENTS
    worried = session.exec(_concerns(proposal).offset(before).limit(ARGUMENTS)).all()
    worries = before + len(worried)
    if len(worried) == ARGUMENTS or before:
        worries = paging.how_many(session, _concerns(proposal))
    rest = objections.all_of(proposal).offset(max(before - worries, 0)).limit(ARGUMENTS - len(worried))
    raised = session.exec(rest).all()
    total = len(worried) + len(raised)
    if total == ARGUMENTS or before:
        total = worries + paging.how_many(session, objections.all_of(proposal))
    said = _said(session, programme, proposal, worried, raised)
    return Paged(said, total, page, ARGUMENTS)


def _said(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    worried: Sequence[ProposalAnswer],
    raised: Sequence[Objection],
) -> list[Argument]:
    named = [one.person_id for one in worried if one.named] + [one.person_id for one in raised if one.named]
    names = _names(session, programme, named)
    found = _findings(session, raised)
    said = [
        Argument(
            mark_of(proposal, one), one.version, False, one.words,
            names.get(one.person_id, "") if one.named else "", one.hidden_because,
        )
        for one in worried
    ]  # fmt: skip
    return said + [
        Argument(
            str(one.id), one.version, True, one.words, names.get(one.person_id, "") if one.named else "",
            one.hidden_because, _became(proposal, one), found.get(one.id, ()) if one.settled_at else (),
        )
        for one in raised
    ]  # fmt: skip


def _became(proposal: Proposal, objection: Objection) -> str:
    """In a word or two; nothing where it ended with its proposal."""
    ended_with_it = proposal.ended_at is not None and objection.state is ObjectionState.OPEN
    return "" if ended_with_it else objection.state.value


def concerns(session: Session, proposal: Proposal) -> Sequence[ProposalAnswer]:
    """Those to every version, in an order that tells nothing of when they came."""
    return session.exec(_concerns(proposal)).all()


def _concerns(proposal: Proposal) -> SelectOfScalar[ProposalAnswer]:
    said = select(ProposalAnswer).where(
        ProposalAnswer.proposal_id == proposal.id, ProposalAnswer.stance == Stance.CONCERN
    )
    return said.order_by(col(ProposalAnswer.version), col(ProposalAnswer.person_id))


def mark_of(proposal: Proposal, concern: ProposalAnswer) -> str:
    """By which a page means this concern and no other, whatever is said meanwhile; it does not tell whose."""
    whose = f"{proposal.secret} {concern.version} {concern.person_id}".encode()
    return hashlib.sha256(whose).hexdigest()[:16]


def _names(session: Session, programme: Programme, people: Iterable[str]) -> dict[str, str]:
    """Of those who take part still."""
    here = (
        select(Person.id, Person.name)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(
            Membership.programme_id == programme.id,
            col(Membership.standing).in_(TAKING_PART),
            col(Person.id).in_(list(people)),
        )
    )
    return dict(session.exec(here).all())


def _findings(session: Session, raised: Sequence[Objection]) -> dict[int, list[Finding]]:
    wanted = select(Finding).where(col(Finding.objection_id).in_([one.id for one in raised]))
    found: dict[int, list[Finding]] = {}
    for finding in session.exec(wanted.order_by(col(Finding.found_at))):
        found.setdefault(finding.objection_id, []).append(finding)
    return found


@dataclass(frozen=True)
class Rule:
    """An agreement in force with the versions before it, newest first."""

    title: str
    lines: Sequence[str]
    version: AgreementVersion
    versions: Sequence[AgreementVersion]
    id: int
    reviews: Sequence["ReviewShown"] = ()
    owed: rule_objections.Owed | None = None

    @property
    def missed_if(self) -> str:
        return words.missed_if(self.version)


@dataclass(frozen=True)
class ReviewShown:
    """A review of an agreement that is over: when, what came of it in a sentence, and how many were told."""

    on: datetime
    outcome: str
    counted: Mapping[str, int]


def rules(session: Session, programme: Programme, today: date) -> list[Rule]:
    """What is in force, in words."""
    owed = rule_objections.owed(session, programme, today)
    found = []
    reviewed = _reviews(session, programme)
    for one in agreements.every(session, programme):
        subject = one.agreement.subject
        lines = words.says(subject, one.version)
        kept = agreements.versions(session, one.agreement)
        found.append(
            Rule(
                one.title, lines, one.version, kept, one.agreement.id,
                reviewed.get(one.agreement.id, ()), owed.get(one.agreement.id),
            )
        )  # fmt: skip
    return found


OUTCOMES = {
    ReviewOutcome.CHANGE: "somebody asked for a change",
    ReviewOutcome.UNHEARD: "it could not be delivered to half of those who take part",
    ReviewOutcome.OVERTAKEN: "another version came meanwhile, or the programme was closing",
}


def _reviews(session: Session, programme: Programme) -> dict[int, list[ReviewShown]]:
    """Those that are over, newest first, by the agreement's id."""
    rows = session.exec(
        select(Review.ended_at, Reviewed)
        .join(Reviewed, col(Reviewed.review_id) == Review.id)
        .where(Review.programme_id == programme.id, col(Review.ended_at).is_not(None))
        .order_by(col(Review.id).desc())
    )
    found: dict[int, list[ReviewShown]] = {}
    for ended_at, one in rows:
        until = full_day(one.until) if one.until else "its next review"
        renewed = f"nobody asked for a change, so it was renewed until {until}"
        outcome = OUTCOMES.get(one.outcome, renewed)
        if ended_at:
            found.setdefault(one.agreement_id, []).append(ReviewShown(ended_at, outcome, one.counted))
    return found
