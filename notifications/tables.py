"""The tables of this room: what is to be told, what became of it, and what came back.

Opaque ids point to people and rounds that this room knows nothing about. Importing this module is enough
for a migration to see every table.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from notifications.columns import Base, UTCDateTime
from notifications.messages import Channel, Message, Recipient, from_json


class State(StrEnum):
    QUEUED = "queued"  # to be sent as soon as it is due
    HELD = "held"  # its programme, or the whole outbox, is paused
    CLAIMED = "claimed"  # a worker has taken it; the provider has not been called
    SENDING = "sending"  # written before the provider is called: from here on it may have been sent
    UNCERTAIN = "uncertain"  # cut off while sending: only evidence can tell
    ACCEPTED = "accepted"  # the provider has it
    FAILED_TEMPORARILY = "failed_temporarily"  # the provider is still trying
    DELIVERED = "delivered"  # it is in their mailbox, or on their phone
    FAILED = "failed"  # it will not arrive
    SUPPRESSED = "suppressed"  # we, or the provider, must not write there
    PARKED = "parked"  # we cannot make sense of it ourselves: somebody has to look
    EXPIRED = "expired"  # past its deadline before it could be sent
    CANCELLED = "cancelled"  # its cause is gone


# What can follow by what we do ourselves; what providers report comes on top (`receipts.MOVES`). No test
# can make another move, one test makes every one, and docs/states.md is drawn from it.
NEXT: dict[State, tuple[State, ...]] = {
    State.QUEUED: (State.CLAIMED, State.HELD, State.EXPIRED, State.CANCELLED, State.SUPPRESSED,
                   State.ACCEPTED),  # the last: given up as cut off, and then it had gone out after all
    State.HELD: (State.QUEUED, State.EXPIRED, State.CANCELLED, State.SUPPRESSED),
    State.CLAIMED: (State.SENDING, State.QUEUED, State.HELD, State.EXPIRED, State.CANCELLED,
                    State.SUPPRESSED, State.PARKED),
    State.SENDING: (State.ACCEPTED, State.QUEUED, State.UNCERTAIN, State.FAILED, State.SUPPRESSED),
    State.UNCERTAIN: (State.ACCEPTED, State.QUEUED, State.FAILED, State.CANCELLED, State.SUPPRESSED),
    State.ACCEPTED: (State.QUEUED,),
    State.FAILED_TEMPORARILY: (State.QUEUED,),
    State.DELIVERED: (),
    State.FAILED: (State.QUEUED, State.CANCELLED),
    State.SUPPRESSED: (State.QUEUED, State.FAILED, State.CANCELLED),
    State.PARKED: (State.QUEUED, State.CANCELLED),
    State.EXPIRED: (State.QUEUED, State.CANCELLED),
    State.CANCELLED: (State.QUEUED,),
}  # fmt: skip
WAITING = (State.QUEUED, State.HELD, State.CLAIMED)  # the provider has certainly not been called
UNSENT = (*WAITING, State.EXPIRED)  # nor will it be, unless somebody wants it sent once it is too late
UNDECIDED = (State.SENDING, State.UNCERTAIN)
# What may be sent again, by itself or by somebody's press, without a provider that is still trying.
NOT_ARRIVED = (State.FAILED, State.PARKED, State.EXPIRED, State.SUPPRESSED, State.UNCERTAIN)
RESENDABLE = (*NOT_ARRIVED, State.FAILED_TEMPORARILY, State.CANCELLED)


FAILED = text("state = 'failed'")  # a few: an index of all would cost every message


class OutboxMessage(Base, table=True):
    """One message to one person.

    `person` and `OutboxNamed.person` are opaque ids. `programme` and `round` are opaque, for reporting and
    holding. `address_key` is the canonical form of the address in use, blanked with the rest when somebody is
    forgotten. `attempt` rises with each claim, unless it is given back, and fences off workers that were
    thought dead; `tries` counts refusals and `crashes` our own exceptions. `resent` marks a message that went
    out again without certainty.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("kind", "subject", "person", name="uq_outbox_message_once"),
        Index("ix_outbox_message_due", "state", "due_at"),
        Index("ix_outbox_message_round", "round", "kind", "state"),
        Index("ix_outbox_message_address", "address_key", "state"),
        Index("ix_outbox_message_provider", "provider", "provider_id"),
        Index("ix_outbox_message_accepted", "provider", "accepted_at"),
        Index("ix_outbox_message_failed", "settled_at", sqlite_where=FAILED, postgresql_where=FAILED),
        # Ids travel to providers and live in unsubscribe links: one is never given out twice.
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: str
    person: str
    programme: str | None = None
    round: str | None = None
    channel: str
    name: str | None = None
    known_as: str | None = None
    email: str | None = None
    phone: str | None = None
    shares_number: bool = False
    address_key: str | None = None
    payload: str | None = None
    state: str = State.QUEUED
    attempt: int = 0
    tries: int = 0
    crashes: int = 0
    resent: bool = False
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    due_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    provider: str | None = None
    provider_id: str | None = None
    reason: str | None = None
    queued_at: datetime = Field(sa_type=UTCDateTime)
    sending_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)

    def message(self) -> Message:
        """Raises ValueError when its content has been blanked."""
        if self.payload is None:
            raise ValueError(f"message {self.id} has been blanked")
        return from_json(self.kind, self.payload)

    def recipient(self) -> Recipient:
        return Recipient(
            self.person,
            self.name or "",
            Channel(self.channel),
            self.email,
            self.phone,
            self.shares_number,
            self.known_as or "",
        )


