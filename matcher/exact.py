"""Small pots: every best round counted, and one of them drawn uniformly.

A dynamic programme over sets of people still to be placed. Always placing the last person of the set next
makes every round reachable in exactly one way, so counts are exact, and leaves few sets: Fibonacci(n + 1) of
them for pairs, where all subsets would be 2**n. With one three it is about eight times as many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from matcher import rules, trios
from matcher.pot import Bools, Ints, Longs, Pot

Masks = NDArray[np.uint32]

# 26 people: 0.4 s. Above it memory and time grow by 1.6 per person.
MOST = 26
# With threes and people left out allowed anywhere, all subsets are reachable.
MOST_AWKWARD = 16
# Groups of three and four, of every size they may have.
MOST_MIXED = 10
NEVER = np.int64(2**62)


@dataclass(frozen=True)
class Costs:
    """Exact integer cost of each way to place people; sums must stay under 2**62.

    pair (n, n); three (n, n, n), read at i < j < k, or None; left_out (n,), or None where everybody must be
    placed. `allowed` (n, n) says who may sit in one group. With `any_threes` False a three is used exactly
    once, by odd pots. With `of_size` groups have the sizes it names, each at its price beside its pairs.
    """

    pair: Longs
    allowed: Bools
    three: Longs | None = None
    left_out: Longs | None = None
    any_threes: bool = False
    of_size: Mapping[int, int] | None = None


@dataclass(frozen=True)
class Moves:
    """Ways to place one person: with whom (bits), at which cost, and whether only odd sets may."""

    others: list[int]
    cost: list[int]
    odd_only: list[bool]


class Rounds:
    """All rounds of least cost: `cost`, `count` (0 if there is no round), and draw()."""

    def __init__(self, costs: Costs) -> None:
        self.n = len(costs.pair)
        self._width = max(costs.of_size or (3,))
        self._moves = [_moves(costs, person) for person in range(self.n)]
        self._sets = _reachable(self._moves, self.n)
        self._cost, self._count = _evaluate(self._sets, self._moves)
        self.cost = int(self._cost[-1])
        self.count = int(self._count[-1])

    @property
    def possible(self) -> bool:
        return self.count > 0

    def draw(self, rng: np.random.Generator) -> Ints:
        """One of the `count` rounds, each with the same probability; (g, w) padded with -1. O(n³)."""
        left, groups = (1 << self.n) - 1, []
        while left:
            person = left.bit_length() - 1
            others = self._choose(left, person, rng)
            if others:
                groups.append([person, *_members(others)])
            left &= ~(others | 1 << person)
        drawn = np.full((len(groups), self._width), -1, np.int32)
        for row, group in zip(drawn, groups, strict=True):
            row[: len(group)] = sorted(group)
        return drawn

    def _choose(self, left: int, person: int, rng: np.random.Generator) -> int:
        """One move of `person`, weighted by how many best rounds continue it."""
        moves = self._moves[person]
        target = self._cost[np.searchsorted(self._sets, left)]
        ways = []
        for others, cost, odd_only in zip(moves.others, moves.cost, moves.odd_only, strict=True):
            if left & others == others and (not odd_only or left.bit_count() % 2):
                at = np.searchsorted(self._sets, left & ~(others | 1 << person))
                if self._cost[at] + cost == target and self._count[at]:
                    ways.append((others, int(self._count[at])))
        pick = int(rng.integers(sum(count for _, count in ways)))
        for others, count in ways:
            pick -= count
            if pick < 0:
                return others
        raise AssertionError("counts of moves must add up to the count of the set")


class Small:
    """The best rounds of a pot of at most 26, on all countable wishes.

    `best` holds the rounds equal on the wishes before look-ahead, which are counted and told; `kindest` those
    of them that are also best on the wishes after it, from which a round is drawn. `possible` is False when
    no round of the usual shape places everybody.
    """

    def __init__(self, pot: Pot, *, awkward: bool = False) -> None:
        self._pot = pot
        self._table = rules.table(pot)
        self._awkward = awkward
        self.best: Rounds
        self.scale: rules.Scale
        met = self._table.met.astype(np.int32)
        same = self._table.differing()
        allowed = self._within(met, same)
        self.possible = self.best.possible
        if not self.possible:
            return
        recent: dict[str, Ints] = {}
        repeats = self.scale.read(self.best.cost)["repeats"]
        if repeats:
            recent, allowed = rules.recent_levels(self._table.age, allowed, repeats, self._totals)
            self.best, self.scale = self._solve({"repeats": met} | recent | same, allowed)
        self.kindest = self.best
        if pot.rounds or pot.trio_turns.any():
            after = {"unkind": self._table.unkind, "apart": _apart(pot), "familiar": self._table.familiar}
            self.kindest, _ = self._solve({"repeats": met} | recent | same | after, allowed)

    def _within(self, met: Ints, same: dict[str, Ints]) -> Bools:
        """Sets `best` and `scale`; returns the pairs a best round can use.

        A round of fresh crossing pairs that all differ, of fresh crossing pairs, or of fresh pairs, is better
        than any that is not; where one exists the other pairs need not be looked at, which in a pot with a
        long history leaves few sets.
        """
        dense = self._table
        fresh = dense.allowed & ~dense.met
        crossing = fresh & ~dense.same
        best = [crossing & ~dense.alike] if dense.alike.any() else []
        tried: list[Bools] = [] if self._awkward else [*best, crossing, fresh]
        for allowed in tried:
            self.best, self.scale = self._solve({"repeats": met} | same, allowed)
            if self.best.possible and not self.scale.read(self.best.cost)["unwilling"]:
                return allowed
        self.best, self.scale = self._solve({"repeats": met} | same, dense.allowed)
        return dense.allowed

    def _totals(self, levels: dict[str, Ints], allowed: Bools) -> dict[str, int]:
        rounds, scale = self._solve(levels, allowed)
        return scale.read(rounds.cost)

    def _solve(self, levels: dict[str, Ints], allowed: Bools) -> tuple[Rounds, rules.Scale]:
        """All rounds best on these levels, in this order, threes and people left out in their places."""
        pot, n = self._pot, self._pot.n
        tops = _tops(pot, levels)
        while (scale := rules.Scale(tops)).bits > 62:
            tops.pop()
        levels = {name: level for name, level in levels.items() if name in scale.place}
        pair = scale.cost(levels).astype(np.int64)
        three = _threes(pot, pair, scale) if n % 2 or self._awkward else None
        left_out = _left_out(pot, scale) if self._awkward else None
        return Rounds(Costs(pair, allowed, three, left_out, self._awkward)), scale


class Mixed:
    """The best rounds of threes or fours of a pot of at most ten, over every mix of sizes that is allowed.

    Everybody is placed first. Then sizes are free where that gives a round without any repeat, the nearest to
    what was asked; where every round has one, they are as near as can be, and repeats as few as they allow.
    `fewest` is how many repeats there must be whatever the sizes.
    """

    def __init__(self, pot: Pot, size: int, least: int = 2) -> None:
        self._pot, self._size = pot, size
        self._sizes = range(least, size + 2)
        dense = rules.table(pot)
        met, same = dense.met.astype(np.int32), dense.differing()
        any_size, scale = self._solve({"repeats": met}, dense.allowed, near=False)
        value = scale.read(any_size.cost)
        self.left_out, self.fewest = value["left_out"], value["repeats"]
        recent: dict[str, Ints] = {}
        allowed = dense.allowed & ~dense.met if not self.fewest else dense.allowed
        if self.fewest:
            usual, scale = self._solve({"repeats": met}, allowed)
            repeats = scale.read(usual.cost)["repeats"]
            recent, allowed = rules.recent_levels(dense.age, allowed, repeats, self._totals)
        wishes = {"repeats": met} | recent | same
        self.best, self.scale = self._solve(wishes, allowed)
        self.kindest = self.best
        if pot.rounds:
            after = {"unkind": dense.unkind, "familiar": dense.familiar}
            self.kindest, _ = self._solve(wishes | after, allowed)

    def _totals(self, levels: dict[str, Ints], allowed: Bools) -> dict[str, int]:
        rounds, scale = self._solve(levels, allowed)
        return scale.read(rounds.cost)

    def _solve(
        self, levels: dict[str, Ints], allowed: Bools, *, near: bool = True
    ) -> tuple[Rounds, rules.Scale]:
        """All rounds best on these levels, in this order, after the sizes if they are to be near."""
        n, size = self._pot.n, self._size
        far = {s: (s - size) ** 2 for s in self._sizes}
        tops = [*_placing(self._pot), *((("far", n * max(far.values())), ("crowds", n)) if near else ())]
        # A group has at most two pairs for each of its people.
        tops += [(name, 2 * n * int(level.max())) for name, level in levels.items()]
        while (scale := rules.Scale(tops)).bits > 62:
            tops.pop()
        levels = {name: level for name, level in levels.items() if name in scale.place}
        place = scale.place
        of_size = {s: far[s] * place.get("far", 0) + (s > size) * place.get("crowds", 0) for s in far}
        pair = scale.cost(levels).astype(np.int64)
        return Rounds(Costs(pair, allowed, left_out=_left_out(self._pot, scale), of_size=of_size)), scale


def _tops(pot: Pot, levels: dict[str, Ints]) -> list[tuple[str, int]]:
    """Every wish in order with the most a round can reach in it."""
    units = pot.n
    tops = [*_placing(pot), ("threes", pot.n // 3)]
    for name, level in levels.items():
        if name == "same":
            tops.append(("unwilling", pot.n))
        if name == "apart":
            tops.append(("turns", int(_turns(pot).max()) * pot.n))
        tops.append((name, units * int(level.max())))
    return tops


def _placing(pot: Pot) -> list[tuple[str, int]]:
    """The first wishes: nobody left out, and least of all somebody who was let down last time."""
    return [("left_out", pot.n), ("again", int(pot.let_down.sum()))]


def _left_out(pot: Pot, scale: rules.Scale) -> Longs:
    """What it costs to leave each person out."""
    return scale.place["left_out"] + pot.let_down.astype(np.int64) * scale.place["again"]


def _turns(pot: Pot) -> Ints:
    """Turns in a three above the least, as fairness counts them; beyond thirty nobody cares."""
    levels = rules.trio_levels(pot)
    above: Ints = np.minimum(levels - levels.min(), 30)
    return above


def _threes(pot: Pot, pair: Longs, scale: rules.Scale) -> Longs:
    """Cost of every three: its pairs, and what being three costs its members."""
    place = scale.place
    each = pot.no_trio * place.get("unwilling", 0) + _turns(pot) * place.get("turns", 0)
    corner = pair + each[:, None].astype(np.int64)
    total: Longs = corner[:, :, None] + corner[None, :, :] + corner.T[:, None, :] + place["threes"]
    if "apart" in place:
        _undo_apart(pot, total, place["apart"])
    return total


def _apart(pot: Pot) -> Ints:
    """1 for pairs of people who wait for a turn in a three together: they should not meet before it."""
    apart = np.zeros((pot.n, pot.n), np.int32)
    wait = trios.waiting(pot) if pot.n % 2 else np.zeros(0, np.int32)
    apart[np.ix_(wait, wait)] = 1
    return apart


def _undo_apart(pot: Pot, total: Longs, unit: int) -> None:
    """Meeting in the three is what they wait for, unless the others who wait are then stranded; in place."""
    wait = trios.waiting(pot)
    threes = np.array(list(combinations(wait.tolist(), 3)), np.int32).reshape(-1, 3)
    i, j, k = threes.T
    total[i, j, k] += (trios.stranding(pot, threes) - 3) * unit


def _members(mask: int) -> list[int]:
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def _moves(costs: Costs, person: int) -> Moves:
    """How the last person of a set can be placed: with one earlier person, with two, or not at all."""
    moves = Moves([], [], [])
    if costs.left_out is not None:
        _add(moves, 0, int(costs.left_out[person]))
    friends = [int(j) for j in np.flatnonzero(costs.allowed[person, :person])]
    if costs.of_size is not None:
        _add_groups(moves, costs, person, friends)
        return moves
    for j in friends:
        _add(moves, 1 << j, int(costs.pair[j, person]))
    if costs.three is not None:
        for i, j in combinations(friends, 2):
            if costs.allowed[i, j]:
                _add(moves, 1 << i | 1 << j, int(costs.three[i, j, person]), odd_only=not costs.any_threes)
    return moves


def _add_groups(moves: Moves, costs: Costs, person: int, friends: list[int]) -> None:
    """Every group of a size that is allowed, of this person and earlier ones who may all sit together."""
    for size, price in (costs.of_size or {}).items():
        for others in combinations(friends, size - 1):
            pairs = [*combinations(others, 2), *((other, person) for other in others)]
            if all(costs.allowed[pair] for pair in pairs):
                mask = sum(1 << other for other in others)
                _add(moves, mask, price + sum(int(costs.pair[pair]) for pair in pairs))


def _add(moves: Moves, others: int, cost: int, odd_only: bool = False) -> None:
    moves.others.append(others)
    moves.cost.append(cost)
    moves.odd_only.append(odd_only)


def _fitting(masks: Masks, odd: Bools, others: int, odd_only: bool) -> Bools:
    fits: Bools = (masks & np.uint32(others)) == others
    return fits & odd if odd_only else fits


def _reachable(moves: list[Moves], n: int) -> Masks:
    """Every set that placing people from the last downward can leave, sorted; the full set is last."""
    waiting: list[list[Masks]] = [[] for _ in range(n + 1)]
    waiting[n].append(np.array([(1 << n) - 1], np.uint32))
    layers: list[Masks] = []
    for top in range(n, 0, -1):
        if not waiting[top]:
            continue
        masks = _distinct(waiting[top])
        layers.append(masks)
        odd = (np.bitwise_count(masks) & 1).astype(np.bool_)
        person = top - 1
        left = [
            masks[_fitting(masks, odd, others, odd_only)] & np.uint32(~(others | 1 << person) & 0xFFFFFFFF)
            for others, odd_only in zip(moves[person].others, moves[person].odd_only, strict=True)
        ]
        for lower, part in _by_top(left, top):
            waiting[lower].append(part)
    layers.append(np.zeros(1, np.uint32))
    return np.concatenate(layers[::-1])


def _distinct(parts: list[Masks]) -> Masks:
    """Every set once, sorted. Numpy's own way, by hashing, takes three times as long for millions."""
    masks = np.concatenate(parts)
    masks.sort()
    first = np.ones(len(masks), np.bool_)
    np.not_equal(masks[1:], masks[:-1], out=first[1:])
    return masks[first]


