"""Who sits where in a design: read from the history, so that nobody has to keep it.

The rounds of a design are dealt in their order, and no two of its seats meet twice. So whom people have met
tells where they sit: once a few of them are seated the others have hardly a choice. After one round every
way to lay its groups on the design's first round fits; after two nearly none does but the right one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from matcher import several
from matcher.designs import NOBODY, Design, designs
from matcher.pot import Bools, Ints, Longs, Pot

Bits = NDArray[np.uint64]
ONE, ALL = np.uint64(1), ~np.uint64(0)

# Designs looked at: the next one for a pot without a past, and larger ones where people may have left.
NEAR = 5
# Places tried in all for a design; ways to sit that are weighed for one guess at which round was which.
PATIENCE, LEAVES = 4000, 6
# Of the first rounds, so many are taken in twos where all of them together fit nothing.
FIRST = 3
# Walks of people through their groups, by which they are told apart, have at most so many steps.
WALKS = 8
# Exchanges tried for every seat, where seats may still be chosen.
SWAPS = 40
# How much less each later round counts when same-organisation pairs are moved out of the next ones.
LATER = 0.8
# And how much a pair counts that is alike in what else is mixed by, beside one of one organisation.
ALIKE = 0.001


@dataclass(frozen=True, eq=False)
class Plan:
    """A pot laid on a design.

    seat  (n,)       where each person sits
    open  (rounds,)  rounds of the design in which nobody meets again, must not meet, or is too few
    """

    design: Design
    seat: Ints
    open: Bools

    def groups(self) -> Ints:
        """The first open round, (g, size + 1) padded with -1."""
        sitting = _people_at(self.design, self.seat)[self.design.groups[int(self.open.argmax())]]
        ordered = -np.sort(-sitting, axis=1)
        rows = np.pad(ordered, ((0, 0), (0, 1)), constant_values=NOBODY)
        return rows[rows[:, 0] >= 0].astype(np.int32)


def applies(people: int, size: int) -> bool:
    """Whether there is a design for so many people, a few of its seats empty at most."""
    return _next(people, size) is not None


def plan(pot: Pot, size: int, rng: np.random.Generator, least: int = 2) -> Plan | None:
    """The pot on a design with a round left for it, or None.

    `least` is how many people a group must have. Where the past is made of rounds of a design, people keep
    their seats in it, newcomers take the empty ones, and rounds that were changed by hand are passed over:
    the rounds of the design which they spoil are not open. What may still be chosen is chosen so that most
    rounds stay open and the next ones have fewest pairs of one organisation. O(people² · rounds) where the
    past fits; some tenths of a second where it does not.
    """
    first = _next(pot.n, size)
    if first is None:
        return None
    past = _without_guests(_past(pot), size)
    for design in _near(past, first):
        found = _best(pot, design, past, least, rng)
        if found is not None:
            return found
    return None


def crossing(pot: Pot, size: int, rng: np.random.Generator, least: int = 2) -> Plan | None:
    """The pot on rounds planned for its organisations, as long as its past is made of them; or None.

    Everybody has a seat of their own organisation. Only where all have been in every round.
    """
    past = _past(pot)
    if (past < 0).any() or pot.mixes:
        return None
    design = several.crossing(tuple(pot.codes.tolist()), size)
    if design is None or len(past) >= design.rounds:
        return None
    if len(past):
        fit = _Fit(design, past, np.arange(len(past), dtype=np.int32), rng, PATIENCE, pot.codes)
        found = list(fit.seatings())
    else:
        order = np.lexsort((rng.random(pot.n), pot.codes))
        seat = np.zeros(pot.n, np.int32)
        seat[order] = np.argsort(pot.codes, kind="stable")
        found = [seat]
    rooms = [_Room(pot, design, seat, past, least, rng) for seat in found]
    best = min(rooms, key=_Room.cost, default=None)
    return Plan(design, best.seat, best.open()) if best and best.open().any() else None


def _next(people: int, size: int) -> Design | None:
    """The smallest design that seats them all with fewer seats empty than a group has."""
    return next((d for d in designs(size) if people <= d.seats < people + size), None)


def _near(past: Ints, first: Design) -> list[Design]:
    """Designs the past may be made of: larger ones too where it has whole groups, and traces of leavers."""
    larger = [design for design in designs(first.size) if design.seats >= first.seats]
    together = (past[:, :, None] == past[:, None, :]) & (past >= 0)[:, :, None]
    whole = together.sum(axis=2) >= first.size
    left = not whole.all() and 2 * whole.sum() > (past >= 0).sum()
    return [design for design in larger[: NEAR if left else 1] if len(past) < design.rounds]


def _past(pot: Pot) -> Ints:
    """(rounds, n): a number for everybody's group in every round that left a trace, -1 for people in none."""
    _, rank = np.unique(pot.met[:, 0], return_inverse=True)
    group = np.full((int(rank.max(initial=-1)) + 1, pot.n), pot.n, np.int32)
    for one, other in ((1, 2), (2, 1)):
        # The lowest of a group gives it its number.
        np.minimum.at(group, (rank, pot.met[:, one]), np.minimum(pot.met[:, one], pot.met[:, other]))
    return np.where(group < pot.n, group, NOBODY).astype(np.int32)


