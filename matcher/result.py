"""What a draw gives back: data only, so that the referee can read it without touching a solver."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from matcher.errors import MatcherError
from matcher.pot import Ints

# How many people, and how many groups of so many; the largest first.
Sizes = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Unplaced:
    """Somebody no group could be found for.

    reason "alone"        nobody else is free
           "never-all"    never-pairs with everybody else who is free
           "never-some"   the people they may meet, `others`, are needed by others still
    """

    person: int
    reason: str
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class OddSet:
    """An odd set of people of an integer dual: at least one pair of every round leaves it, worth `value`."""

    people: tuple[int, ...]
    value: int


@dataclass(frozen=True)
class Dual:
    """Prices that no round can undercut: `prices` (n,) per person, `sets` per odd set.

    Costs of pairs are doubled, so that prices are whole. See `referee` for what is checked.
    """

    prices: tuple[int, ...]
    sets: tuple[OddSet, ...]


@dataclass(frozen=True)
class Proof:
    """Why no better round exists, on the wishes it `certifies`.

    kind "counting"      no repeats at all, and as many crossing pairs as organisation sizes allow
         "tutte-berge"   without the people of `barrier`, too many odd circles have only each other left
         "partners"      too few people are left to meet for groups of three or four
         "dual"          prices of repeats and crossing; several where an odd pot's three may be anybody
         "enumeration"   every round was counted; only drawing again can confirm it
         "none"          best found, not proved

    It speaks of groups of `sizes`: (people, how many such groups), the largest first. With `every_mix` no
    other sizes that a round may have give fewer repeats either, and none nearer to what was asked as few.
    """

    kind: str
    certifies: tuple[str, ...] = ()
    repeats: int = 0
    cross: int = 0
    barrier: tuple[int, ...] = ()
    duals: tuple[Dual, ...] = ()
    sizes: Sizes = ()
    every_mix: bool = False

    def to_json(self) -> str:
        """One object, ids as numbers; `from_json` reads it back unchanged."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Proof:
        """Raises MatcherError when the text is not a proof."""
        try:
            document = json.loads(text)
            return cls(
                kind=str(document["kind"]),
                certifies=tuple(str(name) for name in document["certifies"]),
                repeats=int(document["repeats"]),
                cross=int(document["cross"]),
                barrier=tuple(int(person) for person in document["barrier"]),
                duals=tuple(_dual(part) for part in document["duals"]),
                # Older proofs do not name their sizes.
                sizes=tuple((int(size), int(groups)) for size, groups in document.get("sizes", ())),
                every_mix=bool(document.get("every_mix", False)),
            )
        # Of what is nested too deep, or holds a number beyond all, Python says so in errors of their own.
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise MatcherError("this is not a proof of a round") from error


def _dual(told: dict[str, Any]) -> Dual:
    sets = tuple(OddSet(tuple(int(p) for p in part["people"]), int(part["value"])) for part in told["sets"])
    return Dual(tuple(int(price) for price in told["prices"]), sets)


@dataclass(frozen=True)
class Figures:
    """What a round is worth, in counts; None where not known.

    pairs, repeats, cross, cross_bound  counted in pairs, a three has three
    mixed, mixed_bound      pairs that differ in what is mixed by besides; None where nothing is
    optimal                 certified best on the wishes before look-ahead under the chosen priority
    proof                   its kind
    sizes                   (people, how many such groups), the largest first
    considered              mixes of sizes that were looked at, each like `sizes`
    every_mix               what is proved holds over every mix of sizes a round may have, not of these only
    equally_good_rounds     how many rounds reach the same repeats and crossing, for at most 26 people
    fresh_rounds_left       a lower bound on further rounds without a repeat among these people
    """

    people: int
    groups: int
    pairs: int
    unplaced: int
    repeats: int
    cross: int
    cross_bound: int
    optimal: bool
    proof: str
    method: str
    equally_good_rounds: int | None
    fresh_rounds_left: int | None
    seed: int
    sizes: Sizes = ()
    considered: tuple[Sizes, ...] = ()
    every_mix: bool = False
    mixed: int | None = None
    mixed_bound: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain values for `json.dumps`."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Result:
    """A round: `groups` int32 (g, size + 1) padded with -1, each sorted, in order of their first person.

    `notes` are short codes of what the organiser should know (explain puts them into words):
    "unwilling-three", "turns-unequal", "crossing-given-up", "mixing-given-up", "no-design".
    """

    groups: Ints
    unplaced: tuple[Unplaced, ...]
    proof: Proof
    figures: Figures
    notes: tuple[str, ...] = ()
