"""Rounds of threes and fours in which no two people meet twice, as many as there can be.

Kirkman triple systems, nearly Kirkman ones and resolvable designs for 9 to 60 people. Starter blocks stand in
designs.json; they were found by our own exact-cover searches (`python -m tools.designs` finds the threes
again) and are checked by counting every pair. The limit is ⌊(n - 1) / (k - 1)⌋ rounds, but 4 for 12 people in
threes and 5 for 20 in fours, where exhaustive search found no more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.pot import Ints

NOBODY = -1


@dataclass(frozen=True, eq=False)
class Design:
    """All the rounds of one design, for seats 0..n-1.

    groups  (rounds, n / size, size)  the seats of every group
    group   (rounds, n)               in which group of a round each seat is
    meets   (n, n)                    the round in which two seats meet, -1 where they never do
    """

    groups: Ints
    group: Ints
    meets: Ints

    @property
    def rounds(self) -> int:
        return len(self.groups)

    @property
    def seats(self) -> int:
        return len(self.meets)

    @property
    def size(self) -> int:
        return int(self.groups.shape[2])


def designs(size: int) -> tuple[Design, ...]:
    """Those for groups of this size, the smallest first; none but for threes and fours."""
    return _all().get(size, ())


@cache
def _all() -> dict[int, tuple[Design, ...]]:
    document = json.loads(files("matcher").joinpath("designs.json").read_text(encoding="utf-8"))
    sizes = {row["size"] for row in document}
    return {size: tuple(design_of(row) for row in document if row["size"] == size) for size in sizes}


def design_of(told: dict[str, Any]) -> Design:
    """A row of designs.json, expanded: people 0..n-1 stand in `rings`, in order, which step together."""
    step = turning(told["rings"])
    return laid_out(np.array([row for base in told["base_rounds"] for row in _turned(base, step)], np.int32))


def laid_out(groups: Ints) -> Design:
    """A design of these rounds, (rounds, n / size, size)."""
    rounds, number, size = groups.shape
    seats = number * size
    group = np.zeros((rounds, seats), np.int32)
    meets = np.full((seats, seats), NOBODY, np.int32)
    for row, members in enumerate(groups):
        group[row, members] = np.arange(number)[:, None]
        for one in range(size):
            for other in range(size):
                meets[members[:, one], members[:, other]] = row
    np.fill_diagonal(meets, NOBODY)
    return Design(groups, group, meets)


def turning(rings: list[int]) -> NDArray[Any]:
    """One step: every seat moves on by one place round its own ring; a ring of one stays."""
    starts = np.cumsum([0, *rings])
    return np.concatenate(
        [start + np.roll(np.arange(length), -1) for start, length in zip(starts, rings, strict=False)]
    )


def _turned(base: dict[str, Any], step: NDArray[Any]) -> list[NDArray[Any]]:
    """The rounds that come of one base round: its groups and their steps, or all the steps of one group."""
    now = np.array(base.get("groups") or [base["orbit_of"]])
    found = [now]
    while len(found) < base["times"] or "orbit_of" in base:
        now = step[now]
        if np.array_equal(now, found[0]):
            break
        found.append(now)
    return [np.concatenate(found)] if "orbit_of" in base else found
