"""The best round by trying every one: slow, plain, and sharing nothing with the solvers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import strategies as st

from matcher import Pot

Group = tuple[int, ...]


def every_round(people: list[int], banned: set[frozenset[int]]) -> Iterator[tuple[list[Group], int]]:
    """All ways to put people into pairs and threes and to leave people out; groups and how many are out."""
    if not people:
        yield [], 0
        return
    first, rest = people[0], people[1:]
    for groups, out in every_round(rest, banned):
        yield groups, out + 1
    for other in rest:
        if frozenset((first, other)) in banned:
            continue
        left = [p for p in rest if p != other]
        for groups, out in every_round(left, banned):
            yield [(first, other), *groups], out
        for third in left:
            if third > other and not {frozenset((first, third)), frozenset((other, third))} & banned:
                for groups, out in every_round([p for p in left if p != third], banned):
                    yield [(first, other, third), *groups], out


def value(pot: Pot, groups: list[Group], out: int) -> tuple:
    """Left out, threes, repeats, repeats by round (latest first), unwilling in a three, same organisation."""
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
        len(threes),
        len(repeats),
        tuple(repeats.count(number) for number in rounds),
        sum(bool(pot.no_trio[p]) for group in threes for p in group),
        sum(pot.organisation[a] == pot.organisation[b] for a, b in pairs),
    )


def best(pot: Pot) -> tuple[tuple, set[frozenset[Group]]]:
    """The best value and every round that has it."""
    banned = {frozenset(pair) for pair in pot.never.tolist()}
    found: dict[tuple, set[frozenset[Group]]] = {}
    for groups, out in every_round(list(range(pot.n)), banned):
        found.setdefault(value(pot, groups, out), set()).add(frozenset(groups))
    winner = min(found)
    return winner, found[winner]


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
    )
