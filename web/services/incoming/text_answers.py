"""The one short answer to a text: at most three a day to somebody we know, once for ever to a stranger's
number. Whatever is no answer, like a thumb or an absence, gets none, and STOP is answered by the provider.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from notifications import addresses, messages, outbox
from notifications.messages import Channel, Says
from notifications.tables import OutboxMessage
from web.models import Person, Programme, Purpose
from web.services.common import allowances, links, programmes, times
from web.services.common.allowances import What
from web.services.common.contacts import recipient
from web.services.conversations import conversations
from web.services.conversations.conversations import Conversation

# What comes of a text and is an answer to it by itself.
ANSWERS_BY_THEMSELVES = (messages.Thanks.kind, messages.TooLate.kind, messages.Introduction.kind)


@dataclass(frozen=True)
class Back:
    """What to say. `talk` is the conversation it is about, if it is about one; `page` where it leads if that
    is elsewhere. `until` then they are in no round.
    """

    says: Says
    programme: Programme | None = None
    talk: Conversation | None = None
    page: messages.Link | None = None
    until: date | None = None


def newest(session: Session) -> int:
    """The id of the newest message, to tell later what has been queued since."""
    return session.exec(select(func.max(OutboxMessage.id))).one() or 0


def to_known(
    session: Session, person: Person, back: Back, *, reply: int, number: str, since: int, now: datetime
) -> None:
    """Answer somebody we know, unless what they texted has brought them a text already: then that counts.

    `reply` is the row of what they texted, `number` whose allowance it is.
    """
    queued = _queued(session, person, since)
    if allowances.take(session, What.ANSWERS, number, now=now):
        if not queued:
            to = replace(recipient(person), channel=Channel.SMS)
            about = f"reply {reply} at {now.isoformat()}"  # its number may be another's once it is deleted
            _queue(session, _message(session, person, back, now), to, about, back.programme, now)
        return
    for row in queued:
        if row.kind == messages.Thanks.kind:
            outbox.cancel(session, kind=row.kind, subject=row.subject, person=person.id)


def to_stranger(session: Session, phone: str, says: Says, *, number: str, now: datetime) -> None:
    """Answer a number we do not know, whatever it texts: once for ever, and only where a form would take it.
    Whoever texts from dear numbers is paid for our answers.
    """
    if not addresses.can_be_texted(phone):
        return
    to = messages.Recipient(number[:20], "", Channel.SMS, phone=phone)
    _queue(session, messages.TextAnswer(says, join_word=_only_word(session)), to, "stranger", None, now)


def _queued(session: Session, person: Person, since: int) -> list[OutboxMessage]:
    fresh = select(OutboxMessage).where(
        col(OutboxMessage.id) > since,
        OutboxMessage.person == person.id,
        OutboxMessage.channel == Channel.SMS,
        col(OutboxMessage.kind).in_(ANSWERS_BY_THEMSELVES),
        col(OutboxMessage.due_at) <= col(OutboxMessage.queued_at),  # not a question of next week
    )
    return list(session.exec(fresh))


def _message(session: Session, person: Person, back: Back, now: datetime) -> messages.TextAnswer:
    about = back.talk.programme if back.talk else back.programme
    return messages.TextAnswer(
        back.says,
        programme=programmes.facts(about) if about else None,
        page=back.page or _page(session, person, back, now),
        partners=_partners(session, back.talk) if back.talk else (),
        round_on=_next_round(about, now) if about else None,
        until=back.until,
    )


def _page(session: Session, person: Person, back: Back, now: datetime) -> messages.Link:
    if back.talk is None:
        return links.make(session, Purpose.PAGE, person.id, now=now)
    is_noted = back.says in (Says.NOTED, Says.KEPT, Says.DECIDED)
    purpose = Purpose.CHECK_IN if is_noted else Purpose.CONVERSATION
    return links.make(session, purpose, person.id, now=now, subject=back.talk.group.id)


def _partners(session: Session, talk: Conversation) -> tuple[messages.Partner, ...]:
    """Who is in it still, or was left, and no more of them than the introduction told."""
    introduction = conversations.introduction(session, talk)
    known = {partner.person: partner for partner in introduction.partners} if introduction else {}
    return tuple(
        known.get(one.id) or messages.Partner(one.id, one.name, "", known_as=one.known_as)
        for one in talk.partners
        if one.name and not one.erased_at
    )


def _next_round(programme: Programme, now: datetime) -> date | None:
    return programmes.promised_day(programme, times.today(now))


def _only_word(session: Session) -> str:
    """What to text after JOIN, where there is only one programme to join."""
    joined = programmes.to_join(session)
    return (joined[0].join_word or joined[0].slug).upper() if len(joined) == 1 else ""


def _queue(
    session: Session,
    message: messages.TextAnswer,
    to: messages.Recipient,
    subject: str,
    programme: Programme | None,
    now: datetime,
) -> None:
    slug = programme.slug if programme else None
    outbox.queue(session, message, to, subject=subject, programme=slug, now=now)
