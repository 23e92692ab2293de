"""Sizes that do not divide: which groups a round may have, and what is said of rounds with other sizes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher import BadPot, Pot, Proof, Refused, check, draw, explain, proof, referee
from tests.matcher.oracle import groups_of, pots, seatings, value_of

SIZES = st.sampled_from([3, 4])


def worth(pot, result):
    told = value_of(pot, result)
    return (*told[:2], *told[3:5], *told[6:])


def sizes_of(result):
    return tuple(sorted(map(len, groups_of(result))))


@given(pots(max_people=9), SIZES, st.sampled_from(["fresh", "cross"]))
@settings(max_examples=60, deadline=None)
def test_what_is_called_best_is_the_best_of_its_sizes(pot, size, priority):
    result = draw(pot, size=size, priority=priority)
    claimed = 4 + sum(wish in result.proof.certifies for wish in ("crossing", "mixing"))
    if result.figures.optimal and result.figures.groups:
        rounds = seatings(pot, [*range(2, size + 2)])[sizes_of(result)]
        assert worth(pot, result)[:claimed] == min(told[:claimed] for told in rounds)


@given(pots(max_people=9), SIZES)
@settings(max_examples=60, deadline=None)
def test_what_is_called_best_of_all_sizes_has_fewest_repeats_of_all(pot, size):
    result = draw(pot, size=size)
    if result.figures.every_mix:
        everything = seatings(pot, [*range(2, size + 2)]).values()
        assert worth(pot, result)[:3] == min(told[:3] for rounds in everything for told in rounds)


@given(pots(max_people=9))
@settings(max_examples=60, deadline=None)
def test_pairs_called_best_of_all_sizes_have_fewest_repeats_of_all(pot):
    result = draw(pot)
    if result.figures.every_mix:
        everything = seatings(pot, [2, 3]).values()
        assert worth(pot, result)[:3] == min(told[:3] for rounds in everything for told in rounds)


@given(pots(max_people=9), SIZES)
@settings(max_examples=60, deadline=None)
def test_sizes_are_free_where_that_avoids_every_repeat(pot, size):
    everything = seatings(pot, [*range(2, size + 2)]).values()
    fewest = min(told[:3] for rounds in everything for told in rounds)
    told = worth(pot, draw(pot, size=size))[:3]
    assert (told[:2], told[2] == 0) == (fewest[:2], fewest[2] == 0)


@given(pots(max_people=9, never=False), SIZES)
@settings(max_examples=60, deadline=None)
def test_where_every_round_repeats_the_sizes_are_the_usual_ones(pot, size):
    result = draw(pot, size=size)
    if result.figures.repeats:
        assert sizes_of(result) == tuple(sorted(proof.group_sizes(pot.n, size)))


@given(pots(max_people=9), SIZES)
@settings(max_examples=60, deadline=None)
def test_the_referee_agrees_with_threes_and_fours_of_small_pots(pot, size):
    assert check(pot, draw(pot, size=size)).counts is not None


def ten_who_met_in_threes():
    groups = [[0, 1, 2, 3], [4, 5, 6], [7, 8, 9]]
    return [[1, a, b] for group in groups for a in group for b in group if a < b]


def test_ten_people_in_threes_take_two_pairs_before_they_repeat():
    pot = Pot([0] * 10, ten_who_met_in_threes())
    told = draw(pot, size=3).figures
    assert (told.repeats, told.sizes) == (0, ((3, 2), (2, 2)))


def test_never_a_pair_has_no_pair():
    pot = Pot([0] * 10, ten_who_met_in_threes())
    result = draw(pot, size=3, never_a_pair=True)
    assert (sizes_of(result), check(pot, result).counts.repeats > 0) == ((3, 3, 4), True)


def test_two_people_are_a_pair_where_they_would_be_left_out_otherwise():
    assert sizes_of(draw(Pot([0, 1]), size=4, never_a_pair=True)) == (2,)


@pytest.mark.parametrize(("people", "size"), [(11, 3), (14, 3), (28, 3), (61, 3), (14, 4), (66, 4)])
def test_never_a_pair_holds_for_pots_of_every_kind(people, size):
    assert min(sizes_of(draw(Pot(np.zeros(people, int)), size=size, never_a_pair=True))) >= 3


def test_a_round_of_pairs_cannot_be_without_a_pair():
    with pytest.raises(BadPot, match="without a pair"):
        draw(Pot([0, 1]), never_a_pair=True)


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("people", range(2, 30))
def test_the_usual_sizes_are_the_nearest_of_all(people, size):
    assert sorted(proof.mixes(people, size)[0]) == sorted(proof.group_sizes(people, size))


def nine(**given):
    pot = Pot([0, 1, 2] * 3)
    result = draw(pot, size=3)
    return pot, replace(result, proof=replace(result.proof, **given))


def test_sizes_that_the_proof_does_not_name_are_found():
    with pytest.raises(Refused, match="names groups of"):
        check(*nine(sizes=()))


def test_a_proof_about_other_sizes_is_refused():
    pot, result = nine(sizes=((4, 1), (3, 1), (2, 1)))
    with pytest.raises(Refused, match="other sizes"):
        referee.check_round(pot, result.groups, result.proof)


def test_a_boast_about_other_sizes_is_found():
    pot = Pot(np.zeros(28, int))
    result = draw(pot, size=3)
    boast = replace(result.proof, every_mix=True)
    figures = replace(result.figures, every_mix=True)
    with pytest.raises(Refused, match="might do better"):
        check(pot, replace(result, proof=boast, figures=figures))


def test_a_round_that_is_best_of_its_sizes_only_says_so():
    pot = Pot(np.zeros(28, int))
    told = explain.best(pot, draw(pot, size=3), explain.Labels([*map(str, range(28))], ["one"]))
    assert any("groups of these sizes: eight of three and two of two" in line for line in told)


@pytest.mark.parametrize(
    ("people", "said"), [(28, "the proof holds for groups of these sizes"), (27, "the proof holds")]
)
def test_the_verdict_says_of_which_sizes_it_is(people, said):
    pot = Pot(np.zeros(people, int))
    assert check(pot, draw(pot, size=3)).why == said


def test_the_mixes_that_were_weighed_are_named():
    told = draw(Pot([0] * 10, ten_who_met_in_threes()), size=3).figures
    assert ((4, 1), (3, 2)) in told.considered


def test_an_older_proof_without_sizes_is_still_read():
    text = '{"kind":"none","certifies":[],"repeats":0,"cross":0,"barrier":[],"duals":[]}'
    assert Proof.from_json(text) == Proof("none")
