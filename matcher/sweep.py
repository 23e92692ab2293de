"""Large pots: shuffle, mend what is wrong by swaps, mix. Near linear, all in numpy.

In a large pot nearly every pair of strangers is fresh and from two organisations, so a shuffle is nearly
right; the few bad pairs are re-paired with random good ones until none is left. What resists goes to the
exact matching together with a sample of good pairs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher import blossom, rules
from matcher.pot import Ints, Longs, Pot

# One unit of each wish outweighs all that two to four pairs can hold of the next.
NEVER, MET, SAME = 512, 64, 8
PASSES = 200
MIXING = 8
# Balancing ends after so many passes, or when it has looked at every pair so many times.
BALANCING, LOOKS = 60, 4
# Beyond so many pairs mixing and balancing are cut short: a shuffle that large needs little of either, and
# they would take longer than all the rest.
LARGE = 10_000
MIXING_LARGE, LOOKS_LARGE = 2, 1
RESIDUE = 300


class Costs:
    """What a pair costs on the lines before look-ahead, and how familiar their organisations are."""

    def __init__(self, pot: Pot) -> None:
        self._pot = pot
        self._seen: NDArray[np.uint8] | None = None

    def lines(self, a: Ints, b: Ints) -> Ints:
        """Never-pair, repeat and same organisation as one number; any shape. O(pairs)."""
        codes = self._pot.codes
        cost: Ints = (codes[a] == codes[b]).astype(np.int32) * SAME
        cost += self._pot.have_met(a, b) * np.int32(MET)
        if len(self._pot.pairs_never):
            cost += self._pot.must_not_meet(a, b) * np.int32(NEVER)
        return cost

    def with_balance(self, a: Ints, b: Ints) -> Ints:
        """`lines`, then how many of the two have met the other's organisation before."""
        if self._seen is None:
            self._seen = self._organisations_seen()
        codes = self._pot.codes
        return self.lines(a, b) + self._seen[self._place(a, codes[b])] + self._seen[self._place(b, codes[a])]

    def _place(self, person: NDArray[Any], code: Ints) -> Longs:
        # Beyond 256 MB places are shared: somebody then looks familiar who is not, which only wastes a swap.
        kinds = int(self._pot.codes.max()) + 1
        return (person.astype(np.int64) * kinds + code) % min(self._pot.n * kinds, 2**28)

    def _organisations_seen(self) -> NDArray[np.uint8]:
        pot = self._pot
        kinds = int(pot.codes.max()) + 1
        seen = np.zeros(min(pot.n * kinds, 2**28), np.uint8)
        seen[self._place(pot.met[:, 1], pot.codes[pot.met[:, 2]])] = 1
        seen[self._place(pot.met[:, 2], pot.codes[pot.met[:, 1]])] = 1
        return seen


