"""Do conversations join organisations that nothing joined before? Counted beside what chance alone gives.

A tie is new when people of two organisations meet for the first time. It is a bridge if the two had no
partner in common before that round: nobody had met both. Chance alone is the same rounds shuffled: the same
groups met, and whoever met somebody in that round sits in them at random. A hundred shuffles from one seed:
the same rounds always give the same figures.

Who has met whom is kept as a row of bits for each organisation, and many shuffles are walked through side by
side. O(shuffles · (ties · organisations / 8 + people · rounds)) bytes of work, at most some 100 MB at a time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import rustworkx as rx
from numpy.typing import NDArray

SHUFFLES = 100
SEED = 2015
NINE_IN_TEN = (0.05, 0.95)
ROOM = 16 << 20  # bytes, for the bits of all shuffles that are walked through side by side
SEATS = 1_000_000  # of all rounds, in all of these

Ints = NDArray[np.int64]
Bits = NDArray[np.uint8]
Seat = tuple[int, int, int]  # number of the round, id of the group, id of the organisation


@dataclass(frozen=True)
class BesideChance:
    """A figure of ours, the `mean` of the same over all shuffles, and between which two numbers nine in ten
    of them lie.
    """

    ours: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class RoundBridges:
    """Of one round: ties that were new in it, and which of these were bridges."""

    number: int
    ties: BesideChance
    bridges: BesideChance


@dataclass(frozen=True)
class Bridges:
    """`organisations` whose people have met somebody. `reach` is how many others one of them reaches in at
    most two steps, on average; `largest` counts those of the largest part whose members all reach each other.
    """

    organisations: int
    rounds: Sequence[RoundBridges]
    ties: BesideChance
    bridges: BesideChance
    reach: BesideChance
    largest: BesideChance

    def of_round(self, number: int) -> RoundBridges | None:
        return next((one for one in self.rounds if one.number == number), None)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Bridges":
        return cls(
            organisations=kept["organisations"],
            rounds=[
                RoundBridges(one["number"], BesideChance(**one["ties"]), BesideChance(**one["bridges"]))
                for one in kept["rounds"]
            ],
            **{name: BesideChance(**kept[name]) for name in ("ties", "bridges", "reach", "largest")},
        )


@dataclass(frozen=True)
class _Round:
    """Who sat there, as numbers of organisations, and which two seats met, as places among these."""

    number: int
    seats: Ints
    one: Ints
    two: Ints


class _Ties(NamedTuple):
    """Each new tie once: the world it is in, and its two organisations."""

    world: Ints
    one: Ints
    two: Ints


@dataclass(frozen=True)
class _Walk:
    """What came of the rounds in each world: ties and bridges by world and round, the rest by world."""

    ties: Ints
    bridges: Ints
    reach: NDArray[np.float64]
    largest: Ints


def compare(seats: Iterable[Seat], *, shuffles: int = SHUFFLES, seed: int = SEED) -> Bridges | None:
    """Count the bridges of rounds, and of as many `shuffles` of them. None where nobody has met.

    `seats` are of everybody who met somebody, sorted by round and group: people of one group have all met.
    """
    rounds, organisations = _read(seats)
    if not rounds:
        return None
    ours = _walk(rounds, organisations, 1, None)
    rng = np.random.default_rng(seed)
    parts = [
        _walk(rounds, organisations, worlds, rng) for worlds in _batches(rounds, organisations, shuffles)
    ]
    ties, bridges, reach, largest = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("ties", "bridges", "reach", "largest")
    )
    return Bridges(
        organisations=organisations,
        rounds=[
            RoundBridges(
                round_.number,
                _beside(ours.ties[0, place], ties[:, place]),
                _beside(ours.bridges[0, place], bridges[:, place]),
            )
            for place, round_ in enumerate(rounds)
        ],
        ties=_beside(ours.ties.sum(), ties.sum(axis=1)),
        bridges=_beside(ours.bridges.sum(), bridges.sum(axis=1)),
        reach=_beside(ours.reach[0], reach),
        largest=_beside(ours.largest[0], largest),
    )


def _beside(ours: Any, chance: NDArray[Any]) -> BesideChance:
    low, high = np.quantile(chance, NINE_IN_TEN)
    return BesideChance(*(round(float(value), 1) for value in (ours, chance.mean(), low, high)))


def _batches(rounds: Sequence[_Round], organisations: int, shuffles: int) -> Iterator[int]:
    """How many shuffles are walked through side by side, batch for batch."""
    bits, seats = organisations * _width(organisations), sum(len(one.seats) for one in rounds)
    most = max(1, min(ROOM // bits, SEATS // seats))
    for done in range(0, shuffles, most):
        yield min(most, shuffles - done)


def _read(seats: Iterable[Seat]) -> tuple[list[_Round], int]:
    """The rounds in their order, with organisations numbered from 0; and how many organisations they are."""
    numbers, groups, ids = np.array(list(seats), dtype=np.int64).reshape(-1, 3).T
    known, organisations = np.unique(ids, return_inverse=True)
    cuts = np.flatnonzero(np.diff(numbers)) + 1
    by_round = (np.split(column, cuts) for column in (numbers, groups, organisations))
    rounds = [
        _Round(int(number[0]), theirs, *_met(group))
        for number, group, theirs in zip(*by_round, strict=True)
        if len(number)
    ]
    return rounds, len(known)


def _met(groups: Ints) -> tuple[Ints, Ints]:
    """Every two seats of one group, where the seats of a group stand side by side."""
    places = np.arange(len(groups))
    pairs = [(places[:0], places[:0])]
    apart = 1
    while (together := groups[apart:] == groups[:-apart]).any():
        pairs.append((places[:-apart][together], places[apart:][together]))
        apart += 1
    one, two = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return one, two


def _walk(
    rounds: Sequence[_Round], organisations: int, worlds: int, rng: np.random.Generator | None
) -> _Walk:
    """Go through the rounds in several worlds at once, shuffled in each; as they were without `rng`."""
    known: Bits = np.zeros((worlds, organisations, _width(organisations)), dtype=np.uint8)
    made, bridges = [], np.zeros((worlds, len(rounds)), dtype=np.int64)
    for place, round_ in enumerate(rounds):
        new = _new_ties(known, round_, rng)
        apart = ~_has_common_partner(known, new)
        bridges[:, place] = np.bincount(new.world[apart], minlength=worlds)
        for one, two in ((new.one, new.two), (new.two, new.one)):
            np.bitwise_or.at(known, (new.world, one, two >> 3), _bit(two))
        made.append(new)
    return _Walk(
        np.stack([np.bincount(new.world, minlength=worlds) for new in made], axis=1),
        bridges,
        _reach(known, made),
        _largest(worlds, organisations, made),
    )


def _new_ties(known: Bits, round_: _Round, rng: np.random.Generator | None) -> _Ties:
    """Those of a round that were not known before."""
    worlds, organisations, _ = known.shape
    who = np.tile(round_.seats, (worlds, 1))
    if rng is not None:
        rng.permuted(who, axis=1, out=who)
    one, two = who[:, round_.one], who[:, round_.two]
    low, high = np.minimum(one, two), np.maximum(one, two)
    keys = (np.arange(worlds)[:, None] * organisations + low) * organisations + high
    world, one, two = np.unravel_index(np.unique(keys[low != high]), (worlds, organisations, organisations))
    new = known[world, one, two >> 3] & _bit(two) == 0
    return _Ties(world[new], one[new], two[new])


def _has_common_partner(known: Bits, ties: _Ties) -> NDArray[np.bool_]:
    """Of the two organisations of each tie: has somebody else met both?"""
    at_once = max(1, ROOM // known.shape[2])
    parts: list[NDArray[Any]] = [np.zeros(0, dtype=np.bool_)]
    for first in range(0, len(ties.world), at_once):
        world, one, two = (ends[first : first + at_once] for ends in ties)
        shared = known[world, one] & known[world, two]
        parts.append(np.bitwise_or.reduce(shared, axis=1) > 0)
    return np.concatenate(parts)


def _reach(known: Bits, made: Sequence[_Ties]) -> NDArray[np.float64]:
    """How many others an organisation reaches in at most two steps, on average over all, in each world."""
    world = np.concatenate([ties.world for ties in made] * 2)
    near = np.concatenate([ties.one for ties in made] + [ties.two for ties in made])
    middle = np.concatenate([ties.two for ties in made] + [ties.one for ties in made])
    by_middle = np.argsort(middle, kind="stable")
    within_two = known.copy()
    for ends in np.split(by_middle, np.flatnonzero(np.diff(middle[by_middle])) + 1):
        within_two[world[ends], near[ends]] |= known[world[ends], middle[ends]]
    reached = np.bitwise_count(within_two).sum(axis=2, dtype=np.int64)
    # Whoever has met anybody also comes back to itself in two steps.
    average: NDArray[np.float64] = (reached - (reached > 0)).mean(axis=1)
    return average


def _largest(worlds: int, organisations: int, made: Sequence[_Ties]) -> Ints:
    """How many organisations the largest connected part has, in each world."""
    graph: rx.PyGraph[None, None] = rx.PyGraph()
    graph.add_nodes_from([None] * (worlds * organisations))
    for ties in made:
        ends = (ties.world * organisations + end for end in (ties.one, ties.two))
        graph.add_edges_from_no_data(list(zip(*(end.tolist() for end in ends), strict=True)))
    largest = np.ones(worlds, dtype=np.int64)
    for part in rx.connected_components(graph):
        world = next(iter(part)) // organisations
        largest[world] = max(largest[world], len(part))
    return largest


def _width(organisations: int) -> int:
    return -(-organisations // 8)


def _bit(organisation: Any) -> Any:
    return np.left_shift(1, organisation & 7).astype(np.uint8)
