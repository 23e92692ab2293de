"""What waits for the organisers: what people would change, what was missed, what a review asked for.

BadLine             nothing is said, or too much; says what to do
NoSuchItem          the programme has none of this number
Decided             somebody has decided about it already
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications import messages, outbox
from notifications.tables import OutboxMessage
from web.models import AgendaItem, AgendaState, Agreement, Programme, Proposal, Purpose, Raised
from web.services.agreements import agreements, renewing
from web.services.common import audit, links, programmes
from web.services.common.contacts import recipient
from web.services.common.paging import Paged, paged

LONGEST = 200
A_PAGE = 20
BETWEEN = timedelta(days=7)  # one letter about agreements to somebody and the next


class BadLine(Exception):
    pass


class NoSuchItem(Exception):
    pass


class Decided(Exception):
    pass


# What people would change


def say(
    session: Session, programme: Programme, group_id: int, person: str, words: str, *, now: datetime
) -> None:
    """Keep what somebody would change after a conversation. Until somebody has decided about it, another line
    replaces it, and an empty one takes it back.

    Raises:
        BadLine
    """
    words = " ".join(words.split())
    before = of_conversation(session, group_id, person)
    waiting = before if before and before.state is AgendaState.OPEN else None
    if not words and waiting:
        session.delete(waiting)
        return
    if not re.search(r"\w", words):
        raise BadLine("Say what you would change")
    if len(words) > LONGEST:
        raise BadLine(f"Use at most {LONGEST} letters; this has {len(words):,}")
    item = waiting or AgendaItem(
        programme_id=programme.id, raised=Raised.SAID, group_id=group_id, person_id=person, raised_at=now
    )
    item.words, item.raised_at = words, now
    session.add(item)
    session.flush()


def of_conversation(session: Session, group_id: int, person: str) -> AgendaItem | None:
    """What somebody said last after a conversation."""
    theirs = select(AgendaItem).where(AgendaItem.group_id == group_id, AgendaItem.person_id == person)
    return session.exec(theirs.order_by(col(AgendaItem.id).desc()).limit(1)).first()


def raise_(
    session: Session,
    raised: Raised,
    agreement: Agreement,
    words: str,
    *,
    now: datetime,
    version: int | None = None,
    round_number: int = 0,
) -> None:
    """Put something on the agenda that nobody has said in these words. `version` is the one that it is about,
    if that is not in force any more: to decide about it renews nothing.
    """
    item = AgendaItem(
        programme_id=agreement.programme_id,
        raised=raised,
        agreement_id=agreement.id,
        version=version or agreement.version,
        round_number=round_number,
        words=words,
        raised_at=now,
    )
    session.add(item)
    session.flush()


def of_person(session: Session, programme: Programme, person: str) -> Sequence[tuple[AgendaItem, str]]:
    """What somebody would change, newest first, and what became of each."""
    theirs = select(AgendaItem).where(AgendaItem.programme_id == programme.id, AgendaItem.person_id == person)
    items = session.exec(theirs.order_by(col(AgendaItem.id).desc())).all()
    proposals = numbers(session, items)
    return [(one, became(one, proposals.get(one.proposal_id or 0))) for one in items]


# What organisers decide


def waiting(session: Session, programme: Programme) -> Sequence[AgendaItem]:
    """What nobody has decided about, oldest first."""
    return session.exec(_waiting(programme)).all()


def page_of_waiting(session: Session, programme: Programme, page: int) -> Paged[AgendaItem]:
    return paged(session, _waiting(programme), page, A_PAGE)


def _waiting(programme: Programme) -> SelectOfScalar[AgendaItem]:
    wanted = select(AgendaItem).where(
        AgendaItem.programme_id == programme.id, AgendaItem.state == AgendaState.OPEN
    )
    return wanted.order_by(col(AgendaItem.id))


def decided(session: Session, programme: Programme, most: int = 20) -> Sequence[AgendaItem]:
    """The newest of those that somebody has decided about."""
    wanted = select(AgendaItem).where(
        AgendaItem.programme_id == programme.id, AgendaItem.state != AgendaState.OPEN
    )
    return session.exec(wanted.order_by(col(AgendaItem.settled_at).desc()).limit(most)).all()


def numbers(session: Session, items: Sequence[AgendaItem]) -> dict[int, int]:
    """The numbers of the proposals that came of them, by the proposals' ids."""
    wanted = {item.proposal_id for item in items if item.proposal_id}
    if not wanted:
        return {}
    return dict(session.exec(select(Proposal.id, Proposal.number).where(col(Proposal.id).in_(wanted))).all())


def one(session: Session, programme: Programme, number: int, *, lock: bool = True) -> AgendaItem:
    """Raises NoSuchItem."""
    wanted = select(AgendaItem).where(AgendaItem.programme_id == programme.id, AgendaItem.id == number)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.exec(wanted).one_or_none()
    if found is None:
        raise NoSuchItem
    return found