def pairs(pot: Pot, people: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Pairs (k, 2) of these people, an even number, and who could not be paired.

    No never-pair; no repeat and full crossing wherever swaps find them, which the caller certifies.
    Expected O(people), plus building the tables, O(history).
    """
    costs = Costs(pot)
    drawn = _deal(pot, people, rng)
    drawn = _mend(pot, drawn, costs, rng)
    drawn, left = _residue(pot, drawn, costs, rng)
    drawn = _mix(drawn, costs, rng)
    return _balance(pot, drawn, costs, rng), left


def _deal(pot: Pot, people: Ints, rng: np.random.Generator) -> Ints:
    """A shuffle; an organisation with over a quarter is first dealt to outsiders, its surplus to itself."""
    shuffled = rng.permutation(people)
    sizes = np.bincount(pot.codes[shuffled], minlength=1)
    if sizes.max() * 4 > len(shuffled):
        inside = pot.codes[shuffled] == sizes.argmax()
        members, others = shuffled[inside], shuffled[~inside]
        both = min(len(members), len(others))
        across = np.stack((members[:both], others[:both]), axis=1).ravel()
        shuffled = np.concatenate((across, members[both:], others[both:]))
    dealt: Ints = shuffled.reshape(-1, 2)
    return dealt


def _mend(pot: Pot, drawn: Ints, costs: Costs, rng: np.random.Generator) -> Ints:
    """Re-pair each bad pair with a random other one, the best of the three ways, until none is bad."""
    ways = blossom.matchings_of(2)
    cost = costs.lines(drawn[:, 0], drawn[:, 1])
    surplus = _surplus(pot, drawn)
    for _ in range(PASSES):
        bad = np.flatnonzero(cost)
        if not len(bad) or len(drawn) < 2 or (len(bad) <= surplus and cost.max() <= SAME):
            break
        blocks = partnered(bad, len(drawn), rng)
        drawn[blocks] = blossom.repaired(drawn[blocks], costs.lines, ways, rng, least=True)
        cost[blocks] = costs.lines(drawn[blocks][..., 0], drawn[blocks][..., 1])
    return drawn


def _surplus(pot: Pot, drawn: Ints) -> int:
    """Same-organisation pairs that no pairing avoids: those left over within an organisation over half."""
    sizes = np.bincount(pot.codes[drawn.ravel()], minlength=1)
    return max(0, int(sizes.max()) - len(drawn))


def partnered(chosen: Longs, total: int, rng: np.random.Generator) -> Longs:
    """Disjoint blocks of two: each chosen pair with a random other; chosen ones may meet each other."""
    chosen = rng.permutation(chosen)
    if 3 * len(chosen) > total:
        rest = np.ones(total, np.bool_)
        rest[chosen] = False
        line = np.concatenate((chosen, rng.permutation(np.flatnonzero(rest))))
        half = total // 2
        return np.stack((line[:half], line[half : 2 * half]), axis=1)
    partner = rng.integers(total, size=len(chosen))
    times = np.bincount(np.concatenate((chosen, partner)), minlength=total)
    usable = (times[chosen] == 1) & (times[partner] == 1)
    return np.stack((chosen[usable], partner[usable]), axis=1)


def _residue(pot: Pot, drawn: Ints, costs: Costs, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """What swaps could not mend, matched exactly together with a sample of good pairs."""
    cost = costs.lines(drawn[:, 0], drawn[:, 1])
    bad = np.flatnonzero(cost >= SAME)
    if not len(bad) or (cost.max() <= SAME and len(bad) <= _surplus(pot, drawn)):
        return drawn, np.zeros(0, np.int32)
    bad = bad[np.argsort(-cost[bad], kind="stable")][:RESIDUE]
    good = rng.permutation(np.setdiff1d(np.arange(len(drawn)), bad))[:RESIDUE]
    taken = np.concatenate((bad, good))
    people = np.sort(drawn[taken].ravel())
    dense = rules.table(pot.only(people))
    levels = {"repeats": dense.met.astype(np.int32), "same": dense.same.astype(np.int32)}
    weight = rules.pair_scale(levels, len(taken)).cost(levels)
    matched = people[blossom.pairs(weight, dense.allowed, rng)]
    left = people[np.isin(people, matched, invert=True)].astype(np.int32)
    return np.concatenate((np.delete(drawn, taken, axis=0), matched)).astype(np.int32), left


def _mix(drawn: Ints, costs: Costs, rng: np.random.Generator) -> Ints:
    """Disjoint swaps at equal cost, so that mended pairs are no different from the others."""
    ways = blossom.matchings_of(2)
    passes = MIXING if len(drawn) <= LARGE else MIXING_LARGE
    for _ in range(passes if len(drawn) > 1 else 0):
        order = rng.permutation(len(drawn))
        blocks = order[: len(order) // 2 * 2].reshape(-1, 2)
        drawn[blocks] = blossom.repaired(drawn[blocks], costs.lines, ways, rng)
    return drawn


def _balance(pot: Pot, drawn: Ints, costs: Costs, rng: np.random.Generator) -> Ints:
    """Swaps that lower person-organisation repeats and nothing else; stops when all are gone."""
    ways = blossom.matchings_of(2)
    if not len(pot.pairs_met) or len(drawn) < 2:
        return drawn
    cost = costs.with_balance(drawn[:, 0], drawn[:, 1])
    patience = len(drawn) * (LOOKS_LARGE if len(drawn) > LARGE else LOOKS)
    for _ in range(BALANCING):
        familiar = np.flatnonzero(cost % SAME)
        patience -= len(familiar)
        if not len(familiar) or patience < 0:
            break
        blocks = partnered(familiar, len(drawn), rng)
        drawn[blocks] = blossom.repaired(drawn[blocks], costs.with_balance, ways, rng, least=True)
        cost[blocks] = costs.with_balance(drawn[blocks][..., 0], drawn[blocks][..., 1])
    return drawn
