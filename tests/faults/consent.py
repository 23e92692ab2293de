"""Random histories of proposals, lived by the product and by a model of its rules that shares no code."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from tests.faults.trial import Outcome, Trial, opened
from tests.support.consent_histories import History, nothing_kept
from web.services.agreements import clock, deciding, objections, panels, reviews, rule_objections

STEPS = 40
OFTEN = 50  # each move from state to state, in full
KEEP, ELIGIBLE = clock.keep, panels.eligible_ids


def fault(trial: Trial) -> Outcome:
    """They agree on states, ends, who is asked, and objections, after every step of every history."""
    wanted, seen, apart = trial.size(10, 20_000), Counter[str](), 0
    database = opened(trial.url)
    database.upgrade()
    with _mistaken(trial.mutant):
        for number in range(60 if trial.mutant else wanted):
            with database.write() as session, nothing_kept(session):
                history = History(session, random.Random(f"{trial.seed} {number}"), f"history-{number}")
                try:
                    history.live(STEPS)
                except AssertionError:
                    apart += 1
                seen.update(history.seen)
            if apart:
                break
    database.dispose()
    moves = {what: count for what, count in sorted(seen.items()) if " to " in what}
    rare = [what for what, count in moves.items() if count < OFTEN] if trial.full else []
    figure = f"{number + 1:,} histories, {apart} apart; " + ", ".join(
        f"{n:,} {what}" for what, n in moves.items()
    )
    goal = f"{wanted:,} histories, none apart, each move {OFTEN} times in full"
    return Outcome(figure, goal, not apart and not rare)


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


@contextmanager
def _mistaken(mutant: str) -> Iterator[None]:
    """Ours with one mistake in it."""
    if not mutant:
        yield
        return
    module, name, instead = MISTAKES[mutant]
    with patch.object(module, name, instead):
        yield
