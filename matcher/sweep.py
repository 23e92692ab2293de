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
from matcher.blossom import PairCost
from matcher.pot import Ints, Longs, Pot

# One unit of each wish outweighs all that two to four pairs can hold of the next. What is mixed by besides
# organisations takes the place of these, and everything before it moves up a digit.
NEVER, MET, SAME = 512, 64, 8
DIGIT = 8
PASSES = 200
# Where two wishes cannot both reach their bounds, passes without a gain before mending ends.
STALLED = 10
MIXING = 8
# Balancing ends after so many passes, or when it has looked at every pair so many times.
BALANCING, LOOKS = 60, 3
# Beyond so many pairs mixing and balancing are cut short: a shuffle that large needs little of either, and
# they would take longer than all the rest.
LARGE = 10_000
MIXING_LARGE, LOOKS_LARGE = 2, 1
RESIDUE = 300
MOST_PLACES = 2**28


class Costs:
    """What a pair costs on the lines before look-ahead, and how familiar their organisations are.

    `never`, `met`, `same` and `alike` are the units of these; `alike` is 0 where nothing else is mixed by.
    """

    def __init__(self, pot: Pot) -> None:
        self._pot = pot
        up = DIGIT if pot.mixes else 1
        self.never, self.met, self.same = NEVER * up, MET * up, SAME * up
        self.alike = SAME if pot.mixes else 0
        # A bit for every person and organisation, so that a pass stays within the processor's cache.
        self._width = (int(pot.codes.max(initial=0)) + 8) // 8 * 8
        self._seen: NDArray[np.uint8] | None = None

    def lines(self, a: NDArray[Any], b: NDArray[Any]) -> Ints:
        """Never-pair, repeat, same organisation and alike as one number; any shape. O(pairs)."""
        codes = self._pot.codes
        return self._bans(a, b, codes.take(a), codes.take(b))

    def _bans(self, a: NDArray[Any], b: NDArray[Any], code_a: Ints, code_b: Ints) -> Ints:
        cost: Ints = np.multiply(code_a == code_b, self.same, dtype=np.int32)
        cost += self._pot.have_met(a, b) * np.int32(self.met)
        if self.alike:
            cost += (self._pot.kinds.take(a) == self._pot.kinds.take(b)) * np.int32(self.alike)
        if len(self._pot.pairs_never):
            cost += self._pot.must_not_meet(a, b) * np.int32(self.never)
        return cost

    def least(self, people: Ints, pairs: int) -> int:
        """No round of so many pairs of these people costs less."""
        unavoidable = self.same * _surplus(self._pot.codes[people], pairs)
        return unavoidable + self.alike * _surplus(self._pot.kinds[people], pairs)

    def with_balance(self, a: NDArray[Any], b: NDArray[Any]) -> Ints:
        """`lines`, then how many of the two have met the other's organisation before."""
        if self._seen is None:
            self._seen = self._organisations_seen()
        code_a, code_b = self._pot.codes.take(a), self._pot.codes.take(b)
        cost = self._bans(a, b, code_a, code_b)
        for person, code in ((a, code_b), (b, code_a)):
            place = self._place(person, code)
            cost += (self._seen.take(place >> 3) >> (place & 7).astype(np.uint8)) & 1
        return cost

    def _place(self, person: NDArray[Any], code: Ints) -> Longs:
        place: Longs = np.multiply(person, self._width, dtype=np.int64)
        place += code
        # Beyond 32 MB places are shared: somebody then looks familiar who is not, which only wastes a swap.
        return place % MOST_PLACES if self._pot.n * self._width > MOST_PLACES else place

    def _organisations_seen(self) -> NDArray[np.uint8]:
        pot = self._pot
        seen = np.zeros(min(pot.n * self._width, MOST_PLACES), np.bool_)
        for one, other in ((1, 2), (2, 1)):
            seen[self._place(pot.met[:, one], pot.codes.take(pot.met[:, other]))] = True
        return np.packbits(seen, bitorder="little")


