"""How the whole installation is, for its operator: programme by programme, in numbers, with nobody's name.

A fixed number of queries, however many programmes there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from notifications import destinations, outbox, pace, progress
from web.models import (
    TAKING_PART,
    GatheringSource,
    Membership,
    Programme,
    ProgrammeRequest,
    Round,
    RoundState,
)
from web.services.background import heartbeats
from web.services.common import programmes
from web.services.programmes import starting

LATELY = timedelta(days=7)


@dataclass(frozen=True)
class ProgrammeNumbers:
    """A programme. `last` is its newest sent round; `failed` counts its messages of the last seven days that
    did not arrive; `sources` those of its places for posts that we cannot look at.
    """

    programme: Programme
    people: int
    last: Round | None
    failed: int
    sources: int


@dataclass(frozen=True)
class Overview:
    """`waits_since` is when the message was due that has waited longest, of those that are due; `held` are
    the pauses of the outbox, `places` how many domains or countries refuse us; `swept_at` is when any worker
    was heard of last.
    """

    rows: Sequence[ProgrammeNumbers]
    asked: Sequence[ProgrammeRequest]
    providers: Sequence[tuple[str, str]]
    places: int
    waits_since: datetime | None
    held: Sequence[str]
    swept_at: datetime | None

    @property
    def people(self) -> int:
        """Places taken in programmes; who is in two counts twice."""
        return sum(row.people for row in self.rows)


def of_installation(session: Session, *, now: datetime) -> Overview:
    people, last = _people(session), _last_rounds(session)
    failed, sources = progress.failed_by_programme(session, now - LATELY), _sources(session)
    return Overview(
        rows=[
            ProgrammeNumbers(
                one,
                people.get(one.id, 0),
                last.get(one.id),
                failed.get(one.slug, 0),
                sources.get(one.id, 0),
            )
            for one in programmes.every(session)
        ],
        asked=starting.waiting(session),
        providers=sorted(pace.standing(session, now).items()),
        places=len(destinations.shut(session)),
        waits_since=progress.oldest_waiting(session, now),
        held=[hold.reason for hold in outbox.held(session) if hold.scope == outbox.EVERYTHING],
        swept_at=heartbeats.last(session, now),
    )


def _people(session: Session) -> dict[int, int]:
    counted = select(Membership.programme_id, func.count()).where(col(Membership.standing).in_(TAKING_PART))
    return dict(session.exec(counted.group_by(col(Membership.programme_id))).all())


def _last_rounds(session: Session) -> dict[int, Round]:
    newest = (
        select(func.max(Round.id)).where(Round.state == RoundState.SENT).group_by(col(Round.programme_id))
    )
    found = session.exec(select(Round).where(col(Round.id).in_(newest))).all()
    return {one.programme_id: one for one in found}


def _sources(session: Session) -> dict[int, int]:
    troubled = select(GatheringSource.programme_id, func.count()).where(GatheringSource.trouble != "")
    return dict(session.exec(troubled.group_by(col(GatheringSource.programme_id))).all())