def _without_guests(past: Ints, size: int) -> Ints:
    """The same past, in which no group is larger than a design's: whoever has been in fewest was a guest."""
    kept = past.copy()
    often = (past >= 0).sum(axis=0)
    for row in kept:
        numbers, times = np.unique(row[row >= 0], return_counts=True)
        for number in numbers[times > size]:
            members = np.flatnonzero(row == number)
            row[members[np.argsort(often[members], kind="stable")][: len(members) - size]] = NOBODY
    return kept


def _best(pot: Pot, design: Design, past: Ints, least: int, rng: np.random.Generator) -> Plan | None:
    """The way to sit that leaves most rounds open, by the first guess that leaves any."""
    left = PATIENCE
    for rows, numbers in _guesses(pot, past, design.rounds):
        fit = _Fit(design, past[rows], numbers, rng, left)
        rooms = [_Room(pot, design, seats, past[rows], least, rng) for seats in fit.seatings()]
        left = fit.left
        if not any(room.hopeful for room in rooms):
            continue
        best = min(rooms, key=_Room.cost).settled(rng)
        if best.open().any():
            return Plan(design, best.seat, best.open())
    return None


def _guesses(pot: Pot, past: Ints, rounds: int) -> Iterator[tuple[list[int], Ints]]:
    """Rounds of the past that may be of the design, and which of its rounds each of them may have been.

    All of them, in a row or as they are numbered; then all but one, which somebody changed; then two of the
    first. Less is guessed from two than from all, but the rest may be anything.
    """
    rows = list(range(len(past)))
    inside = [number for number in rows if number < rounds]
    yield inside, np.array(inside, np.int32)
    numbered = np.unique(pot.met[:, 0]) - 1
    if len(rows) and numbered[0] >= 0 and numbered[-1] < rounds and numbered[-1] >= len(rows):
        yield rows, numbered.astype(np.int32)
    for out in inside[::-1] if len(inside) > 1 else ():
        kept = [number for number in inside if number != out]
        yield kept, np.array(kept, np.int32)
    for two in combinations(inside[:FIRST], 2) if len(inside) > FIRST else ():
        yield list(two), np.array(two, np.int32)