def pairs(pot: Pot, people: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Pairs (k, 2) of these people, an even number, and who could not be paired.

    No never-pair; no repeat and full crossing wherever swaps find them, which the caller certifies.
    Expected O(people), plus building the tables, O(history).
    """
    costs = Costs(pot)
    drawn = _deal(pot, people, rng)
    drawn = _mend(drawn, costs, rng)
    drawn, left = _residue(pot, drawn, costs, rng)
    drawn = _mix(drawn, costs, rng)
    return _balance(pot, drawn, costs, rng), left


def mix(pot: Pot, drawn: Ints, rng: np.random.Generator) -> Ints:
    """Pairs found otherwise, mixed as those of a shuffle are."""
    costs = Costs(pot)
    return _balance(pot, _mix(drawn, costs, rng), costs, rng)


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


def _mend(drawn: Ints, costs: Costs, rng: np.random.Generator) -> Ints:
    """Re-pair each bad pair with a random other one, the best of the three ways, until none is bad."""
    cost = costs.lines(drawn[:, 0], drawn[:, 1])
    least, lowest, stalled = costs.least(drawn.ravel(), len(drawn)), int(cost.sum()), 0
    for _ in range(PASSES):
        bad = np.flatnonzero(cost)
        if not len(bad) or len(drawn) < 2 or int(cost.sum()) <= least:
            break
        stalled = stalled + 1 if costs.alike and int(cost.sum()) >= lowest else 0
        if stalled > STALLED:
            break
        lowest = min(lowest, int(cost.sum()))
        exchange(drawn, cost, partnered(bad, len(drawn), rng), costs.lines, rng)
    return drawn


def exchange(drawn: Ints, cost: Ints, blocks: Longs, price: PairCost, rng: np.random.Generator) -> None:
    """Blocks of two pairs, each re-paired uniformly among its cheapest ways; in place.

    `cost` is what every pair costs now, and is kept so. Blocks must be disjoint. O(blocks).
    """
    first, second = drawn.T
    x, y = blocks.T
    a, b, c, d = first[x], second[x], first[y], second[y]
    parts = price(np.concatenate((a, b, a, b)), np.concatenate((c, d, d, c))).reshape(4, -1)
    # Chance below the point, so that it only decides between equals.
    stay, cross, turn = rng.random((3, len(x)))
    stay += cost[x] + cost[y]
    cross += parts[0] + parts[1]
    turn += parts[2] + parts[3]
    crossed = np.flatnonzero((cross < stay) & (cross < turn))
    turned = np.flatnonzero((turn < stay) & (turn < cross))
    for way, costs, ours, theirs in ((crossed, parts[:2], c, d), (turned, parts[2:], d, c)):
        one, other = x[way], y[way]
        second[one], first[other], second[other] = ours[way], b[way], theirs[way]
        cost[one], cost[other] = costs[:, way]


def _surplus(codes: Ints, pairs: int) -> int:
    """Pairs of one code that no pairing avoids: those left over within one over half."""
    sizes = np.bincount(codes, minlength=1)
    return max(0, int(sizes.max()) - pairs)


def partnered(chosen: Longs, total: int, rng: np.random.Generator) -> Longs:
    """Disjoint blocks of two: each chosen pair with a random other; chosen ones may meet each other.

    All are mirrored at one random place, so any two are together equally often and none is asked twice.
    """
    other = int(rng.integers(total)) - chosen
    other[other < 0] += total
    asked = np.zeros(total, np.bool_)
    asked[chosen] = True
    once = np.flatnonzero((chosen < other) | ~asked[other])
    return np.array((chosen[once], other[once])).T


def _residue(pot: Pot, drawn: Ints, costs: Costs, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """What swaps could not mend, matched exactly together with a sample of good pairs."""
    cost = costs.lines(drawn[:, 0], drawn[:, 1])
    bad = np.flatnonzero(cost >= SAME)
    if not len(bad) or int(cost.sum()) <= costs.least(drawn.ravel(), len(drawn)):
        return drawn, np.zeros(0, np.int32)
    bad = bad[np.argsort(-cost[bad], kind="stable")][:RESIDUE]
    good = rng.permutation(np.setdiff1d(np.arange(len(drawn)), bad))[:RESIDUE]
    taken = np.concatenate((bad, good))
    people = np.sort(drawn[taken].ravel())
    dense = rules.table(pot.only(people))
    levels = {"repeats": dense.met.astype(np.int32)} | dense.differing()
    weight = rules.pair_scale(levels, len(taken)).cost(levels)
    matched = people[blossom.pairs(weight, dense.allowed, rng)]
    left = people[np.isin(people, matched, invert=True)].astype(np.int32)
    return np.concatenate((np.delete(drawn, taken, axis=0), matched)).astype(np.int32), left


def _mix(drawn: Ints, costs: Costs, rng: np.random.Generator) -> Ints:
    """Disjoint swaps at equal cost, so that mended pairs are no different from the others.

    Of the three ways to pair two pairs one is proposed by chance, and taken where it costs the same
    (Metropolis 1953).
    """
    cost = costs.lines(drawn[:, 0], drawn[:, 1])
    first, second = drawn.T
    every = np.arange(len(drawn))
    passes = MIXING if len(drawn) <= LARGE else MIXING_LARGE
    for _ in range(passes if len(drawn) > 1 else 0):
        x, y = partnered(every, len(drawn), rng).T
        way = rng.integers(3, size=len(x), dtype=np.int8)
        other_way = np.flatnonzero(way)
        x, y, turned = x[other_way], y[other_way], way[other_way] > 1
        a, b, c, d = first[x], second[x], first[y], second[y]
        c, d = np.where(turned, d, c), np.where(turned, c, d)
        parts = costs.lines(np.concatenate((a, b)), np.concatenate((c, d))).reshape(2, -1)
        same = np.flatnonzero(parts.sum(axis=0) == cost[x] + cost[y])
        x, y = x[same], y[same]
        second[x], first[y], second[y] = c[same], b[same], d[same]
        cost[x], cost[y] = parts[:, same]
    return drawn


def _balance(pot: Pot, drawn: Ints, costs: Costs, rng: np.random.Generator) -> Ints:
    """Swaps that lower person-organisation repeats and nothing else; stops when all are gone."""
    if not len(pot.pairs_met) or len(drawn) < 2:
        return drawn
    cost = costs.with_balance(drawn[:, 0], drawn[:, 1])
    patience = len(drawn) * (LOOKS_LARGE if len(drawn) > LARGE else LOOKS)
    for _ in range(BALANCING):
        familiar = np.flatnonzero(cost & (SAME - 1))
        patience -= len(familiar)
        if not len(familiar) or patience < 0:
            break
        exchange(drawn, cost, partnered(familiar, len(drawn), rng), costs.with_balance, rng)
    return drawn
