"""Has a rule worked? Where it is judged by one of our own figures, rounds that are over are looked at.

Missed in two rounds running, the organisers have it on their agenda with the figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from web.models import (
    AgendaItem,
    AgendaState,
    Agreement,
    AgreementVersion,
    Figure,
    Programme,
    Raised,
    Round,
    RoundState,
)
from web.services.agreements import agenda, agreements
from web.services.agreements.agreements import InForce
from web.services.common import phrases, programmes, times
from web.services.evidence import counting
from web.services.evidence.findings import RoundEvidence

FEWEST = 20  # people introduced, below which a round says too little
LARGEST = {
    Figure.MET: 100,
    Figure.REPEATS: 100,
    Figure.CROSSING: 100,
    Figure.ANSWERED: 100,
    Figure.DAYS: 180,
}
TOO_MANY = (Figure.REPEATS, Figure.DAYS)  # of the others there may be too few


@dataclass(frozen=True)
class Measured:
    """What a figure was in a round: percent, or days. None: nothing to count, as when nobody met."""

    round_number: int
    value: float | None

    def misses(self, figure: Figure, bound: int) -> bool:
        if self.value is None:
            return figure is Figure.DAYS
        return self.value > bound if figure in TOO_MANY else self.value < bound

    def said(self, figure: Figure) -> str:
        if self.value is None:
            return f"not reached in round {self.round_number}"
        amount = phrases.counted(int(self.value), "day") if figure is Figure.DAYS else f"{self.value:.0f}%"
        return f"{amount} in round {self.round_number}"


def due(session: Session, *, now: datetime) -> Sequence[int]:
    """The programmes in which a round is over that a rule has not been judged by."""
    wanted = (
        select(Agreement.programme_id)
        .join(AgreementVersion, col(AgreementVersion.agreement_id) == Agreement.id)
        .join(Round, col(Round.programme_id) == Agreement.programme_id)
        .where(
            AgreementVersion.number == Agreement.version,
            AgreementVersion.figure != "",
            Round.state == RoundState.SENT,
            col(Round.ends_on) < times.today(now),
            Round.number > AgreementVersion.measured,
        )
    )
    return session.exec(wanted.distinct()).all()


def count(session: Session, programme_id: int, *, now: datetime) -> Sequence[RoundEvidence]:
    """The rounds that are over, oldest first; as last kept where counting takes long."""
    programme = session.get_one(Programme, programme_id)
    if counting.is_large(session, programme):
        found = counting.kept(session, programme)
    else:
        found = counting.count(session, programme, now=now)
    return sorted((one for one in found.rounds if not one.runs), key=lambda one: one.number) if found else []


def judge(session: Session, programme_id: int, rounds: Sequence[RoundEvidence], *, now: datetime) -> None:
    """Put on the agenda what was missed in two rounds running. Again changes nothing until a round ends."""
    programme = programmes.held(session, programme_id)
    pairs = _pairs(session, programme)
    for one in agreements.every(session, programme):
        if one.version.figure and rounds and rounds[-1].number > one.version.measured:
            _judge(session, one, rounds, pairs, now)


def _judge(
    session: Session,
    one: InForce,
    rounds: Sequence[RoundEvidence],
    pairs: Mapping[int, tuple[int, int, int]],
    now: datetime,
) -> None:
    version, figure = one.version, Figure(one.version.figure)
    begun = [each for each in rounds if each.sent_on >= version.adopted_on and each.introduced >= FEWEST]
    seen = _last_seen(session, version)
    last_two = [measure(figure, each, pairs.get(each.number)) for each in begun if each.number > seen][-2:]
    missed = [each for each in last_two if each.misses(figure, version.bound or 0)]
    if len(missed) == 2 and not _waits(session, version):
        said = phrases.listing([each.said(figure) for each in missed])
        words = f"It has not worked if {in_words(version.figure, version.bound)}: {said}."
        agenda.raise_(
            session, Raised.MISSED, one.agreement, words, round_number=missed[-1].round_number, now=now
        )
    version.measured = rounds[-1].number
    session.add(version)
    session.flush()


def _about(version: AgreementVersion) -> tuple[object, ...]:
    return (
        AgendaItem.raised == Raised.MISSED,
        AgendaItem.agreement_id == version.agreement_id,
        AgendaItem.version == version.number,
    )


def _last_seen(session: Session, version: AgreementVersion) -> int:
    """The last round that put it on the agenda: none counts twice."""
    items = select(AgendaItem.round_number).where(*_about(version))  # type: ignore[arg-type]
    return max(session.exec(items), default=0)


def _waits(session: Session, version: AgreementVersion) -> bool:
    waiting = select(AgendaItem.id).where(*_about(version), AgendaItem.state == AgendaState.OPEN)  # type: ignore[arg-type]
    return session.exec(waiting.limit(1)).first() is not None


def _pairs(session: Session, programme: Programme) -> dict[int, tuple[int, int, int]]:
    """Of each round that was sent: pairs of people, those who had met before, those across organisations."""
    sent = select(Round.number, Round.figures).where(
        Round.programme_id == programme.id, Round.state == RoundState.SENT
    )
    return {
        number: (figures.get("pairs", 0), figures.get("repeats", 0), figures.get("cross", 0))
        for number, figures in session.exec(sent)
    }


def measure(figure: Figure, of: RoundEvidence, pairs: tuple[int, int, int] | None) -> Measured:
    """`pairs`: how many the round has, how many of them had met before, and how many cross organisations."""
    every, again, across = pairs or (0, 0, 0)
    match figure:
        case Figure.MET:
            return Measured(of.number, _percent(of.met, of.introduced))
        case Figure.ANSWERED:
            return Measured(of.number, _percent(of.answered, of.introduced))
        case Figure.REPEATS:
            return Measured(of.number, _percent(again, every))
        case Figure.CROSSING:
            return Measured(of.number, _percent(across, every))
    return Measured(of.number, of.median_days)


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def in_words(figure: str, bound: int | None) -> str:
    """When it has not worked, as the end of a sentence; nothing without a figure."""
    match figure:
        case Figure.MET:
            return f"fewer than {bound}% of everyone introduced met"
        case Figure.ANSWERED:
            return f"fewer than {bound}% of everyone introduced answered"
        case Figure.REPEATS:
            return f"more than {bound}% of the pairs had met before"
        case Figure.CROSSING:
            return f"fewer than {bound}% of the pairs crossed organisations"
        case Figure.DAYS:
            return f"it took more than {phrases.counted(bound or 0, 'day')} until half had met"
    return ""
