"""A pot that contradicts itself is refused by name; one listed otherwise is the same pot."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher import BadPot, Pot, draw


@pytest.mark.parametrize(
    ("arguments", "words", "person"),
    [
        (([0, 0], [[1, 0, 2]]), "no person 2", 2),
        (([0, 0], [[1, -1, 0]]), "no person -1", -1),
        (([0, 0], (), [[1, 1]]), "paired with themselves", 1),
        (([0, 0], [[1, 0]]), "3 columns", None),
        (([0, 0], (), [[0, 1, 1]]), "2 columns", None),
        (([0.5, 0],), "whole numbers", None),
        (([[0], [0]],), "one dimension", None),
        (([0, 2**40],), "beyond 32 bits", None),
        (([0, 0], [[1, 0], [1, 0, 1]]), "rows of different lengths", None),
        (("ab",), "one dimension", None),
        (([0, None],), "whole numbers", None),
    ],
)
def test_bad_input_is_refused_and_named(arguments, words, person):
    with pytest.raises(BadPot, match=words) as refused:
        Pot(*arguments)
    assert refused.value.person == person


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"trio_turns": [1]}, "trio_turns has 1 entries for a pot of 2"),
        ({"trio_turns": [0, -1]}, "below zero"),
        ({"no_trio": [1, 0]}, "true or false"),
        ({"let_down": [True]}, "for a pot of 2"),
        ({"locked": [[0, 1, -1], [1, -1, -1]]}, "locked twice"),
        ({"locked": [[0, -1, -1]]}, "fewer than two"),
        ({"locked": [[0, 5, -1]]}, "no person 5"),
        ({"locked": [0, 1]}, "two dimensions"),
    ],
)
def test_what_is_said_about_people_must_fit_them(extra, words):
    with pytest.raises(BadPot, match=words):
        Pot([0, 0], **extra)


@pytest.mark.parametrize(
    "arguments",
    [
        {"size": 1},
        {"size": 5},
        {"size": 2.0},
        {"seed": 1.5},
        {"seed": -1},
        {"seed": 2**63},
        {"priority": "best"},
    ],
)
def test_a_draw_that_cannot_be_is_refused(arguments):
    with pytest.raises(BadPot):
        draw(Pot([0, 1]), **arguments)


def test_a_pot_cannot_be_changed_afterwards():
    with pytest.raises(ValueError, match="read-only"):
        Pot([0, 1]).organisation[0] = 1


@given(st.integers(0, 2**32))
def test_listing_the_past_otherwise_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    met = np.array([[1, 0, 1], [1, 2, 3], [2, 4, 5], [3, 0, 5]])
    mixed = rng.permutation(met)
    mixed[:, 1:] = rng.permuted(mixed[:, 1:], axis=1)
    mixed[:, 0] *= 7
    assert Pot([4, 4, 1, 1, 2, 2], mixed).digest() == Pot([0, 0, 1, 1, 2, 2], met).digest()


@pytest.mark.parametrize(
    "other",
    [
        Pot([0, 0, 1, 1], [[2, 0, 1]]),
        Pot([0, 0, 1, 1], (), [[0, 1]]),
        Pot([0, 1, 1, 1]),
        Pot([0, 0, 1, 1], trio_turns=[1, 0, 0, 0]),
        Pot([0, 0, 1, 1], let_down=[True, False, False, False]),
        Pot([0, 0, 1, 1], newcomer=[True, False, False, False]),
        Pot([0, 0, 1, 1], locked=[[0, 1, -1]]),
    ],
)
def test_what_matters_changes_the_digest(other):
    assert other.digest() != Pot([0, 0, 1, 1]).digest()


def test_a_pair_that_met_twice_counts_from_the_later_round():
    pot = Pot([0, 0, 0], [[5, 1, 0], [9, 0, 1], [7, 1, 2]])
    assert pot.age(np.array([0, 1, 0]), np.array([1, 2, 2])).tolist() == [3, 2, 0]


@given(st.integers(0, 2**32), st.integers(2, 40))
def test_the_filter_of_known_pairs_never_lies(seed, people):
    rng = np.random.default_rng(seed)
    met = rng.integers(0, people, (60, 2))
    met = met[met[:, 0] != met[:, 1]]
    pot = Pot(np.zeros(people, int), np.column_stack((np.ones(len(met), int), met)))
    a, b = np.triu_indices(people, 1)
    told = {frozenset(pair) for pair in met.tolist()}
    assert pot.have_met(a, b).tolist() == [
        frozenset(p) in told for p in zip(a.tolist(), b.tolist(), strict=True)
    ]


def test_part_of_a_pot_keeps_its_past():
    pot = Pot([0, 1, 2, 3], [[1, 1, 3], [2, 0, 1]], [[2, 3]]).only(np.array([1, 2, 3]))
    assert (pot.pairs_met.tolist(), pot.pairs_never.tolist()) == ([0 * 3 + 2], [1 * 3 + 2])
