"""Turns in the three of odd pots that are played until somebody must meet again."""

from itertools import combinations

import pytest

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


@pytest.mark.parametrize(("people", "seed"), [(5, 0), (9, 0), (9, 1), (13, 0), (13, 1)])
def test_turns_stay_even_to_the_very_end(people, seed):
    assert play([people], seed).turns <= 1


@pytest.mark.parametrize("people", [7, 11, 15])
def test_where_turns_do_not_stay_even_it_is_said(people):
    assert not play([people], 3).unsaid