class OutboxNamed(Base, table=True):
    """Somebody whose name stands in a message, or who is its reader."""

    __tablename__ = "outbox_named"

    message_id: int = Field(primary_key=True, foreign_key="outbox_message.id", ondelete="CASCADE")
    person: str = Field(primary_key=True, index=True)


class OutboxHold(Base, table=True):
    """While it stands, nothing of its scope is sent. The scope is a programme, or `EVERYTHING`."""

    __tablename__ = "outbox_hold"

    scope: str = Field(primary_key=True)
    reason: str
    since: datetime = Field(sa_type=UTCDateTime)


class OutboxOrigin(Base, table=True):
    """From which id on messages are of an origin: one row for each upgrade or restore that began one."""

    __tablename__ = "outbox_origin"

    first_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str
    since: datetime = Field(sa_type=UTCDateTime)


class LocalMessage(Base, table=True):
    """What the local provider was given: the mailbox behind the `/outbox` page.

    One row for each message: it is written in the transaction that marks the message accepted. `headers` is a
    JSON object of every header, From and To among them; `body` the whole text of a text message.
    """

    __tablename__ = "local_message"

    message_id: int = Field(primary_key=True)
    kind: str
    channel: str
    sent_to: str
    headers: str = "{}"
    subject: str = ""
    text: str = ""
    html: str = ""
    calendar: bytes | None = Field(default=None, sa_type=LargeBinary)
    calendar_method: str = ""
    sent_at: datetime = Field(sa_type=UTCDateTime, index=True)


class Suppression(Base, table=True):
    """An address that must not be written to on a channel, in any programme.

    `key` is an HMAC of the address's canonical form under a key of its own, so that the list outlives the
    erasure of the person without naming them.
    """

    __tablename__ = "suppression"

    channel: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    reason: str
    since: datetime = Field(sa_type=UTCDateTime)


class ProviderPace(Base, table=True):
    """One provider's budget, shared by every worker. Without a row there is nothing to obey.

    `rate` is calls a second, learned from refusals, and rises at `rate_until`; under it the next call may
    start at `next_at`. `failures` counts outages in a row; from `pace.OPEN_AFTER` on, one call at a time
    probes, until `probe_until`. `stopped` says why the provider refuses us altogether: a person must release
    it. `spent` counts segments of text on the day `spent_on`, and `spent_unproven` those of them that went to
    numbers which nobody has proven to be theirs.
    """

    __tablename__ = "provider_pace"

    provider: str = Field(primary_key=True)
    rate: float | None = None
    rate_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    paused_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    paused_for: str | None = None
    failures: int = 0
    probe_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    stopped: str | None = None
    stopped_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    spent: int = 0
    spent_unproven: int = 0
    spent_on: date | None = None


class Destination(Base, table=True):
    """A place that refuses us, by provider: a receiving domain, or a country's numbers. Others have no row.

    `refused` counts different messages in a row. From `destinations.SHUT_AFTER` on only one tries there, at
    `probe_at`. `reported`: it is told of afterwards that one was refused, or came through, not in the answer
    to the call.
    """

    __tablename__ = "destination"

    provider: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    refused: int = 0
    reason: str
    reported: bool = False
    since: datetime = Field(sa_type=UTCDateTime)
    probe_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Receipt(Base, table=True):
    """One thing a provider told us about a message, as stored before it is applied.

    `message_id` is ours, from the event; without it `provider_id` leads there, perhaps later: until then
    `applied` is False. No address and no words of the message are kept.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("provider", "event_id", name="uq_receipt_once"),
        Index("ix_receipt_unapplied", "applied", "received_at"),
        Index("ix_receipt_message", "message_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    provider: str
    event_id: str
    what: str
    message_id: int | None = None
    attempt: int | None = None
    provider_id: str | None = None
    reason: str = ""
    stops: str | None = None
    again: str | None = None
    happened_at: datetime = Field(sa_type=UTCDateTime)
    received_at: datetime = Field(sa_type=UTCDateTime)
    applied: bool = False


class Reply(Base, table=True):
    """Something a person sent back, as they sent it, and what we understood.

    `source_id` is the provider's id of it, so that the same one told twice is one. `person` is None where we
    do not know who it was: nobody is guessed. `message_id` is the message it answers. `to_read`: an organiser
    reads it, or has read it; without `handled_at` it waits for one. Its word is `Word.UNCLEAR` where nothing
    came of it.
    """

    __tablename__ = "reply"
    __table_args__ = (
        UniqueConstraint("channel", "source_id", name="uq_reply_once"),
        Index("ix_reply_person", "person"),
        Index("ix_reply_unhandled", "handled_at", "received_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    source_id: str
    word: str
    text: str
    person: str | None = None
    message_id: int | None = None
    to_read: bool = False
    received_at: datetime = Field(sa_type=UTCDateTime)
    handled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class InboundRead(Base, table=True):
    """Up to when a provider's list of what people wrote to us has been read; without a row it begins now."""

    __tablename__ = "inbound_read"

    provider: str = Field(primary_key=True)
    until: datetime = Field(sa_type=UTCDateTime)