def decline(session: Session, item: AgendaItem, because: str, *, by: str, now: datetime) -> None:
    """Say no, and why. To say it once more, in the same words, changes nothing.

    Raises:
        Decided
    """
    _settle(session, item, AgendaState.DECLINED, by, now, because=because)


def done(session: Session, item: AgendaItem, *, by: str, now: datetime) -> None:
    """Raises Decided."""
    _settle(session, item, AgendaState.DONE, by, now)


def proposed(session: Session, item: AgendaItem, proposal: Proposal, *, by: str, now: datetime) -> None:
    """A proposal has come of it.

    Raises:
        Decided
    """
    _settle(session, item, AgendaState.PROPOSED, by, now, proposal_id=proposal.id)


def _settle(
    session: Session,
    item: AgendaItem,
    state: AgendaState,
    by: str,
    now: datetime,
    *,
    because: str = "",
    proposal_id: int | None = None,
) -> None:
    if (item.state, item.because, item.proposal_id) == (state, because, proposal_id):
        return  # by a first press
    if item.state is not AgendaState.OPEN:
        raise Decided
    item.state, item.settled_at = state, now
    item.because, item.proposal_id = because, proposal_id
    session.add(item)
    session.flush()
    if item.raised is Raised.REVIEW and item.agreement_id and state is not AgendaState.PROPOSED:
        agreement = session.get_one(Agreement, item.agreement_id, with_for_update=True)
        if agreement.version == item.version:
            renewing.renew(session, agreement, by=by, now=now)
    facts = {"item": item.id, "became": state.value}
    audit.record(
        session, by, "agenda item decided", now=now, programme=item.programme_id, subject="agenda", **facts
    )


def became(item: AgendaItem, number: int | None) -> str:
    """What became of it, in a sentence; `number` is that of the proposal that came of it."""
    match item.state:
        case AgendaState.PROPOSED:
            return f"It is proposal {number}."
        case AgendaState.DECLINED:
            return f"The organisers declined it, because {item.because.rstrip('.')}."
        case AgendaState.DONE:
            return "It has been done."
    return "The organisers have not decided about it yet."


# Telling who said it


def untold(session: Session) -> Sequence[int]:
    """The programmes in which somebody does not know yet what became of what they would change."""
    return session.exec(select(AgendaItem.programme_id).where(*UNTOLD).distinct()).all()


UNTOLD = (
    col(AgendaItem.settled_at).is_not(None),
    col(AgendaItem.told_at).is_(None),
    col(AgendaItem.person_id).is_not(None),
)
ABOUT_AGREEMENTS = [kind.kind for kind in (messages.Proposal, messages.Review, messages.AgendaNews)]


def tell(session: Session, programme: Programme, *, now: datetime) -> None:
    """Tell those who have had no letter about agreements for a week, each in one letter. Who takes part no
    more is not written to.
    """
    wanted = select(AgendaItem).where(AgendaItem.programme_id == programme.id, *UNTOLD)
    items = session.exec(wanted.order_by(col(AgendaItem.id)).with_for_update()).all()
    if not items:
        return
    by_person: dict[str, list[AgendaItem]] = {}
    for item in items:
        by_person.setdefault(item.person_id or "", []).append(item)
    lately = _written_to_lately(session, programme, list(by_person), now)
    proposals = numbers(session, items)
    for person_id, theirs in by_person.items():
        if person_id not in lately:
            _tell_one(session, programme, person_id, theirs, proposals, now)


def _written_to_lately(
    session: Session, programme: Programme, people: Sequence[str], now: datetime
) -> set[str]:
    letters = select(OutboxMessage.person).where(
        OutboxMessage.programme == programme.slug,
        col(OutboxMessage.kind).in_(ABOUT_AGREEMENTS),
        col(OutboxMessage.person).in_(people),
        OutboxMessage.queued_at > now - BETWEEN,
    )
    return set(session.exec(letters).all())


def _tell_one(
    session: Session,
    programme: Programme,
    person_id: str,
    items: Sequence[AgendaItem],
    proposals: dict[int, int],
    now: datetime,
) -> None:
    for item in items:
        item.told_at = now
        session.add(item)
    person = agreements.still_reachable(session, programme, person_id)
    if person is None:
        return
    message = messages.AgendaNews(
        programme=programmes.facts(programme),
        decided=tuple(
            messages.Decided(item.words, became(item, proposals.get(item.proposal_id or 0))) for item in items
        ),
        page=links.make(session, Purpose.PAGE, person.id, now=now),
    )
    to = recipient(person, by_email_only=bool(person.email))
    subject = f"agenda {items[0].id}"
    outbox.queue(session, message, to, subject=subject, programme=programme.slug, now=now)


def count(session: Session, programme: Programme) -> int:
    """How much waits for the organisers."""
    wanted = select(func.count()).where(
        AgendaItem.programme_id == programme.id, AgendaItem.state == AgendaState.OPEN
    )
    return session.exec(wanted).one()
