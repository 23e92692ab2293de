"""What a database says of a programme's proposals, as histories of them compare it with the model."""

from sqlmodel import Session, col, select

from web.models import Asked, Objection, Panel, PanelMember, Programme, Proposal


def papers(session: Session, programme: Programme) -> list[Proposal]:
    wanted = select(Proposal).where(Proposal.programme_id == programme.id)
    return list(session.exec(wanted.order_by(col(Proposal.number))))


def drawn_since(session: Session, programme: Programme, panel: int) -> dict[int, list[str]]:
    """Who is on panels that are newer than this one, by the place of the proposal."""
    drawn = (
        select(Panel.proposal_id, PanelMember.person_id)
        .join(PanelMember, col(PanelMember.panel_id) == Panel.id)
        .where(col(Panel.id) > panel)
    )
    members: dict[int, list[str]] = {}
    for proposal, who in session.exec(drawn):
        members.setdefault(proposal, []).append(who)
    places = {each.id: place for place, each in enumerate(papers(session, programme))} if members else {}
    return {places[proposal]: who for proposal, who in members.items()}


def asked(session: Session, programme: Programme) -> dict[int, set[str]]:
    """Who is asked, by proposal."""
    wanted = select(Asked.proposal_id, Asked.person_id).join(Proposal, col(Proposal.id) == Asked.proposal_id)
    found: dict[int, set[str]] = {}
    for proposal, who in session.exec(wanted.where(Proposal.programme_id == programme.id)):
        found.setdefault(proposal, set()).add(who)
    return found


def raised(session: Session, programme: Programme) -> dict[int, list[tuple[int, str, str]]]:
    """Every objection, oldest first, by proposal."""
    wanted = select(Objection).join(Proposal, col(Proposal.id) == Objection.proposal_id)
    wanted = wanted.where(Proposal.programme_id == programme.id).order_by(col(Objection.id))
    found: dict[int, list[tuple[int, str, str]]] = {}
    for one in session.exec(wanted):
        found.setdefault(one.proposal_id, []).append((one.version, one.person_id, one.state.value))
    return found
