"""Checks a round and its proof against the pot.

It shares no code with the solvers and calls none, so a mistake would have to be made twice, differently, to
pass. Legal (no rule broken) and best (the proof holds) are told apart: a round somebody edited by hand is
legal, and the verdict says how far it is from the best. What a proof claims is checked in `matcher.claims`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.claims import wrong_mixing, wrong_proof
from matcher.counts import (
    Counts,
    count,
    cross_bound,
    drawn_sizes,
    ends_of,
    listed,
    may_meet,
    mixed_bound,
    table_of,
)
from matcher.errors import Refused, Violation
from matcher.pot import Pot
from matcher.result import Proof, Result

# Named violations; beyond it only their number is given.
NAMED = 100


@dataclass(frozen=True)
class Verdict:
    """A legal round. `best` is True when the proof shows it, False when it is known to fall short of
    `cross_bound` or of a proven number of repeats, None when nobody knows. `mixed_bound` is None where
    nothing but organisations is mixed by. `fair` is False when somebody sits
    in a three who has had more turns than somebody willing who does not, or who said no.
    """

    counts: Counts
    cross_bound: int
    best: bool | None
    why: str
    fair: bool
    mixed_bound: int | None = None


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
    found = [
        *_wrong_figures(result, counts, bound, mixed_bound(pot, result.groups, missing)),
        *_wrong_notes(pot, result),
        *_wrong_sizes(pot, result, size),
    ]
    if found:
        raise Refused(found)
    return _verdict(pot, result.groups, result.proof, missing, (counts, bound))


def check_round(
    pot: Pot, groups: ArrayLike, proof: Proof | None = None, missing: Collection[int] | None = None
) -> Verdict:
    """The same for a round without its figures, as `unmentoring check` reads it from files.

    Whoever is missing must be among `missing`, or where that is not given, may meet nobody who is free.
    Raises Refused as `check` does.
    """
    table = table_of(groups)
    size = max(2, table.shape[1] - 1)
    if missing is None:
        missing = [person for person in np.setdiff1d(np.arange(pot.n), table) if not may_meet(pot, person)]
    legal(pot, table, size, missing)
    return _verdict(pot, table, proof or Proof("none"), missing)


def _verdict(
    pot: Pot,
    groups: ArrayLike,
    proof: Proof,
    missing: Collection[int],
    known: tuple[Counts, int] | None = None,
) -> Verdict:
    counts, bound = known or (count(pot, groups), cross_bound(pot, groups, missing))
    mixed = mixed_bound(pot, groups, missing)
    found = [
        *wrong_proof(pot, groups, proof, counts, bound, missing),
        *wrong_mixing(proof, counts, mixed),
    ]
    if found:
        raise Refused(found)
    best, why = _best(proof, counts, bound, mixed)
    unwilling, uneven = _unfair(pot, groups)
    return Verdict(counts, bound, best, why, not (unwilling or uneven), mixed)


def _violations(pot: Pot, groups: ArrayLike, size: int, unplaced: Collection[int]) -> Iterator[Violation]:
    table = table_of(groups)
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
    first, second = ends_of(table)
    banned = listed(first, second, pot.never[:, 0], pot.never[:, 1], pot.n)
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


def _wrong_figures(result: Result, counts: Counts, bound: int, mixed: int | None) -> Iterator[Violation]:
    figures = result.figures
    true = {
        "groups": counts.groups,
        "pairs": counts.pairs,
        "repeats": counts.repeats,
        "cross": counts.cross,
        "cross_bound": bound,
        "mixed": counts.mixed,
        "mixed_bound": mixed,
        "unplaced": len(result.unplaced),
        "proof": result.proof.kind,
    }
    for name, number in true.items():
        if getattr(figures, name) != number:
            yield Violation("figure", f"{name} is {number}, not {getattr(figures, name)}")
    if figures.optimal and "recent" not in result.proof.certifies:
        yield Violation("proof", "the round is called best without a proof")
    unsaid = mixed is not None and "mixing" not in result.proof.certifies
    if figures.optimal and unsaid and not {"crossing-given-up", "mixing-given-up"} & set(result.notes):
        yield Violation("proof", "the round is called best, and nothing proves that none mixes better")


def _wrong_sizes(pot: Pot, result: Result, size: int) -> Iterator[Violation]:
    """The proof must name the sizes of the groups that were drawn, and speak of others only where it may."""
    sizes = drawn_sizes(pot, result.groups)
    named = dict(result.proof.sizes)
    if named != sizes or dict(result.figures.sizes) != sizes:
        yield Violation("proof", f"the proof names groups of {named}, the round has {sizes}")
    if result.figures.every_mix != result.proof.every_mix:
        yield Violation("proof", "the round and its proof differ about other sizes")
    if not result.proof.every_mix or result.proof.kind == "enumeration":
        return
    people = sum(there * times for there, times in sizes.items())
    far = sum((there - size) ** 2 * times for there, times in sizes.items())
    # Whoever is over sits in a larger group, or whoever is missing leaves a smaller one.
    if result.proof.kind != "counting" or far > min(people % size, -people % size):
        yield Violation("proof", "other sizes of groups might do better")


def _wrong_notes(pot: Pot, result: Result) -> Iterator[Violation]:
    """A three that is not fair must be said, and one that is must not be called unfair."""
    if result.groups.shape[1] != 3:
        return
    unwilling, uneven = _unfair(pot, result.groups)
    for name, people in (("unwilling-three", unwilling), ("turns-unequal", uneven)):
        if bool(people) != (name in result.notes):
            text = f"{name} is {'not ' if people else ''}said of {people or 'a fair three'}"
            yield Violation("fairness", text, tuple(people))


def _unfair(pot: Pot, groups: ArrayLike) -> tuple[list[int], list[int]]:
    """Of the people in threes of a round of pairs: those who said no, and those whose turn it was not."""
    table = table_of(groups)
    if table.shape[1] != 3:
        return [], []
    fixed = {int(person) for person in pot.locked.ravel() if person >= 0}
    rows = [[int(p) for p in row] for row in table[table[:, 2] >= 0]]
    sitting = [row for row in rows if not fixed & set(row)]
    if not sitting:
        return [], []
    unwilling = [person for row in sitting for person in row if pot.no_trio[person]]
    settled = [p for p in range(pot.n) if p not in fixed and not pot.newcomer[p] and not pot.no_trio[p]]
    floor = min((int(pot.trio_turns[p]) for p in settled), default=0)
    turns = [
        max(int(t), floor) if new else int(t) for t, new in zip(pot.trio_turns, pot.newcomer, strict=True)
    ]
    uneven = []
    for row in sitting:
        others = [turns[p] for p in range(pot.n) if p not in fixed | set(row) and not pot.no_trio[p]]
        uneven += [p for p in row if others and turns[p] > min(others)]
    return unwilling, uneven


def _best(proof: Proof, counts: Counts, bound: int, mixed: int | None) -> tuple[bool | None, str]:
    if proof.kind == "none":
        if counts.repeats == 0 and counts.cross == bound and counts.mixed == mixed:
            return True, "no pair has met, and as many pairs cross as organisation sizes allow"
        return None, "best found, not proved"
    if proof.kind == "enumeration":
        return None, "every round was counted; draw again to confirm"
    if "recent" not in proof.certifies:
        return None, "no round has fewer repeats; whether another is better beyond that is not proved"
    if "crossing" not in proof.certifies and counts.cross < bound:
        return (
            None,
            f"no pair has met; {bound - counts.cross} more could cross if later rounds did not matter",
        )
    if mixed is not None and "mixing" not in proof.certifies:
        return None, "no round has fewer repeats and more crossing; whether one mixes better is not proved"
    of_these = bool(proof.sizes) and not proof.every_mix
    return True, "the proof holds for groups of these sizes" if of_these else "the proof holds"
