"""NO OBJECTION, CONCERN … and OBJECT … by text: they answer the last proposal somebody was told of. What
follows NO OBJECTION, "but not in August", is kept as a concern: nothing that somebody wrote is dropped.

What else is texted right after a proposal is no answer to it, and nothing learned either: it is answered with
the link.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from notifications import keywords, messages
from notifications.keywords import Word
from notifications.messages import Channel, Says
from notifications.tables import OutboxMessage
from web.models import Person, Programme, Proposal, Purpose, Review, Stance
from web.services.agreements import answering
from web.services.agreements.objections import WithPanel
from web.services.agreements.proposals import NotOpenToThat, TakesNoPart
from web.services.common import contacts, links

WITHIN = timedelta(days=45)
NONE_AT_ALL = r"(?i:(?: (?:from (?:me|us|here)|at all|here|whatsoever|to (?:this|that|it)))*)"
# In capitals at any time; in small letters right after a proposal, where no other word begins like this.
WAYS = {
    Stance.NO_OBJECTION: rf"(?:i have )?no objections?\b{NONE_AT_ALL}",
    Stance.CONCERN: r"(?:i have a )?concerns?\b",
    Stance.OBJECTION: r"(?:i )?object(?:ion)?\b",
}
CAPITALS = {
    Stance.NO_OBJECTION: rf"NO OBJECTIONS?\b{NONE_AT_ALL}",
    Stance.CONCERN: r"CONCERNS?\b",
    Stance.OBJECTION: r"OBJECT(?:ION)?\b",
}
# Behind these ways no reason, but that there is none: "Objection: none", "I object to nothing", "Object? Me?"
NO_REASON = re.compile(
    r"\?.*|(?:to )?(?:none|nothing|nil|no|n/?a|not at all)(?: (?:from (?:me|us)|at all|here))*\W*",
    re.IGNORECASE,
)
# Words that say nothing of a proposal, and nothing else that is certain either.
UNCERTAIN = (Word.LEARNING, Word.YES, Word.COULD_NOT)


@dataclass(frozen=True)
class Told:
    """A proposal that somebody was told of, in which version, and whether that was the last text they had."""

    proposal: Proposal
    version: int
    programme: Programme
    is_last: bool


@dataclass(frozen=True)
class SaidOfProposal:
    """What to answer, and the page it leads to."""

    says: Says
    programme: Programme
    page: messages.Link


def take(
    session: Session, person: Person, text: str, word: Word, *, written_at: datetime, now: datetime
) -> SaidOfProposal | None:
    """Act upon a text that speaks of a proposal; None where it does not. What they were told after it was
    written it cannot speak of.
    """
    told = _told(session, person, written_at)
    stance, words = _understood(text, after=bool(told and told.is_last))
    if told is None or not (stance or (told.is_last and word in UNCERTAIN)):
        return _after_a_review(session, person, written_at, now) if word in UNCERTAIN else None
    says = _answer(session, told, person, stance, words, now) if stance else Says.NOT_AN_ANSWER
    page = links.make(session, Purpose.PROPOSAL, person.id, now=now, subject=told.proposal.id)
    return SaidOfProposal(says, told.programme, page)


def _after_a_review(
    session: Session, person: Person, written_at: datetime, now: datetime
) -> SaidOfProposal | None:
    """A review is answered on its page: what is texted right after it is answered with the link."""
    message = _last(session, person, written_at, col(OutboxMessage.channel) == Channel.SMS)
    if message is None or message.kind != messages.Review.kind:
        return None
    review = session.get(Review, int(message.subject.split()[1]))
    if review is None:
        return None
    programme = session.get_one(Programme, review.programme_id)
    page = links.make(session, Purpose.REVIEW, person.id, now=now, subject=review.id)
    return SaidOfProposal(Says.ON_ITS_PAGE, programme, page)


def _last(
    session: Session, person: Person, by: datetime, *conditions: ColumnElement[bool]
) -> OutboxMessage | None:
    """The newest message of these that somebody had had by then."""
    sent = select(OutboxMessage).where(
        col(OutboxMessage.person).in_(contacts.ids(session, person)),
        col(OutboxMessage.accepted_at) > by - WITHIN,
        col(OutboxMessage.accepted_at) <= by,
        *conditions,
    )
    newest = sent.order_by(col(OutboxMessage.accepted_at).desc(), col(OutboxMessage.id).desc()).limit(1)
    return session.exec(newest).first()


def _told(session: Session, person: Person, by: datetime) -> Told | None:
    message = _last(session, person, by, col(OutboxMessage.kind) == messages.Proposal.kind)
    if message is None:
        return None
    by_text = _last(session, person, by, col(OutboxMessage.channel) == Channel.SMS)
    _, proposal_id, version, *_ = message.subject.split()
    proposal = session.get(Proposal, int(proposal_id), with_for_update=True)
    if proposal is None:
        return None
    programme = session.get_one(Programme, proposal.programme_id)
    # Who was two entries has been told by text and by mail.
    is_last = by_text is not None and (by_text.kind, by_text.subject) == (message.kind, message.subject)
    return Told(proposal, int(version), programme, is_last)


def _understood(text: str, *, after: bool) -> tuple[Stance | None, str]:
    said = " ".join(text.split())
    for ways, flags in ((CAPITALS, 0), (WAYS, re.IGNORECASE)) if after else ((CAPITALS, 0),):
        for stance, way in ways.items():
            found = re.match(rf"{way}[\s:,.;!–—-]*(.*)", said, flags)
            if found and (stance is Stance.NO_OBJECTION or not NO_REASON.fullmatch(found[1])):
                return stance, found[1]
    return None, ""


def _answer(session: Session, told: Told, person: Person, stance: Stance, words: str, now: datetime) -> Says:
    doubtful = stance is Stance.NO_OBJECTION and bool(words) and not keywords.is_courtesy(words)
    stance = Stance.CONCERN if doubtful else stance
    # A reason holds until its author says otherwise; to agree one must have read what one agrees to.
    if stance is Stance.NO_OBJECTION and told.version != told.proposal.version:
        return Says.AMENDED
    try:
        answering.answer(session, told.programme, told.proposal, person.id, stance, words, now=now)
    except answering.BadAnswer:
        return Says.SAY_WHY
    except WithPanel:
        return Says.WITH_PANEL
    except TakesNoPart:
        return Says.TAKES_NO_PART
    except NotOpenToThat:
        return Says.DECIDED_WITHOUT
    return Says.KEPT_AS_CONCERN if doubtful else Says.ANSWERED
