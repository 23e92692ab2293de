"""The best round by trying every one: slow, plain, and sharing nothing with the solvers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from matcher import Pot

Group = tuple[int, ...]

# Rounds of eight after which exchanging two pairs at a time cannot reach every round that is left.
STUCK = [
    [(0, 1), (2, 3), (4, 5), (6, 7)],
    [(0, 2), (1, 3), (4, 6), (5, 7)],
    [(0, 3), (1, 2), (4, 7), (5, 6)],
]


def every_round(
    people: list[int], banned: set[frozenset[int]], out: int, threes: int
) -> Iterator[list[Group]]:
    """All ways to put people into pairs and so many threes, with so many left out."""
    if not people:
        if not out and not threes:
            yield []
        return
    first, rest = people[0], people[1:]
    if out:
        yield from every_round(rest, banned, out - 1, threes)
    for other in rest:
        if frozenset((first, other)) in banned:
            continue
        left = [p for p in rest if p != other]
        for groups in every_round(left, banned, out, threes):
            yield [(first, other), *groups]
        for third in left if threes else ():
            if third > other and not {frozenset((first, third)), frozenset((other, third))} & banned:
                for groups in every_round([p for p in left if p != third], banned, out, threes - 1):
                    yield [(first, other, third), *groups]


def value(pot: Pot, groups: list[Group], out: int) -> tuple:
    """Left out, of them let down before, threes, repeats, repeats by round (latest first), unwilling in a
    three, same organisation, alike in what else is mixed by.
    """
    last: dict[frozenset[int], int] = {}
    for number, a, b in pot.met.tolist():
        pair = frozenset((a, b))
        last[pair] = max(number, last.get(pair, number))
    pairs = [(a, b) for group in groups for i, a in enumerate(group) for b in group[i + 1 :]]
    repeats = [last[frozenset(pair)] for pair in pairs if frozenset(pair) in last]
    rounds = sorted({number for number, _, _ in pot.met.tolist()}, reverse=True)
    threes = [group for group in groups if len(group) == 3]
    return (
        out,
        sum(bool(pot.let_down[p]) for p in {*range(pot.n)}.difference(*groups)),
        len(threes),
        len(repeats),
        tuple(repeats.count(number) for number in rounds),
        sum(bool(pot.no_trio[p]) for group in threes for p in group),
        sum(pot.organisation[a] == pot.organisation[b] for a, b in pairs),
        sum(pot.mix[a] == pot.mix[b] != -1 for a, b in pairs),
    )


def best(pot: Pot) -> tuple[tuple, set[frozenset[Group]]]:
    """The best value and every round that has it: fewest left out, then as few of them again as can be, then
    fewest threes, then the rest.
    """
    banned = {frozenset(pair) for pair in pot.never.tolist()}
    for out in range(pot.n + 1):
        found: dict[tuple, set[frozenset[Group]]] = {}
        for threes in range(pot.n // 3 + 1):
            for groups in every_round(list(range(pot.n)), banned, out, threes):
                found.setdefault(value(pot, groups, out), set()).add(frozenset(groups))
            if found and not min(found)[1]:
                break
        if found:
            return min(found.items())
    raise AssertionError("leaving everybody out is a round")


def keeping(pot: Pot) -> list[frozenset[Group]]:
    """Of the best rounds those after which the most rounds of pairs without a repeat can follow, sorted.

    Where a repeat cannot be avoided now, nothing is left to keep and all of them are returned.
    """
    worth, rounds = best(pot)
    strangers = frozenset(_pairs(range(pot.n))) - {frozenset(pair) for pair in pot.met[:, 1:].tolist()}
    strangers -= {frozenset(pair) for pair in pot.never.tolist()}
    found: dict[int, list[frozenset[Group]]] = {}
    for groups in sorted(rounds, key=sorted):
        met = {pair for group in groups for pair in _pairs(group)}
        found.setdefault(0 if worth[3] else _further(pot.n, strangers - met), []).append(groups)
    return found[max(found)]


def _further(people: int, strangers: frozenset[frozenset[int]]) -> int:
    """How many rounds of pairs can be laid out one after another, everybody in each and nobody twice."""
    bound = min(sum(person in pair for pair in strangers) for person in range(people))
    others = frozenset(_pairs(range(people))) - strangers
    most = 0
    for groups in every_round(list(range(people)), set(others), 0, 0):
        if most == bound:
            break
        most = max(most, 1 + _further(people, strangers - {frozenset(group) for group in groups}))
    return most


def _pairs(group: Iterable[int]) -> Iterator[frozenset[int]]:
    return map(frozenset, combinations(group, 2))


def groups_of(result) -> list[Group]:
    return [tuple(int(p) for p in row if p >= 0) for row in result.groups]


def value_of(pot: Pot, result) -> tuple:
    return value(pot, groups_of(result), len(result.unplaced))


@st.composite
def pots(draw, max_people: int = 8, never: bool = True) -> Pot:
    """Small pots with a tangled past."""
    n = draw(st.integers(0, max_people))
    seed = draw(st.integers(0, 2**32))
    rng = np.random.default_rng(seed)
    met = rng.integers(0, max(n, 1), size=(draw(st.integers(0, 3 * n)), 2))
    met = met[met[:, 0] != met[:, 1]]
    rounds = rng.integers(1, 5, size=(len(met), 1))
    banned = rng.integers(0, max(n, 1), size=(draw(st.integers(0, n)) if never else 0, 2))
    return Pot(
        rng.integers(0, draw(st.integers(1, 4)), n),
        np.hstack((rounds, met)),
        banned[banned[:, 0] != banned[:, 1]],
        trio_turns=rng.integers(0, 3, n),
        no_trio=rng.random(n) < 0.3,
        let_down=rng.random(n) < draw(st.sampled_from((0, 0.3))),
        mix=rng.integers(-1, draw(st.integers(1, 3)), n) if draw(st.booleans()) else None,
    )


def every_seating(people: list[int], sizes: list[int], banned: set[frozenset[int]], out: int = 0):
    """All ways to put people into groups of any of these sizes, with so many left out."""
    if not people:
        if not out:
            yield []
        return
    first, rest = people[0], people[1:]
    if out:
        yield from every_seating(rest, sizes, banned, out - 1)
    for size in sizes:
        for others in combinations(rest, size - 1):
            if banned & set(map(frozenset, combinations((first, *others), 2))):
                continue
            left = [p for p in rest if p not in others]
            for groups in every_seating(left, sizes, banned, out):
                yield [(first, *others), *groups]


def seatings(pot: Pot, sizes: list[int]) -> dict[tuple[int, ...], list[tuple]]:
    """By sizes of groups, smallest first: what every round that leaves out fewest people is worth."""
    banned = {frozenset(pair) for pair in pot.never.tolist()}
    for out in range(pot.n + 1):
        found: dict[tuple[int, ...], list[tuple]] = {}
        for groups in every_seating(list(range(pot.n)), sizes, banned, out):
            worth = value(pot, groups, out)
            # Left out, again, repeats, the latest first, one organisation, alike.
            told = (*worth[:2], *worth[3:5], *worth[6:])
            found.setdefault(tuple(sorted(map(len, groups))), []).append(told)
        if found:
            return found
    raise AssertionError("leaving everybody out is a round")
