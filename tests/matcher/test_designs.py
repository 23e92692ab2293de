"""Designs of threes and fours: each counted pair by pair, and followed round after round."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from matcher import Pot, Refused, check, designs, draw, explain, rules, seating
from tests.matcher.test_methods import played
from tools.designs import search

# From exhaustive search where it is below the number of people each can meet.
FEWER = {(3, 12): 4, (4, 20): 5}
ALL = [design for size in (3, 4) for design in designs.designs(size)]


def named(design):
    return f"{design.seats} in groups of {design.size}"


def faults(groups, seats):
    """What is wrong with rounds of groups: seats not taken once in a round, pairs that meet twice."""
    wrong = [number for number, row in enumerate(groups) if sorted(row.ravel()) != list(range(seats))]
    pairs = Counter(
        pair for row in groups for group in row.tolist() for pair in combinations(sorted(group), 2)
    )
    return wrong, [pair for pair, times in pairs.items() if times > 1]


def test_there_is_a_design_for_every_size_up_to_sixty():
    seats = {size: [design.seats for design in designs.designs(size)] for size in (2, 3, 4)}
    assert seats == {2: [], 3: list(range(9, 61, 3)), 4: list(range(16, 61, 4))}


@pytest.mark.parametrize("design", ALL, ids=named)
def test_nobody_meets_twice_in_a_design(design):
    assert faults(design.groups, design.seats) == ([], [])


@pytest.mark.parametrize("design", ALL, ids=named)
def test_a_design_has_as_many_rounds_as_there_can_be(design):
    limit = (design.seats - 1) // (design.size - 1)
    assert design.rounds == FEWER.get((design.size, design.seats), limit)


@pytest.mark.parametrize("design", [ALL[0], ALL[7], ALL[-1]], ids=named)
def test_a_block_that_is_changed_is_found_by_counting(design):
    groups = design.groups.copy()
    groups[0, 0, 0], groups[0, 1, 0] = groups[0, 1, 0], groups[0, 0, 0]
    assert faults(groups, design.seats)[1]


@pytest.mark.parametrize("design", [ALL[0], ALL[7], ALL[-1]], ids=named)
def test_a_seat_given_twice_is_found_by_counting(design):
    groups = design.groups.copy()
    groups[1, 0, 0] = groups[1, 1, 0]
    assert faults(groups, design.seats)[0] == [1]


@pytest.mark.parametrize("people", [9, 12, 18, 21, 30, 42])
def test_threes_of_a_stable_pot_reach_their_limit(people):
    assert played(people, limit(people, 3), size=3, seed=people)[0] == limit(people, 3)


@pytest.mark.parametrize("people", [16, 20, 28, 32, 36])
def test_fours_of_a_stable_pot_reach_their_limit(people):
    assert played(people, limit(people, 4), size=4, seed=people)[0] == limit(people, 4)


def limit(people, size):
    return FEWER.get((size, people), (people - 1) // (size - 1))


@pytest.mark.parametrize(("people", "size", "rounds"), [(11, 3, 4), (14, 3, 7), (28, 3, 14), (15, 4, 5)])
def test_a_size_in_between_takes_the_next_design_with_empty_seats(people, size, rounds):
    assert played(people, rounds, size=size, seed=1)[0] == rounds


@pytest.mark.parametrize("people", [9, 12, 15, 18, 21, 24])
def test_the_search_finds_designs_of_threes_again(people):
    found = designs.design_of(search(people))
    assert (faults(found.groups, people), found.rounds) == (([], []), limit(people, 3))


class Played:
    """A pot that plays round after round, among whom people come, go and are moved about by hand."""

    def __init__(self, people, organisation=None):
        self.here = np.arange(people)
        self.organisation = np.zeros(200, int) if organisation is None else organisation
        self.met = np.zeros((0, 3), int)
        self.rounds = 0

    def pot(self, **given):
        whole = Pot(self.organisation, self.met, **given)
        return whole.only(self.here)

    def plays(self, rounds, size=3):
        for _ in range(rounds):
            result = draw(self.pot(), seed=self.rounds, size=size)
            check(self.pot(), result)
            self.keeps(result.groups)
        return result

    def keeps(self, groups):
        self.rounds += 1
        a, b = rules.pairs_of(groups)
        told = np.column_stack((np.full(len(a), self.rounds), self.here[a], self.here[b]))
        self.met = np.vstack((self.met, told))

    def changes(self, leaver, newcomer):
        self.here = np.sort(np.append(self.here[self.here != leaver], newcomer))


def test_a_newcomer_takes_a_leavers_seat():
    game = Played(30)
    for number in range(7):
        result = game.plays(2)
        game.changes(number, 30 + number)
    assert (result.figures.method, result.figures.repeats) == ("design", 0)


def test_a_pot_that_shrinks_keeps_its_design():
    game = Played(30)
    game.plays(4)
    game.here = game.here[3:]
    result = game.plays(6)
    assert (result.figures.method, result.figures.repeats) == ("design", 0)


def test_a_round_changed_by_hand_costs_only_the_rounds_it_spoils():
    game = Played(30)
    game.plays(2)
    groups = draw(game.pot(), seed=9, size=3).groups.copy()
    groups[0, 0], groups[1, 0] = groups[1, 0], groups[0, 0]
    game.keeps(groups)
    result = game.plays(1)
    spoilt = 4  # the pairs that came about by it meet in so many other rounds, at most
    assert result.figures.method == "design"
    assert result.figures.fresh_rounds_left >= 14 - 3 - spoilt - 1


def test_a_latecomer_who_joins_a_running_group_costs_only_the_rounds_it_spoils():
    game = Played(29)
    running = draw(game.pot(), size=3).groups
    whole = np.flatnonzero(running[:, 2] >= 0)[0]
    running[whole, 3] = 29
    game.here = np.arange(30)
    game.keeps(running)
    result = game.plays(2)
    assert result.figures.method == "design"
    assert result.figures.fresh_rounds_left >= 14 - 1 - 3 - 2


def test_after_rounds_of_another_kind_the_search_goes_on_and_says_so():
    game = Played(15)
    for seed in range(3):
        game.keeps(np.random.default_rng(seed).permutation(15).reshape(-1, 3))
    result = draw(game.pot(), size=3)
    told = explain.best(game.pot(), result, explain.Labels([*map(str, range(15))], ["one"]))
    assert (result.notes, any("searched for" in line for line in told)) == (("no-design",), True)


def test_people_who_must_not_meet_cost_one_round_of_the_design():
    never = [[0, 1], [2, 3], [4, 5]]
    result = draw(Pot(np.zeros(15, int), (), never), size=3)
    assert (result.figures.method, result.figures.fresh_rounds_left) == ("design", 5)


def test_the_first_rounds_of_a_design_cross_most():
    game = Played(30, np.arange(200) % 5)
    figures = [game.plays(1).figures for _ in range(2)]
    assert sum(told.cross_bound - told.cross for told in figures) <= 1


def test_crossing_first_leaves_the_design_where_it_crosses_less():
    game = Played(12, np.arange(200) % 3)
    for seed in range(4):
        figures = draw(game.pot(), seed=seed, size=3, priority="cross").figures
        game.keeps(draw(game.pot(), seed=seed, size=3, priority="cross").groups)
        assert figures.method != "design" or figures.cross == figures.cross_bound


def test_groups_of_a_design_with_somebody_twice_are_refused():
    pot = Pot(np.zeros(9, int))
    result = draw(pot, size=3)
    twice = result.groups.copy()
    twice[0, 0] = twice[1, 0]
    with pytest.raises(Refused, match="is in 2 groups"):
        check(pot, replace(result, groups=twice))


def test_a_design_is_laid_anew_for_every_seed():
    first = {tuple(draw(Pot(np.zeros(9, int)), seed=seed, size=3).groups.ravel()) for seed in range(20)}
    assert len(first) > 15


def test_no_design_holds_more_than_sixty():
    assert [seating.applies(people, 3) for people in (6, 7, 60, 61)] == [False, True, True, False]
