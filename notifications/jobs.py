"""A message that a worker has claimed, and what forbids sending it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from notifications import destinations, outbox, suppression
from notifications.columns import table_of
from notifications.messages import Channel, Recipient
from notifications.origins import Origins
from notifications.tables import OutboxHold, OutboxMessage

PAUSES = table_of(OutboxHold)
# Asked with each message, so put together once.
HOLDS = select(PAUSES.c.scope, PAUSES.c.reason)


@dataclass(frozen=True)
class Job:
    """A claimed message, read out of the database so that none is open while it is worked on."""

    id: int
    origin: str
    attempt: int
    kind: str
    programme: str | None
    channel: Channel
    to: Recipient
    address_key: str
    payload: str
    tries: int
    crashes: int
    expires_at: datetime


def job_of(row: OutboxMessage, known: Origins) -> Job:
    """What is worked on once the database is closed."""
    assert row.id is not None  # noqa: S101  (it came out of the database)
    return Job(
        id=row.id,
        origin=known.of(row.id),
        attempt=row.attempt,
        kind=row.kind,
        programme=row.programme,
        channel=Channel(row.channel),
        to=row.recipient(),
        address_key=row.address_key or "",
        payload=row.payload or "",
        tries=row.tries,
        crashes=row.crashes,
        expires_at=row.expires_at,
    )


@dataclass(frozen=True)
class Bars:
    """What forbids sending: pauses by their scope, the addresses of some jobs that are on the list, and the
    places that refuse us, by provider.
    """

    holds: dict[str, str]
    listed: dict[tuple[Channel, str], str]
    places: dict[tuple[str, str], destinations.Place]

    @classmethod
    def now(cls, session: Session, jobs: Collection[Job], key: bytes) -> "Bars":
        """As they stand in this transaction, the one that begins to send. At most a thousand jobs."""
        listed: dict[tuple[Channel, str], str] = {}
        for channel in {job.channel for job in jobs}:
            addresses = {job.address_key for job in jobs if job.channel is channel}
            found = suppression.refusals(session, channel, addresses, key=key)
            listed |= {(channel, address): why for address, why in found.items()}
        holds = session.connection().execute(HOLDS)
        places = destinations.refusing(session)
        return cls({hold.scope: hold.reason for hold in holds}, listed, places)

    def hold(self, job: Job) -> str | None:
        if everything := self.holds.get(outbox.EVERYTHING):
            return everything
        return self.holds.get(job.programme or "") if job.kind in outbox.BULK else None

    def suppression(self, job: Job) -> str | None:
        obeys = suppression.obeys(job.kind, job.channel)
        return self.listed.get((job.channel, job.address_key)) if obeys else None