def _by_top(left: list[Masks], top: int) -> list[tuple[int, Masks]]:
    """The sets left, split by their last person; the empty set needs no layer."""
    if not left:
        return []
    sets = _distinct(left)
    cuts = np.searchsorted(sets, [1 << bit for bit in range(top)])
    return [
        (bit + 1, sets[start:end])
        for bit, (start, end) in enumerate(zip(cuts, [*cuts[1:], len(sets)], strict=True))
        if end > start
    ]


def _evaluate(sets: Masks, moves: list[Moves]) -> tuple[Longs, Longs]:
    """Least cost to place each set, and in how many ways; sets must be sorted."""
    cost = np.full(len(sets), NEVER, np.int64)
    count = np.zeros(len(sets), np.int64)
    cost[0], count[0] = 0, 1
    cuts = np.searchsorted(sets, [1 << person for person in range(len(moves) + 1)])
    for person, (start, end) in enumerate(pairwise(cuts)):
        if end > start:
            _evaluate_layer(sets, cost, count, slice(int(start), int(end)), person, moves[person])
    return cost, count


def _evaluate_layer(sets: Masks, cost: Longs, count: Longs, layer: slice, person: int, moves: Moves) -> None:
    masks = sets[layer]
    odd = (np.bitwise_count(masks) & 1).astype(np.bool_)
    best, ways = cost[layer], count[layer]
    for others, price, odd_only in zip(moves.others, moves.cost, moves.odd_only, strict=True):
        here = np.flatnonzero(_fitting(masks, odd, others, odd_only))
        child = np.searchsorted(sets[: layer.start], masks[here] & ~np.uint32(others | 1 << person))
        reached = cost[child] + price
        better, equal = reached < best[here], reached == best[here]
        best[here[better]], ways[here[better]] = reached[better], count[child[better]]
        ways[here[equal]] += count[child[equal]]
