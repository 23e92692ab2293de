"""Whose numbering a message's id belongs to: this installation's, as it was made, upgraded or restored.

A restored database, and one restored beside the first, would give out again ids that have travelled already.
So each has an origin of its own, which travels with the id: in Message-IDs, in what providers give back, in
references. A message keeps the origin it was made under, so a second copy of it is still known for one, and
what providers tell of messages from before a restore still finds them.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from notifications.tables import OutboxMessage, OutboxOrigin

# More than are given out between a backup and the day it is restored.
STRIDE = 1_000_000

SEQUENCE_SQLITE = "UPDATE sqlite_sequence SET seq = :last WHERE name = 'outbox_message'"
BEGIN_SQLITE = "INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox_message', :last)"
SEQUENCE_POSTGRESQL = "SELECT setval(pg_get_serial_sequence('outbox_message', 'id'), :last)"


@dataclass(frozen=True)
class Origins:
    """`first_ids` in rising order; each begins what its name names, up to the next one."""

    first_ids: Sequence[int]
    names: Sequence[str]

    def of(self, message_id: int) -> str:
        """Empty for messages from before there were origins."""
        place = bisect_right(self.first_ids, message_id)
        return self.names[place - 1] if place else ""


def known(session: Session) -> Origins:
    rows = session.execute(
        select(col(OutboxOrigin.first_id), col(OutboxOrigin.name)).order_by(col(OutboxOrigin.first_id))
    ).all()
    return Origins([first_id for first_id, _ in rows], [name for _, name in rows])


def begin(session: Session, name: str, now: datetime) -> None:
    """From here on ids are of a new origin, and move on to where none was given out.

    `name` is drawn at random by the caller: letters and digits, at most twenty.
    """
    # Nothing may have been queued since the last origin began.
    given = (col(OutboxMessage.id), col(OutboxOrigin.first_id))
    last = max(session.scalar(select(func.max(each))) or 0 for each in given) + STRIDE
    session.add(OutboxOrigin(first_id=last + 1, name=name, since=now))
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(SEQUENCE_POSTGRESQL), {"last": last})
        return
    moved = session.connection().execute(text(SEQUENCE_SQLITE), {"last": last})
    if not moved.rowcount:
        session.execute(text(BEGIN_SQLITE), {"last": last})
