"""Odd pots and who makes the three."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from matcher import barrier, rules
from matcher.pot import Ints, Longs, Pot

# Every three among this many people is weighed (34,220 of them).
POOL = 60
# So many threes within odd circles, and so many beside them, are looked at where repeats are unavoidable.
SOME = 24
# So many people waiting for a turn in a three are looked at together.
WAITING = 9


def candidates(pot: Pot, rng: np.random.Generator) -> Ints:
    """Threes in the order in which they should be tried, (k, 3).

    Best first on: never-pairs (left out), repeats within the three, people who said no, crossing still
    possible for the whole round, turns, then chance. Of pots over 60 people only those with the fewest turns
    are weighed, with enough of the largest organisation and of the others to reach the crossing bound.
    """
    pool = _pool(pot, rng)
    threes = pool[np.array(list(combinations(range(len(pool)), 3)), np.int64).reshape(-1, 3)]
    if not len(threes):
        return np.zeros((0, 3), np.int32)
    ends = [(threes[:, i], threes[:, j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    allowed = ~np.any([pot.must_not_meet(a, b) for a, b in ends], axis=0)
    threes, ends = threes[allowed], [(a[allowed], b[allowed]) for a, b in ends]
    met = np.sum([pot.have_met(a, b) for a, b in ends], axis=0)
    unwilling = pot.no_trio[threes].sum(axis=1)
    turns = rules.trio_levels(pot)[threes].sum(axis=1)
    keys = (
        rng.random(len(threes)),
        stranding(pot, threes),
        turns,
        *_differing_less(pot, threes),
        unwilling,
        met,
    )
    ordered: Ints = np.sort(threes[np.lexsort(keys)], axis=1).astype(np.int32)
    return ordered


def waiting(pot: Pot) -> Ints:
    """Willing people with fewest turns, where they are few enough to plan the next threes for all of them."""
    levels = rules.trio_levels(pot)
    willing = ~pot.no_trio
    if not willing.any():
        return np.zeros(0, np.int32)
    least = np.flatnonzero(willing & (levels == levels[willing].min())).astype(np.int32)
    few = 5 <= len(least) <= WAITING and len(least) < willing.sum()
    return least if few else least[:0]


def stranding(pot: Pot, threes: Ints) -> Ints:
    """1 for threes that leave people who wait for a turn unable to make threes of their own; (k,).

    Turns come out even only if the last few who wait have not met each other by then.
    """
    wait = waiting(pot)
    cost = np.zeros(len(threes), np.int32)
    if len(wait) < 6:
        return cost
    a, b = np.repeat(wait, len(wait)), np.tile(wait, len(wait))
    apart = {frozenset(pair) for pair in np.stack((a, b), axis=1)[pot.age(a, b) > 0].tolist()}
    inside = np.isin(threes, wait).all(axis=1)
    for number in np.flatnonzero(inside):
        rest = frozenset(wait.tolist()) - set(threes[number].tolist())
        cost[number] = not _splits(rest, apart)
    return cost


def _splits(people: frozenset[int], apart: set[frozenset[int]]) -> bool:
    """Whether people can be put into threes who have not met; one or two may be left over."""
    if len(people) < 3:
        return True
    first, *rest = sorted(people)
    for b, c in combinations(rest, 2):
        three = {first, b, c}
        if not {frozenset(p) for p in combinations(three, 2)} & apart and _splits(people - three, apart):
            return True
    return len(people) % 3 > 0 and _splits(people - {first}, apart)


def sparing(pot: Pot, threes: Ints, rng: np.random.Generator) -> Ints:
    """These threes, others within odd circles, and people left over with a pair: fewest repeats first.

    How many repeats a three leads to is counted, not drawn: its own, and half of those whom a largest fresh
    round of the others leaves over. Up to 60 are looked at, O(people²) each.
    """
    fresh = barrier.Fresh(pot)
    around = barrier.hemmed(fresh, np.full(pot.n, barrier.NOBODY, np.int32))
    asked = np.concatenate((threes, _within_circles(fresh, around, rng), _beside(fresh, around, rng)))
    ends = [(asked[:, i], asked[:, j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    allowed = ~np.any([pot.must_not_meet(a, b) for a, b in ends], axis=0)
    asked, own = asked[allowed], np.sum([pot.have_met(a, b) for a, b in ends], axis=0)[allowed]
    repeats = [barrier.left_over(fresh, around.mate, three) // 2 for three in asked] + own
    unwilling = pot.no_trio[asked].sum(axis=1)
    turns = rules.trio_levels(pot)[asked].sum(axis=1)
    ordered: Ints = asked[np.lexsort((turns, *_differing_less(pot, asked), unwilling, repeats))]
    return ordered


def _within_circles(fresh: barrier.Fresh, around: barrier.Hemmed, rng: np.random.Generator) -> Ints:
    """Some threes of people of one odd circle who have all not met."""
    inside = (around.circle >= 0) & around.odd[around.circle]
    found = []
    for one in rng.permutation(np.flatnonzero(inside)):
        friends = fresh.row(int(one)) & inside
        for other in rng.permutation(np.flatnonzero(friends))[:SOME]:
            thirds = np.flatnonzero(friends & fresh.row(int(other)))
            if len(thirds):
                found.append(np.sort([one, other, rng.choice(thirds)]))
                break
        if len(found) == SOME:
            break
    return np.array(found, np.int32).reshape(-1, 3)


def _beside(fresh: barrier.Fresh, around: barrier.Hemmed, rng: np.random.Generator) -> Ints:
    """Somebody left over, somebody they have not met, and that one's partner."""
    found = []
    for one in rng.permutation(np.flatnonzero(around.mate == barrier.NOBODY))[:SOME]:
        friends = np.flatnonzero(fresh.row(int(one)) & (around.mate != barrier.NOBODY))
        if len(friends):
            friend = rng.choice(friends)
            found.append(np.sort([one, friend, around.mate[friend]]))
    return np.array(found, np.int32).reshape(-1, 3)


