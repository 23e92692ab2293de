"""Why no better round exists: bounds, and certificates a referee can check without solving anything."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher import blossom
from matcher.dual import Matching
from matcher.pot import Bools, Ints, Longs, Pot
from matcher.result import Dual, OddSet, Proof
from matcher.rules import Value, pairs_of, table

# Prices are sought up to these sizes (a second or so), and for an odd pot so many of them.
MOST_EVEN = 200
MOST_ODD = 31
MOST_DUALS = 60

LINES = ("placed", "repeats", "recent", "crossing")


def group_sizes(people: int, size: int) -> list[int]:
    """Sizes of the groups of a full round: `size`, some one larger or one smaller, as few as possible.

    A pair too few makes one three. A remainder becomes smaller groups where that takes fewer of them, so
    nobody sits in a crowd without need. One person makes no group.
    """
    if people < 2:
        return []
    whole, rest = divmod(people, size)
    if rest == 0:
        return [size] * whole
    if size > 2 and (size - rest <= rest or whole < rest) and whole + 1 >= size - rest:
        return [size] * (whole + 1 - (size - rest)) + [size - 1] * (size - rest)
    if whole >= rest:
        return [size + 1] * rest + [size] * (whole - rest)
    return [people]


def crossing_bound(codes: Ints, sizes: ArrayLike) -> int:
    """No round with groups of these sizes has more crossing pairs. O(organisations + groups).

    Each organisation has to sit somewhere: spread as evenly as can be it still shares so many groups with
    itself. And a group larger than the number of organisations holds two people of one.
    """
    groups = np.bincount(np.asarray(sizes, np.int64))
    size = np.arange(len(groups))
    counts = np.bincount(codes)
    counts = counts[counts > 0]
    if not len(groups) or not len(counts):
        return 0
    by_organisation = _spread(counts, int(groups.sum())).sum()
    by_group = (groups * _spread(size, len(counts))).sum()
    return int((groups * (size * (size - 1) // 2)).sum() - max(by_organisation, by_group))


def _spread(things: NDArray[Any], places: int) -> Longs:
    """Fewest pairs in one place when things are put in places."""
    each, more = np.divmod(things.astype(np.int64), places)
    pairs: Longs = (places - more) * (each * (each - 1) // 2) + more * ((each + 1) * each // 2)
    return pairs


def full_crossing(pot: Pot, size: int = 2) -> int:
    """The crossing bound of a pot in which everybody is placed."""
    return crossing_bound(pot.codes, group_sizes(pot.n, size))


def certify(pot: Pot, groups: Ints, told: Value, best: bool, given_up: bool = False) -> Proof:
    """The simplest proof that this round is best before look-ahead; "none" if there is none.

    `best` is the word of a method that counted every round. Where crossing was given up for look-ahead only
    the wishes before it are claimed. People are those of this pot.
    """
    sizes = (groups >= 0).sum(axis=1)
    placed = groups[groups >= 0]
    bound = crossing_bound(pot.codes[placed], sizes)
    crossing = int((sizes * (sizes - 1) // 2).sum()) - told.same
    forced = sum(_alone(pot, person) for person in _missing(pot, groups))
    if told.left_out == forced and not (told.repeats or told.unwilling):
        if crossing == bound:
            return Proof("counting", LINES, repeats=0, cross=crossing)
        if given_up:
            return Proof("counting", LINES[:3], repeats=0, cross=crossing)
    plain = groups.shape[1] == 3 and told.threes == len(placed) % 2 and told.left_out == forced
    found = _certificate(pot, groups, told, crossing == bound) if plain else None
    if found:
        return replace(found, repeats=told.repeats, cross=crossing)
    kind = "enumeration" if best else "none"
    return Proof(kind, LINES if best else (), repeats=told.repeats, cross=crossing)


def _certificate(pot: Pot, groups: Ints, told: Value, full: bool) -> Proof | None:
    """A proof by barrier or by prices for a round of pairs, with one three if the number is odd."""
    people = np.sort(groups[groups >= 0])
    even = len(people) % 2 == 0
    if not 2 < len(people) <= (MOST_EVEN if even else MOST_ODD):
        return None
    active = pot.only(people)
    barrier = _barrier(active) if told.repeats and even else ()
    named = tuple(int(people[person]) for person in barrier)
    # Repeats from the very first round: none could be from longer ago.
    oldest = sum(told.recent[:-1]) == 0
    if full and told.repeats and even and oldest and _closes(active, barrier, told.repeats):
        return Proof("tutte-berge", LINES, barrier=named)
    places = np.where(groups >= 0, np.searchsorted(people, groups), -1).astype(np.int32)
    duals = _prices(active, places, told)
    if not duals:
        return None
    return Proof("dual", LINES, barrier=named, duals=tuple(renamed(dual, people, pot.n) for dual in duals))


def _barrier(pot: Pot) -> tuple[int, ...]:
    """Tutte and Berge's set: those next to people whom some largest fresh round leaves over. n matchings."""
    dense = table(pot)
    fresh = dense.allowed & ~dense.met
    everybody = np.arange(pot.n)
    most = _largest(fresh, everybody)
    spare = np.array([_largest(fresh, np.delete(everybody, v)) == most for v in everybody])
    return tuple(int(person) for person in np.flatnonzero(fresh[spare].any(axis=0) & ~spare))


def _largest(fresh: Bools, people: Longs) -> int:
    a, b = np.nonzero(np.triu(fresh[np.ix_(people, people)], 1))
    return len(blossom.match(a, b, np.ones(len(a), np.int64), len(people)))