class _Fit:
    """A search for seats such that two people met in a round exactly if their seats do.

    group    (r, n)  groups of the rounds looked at
    numbers  (r,)    the round of the design that each of them was
    codes    (n,)    organisations of people and of seats, where they must be the same
    """

    def __init__(
        self,
        design: Design,
        group: Ints,
        numbers: Ints,
        rng: np.random.Generator,
        patience: int,
        codes: Ints | None = None,
    ) -> None:
        self.group, self.numbers, self.rng = group, numbers, rng
        self.there = group >= 0
        self.often = self.there.sum(axis=0)
        self.seats = design.seats
        self.left = patience
        self.design = design
        bit = ONE << np.arange(design.seats, dtype=np.uint64)
        group_bits = np.bitwise_or.reduce(bit[design.groups], axis=2)
        self.bit = bit
        self.may: Bits = np.full(group.shape[1], ALL)
        if codes is not None:
            ours = np.where(codes[:, None] == codes[None, :], bit, np.uint64(0))
            self.may = np.bitwise_or.reduce(ours, axis=1)
        self.block = np.take_along_axis(group_bits, design.group, axis=1)

    def seatings(self) -> Iterator[Ints]:
        """Some ways to sit, by chance: (n,), -1 for people of whom the past tells nothing."""
        found = self._placed(self._alike() & self.may, np.full(self.group.shape[1], NOBODY, np.int32))
        return (seats for _, seats in zip(range(LEAVES), found, strict=False))

    def _alike(self) -> Bits:
        """Seats from which as many ways lead back as from each person: all seats where somebody was away."""
        people = self.group.shape[1]
        if not self.there.all() or people < self.seats:
            return np.full(people, ALL >> np.uint64(64 - self.seats))
        ours, seats = _ways_back(self.group), _ways_back(self.design.group[self.numbers])
        alike: Bits = np.where(ours[:, None] == seats[None, :], self.bit, np.uint64(0))
        room: Bits = np.bitwise_or.reduce(alike, axis=1)
        return room

    def _placed(self, room: Bits, seat: Ints) -> Iterator[Ints]:
        waiting = np.flatnonzero((self.often > 0) & (seat < 0))
        if not len(waiting):
            yield seat
            return
        # Whoever has fewest places left; of those, whoever has met most.
        choices = np.bitwise_count(room[waiting]).astype(np.int64) * 1000 - self.often[waiting]
        person = int(waiting[choices.argmin()])
        for place in self.rng.permutation(np.flatnonzero(room[person] & self.bit)):
            self.left -= 1
            if self.left < 0:
                return
            then = self._room_after(room, person, int(place))
            if then[self.often > 0].all():
                seated = seat.copy()
                seated[person] = place
                yield from self._placed(then, seated)

    def _room_after(self, room: Bits, person: int, place: int) -> Bits:
        """Where everybody may still sit once this person has this place."""
        rows = np.flatnonzero(self.there[:, person])
        block = self.block[self.numbers[rows], place][:, None]
        together = self.group[rows] == self.group[rows, person][:, None]
        may = np.where(together, block, ~block)
        may[~self.there[rows]] = ALL
        then: Bits = room & np.bitwise_and.reduce(may, axis=0, initial=ALL) & ~self.bit[place]
        then[person] = room[person] & self.bit[place]
        return then


def _ways_back(group: Ints) -> Bits:
    """For everybody, how many walks of some lengths lead back to them, weighed by the rounds they go through.

    Whoever sits on a seat must have as many as the seat. Modulo 2**64.
    """
    step = np.zeros((group.shape[1], group.shape[1]), np.uint64)
    for number, row in enumerate(group):
        step += (row[:, None] == row[None, :]) * np.uint64(3 * number**2 + 2 * number + 1)
    walk, hashes = step, np.zeros(len(step), np.uint64)
    for length in range(1, WALKS):
        walk = walk @ step
        hashes = hashes * np.uint64(length * 2654435761) + walk.diagonal()
    return hashes


