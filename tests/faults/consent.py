"""Random histories of proposals, lived by the product and by a model of its rules that shares no code."""

import multiprocessing
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from tests.faults.mistakes import mistaken
from tests.faults.trial import Outcome, Trial, opened
from tests.support.consent_histories import History, nothing_kept
from web.db import Database
from web.services.agreements import clock, deciding, objections, panels, reviews, rule_objections

STEPS = 40
PART = 100  # histories that are walked by one process in one go
OFTEN = 50  # each move from state to state, in full
Part = tuple[Trial, int]  # where its histories begin
Walked = tuple[int, Counter[str], int]  # how many, what happened in them, how many were apart
KEEP, ELIGIBLE = clock.keep, panels.eligible_ids


def fault(trial: Trial) -> Outcome:
    """They agree on states, ends, who is asked, and objections, after every step of every history."""
    wanted = trial.size(10, 20_000)
    parts = [(trial, first) for first in range(0, 60 if trial.mutant else wanted, PART)]
    empty = opened(trial.url)
    empty.upgrade()
    empty.dispose()
    walked, seen, apart = 0, Counter[str](), 0
    for part, (number, what, differ) in enumerate(_each(trial, parts), start=1):
        walked, seen, apart = walked + number, seen + what, apart + differ
        if trial.full:
            print(f"    part {part:,} of {len(parts):,}: {walked:,} histories, {apart:,} apart", flush=True)
        if apart:
            break
    moves = {what: count for what, count in sorted(seen.items()) if " to " in what}
    rare = [what for what, count in moves.items() if count < OFTEN] if trial.full else []
    counted = ", ".join(f"{n:,} {what}" for what, n in moves.items())
    figure = f"{walked:,} histories, {apart} apart; {counted}"
    goal = f"{wanted:,} histories, none apart, each move {OFTEN} times in full"
    return Outcome(figure, goal, not apart and not rare)


def _each(trial: Trial, parts: Sequence[Part]) -> Iterator[Walked]:
    """Beside each other where each can have a file of its own: 20,000 take hours of one processor."""
    if not trial.full or not trial.url.startswith("sqlite"):
        yield from map(_walk, parts)
        return
    with multiprocessing.get_context("fork").Pool() as processes:
        yield from processes.imap_unordered(_walk, parts)


def _walk(part: Part) -> Walked:
    trial, first = part
    walked, seen, apart = 0, Counter[str](), 0
    with _of_its_own(trial, first) as database, mistaken(MISTAKES, trial.mutant):
        for number in range(first, min(first + PART, trial.size(60 if trial.mutant else 10, 20_000))):
            with database.write() as session, nothing_kept(session):
                history = History(session, random.Random(f"{trial.seed} {number}"), f"history-{number}")
                try:
                    history.live(STEPS)
                except AssertionError:
                    apart += 1
                walked += 1
                seen.update(history.seen)
            if apart:
                break
    return walked, seen, apart


@contextmanager
def _of_its_own(trial: Trial, first: int) -> Iterator[Database]:
    """A copy of the file; on PostgreSQL the database itself."""
    made = trial.folder / f"histories-{first}.db"
    if file := opened(trial.url).file:
        shutil.copy(file, made)
    database = opened(f"sqlite:///{made}" if file else trial.url)
    try:
        yield database
    finally:
        database.dispose()
        made.unlink(missing_ok=True)


def _none(*_: object, **__: object) -> list[Any]:
    return []


def _runs_on(timed: clock.Timed, *, held: datetime | None, now: datetime) -> None:
    KEEP(timed, held=None, now=now)


def _everybody(session: Any, programme: Any, proposal: Any) -> list[str]:
    raised = [one.person_id for one in objections.of(session, proposal)]
    return sorted({*ELIGIBLE(session, programme, proposal), *raised})


MISTAKES: dict[str, tuple[Any, str, Any]] = {
    "adopts with an open objection": (objections, "in_the_way", _none),
    "the clock runs while messages are held": (clock, "keep", _runs_on),
    "somebody who objects is on the panel": (panels, "eligible_ids", _everybody),
    "what was urgent does not go back": (deciding, "_go_back", _none),
    "one for a change is not heard": (reviews, "FOR_A_CHANGE", ()),
    "the same person objects to a rule again and again": (rule_objections, "AGAIN", timedelta(0)),
}
