"""What keeps messages from going out at full speed: providers, and places that refuse us."""

from datetime import datetime

from sqlmodel import Session

from notifications import destinations, pace
from notifications.tables import Destination


def slowed(session: Session, now: datetime) -> dict[str, str]:
    """Each provider, and each place by its provider, with what is the matter. Empty when all is well."""
    places = {f"{row.provider} to {row.place}": _of_place(row) for row in destinations.shut(session)}
    return pace.standing(session, now) | places


def _of_place(row: Destination) -> str:
    when = f" at {row.probe_at:%H:%M} UTC" if row.probe_at else ""
    return f"{row.reason}; one message tries again{when}"


def start_again(session: Session, now: datetime) -> list[str]:
    """A person has put it right: all go at full speed. Which they were."""
    were = list(slowed(session, now))
    for provider in pace.standing(session, now):
        pace.start_again(session, provider)
    destinations.start_again(session, now)
    return were
