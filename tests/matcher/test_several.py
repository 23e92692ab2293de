"""Rounds of threes and fours planned together, so that unequal organisations cross as far as they can."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from matcher import Pot, check, draw, rules, seating, several
from tests.benchmarks.matcher_bench import UNEQUAL, crossed


def codes(sizes):
    return tuple(np.repeat(np.arange(len(sizes)), sizes).tolist())


SHAPES = [*((sizes, 3) for sizes in UNEQUAL), ([7, 5, 3], 3), ([5, 4, 3], 3)]


@pytest.mark.parametrize(("sizes", "size"), SHAPES)
def test_nobody_meets_twice_in_planned_rounds(sizes, size):
    groups = several.crossing(codes(sizes), size).groups
    times = Counter(
        pair for row in groups.tolist() for group in row for pair in combinations(sorted(group), 2)
    )
    assert set(times.values()) == {1}


@pytest.mark.parametrize(("sizes", "size"), SHAPES)
def test_everybody_sits_once_in_each_planned_round(sizes, size):
    groups = several.crossing(codes(sizes), size).groups
    assert all(sorted(row.ravel().tolist()) == list(range(sum(sizes))) for row in groups)


@pytest.mark.parametrize("sizes", UNEQUAL)
def test_all_rounds_that_are_planned_cross_as_far_as_sizes_allow(sizes):
    assert [crossed(sizes, seed) for seed in (1, 2)] == [[0] * 8] * 2


def test_no_more_rounds_are_planned_than_partners_allow():
    assert [several.most_rounds(codes(sizes), 3) for sizes in ([5, 4, 3], [7, 5, 3], [1] * 9)] == [4, 5, 4]


@pytest.mark.parametrize("sizes", [[30], [16, 15], [2, 2, 2], [23, 23]])
def test_nothing_is_planned_for_one_organisation_or_a_size_that_does_not_divide(sizes):
    assert several.crossing(codes(sizes), 3) is None


def test_who_sits_where_is_chance():
    pot = Pot(codes([10, 9, 7, 4]))
    first = {tuple(draw(pot, seed=seed, size=3, priority="cross").groups.ravel()) for seed in range(10)}
    assert len(first) == 10


def test_two_people_who_must_not_meet_do_not_and_the_round_is_legal():
    pot = Pot(codes([10, 9, 7, 4]), (), [[0, 11], [3, 20], [29, 1]])
    result = draw(pot, size=3, priority="cross")
    check(pot, result)
    assert (result.figures.method, result.figures.repeats) == ("design", 0)


def test_a_past_that_was_not_planned_is_left_to_the_search():
    past = [[1, a, b] for a, b in np.arange(30).reshape(-1, 2).tolist()]
    assert seating.crossing(Pot(codes([10, 9, 7, 4]), past), 3, np.random.default_rng(1)) is None


def test_somebody_who_was_away_leaves_it_to_the_search():
    pot = Pot(codes([10, 9, 7, 4]))
    a, b = rules.pairs_of(draw(pot, size=3, priority="cross").groups[1:])
    past = np.column_stack((np.ones(len(a), int), a, b))
    assert seating.crossing(Pot(codes([10, 9, 7, 4]), past), 3, np.random.default_rng(1)) is None
