"""Hiding an argument that breaks the code of conduct: others do not read it, and it counts all the same.

NoSuchArgument      nobody said anything to this proposal under this mark
"""

import re
from datetime import datetime

from sqlmodel import Session, col, select

from notifications import titles
from web.models import Membership, Objection, Person, Programme, Proposal, ProposalAnswer
from web.services.agreements import answering, news, objections, proposals
from web.services.agreements.log import concerns, mark_of
from web.services.common.traces import Traces, plain

TOLD = "The organisers do not show what you wrote, because {}. It counts all the same."
ANEW = " You can write it anew."

LEFT_OUT = "[left out]"
PERSONAL = re.compile(r"\S+@\S+\.\w+|(?:https?://|www\.)\S+|\+?\d(?:[ ().-]{0,2}\d){6,}")


class NoSuchArgument(Exception):
    pass


def hide(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    kind: str,
    mark: str,
    because: str,
    *,
    by: str,
    now: datetime,
) -> None:
    """Hide the objection with this id, or the concern of this mark; show it with no `because`.

    Its author is told. A second time changes nothing.

    Raises:
        NoSuchArgument
    """
    found = _objection(session, proposal, mark) if kind == "objection" else _concern(session, proposal, mark)
    if found is None:
        raise NoSuchArgument
    if found.hidden_because == because:
        return
    found.hidden_because = because
    session.add(found)
    session.flush()
    proposals.record(
        session, programme, proposal, by, "hid an argument" if because else "showed an argument", now
    )
    if because:
        occasion = f"hidden {now.isoformat()}"
        told = TOLD.format(because.rstrip("."))
        if _can_be_written_anew(session, programme, proposal, found, now):
            told += ANEW
        news.to_person(session, programme, proposal, found.person_id, told, occasion=occasion, now=now)


def _can_be_written_anew(
    session: Session,
    programme: Programme,
    proposal: Proposal,
    found: Objection | ProposalAnswer,
    now: datetime,
) -> bool:
    """While it is open. What a panel has been given stays as it was raised."""
    with_panel = isinstance(found, Objection) and found.panel_id is not None
    return not with_panel and answering.takes_answers(session, programme, proposal, now=now)


def for_panel(session: Session, programme: Programme, objection: Objection) -> str:
    """What a panel reads of it. Where it is hidden, without what tells of people: addresses, numbers, links,
    and the names of whoever is in the programme. What it argues stays.
    """
    if not objection.hidden_because:
        return objection.words
    words = PERSONAL.sub(LEFT_OUT, objection.words)
    said = plain(words)
    names = session.exec(
        select(Person.id, Person.name)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.programme_id == programme.id, Person.name != "")
    )
    named = [id_ for id_, name in names if plain(titles.without(name)) in said]
    for id_ in named:
        words = Traces.of(session.get_one(Person, id_)).without(words, LEFT_OUT)
    return words


def _objection(session: Session, proposal: Proposal, mark: str) -> Objection | None:
    return next((one for one in objections.of(session, proposal) if str(one.id) == mark), None)


def _concern(session: Session, proposal: Proposal, mark: str) -> ProposalAnswer | None:
    return next((one for one in concerns(session, proposal) if mark_of(proposal, one) == mark), None)
