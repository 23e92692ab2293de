"""Checks a round and its proof against the pot.

It shares no code with the solvers and calls none, so a mistake would have to be made twice, differently, to
pass. Legal (no rule broken) and best (the proof holds) are told apart: a round somebody edited by hand is
legal, and the verdict says how far it is from the best.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.errors import Refused, Violation
from matcher.pot import Ints, Pot
from matcher.result import Proof, Result

# Named violations; beyond it only their number is given.
NAMED = 100


@dataclass(frozen=True)
class Counts:
    """What a round comes to, in pairs; a three has three pairs."""

    groups: int
    pairs: int
    repeats: int
    cross: int


@dataclass(frozen=True)
class Verdict:
    """A legal round. `best` is True when the proof shows it, False when it is known to fall short of
    `cross_bound` or of a proven number of repeats, None when nobody knows.
    """

    counts: Counts
    cross_bound: int
    best: bool | None
    why: str


def count(pot: Pot, groups: ArrayLike) -> Counts:
    """Groups, pairs, repeats and crossing pairs of any round, legal or not. O(pairs log history)."""
    table = _table(groups)
    first, second = _ends(table)
    return Counts(
        groups=len(table),
        pairs=len(first),
        repeats=int(_listed(first, second, pot.met[:, 1], pot.met[:, 2], pot.n).sum()),
        cross=int((pot.organisation[first] != pot.organisation[second]).sum()),
    )


def legal(pot: Pot, groups: ArrayLike, size: int = 2, unplaced: Collection[int] = ()) -> None:
    """Nothing, if no rule is broken; `unplaced` may be missing from the groups.

    Raises:
        Refused: with every violation named (the first hundred of them).
    """
    found = list(_violations(pot, groups, size, unplaced))
    if len(found) > NAMED:
        more = Violation("more", f"and {len(found) - NAMED} more")
        found = [*found[:NAMED], more]
    if found:
        raise Refused(found)


def check(pot: Pot, result: Result) -> Verdict:
    """Is the round legal, are its figures true, and does its proof hold?

    Raises:
        Refused: a rule is broken, a figure is not what the groups come to, or the proof proves nothing.
    """
    size = result.groups.shape[1] - 1
    missing = [person.person for person in result.unplaced]
    legal(pot, result.groups, size, missing)
    counts = count(pot, result.groups)
    bound = cross_bound(pot, result.groups, missing)
    found = list(_wrong_figures(result, counts, bound))
    if found:
        raise Refused(found)
    return _verdict(pot, result.groups, result.proof, missing, (counts, bound))


def check_round(pot: Pot, groups: ArrayLike, proof: Proof | None = None) -> Verdict:
    """The same for a round without its figures, as `unmentoring check` reads it from files.

    Whoever is missing must be somebody whom never-pairs keep from everybody, or the only one there.
    Raises Refused as `check` does.
    """
    table = _table(groups)
    size = max(2, table.shape[1] - 1)
    missing = [person for person in np.setdiff1d(np.arange(pot.n), table) if not _friends(pot, person)]
    legal(pot, table, size, missing)
    return _verdict(pot, table, proof or Proof("none"), missing)


def _friends(pot: Pot, person: int) -> int:
    """How many people this person may meet."""
    a, b = pot.never[:, 0], pot.never[:, 1]
    return pot.n - 1 - len(np.union1d(a[b == person], b[a == person]))


def _verdict(
    pot: Pot,
    groups: ArrayLike,
    proof: Proof,
    missing: Collection[int],
    known: tuple[Counts, int] | None = None,
) -> Verdict:
    counts, bound = known or (count(pot, groups), cross_bound(pot, groups, missing))
    found = list(_wrong_proof(pot, proof, counts, bound, missing))
    if found:
        raise Refused(found)
    best, why = _best(proof, counts, bound)
    return Verdict(counts, bound, best, why)


def _violations(pot: Pot, groups: ArrayLike, size: int, unplaced: Collection[int]) -> Iterator[Violation]:
    table = _table(groups)
    seated = table[table != -1]
    strangers = np.unique(seated[(seated < 0) | (seated >= pot.n)])
    for person in strangers:
        yield Violation("stranger", f"there is no person {person}", (int(person),))
    if len(strangers):
        return
    yield from _misplaced(pot, seated, unplaced)
    filled = (table != -1).sum(axis=1)
    for row in table[(filled < 2) | (filled > size + 1)]:
        members = row[row != -1]
        text = f"a group of {len(members)}: {_list(members)}"
        yield Violation("size", text, tuple(int(person) for person in members))
    first, second = _ends(table)
    banned = _listed(first, second, pot.never[:, 0], pot.never[:, 1], pot.n)
    for a, b in zip(first[banned], second[banned], strict=True):
        yield Violation("never", f"{a} and {b} must not meet", (int(a), int(b)))
    yield from _unlocked(pot, table)


def _misplaced(pot: Pot, seated: NDArray[np.int32], unplaced: Collection[int]) -> Iterator[Violation]:
    times = np.bincount(seated, minlength=pot.n)
    for person in np.flatnonzero(times > 1):
        yield Violation("twice", f"{person} is in {times[person]} groups", (int(person),))
    left = np.zeros(pot.n, np.bool_)
    left[np.fromiter(unplaced, np.int64)] = True
    for person in np.flatnonzero((times == 0) & ~left):
        yield Violation("left-out", f"{person} is in no group", (int(person),))
    for person in np.flatnonzero((times > 0) & left):
        yield Violation("twice", f"{person} is in a group and said to be left out", (int(person),))


def _unlocked(pot: Pot, table: NDArray[np.int32]) -> Iterator[Violation]:
    kept = {frozenset(row[row != -1].tolist()) for row in table} if len(pot.locked) else set()
    for row in pot.locked:
        members = row[row != -1]
        if frozenset(members.tolist()) not in kept:
            yield Violation("locked", f"{_list(members)} were locked together", tuple(members.tolist()))


def _list(people: NDArray[np.int32]) -> str:
    return ", ".join(str(person) for person in people)


def _table(groups: ArrayLike) -> NDArray[np.int32]:
    table = np.asarray(groups, dtype=np.int32)
    return table if table.ndim == 2 else table.reshape(0, 3)


def _ends(table: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Both ends of every pair inside a group."""
    firsts, seconds = np.triu_indices(table.shape[1], 1)
    first, second = table[:, firsts].ravel(), table[:, seconds].ravel()
    real = (first != -1) & (second != -1)
    return first[real].astype(np.int64), second[real].astype(np.int64)