def _pool(pot: Pot, rng: np.random.Generator) -> Longs:
    if pot.n <= POOL:
        return np.arange(pot.n)
    fairest = np.lexsort((rng.random(pot.n), rules.trio_levels(pot), pot.no_trio))
    chosen = [fairest[: POOL - 20]]
    for codes in (pot.codes, pot.kinds) if pot.mixes else (pot.codes,):
        inside = codes[fairest] == np.bincount(codes).argmax()
        chosen += [fairest[inside][:10], fairest[~inside][:10]]
    return np.unique(np.concatenate(chosen))


def _differing_less(pot: Pot, threes: Ints) -> list[Longs]:
    """Keys to sort by: what else is mixed by, then organisations, most possible first."""
    kinds = [-crossing_left(pot.kinds, threes)] if pot.mixes else []
    return [*kinds, -crossing_left(pot.codes, threes)]


def crossing_left(codes: Ints, threes: Ints) -> Longs:
    """Most pairs of two codes a round can have, repeats aside, once each of these threes is fixed; (k,)."""
    sizes = np.bincount(codes, minlength=1)
    code = codes[threes]
    same = [(code[:, i] == code[:, j]).astype(np.int64) for i, j in ((0, 1), (0, 2), (1, 2))]
    inner = 3 - same[0] - same[1] - same[2]
    rest = len(codes) - 3
    taken = [1 + same[0] + same[1], 1 + same[0] + same[2], 1 + same[1] + same[2]]
    largest = np.max([sizes[code[:, i]] - taken[i] for i in range(3)], axis=0)
    # The largest organisation the three does not touch is among the four largest of all.
    for big in np.argsort(-sizes, kind="stable")[:4]:
        untouched = (code != big).all(axis=1)
        largest = np.maximum(largest, np.where(untouched, sizes[big], 0))
    crossing: Longs = inner + np.minimum(rest // 2, rest - largest)
    return crossing


def turns_unequal(pot: Pot, three: Ints) -> bool:
    """Whether somebody in this three has had more turns than somebody willing who is not in it."""
    levels = rules.trio_levels(pot)
    others = ~pot.no_trio
    others[three] = False
    return bool(others.any() and levels[three].max() > levels[others].min())


def join(pot: Pot, groups: Ints, left: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Seat people left over in a group with an empty seat each, where never-pairs allow; the groups (g, w),
    padded with -1, and who is still left.

    Who was let down last time chooses first, others by chance. Groups they have met least of are preferred,
    then those whose people have had fewest turns in a three.
    """
    levels = rules.trio_levels(pot)
    still = []
    asked = rng.permutation(left)
    for person in asked[np.argsort(~pot.let_down[asked], kind="stable")]:
        there, members = groups >= 0, np.maximum(groups, 0)
        alone = np.full(groups.shape, person)
        clash = there & pot.must_not_meet(alone, members)
        options = np.flatnonzero(~there[:, -1] & ~clash.any(axis=1))
        if not len(options):
            still.append(person)
            continue
        met = (there & pot.have_met(alone, members)).sum(axis=1)[options]
        turns = np.where(there, levels[members], 0).sum(axis=1)[options]
        chosen = options[np.lexsort((rng.random(len(options)), turns, met))[0]]
        groups[chosen, there[chosen].sum()] = person
    return groups, np.array(still, np.int32)
