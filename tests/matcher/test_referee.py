"""The referee names every broken rule, every false figure and every empty proof."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from matcher import BadPot, Pot, Proof, Refused, check, draw, legal, proof, referee, rules, trios
from matcher.community import community
from matcher.counts import count, cross_bound
from tests.matcher.oracle import value_of

POT = Pot([0, 0, 1, 1, 2, 2], [[1, 0, 1]], [[0, 5]])


def rules_broken(pot, groups, **given):
    with pytest.raises(Refused) as refused:
        legal(pot, groups, **given)
    return [(violation.rule, violation.people) for violation in refused.value.violations]


@pytest.mark.parametrize(
    ("groups", "broken"),
    [
        ([[0, 5, -1], [1, 2, -1], [3, 4, -1]], [("never", (0, 5))]),
        ([[0, 2, -1], [1, 2, -1], [3, 4, 5]], [("twice", (2,))]),
        ([[0, 2, -1], [3, 4, 5]], [("left-out", (1,))]),
        ([[0, 2, -1], [1, 3, -1], [4, 6, -1]], [("stranger", (6,))]),
        ([[0, 2, -1], [1, 3, 4], [5, -1, -1]], [("size", (5,))]),
        ([[0, 5, -1], [1, 1, -1], [3, 4, -1]], [("twice", (1,)), ("left-out", (2,)), ("never", (0, 5))]),
    ],
)
def test_every_broken_rule_is_named(groups, broken):
    assert rules_broken(POT, groups) == broken


def test_a_crowd_is_refused():
    assert rules_broken(POT, [[0, 1, 2, 3], [4, 5, -1, -1]])[0][0] == "size"


def test_somebody_left_out_on_purpose_may_be_missing():
    assert legal(POT, [[0, 2, -1], [3, 4, -1]], unplaced=[1, 5]) is None


def test_somebody_left_out_may_not_be_in_a_group_too():
    assert ("twice", (1,)) in rules_broken(POT, [[0, 2, -1], [1, 3, -1], [4, 5, -1]], unplaced=[1])


def test_a_locked_group_must_stay():
    pot = Pot([0, 1, 2, 3], locked=[[0, 3, -1]])
    assert rules_broken(pot, [[0, 1, -1], [2, 3, -1]]) == [("locked", (0, 3))]


def test_a_locked_group_is_kept_and_the_rest_drawn():
    pot = Pot(np.arange(9) % 3, locked=[[2, 5, -1], [0, 1, 8]])
    kept = {tuple(row) for row in draw(pot).groups.tolist()}
    assert {(2, 5, -1), (0, 1, 8)} <= kept


def test_locked_groups_count_towards_the_crossing_bound():
    pot = Pot([0, 0, 0, 1, 1, 1], locked=[[0, 1, -1]])
    assert (draw(pot).figures.cross, draw(pot).figures.cross_bound) == (1, 1)


def test_too_many_violations_are_counted_instead_of_listed():
    assert rules_broken(Pot(np.zeros(300, int)), np.zeros((0, 3), int))[-1][0] == "more"


def test_a_hand_edited_round_is_counted():
    counts = count(POT, [[0, 1, -1], [2, 3, 4]])
    assert (counts.groups, counts.pairs, counts.repeats, counts.cross) == (2, 4, 1, 2)


def test_a_legal_round_that_is_not_the_best_says_so():
    verdict = referee.check_round(POT, [[0, 1, -1], [2, 3, -1], [4, 5, -1]])
    assert (verdict.best, verdict.counts.cross, verdict.cross_bound) == (None, 0, 3)


@pytest.mark.parametrize("name", ["groups", "pairs", "repeats", "cross", "cross_bound", "unplaced"])
def test_a_false_figure_is_refused(name):
    result = draw(POT)
    figures = replace(result.figures, **{name: getattr(result.figures, name) + 1})
    with pytest.raises(Refused, match=name):
        check(POT, replace(result, figures=figures))


def test_best_without_a_proof_is_refused():
    result = draw(POT)
    empty = replace(result, proof=Proof("none"), figures=replace(result.figures, proof="none"))
    with pytest.raises(Refused, match="without a proof"):
        check(POT, empty)


def test_counting_proves_nothing_about_a_round_with_repeats():
    with pytest.raises(Refused, match="counting proves nothing"):
        referee.check_round(POT, [[0, 1, -1], [2, 4, -1], [3, 5, -1]], Proof("counting", ("repeats",)))


def test_counting_proves_nothing_below_the_crossing_bound():
    with pytest.raises(Refused, match="the bound is 3"):
        referee.check_round(POT, [[0, 2, -1], [1, 3, -1], [4, 5, -1]], Proof("counting", proof.LINES))


def test_a_proof_of_no_known_kind_is_refused():
    with pytest.raises(Refused, match="no proof of the kind"):
        referee.check_round(POT, draw(POT).groups, Proof("because"))


@pytest.mark.parametrize("seed", range(20))
def test_solver_and_referee_have_the_same_crossing_bound(seed):
    pot = community(3 + seed, 1 + seed % 5, 0, seed).pot()
    sizes = proof.group_sizes(pot.n, 2)
    groups = np.split(np.arange(pot.n), np.cumsum(sizes)[:-1])
    table = np.array([[*group, *[-1] * (3 - len(group))] for group in groups])
    assert cross_bound(pot, table) == proof.crossing_bound(pot.codes, proof.group_sizes(pot.n, 2))


# Mutants: a solver with one mistake, put in the place of the real one.


def test_a_wrong_order_of_wishes_is_caught_by_the_oracle(monkeypatch):
    met = ((0, 1), (0, 3), (0, 4), (0, 5), (1, 5), (2, 3), (3, 4), (3, 5), (4, 5))
    pot = Pot([1, 0, 0, 1, 1, 0], [[1, a, b] for a, b in met])
    honest = value_of(pot, draw(pot))
    monkeypatch.setattr(rules.Scale, "__init__", backwards(rules.Scale.__init__))
    assert value_of(pot, draw(pot)) > honest


def backwards(build):
    return lambda self, tops: build(self, tops[::-1])


def test_a_forgotten_pair_of_a_three_is_caught_by_the_referee(monkeypatch):
    pot = Pot([0, 1, 2], [[1, 1, 2]])
    honest = rules.pairs_of

    def two_of_three(groups):
        a, b = honest(groups)
        return a[: -1 if len(a) == 3 else None], b[: -1 if len(b) == 3 else None]

    monkeypatch.setattr(rules, "pairs_of", two_of_three)
    with pytest.raises(Refused):
        check(pot, draw(pot))


def test_a_forgotten_never_pair_is_caught_by_the_referee(monkeypatch):
    pot = Pot([0, 1, 0, 1], (), [[0, 1], [2, 3], [0, 3]])
    honest = rules.table
    monkeypatch.setattr(
        rules,
        "table",
        lambda pot: replace(honest(pot), allowed=~np.eye(pot.n, dtype=bool), same=honest(pot).same),
    )
    refusals = 0
    for seed in range(12):
        try:
            check(pot, draw(pot, seed=seed))
        except Refused:
            refusals += 1
    assert refusals > 0


def test_an_unseeded_choice_is_caught_by_drawing_twice(monkeypatch):
    pot = community(30, 4, 2, 1).pot()
    monkeypatch.setattr(sys.modules["matcher.draw"], "generator", lambda pot, seed: np.random.default_rng())
    drawn = {draw(pot, seed=1).groups.tobytes() for _ in range(4)}
    assert len(drawn) > 1


def test_a_three_picked_without_regard_to_turns_is_said_or_fair():
    pot = Pot(np.arange(31) % 4, trio_turns=np.arange(31) % 2)
    result = draw(pot)
    three = result.groups[result.groups[:, 2] >= 0][0]
    assert trios.turns_unequal(pot, three) == ("turns-unequal" in result.notes)


def test_an_unfair_three_that_is_not_said_is_refused():
    pot = Pot(np.arange(5), trio_turns=[0, 0, 0, 4, 4])
    unfair = np.array([[0, 3, 4], [1, 2, -1]], np.int32)
    with pytest.raises(Refused, match="turns-unequal is not said"):
        check(pot, replace(draw(pot), groups=unfair))


def test_a_fair_three_must_not_be_called_unfair():
    pot = Pot(np.arange(5))
    with pytest.raises(Refused, match="fair three"):
        check(pot, replace(draw(pot), notes=("unwilling-three",)))


def test_a_bad_locked_group_is_refused_before_anything_is_drawn():
    with pytest.raises(BadPot):
        draw(Pot([0, 0, 0, 0], locked=[[0, 1, 2, 3]]))


@pytest.mark.parametrize("seed", range(4))
def test_prices_stand_where_the_latest_round_is_of_somebody_left_out(seed):
    met = [[2, 2, 3], [2, 3, 1], [1, 2, 0], [3, 3, 2], [1, 1, 0]]
    pot = Pot([0, 0, 0, 0], met, [[1, 2], [2, 0], [2, 3]], no_trio=[True, False, False, False])
    found = draw(pot, seed=seed)
    assert (found.proof.kind, check(pot, found).best) == ("dual", True)
