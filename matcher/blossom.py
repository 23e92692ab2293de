"""Middle pots: minimum-cost matching on exact integers, then re-pairing at equal value.

The matching is Edmonds' blossom algorithm as rustworkx has it (128-bit integers); networkx, the same
algorithm on Python integers, is the reference it is tested against and takes over where 128 bits would
overflow. Floats would be quicker still and wrong: networkx's own notes warn of slightly suboptimal answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

from matcher import rules
from matcher.pot import Bools, Ints, Longs, Pot

Engine = Literal["rustworkx", "networkx"]
PairCost = Callable[[Ints, Ints], NDArray[Any]]

# rustworkx adds up weights in 128 bits and wraps silently beyond; two bits are kept for sign and doubling.
WIDEST = 126


def pairs(cost: NDArray[Any], allowed: Bools, rng: np.random.Generator, engine: Engine = "rustworkx") -> Ints:
    """As many pairs as possible, and of those the cheapest; (k, 2), sorted.

    cost (n, n) of integers ≥ 0, symmetric; allowed (n, n). The order of vertices and edges is shuffled, so
    ties fall by chance, though not uniformly. O(n³), in practice 0.2 s for 500 people and all pairs.
    """
    n = len(cost)
    place = rng.permutation(n)
    a, b = np.nonzero(np.triu(allowed[np.ix_(place, place)], 1))
    edge_cost = cost[place[a], place[b]]
    if not len(a):
        return np.zeros((0, 2), np.int32)
    weight = int(edge_cost.max()) - edge_cost
    found = match(a, b, weight, n, engine)
    return sort_pairs(place[found])


def match(a: Longs, b: Longs, weight: NDArray[Any], n: int, engine: Engine = "rustworkx") -> Longs:
    """A maximum-cardinality matching of greatest weight on the edges (a, b); (k, 2)."""
    heaviest = int(weight.max()) if len(weight) else 0
    if engine == "networkx" or (heaviest * n).bit_length() + 2 > WIDEST:
        return _by_networkx(a, b, weight)
    graph: rx.PyGraph[int, int] = rx.PyGraph(multigraph=False, node_count_hint=n)
    graph.add_nodes_from(range(n))
    graph.add_edges_from(list(zip(a.tolist(), b.tolist(), weight.tolist(), strict=True)))
    mates = rx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    return np.array(sorted(mates), np.int64).reshape(-1, 2)


def _by_networkx(a: Longs, b: Longs, weight: NDArray[Any]) -> Longs:
    # Half a second to import, and rarely needed: whoever only serves pages does not wait for it.
    import networkx as nx

    graph: nx.Graph[int] = nx.Graph()
    graph.add_weighted_edges_from(zip(a.tolist(), b.tolist(), weight.tolist(), strict=True))
    mates = nx.max_weight_matching(graph, maxcardinality=True)
    return np.array(sorted((min(pair), max(pair)) for pair in mates), np.int64).reshape(-1, 2)


def best(pot: Pot, rng: np.random.Generator, engine: Engine = "rustworkx") -> Ints:
    """The best pairs of an even pot on all countable wishes, mixed at equal value; (k, 2).

    As many people as possible are paired; the caller sees to the others. O(n³).
    """
    dense = rules.table(pot)
    met = dense.met.astype(np.int32)
    let_down = pot.let_down.astype(np.int32)
    # All best matchings pair as many people, so this counts those of them who had nobody last time.
    again = {"again": 2 - let_down[:, None] - let_down} if pot.let_down.any() and len(pot.pairs_never) else {}

    def solve(levels: dict[str, Ints], allowed: Bools) -> dict[str, int]:
        levels = again | levels
        scale = rules.pair_scale(levels, pot.n // 2)
        cost = scale.cost(levels)
        found = pairs(cost, allowed, rng, engine)
        return scale.read(int(cost[found[:, 0], found[:, 1]].sum()))

    repeats = solve({"repeats": met}, dense.allowed)["repeats"]
    recent, allowed = (
        rules.recent_levels(dense.age, dense.allowed, repeats, solve) if repeats else ({}, dense.allowed)
    )
    after = {"unkind": dense.unkind, "familiar": dense.familiar}
    levels = again | {"repeats": met} | recent | dense.differing() | after
    scale = rules.pair_scale(levels, pot.n // 2)
    cost = scale.cost(levels)
    found = pairs(cost, allowed, rng, engine)
    cost[~allowed] = scale.place["repeats"] * pot.n * pot.n
    return sort_pairs(repair(found, cost, rng))


def sort_pairs(pairs: NDArray[Any]) -> Ints:
    """Smaller id first in each pair, pairs by their smaller id: the form rounds are compared in."""
    ordered = np.sort(pairs, axis=1)
    sorted_pairs: Ints = ordered[np.argsort(ordered[:, 0])].astype(np.int32)
    return sorted_pairs


def matchings_of(groups: int) -> Ints:
    """All ways to pair 2 * groups places, (ways, groups, 2): 3, 15 and 105 ways for two to four pairs."""
    found: list[list[tuple[int, int]]] = []

    def extend(left: list[int], taken: list[tuple[int, int]]) -> None:
        if not left:
            found.append(taken)
            return
        for other in left[1:]:
            extend([p for p in left[1:] if p != other], [*taken, (left[0], other)])

    extend(list(range(2 * groups)), [])
    return np.array(found, np.int32)


def repair(pairs: Ints, cost: NDArray[Any], rng: np.random.Generator, *, sweeps: int = 24) -> Ints:
    """Re-pair random blocks of two to four pairs, each uniformly among its pairings of equal cost.

    Such a step is its own reverse, so the chain leaves the uniform distribution over rounds of this cost
    as it is. Blocks of two alone can be stuck (8 people after four rounds); blocks of four were not in any
    pot tried. Disjoint blocks are done at once. `cost` (n, n); never-pairs carry a cost no block can afford.
    O(sweeps · pairs).
    """
    pairs = pairs.copy()
    ways = {size: matchings_of(size) for size in (2, 3, 4)}
    for sweep in range(sweeps):
        size = min(2 + sweep % 3, len(pairs))
        if size < 2:
            break
        order = rng.permutation(len(pairs))
        blocks = order[: len(order) // size * size].reshape(-1, size)
        pairs[blocks] = repaired(pairs[blocks], lambda a, b: cost[a, b], ways[size], rng)
    return pairs


def repaired(
    blocks: Ints, cost: PairCost, ways: Ints, rng: np.random.Generator, *, least: bool = False
) -> Ints:
    """Blocks of pairs (rows, size, 2), each re-paired uniformly among its pairings of equal or least cost."""
    rows, size, _ = blocks.shape
    options = blocks.reshape(rows, 2 * size)[:, ways]
    total = cost(options[..., 0], options[..., 1]).sum(axis=2)
    # The first way pairs neighbours, which is how the blocks came in.
    target = total.min(axis=1) if least else total[:, 0]
    pick = rng.random(total.shape)
    pick[total != target[:, None]] = -1.0
    chosen: Ints = options[np.arange(rows), pick.argmax(axis=1)]
    return chosen
