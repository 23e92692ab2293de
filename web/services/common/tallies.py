"""Counted is counted as it is done, so that nobody has to count rows, and rows may go: see /metrics."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from threading import Lock

from sqlmodel import Session, select

from notifications.columns import table_of
from notifications.outbox import insert_on
from web.models import Tally


class Counted(StrEnum):
    SENT = "sent"  # messages handed to a provider, by provider and what came of it
    DRAWN = "drawn"  # rounds drawn
    ROUND_SENT = "round sent"  # rounds sent


def add(session: Session, what: Counted, label: str, *, times: int = 1, seconds: float = 0.0) -> None:
    """Count `times` more, which took so many seconds altogether.

    Call it last in a transaction: others who count the same wait for its end.
    """
    table = table_of(Tally)
    first = insert_on(session)(table).values(what=what, label=label, times=times, seconds=seconds)
    more = {"times": table.c.times + times, "seconds": table.c.seconds + seconds}
    session.execute(first.on_conflict_do_update(index_elements=["what", "label"], set_=more))


class Kept:
    """Counts kept in memory by the threads of a process until one of them writes them down."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[Counted, str]] = Counter()

    def add(self, what: Counted, labels: Mapping[str, int]) -> None:
        with self._lock:
            self._counts.update({(what, label): times for label, times in labels.items()})

    def write(self, session: Session) -> None:
        """Counted is not committed afterwards is lost: it only tells whoever watches."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        for (what, label), times in sorted(counts.items()):
            add(session, what, label, times=times)


def every(session: Session) -> Sequence[Tally]:
    return session.exec(select(Tally).order_by(Tally.what, Tally.label)).all()
