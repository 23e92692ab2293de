"""What people send back: understood, kept as sent, and never guessed whose it is.

A person is found by the token in the address they answered to, or by an address or number the web room knows
to be verified theirs. A text from a stranger is kept and belongs to nobody. STOP works whoever sends it.
"""

import base64
import hashlib
import hmac
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol, runtime_checkable

from sqlalchemy import ColumnElement, delete, func, select, true
from sqlmodel import Session, col

from notifications import suppression
from notifications.addresses import email_key
from notifications.errors import BadAddress
from notifications.foreign import address_in, id_of
from notifications.keywords import Understood, Word, understand
from notifications.messages import Channel, CheckIn, HeadsUp, Introduction, Nudge, PartnerGone, Thanks
from notifications.outbox import insert_on
from notifications.suppression import Why
from notifications.tables import OutboxMessage, Reply

Who = Callable[[Channel, str], str | None]  # a verified address -> the person whose it is

LONGEST = 5000  # letters of a reply that are kept
LONGEST_TO, MOST_TOKENS = 50_000, 20  # letters of the addresses a mail went to, and answer addresses in there
ANSWER_ADDRESS = re.compile(r"(?<![\w.])r\.([0-9]{1,10})\.([a-z2-7]{26})@")
# Which words are an answer, and which of them the words of a message ask for.
WORDS = (Word.MET, Word.BOOKED, Word.NOT_YET, Word.COULD_NOT, Word.NO_REPLY, Word.SKIP, Word.YES)
OF_A_HEADS_UP = (Word.SKIP, Word.COULD_NOT, Word.YES)
OF_A_ROUND = (Word.SKIP, Word.COULD_NOT, Word.BOOKED)
ASKED_BY = {
    HeadsUp.kind: OF_A_HEADS_UP,
    Introduction.kind: OF_A_ROUND,
    Nudge.kind: OF_A_ROUND,
    PartnerGone.kind: OF_A_ROUND,
    CheckIn.kind: (Word.MET, Word.BOOKED, Word.NOT_YET, Word.COULD_NOT, Word.NO_REPLY, Word.YES),
}
ANSWERS_WITHIN = timedelta(days=45)  # a text without a token answers the newest message of this time


@dataclass(frozen=True)
class Inbound:
    """One email or text that came in. `to` are all addresses it was sent to, `automatic` if by a machine;
    `doubtful` if it only sounds so, and may be a person's.
    """

    channel: Channel
    source_id: str
    sender: str
    text: str
    to: tuple[str, ...] = ()
    automatic: bool = False
    doubtful: bool = False
    word: Word | None = None  # what it means by the provider's own word, whatever it says
    at: datetime | None = None  # when it was written, where that is not now


@runtime_checkable
class ListsInbound(Protocol):
    """A provider that can be asked for what people wrote to us, should it not have handed it over."""

    @property
    def name(self) -> str: ...

    def inbound_between(self, since: datetime, until: datetime) -> Sequence[Inbound]:
        """The oldest first. Raises like `send`."""
        ...


@dataclass(frozen=True)
class Received:
    """A reply as taken: for the web room to act upon. `message` is what it answers, if anything is known.

    `certain`: it came with our token, or from a phone number. An email's From alone can be forged: it is
    enough for a learning that waits for approval, and for nothing else. `heard`: False if it says STOP or
    START and did not come from the address we had written to, so that nothing came of it.
    """

    reply_id: int
    channel: Channel
    word: Word
    learning: str
    person: str | None
    message: OutboxMessage | None
    certain: bool
    heard: bool = True


def reply_address(message_id: int, person: str, *, key: bytes, domain: str) -> str:
    """Where an answer to this message goes. The same each time, so a second copy carries the same one."""
    return f"r.{message_id}.{_token(message_id, person, key)}@{domain}"


def _token(message_id: int, person: str, key: bytes) -> str:
    mac = hmac.new(key, f"reply:{message_id}:{person}".encode(), hashlib.sha256).digest()[:16]
    return base64.b32encode(mac).decode().rstrip("=").lower()  # a local part may lose its case on the way


