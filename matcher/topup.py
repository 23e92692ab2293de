"""Seats for people who are left without one while a round goes on: with each other, or with a running group.

Nobody meets somebody again for it: better no conversation now and the first place in the next round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from matcher import trios
from matcher.draw import draw, generator, others
from matcher.pot import Bools, Ints, Pot
from matcher.referee import legal
from matcher.result import Result
from matcher.rules import Priority


@dataclass(frozen=True, eq=False)
class TopUp:
    """What a top-up comes to, in the numbers of its pot.

    `groups`  (g, size + 1) padded with -1: new ones, among those who waited
    `joined`  (j, 2): a row of `running`, and who makes it one larger
    `left`    who finds nobody they may meet and have not met
    `drawn`   how `groups` came about, in the numbers of `asked`, the pot of those who waited
    """

    groups: Ints
    joined: Ints
    left: tuple[int, ...]
    drawn: Result
    asked: Pot


def top_up(pot: Pot, running: Ints, seed: int, size: int = 2, priority: Priority = "fresh") -> TopUp:
    """Draw everybody who is in no row of `running`, then seat who is left with groups that take one more.

    `running` (r, size + 1), padded with -1, are the groups of the round that would take one more. A person
    who said no to a three joins none, and leaves the one they were drawn into if that can be. A group of two
    who must not meet any more is nobody's to join; it is not judged here, only what is added is.

    Raises:
        BadPot, Refused: as `draw` and `legal` do.
    """
    waiting = others(pot.n, running)
    once = _once_only(pot, running)
    asked = once.only(waiting)
    drawn = draw(asked, seed=seed, size=size, priority=priority)
    groups = np.where(drawn.groups >= 0, waiting[drawn.groups], -1).astype(np.int32)
    rng = generator(asked, seed)
    apart = _apart_by_now(pot, running)
    open_rows = np.flatnonzero(~apart)
    seats = running[open_rows]
    left = np.array([waiting[one.person] for one in drawn.unplaced], np.int32)
    willing = left[~pot.no_trio[left]]
    seats, still = trios.join(once, seats, willing, rng)
    seats = _spare(once, groups, seats, size, rng)
    out = np.sort(np.concatenate((still, left[pot.no_trio[left]]))).astype(np.int32)
    as_they_are = running[apart]
    unjudged = as_they_are[as_they_are >= 0]
    legal(once, np.vstack((groups, seats)), size, [*out.tolist(), *unjudged.tolist()])
    joined = np.argwhere((seats >= 0) & (running[open_rows] < 0))
    pairs = [(int(open_rows[row]), int(seats[row, place])) for row, place in joined]
    return TopUp(groups, np.array(pairs, np.int32).reshape(-1, 2), tuple(out.tolist()), drawn, asked)


def _once_only(pot: Pot, running: Ints) -> Pot:
    """The same people, among whom a second meeting is as good as forbidden, but for those meeting now."""
    n = max(pot.n, 1)
    a, b = _pairs(running)
    met = np.setdiff1d(pot.pairs_met, pot.keys(a, b))
    again = np.stack((met // n, met % n), axis=1).astype(np.int32)
    return Pot(
        pot.organisation,
        pot.met,
        np.concatenate((pot.never, again)),
        trio_turns=pot.trio_turns,
        no_trio=pot.no_trio,
        let_down=pot.let_down,
        newcomer=pot.newcomer,
        mix=pot.mix,
    )


def _apart_by_now(pot: Pot, running: Ints) -> Bools:
    """Groups that were sent before two of their people asked not to meet; (r,)."""
    clash = np.zeros(len(running), np.bool_)
    for i, j in combinations(range(running.shape[1]), 2):
        a, b = running[:, i], running[:, j]
        both = (a >= 0) & (b >= 0)
        clash |= both & pot.must_not_meet(np.maximum(a, 0), np.maximum(b, 0))
    return clash


def _pairs(groups: Ints) -> tuple[Ints, Ints]:
    i, j = np.triu_indices(groups.shape[1], 1)
    a, b = groups[:, i].ravel(), groups[:, j].ravel()
    both = (a >= 0) & (b >= 0)
    return a[both], b[both]


def _spare(pot: Pot, groups: Ints, seats: Ints, size: int, rng: np.random.Generator) -> Ints:
    """Out of a new three with somebody unwilling in it, a willing one goes to a running group; in place."""
    for group in groups:
        people = group[group >= 0]
        if len(people) <= size or not pot.no_trio[people].any():
            continue
        for person in rng.permutation(people[~pot.no_trio[people]]):
            seats, still = trios.join(pot, seats, np.array([person], np.int32), rng)
            if not len(still):
                rest: Sequence[int] = [one for one in people if one != person]
                group[:] = [*rest, *[-1] * (len(group) - len(rest))]
                break
    return seats
