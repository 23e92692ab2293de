"""What a good round is: one ordered list of wishes, each only ever decided within those before it.

A wish is a count over the groups of a round. Most are sums over pairs, so a solver can be given one exact
integer per pair: the wishes as digits, the most important first, each digit wide enough that no sum of
later ones can outweigh one unit of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from matcher.pot import Bools, Ints, Longs, Pot

# Past rounds are settled all at once while their digits need no more bits than these.
ROOM = 40

Priority = Literal["fresh", "cross"]


@dataclass(frozen=True)
class Wish:
    """One line of the order. `words` says it to an organiser."""

    name: str
    words: str


PLACED = Wish("placed", "everybody is in a group, and a never-pair never meets")
AGAIN = Wish("again", "if somebody must be left out, it is not whoever was let down last time")
REPEATS = Wish("repeats", "as few pairs as possible have met before")
RECENT = Wish("recent", "if some must meet again, those whose last meeting is longest ago")
WILLING = Wish("willing", "nobody who said no to a three is put in one")
CROSSING = Wish("crossing", "as many pairs as possible cross organisations")
MIXING = Wish("mixing", "as many pairs as possible differ in what the programme mixes by besides")
AHEAD = Wish("ahead", "as many further rounds without a repeat as possible stay open")
KIND = Wish("kind", "people let down last time and newcomers are not the ones to repeat")
TURNS = Wish("turns", "turns in a three are shared out")
BALANCE = Wish("balance", "people meet organisations they have not met")
CHANCE = Wish("chance", "otherwise by chance")


def order(priority: Priority, *, mixing: bool = False) -> tuple[Wish, ...]:
    """The wishes in force, most important first; with one for whatever is mixed by besides organisations."""
    differing = (CROSSING, MIXING) if mixing else (CROSSING,)
    middle = (AHEAD, *differing) if priority == "fresh" else (*differing, AHEAD)
    return (PLACED, AGAIN, REPEATS, RECENT, WILLING, *middle, KIND, TURNS, BALANCE, CHANCE)


@dataclass(frozen=True)
class Value:
    """What a round is worth on the wishes decided before look-ahead and after it; smaller is better.

    `again` counts people left out who were let down last time, `recent` repeats by the round they last met
    in, the latest round first; `same` counts pairs of one organisation, `alike` those alike in what is mixed
    by besides.
    """

    left_out: int
    again: int
    threes: int
    repeats: int
    recent: tuple[int, ...]
    unwilling: int
    same: int
    alike: int
    unkind: int
    turns: int

    def placing(self) -> tuple[int, int]:
        """How many are left out, and how many of them were let down before."""
        return (self.left_out, self.again)

    def before_ahead(self) -> tuple[Any, ...]:
        """The wishes that decide before look-ahead under `cross`; what is proved and counted."""
        others = (self.threes, self.repeats, self.recent, self.unwilling, self.same, self.alike)
        return (*self.placing(), *others)

    def whole(self) -> tuple[Any, ...]:
        """Every wish of whole rounds, for comparing two of them without look-ahead."""
        return (*self.before_ahead(), self.unkind, self.turns)


def value(pot: Pot, groups: Ints, size: int = 2) -> Value:
    """Count a round's wishes. Groups are (g, w) padded with -1. O(pairs log m)."""
    a, b = pairs_of(groups)
    ages = pot.age(a, b)
    met = ages > 0
    crowds = groups[(groups >= 0).sum(axis=1) > size] if size == 2 else groups[:0]
    crowd = crowds[crowds >= 0]
    placed = groups[groups >= 0]
    late = np.bincount(pot.rounds - ages[met], minlength=pot.rounds)
    kind = pot.let_down | pot.newcomer
    return Value(
        left_out=pot.n - len(placed),
        again=int(pot.let_down.sum() - pot.let_down[placed].sum()),
        threes=len(crowds),
        repeats=int(met.sum()),
        recent=tuple(int(count) for count in late),
        unwilling=int(pot.no_trio[crowd].sum()),
        same=int((pot.codes[a] == pot.codes[b]).sum()),
        alike=int((pot.kinds[a] == pot.kinds[b]).sum()) if pot.mixes else 0,
        unkind=int((kind[a[met]].astype(int) + kind[b[met]]).sum()),
        turns=int(trio_levels(pot)[crowd].sum()),
    )


