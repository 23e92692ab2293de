"""Checks a round and its proof against the pot.

It shares no code with the solvers and calls none, so a mistake would have to be made twice, differently, to
pass. Legal (no rule broken) and best (the proof holds) are told apart: a round somebody edited by hand is
legal, and the verdict says how far it is from the best.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.counts import Counts, count, cross_bound, crowd, ends_of, is_mixed, listed, mixed_bound, table_of
from matcher.errors import Refused, Violation
from matcher.pot import Pot
from matcher.result import Dual, Proof, Result

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
        missing = [person for person in np.setdiff1d(np.arange(pot.n), table) if not _friends(pot, person)]
    legal(pot, table, size, missing)
    return _verdict(pot, table, proof or Proof("none"), missing)


def _friends(pot: Pot, person: int) -> int:
    """How many people who are not locked in a group this person may meet."""
    a, b = pot.never[:, 0], pot.never[:, 1]
    out = np.concatenate((a[b == person], b[a == person], pot.locked.ravel(), [person]))
    return pot.n - len(np.unique(out[out >= 0]))


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
        *_wrong_proof(pot, groups, proof, counts, bound, missing),
        *_wrong_mixing(proof, counts, mixed),
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
    sizes = _sizes(pot, result.groups)
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


def _sizes(pot: Pot, groups: ArrayLike) -> dict[int, int]:
    """How many groups of each size were drawn, the locked ones aside."""
    table = table_of(groups)
    locked = pot.locked[pot.locked >= 0]
    drawn = table[~np.isin(table, locked).any(axis=1)] if len(locked) else table
    times = np.bincount((drawn != -1).sum(axis=1)).tolist()
    return {people: number for people, number in enumerate(times) if number}


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


def _wrong_proof(
    pot: Pot, groups: ArrayLike, proof: Proof, counts: Counts, bound: int, missing: Collection[int]
) -> Iterator[Violation]:
    if proof.sizes and dict(proof.sizes) != _sizes(pot, groups):
        yield Violation("proof", "the proof is about groups of other sizes")
    if proof.kind == "none" or proof.kind == "enumeration":
        return
    for person in missing:
        if _friends(pot, person):
            yield Violation("proof", f"{person} may meet somebody and is left out", (person,))
    if proof.kind == "counting":
        repeats = counts.repeats - (count(pot, pot.locked).repeats if len(pot.locked) else 0)
        if repeats:
            yield Violation("proof", f"counting proves nothing about {repeats} repeats")
        if "crossing" in proof.certifies and counts.cross != bound:
            yield Violation("proof", f"{counts.cross} cross, the bound is {bound}")
        return
    if proof.kind == "dual":
        yield from _wrong_prices(_Case(pot, groups, missing), proof)
    elif proof.kind in ("tutte-berge", "partners"):
        yield from _wrong_hemming(_Strangers(pot, groups, missing), proof, counts, bound)
    else:
        yield Violation("proof", f"there is no proof of the kind {proof.kind}")


def _wrong_mixing(proof: Proof, counts: Counts, bound: int | None) -> Iterator[Violation]:
    """What is claimed about more to mix by; prices and counted rounds stand for themselves."""
    if "mixing" not in proof.certifies:
        return
    if bound is None:
        yield Violation("proof", "the proof speaks of more to mix by than organisations: there is nothing")
    elif proof.kind not in ("dual", "enumeration") and counts.mixed != bound:
        yield Violation("proof", f"{counts.mixed} are mixed, the bound is {bound}")


class _Case:
    """The people a proof is about (free and not left out), their round, and what every pair of them costs."""

    def __init__(self, pot: Pot, groups: ArrayLike, missing: Collection[int]) -> None:
        locked = {int(person) for person in pot.locked.ravel() if person >= 0}
        out = locked | set(missing)
        self.pot = pot
        self.people = [person for person in range(pot.n) if person not in out]
        rows = [[int(p) for p in row if p >= 0] for row in table_of(groups)]
        self.groups = [row for row in rows if not out & set(row)]
        self.last: dict[frozenset[int], int] = {}
        for number, a, b in pot.met.tolist():
            pair = frozenset((a, b))
            self.last[pair] = max(number, self.last.get(pair, number))
        self.never = {frozenset(pair) for pair in pot.never.tolist()}
        pairs = [frozenset(pair) for row in self.groups for pair in combinations(row, 2)]
        self.repeated = sorted((self.last[pair] for pair in pairs if pair in self.last), reverse=True)
        self.pairs = pairs
        self.threes = [row for row in self.groups if len(row) == 3]
        self._used = sorted(set(self.repeated), reverse=True)
        self._base = 2 * len(self.people)
        self._mixed = is_mixed(pot)

    def cost(self, pair: frozenset[int]) -> int:
        """Never-pair, repeat, the past from its latest round on, same organisation, alike: as digits."""
        if not self._mixed:
            return self._without_mixing(pair)
        one, other = pair
        alike = self.pot.mix[one] >= 0 and self.pot.mix[one] == self.pot.mix[other]
        return self._without_mixing(pair) * self._base + int(alike)

    def _without_mixing(self, pair: frozenset[int]) -> int:
        a, b = pair
        same = int(self.pot.organisation[a] == self.pot.organisation[b])
        digits = 2 * len(self._used)
        if pair in self.never:
            return int(self._base ** (digits + 3))
        if pair not in self.last:
            return same
        number = self.last[pair]
        place = 2 * sum(number < used for used in self._used) + (number in self._used)
        late = self._base ** (digits + 1 - place) if place < digits else 0
        return int(self._base ** (digits + 2) + late + same)

    def seat(self, person: int) -> int:
        """What it costs that this person is in a three."""
        if not self.pot.no_trio[person]:
            return 0
        return self._base**2 if self._mixed else self._base

    def worth(self) -> int:
        seats = sum(self.seat(person) for row in self.threes for person in row)
        return sum(self.cost(pair) for pair in self.pairs) + seats


class _Strangers:
    """The people a proof is about (free and not left out), their groups, and whom each must not meet anew."""

    def __init__(self, pot: Pot, groups: ArrayLike, missing: Collection[int]) -> None:
        out = {int(person) for person in pot.locked.ravel() if person >= 0} | set(missing)
        rows = [[int(p) for p in row if p >= 0] for row in table_of(groups)]
        self.groups = [row for row in rows if not out & set(row)]
        self.people = {person for row in self.groups for person in row}
        self.known: dict[int, set[int]] = {person: {person} for person in range(pot.n)}
        for a, b in (*pot.met[:, 1:].tolist(), *pot.never.tolist()):
            self.known[a].add(b)
            self.known[b].add(a)
        pairs = {frozenset(pair) for row in self.groups for pair in combinations(row, 2)}
        last: dict[frozenset[int], int] = {}
        for number, *ends in pot.met.tolist():
            pair = frozenset(ends)
            if pair in pairs:
                last[pair] = max(number, last.get(pair, number))
        self.repeated = list(last.values())
        ours = [number for number, one, other in pot.met.tolist() if {one, other} <= self.people]
        first = min(ours, default=0)
        self.oldest = all(number == first for number in self.repeated)
        self.unwilling = any(pot.no_trio[p] for row in self.groups if len(row) == 3 for p in row)

    def strangers(self, person: int, among: set[int]) -> set[int]:
        return among - self.known[person]

    def circles(self, barrier: Collection[int]) -> list[set[int]]:
        """Sets of people joined by fresh pairs, the barrier aside. O(people + history)."""
        waiting, found = self.people - set(barrier), []
        while waiting:
            reached = [waiting.pop()]
            for person in reached:
                fresh = self.strangers(person, waiting)
                waiting -= fresh
                reached += fresh
            found.append(set(reached))
        return found

    def mutual(self, people: set[int], size: int) -> bool:
        """Whether there are so many of these people who have all not met."""
        if size < 2:
            return len(people) >= size
        return any(self.mutual(self.strangers(person, people), size - 1) for person in people)


def _wrong_hemming(case: _Strangers, proof: Proof, counts: Counts, bound: int) -> Iterator[Violation]:
    """The repeats must be as few as the strangers left allow, and what is claimed beyond them must hold."""
    fewest = _fewest_in_circles(case) if proof.kind == "partners" else _fewest_beside(case, proof.barrier)
    if len(case.repeated) != fewest:
        text = f"what is left explains {fewest} repeats, not {len(case.repeated)}"
        yield Violation("proof", text, proof.barrier)
    if "recent" in proof.certifies and not case.oldest:
        yield Violation("proof", "some repeats might be from longer ago")
    if "recent" in proof.certifies and proof.kind == "tutte-berge" and case.unwilling:
        yield Violation("proof", "somebody else might be willing to sit in the three")
    if "crossing" in proof.certifies and counts.cross != bound:
        yield Violation("proof", f"{counts.cross} cross, the bound is {bound}")


def _fewest_beside(case: _Strangers, barrier: Collection[int]) -> int:
    """Repeats that a barrier forces: half of the odd circles it cannot take.

    In an odd pot the three takes up one more, if three people of one odd circle are strangers to each other;
    anywhere else it costs a repeat itself.
    """
    if any(len(row) > 3 for row in case.groups) or sum(len(row) == 3 for row in case.groups) > 1:
        return -1
    odd = [circle for circle in case.circles(barrier) if len(circle) % 2]
    over = len(odd) - len(set(barrier))
    if len(case.people) % 2 == 0:
        return over // 2
    return (over - 1) // 2 + (0 if any(case.mutual(circle, 3) for circle in odd) else 1)


def _fewest_in_circles(case: _Strangers) -> int:
    """Repeats that too few strangers force on groups of these sizes.

    Each stranger somebody lacks is half a repeat; a smaller group lacks one fewer for each of its seats. And
    every group with somebody who cannot be in a fresh group of even the smallest size has a repeat. Where no
    k people are strangers to each other, those of a group fall into k - 1 kinds at best, by Turán's theorem,
    and those of one kind have met.
    """
    sizes = sorted((len(row) for row in case.groups), reverse=True)
    if not sizes:
        return 0
    most, least = sizes[0], sizes[-1]
    left = [case.strangers(person, case.people) for person in case.people]
    lack = [most - 1 - len(strangers) for strangers in left if len(strangers) < most - 1]
    seats = sum(size for size in sizes if size < most)
    halves = sum(lack) - min(len(lack), seats) * (most - least)
    stuck = sum(not case.mutual(strangers, least - 1) for strangers in left)
    tables = 0
    while stuck > 0:
        stuck -= sizes[tables]
        tables += 1
    kinds = [k - 1 for k in range(2, most + 1) if not case.mutual(case.people, k)]
    by_kind = (sum(crowd(size, number) for size in sizes) for number in kinds)
    return max((halves + 1) // 2, tables, *by_kind)


def _wrong_prices(case: _Case, proof: Proof) -> Iterator[Violation]:
    """Every dual must be feasible, and together they must leave no cheaper round."""
    for dual in proof.duals:
        if not _feasible(case, dual):
            yield Violation("proof", "the prices overcharge a pair")
            return
    goal = 2 * case.worth()
    if len(case.people) % 2 == 0:
        if max((_lower_bound(case, dual, ()) for dual in proof.duals), default=0) < goal:
            yield Violation("proof", "the prices leave room for a better round")
        return
    for three in combinations(case.people, 3):
        own = 2 * sum(case.cost(frozenset(pair)) for pair in combinations(three, 2))
        own += 2 * sum(case.seat(person) for person in three)
        if all(own + _lower_bound(case, dual, three) < goal for dual in proof.duals):
            yield Violation(
                "proof", f"the prices leave room for a better round with {three} as a three", three
            )
            return


def _feasible(case: _Case, dual: Dual) -> bool:
    """Prices are there for everybody, odd sets are odd, and no pair is charged more than twice its cost."""
    known = set(case.people)
    if len(dual.prices) != case.pot.n or any(
        odd.value < 0
        or len(odd.people) % 2 == 0
        or not set(odd.people) <= known
        or len(set(odd.people)) != len(odd.people)
        for odd in dual.sets
    ):
        return False
    relief: dict[frozenset[int], int] = {}
    for odd in dual.sets:
        for pair in combinations(odd.people, 2):
            relief[frozenset(pair)] = relief.get(frozenset(pair), 0) + odd.value
    return all(
        dual.prices[a] + dual.prices[b] - relief.get(frozenset((a, b)), 0) <= 2 * case.cost(frozenset((a, b)))
        for a, b in combinations(case.people, 2)
    )


def _lower_bound(case: _Case, dual: Dual, three: tuple[int, ...]) -> int:
    """Twice what pairing everybody but this three costs at least: s people hold s // 2 pairs at most."""
    prices = sum(dual.prices[person] for person in case.people if person not in three)
    return prices - sum(odd.value * (len(set(odd.people) - set(three)) // 2) for odd in dual.sets)


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