def _closes(pot: Pot, barrier: tuple[int, ...], repeats: int) -> bool:
    """Whether the barrier leaves enough odd circles behind to explain all the repeats."""
    import networkx as nx  # see `blossom`

    dense = table(pot)
    inside = np.setdiff1d(np.arange(pot.n), barrier)
    graph = nx.from_numpy_array((dense.allowed & ~dense.met)[np.ix_(inside, inside)])
    odd = sum(len(part) % 2 for part in nx.connected_components(graph))
    return odd == len(barrier) + 2 * repeats


def pair_prices(pot: Pot, told: Value) -> tuple[list[list[int | None]], list[int]]:
    """Cost of each pair, and of each person's seat in a three, as exact integers.

    Digits in base 2n: never-pairs, repeats, the past from its latest round on, people unwilling in a three,
    one organisation. Of the past only the rounds that repeats come from need digits of their own; the rounds
    in between share one, since in the best round it is zero for all of them.
    """
    used = [pot.rounds - number for number, count in enumerate(told.recent) if count]
    base, digits = 2 * pot.n, 2 * len(used)
    step = [0] * (pot.rounds + 1)
    for age in range(1, pot.rounds + 1):
        place = 2 * sum(other > age for other in used) + (age in used)
        step[age] = base ** (digits + 2) + (base ** (digits + 1 - place) if place < digits else 0)
    dense = table(pot)
    never = base ** (digits + 3)
    cost: list[list[int | None]] = [
        [step[age] + same if allowed else never for age, same, allowed in zip(*row, strict=True)]
        for row in zip(dense.age.tolist(), dense.same.tolist(), dense.allowed.tolist(), strict=True)
    ]
    for person in range(pot.n):
        cost[person][person] = None
    return cost, [base * unwilling for unwilling in pot.no_trio.tolist()]


def _prices(pot: Pot, groups: Ints, told: Value) -> list[Dual]:
    """Duals that together prove the round best; [] if they were not found."""
    cost, seats = pair_prices(pot, told)
    if pot.n % 2:
        return _prices_of_threes(cost, seats, groups)
    matching = Matching(cost)
    return [matching.dual()] if matching.solve() else []


def _prices_of_threes(cost: list[list[int | None]], seats: list[int], groups: Ints) -> list[Dual]:
    """Duals such that for every three one of them shows that no round with it is better.

    Those found for one three mostly settle many others; the next is asked about a three they do not settle.
    """
    n = len(cost)
    money = np.array([[price or 0 for price in row] for row in cost], dtype=object)
    threes = np.array(list(combinations(range(n), 3)))
    i, j, k = threes.T
    seat = np.array(seats, dtype=object)
    price = money[i, j] + money[i, k] + money[j, k] + seat[i] + seat[j] + seat[k]
    a, b = pairs_of(groups)
    goal = 2 * (money[a, b].sum() + seat[groups[groups[:, 2] >= 0]].sum())
    open_threes = np.ones(len(threes), np.bool_)
    found: list[Dual] = []
    while open_threes.any() and len(found) < MOST_DUALS:
        found.append(_prices_without(cost, threes[int(open_threes.argmax())].tolist()))
        open_threes &= (2 * price + bound_without(found[-1], threes) < goal).astype(np.bool_)
    return [] if open_threes.any() else found


def _prices_without(cost: list[list[int | None]], three: list[int]) -> Dual:
    """The dual of pairing everybody but a three, with the highest prices the three may then have."""
    rest = [person for person in range(len(cost)) if person not in three]
    matching = Matching([[cost[a][b] for b in rest] for a in rest])
    matching.solve()
    dual = renamed(matching.dual(), np.array(rest), len(cost))
    prices = list(dual.prices)
    known = rest.copy()
    for person in three:
        limits = (2 * (cost[person][other] or 0) - prices[other] for other in known)
        prices[person] = min(limits, default=0)
        known.append(person)
    return Dual(tuple(prices), dual.sets)


def bound_without(dual: Dual, threes: NDArray[Any]) -> NDArray[Any]:
    """Twice what pairing everybody but each three must cost at least; (k,)."""
    prices = np.array(dual.prices, dtype=object)
    bound = prices.sum() - prices[threes].sum(axis=1)
    for odd in dual.sets:
        inside = np.isin(threes, odd.people).sum(axis=1)
        bound = bound - odd.value * ((len(odd.people) - inside) // 2).astype(object)
    return np.asarray(bound)


def renamed(dual: Dual, people: NDArray[Any], n: int) -> Dual:
    """The same prices in the numbering in which these are `people` of n; everybody else's is 0."""
    prices = [0] * n
    for person, price in zip(people.tolist(), dual.prices, strict=True):
        prices[person] = price
    sets = tuple(OddSet(tuple(int(people[p]) for p in odd.people), odd.value) for odd in dual.sets)
    return Dual(tuple(prices), sets)


def in_names_of(proof: Proof, people: NDArray[Any], n: int) -> Proof:
    """The same proof in the numbering of a larger pot of n, in which its people are `people`."""
    barrier = tuple(int(people[person]) for person in proof.barrier)
    return replace(proof, barrier=barrier, duals=tuple(renamed(dual, people, n) for dual in proof.duals))


def _missing(pot: Pot, groups: Ints) -> list[int]:
    seated = np.zeros(pot.n, np.bool_)
    seated[groups[groups >= 0]] = True
    return [int(person) for person in np.flatnonzero(~seated)]


def _alone(pot: Pot, person: int) -> bool:
    """Whether never-pairs keep this person from everybody."""
    others = np.delete(np.arange(pot.n), person)
    return bool(pot.must_not_meet(np.full(len(others), person), others).all())