def answered(session: Session, to: Iterable[str], keys: Iterable[bytes]) -> OutboxMessage | None:
    """The message that an email answers, if one of its addresses carries our token."""
    for message_id, token in _tokens(to):
        row = session.get(OutboxMessage, message_id)
        if row and any(_is(token, row, key) for key in keys):
            return row
    return None


def _tokens(to: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The first few of our answer addresses that stand in there. The token proves them, so how they stand
    there does not matter.
    """
    written = " ".join(to)[:LONGEST_TO].lower()
    for found in islice(ANSWER_ADDRESS.finditer(written), MOST_TOKENS):
        if (message_id := id_of(found[1])) is not None:
            yield message_id, found[2]


def _is(token: str, row: OutboxMessage, key: bytes) -> bool:
    return hmac.compare_digest(token, _token(row.id or 0, row.person, key))


def take(
    session: Session,
    inbound: Inbound,
    *,
    who: Who,
    reply_keys: Iterable[bytes],
    key: bytes,
    now: datetime,
) -> Received | None:
    """Keep what came in, once, and do what STOP and START ask. None if we have had it already.

    `who` knows whose verified address it is; `key` is the suppression list's. Acting on the rest (met, skip,
    a learning) is the caller's.
    """
    message = answered(session, inbound.to, reply_keys) if inbound.channel is Channel.EMAIL else None
    certain = message is not None or inbound.channel is Channel.SMS
    person = message.person if message else who(inbound.channel, inbound.sender)
    understood = _understood(inbound)
    if message is None and person is not None:
        message = _newest(session, person, understood.word, inbound.at, now)
    if person and inbound.at and _is_overtaken(session, person, message, understood.word, inbound.at):
        understood = Understood(Word.UNCLEAR)
    reply_id = _keep(session, inbound, understood, person, message, now)
    if reply_id is None:
        return None
    address = _address_of(inbound, message if certain else None)
    lifted = address is not None and _stop_or_start(session, inbound, understood.word, address, key, now)
    word = Word.START if lifted else understood.word
    heard = address is not None or word not in (Word.STOP, Word.START)
    learning = understood.learning[:LONGEST]
    return Received(reply_id, inbound.channel, word, learning, person, message, certain, heard)


def _understood(inbound: Inbound) -> Understood:
    if inbound.word:
        return Understood(inbound.word)
    if inbound.automatic:
        return Understood(Word.UNCLEAR if inbound.doubtful else Word.NOTHING)
    return understand(inbound.text)


def _newest(
    session: Session, person: str, word: Word, at: datetime | None, now: datetime
) -> OutboxMessage | None:
    """The message they most likely answer: about a round that has begun, or, by a word that can be meant so,
    about one to come. What has gone out since they wrote, where that was earlier, is none.

    Each programme's newest is looked at, the latest first: one that asks for this word and has had none yet;
    else one that has had none; else the latest.
    """
    announced = [HeadsUp.kind] if word in OF_A_HEADS_UP else []
    sent = select(OutboxMessage).where(
        col(OutboxMessage.person) == person,
        col(OutboxMessage.round).is_not(None) | col(OutboxMessage.kind).in_(announced),
        col(OutboxMessage.accepted_at) > (at or now) - ANSWERS_WITHIN,
        col(OutboxMessage.accepted_at) <= at if at else true(),
        col(OutboxMessage.kind).not_in([Thanks.kind] if word in WORDS else []),
    )
    rows = session.scalars(sent.order_by(col(OutboxMessage.accepted_at).desc(), col(OutboxMessage.id).desc()))
    newest = {row.programme: row for row in reversed(rows.all())}
    latest = sorted(newest.values(), key=_when, reverse=True)
    if word not in WORDS:
        return latest[0] if latest else None
    had = _answered_by_a_word(session, person)
    unanswered = [row for row in latest if row.programme not in had or had[row.programme] < _when(row)]
    asking = [row for row in unanswered if word in ASKED_BY.get(row.kind, ())]
    return next(iter([*asking, *unanswered, *latest]), None)


def _is_overtaken(
    session: Session, person: str, message: OutboxMessage | None, word: Word, at: datetime
) -> bool:
    """Have they said otherwise since they wrote this: START after a STOP, STOP after a START or a YES, or
    another answer to the same message? What was handed over late must not take that back.
    """
    otherwise = {Word.STOP: [Word.START], Word.START: [Word.STOP], Word.YES: [Word.STOP]}.get(word, [])
    says: ColumnElement[bool] = col(Reply.word).in_(otherwise)
    if word in WORDS and message:
        says |= col(Reply.word).in_(WORDS) & (col(Reply.message_id) == message.id)
    since = select(col(Reply.id)).where(col(Reply.person) == person, col(Reply.received_at) > at, says)
    return session.scalars(since.limit(1)).first() is not None


def _when(row: OutboxMessage) -> tuple[datetime, int]:
    return row.accepted_at or row.queued_at, row.id or 0


def _answered_by_a_word(session: Session, person: str) -> dict[str | None, tuple[datetime, int]]:
    """When somebody last answered each programme with a word; as `_when`, after all that was sent by then."""
    said = (
        select(col(OutboxMessage.programme), func.max(Reply.received_at))
        .join(Reply, col(Reply.message_id) == col(OutboxMessage.id))
        .where(col(Reply.person) == person, col(Reply.word).in_(WORDS))
        .group_by(col(OutboxMessage.programme))
    )
    return {programme: (at, sys.maxsize) for programme, at in session.execute(said)}


def _keep(
    session: Session,
    inbound: Inbound,
    understood: Understood,
    person: str | None,
    message: OutboxMessage | None,
    now: datetime,
) -> int | None:
    row = {
        "channel": inbound.channel,
        "source_id": inbound.source_id[:200],
        "word": understood.word,
        "text": inbound.text.replace("\x00", "")[:LONGEST],
        "person": person,
        "message_id": message.id if message else None,
        "received_at": inbound.at or now,
        "handled_at": now,
        "to_read": False,
    }
    once = insert_on(session)(Reply).on_conflict_do_nothing(index_elements=["channel", "source_id"])
    return session.scalars(once.returning(col(Reply.id)), [row]).one_or_none()


def _address_of(inbound: Inbound, message: OutboxMessage | None) -> str | None:
    """What STOP and START are about; None where that is not certain."""
    if inbound.channel is Channel.SMS:
        return inbound.sender or None
    return address_answered(inbound, message)


def _stop_or_start(
    session: Session, inbound: Inbound, word: Word, address: str, key: bytes, now: datetime
) -> bool:
    """Whether they may be written to again who might not before."""
    if word is Word.STOP:
        why = Why.STOP if inbound.channel is Channel.SMS else Why.UNSUBSCRIBED
        suppression.suppress(session, inbound.channel, address, why, key=key, now=now)
    # A carrier that stopped them starts again at "yes"; a mail's "yes" answers what the mail asked.
    by_text = inbound.channel is Channel.SMS
    if word is Word.START or (word is Word.YES and by_text):
        known = suppression.suppressed(session, inbound.channel, address, key=key)
        if known and inbound.at and known.since > inbound.at:
            return False  # of a number that several share nobody is known who has said so since
        return suppression.lift(session, inbound.channel, address, key=key)
    return False


def address_answered(inbound: Inbound, message: OutboxMessage | None) -> str | None:
    """The address we wrote to, if the answer came from there. A From is easily forged, so the token is asked
    for; letters are passed on, so the From is: a stranger who says "unsubscribe" stops nobody else.
    """
    if message is None or message.channel != Channel.EMAIL:
        return None
    try:
        same = email_key(address_in(inbound.sender)) == message.address_key
    except BadAddress:
        return None
    return message.address_key if same else None


def forget_older_than(session: Session, before: datetime) -> None:
    """Retention: what somebody wrote is kept no longer than what we wrote."""
    session.execute(delete(Reply).where(col(Reply.received_at) < before))
