"""Odd pots to their end: the threes of all further rounds first, then the pairs.

Threes are what an odd pot runs out of: each needs three people who have all not met, and turns come out even
only if the last who wait for one have not met each other. So they are chosen first, for all rounds at once.
Pairs are matched round by round; a round that cannot be filled and another one are then matched anew from
their own pairs and those that no round uses, until all are full. Dinitz and Stinson (1987) climb to
one-factorisations in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from matcher import horizon, rules
from matcher.horizon import Search
from matcher.pot import Bools, Ints, Longs

# Ways to choose the threes that are tried for one schedule. Each takes as long as so many matchings.
WAYS, AS_LONG = 40, 10
# Schedules made for a round, at most: more where only a few rounds are wanted. The later half of them are a
# round shorter.
SCHEDULES, SHORT = 4, 40
# Matchings for each round of a schedule, and for each person of a pot in all.
PER_ROUND, PER_PERSON = 30, 100


def ahead(
    graph: Bools,
    inside: Longs,
    turns: Ints,
    rounds: Iterable[Ints],
    good: Callable[[Ints], bool],
    willing: Callable[[Ints], bool],
    rng: np.random.Generator,
    *,
    give_up: bool,
) -> tuple[Ints, int] | None:
    """The round to take, (g, 3) padded with -1, and how many full rounds are left after it at least; or None.

    The first of the `good` ones among `rounds` after which most rounds are left, with even turns.
    `turns` (n,) are those before it. Where a schedule is longer or more even, a round of it is taken instead
    if it is good, or with `give_up` where it is longer and the three is `willing`, whatever that costs of
    `inside` (n, n).
    """
    chance = Search(rng, left=PER_PERSON * len(graph))
    goal = horizon.goal(graph)
    best: tuple[Ints, int] | None = None
    worth = (-1, 0)
    for groups in filter(good, rounds):
        after = _with_turn(turns, groups)
        kept = schedule(horizon.without(graph, groups), after, goal, chance)
        now = len(kept), -uneven([groups, *kept], turns)
        if now > worth:
            best, worth = (groups.astype(np.int32), len(kept)), now
        if worth >= (goal, 0):
            return best
        if chance.left <= 0:
            break
    found = schedule(graph, turns, goal + 1, Search(rng, left=PER_PERSON * len(graph)))
    if (len(found) - 1, -uneven(found, turns)) <= worth:
        return best

    def rank(groups: Ints) -> tuple[bool, int, bool, int]:
        return not willing(groups), uneven([groups], turns), not good(groups), _cost(groups, inside)

    first = min(found, key=rank)
    if good(first) or (give_up and willing(first) and len(found) - 1 > worth[0]):
        return first, len(found) - 1
    return best


def _cost(groups: Ints, inside: Longs) -> int:
    a, b = rules.pairs_of(groups)
    return int(inside[a, b].sum())


def _with_turn(turns: Ints, groups: Ints) -> Ints:
    after = turns.copy()
    after[groups[groups[:, 2] >= 0]] += 1
    return after


def uneven(rounds: list[Ints], turns: Ints) -> int:
    """In how many rounds somebody in the three has had more turns than somebody who is not.

    `turns` (n,) are those before the first of them, far higher for people who said no.
    """
    now, times = turns.copy(), 0
    for groups in rounds:
        three = groups[groups[:, 2] >= 0].ravel()
        times += int(now[three].max() > np.delete(now, three).min(initial=now.max()))
        now[three] += 1
    return times


def schedule(graph: Bools, turns: Ints, wanted: int, chance: Search) -> list[Ints]:
    """Disjoint full rounds of an odd pot within the graph, up to `wanted`.

    Of a few schedules the longest, and of these the one in which turns are most even. O(patience · n²).
    """
    best: list[Ints] = []
    tries = max(SCHEDULES, SHORT // max(wanted, 1))
    for number in range(tries):
        threes = _threes(graph, turns, wanted - 2 * number // tries, chance)
        if not len(threes) or chance.left <= 0:
            break
        rounds = _filled(graph, threes, chance)
        best = max(best, rounds, key=lambda found: (len(found), -uneven(found, turns)))
        if len(best) >= wanted and not uneven(best, turns):
            break
    return best


def _threes(graph: Bools, turns: Ints, wanted: int, chance: Search) -> Ints:
    """Threes of people who may all meet, no two of them twice, in an order in which turns stay even; (k, 3).

    Of several ways the longest, and then the most even. Whoever has no partner to spare takes no turn.
    """
    spare = graph.sum(axis=0) - wanted
    best: list[list[int]] = []
    least = wanted
    for _ in range(WAYS):
        chance.left -= AS_LONG
        found, rough = _some_threes(graph, turns.tolist(), spare.tolist(), wanted, chance.rng)
        if (len(found), -rough) > (len(best), -least):
            best, least = found, rough
        if (len(best) == wanted and not least) or chance.left <= 0:
            break
    return np.array(best, np.int32).reshape(-1, 3)


def _some_threes(
    graph: Bools, turns: list[int], spare: list[int], wanted: int, rng: np.random.Generator
) -> tuple[list[list[int]], int]:
    """Threes by chance, fewest turns first, and how often somebody with fewer was passed over."""
    friends = [set(np.flatnonzero(row).tolist()) for row in graph]
    found: list[list[int]] = []
    rough = 0
    while len(found) < wanted:
        order = sorted(rng.permutation(len(turns)).tolist(), key=turns.__getitem__)
        three = _next_three([one for one in order if spare[one] > 0], turns, friends)
        if three is None:
            break
        most = max(turns[one] for one in three)
        rough += any(turns[one] < most for one in order[:3] if one not in three)
        for one in three:
            turns[one] += 1
            spare[one] -= 1
            friends[one].difference_update(three)
        found.append(three)
    return found, rough


def _next_three(order: list[int], turns: list[int], friends: list[set[int]]) -> list[int] | None:
    """Three people who may all meet: those with fewest turns where they can, else the first in order."""
    if len(order) < 3:
        return None
    level = turns[order[2]]
    first = [one for one in order[:2] if turns[one] < level]
    alike = [one for one in order if turns[one] == level and all(one in friends[other] for other in first)]
    fair = _all_may_meet(first, alike, friends) if len(first) < 2 or first[1] in friends[first[0]] else None
    return fair or _all_may_meet([], order, friends)


def _all_may_meet(chosen: list[int], order: list[int], friends: list[set[int]]) -> list[int] | None:
    """The chosen and the first of the others with whom they make three."""
    if len(chosen) == 3:
        return chosen
    for place, one in enumerate(order):
        near = [other for other in order[place + 1 :] if other in friends[one]]
        found = _all_may_meet([*chosen, one], near, friends)
        if found:
            return found
    return None


def _filled(graph: Bools, threes: Ints, chance: Search) -> list[Ints]:
    """A round for each three, those that could be filled; their pairs by chance."""
    free = graph.copy()
    for three in threes:
        free[np.ix_(three, three)] = False
    others: list[Longs] = [np.delete(np.arange(len(graph)), three) for three in threes]
    pairs = [_matched(free, people, chance) for people in others]
    full = (len(graph) - 3) // 2
    patience = PER_ROUND * len(threes)
    while patience > 0 and chance.left > 0 and len(threes) > 1:
        short = [number for number, found in enumerate(pairs) if len(found) < full]
        if not short:
            break
        patience -= 2
        one = short[int(chance.rng.integers(len(short)))]
        other = (one + int(chance.rng.integers(1, len(threes)))) % len(threes)
        _rematch(free, pairs, others, (one, other), chance)
    return [
        np.vstack((np.pad(found, ((0, 0), (0, 1)), constant_values=-1), three)).astype(np.int32)
        for found, three in zip(pairs, threes, strict=True)
        if len(found) == full
    ]


def _rematch(
    free: Bools, pairs: list[Ints], others: list[Longs], two: tuple[int, int], chance: Search
) -> None:
    """Two rounds matched anew from their pairs and the free ones, kept if they lose nothing; in place."""
    before = [pairs[number] for number in two]
    for found in before:
        _set(free, found, value=True)
    after = [_matched(free, others[number], chance) for number in two]
    if sum(map(len, after)) < sum(map(len, before)):
        for found in after:
            _set(free, found, value=True)
        for found in before:
            _set(free, found, value=False)
        return
    for number, found in zip(two, after, strict=True):
        pairs[number] = found


def _matched(free: Bools, people: Longs, chance: Search) -> Ints:
    """As many pairs of these people as there can be, which are then free no more."""
    chance.left -= 1
    found = horizon.matching(free, people, chance.rng)
    _set(free, found, value=False)
    return found


def _set(free: Bools, pairs: Ints, *, value: bool) -> None:
    free[pairs[:, 0], pairs[:, 1]] = free[pairs[:, 1], pairs[:, 0]] = value