def pairs_of(groups: Ints) -> tuple[Ints, Ints]:
    """Both ends of every pair within the groups. O(g · w²)."""
    width = groups.shape[1] if groups.ndim == 2 else 0
    ends = [(groups[:, i], groups[:, j]) for i in range(width) for j in range(i + 1, width)]
    if not ends:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    a = np.concatenate([first for first, _ in ends])
    b = np.concatenate([second for _, second in ends])
    real = (a >= 0) & (b >= 0)
    return a[real], b[real]


def trio_levels(pot: Pot) -> Ints:
    """Turns in a three as fairness counts them: newcomers start level with the least of the others.

    Without this somebody who joins in year three would be in every three until they had caught up.
    """
    settled = ~pot.newcomer & ~pot.no_trio
    floor = int(pot.trio_turns[settled].min()) if settled.any() else 0
    levels = pot.trio_turns.copy()
    levels[pot.newcomer] = np.maximum(levels[pot.newcomer], floor)
    return levels


def organisations_met(pot: Pot) -> Longs:
    """Sorted distinct person * K + organisation, for K organisations: who has met which. O(m log m)."""
    kinds = int(pot.codes.max()) + 1 if pot.n else 1
    a, b = pot.pairs_met // max(pot.n, 1), pot.pairs_met % max(pot.n, 1)
    return np.unique(np.concatenate((a * kinds + pot.codes[b], b * kinds + pot.codes[a])))


@dataclass(frozen=True)
class Table:
    """Every pair of a pot of at most a few thousand, as (n, n) matrices. O(n²) memory.

    age 0 for fresh pairs, larger for later meetings; allowed is False on the diagonal and for never-pairs.
    """

    age: Ints
    same: Bools
    alike: Bools
    allowed: Bools
    unkind: Ints
    familiar: Ints

    @property
    def met(self) -> Bools:
        return self.age > 0

    def differing(self) -> dict[str, Ints]:
        """Levels of two wishes: from two organisations, and different in what else is mixed by."""
        levels = {"same": self.same.astype(np.int32)}
        return levels | ({"alike": self.alike.astype(np.int32)} if self.alike.any() else {})

    def inside(self) -> Longs:
        """Both as one integer per pair, in that order."""
        levels = self.differing()
        return pair_scale(levels, len(self.age)).cost(levels).astype(np.int64)


