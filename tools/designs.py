"""Searches for designs of threes: rounds in which everybody sits once and no two people meet twice.

.venv/bin/python -m tools.designs            all sizes from 9 to 60, a line of matcher/designs.json for each
.venv/bin/python -m tools.designs 24 60      these sizes

People stand in rings that step together. One round, or two, is looked for whose steps are all the others: its
groups must hold every person once, and every way two people can stand to each other at most once. That is an
exact cover. The item with fewest options left is covered next, options are tried by chance, and a search that
takes long begins anew. Most sizes take a second, the largest some tens.
"""

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, count, product
from typing import Any

from numpy.typing import NDArray

from matcher.designs import turning

Item = tuple[str, int, int]
Group = tuple[int, ...]

PATIENCE, MORE_PATIENCE = 400, 200


def rings(people: int) -> list[int]:
    """How people stand: so many steps must lead back that together with whole orbits every round is there."""
    if people == 12:
        return [4, 4, 4]
    if people == 18:
        return [4, 4, 4, 4, 2]
    if people % 12 == 9:
        return [people // 3] * 3
    fixed = 1 if people % 6 else 2
    return [(people - fixed) // 2] * 2 + [1] * fixed


@dataclass
class Option:
    """A group, and what it covers: its people in one of the rounds looked for, and its pairs."""

    group: Group
    covers: list[Item]

    @property
    def whole_orbit(self) -> bool:
        return all(kind == "pair" for kind, *_ in self.covers)


def search(people: int, seed: int = 1) -> dict[str, object]:
    """A design, as a row of designs.json. It goes on until one is found."""
    rng = random.Random(seed)  # noqa: S311 - chance, not secrecy
    standing = rings(people)
    rounds = 2 if people == 18 else 1
    options = list(_options(people, standing, rounds))
    wanted = {("seat", number, person) for number in range(rounds) for person in range(people)}
    if len(standing) == 3 and people % 12 == 9:
        # Every pair has to be met, some of them in rounds that are the steps of one group.
        wanted |= {item for option in options for item in option.covers}
    for attempt in count():
        rng.shuffle(options)
        found = _Cover(options, wanted, rng, PATIENCE + MORE_PATIENCE * attempt).solve()
        if found is not None:
            return _told(people, standing, rounds, found)
    raise AssertionError("the search ends only with a design")


def _options(people: int, standing: list[int], rounds: int) -> Iterator[Option]:
    orbit = _orbits(people, standing)
    for group in combinations(range(people), 3):
        pairs = [orbit.get(pair) for pair in combinations(group, 2)]
        covered: list[Item] = [("pair", 0, number) for number in pairs if number is not None]
        if len(set(covered)) == 3:
            for number in range(rounds):
                yield Option(group, [*(("seat", number, person) for person in group), *covered])
    if people % 12 == 9:
        third = people // 3
        for i, j in product(range(third), repeat=2):
            group = (0, third + i, 2 * third + j)
            yield Option(group, [("pair", 0, orbit[pair]) for pair in combinations(group, 2)])


def _orbits(people: int, standing: list[int]) -> dict[tuple[int, int], int]:
    """How each pair stands to each other; not of pairs that come back to themselves too early."""
    step = turning(standing)
    found: dict[tuple[int, int], int] = {}
    for number, pair in enumerate(combinations(range(people), 2)):
        if pair in found:
            continue
        orbit = [pair]
        while (after := _stepped(orbit[-1], step)) != pair:
            orbit.append(after)
        if len(orbit) == max(standing):
            found.update(dict.fromkeys(orbit, number))
    return found


def _stepped(pair: tuple[int, int], step: NDArray[Any]) -> tuple[int, int]:
    one, other = sorted((int(step[pair[0]]), int(step[pair[1]])))
    return one, other


class _Cover:
    """Exact cover: sets of options are whole numbers, a bit for each."""

    def __init__(self, options: list[Option], wanted: set[Item], rng: random.Random, patience: int) -> None:
        self.options, self.wanted, self.rng, self.left = options, wanted, rng, patience
        self.with_item: dict[Item, int] = {}
        for number, option in enumerate(options):
            for item in option.covers:
                self.with_item[item] = self.with_item.get(item, 0) | 1 << number

    def solve(self) -> list[Option] | None:
        return self._solve((1 << len(self.options)) - 1, self.wanted, [])

    def _solve(self, alive: int, wanted: set[Item], taken: list[Option]) -> list[Option] | None:
        if not wanted:
            return taken
        self.left -= 1
        item = min(sorted(wanted), key=lambda item: (alive & self.with_item[item]).bit_count())
        choices = list(_bits(alive & self.with_item[item]))
        self.rng.shuffle(choices)
        for number in choices:
            if self.left < 0:
                return None
            option = self.options[number]
            clash = 0
            for covered in option.covers:
                clash |= self.with_item[covered]
            found = self._solve(alive & ~clash, wanted - set(option.covers), [*taken, option])
            if found is not None:
                return found
        return None


def _bits(numbers: int) -> Iterator[int]:
    while numbers:
        low = numbers & -numbers
        yield low.bit_length() - 1
        numbers ^= low


def _told(people: int, standing: list[int], rounds: int, found: list[Option]) -> dict[str, object]:
    base: list[dict[str, object]] = []
    for number in range(rounds):
        groups = [
            list(option.group) for option in found if ("seat", number, option.group[0]) in option.covers
        ]
        base.append({"times": max(standing), "groups": sorted(groups)})
    base += [{"times": 1, "orbit_of": list(option.group)} for option in found if option.whole_orbit]
    return {"size": 3, "people": people, "rings": standing, "base_rounds": base}


def main(asked: list[str]) -> None:
    for people in [int(number) for number in asked] or range(9, 61, 3):
        print(json.dumps(search(people), separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