def _listed(
    a: NDArray[np.int64], b: NDArray[np.int64], list_a: Ints, list_b: Ints, n: int
) -> NDArray[np.bool_]:
    """Which of the pairs (a, b) stand in the list, either way round."""
    asked = np.where(a < b, a, b) * n + np.where(a < b, b, a)
    swap = list_a > list_b
    told = np.where(swap, list_b, list_a).astype(np.int64) * n + np.where(swap, list_a, list_b)
    if not len(told) or not len(asked):
        return np.zeros(len(asked), np.bool_)
    told.sort()
    order = np.argsort(asked)
    place = np.minimum(np.searchsorted(told, asked[order]), len(told) - 1)
    listed = np.empty(len(asked), np.bool_)
    listed[order] = told[place] == asked[order]
    return listed


def cross_bound(pot: Pot, groups: ArrayLike, missing: Collection[int] = ()) -> int:
    """More crossing pairs than this no round with these group sizes has; locked groups count as they are."""
    table = _table(groups)
    locked = {int(person) for person in pot.locked.ravel() if person >= 0}
    free = np.ones(pot.n, np.bool_)
    free[np.fromiter(locked | set(missing), np.int64)] = False
    ours = table[~np.isin(table, list(locked)).any(axis=1)] if locked else table
    sizes = (ours != -1).sum(axis=1).tolist()
    fixed = count(pot, pot.locked).cross if locked else 0
    return fixed + _bound(pot.organisation[free], sizes)


def _bound(organisation: Ints, sizes: list[int]) -> int:
    """Pairs, less those that must share an organisation however evenly each is spread over the groups."""
    if not sizes:
        return 0
    _, members = np.unique(organisation, return_counts=True)
    pairs = sum(s * (s - 1) // 2 for s in sizes)
    seats = sum(_crowd(int(m), len(sizes)) for m in members)
    mixed = sum(times * _crowd(s, len(members)) for s, times in Counter(sizes).items())
    return pairs - max(seats, mixed)


def _crowd(people: int, groups: int) -> int:
    low = people // groups
    return low * (low - 1) // 2 * groups + low * (people - low * groups)


def _wrong_figures(result: Result, counts: Counts, bound: int) -> Iterator[Violation]:
    told = result.figures
    true = {
        "groups": counts.groups,
        "pairs": counts.pairs,
        "repeats": counts.repeats,
        "cross": counts.cross,
        "cross_bound": bound,
        "unplaced": len(result.unplaced),
        "proof": result.proof.kind,
    }
    for name, number in true.items():
        if getattr(told, name) != number:
            yield Violation("figure", f"{name} is {number}, not {getattr(told, name)}")
    if told.optimal and result.proof.kind == "none":
        yield Violation("proof", "the round is called best without a proof")


def _wrong_proof(
    pot: Pot, proof: Proof, counts: Counts, bound: int, missing: Collection[int]
) -> Iterator[Violation]:
    if proof.kind == "none" or proof.kind == "enumeration":
        return
    if proof.kind == "counting":
        for person in missing:
            if _friends(pot, person):
                yield Violation("proof", f"{person} may meet somebody and is left out", (person,))
        if counts.repeats:
            yield Violation("proof", f"counting proves nothing about {counts.repeats} repeats")
        if "crossing" in proof.certifies and counts.cross != bound:
            yield Violation("proof", f"{counts.cross} pairs cross, the bound is {bound}")
        return
    yield Violation("proof", f"there is no proof of the kind {proof.kind}")


def _best(proof: Proof, counts: Counts, bound: int) -> tuple[bool | None, str]:
    if proof.kind == "none":
        if counts.repeats == 0 and counts.cross == bound:
            return True, "no pair has met, and as many pairs cross as organisation sizes allow"
        return None, "best found, not proved"
    if proof.kind == "enumeration":
        return None, "every round was counted; draw again to confirm"
    return True, "the proof holds"
