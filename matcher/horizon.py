"""Looking ahead in even pots: which of the good rounds keeps most further repeat-free rounds open.

A round uses up one fresh partner of everyone, so how many each has left does not depend on which round is
taken. What does depend on it is whether the last few rounds still fit: rounds chosen blindly leave odd
circles of people who have only each other left to meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher import blossom, rules
from matcher.pot import Bools, Ints, Longs

# Larger pots have met everybody in no programme's lifetime.
MOST = 200
# How many matchings are tried where two or three, four or five, or more rounds are wanted.
TRIES = ((3, 24), (5, 6), (10**9, 2))
BUDGET = 400
# Looking further ahead than so many people-rounds costs more than it can win.
DEPTH = 4000
# Up to here odd pots and unequal numbers of partners are looked ahead over from the first round.
SMALL = 64
# Candidates with full crossing.
FIRST = 6
# Schedules made at most, the longest of which counts: one in two is found where it is hardest. Small pots are
# quick, and have least room for a mistake.
PLANS, PLANNED = 4, 320


@dataclass
class Search:
    """Chance and patience: matchings that may still be tried.

    inside  (n, n)  weight of pairs of one organisation
    """

    rng: np.random.Generator
    left: int = BUDGET
    inside: NDArray[Any] | None = None


def certain(people: int) -> int:
    """From this many fresh partners each, all alike, every even pot splits into full rounds.

    One-factorisation theorem: Csaba, Kühn, Lo, Osthus, Treglown 2016, proved for large pots. For small ones
    it is a conjecture that has never failed, so what rests on it is called expected.
    """
    return int(2 * -(-people // 4) - 1)


def binds(graph: Bools) -> bool:
    """Whether look-ahead can matter: some have few partners left, or some more than others in a small pot.

    An odd pot needs care earlier, a small one from the first round: every later three needs three people who
    may all still meet.
    """
    people = len(graph)
    if not 3 < people <= MOST:
        return False
    degrees = graph.sum(axis=0)
    few, alike = int(degrees.min()), bool((degrees == degrees[0]).all())
    if people % 2:
        return few > 1 and (people <= SMALL or few * 3 <= people * 2)
    return few > 1 and (few <= certain(people) or (people <= SMALL and not alike))


def most_rounds(graph: Bools) -> int:
    """No more further rounds than this: each takes a partner of everyone, and an odd one three more pairs."""
    people = len(graph)
    pairs_each = people // 2 if people % 2 == 0 else (people + 3) // 2
    return min(int(graph.sum(axis=0).min()), int(graph.sum()) // 2 // pairs_each)


def goal(graph: Bools) -> int:
    """How many further full rounds are looked for after this one."""
    return min(most_rounds(graph) - 1, max(8, DEPTH // len(graph)))


def surely_open(people: int, fewest: int) -> int:
    """Rounds that exist whatever is drawn, when everybody has at least `fewest` fresh partners.

    Dirac 1952: with n/2 partners each there is a full round, and it takes one partner of everyone. In an odd
    pot a three is set aside first, and takes two.
    """
    if people % 2 == 0:
        return max(0, fewest - people // 2 + 1)
    return max(0, (fewest - (people + 3) // 2) // 2 + 1)


def open_rounds(graph: Bools, wanted: int, search: Search) -> int:
    """The most disjoint full rounds found in the graph of people who may still meet, up to `wanted`.

    A lower bound on what is there: certain where the rounds were exhibited, "expected" where `certain`
    is relied on. O(budget · n³) in the worst case, O(n²) when two rounds are left.
    """
    degrees = graph.sum(axis=0)
    wanted = min(wanted, int(degrees.min(initial=len(graph))))
    if wanted <= 0:
        return 0
    alike = bool((degrees == degrees[0]).all())
    if alike and wanted >= certain(len(graph)):
        return wanted
    if alike and wanted == 2 and int(degrees[0]) == 2 and _circles_even(graph):
        return 2
    return len(schedule(graph, wanted, search))


def schedule(graph: Bools, wanted: int, search: Search) -> list[Ints]:
    """Disjoint full rounds within the graph, up to `wanted`: random ones taken away, some ways at each depth.

    Every second way prefers pairs within odd circles that are nearly closed (`search.inside`): they can only
    be used a few at a time.
    """
    wanted = min(wanted, most_rounds(graph))
    best: list[Ints] = []
    if wanted <= 0:
        return best
    for way in range(next(tries for most, tries in TRIES if wanted <= most)):
        if search.left <= 0:
            break
        groups = full_round(graph, search, search.inside if way % 2 == 1 else None)
        if groups is None:
            break
        found = [groups, *schedule(without(graph, groups), wanted - 1, search)]
        best = max(best, found, key=len)
        if len(best) >= wanted:
            break
    return best


def full_round(graph: Bools, search: Search, extra: NDArray[Any] | None = None) -> Ints | None:
    """A round within this graph that falls by chance, (g, 3) padded with -1, or None.

    `extra` (n, n) adds to the weight of pairs.
    """
    search.left -= 1
    pairs = matching(graph, np.arange(len(graph)), search.rng, extra)
    whole = 2 * len(pairs) == len(graph)
    return np.pad(pairs, ((0, 0), (0, 1)), constant_values=-1) if whole else None


def matching(
    graph: Bools, people: Longs, rng: np.random.Generator, extra: NDArray[Any] | None = None
) -> Ints:
    """As many pairs of these people within the graph as there can be, which of them by chance; (k, 2)."""
    place = rng.permutation(people)
    a, b = np.nonzero(np.triu(graph[np.ix_(place, place)], 1))
    weight = rng.integers(8, size=len(a))
    if extra is not None:
        weight = weight + extra[place[a], place[b]]
    found: Ints = place[blossom.match(a, b, weight, len(people))].astype(np.int32)
    return found


def without(graph: Bools, groups: Ints) -> Bools:
    """The graph after the people of these groups have met."""
    after = graph.copy()
    a, b = rules.pairs_of(groups)
    after[a, b] = after[b, a] = False
    return after


def _circles_even(graph: Bools) -> bool:
    """Whether every circle of a graph in which everybody has two partners is even. O(n²)."""
    partners = np.argwhere(graph)[:, 1].reshape(-1, 2).tolist()
    seen = [False] * len(graph)
    for start in range(len(graph)):
        length, before, here = 0, -1, start
        while not seen[here]:
            seen[here] = True
            length += 1
            one, other = partners[here]
            before, here = here, other if one == before else one
        if length % 2:
            return False
    return True


def candidates(graph: Bools, inside: Longs, search: Search) -> Iterator[Ints]:
    """Full rounds within the graph that cost least of `inside` (n, n); ties fall by chance."""
    crossing = (int(inside.max()) - inside) * (8 * len(graph))
    for _ in range(FIRST):
        groups = full_round(graph, search, crossing)
        if groups is None:
            return
        yield groups


def choose(graph: Bools, rounds: Iterable[Ints], wanted: int, chance: Search) -> tuple[Ints, int] | None:
    """The first of the rounds that keeps as many further rounds open as any can, and that number.

    When patience ends before one keeps `wanted` of them, the one that kept most. None when there is no round
    at all. The number is a lower bound.
    """
    patience = 4 * BUDGET
    best: tuple[Ints, int] | None = None
    for groups in rounds:
        search = replace(chance, left=min(BUDGET, patience))
        after = without(graph, groups)
        kept = open_rounds(after, min(wanted, most_rounds(after)), search)
        if best is None or kept > best[1]:
            best = groups.astype(np.int32), kept
        patience -= 1 + min(BUDGET, patience) - search.left
        if kept >= wanted or patience <= 0:
            break
    return best


def plan(graph: Bools, inside: Longs, wanted: int, chance: Search) -> list[Ints]:
    """The longest of a few schedules of full rounds, up to `wanted`."""
    found: list[Ints] = []
    for _ in range(max(PLANS, PLANNED // len(graph))):
        search = replace(chance, left=BUDGET, inside=inside * (8 * len(graph)))
        found = max(found, schedule(graph, wanted, search), key=len)
        if len(found) >= wanted:
            break
    return found


def crossing_most(rounds: list[Ints], inside: Longs) -> Ints:
    """The round of a schedule that costs least of `inside` (n, n), improved by the others; all
    stay full rounds.

    Two rounds together form even circles, and turning a circle over moves its crossing pairs from one round
    to the other; so the first is improved against each of the others until no circle helps. O(rounds² · n).
    """
    people = np.arange(len(inside))
    mates = [_mates(groups, len(inside)) for groups in rounds]
    first = mates.pop(int(np.argmin([inside[people, mate].sum() for mate in mates])))
    improved = True
    while improved:
        improved = sum(_turn_circles(first, other, inside) for other in mates) > 0
    smaller = np.flatnonzero(first > people)
    return np.stack((smaller, first[smaller], np.full(len(smaller), -1)), axis=1).astype(np.int32)


def _mates(groups: Ints, people: int) -> Ints:
    mates = np.zeros(people, np.int32)
    mates[groups[:, 0]], mates[groups[:, 1]] = groups[:, 1], groups[:, 0]
    return mates


def _turn_circles(first: Ints, other: Ints, inside: Longs) -> bool:
    """Exchange the two rounds on every circle where `first` then costs less of `inside`; in place."""
    gain = inside[np.arange(len(first)), first] - inside[np.arange(len(other)), other]
    seen = np.zeros(len(first), np.bool_)
    turned = False
    for start in range(len(first)):
        circle = []
        here = start
        while not seen[here]:
            seen[[here, first[here]]] = True
            circle += [here, int(first[here])]
            here = int(other[first[here]])
        if circle and gain[circle].sum() > 0:
            first[circle], other[circle] = other[circle].copy(), first[circle].copy()
            turned = True
    return turned


def ahead(
    graph: Bools,
    inside: Longs,
    rounds: Iterable[Ints],
    good: Callable[[Ints], bool],
    chance: Search,
    *,
    give_up: bool,
) -> tuple[Ints, int] | None:
    """The round to take and a lower bound on the further full rounds it keeps open; None if there is none.

    `inside` (n, n) is what each pair costs for not crossing organisations, and for being alike. `rounds` are
    candidates, and the `good` ones cost least of it. With `give_up`, that is given up where none of them
    keeps as many rounds open as another round would; where no pair costs anything nothing is given up.
    """
    wanted = goal(graph)
    best = choose(graph, filter(good, rounds), wanted, chance)
    all_cross = not (graph & (inside > 0)).any()
    if (best and best[1] >= wanted) or not (give_up or all_cross):
        return best
    found = plan(graph, inside, wanted + 1, chance)
    if not found or (best and best[1] >= len(found) - 1):
        return best
    return crossing_most(found, inside), len(found) - 1
