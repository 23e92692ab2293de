"""Turns in the three of odd pots that are played until somebody must meet again."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import horizon, odd, rules
from tests.benchmarks.matcher_bench import play
from tests.matcher.oracle import every_seating


def ends(people: int) -> dict[int, int]:
    """By trying everything: after so many rounds without a repeat, how little turns can differ at least.

    Who is called what changes nothing, and neither does the order of rounds: the first is 0, 1, 2 and then
    neighbours, the others come in the order of their threes.
    """
    found: dict[int, int] = {}
    everybody = [*range(people)]

    def play_on(met: frozenset[frozenset[int]], turns: tuple[int, ...], rounds: int, last: list[int]) -> None:
        found[rounds] = min(found.get(rounds, people), max(turns) - min(turns))
        for groups in every_seating(everybody, [2, 3], set(met)):
            threes = [sorted(group) for group in groups if len(group) == 3]
            if len(threes) == 1 and threes[0] > last:
                more = {frozenset(pair) for group in groups for pair in combinations(group, 2)}
                then = tuple(turn + (person in threes[0]) for person, turn in enumerate(turns))
                play_on(met | more, then, rounds + 1, threes[0])

    first = [(0, 1, 2), *((one, one + 1) for one in range(3, people, 2))]
    met = frozenset(frozenset(pair) for group in first for pair in combinations(group, 2))
    play_on(met, tuple(int(person < 3) for person in everybody), 1, [0, 1, 2])
    return found


def test_among_seven_nobody_can_share_turns_evenly_to_the_end():
    assert ends(7) == {1: 1, 2: 2, 3: 2}


def test_seven_play_as_many_rounds_as_there_can_be():
    assert play([7], 1).rounds == max(ends(7))


LIMITS = {people: people * (people - 1) // (people + 3) for people in (9, 11, 13, 15, 17, 21, 27)}


@pytest.mark.parametrize("people", LIMITS)
def test_turns_stay_even_in_every_round_to_the_very_end(people):
    assert play([people], people).turns <= 1


@pytest.mark.parametrize("people", LIMITS)
def test_an_odd_pot_plays_all_the_rounds_there_can_be_but_one(people):
    assert play([people], people).rounds >= LIMITS[people] - 1


@pytest.mark.parametrize(("sizes", "seed"), [([7], 3), ([7, 4, 4], 1)])
def test_where_turns_do_not_stay_even_it_is_said(sizes, seed):
    assert not play(sizes, seed).unsaid


def schedule(graph, seed=1):
    people = len(graph)
    chance = horizon.Search(np.random.default_rng(seed), left=100 * people)
    return odd.schedule(graph, np.zeros(people, np.int32), horizon.most_rounds(graph), chance)


@pytest.mark.parametrize("people", [9, 15, 31])
def test_a_whole_schedule_is_found_at_once(people):
    assert len(schedule(~np.eye(people, dtype=bool))) == people * (people - 1) // (people + 3)


@pytest.mark.parametrize("people", [9, 15, 31])
def test_turns_in_a_whole_schedule_are_even(people):
    assert odd.uneven(schedule(~np.eye(people, dtype=bool)), np.zeros(people, np.int32)) == 0


@given(st.integers(0, 2**32), st.sampled_from([3, 5, 7, 9, 13]))
@settings(max_examples=40, deadline=None)
def test_a_schedule_is_disjoint_full_rounds_of_people_who_may_meet(seed, people):
    rng = np.random.default_rng(seed)
    graph = np.triu(rng.random((people, people)) < 0.7, 1)
    graph |= graph.T
    rounds = schedule(graph, seed)
    pairs = Counter(
        (min(pair), max(pair)) for groups in rounds for pair in zip(*rules.pairs_of(groups), strict=True)
    )
    assert set(pairs.values()) <= {1}
    assert all(graph[pair] for pair in pairs)
    assert all(sorted(groups[groups >= 0].tolist()) == list(range(people)) for groups in rounds)
