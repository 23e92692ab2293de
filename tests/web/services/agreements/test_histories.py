"""Random histories: the product and a model of its rules agree at every step; a mistake is seen.

In full: `python -m tests.faults consent --full`.
"""

import random
from pathlib import Path

import pytest

from tests.faults import consent
from tests.faults.trial import Trial
from tests.support.consent_histories import History, nothing_kept
from tests.support.world import World

HISTORIES = 20


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_the_product_and_a_model_of_its_rules_agree(world: World, seed: int) -> None:
    with world.write() as session, nothing_kept(session):
        history = History(session, random.Random(seed), f"history-{seed}")
        history.live(consent.STEPS)
        assert history.seen["time"]


@pytest.mark.parametrize("mistake", consent.MISTAKES)
def test_a_mistake_is_seen(mistake: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'histories.db'}"
    assert not consent.fault(Trial(url, tmp_path, mutant=mistake)).holds
