"""What the proof of a round claims, checked by the referee alone: by counting and adding, never by solving.

It shares no code with the solvers: see `matcher.referee`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from numpy.typing import ArrayLike

from matcher.counts import Counts, count, crowd, drawn_sizes, is_mixed, may_meet, table_of
from matcher.errors import Violation
from matcher.pot import Pot
from matcher.result import Dual, Proof


def wrong_proof(
    pot: Pot, groups: ArrayLike, proof: Proof, counts: Counts, bound: int, missing: Collection[int]
) -> Iterator[Violation]:
    """Every way in which the proof does not show what it certifies of this round."""
    if proof.sizes and dict(proof.sizes) != drawn_sizes(pot, groups):
        yield Violation("proof", "the proof is about groups of other sizes")
    if proof.kind == "none" or proof.kind == "enumeration":
        return
    for person in missing:
        if may_meet(pot, person):
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


def wrong_mixing(proof: Proof, counts: Counts, bound: int | None) -> Iterator[Violation]:
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
