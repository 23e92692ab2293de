"""Who is left without a partner while a round goes on finds somebody new, a willing pair, or nobody."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import Pot, top_up

NONE = np.zeros((0, 3), np.int32)


def pairs_of(groups):
    rows = [sorted(int(person) for person in row if person >= 0) for row in groups]
    return {(a, b) for row in rows for a in row for b in row if a < b}


def running(*pairs):
    return np.array([[*pair, -1] for pair in pairs], np.int32)


def test_two_who_wait_meet_each_other():
    done = top_up(Pot([0, 1]), NONE, seed=1)
    assert done.groups.tolist() == [[0, 1, -1]]


def test_two_who_met_do_not_meet_again():
    done = top_up(Pot([0, 1], [(1, 0, 1)]), NONE, seed=1)
    assert (len(done.groups), done.left) == (0, (0, 1))


def test_the_one_left_over_makes_a_pair_a_three():
    done = top_up(Pot([0, 1, 2], [(1, 0, 1)]), running((0, 1)), seed=1)
    assert done.joined.tolist() == [[0, 2]]


def test_a_pair_in_which_they_have_met_somebody_is_not_made_a_three():
    done = top_up(Pot([0, 1, 2], [(1, 0, 2)]), running((0, 1)), seed=1)
    assert (len(done.joined), done.left) == (0, (2,))


def test_a_pair_with_somebody_they_must_not_meet_is_not_made_a_three():
    done = top_up(Pot([0, 1, 2], (), [(0, 2)]), running((0, 1)), seed=1)
    assert done.left == (2,)


def test_two_who_asked_not_to_meet_after_they_were_introduced_are_joined_by_nobody():
    done = top_up(Pot(range(5), (), [(0, 1)]), running((0, 1), (2, 3)), seed=1)
    assert (done.joined.tolist(), done.left) == ([[1, 4]], ())


def test_who_could_only_join_two_who_must_not_meet_is_left():
    done = top_up(Pot([0, 1, 2], (), [(0, 1)]), running((0, 1)), seed=1)
    assert (len(done.joined), done.left) == (0, (2,))


def test_who_said_no_to_a_three_joins_none():
    done = top_up(Pot([0, 1, 2], no_trio=[False, False, True]), running((0, 1)), seed=1)
    assert done.left == (2,)


def test_somebody_willing_leaves_an_unwilling_three_for_a_willing_pair():
    said_no = [False, False, True, False, False]
    done = top_up(Pot(range(5), no_trio=said_no), running((0, 1)), seed=1)
    assert (len(pairs_of(done.groups)), len(done.joined), done.left) == (1, 1, ())


def test_nobody_waiting_is_nothing_to_do():
    done = top_up(Pot([0, 1]), running((0, 1)), seed=1)
    assert (len(done.groups), len(done.joined), done.left) == (0, 0, ())


@st.composite
def rounds_going_on(draw):
    people = draw(st.integers(2, 12))
    going_on = draw(st.integers(0, people // 2))
    numbers = st.integers(0, people - 1)
    some = st.lists(st.tuples(numbers, numbers).filter(lambda pair: pair[0] != pair[1]), max_size=20)
    met = [(1, a, b) for a, b in draw(some)]
    pairs = [(2 * pair, 2 * pair + 1) for pair in range(going_on)]
    never = draw(some)
    no = draw(st.lists(st.booleans(), min_size=people, max_size=people))
    for a, b in pairs:
        no[a] = no[b] = False
    pot = Pot([person % 3 for person in range(people)], met, never, no_trio=no)
    return pot, running(*pairs) if pairs else NONE


@settings(deadline=None, max_examples=60)
@given(rounds_going_on(), st.integers(0, 3))
def test_everyone_has_a_seat_or_nobody_to_take_one_with(world, seed):
    pot, groups = world
    done = top_up(pot, groups, seed)
    seated = [int(person) for person in done.groups.ravel() if person >= 0] + done.joined[:, 1].tolist()
    waited = sorted(set(range(pot.n)) - set(groups[groups >= 0].tolist()))
    assert sorted([*seated, *done.left]) == waited


@settings(deadline=None, max_examples=60)
@given(rounds_going_on(), st.integers(0, 3))
def test_nobody_meets_twice_or_whom_they_must_not(world, seed):
    pot, groups = world
    done = top_up(pot, groups, seed)
    new = pairs_of(done.groups) | {
        tuple(sorted((int(person), int(other))))
        for row, person in done.joined
        for other in groups[row]
        if other >= 0
    }
    forbidden = {tuple(sorted(pair)) for pair in [*pot.met[:, 1:].tolist(), *pot.never.tolist()]}
    assert not new & forbidden


@settings(deadline=None, max_examples=60)
@given(rounds_going_on(), st.integers(0, 3))
def test_two_who_are_left_could_not_have_met(world, seed):
    pot, groups = world
    left = np.array(top_up(pot, groups, seed).left, np.int32)
    first, second = np.triu_indices(len(left), 1)
    a, b = left[first], left[second]
    assert (pot.have_met(a, b) | pot.must_not_meet(a, b)).all()


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_gives_the_same(seed):
    pot = Pot(range(9), [(1, 0, 4), (1, 5, 6)])
    one, other = (top_up(pot, running((0, 1)), seed) for _ in range(2))
    assert (one.groups.tolist(), one.joined.tolist()) == (other.groups.tolist(), other.joined.tolist())
