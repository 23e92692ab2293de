"""How many were asked about a proposal, had it delivered, and answered."""

from sqlmodel import Session, col, func, select

from notifications import messages
from notifications.tables import OutboxMessage
from web.models import Asked, Proposal, ProposalAnswer, Stance


def about(proposal: Proposal) -> str:
    """What messages about a proposal have for their subject, in whichever version."""
    return f"proposal {proposal.id}"


def subject(proposal: Proposal, *, reminder: bool = False) -> str:
    return f"{about(proposal)} {proposal.version}{' reminder' if reminder else ''}"


def asked(session: Session, proposal: Proposal) -> int:
    return session.exec(select(func.count()).where(Asked.proposal_id == proposal.id)).one()


def delivered(session: Session, proposal: Proposal) -> int:
    """How many a provider has taken the message for."""
    taken = select(func.count()).where(
        OutboxMessage.kind == messages.Proposal.kind,
        OutboxMessage.subject == subject(proposal),
        col(OutboxMessage.accepted_at).is_not(None),
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