def table(pot: Pot) -> Table:
    """The dense view of a pot."""
    n = pot.n
    age = np.zeros((n, n), np.int32)
    allowed = ~np.eye(n, dtype=np.bool_)
    if n:
        a, b = pot.pairs_met // n, pot.pairs_met % n
        age[a, b] = age[b, a] = pot.last_met + 1
        a, b = pot.pairs_never // n, pot.pairs_never % n
        allowed[a, b] = allowed[b, a] = False
    kind = (pot.let_down | pot.newcomer).astype(np.int32)
    kinds = int(pot.codes.max()) + 1 if n else 1
    seen = np.zeros((n, kinds), np.int32)
    known = organisations_met(pot)
    seen[known // kinds, known % kinds] = 1
    other = seen[:, pot.codes]
    return Table(
        age=age,
        same=pot.codes[:, None] == pot.codes[None, :],
        alike=_alike(pot),
        allowed=allowed,
        unkind=(kind[:, None] + kind[None, :]) * (age > 0),
        familiar=other + other.T,
    )


def _alike(pot: Pot) -> Bools:
    """Pairs of two different people who said the same."""
    alike: Bools = (pot.kinds[:, None] == pot.kinds[None, :]) & (pot.mix >= 0)[:, None]
    np.fill_diagonal(alike, False)
    return alike


class Scale:
    """Wishes as digits of one exact integer, the most important first.

    Each wish comes with the largest total a round can reach in it, so no sum of later wishes can outweigh one
    unit of an earlier one. `bits` is what a whole round's integer can need.
    """

    def __init__(self, tops: Sequence[tuple[str, int]]) -> None:
        self.place: dict[str, int] = {}
        self._base = {name: top + 1 for name, top in tops}
        unit = 1
        for name, top in reversed(tops):
            self.place[name] = unit
            unit *= top + 1
        self.bits = unit.bit_length()

    def cost(self, levels: dict[str, NDArray[Any]]) -> NDArray[Any]:
        """One integer per entry: int64 where a whole round's sum fits, Python integers otherwise."""
        kind: type = np.int64 if self.bits <= 62 else object
        parts: list[NDArray[Any]] = [level.astype(kind) * self.place[name] for name, level in levels.items()]
        total: NDArray[Any] = np.sum(parts, axis=0) if kind is np.int64 else sum(parts[1:], parts[0])
        return total

    def read(self, cost: int) -> dict[str, int]:
        """The totals a round's integer stands for."""
        return {name: cost // unit % self._base[name] for name, unit in self.place.items()}


def pair_scale(levels: dict[str, NDArray[Any]], units: int, extra: dict[str, int] | None = None) -> Scale:
    """The scale on which rounds of at most `units` pairs are weighed; `extra` gives tops larger than that."""
    tops = {name: units * (int(level.max()) if level.size else 0) for name, level in levels.items()}
    return Scale(list((tops | (extra or {})).items()))


# Solves for these levels on these allowed pairs and returns the least totals, in lexicographic order.
Solve = Callable[[dict[str, NDArray[Any]], Bools], dict[str, int]]


def recent_levels(age: Ints, allowed: Bools, repeats: int, solve: Solve) -> tuple[dict[str, Ints], Bools]:
    """Levels that make a solver choose, among rounds with these many repeats, the ones longest ago.

    One digit per past round would need thousands of bits, so the past is settled from the latest round
    backward: rounds that can be avoided altogether lose their pairs, the few others keep a digit each.
    Returns those digits and the pairs still allowed. O(log rounds + repeats) calls of `solve`.
    """
    met = (age > 0).astype(np.int32)
    oldest = int(age.max())
    if oldest * len(age).bit_length() <= ROOM:
        return _all_at_once(age, met, allowed, solve)
    kept: dict[str, Ints] = {}
    while sum_kept(kept, met, allowed, solve) < repeats:
        latest = _first_unavoidable(age, met, kept, allowed, oldest, solve)
        allowed = allowed & ((age <= latest) | np.isin(age, [int(name[6:]) for name in kept]))
        kept[f"recent{latest}"] = (age == latest).astype(np.int32)
        oldest = latest - 1
    return kept, allowed


def _all_at_once(age: Ints, met: Ints, allowed: Bools, solve: Solve) -> tuple[dict[str, Ints], Bools]:
    """A digit for every past round, where there are few."""
    digits = {f"recent{a}": (age == a).astype(np.int32) for a in range(int(age.max()), 0, -1)}
    totals = solve({"repeats": met} | digits, allowed)
    kept = {name: digit for name, digit in digits.items() if totals[name]}
    # Every best round has these totals, so pairs from the other rounds are in none of them.
    return kept, allowed & ((age == 0) | np.isin(age, [int(name[6:]) for name in kept]))


def sum_kept(kept: dict[str, Ints], met: Ints, allowed: Bools, solve: Solve) -> int:
    """How many of the repeats the digits kept so far account for."""
    if not kept:
        return 0
    totals = solve({"repeats": met} | kept, allowed)
    return sum(totals[name] for name in kept)


def _first_unavoidable(
    age: Ints, met: Ints, kept: dict[str, Ints], allowed: Bools, oldest: int, solve: Solve
) -> int:
    """The latest age that cannot be avoided, given the repeats and the totals of the ages kept. Bisection."""
    goal = solve({"repeats": met} | kept, allowed)
    low, high = 1, oldest
    while low < high:
        middle = (low + high) // 2
        without = {"repeats": met} | kept | {"late": ((age > middle) & (age <= oldest)).astype(np.int32)}
        totals = solve(without, allowed)
        if totals["late"] == 0 and all(totals[name] == goal[name] for name in goal):
            high = middle
        else:
            low = middle + 1
    return low
