"""Groups of three and four made of pairs, where never-pairs are so many that a search leaves people out.

Whom pairs and threes leave out no larger group could seat: it falls apart into those. So the pairs that place
most people are merged as far as their people may meet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from matcher import rules
from matcher.pot import Bools, Ints, Pot

Group = tuple[int, ...]
# So many ways to dissolve one group are looked at.
WAYS = 50


def merged(pot: Pot, groups: Ints, size: int, rng: np.random.Generator) -> Ints:
    """These pairs and threes with some dissolved into others, until no such step brings the sizes nearer to
    `size`; (g, size + 1), padded with -1.

    Nobody loses their seat for it, and nobody meets again unless some in these groups do. O(groups²) a pass,
    and two or three of them: 0.7 s for 600 people.
    """
    dense = rules.table(pot)
    a, b = rules.pairs_of(groups)
    together = dense.allowed if dense.met[a, b].any() else dense.allowed & ~dense.met
    seats = [tuple(group[group >= 0].tolist()) for group in groups]
    while (fewer := _pass(seats, together, size, rng)) != seats:
        seats = fewer
    table = np.full((len(seats), size + 1), -1, np.int32)
    for row, group in zip(table, seats, strict=True):
        row[: len(group)] = group
    return table


def _pass(seats: list[Group], together: Bools, size: int, rng: np.random.Generator) -> list[Group]:
    """Every group that is too small dissolved where that can be, the smallest first, else by chance."""
    shuffled = [seats[number] for number in rng.permutation(len(seats))]
    for group in sorted(shuffled, key=len):
        if len(group) >= size or group not in seats:
            continue
        rest = [other for other in seats if other != group]
        ways = islice(_spread(rest, group, together, size), WAYS)
        near = _farness(seats, size)
        seats = next((way for way in ways if _farness(way, size) < near), seats)
    return seats


def _spread(seats: list[Group], people: Sequence[int], together: Bools, size: int) -> Iterator[list[Group]]:
    """Every way to give each of these people a seat in one of the groups, the smallest groups first."""
    if not people:
        yield seats
        return
    first, *others = people
    room = [number for number, group in enumerate(seats) if len(group) <= size]
    for number in sorted(room, key=lambda number: len(seats[number])):
        group = seats[number]
        if together[first, group].all():
            yield from _spread(
                [*seats[:number], (*group, first), *seats[number + 1 :]], others, together, size
            )


def _farness(seats: list[Group], size: int) -> int:
    return sum((len(group) - size) ** 2 for group in seats)
