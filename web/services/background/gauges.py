"""How it is with messages and workers at this moment, for whoever watches: see /metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from notifications import pace, progress
from web.models import Heartbeat, Tally
from web.services.background import heartbeats
from web.services.common import tallies


@dataclass(frozen=True)
class Gauges:
    """`unsettled` are messages of which more is to come, by state; what was delivered is in `tallies`."""

    unsettled: Sequence[progress.Unsettled]
    troubled: Sequence[str]
    workers: Sequence[Heartbeat]
    tallies: Sequence[Tally]


def of(session: Session, now: datetime) -> Gauges:
    return Gauges(
        progress.unsettled(session),
        sorted(pace.standing(session, now)),
        heartbeats.heard_of(session),
        tallies.every(session),
    )
