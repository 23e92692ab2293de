"""How many were asked about a proposal, had it delivered, and answered."""

from collections.abc import Mapping

from sqlmodel import Session, col, distinct, func, select

from notifications import messages
from notifications.tables import OutboxMessage
from web.models import Asked, Panel, Person, Proposal, ProposalAnswer, Stance
from web.services.common import phrases

FEW = 5


def about(proposal: Proposal) -> str:
    """What messages about a proposal have for their subject, in whichever version."""
    return f"proposal {proposal.id}"


def subject(proposal: Proposal, *, reminder: bool = False) -> str:
    return f"{about(proposal)} {proposal.version}{' reminder' if reminder else ''}"


def panel_subject(proposal: Proposal, panel: Panel) -> str:
    return f"{about(proposal)} panel {panel.id}"


def asked(session: Session, proposal: Proposal) -> int:
    return session.exec(select(func.count()).where(Asked.proposal_id == proposal.id)).one()


def delivered(session: Session, proposal: Proposal) -> int:
    """How many of those asked a provider has taken the message for; whoever was two entries is one."""
    who = func.coalesce(col(Person.merged_into), col(Person.id))
    asked_ = select(Asked.person_id).where(Asked.proposal_id == proposal.id)
    taken = (
        select(func.count(distinct(who)))
        .select_from(OutboxMessage)
        .join(Person, col(Person.id) == OutboxMessage.person)
        .where(
            OutboxMessage.kind == messages.Proposal.kind,
            OutboxMessage.subject == subject(proposal),
            col(OutboxMessage.accepted_at).is_not(None),
            who.in_(asked_),
        )
    )
    return session.exec(taken).one()


def answered(session: Session, proposal: Proposal) -> dict[str, int]:
    """How many of those asked have taken each stance to the version that counts."""
    rows = session.exec(
        select(ProposalAnswer.stance, func.count())
        .join(
            Asked,
            (col(Asked.proposal_id) == ProposalAnswer.proposal_id)
            & (col(Asked.person_id) == ProposalAnswer.person_id),
        )
        .where(ProposalAnswer.proposal_id == proposal.id, ProposalAnswer.version == proposal.version)
        .group_by(col(ProposalAnswer.stance))
    )
    return {Stance(stance).value: count for stance, count in rows}


def in_words(counted: Mapping[str, int], version: int = 1) -> str:
    """How many were asked, had this version and answered it, in a sentence. Numbers under five are not said,
    nor what would tell them: concerns and objections are read one by one, so a total tells how many had no
    objection.
    """
    asked = phrases.counted(counted["asked"], "person was asked", "people were asked")
    asked += f" about version {version}" if version > 1 else ""
    told = f"{asked}, {counted['delivered']:,} had it delivered"
    answered, content = counted["answered"], counted.get(Stance.NO_OBJECTION.value, 0)
    if not answered:
        return f"{told}, nobody answered."
    if answered < FEW:
        return f"{told}, fewer than five answered."
    if 0 < content < FEW:
        return f"{told}, and fewer than five said that they have no objection."
    return f"{told}, {answered:,} answered, {content:,} of them without an objection or a concern."


def counted(session: Session, proposal: Proposal) -> dict[str, int]:
    """All of it; as it was at the end where it has ended."""
    if proposal.ended_at:
        return proposal.counted
    by_stance = answered(session, proposal)
    return {
        "asked": asked(session, proposal),
        "delivered": delivered(session, proposal),
        "answered": sum(by_stance.values()),
    } | by_stance
