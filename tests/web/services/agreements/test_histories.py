"""Random histories: the product and a model of its rules agree at every step."""

import random

import pytest

from tests.support.consent_histories import History, nothing_kept
from tests.support.world import World

HISTORIES, STEPS = 20, 40


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_the_product_and_a_model_of_its_rules_agree(world: World, seed: int) -> None:
    with world.write() as session, nothing_kept(session):
        history = History(session, random.Random(seed), f"history-{seed}")
        history.live(STEPS)
        assert history.seen["time"]
