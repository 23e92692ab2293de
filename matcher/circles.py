"""Groups of three and four without a design: dealt by organisation, then improved by swapping two people.

Small pots are cooled several times at once (simulated annealing, Kirkpatrick 1983): numpy takes no longer for
a few chains than for one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matcher import sweep
from matcher.blossom import PairCost
from matcher.pot import Ints, Longs, Pot
from matcher.proof import crossing_bound, fewest_in_circles

# Passes of swaps that only mend, and at last of those that only mix.
MENDING, MIXING = 60, 12
# Steps of cooling, and the heat to cool from (a repeat costs 64, one organisation 8).
COOLING, HOT = 1200, 24.0
# Cooling weighs every swap of every group again and again; larger pots have room enough without it.
MOST_COOLED = 400
# So many people are cooled at once, in as many chains as that makes, and not more than these.
TOGETHER, CHAINS = 600, 16


def circles(pot: Pot, sizes: list[int], size: int, rng: np.random.Generator) -> Ints:
    """Everybody in groups of these sizes, at most size + 1; (g, size + 1) padded with -1.

    Swaps of two people between two groups: at first only of bad groups and only downhill, then, for pots of a
    few hundred where something bad is left, cooling slowly. At last swaps at equal cost. Best found, not
    proved beyond the counting bound. O(passes · people).
    """
    costs = sweep.Costs(pot)
    seats = _dealt(pot, sizes, size, rng)
    if len(seats) < 2:
        return seats
    price = _table(pot, costs) if pot.n <= MOST_COOLED else costs.lines
    least = _least_cost(pot, sizes, costs)
    for _ in range(MENDING):
        cost = _group_cost(seats, price)
        bad = np.flatnonzero(cost)
        if not len(bad) or cost.sum() <= least:
            break
        _swap(seats, sweep.partnered(bad, len(seats), rng), price, rng, heat=0.0)
    if pot.n <= MOST_COOLED and _group_cost(seats, price).sum() > least:
        repeats = fewest_in_circles(pot, (seats >= 0).sum(axis=1))
        seats = _cool(seats, price, least + costs.met * repeats, rng, up=costs.met / sweep.MET)
    for _ in range(MIXING):
        _mix(seats, _blocks(1, len(seats), rng), price, rng)
    return seats


def _table(pot: Pot, costs: sweep.Costs) -> PairCost:
    """The cost of every pair looked up once."""
    a, b = np.indices((pot.n, pot.n))
    table = costs.lines(a, b)
    return lambda a, b: table[a, b]


def _dealt(pot: Pot, people: list[int], size: int, rng: np.random.Generator) -> Ints:
    """Everybody by organisation, dealt round the groups: nearly full crossing from the start."""
    sizes = np.array(people, np.int64)
    seats = np.full((len(sizes), size + 1), -1, np.int32)
    if not len(sizes):
        return seats
    order = np.lexsort((rng.random(pot.n), pot.codes))
    places = np.argwhere(np.arange(size + 1)[:, None] < sizes[None, :])
    seats[places[:, 1], places[:, 0]] = order
    shuffled: Ints = seats[rng.permutation(len(seats))]
    return shuffled


def _least_cost(pot: Pot, sizes: list[int], costs: sweep.Costs) -> int:
    """What the swaps cannot go below: the pairs that must share an organisation, and those that are alike."""
    pairs = sum(s * (s - 1) // 2 for s in sizes)
    alike = costs.alike * (pairs - crossing_bound(pot.kinds, sizes)) if costs.alike else 0
    return costs.same * (pairs - crossing_bound(pot.codes, sizes)) + alike


def _group_cost(seats: Ints, price: PairCost) -> Ints:
    """Cost of each group on the lines before look-ahead; (g,)."""
    i, j = np.triu_indices(seats.shape[1], 1)
    total: Ints = _between(seats[:, i], seats[:, j], price).sum(axis=1)
    return total


def _between(a: Ints, b: Ints, price: PairCost) -> NDArray[np.int32]:
    """What pairs of seats cost, nothing where one is empty; any shapes that go together."""
    a, b = np.broadcast_arrays(a, b)
    cost: NDArray[np.int32] = np.where((a >= 0) & (b >= 0), price(np.maximum(a, 0), np.maximum(b, 0)), 0)
    return cost


def _blocks(chains: int, groups: int, rng: np.random.Generator) -> Longs:
    """Two groups in each block, at random, of each chain; the groups of a chain are numbered in a row."""
    order = rng.random((chains, groups)).argsort(axis=1) + np.arange(0, chains * groups, groups)[:, None]
    return order[:, : groups // 2 * 2].reshape(-1, 2)


def _changes(both: Ints, price: PairCost) -> NDArray[np.float64]:
    """By how much every swap of one seat of each group makes a block dearer; (blocks, w, w).

    Infinite where a seat is empty: the groups' sizes would change.
    """
    a, b = both[:, 0], both[:, 1]
    apart = ~np.eye(a.shape[1], dtype=np.bool_)
    own = [(_between(x[:, :, None], x[:, None, :], price) * apart).sum(axis=2) for x in (a, b)]
    across = _between(a[:, :, None], b[:, None, :], price)
    to_b, to_a = across.sum(axis=2) - own[0], across.sum(axis=1) - own[1]
    change = to_b[:, :, None] + to_a[:, None, :] - 2 * across
    real = (a >= 0)[:, :, None] & (b >= 0)[:, None, :]
    return np.where(real, change, np.inf)


def _swap(seats: Ints, blocks: Longs, price: PairCost, rng: np.random.Generator, heat: float) -> None:
    """In every block of two groups, one swap of two people or none; in place.

    heat 0 takes the cheapest, else each with weight exp(-cost / heat).
    """
    if not len(blocks):
        return
    width = seats.shape[1]
    change = _changes(seats[blocks], price).reshape(len(blocks), -1)
    change = np.concatenate((np.zeros((len(blocks), 1)), change), axis=1)
    noise = rng.gumbel(size=change.shape)
    chosen = (noise - change / heat if heat else noise * 1e-6 - change).argmax(axis=1) - 1
    swapped = np.flatnonzero(chosen >= 0)
    one, other = blocks[swapped].T
    _exchange(seats, one, other, *np.divmod(chosen[swapped], width))


def _exchange(seats: Ints, one: Longs, other: Longs, i: Longs, j: Longs) -> None:
    seats[one, i], seats[other, j] = seats[other, j], seats[one, i]


def _mix(seats: Ints, blocks: Longs, price: PairCost, rng: np.random.Generator) -> None:
    """In every block one swap by chance, if it costs the same (Metropolis 1953); in place."""
    one, other = blocks.T
    i, j = (rng.integers((seats[groups] >= 0).sum(axis=1)) for groups in (one, other))
    a, b = seats[one, i], seats[other, j]
    change = _moved(seats[one], a, b, price) + _moved(seats[other], b, a, price)
    same = change == 0
    _exchange(seats, one[same], other[same], i[same], j[same])


def _moved(groups: Ints, leaves: Ints, comes: Ints, price: PairCost) -> Ints:
    """By how much it makes each group dearer that one of it leaves and another comes."""
    others = np.where(groups == leaves[:, None], -1, groups)
    before = _between(others, leaves[:, None], price)
    after = _between(others, comes[:, None], price)
    change: Ints = (after - before).sum(axis=1)
    return change


def _cool(seats: Ints, price: PairCost, least: int, rng: np.random.Generator, up: float) -> Ints:
    """Simulated annealing over swaps in several chains; the best round met. Stops at the bound.

    `up` is how many times the costs are what the heat was chosen for.
    """
    groups = len(seats)
    chains = min(CHAINS, max(1, TOGETHER // max(int((seats >= 0).sum()), 1)))
    best, value = seats, int(_group_cost(seats, price).sum())
    every = np.tile(seats, (chains, 1))
    for step in range(COOLING):
        if value <= least:
            break
        heat = (HOT * (1 - step / COOLING) + 0.1) * up
        _swap(every, _blocks(chains, groups, rng), price, rng, heat)
        now = _group_cost(every, price).reshape(chains, groups).sum(axis=1)
        if now.min() < value:
            lead = int(now.argmin())
            best, value = every[lead * groups : (lead + 1) * groups].copy(), int(now[lead])
    return best
