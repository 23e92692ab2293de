"""Why repeats are unavoidable: the largest round of fresh pairs, and what hems it in.

Edmonds' search (1965) from everybody a largest fresh round leaves over. Those it reaches evenly (D) could be
left over instead; those next to them (A) are Tutte and Berge's barrier (Gallai 1964, Edmonds 1965): without
A there are as many more odd circles of people with only each other left than A has people, as must be left
over. One search, O(people²) in numpy.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from matcher.pot import Bools, Ints, Pot

NOBODY, UNSEEN, EVEN, ODD = -1, 0, 1, 2
# A search looks at every pair once; it is only made where somebody must meet again.
MOST = 5_000


class Fresh:
    """Who may meet whom and has not met, a row at a time, so that large pots need no matrix.

    Those in `gone` are not there.
    """

    def __init__(self, pot: Pot) -> None:
        self.n = pot.n
        self.gone = np.zeros(0, np.int32)
        keys = np.concatenate((pot.pairs_met, pot.pairs_never))
        first = keys // max(pot.n, 1)
        ends = np.concatenate((first, keys - first * pot.n))
        others = np.concatenate((keys - first * pot.n, first))
        order = np.argsort(ends, kind="stable")
        self._known = others[order]
        self._start = np.searchsorted(ends[order], np.arange(pot.n + 1))

    def row(self, person: int) -> Bools:
        """Whom this person may meet for the first time."""
        fresh = np.ones(self.n, np.bool_)
        fresh[self._known[self._start[person] : self._start[person + 1]]] = False
        fresh[person] = fresh[self.gone] = False
        return fresh

    def circles(self, barrier: Ints) -> Ints:
        """Everybody's circle once the barrier is away, numbered from 0; -1 for the barrier itself."""
        circle = np.full(self.n, NOBODY, np.int32)
        waiting = np.ones(self.n, np.bool_)
        waiting[barrier] = False
        number = 0
        for start in range(self.n):
            if not waiting[start]:
                continue
            waiting[start] = False
            reached = [start]
            for person in reached:
                circle[person] = number
                found = np.flatnonzero(waiting & self.row(person))
                waiting[found] = False
                reached += found.tolist()
            number += 1
        return circle


@dataclass(frozen=True)
class Hemmed:
    """A largest fresh round, `mate` (n,) with -1 for those left over, and what hems it in."""

    mate: Ints
    barrier: Ints
    circle: Ints

    @property
    def odd(self) -> Bools:
        """For each circle, whether it is odd."""
        odd: Bools = np.bincount(self.circle[self.circle >= 0], minlength=1) % 2 == 1
        return odd

    @property
    def spare(self) -> int:
        """How many more odd circles there are than the barrier can take."""
        return int(self.odd.sum()) - len(self.barrier)


def hemmed(fresh: Fresh, mate: Ints) -> Hemmed:
    """What hems in the largest fresh round, which is found by enlarging the one given."""
    mate = mate.copy()
    search = _enlarged(fresh, mate)
    barrier = np.flatnonzero(search.state == ODD).astype(np.int32)
    return Hemmed(mate, barrier, fresh.circles(barrier))


def left_over(fresh: Fresh, mate: Ints, three: Ints) -> int:
    """How many a largest fresh round of the others leaves over once these three have gone."""
    mate = mate.copy()
    partners = mate[three]
    mate[partners[partners >= 0]] = NOBODY
    # With themselves: nobody reaches them.
    mate[three] = three
    fresh.gone = three
    _enlarged(fresh, mate)
    fresh.gone = three[:0]
    return int((mate == NOBODY).sum())


def _enlarged(fresh: Fresh, mate: Ints) -> _Search:
    """The last search, after `mate` was enlarged in place as far as it goes."""
    search = _Search(fresh, mate)
    while search.enlarge():
        search = _Search(fresh, mate)
    return search


class _Search:
    """Alternating trees from everybody left over; odd circles are shrunk to their base.

    `state` of everybody, `parent` of odd people, `base` of the circle everybody has been shrunk into, and
    `bridge`, the pair through which somebody odd became even.
    """

    def __init__(self, fresh: Fresh, mate: Ints) -> None:
        self.fresh, self.mate = fresh, mate
        self.state = np.where(mate == NOBODY, EVEN, UNSEEN)
        self.base = np.arange(len(mate))
        self.parent = np.full(len(mate), NOBODY)
        self.bridge: dict[int, tuple[int, int]] = {}
        self.queue = deque(np.flatnonzero(mate == NOBODY).tolist())

    def enlarge(self) -> bool:
        """One more pair in `mate`, or False when there is no larger round."""
        while self.queue:
            u = self.queue.popleft()
            row = self.fresh.row(u)
            for v in np.flatnonzero(row & (self.state == UNSEEN)).tolist():
                # Somebody earlier in this row may have brought them in as their partner.
                if self.state[v] == UNSEEN:
                    self._grow(u, v)
            for v in np.flatnonzero(row & (self.state == EVEN) & (self.base != self.base[u])).tolist():
                if self.base[u] == self.base[v]:
                    continue
                meeting = self._meeting(u, v)
                if meeting == NOBODY:
                    self._exchange(u, v)
                    return True
                self._shrink(u, v, meeting)
                self._shrink(v, u, meeting)
        return False

    def _grow(self, u: int, v: int) -> None:
        mate = int(self.mate[v])
        self.state[v], self.parent[v], self.state[mate] = ODD, u, EVEN
        self.queue.append(mate)

    def _up(self, base: int) -> int:
        """The base above a base in its tree, or nobody."""
        mate = int(self.mate[base])
        return NOBODY if mate == NOBODY else int(self.base[self.parent[mate]])

    def _meeting(self, u: int, v: int) -> int:
        above = set()
        base = int(self.base[u])
        while base != NOBODY:
            above.add(base)
            base = self._up(base)
        base = int(self.base[v])
        while base != NOBODY and base not in above:
            base = self._up(base)
        return base

    def _shrink(self, u: int, v: int, meeting: int) -> None:
        """One side of an odd circle, from u up to its base; people odd so far become even."""
        inside = np.zeros(len(self.base), np.bool_)
        base = int(self.base[u])
        while base != meeting:
            mate = int(self.mate[base])
            inside[[base, self.base[mate]]] = True
            if self.state[mate] == ODD:
                self.state[mate] = EVEN
                self.bridge[mate] = (u, v)
                self.queue.append(mate)
            base = int(self.base[self.parent[mate]])
        self.base[inside[self.base]] = meeting

    def _exchange(self, u: int, v: int) -> None:
        """Pair u with v, and exchange pairs along both ways to their roots."""
        for way in (self._way(u), self._way(v)):
            for one, other in zip(way[1::2], way[2::2], strict=True):
                self.mate[one], self.mate[other] = other, one
        self.mate[u], self.mate[v] = v, u

    def _way(self, here: int, end: int = NOBODY) -> list[int]:
        """From somebody even to `end` or to their root, along pairs and fresh pairs in turn."""
        way = [here]
        while here != end and self.mate[here] != NOBODY:
            mate = int(self.mate[here])
            if here in self.bridge:
                # Odd when first reached: round the circle, over the pair that closed it, and on from there.
                one, here = self.bridge[here]
                way += [*self._way(one, mate)[::-1], here]
            else:
                here = int(self.parent[mate])
                way += [mate, here]
        return way
