"""What others do about pairs and groups, from published descriptions in a few lines, to compare with."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import networkx as nx
import numpy as np
import rustworkx as rx

from matcher import Pot, rules

SEED = 1


def shuffle(pot: Pot) -> np.ndarray:
    return as_groups(np.random.default_rng(SEED).permutation(pot.n)[: pot.n // 2 * 2].reshape(-1, 2))


def as_groups(pairs: Any) -> np.ndarray:
    return np.pad(
        np.array(sorted(pairs) if isinstance(pairs, set) else pairs), ((0, 0), (0, 1)), constant_values=-1
    )


def edges(pot: Pot, each: int | None, *, banned: bool = False) -> list[tuple[int, int, int]]:
    """Pairs with their weight: fresh before crossing; `each` random partners per person, or all."""
    if each is None:
        a, b = np.triu_indices(pot.n, 1)
    else:
        a = np.repeat(np.arange(pot.n), each)
        b = np.random.default_rng(SEED).integers(0, pot.n, len(a))
        a, b = a[a != b], b[a != b]
    met, same = pot.have_met(a, b), pot.codes[a] == pot.codes[b]
    if banned:
        keep = ~met & ~same
        return [(x, y, 1) for x, y in zip(a[keep].tolist(), b[keep].tolist(), strict=True)]
    weight = 2 * pot.n * (~met).astype(int) + ~same
    return list(zip(a.tolist(), b.tolist(), weight.tolist(), strict=True))


def by_networkx(pairs: list[tuple[int, int, int]]) -> np.ndarray:
    graph = nx.Graph()
    graph.add_weighted_edges_from(pairs)
    return as_groups({(min(p), max(p)) for p in nx.max_weight_matching(graph, maxcardinality=True)})


def by_rustworkx(pot: Pot, pairs: list[tuple[int, int, int]]) -> np.ndarray:
    graph = rx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(pot.n))
    graph.add_edges_from(pairs)
    return as_groups(rx.max_weight_matching(graph, max_cardinality=True, weight_fn=int))


def lexicographic(pot: Pot) -> np.ndarray:
    """networkx on the complete graph with all our wishes in its weights, as exact Python integers."""
    dense = rules.table(pot)
    rounds = {f"round {age}": (dense.age == age).astype(int) for age in range(pot.rounds, 0, -1)}
    levels = {"repeats": dense.met.astype(int)} | rounds | {"same": dense.same.astype(int)}
    cost = rules.pair_scale(levels | {"familiar": dense.familiar}, pot.n // 2).cost(
        levels | {"familiar": dense.familiar}
    )
    a, b = np.triu_indices(pot.n, 1)
    weight = (cost.max() - cost[a, b]).tolist()
    return by_networkx(list(zip(a.tolist(), b.tolist(), weight, strict=True)))


PEERS: dict[str, Callable[[Pot], np.ndarray]] = {
    "a shuffle": shuffle,
    "Yelp Beans (networkx, weight 1, hard bans)": lambda pot: by_networkx(edges(pot, None, banned=True)),
    "networkx, complete graph": lambda pot: by_networkx(edges(pot, None)),
    "networkx, complete graph, all our wishes": lexicographic,
    "networkx, 10 random candidates each": lambda pot: by_networkx(edges(pot, 10)),
    "rustworkx, complete graph": lambda pot: by_rustworkx(pot, edges(pot, None)),
    "rustworkx, 10 random candidates each": lambda pot: by_rustworkx(pot, edges(pot, 10)),
}


Grouping = Callable[[int, int, np.ndarray, np.random.Generator], np.ndarray]


def plain_rounds(people: int, size: int, method: Grouping, seeds: int = 30) -> float:
    """How many rounds a plain method gives before somebody repeats, mean of so many seeds."""
    games = [_plainly(people, size, method, np.random.default_rng(seed)) for seed in range(seeds)]
    return float(np.mean(games))


def _plainly(people: int, size: int, method: Grouping, rng: np.random.Generator) -> int:
    met = np.zeros((people, people), np.bool_)
    for rounds in count():
        for group in method(people, size, met, rng):
            inside = met[np.ix_(group, group)]
            if inside[np.triu_indices(size, 1)].any():
                return rounds
            met[np.ix_(group, group)] = True
    raise AssertionError("a pot has an end")


def shuffled(people: int, size: int, met: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(people).reshape(-1, size)


def first_fit(people: int, size: int, met: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Down a shuffled list: everybody joins the first group that has room and nobody they have met."""
    groups: list[list[int]] = [[] for _ in range(people // size)]
    for person in rng.permutation(people).tolist():
        room = [group for group in groups if len(group) < size]
        fits = (group for group in room if not met[person, group].any())
        next(fits, room[-1]).append(person)
    return np.array(groups)


def matched(people: int, size: int, met: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One person for each group by chance, then the next of each by networkx: most people not met yet."""
    order = rng.permutation(people)
    groups, waiting = order[: people // size, None], order[people // size :]
    for _ in range(size - 1):
        fresh = (~met[groups[:, :, None], waiting[None, None, :]]).sum(axis=1)
        graph: nx.Graph = nx.Graph()
        at, of = np.indices(fresh.shape)
        graph.add_weighted_edges_from(
            zip(at.ravel().tolist(), (of.ravel() + len(groups)).tolist(), fresh.ravel().tolist(), strict=True)
        )
        pairs = sorted(sorted(pair) for pair in nx.max_weight_matching(graph, maxcardinality=True))
        taken = np.array([other - len(groups) for _, other in pairs])
        groups = np.column_stack((groups, waiting[taken]))
        waiting = np.delete(waiting, taken)
    return groups
