"""Random histories: the product and a model of its rules agree at every step; a mistake is seen."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.consent_histories import History, nothing_kept
from tests.support.world import World
from web.services.agreements import clock, deciding, objections, panels, proposals

HISTORIES, STEPS = 20, 40
# Enough for each of the mistakes below to be made.
UNTIL_SEEN = 60


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_the_product_and_a_model_of_its_rules_agree(world: World, seed: int) -> None:
    with world.write() as session, nothing_kept(session):
        history = History(session, random.Random(seed), f"history-{seed}")
        history.live(STEPS)
        assert history.seen["time"]


def _nothing(*_: object, **__: object) -> None:
    return None


def _no_objection(*_: object) -> list[Any]:
    return []


def _everybody(session: Any, programme: Any, proposal: Any) -> list[str]:
    """Objectors among them."""
    raised = [one.person_id for one in objections.of(session, proposal)]
    return sorted({*DRAWN(session, programme, proposal), *raised})


def _runs_on(timed: clock.Timed, *, held: datetime | None, now: datetime) -> None:
    KEEP(timed, held=None, now=now)


KEEP, DRAWN = clock.keep, panels.eligible_ids
MISTAKES = {
    "adopts with an open objection": (objections, "in_the_way", _no_objection),
    "the clock runs while messages are held": (clock, "keep", _runs_on),
    "somebody who objects is on the panel": (panels, "eligible_ids", _everybody),
    "what was urgent does not go back": (deciding, "_go_back", _nothing),
    "an amended version leaves no time": (proposals, "LEAST_LEFT", timedelta(0)),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_seen(world: World, mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, instead = MISTAKES[mistake]
    monkeypatch.setattr(module, name, instead)
    assert any(not _agree(world, seed) for seed in range(UNTIL_SEEN))


def _agree(world: World, seed: int) -> bool:
    with world.write() as session, nothing_kept(session):
        try:
            History(session, random.Random(seed), f"history-{seed}").live(STEPS)
        except AssertionError:
            return False
    return True
