"""Nothing beats our rounds: against brute force, and against the referee on many communities."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings

from matcher import Pot, check, draw, rules
from matcher.community import SHAPES, community
from tests.matcher.oracle import best, groups_of, pots, value_of


@given(pots(max_people=8))
@settings(max_examples=120, deadline=None)
def test_no_legal_round_beats_ours(pot):
    assert value_of(pot, draw(pot, priority="cross")) == best(pot)[0]


@given(pots(max_people=8))
@settings(max_examples=60, deadline=None)
def test_keeping_fresh_rounds_open_never_costs_a_repeat(pot):
    assert value_of(pot, draw(pot, priority="fresh"))[:6] == best(pot)[0][:6]


def test_nobody_who_said_no_is_in_a_three_so_that_more_rounds_stay_open():
    pot = Pot(
        np.array([0, 1, 0, 0, 0, 1, 0]),
        np.array([[4, 6, 5], [1, 0, 4]]),
        np.array([[2, 6], [5, 6], [0, 5], [3, 1], [3, 5]]),
        trio_turns=np.array([2, 0, 0, 0, 1, 0, 0]),
        no_trio=np.isin(np.arange(7), (0, 6)),
    )
    told = draw(pot, priority="fresh")
    assert (value_of(pot, told)[5], best(pot)[0][5]) == (0, 0)


@given(pots(max_people=7))
@settings(max_examples=80, deadline=None)
def test_equally_good_rounds_are_counted_exactly(pot):
    if pot.n >= 2:
        assert draw(pot, priority="cross").figures.equally_good_rounds == len(best(pot)[1])


@pytest.mark.parametrize("seed", range(4))
def test_ten_people_get_the_best_of_all_their_rounds(seed):
    pot = community(10, 3, 12, seed).pot()
    assert value_of(pot, draw(pot, priority="cross")) == best(pot)[0]


@pytest.mark.parametrize("people", [0, 1, 2, 3])
def test_the_smallest_pots_have_a_round(people):
    pot = Pot(np.zeros(people, int))
    assert [len(group) for group in groups_of(draw(pot))] == {0: [], 1: [], 2: [2], 3: [3]}[people]


@pytest.mark.parametrize("block", range(10))
def test_the_referee_agrees_with_fifty_generated_rounds(block):
    for seed in range(50 * block, 50 * block + 50):
        rng = np.random.default_rng(seed)
        people, size = int(rng.integers(2, 61)), int(rng.choice([2, 2, 2, 3, 4]))
        pot = community(
            people, int(rng.integers(1, 9)), int(rng.integers(0, 9)), seed, churn=0.1, never=0.05
        ).pot()
        check(pot, draw(pot, seed=seed, size=size))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(5))
def test_the_referee_agrees_with_rounds_of_awkward_pots(shape, seed):
    pot = SHAPES[shape](12 + seed % 4, seed)
    check(pot, draw(pot, seed=seed))


@given(pots(max_people=12))
@settings(max_examples=60, deadline=None)
def test_solver_and_referee_count_alike(pot):
    result = draw(pot)
    told = rules.value(pot, result.groups)
    counts = check(pot, result).counts
    assert (told.repeats, counts.pairs - told.same) == (counts.repeats, counts.cross)


def test_a_repeat_comes_from_as_long_ago_as_can_be():
    past = [(number, *pair) for number, pairs in enumerate(every_round_of_four(), 1) for pair in pairs]
    result = draw(Pot([0, 0, 0, 0], past))
    assert groups_of(result) == [tuple(pair) for pair in every_round_of_four()[0]]


def every_round_of_four():
    return [[(0, 1), (2, 3)], [(0, 2), (1, 3)], [(0, 3), (1, 2)]]


def test_the_order_of_wishes_differs_only_in_look_ahead_and_crossing():
    fresh, cross = rules.order("fresh"), rules.order("cross")
    swapped = [number for number, (a, b) in enumerate(zip(fresh, cross, strict=True)) if a != b]
    assert [b - a for a, b in pairwise(swapped)] == [1]
