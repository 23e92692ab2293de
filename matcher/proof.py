"""Why no better round exists: bounds, and certificates a referee can check without solving anything."""

from __future__ import annotations

from collections import Counter

import numpy as np

from matcher.pot import Ints, Pot
from matcher.result import Proof
from matcher.rules import Value

LINES = ("placed", "repeats", "recent", "crossing")


def group_sizes(people: int, size: int) -> list[int]:
    """Sizes of the groups of a full round: `size`, some one larger or one smaller, as few as possible.

    A pair too few makes one three. A remainder becomes smaller groups where that takes fewer of them, so
    nobody sits in a crowd without need. One person makes no group.
    """
    if people < 2:
        return []
    whole, rest = divmod(people, size)
    if rest == 0:
        return [size] * whole
    if size > 2 and (size - rest <= rest or whole < rest) and whole + 1 >= size - rest:
        return [size] * (whole + 1 - (size - rest)) + [size - 1] * (size - rest)
    if whole >= rest:
        return [size + 1] * rest + [size] * (whole - rest)
    return [people]


def crossing_bound(codes: Ints, sizes: list[int]) -> int:
    """No round with groups of these sizes has more crossing pairs. O(organisations + groups).

    Each organisation has to sit somewhere: spread as evenly as can be it still shares so many groups with
    itself. And a group larger than the number of organisations holds two people of one.
    """
    if not sizes:
        return 0
    total = sum(size * (size - 1) // 2 for size in sizes)
    counts = np.bincount(codes)
    counts = counts[counts > 0]
    by_organisation = sum(_spread(int(count), len(sizes)) for count in counts)
    by_group = sum(times * _spread(size, len(counts)) for size, times in Counter(sizes).items())
    return total - max(by_organisation, by_group)


def _spread(things: int, places: int) -> int:
    """Fewest pairs in one place when things are put in places."""
    each, more = divmod(things, places)
    return (places - more) * each * (each - 1) // 2 + more * (each + 1) * each // 2


def full_crossing(pot: Pot, size: int = 2) -> int:
    """The crossing bound of a pot in which everybody is placed."""
    return crossing_bound(pot.codes, group_sizes(pot.n, size))


def certify(pot: Pot, groups: Ints, told: Value, best: bool, given_up: bool = False) -> Proof:
    """The simplest proof that this round is best before look-ahead; "none" if there is none.

    `best` is the word of a method that counted every round. Where crossing was given up for look-ahead only
    the wishes before it are claimed.
    """
    sizes = (groups >= 0).sum(axis=1).tolist()
    placed = groups[groups >= 0]
    bound = crossing_bound(pot.codes[placed], sizes)
    crossing = sum(size * (size - 1) // 2 for size in sizes) - told.same
    forced = sum(_alone(pot, person) for person in _missing(pot, groups))
    if told.left_out == forced and not (told.repeats or told.unwilling):
        if crossing == bound:
            return Proof("counting", LINES, repeats=0, cross=crossing)
        if given_up:
            return Proof("counting", LINES[:3], repeats=0, cross=crossing)
    if best:
        return Proof("enumeration", LINES, repeats=told.repeats, cross=crossing)
    return Proof("none", (), repeats=told.repeats, cross=crossing)


def _missing(pot: Pot, groups: Ints) -> list[int]:
    seated = np.zeros(pot.n, np.bool_)
    seated[groups[groups >= 0]] = True
    return [int(person) for person in np.flatnonzero(~seated)]


def _alone(pot: Pot, person: int) -> bool:
    """Whether never-pairs keep this person from everybody."""
    others = np.delete(np.arange(pot.n), person)
    return bool(pot.must_not_meet(np.full(len(others), person), others).all())