class _Room:
    """One way to sit, and what it is worth. People the past tells nothing of get seats by chance."""

    def __init__(
        self, pot: Pot, design: Design, seats: Ints, past: Ints, least: int, rng: np.random.Generator
    ) -> None:
        self._pot, self._design, self._least = pot, design, least
        self._loose = np.setdiff1d(np.arange(design.seats), seats)
        self._newcomers = bool((seats < 0).any()) and len(self._loose) > 1
        self.seat = seats.copy()
        self.seat[seats < 0] = rng.permutation(self._loose)[: (seats < 0).sum()]
        self._blocks = design.groups[0] if len(past) == 1 else None
        blocked = np.concatenate((pot.pairs_met, pot.pairs_never))
        self._a, self._b = blocked // max(pot.n, 1), blocked % max(pot.n, 1)
        i, j = np.triu_indices(pot.n, 1)
        same, alike = pot.codes[i] == pot.codes[j], pot.kinds[i] == pot.kinds[j]
        self._same = (i[same], j[same]) if not same.all() else (i[:0], j[:0])
        self._alike = (i[alike], j[alike]) if pot.mixes and not alike.all() else (i[:0], j[:0])

    @property
    def hopeful(self) -> bool:
        """Whether some round is open, or could be with others on the seats that are free."""
        return bool(self._fresh().any())

    def _fresh(self) -> Bools:
        """Rounds in which nobody meets again or must not meet."""
        shut = np.zeros(self._design.rounds + 1, np.bool_)
        shut[self._design.meets[self.seat[self._a], self.seat[self._b]]] = True
        return ~shut[:-1]

    def open(self) -> Bools:
        """Fresh rounds in which every group has people enough, or none."""
        if len(self.seat) == self._design.seats:
            return self._fresh()
        sitting = (_people_at(self._design, self.seat) >= 0)[self._design.groups].sum(axis=2)
        free: Bools = self._fresh() & ~((sitting > 0) & (sitting < self._least)).any(axis=1)
        return free

    def cost(self) -> float:
        """Rounds that are shut, early ones a little dearer; then pairs of one organisation, likewise; then
        those that are alike.
        """
        free = self.open()
        inside = self._by_round(self._same)[free]
        if len(self._alike[0]):
            inside = inside + ALIKE * self._by_round(self._alike)[free]
        weight = LATER ** np.arange(len(inside))
        return self._shut(free) + float((inside * weight).sum())

    def _by_round(self, pairs: tuple[Longs, Longs]) -> Longs:
        """How many of the pairs meet in each round of the design; (rounds,)."""
        times = np.bincount(self._design.meets[self.seat[pairs[0]], self.seat[pairs[1]]] + 1)
        return np.pad(times, (0, self._design.rounds + 1 - len(times)))[1:]

    def _shut(self, free: Bools) -> float:
        early = np.arange(self._design.rounds, 0, -1)
        return float((1e6 + 1e3 * early)[~free].sum())

    def settled(self, rng: np.random.Generator) -> _Room:
        """The same room after exchanges of seats that the past leaves free, none of which made it worse."""
        swaps = SWAPS * self._design.seats if self._newcomers or self._blocks is not None else 0
        met = len(self._pot.pairs_met)
        used = self._design.meets[self.seat[self._a[:met]], self.seat[self._b[:met]]]
        # Rounds that have been are shut whatever is exchanged.
        floor = self._shut(~np.isin(np.arange(self._design.rounds), used))
        now = self.cost()
        for _ in range(swaps):
            if now <= floor:
                break
            seat, self.seat = self.seat, self._exchanged(rng)
            then = self.cost()
            if then > now:
                self.seat = seat
            now = min(then, now)
        return self

    def _exchanged(self, rng: np.random.Generator) -> Ints:
        """Seats exchanged that nobody's past holds; after one round also two of its groups, or two in one."""
        order = np.arange(self._design.seats, dtype=np.int32)
        if self._blocks is not None and (len(self._loose) < 2 or rng.random() < 0.8):
            one, other = rng.integers(len(self._blocks), size=2)
            ours = rng.permutation(self._blocks[one])
            theirs = self._blocks[other] if one != other else self._blocks[one]
        else:
            ours, theirs = rng.choice(self._loose, 2, replace=False).reshape(2, 1)
        order[ours], order[theirs] = theirs, ours
        return order[self.seat]


def _people_at(design: Design, seat: Ints) -> Longs:
    """Who sits on each seat, -1 for nobody."""
    at = np.full(design.seats, NOBODY, np.int64)
    at[seat] = np.arange(len(seat))
    return at
