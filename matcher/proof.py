"""Why no better round exists: bounds, and certificates a referee can check without solving anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher import barrier, rules
from matcher.dual import Matching
from matcher.pot import Bools, Ints, Longs, Pot
from matcher.result import Dual, OddSet, Proof, Sizes
from matcher.rules import Value, pairs_of, table

# Prices are sought up to these sizes (a second or so), and for an odd pot so many of them.
MOST_EVEN = 200
MOST_ODD = 31
MOST_DUALS = 60
# Groups of three and four are proved by counting partners up to this size.
MOST_CIRCLED = 400

LINES: tuple[str, ...] = ("placed", "repeats", "recent", "crossing")
MIXING = "mixing"


def lines(pot: Pot) -> tuple[str, ...]:
    """What there is to prove: every wish before look-ahead."""
    return (*LINES, MIXING) if pot.mixes else LINES


def group_sizes(people: int, size: int) -> list[int]:
    """Sizes of the groups of a full round: `size`, some one larger or one smaller, as few as possible.

    A pair too few makes one three. A remainder becomes smaller groups where that takes fewer of them, so
    nobody sits in a crowd without need. One person makes no group.
    """
    if people < 2:
        return []
    whole, rest = divmod(people, size)
    if rest == 0:
        return [size] * whole
    if size > 2 and (size - rest <= rest or whole < rest) and whole + 1 >= size - rest:
        return [size] * (whole + 1 - (size - rest)) + [size - 1] * (size - rest)
    if whole >= rest:
        return [size + 1] * rest + [size] * (whole - rest)
    return [people]


def mixes(people: int, size: int, least: int = 2) -> list[list[int]]:
    """Every mix of group sizes from `least` to size + 1, largest first; the nearest to what was asked first.

    Near is a small sum of squares of how far each group is from `size`, then few groups that are larger.
    The first is `group_sizes`, where that has no group below `least`. O(people³).
    """
    found = [mix for mix in _parts(people, size + 1, max(least, 2)) if mix]
    return sorted(found, key=lambda mix: (farness(mix, size), sum(s > size for s in mix), mix[::-1]))


def usual_sizes(people: int, size: int, least: int = 2) -> list[int]:
    """`group_sizes`, or where that has a group below `least`, the nearest sizes without, if there are any."""
    sizes = group_sizes(people, size)
    if not sizes or min(sizes) >= least:
        return sizes
    return next(iter(mixes(people, size, least)), sizes)


def _parts(people: int, largest: int, least: int) -> Iterator[list[int]]:
    if not people:
        yield []
    for first in range(min(largest, people), least - 1, -1):
        for rest in _parts(people - first, first, least):
            yield [first, *rest]


def farness(sizes: Iterable[int], size: int) -> int:
    """How far groups are from the size that was asked: the sum of squares of the differences."""
    return sum((people - size) ** 2 for people in sizes)


def nearest(sizes: NDArray[Any], size: int) -> bool:
    """Whether no other sizes for as many people are nearer to what was asked.

    Differences add up to what is left over or to what is missing for one more group, or to more.
    """
    over = int(sizes.sum()) % size
    return int(((sizes - size) ** 2).sum()) <= min(over, size - over)


def runs(sizes: ArrayLike) -> Sizes:
    """Sizes of groups as (people, how many such groups), the largest first. O(groups)."""
    times = np.bincount(np.asarray(sizes, np.int64)).tolist()
    return tuple((people, number) for people, number in enumerate(times) if number)[::-1]


def pairs_in(sizes: NDArray[Any]) -> int:
    """How many pairs groups of these sizes hold."""
    return int((sizes * (sizes - 1) // 2).sum())


def crossing_bound(codes: Ints, sizes: ArrayLike) -> int:
    """No round with groups of these sizes has more crossing pairs. O(organisations + groups).

    Each organisation has to sit somewhere: spread as evenly as can be it still shares so many groups with
    itself. And a group larger than the number of organisations holds two people of one.
    """
    groups = np.bincount(np.asarray(sizes, np.int64))
    size = np.arange(len(groups))
    counts = np.bincount(codes)
    counts = counts[counts > 0]
    if not len(groups) or not len(counts):
        return 0
    by_organisation = spread(counts, int(groups.sum())).sum()
    by_group = (groups * spread(size, len(counts))).sum()
    return int((groups * (size * (size - 1) // 2)).sum() - max(by_organisation, by_group))


def spread(things: NDArray[Any], places: int) -> Longs:
    """Fewest pairs in one place when things are put in places."""
    each, more = np.divmod(things.astype(np.int64), places)
    pairs: Longs = (places - more) * (each * (each - 1) // 2) + more * ((each + 1) * each // 2)
    return pairs


def certify(pot: Pot, groups: Ints, value: Value, best: bool, given_up: bool = False) -> Proof:
    """The simplest proof that this round is best before look-ahead; "none" if there is none.

    `best` is the word of a method that counted every round. Where crossing or mixing was given up for
    look-ahead only the wishes before it are claimed. Where organisations and what else is mixed by stand in
    each other's way, prices or counting may prove a round; else nothing is claimed about the mixing. People
    are those of this pot.
    """
    certificate = _certificate(pot, groups, value, best, given_up)
    pairs = pairs_in((groups >= 0).sum(axis=1))
    return replace(certificate, repeats=value.repeats, cross=pairs - value.same)


def _certificate(pot: Pot, groups: Ints, value: Value, best: bool, given_up: bool) -> Proof:
    sizes = (groups >= 0).sum(axis=1)
    placed = groups[groups >= 0]
    pairs = pairs_in(sizes)
    claimed: tuple[str, ...] = LINES[:3]
    if value.same == pairs - crossing_bound(pot.codes[placed], sizes):
        mixed = not pot.mixes or value.alike == pairs - crossing_bound(pot.kinds[placed], sizes)
        claimed = lines(pot) if mixed else LINES
    forced = sum(_alone(pot, person) for person in _missing(pot, groups))
    counts = value.left_out == forced and not (value.repeats or value.unwilling)
    if counts and (claimed == lines(pot) or given_up):
        return Proof("counting", claimed)
    if value.left_out == forced:
        proof_of = _of_pairs if groups.shape[1] == 3 else _of_circles
        found = proof_of(pot, groups, value, claimed)
        if found and (found.certifies == lines(pot) or not best):
            return found
    if best:
        return Proof("enumeration", lines(pot))
    return Proof("counting", LINES) if counts and claimed == LINES else Proof("none")


def best_before_ahead(pot: Pot, proof: Proof, given_up: bool) -> bool:
    """Whether everything the priority puts before look-ahead is proved."""
    return proof.certifies == lines(pot) or (given_up and proof.certifies[:3] == LINES[:3])


def _of_pairs(pot: Pot, groups: Ints, told: Value, claimed: tuple[str, ...]) -> Proof | None:
    """A proof by barrier or by prices for a round of pairs, with one three if the number is odd.

    `claimed` is what sizes of organisations and the like prove of a round without repeats.
    """
    people = np.sort(groups[groups >= 0])
    odd = len(people) % 2
    if told.threes != odd or not 2 < len(people) <= barrier.MOST:
        return None
    active = pot.only(people)
    places = np.where(groups >= 0, np.searchsorted(people, groups), -1).astype(np.int32)
    around = hemmed(active, places) if told.repeats else None
    explained = around is not None and told.repeats == fewest_repeats(active, around)
    named = tuple(people[around.barrier].tolist()) if around and explained else ()
    # Repeats from the very first round: none could be from longer ago.
    oldest = sum(told.recent[:-1]) == 0
    counted = explained and oldest and not told.unwilling
    if counted and claimed == lines(pot):
        return Proof("tutte-berge", claimed, barrier=named)
    # Without whoever is left out there may be fewer rounds: ages are counted anew.
    again = rules.value(active, places)
    duals = _prices(active, places, again) if len(people) <= (MOST_ODD if odd else MOST_EVEN) else []
    if duals:
        renumbered = tuple(renamed(dual, people, pot.n) for dual in duals)
        return Proof("dual", lines(pot), barrier=named, duals=renumbered)
    if not explained:
        return None
    return Proof("tutte-berge", LINES if counted and claimed == LINES else LINES[:2], barrier=named)


def hemmed(pot: Pot, groups: Ints) -> barrier.Hemmed:
    """What hems in a largest fresh round, found from the fresh pairs of this one."""
    mate = np.full(pot.n, -1, np.int32)
    a, b = pairs_of(groups)
    fresh = ~pot.have_met(a, b)
    for one, other in zip(a[fresh], b[fresh], strict=True):
        # Of a three, one pair.
        if mate[one] < 0 and mate[other] < 0:
            mate[one], mate[other] = other, one
    return barrier.hemmed(barrier.Fresh(pot), mate)


def fewest_repeats(pot: Pot, around: barrier.Hemmed) -> int:
    """No round of pairs, with one three in an odd pot, has fewer repeats.

    With its r repeated pairs added to the fresh ones, a round takes each of the barrier to one odd circle at
    most, and the three settles one more where it lies inside it. Each added pair joins two odd circles at
    most. So without the barrier there are at most as many odd circles as it has people, one more in an odd
    pot, and two for each repeat. Elsewhere the three costs a repeat more: two of its people in different
    circles have met, one or two of them in the barrier are lost to the odd circles, and in an even circle it
    leaves an odd one. So where no odd circle holds three people who have all not met, there is one more.
    """
    if pot.n % 2 == 0:
        return around.spare // 2
    return (around.spare - 1) // 2 + (not _triangle(pot, around))


def _triangle(pot: Pot, around: barrier.Hemmed) -> bool:
    """Whether three people within an odd circle have all not met."""
    fresh = barrier.Fresh(pot)
    inside = (around.circle >= 0) & around.odd[around.circle]
    rows = {person: fresh.row(person) & inside for person in np.flatnonzero(inside).tolist()}
    return any(
        (rows[one] & rows[int(other)]).any() for one in rows for other in np.flatnonzero(rows[one][: one + 1])
    )


def _of_circles(pot: Pot, groups: Ints, told: Value, claimed: tuple[str, ...]) -> Proof | None:
    """A proof that groups of three or more have as few repeats as the partners left allow."""
    people = np.sort(groups[groups >= 0])
    sizes = (groups >= 0).sum(axis=1)
    if not len(people) or len(people) > MOST_CIRCLED:
        return None
    if told.repeats != fewest_in_circles(pot.only(people), sizes):
        return None
    oldest = sum(told.recent[:-1]) == 0
    return Proof("partners", claimed if oldest and "crossing" in claimed else LINES[:2])


def fewest_in_circles(pot: Pot, sizes: NDArray[Any]) -> int:
    """No round with groups of these sizes has fewer repeats; a lower bound.

    Somebody with too few fresh partners meets somebody again for each that is missing, half a repeat each.
    A group with somebody who is in no fresh group of the smallest size has a repeat. And where no k people
    at all have all not met, each group has as many as its people in k - 1 places share (Turán 1941).
    """
    small, large = int(sizes.min()), int(sizes.max())
    dense = table(pot)
    fresh = dense.allowed & ~dense.met
    missing = np.maximum(0, large - 1 - fresh.sum(axis=0))
    spared = min(int((missing > 0).sum()), int((sizes[sizes < large]).sum())) * (large - small)
    halves = int(missing.sum()) - spared
    unable = {k: len(stuck(pot, k)) for k in range(2, large + 1)}
    room = np.cumsum(np.sort(sizes)[::-1])
    tables = int(np.searchsorted(room, unable[small])) + 1 if unable[small] else 0
    nobody = [spread(sizes, k - 1).sum() for k, number in unable.items() if number == pot.n]
    return int(max(-(-halves // 2), tables, *nobody, 0))


def stuck(pot: Pot, size: int) -> list[int]:
    """People who are in no group of this size in which nobody has met. O(people · partners²) for threes."""
    dense = table(pot)
    fresh = dense.allowed & ~dense.met
    return [person for person in range(pot.n) if not _in_clique(fresh, person, size)]


def _in_clique(fresh: Bools, person: int, size: int) -> bool:
    """Whether somebody is among `size` people who have all not met."""
    if size <= 2:
        return size < 2 or bool(fresh[person].any())
    friends = np.flatnonzero(fresh[person])
    among = fresh[np.ix_(friends, friends)]
    return any(_in_clique(among, friend, size - 1) for friend in range(len(friends)))


def pair_prices(pot: Pot, told: Value) -> tuple[list[list[int | None]], list[int]]:
    """Cost of each pair, and of each person's seat in a three, as exact integers.

    Digits in base 2n: never-pairs, repeats, the past from its latest round on, people unwilling in a three,
    one organisation, and alike where anything else is mixed by. Of the past only the rounds that repeats come
    from need digits of their own; the rounds in between share one, since in the best round it is zero for all
    of them.
    """
    used = [pot.rounds - number for number, count in enumerate(told.recent) if count]
    base, digits = 2 * pot.n, 2 * len(used)
    step = [0] * (pot.rounds + 1)
    for age in range(1, pot.rounds + 1):
        place = 2 * sum(other > age for other in used) + (age in used)
        step[age] = base ** (digits + 2) + (base ** (digits + 1 - place) if place < digits else 0)
    dense = table(pot)
    never, up = base ** (digits + 3), base if pot.mixes else 1
    columns = (dense.age, dense.same, dense.alike, dense.allowed)
    cost: list[list[int | None]] = [
        [
            ((step[age] + same if allowed else never) * up) + alike
            for age, same, alike, allowed in zip(*row, strict=True)
        ]
        for row in zip(*(column.tolist() for column in columns), strict=True)
    ]
    for person in range(pot.n):
        cost[person][person] = None
    return cost, [base * up * unwilling for unwilling in pot.no_trio.tolist()]


def _prices(pot: Pot, groups: Ints, told: Value) -> list[Dual]:
    """Duals that together prove the round best; [] if they were not found."""
    cost, seats = pair_prices(pot, told)
    if pot.n % 2:
        return _prices_of_threes(cost, seats, groups)
    matching = Matching(cost)
    return [matching.dual()] if matching.solve() else []


def _prices_of_threes(cost: list[list[int | None]], seats: list[int], groups: Ints) -> list[Dual]:
    """Duals such that for every three one of them shows that no round with it is better.

    Those found for one three mostly settle many others; the next is asked about a three they do not settle.
    """
    n = len(cost)
    money = np.array([[price or 0 for price in row] for row in cost], dtype=object)
    threes = np.array(list(combinations(range(n), 3)))
    i, j, k = threes.T
    seat = np.array(seats, dtype=object)
    price = money[i, j] + money[i, k] + money[j, k] + seat[i] + seat[j] + seat[k]
    a, b = pairs_of(groups)
    goal = 2 * (money[a, b].sum() + seat[groups[groups[:, 2] >= 0]].sum())
    open_threes = np.ones(len(threes), np.bool_)
    found: list[Dual] = []
    while open_threes.any() and len(found) < MOST_DUALS:
        found.append(_prices_without(cost, threes[int(open_threes.argmax())].tolist()))
        open_threes &= (2 * price + bound_without(found[-1], threes) < goal).astype(np.bool_)
    return [] if open_threes.any() else found


def _prices_without(cost: list[list[int | None]], three: list[int]) -> Dual:
    """The dual of pairing everybody but a three, with the highest prices the three may then have."""
    rest = [person for person in range(len(cost)) if person not in three]
    matching = Matching([[cost[a][b] for b in rest] for a in rest])
    matching.solve()
    dual = renamed(matching.dual(), np.array(rest), len(cost))
    prices = list(dual.prices)
    known = rest.copy()
    for person in three:
        limits = (2 * (cost[person][other] or 0) - prices[other] for other in known)
        prices[person] = min(limits, default=0)
        known.append(person)
    return Dual(tuple(prices), dual.sets)


def bound_without(dual: Dual, threes: NDArray[Any]) -> NDArray[Any]:
    """Twice what pairing everybody but each three must cost at least; (k,)."""
    prices = np.array(dual.prices, dtype=object)
    bound = prices.sum() - prices[threes].sum(axis=1)
    for odd in dual.sets:
        inside = np.isin(threes, odd.people).sum(axis=1)
        bound = bound - odd.value * ((len(odd.people) - inside) // 2).astype(object)
    return np.asarray(bound)


def renamed(dual: Dual, people: NDArray[Any], n: int) -> Dual:
    """The same prices in the numbering in which these are `people` of n; everybody else's is 0."""
    prices = [0] * n
    for person, price in zip(people.tolist(), dual.prices, strict=True):
        prices[person] = price
    sets = tuple(OddSet(tuple(int(people[p]) for p in odd.people), odd.value) for odd in dual.sets)
    return Dual(tuple(prices), sets)


def in_names_of(proof: Proof, people: NDArray[Any], n: int) -> Proof:
    """The same proof in the numbering of a larger pot of n, in which its people are `people`."""
    barrier = tuple(int(people[person]) for person in proof.barrier)
    return replace(proof, barrier=barrier, duals=tuple(renamed(dual, people, n) for dual in proof.duals))


def _missing(pot: Pot, groups: Ints) -> list[int]:
    seated = np.zeros(pot.n, np.bool_)
    seated[groups[groups >= 0]] = True
    return [int(person) for person in np.flatnonzero(~seated)]


def _alone(pot: Pot, person: int) -> bool:
    """Whether never-pairs keep this person from everybody."""
    others = np.delete(np.arange(pot.n), person)
    return bool(pot.must_not_meet(np.full(len(others), person), others).all())
