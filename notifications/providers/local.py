"""The provider for one machine and for trying things out: messages go into our own database.

It writes in the transaction that records the acceptance, so every message arrives exactly once.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from notifications import sms_text
from notifications.messages import Channel
from notifications.providers.base import Accepted, Outgoing, OutgoingEmail
from notifications.tables import LocalMessage


@dataclass(frozen=True)
class Local:
    """`sender` stands in the From of emails."""

    sender: str = "Unmentoring <unmentoring@localhost>"
    name: str = "local"

    def keep(self, session: Session, outgoing: Outgoing, now: datetime) -> Accepted:
        session.merge(self._row(outgoing, now))
        session.flush()
        return Accepted(f"local-{outgoing.id}")

    def send(self, outgoing: Outgoing) -> Accepted:
        raise TypeError(
            f"message {outgoing.id}: the local provider keeps messages by `keep`, in the caller's transaction"
        )

    def _row(self, outgoing: Outgoing, now: datetime) -> LocalMessage:
        row = LocalMessage(
            message_id=outgoing.id, kind=outgoing.kind, channel="", sent_to=outgoing.to, sent_at=now
        )
        if isinstance(outgoing, OutgoingEmail):
            row.channel = Channel.EMAIL
            row.headers = json.dumps(self._headers(outgoing), ensure_ascii=False)
            row.subject, row.text, row.html = outgoing.subject, outgoing.text, outgoing.html
            row.calendar, row.calendar_method = outgoing.calendar, outgoing.calendar_method
        else:
            row.channel, row.text = Channel.SMS, outgoing.text
        return row

    def _headers(self, outgoing: OutgoingEmail) -> dict[str, str]:
        headers = {"From": self.sender, "To": outgoing.to, "Subject": outgoing.subject}
        if outgoing.reply_to:
            headers["Reply-To"] = outgoing.reply_to
        return headers | dict(outgoing.headers)


@dataclass(frozen=True)
class Received:
    """One message as its reader has it. An email has `segments` None, a text everything of a mail empty."""

    id: int
    kind: str
    channel: Channel
    to: str
    sent_at: datetime
    headers: dict[str, str]
    subject: str
    text: str
    html: str
    calendar: bytes | None
    sms: str | None
    segments: int | None
    encoding: str | None


def inbox(
    session: Session,
    *,
    to: str | None = None,
    kind: str | None = None,
    message_id: int | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Received]:
    """What arrived, newest first."""
    given = {"sent_to": to, "kind": kind, "message_id": message_id}
    where = [col(getattr(LocalMessage, name)) == value for name, value in given.items() if value is not None]
    newest = select(LocalMessage).where(*where)
    newest = newest.order_by(col(LocalMessage.sent_at).desc(), col(LocalMessage.message_id).desc())
    return [_received(row) for row in session.scalars(newest.limit(limit).offset(offset))]


def _received(row: LocalMessage) -> Received:
    by_text = row.channel == Channel.SMS
    cost = sms_text.cost(row.text) if by_text else None
    return Received(
        id=row.message_id,
        kind=row.kind,
        channel=Channel(row.channel),
        to=row.sent_to,
        sent_at=row.sent_at,
        headers=json.loads(row.headers),
        subject=row.subject,
        text="" if by_text else row.text,
        html=row.html,
        calendar=row.calendar,
        sms=row.text if by_text else None,
        segments=cost.segments if cost else None,
        encoding=cost.encoding if cost else None,
    )
