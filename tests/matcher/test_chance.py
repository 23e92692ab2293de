"""Equally good rounds are equally likely, as far as can be enumerated."""

from collections import Counter

import numpy as np
import pytest
from scipy.stats import chisquare

from matcher import Pot, blossom, draw, rules
from matcher.community import community
from tests.matcher.oracle import STUCK, best, groups_of, keeping


def enumerable_pots():
    stuck = Pot(np.zeros(8, int), [(r, a, b) for r, pairs in enumerate(STUCK, 1) for a, b in pairs])
    return [stuck, *(community(6 + seed % 3, 1 + seed % 4, seed % 4, seed).pot() for seed in range(7))]


@pytest.mark.parametrize("pot", enumerable_pots(), ids=lambda pot: f"{pot.n} people")
def test_every_best_round_is_drawn_equally_often(pot):
    rounds = fairest(pot)
    if 1 < len(rounds) <= 60:
        drawn = Counter(
            frozenset(groups_of(draw(pot, seed=s, priority="cross"))) for s in range(20 * len(rounds))
        )
        assert chisquare([drawn[r] for r in rounds]).pvalue > 0.001


def fairest(pot):
    """The best rounds that keep most rounds open, and of those the ones best on what comes after."""
    rounds = keeping(pot)
    after = [later(pot, groups) for groups in rounds]
    return [groups for groups, told in zip(rounds, after, strict=True) if told == min(after)]


def later(pot, groups):
    pairs = np.array([(a, b) for g in groups for i, a in enumerate(g) for b in g[i + 1 :]])
    turns = sum(int(rules.trio_levels(pot)[p]) for g in groups if len(g) == 3 for p in g)
    known = {(int(a), int(pot.codes[b])) for a, b in pot.met[:, 1:]} | {
        (int(b), int(pot.codes[a])) for a, b in pot.met[:, 1:]
    }
    familiar = sum((int(a), int(pot.codes[b])) in known for a, b in pairs)
    return turns, familiar + sum((int(b), int(pot.codes[a])) in known for a, b in pairs)


def test_re_pairing_visits_every_round_of_a_stuck_pot_equally_often():
    pot = enumerable_pots()[0]
    cost = rules.table(pot).met.astype(np.int64)
    cost[np.eye(8, dtype=bool)] = 99
    rng = np.random.default_rng(1)
    pairs = np.array(sorted(next(iter(best(pot)[1]))), np.int32)
    seen = Counter()
    for _ in range(2400):
        pairs = blossom.repair(pairs, cost, rng, sweeps=9)
        seen[frozenset(map(tuple, np.sort(pairs, axis=1).tolist()))] += 1
    assert chisquare([seen[frozenset(r)] for r in best(pot)[1]]).pvalue > 0.001


def test_pairs_of_a_large_pot_fall_evenly():
    pot = Pot(np.arange(40) % 4)
    partners = Counter(partner_of_nobody_special(pot, seed) for seed in range(1500))
    assert chisquare([partners[p] for p in range(40) if p % 4 != 0]).pvalue > 0.001


def partner_of_nobody_special(pot, seed):
    pair = draw(pot, seed=seed).groups[0]
    return int(pair[1])
