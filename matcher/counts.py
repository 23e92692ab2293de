"""What a round comes to, and the most it could come to, counted by the referee alone.

It shares no code with the solvers: see `matcher.referee`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.pot import Ints, Pot


@dataclass(frozen=True)
class Counts:
    """What a round comes to, in pairs; a three has three pairs. `mixed` is None where nothing but
    organisations is mixed by.
    """

    groups: int
    pairs: int
    repeats: int
    cross: int
    mixed: int | None = None


def count(pot: Pot, groups: ArrayLike) -> Counts:
    """Groups, pairs, repeats, crossing and mixed pairs of any round, legal or not. O(pairs log history)."""
    table = table_of(groups)
    first, second = ends_of(table)
    alike = (pot.mix[first] >= 0) & (pot.mix[first] == pot.mix[second])
    return Counts(
        groups=len(table),
        pairs=len(first),
        repeats=int(listed(first, second, pot.met[:, 1], pot.met[:, 2], pot.n).sum()),
        cross=int((pot.organisation[first] != pot.organisation[second]).sum()),
        mixed=int((~alike).sum()) if is_mixed(pot) else None,
    )


def is_mixed(pot: Pot) -> bool:
    """Does anybody say something that is mixed by, beside their organisation?"""
    return bool(pot.n) and int(pot.mix.max()) >= 0


def cross_bound(pot: Pot, groups: ArrayLike, missing: Collection[int] = ()) -> int:
    """More crossing pairs than this no round with these group sizes has; locked groups count as they are."""
    return count(pot, pot.locked).cross + _most_different(pot, groups, missing, pot.organisation)


def mixed_bound(pot: Pot, groups: ArrayLike, missing: Collection[int] = ()) -> int | None:
    """The same for pairs that differ in what else is mixed by; None where nothing is."""
    fixed = count(pot, pot.locked).mixed
    if fixed is None:
        return None
    # Whoever said nothing is taken for somebody like nobody else.
    said = np.where(pot.mix >= 0, pot.mix, -2 - np.arange(pot.n)).astype(np.int32)
    return fixed + _most_different(pot, groups, missing, said)


def _most_different(pot: Pot, groups: ArrayLike, missing: Collection[int], kinds: Ints) -> int:
    """Pairs of two kinds, of the people who are neither locked nor missing, there can be at most."""
    table = table_of(groups)
    locked = {int(person) for person in pot.locked.ravel() if person >= 0}
    free = np.ones(pot.n, np.bool_)
    free[np.fromiter(locked | set(missing), np.int64)] = False
    ours = table[~np.isin(table, list(locked)).any(axis=1)] if locked else table
    sizes = (ours != -1).sum(axis=1).tolist()
    return _bound(kinds[free], sizes)


def _bound(kinds: Ints, sizes: list[int]) -> int:
    """Pairs, less those that must be of one kind however evenly each is spread over the groups."""
    if not sizes:
        return 0
    _, members = np.unique(kinds, return_counts=True)
    pairs = sum(s * (s - 1) // 2 for s in sizes)
    seats = sum(crowd(int(m), len(sizes)) for m in members)
    mixed = sum(times * crowd(s, len(members)) for s, times in Counter(sizes).items())
    return pairs - max(seats, mixed)


def crowd(people: int, groups: int) -> int:
    low = people // groups
    return low * (low - 1) // 2 * groups + low * (people - low * groups)


def table_of(groups: ArrayLike) -> NDArray[np.int32]:
    table = np.asarray(groups, dtype=np.int32)
    return table if table.ndim == 2 else table.reshape(0, 3)


def ends_of(table: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Both ends of every pair inside a group."""
    firsts, seconds = np.triu_indices(table.shape[1], 1)
    first, second = table[:, firsts].ravel(), table[:, seconds].ravel()
    real = (first != -1) & (second != -1)
    return first[real].astype(np.int64), second[real].astype(np.int64)


def listed(
    a: NDArray[np.int64], b: NDArray[np.int64], list_a: Ints, list_b: Ints, n: int
) -> NDArray[np.bool_]:
    """Which of the pairs (a, b) stand in the list, either way round."""
    asked = np.where(a < b, a, b) * n + np.where(a < b, b, a)
    swap = list_a > list_b
    keys = np.where(swap, list_b, list_a).astype(np.int64) * n + np.where(swap, list_a, list_b)
    if not len(keys) or not len(asked):
        return np.zeros(len(asked), np.bool_)
    keys.sort()
    order = np.argsort(asked)
    place = np.minimum(np.searchsorted(keys, asked[order]), len(keys) - 1)
    listed = np.empty(len(asked), np.bool_)
    listed[order] = keys[place] == asked[order]
    return listed


def may_meet(pot: Pot, person: int) -> int:
    """How many people who are not locked in a group this person may meet."""
    a, b = pot.never[:, 0], pot.never[:, 1]
    out = np.concatenate((a[b == person], b[a == person], pot.locked.ravel(), [person]))
    return pot.n - len(np.unique(out[out >= 0]))


def drawn_sizes(pot: Pot, groups: ArrayLike) -> dict[int, int]:
    """How many groups of each size were drawn, the locked ones aside."""
    table = table_of(groups)
    locked = pot.locked[pot.locked >= 0]
    drawn = table[~np.isin(table, locked).any(axis=1)] if len(locked) else table
    times = np.bincount((drawn != -1).sum(axis=1)).tolist()
    return {people: number for people, number in enumerate(times) if number}
