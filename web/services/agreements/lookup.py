"""Finding proposals, and what they would change.

NoSuchProposal      the programme has none of this number
"""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from web.models import (
    AgreementVersion,
    Programme,
    Proposal,
    ProposalState,
    ProposalVersion,
)
from web.services.agreements import words
from web.services.agreements.agreements import ChangeWanted

LIVE = (ProposalState.DRAFT, ProposalState.WAITING, ProposalState.OPEN)
# Not a participant's draft, nor one that ended before anybody was told of it. As `is_public`.
PUBLIC = (
    col(Proposal.by_participant).is_(False)
    | col(Proposal.is_objection).is_(True)
    | col(Proposal.opened_at).is_not(None)
    | (col(Proposal.state) == ProposalState.WAITING)
)


class NoSuchProposal(Exception):
    pass


def by_number(session: Session, programme: Programme, number: int, *, lock: bool = False) -> Proposal:
    """Raises NoSuchProposal."""
    wanted = select(Proposal).where(Proposal.programme_id == programme.id, Proposal.number == number)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.exec(wanted).one_or_none()
    if found is None:
        raise NoSuchProposal
    return found


def is_public(proposal: Proposal) -> bool:
    """Does everybody read it? As `PUBLIC` asks the database."""
    begun = proposal.opened_at is not None or proposal.state is ProposalState.WAITING
    return begun or proposal.is_objection or not proposal.by_participant


def version_of(session: Session, proposal: Proposal) -> ProposalVersion:
    """The one that counts."""
    return session.get_one(ProposalVersion, (proposal.id, proposal.version))


def version_read(session: Session, proposal: Proposal, number: int | None) -> ProposalVersion:
    """The one of this number, which somebody read before they wrote; where none is, the one that counts."""
    read = session.get(ProposalVersion, (proposal.id, number)) if number else None
    return read or version_of(session, proposal)


def change_of(proposal: Proposal, version: ProposalVersion) -> ChangeWanted:
    return ChangeWanted(
        subject=proposal.subject,
        driver=version.driver,
        settings=version.settings,
        title=version.title,
        text=version.text,
        evaluation=version.evaluation,
        figure=version.figure,
        bound=version.bound,
        review_on=version.review_on,
        agreement_id=proposal.agreement_id,
    )


def base_of(session: Session, proposal: Proposal) -> AgreementVersion | None:
    """What it would change, as it was when it was proposed."""
    if proposal.agreement_id is None:
        return None
    return session.get(AgreementVersion, (proposal.agreement_id, proposal.base_version))


def difference(session: Session, proposal: Proposal, version: ProposalVersion | None = None) -> Sequence[str]:
    """What it would change, a line each; of an objection to what is in force, what that says."""
    if proposal.is_objection:
        base = base_of(session, proposal)
        return words.says(proposal.subject, base) if base else ()
    change = change_of(proposal, version or version_of(session, proposal))
    return words.difference(change, base_of(session, proposal))


def live(session: Session, programme: Programme) -> Sequence[Proposal]:
    """Open, in line or looking for support, oldest first."""
    wanted = select(Proposal).where(Proposal.programme_id == programme.id, col(Proposal.state).in_(LIVE))
    return session.exec(wanted.order_by(col(Proposal.number))).all()


def title(session: Session, proposal: Proposal) -> str:
    """What it is about, in a few words."""
    return words.title(change_of(proposal, version_of(session, proposal)))
