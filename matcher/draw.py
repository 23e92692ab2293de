"""draw(): one round for a pot, by the method its size asks for, certified as far as it can be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from matcher import barrier, blossom, circles, exact, horizon, merge, odd, proof, rules, seating, sweep, trios
from matcher.errors import BadPot
from matcher.pot import Ints, Pot
from matcher.result import Figures, Proof, Result, Sizes, Unplaced
from matcher.rules import Priority

# Raised with every change after which the same pot and seed may give another round.
VERSION = 4
SIZES = (2, 3, 4)
# Up to here the matching over all pairs takes half a second at most.
MIDDLE = 600
# Threes tried when the first ones miss the bound.
TRIES = 12
# Of those, so many get an exact matching: a few seconds at most for all of them.
FEW, WORK = 3, 2000
# Of pots up to here other mixes of sizes are tried where the usual one has a repeat, so many of them at most.
MOST_MIXED, MIXES = 120, 6
# Further draws of a counted pot that look-ahead may choose among, and of any odd one.
DRAWS, MORE = 4, 4


@dataclass(frozen=True)
class Drawn:
    """What a method hands to draw(): groups (g, size + 1) and people left, in the ids of its own pot.

    `best` says the method knows no better round exists, `count` how many are as good, `every_mix` that it
    weighed every mix of sizes; `considered` are the mixes it weighed, where they were several. `value` is
    what the groups are worth, where that has been counted.
    """

    groups: Ints
    left: Ints
    method: str
    best: bool = False
    count: int | None = None
    fresh_left: int | None = None
    notes: tuple[str, ...] = ()
    considered: tuple[Sizes, ...] = ()
    every_mix: bool = False
    value: rules.Value | None = None


def draw(
    pot: Pot, seed: int = 1, size: int = 2, priority: Priority = "fresh", *, never_a_pair: bool = False
) -> Result:
    """The best round of `pot`, chosen by chance among equals; the same for the same pot and seed.

    size          people in a group, 2 to 4; numbers that do not divide make some larger by one or smaller,
                  and so does a repeat of threes or fours that other sizes can avoid
    priority      "fresh" keeps further repeat-free rounds open before it counts crossing pairs, "cross" after
    never_a_pair  threes and fours have no group of two, unless somebody would be left out for it

    Raises BadPot for a size or priority there is not. See docs/matching.md for methods and costs.
    """
    if not isinstance(size, int | np.integer) or size not in SIZES:
        raise BadPot(f"groups have 2 to 4 people, not {size}")
    if priority not in ("fresh", "cross"):
        raise BadPot(f"priority is fresh or cross, not {priority}")
    if not isinstance(seed, int | np.integer) or not 0 <= seed < 2**63:
        raise BadPot(f"a seed is a whole number from 0 below 2**63, not {seed}")
    if pot.locked.shape[1] > size + 1:
        raise BadPot(f"locked groups have at most {size + 1} people")
    _may_stay(pot)
    if never_a_pair and size == 2:
        raise BadPot("a round of pairs cannot be without a pair")
    free = others(pot.n, pot.locked)
    rest = pot.only(free) if len(pot.locked) else pot
    rng = generator(pot, seed)
    drawn = _seat(rest, size, priority, rng, 3 if never_a_pair else 2)
    return _result(pot, rest, free, drawn, seed, size)


def _may_stay(pot: Pot) -> None:
    """Raises BadPot for a locked group in which two people must not meet."""
    a, b = rules.pairs_of(pot.locked)
    banned = np.flatnonzero(pot.must_not_meet(a, b))
    if len(banned):
        pair = int(a[banned[0]]), int(b[banned[0]])
        raise BadPot(f"{pair[0]} and {pair[1]} are locked together and must not meet", pair=pair)


def generator(pot: Pot, seed: int) -> np.random.Generator:
    """Chance that depends on the seed and on who is in the pot, and on nothing else."""
    digest = hashlib.sha256(f"{seed} {pot.digest()}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


def _seat(pot: Pot, size: int, priority: Priority, rng: np.random.Generator, least: int) -> Drawn:
    """A round for everybody whom never-pairs leave anybody to meet; the others would upset the parity."""
    banned = np.bincount(pot.never_ends(), minlength=pot.n)
    hermits = np.flatnonzero(banned >= pot.n - 1).astype(np.int32)
    if len(hermits) and pot.n > 1:
        active = others(pot.n, hermits)
        drawn = _seat(pot.only(active), size, priority, rng, least)
        groups = np.where(drawn.groups >= 0, active[drawn.groups], -1).astype(np.int32)
        left = np.concatenate((active[drawn.left], hermits))
        return replace(drawn, groups=groups, left=left, value=None)
    return _pairs(pot, rng, priority) if size == 2 else _circles(pot, size, rng, priority, least)


def _pairs(pot: Pot, rng: np.random.Generator, priority: Priority) -> Drawn:
    """A round of pairs, with a three where needed."""
    if pot.n < 2:
        alone = np.arange(pot.n, dtype=np.int32)
        return Drawn(np.zeros((0, 3), np.int32), alone, "nobody to pair", best=True, count=1)
    if pot.n <= exact.MOST:
        small = exact.Small(pot)
        if small.possible:
            return _ahead(pot, _counted(pot, small, rng), small, priority, rng)
        if pot.n <= exact.MOST_AWKWARD:
            return _counted(pot, exact.Small(pot, awkward=True), rng)
    return _ahead(pot, _odd(pot, rng) if pot.n % 2 else _even(pot, rng), None, priority, rng)


def _ahead(
    pot: Pot, drawn: Drawn, small: exact.Small | None, priority: Priority, rng: np.random.Generator
) -> Drawn:
    """The same round, or another as good that keeps more further rounds open."""
    value = drawn.value or rules.value(pot, drawn.groups)
    drawn = replace(drawn, value=value)
    if value.left_out or value.repeats or value.threes != pot.n % 2:
        return replace(drawn, fresh_left=0 if value.repeats else None)
    if pot.n > horizon.MOST:
        return replace(drawn, fresh_left=_surely_open(pot))
    dense = rules.table(pot)
    graph = dense.allowed & ~dense.met
    if priority == "cross" and not value.same:
        graph &= ~dense.same if value.alike else ~(dense.same | dense.alike)
    if not horizon.binds(graph):
        return replace(drawn, fresh_left=_surely_open(pot))
    inside, as_good, give_up = dense.inside(), partial(_as_good, pot, value), priority == "fresh"
    if pot.n % 2:
        turns = np.minimum(rules.trio_levels(pot), 1000) + 10_000 * pot.no_trio
        more = (_odd(pot, rng).groups for _ in range(MORE))
        rounds = _rounds(drawn, small, more, rng)
        willing = partial(_as_willing, pot, value)
        found = odd.ahead(
            graph, inside, turns.astype(np.int32), rounds, as_good, willing, rng, give_up=give_up
        )
    else:
        chance = horizon.Search(rng)
        rounds = _rounds(drawn, small, horizon.candidates(graph, inside, chance), rng)
        found = horizon.ahead(graph, inside, rounds, as_good, chance, give_up=give_up)
    if found is None:
        return replace(drawn, fresh_left=_surely_open(pot))
    groups, kept = found
    notes = _given_up(value, rules.value(pot, groups))
    return replace(
        drawn,
        groups=groups,
        value=None,
        method="look-ahead",
        count=None if notes else drawn.count,
        fresh_left=max(kept, _surely_open(pot)),
        notes=notes,
    )


def _given_up(best: rules.Value, told: rules.Value) -> tuple[str, ...]:
    """The note about the first wish in which this round is worse, to keep more rounds open."""
    if told.same > best.same:
        return ("crossing-given-up",)
    return ("mixing-given-up",) if told.same == best.same and told.alike > best.alike else ()


def _rounds(
    drawn: Drawn, small: exact.Small | None, more: Iterator[Ints], rng: np.random.Generator
) -> Iterator[Ints]:
    """Candidates for look-ahead: the round drawn, more draws of a counted pot, then others."""
    yield drawn.groups
    if small:
        yield from (small.kindest.draw(rng) for _ in range(DRAWS))
    yield from more


def _as_good(pot: Pot, told: rules.Value, groups: Ints) -> bool:
    return rules.value(pot, groups).before_ahead() == told.before_ahead()


def _as_willing(pot: Pot, told: rules.Value, groups: Ints) -> bool:
    return rules.value(pot, groups).unwilling <= told.unwilling


def _surely_open(pot: Pot) -> int:
    """Rounds without a repeat that are certain after this one, from the partners the busiest has left."""
    used = np.zeros(pot.n, np.int64)
    for pairs in (pot.pairs_met, pot.pairs_never):
        first = pairs // pot.n
        used += np.bincount(first, minlength=pot.n) + np.bincount(pairs - first * pot.n, minlength=pot.n)
    return horizon.surely_open(pot.n, pot.n - 1 - int(used.max()) - 1 - pot.n % 2)


def _circles(pot: Pot, size: int, rng: np.random.Generator, priority: Priority, least: int) -> Drawn:
    """Groups of three or four: the next round of a design where there is one, or else searched for."""
    ahead = seating.crossing(pot, size, rng, least) if priority == "cross" else None
    if ahead is not None:
        groups = ahead.groups()
        return Drawn(groups, others(pot.n, groups), "design", fresh_left=int(ahead.open.sum()) - 1)
    planned = seating.applies(pot.n, size)
    plan = seating.plan(pot, size, rng, least) if planned else None
    if plan is None:
        found = _mixed(pot, size, rng, least)
        return replace(found, notes=("no-design",)) if planned and pot.rounds else found
    if plan.open.sum() == 1 and pot.n <= exact.MOST_MIXED:
        # With nothing to look ahead to, counting every round proves more.
        return _mixed(pot, size, rng, least)
    groups = plan.groups()
    value = rules.value(pot, groups, size)
    notes = _given_up(_least_inside(pot, groups), value)
    if notes and priority == "cross":
        return _mixed(pot, size, rng, least)
    return Drawn(
        groups,
        others(pot.n, groups),
        "design",
        fresh_left=int(plan.open.sum()) - 1,
        notes=notes,
    )


def _least_inside(pot: Pot, groups: Ints) -> rules.Value:
    """What a round of these sizes would be worth that crosses and differs as far as can be."""
    sizes, value = (groups >= 0).sum(axis=1), rules.value(pot, groups, groups.shape[1] - 1)
    pairs = len(rules.pairs_of(groups)[0])
    alike = pairs - proof.crossing_bound(pot.kinds, sizes) if pot.mixes else 0
    return replace(value, same=pairs - proof.crossing_bound(pot.codes, sizes), alike=alike)


def _mixed(pot: Pot, size: int, rng: np.random.Generator, least: int) -> Drawn:
    """Threes or fours of the usual sizes, or of others where those have a repeat and others have none."""
    if 2 <= pot.n <= exact.MOST_MIXED:
        return _counted_mixed(pot, size, rng, least)
    found = _searched(pot, proof.usual_sizes(pot.n, size, least), size, rng)
    if len(found.left) and pot.n <= MIDDLE:
        found = _merged(pot, found, size, rng)
    value = rules.value(pot, found.groups, size)
    if pot.n > MOST_MIXED or pot.n < 2 or not value.repeats:
        return found
    looked = [proof.runs((found.groups >= 0).sum(axis=1))]
    for mix in _worth_a_look(pot, size, least, value.repeats):
        looked.append(proof.runs(mix))
        other = _searched(pot, mix, size, rng)
        then = rules.value(pot, other.groups, size)
        if not then.repeats and then.placing() <= value.placing():
            return replace(other, considered=tuple(looked))
    return replace(found, considered=tuple(looked))


def _worth_a_look(pot: Pot, size: int, least: int, repeats: int) -> Iterator[list[int]]:
    """The nearest mixes but the usual one that partners do not rule out; fewer where much is missing."""
    near = proof.mixes(pot.n, size, least)[1 : MIXES + 1]
    hopeful = (mix for mix in near if not proof.fewest_in_circles(pot, np.array(mix)))
    return islice(hopeful, MIXES if repeats <= MIXES else 1)


def _counted_mixed(pot: Pot, size: int, rng: np.random.Generator, least: int) -> Drawn:
    """Every round of every mix of sizes weighed."""
    small = exact.Mixed(pot, size, least)
    if least > 2 and small.left_out and exact.Mixed(pot, size).left_out < small.left_out:
        return _counted_mixed(pot, size, rng, 2)
    groups = small.kindest.draw(rng)
    value = rules.value(pot, groups, size)
    placed = pot.n - value.left_out
    return Drawn(
        groups,
        others(pot.n, groups),
        "counted",
        best=True,
        count=small.best.count,
        considered=tuple(proof.runs(mix) for mix in proof.mixes(placed, size, least)),
        every_mix=value.repeats == small.fewest,
    )


def _searched(pot: Pot, sizes: list[int], size: int, rng: np.random.Generator) -> Drawn:
    """Groups of these sizes by swaps; who cannot sit with anybody of their group stays out."""
    groups = circles.circles(pot, sizes, size, rng)
    i, j = np.triu_indices(size + 1, 1)
    a, b = groups[:, i], groups[:, j]
    clash = (a >= 0) & (b >= 0) & pot.must_not_meet(np.maximum(a, 0), np.maximum(b, 0))
    for row in np.flatnonzero(clash.any(axis=1)):
        group = groups[row]
        for pair in np.flatnonzero(clash[row]):
            if group[i[pair]] >= 0 and group[j[pair]] >= 0:
                group[i[pair]] = -1
    groups[(groups >= 0).sum(axis=1) < 2] = -1
    groups = groups[(groups >= 0).any(axis=1)]
    return Drawn(groups, others(pot.n, groups), "swaps", best=pot.n < 2)


def _merged(pot: Pot, found: Drawn, size: int, rng: np.random.Generator) -> Drawn:
    """The same, or groups merged from pairs where these leave fewer people out."""
    pairs = _pairs(pot, rng, "fresh")
    groups = merge.merged(pot, pairs.groups, size, rng)
    if rules.value(pot, groups, size).placing() >= rules.value(pot, found.groups, size).placing():
        return found
    return Drawn(groups, pairs.left, "merged")


def _counted(pot: Pot, small: exact.Small, rng: np.random.Generator) -> Drawn:
    groups = small.kindest.draw(rng)
    left = others(pot.n, groups)
    return Drawn(groups, left, "counted", best=True, count=small.best.count)


def _even(pot: Pot, rng: np.random.Generator, *, exact: bool = True) -> Drawn:
    """Swaps first; where they miss the bound and the pot is not too large, the exact matching."""
    people = np.arange(pot.n, dtype=np.int32)
    pairs, left = sweep.pairs(pot, people, rng)
    drawn = _seated(pot, Drawn(_padded(pairs), left, "swaps"), rng)
    drawn = replace(drawn, value=rules.value(pot, drawn.groups))
    if not exact or _at_bound(pot, drawn):
        return drawn
    if pot.n > MIDDLE:
        return _enlarged(pot, drawn, rng)
    pairs = blossom.best(pot, rng)
    return _seated(pot, Drawn(_padded(pairs), others(pot.n, pairs), "matching"), rng)


def _enlarged(pot: Pot, drawn: Drawn, rng: np.random.Generator) -> Drawn:
    """The same pairs, or where they hold repeats, as many fresh pairs as there can be."""
    value = drawn.value or rules.value(pot, drawn.groups)
    if not value.repeats or value.threes or value.left_out or pot.n > barrier.MOST:
        return drawn
    mate = proof.hemmed(pot, drawn.groups).mate
    paired = np.flatnonzero(mate > np.arange(pot.n))
    rest = np.flatnonzero(mate < 0)
    dense = rules.table(pot.only(rest))
    again = rest[blossom.pairs(dense.age.astype(np.int64) * 2 + dense.same, dense.allowed, rng)]
    pairs = np.concatenate((np.stack((paired, mate[paired]), axis=1), again)).astype(np.int32)
    left = others(pot.n, pairs)
    if len(left):
        return drawn
    return replace(drawn, groups=_padded(sweep.mix(pot, pairs, rng)), left=left, value=None)


def _odd(pot: Pot, rng: np.random.Generator) -> Drawn:
    """One three, then pairs: the fairest three first, the next while the round misses the bound."""
    threes = trios.candidates(pot, rng)[: TRIES if pot.n <= MIDDLE else 1]
    if not len(threes):
        return _even(pot, rng)
    found: list[Drawn] = []
    for three in threes:
        waiting = np.setdiff1d(trios.waiting(pot), three)
        for apart in (waiting, waiting[:0])[len(waiting) < 2 :]:
            drawn = _with_three(pot, three, apart, rng, exact=pot.n > MIDDLE)
            if _at_bound(pot, drawn):
                return drawn
            found.append(drawn)
    if pot.n <= MIDDLE:
        value = min((rules.value(pot, drawn.groups) for drawn in found), key=rules.Value.whole)
        if value.repeats:
            threes = trios.sparing(pot, threes, rng)
        for three in threes[: max(FEW, WORK // pot.n)]:
            found.append(_with_three(pot, three, threes[:0, 0], rng, exact=True))
            if _at_bound(pot, found[-1]):
                return found[-1]
    return min(found, key=lambda drawn: rules.value(pot, drawn.groups).whole())


def _with_three(pot: Pot, three: Ints, apart: Ints, rng: np.random.Generator, *, exact: bool) -> Drawn:
    """This three and pairs for the others, but none within `apart`: they make the next threes."""
    paired = others(pot.n, three)
    rest = _even(pot.only(paired, apart=apart), rng, exact=exact)
    groups = np.vstack((np.where(rest.groups >= 0, paired[rest.groups], -1), three))
    return Drawn(groups.astype(np.int32), paired[rest.left], rest.method)


def _seated(pot: Pot, drawn: Drawn, rng: np.random.Generator) -> Drawn:
    """People whom never-pairs keep from any pair join one as a three, where they may."""
    if not len(drawn.left):
        return drawn
    groups, left = trios.join(pot, drawn.groups, drawn.left, rng)
    return replace(drawn, groups=groups, left=left)


def _at_bound(pot: Pot, drawn: Drawn) -> bool:
    """Everybody placed, nobody unwilling in a three, no repeat, crossing and mixing at their bounds."""
    value = drawn.value or rules.value(pot, drawn.groups)
    if value.left_out or value.repeats or value.unwilling:
        return False
    first, _ = rules.pairs_of(drawn.groups)
    sizes = proof.group_sizes(pot.n, 2)
    return len(first) - value.same == proof.crossing_bound(pot.codes, sizes) and (
        not pot.mixes or len(first) - value.alike == proof.crossing_bound(pot.kinds, sizes)
    )


def others(people: int, taken: Ints) -> Ints:
    """Everybody who is not among the taken, which may hold -1; in order. O(people)."""
    free = np.ones(people, np.bool_)
    free[taken[taken >= 0]] = False
    return np.flatnonzero(free).astype(np.int32)


def _padded(pairs: Ints) -> Ints:
    return np.pad(pairs, ((0, 0), (0, 1)), constant_values=-1).astype(np.int32)


def _result(pot: Pot, rest: Pot, free: NDArray[np.int32], drawn: Drawn, seed: int, size: int) -> Result:
    """The round in the ids of the whole pot, with its proof and figures."""
    value = drawn.value or rules.value(rest, drawn.groups, size)
    given_up = bool({"crossing-given-up", "mixing-given-up"} & set(drawn.notes))
    certificate = proof.certify(rest, drawn.groups, value, drawn.best, given_up)
    sizes = (drawn.groups >= 0).sum(axis=1)
    # A round without a repeat of the nearest sizes needs no comparing with others.
    usual = certificate.kind == "counting" and proof.nearest(sizes, size)
    if drawn.every_mix and not usual:
        counted = proof.lines(rest)
        certificate = Proof("enumeration", counted, repeats=certificate.repeats, cross=certificate.cross)
    certificate = replace(certificate, sizes=proof.runs(sizes), every_mix=drawn.every_mix or usual)
    certificate = proof.in_names_of(certificate, free, pot.n)
    ours = np.where(drawn.groups >= 0, free[drawn.groups], -1)
    groups = canonical(np.vstack((ours, _wide(pot.locked, size))))
    unplaced = tuple(_unplaced(rest, free, int(person)) for person in np.sort(drawn.left))
    whole = rules.value(pot, groups, size) if len(pot.locked) else value
    drawn_pairs = proof.pairs_in(sizes)
    pairs = drawn_pairs + proof.pairs_in((pot.locked >= 0).sum(axis=1))
    locked_cross = pairs - whole.same - (drawn_pairs - value.same)
    locked_mixed = pairs - whole.alike - (drawn_pairs - value.alike)
    placed = others(rest.n, drawn.left)
    figures = Figures(
        people=pot.n,
        groups=len(groups),
        pairs=pairs,
        unplaced=len(unplaced),
        repeats=whole.repeats,
        cross=pairs - whole.same,
        cross_bound=proof.crossing_bound(rest.codes[placed], sizes) + locked_cross,
        mixed=pairs - whole.alike if rest.mixes else None,
        mixed_bound=proof.crossing_bound(rest.kinds[placed], sizes) + locked_mixed if rest.mixes else None,
        optimal=proof.best_before_ahead(rest, certificate, given_up),
        proof=certificate.kind,
        method=drawn.method,
        equally_good_rounds=drawn.count,
        fresh_rounds_left=drawn.fresh_left,
        seed=seed,
        sizes=certificate.sizes,
        considered=drawn.considered or (certificate.sizes,),
        every_mix=certificate.every_mix,
    )
    return Result(groups, unplaced, certificate, figures, _notes(rest, drawn, value, size))


def canonical(groups: NDArray[np.int32]) -> Ints:
    """Members in order, padding last, groups by their first person: one form for one round."""
    big = np.iinfo(np.int32).max
    ordered = np.sort(np.where(groups < 0, big, groups), axis=1)
    ordered = ordered[np.argsort(ordered[:, 0])]
    return np.where(ordered == big, -1, ordered).astype(np.int32)


def _wide(locked: Ints, size: int) -> Ints:
    """Locked groups in as many columns as the others."""
    more = max(0, size + 1 - locked.shape[1])
    return np.pad(locked, ((0, 0), (0, more)), constant_values=-1)[:, : size + 1]


def _unplaced(rest: Pot, free: NDArray[np.int32], person: int) -> Unplaced:
    everybody = others(rest.n, np.array([person], np.int32))
    friends = everybody[~rest.must_not_meet(np.full(len(everybody), person), everybody)]
    reason = "alone" if not len(everybody) else "never-some" if len(friends) else "never-all"
    return Unplaced(int(free[person]), reason, tuple(int(free[friend]) for friend in friends[:10]))


def _notes(rest: Pot, drawn: Drawn, told: rules.Value, size: int) -> tuple[str, ...]:
    notes = list(drawn.notes)
    if told.unwilling:
        notes.append("unwilling-three")
    if size == 2:
        threes = drawn.groups[drawn.groups[:, 2] >= 0]
        if any(trios.turns_unequal(rest, three) for three in threes):
            notes.append("turns-unequal")
    return tuple(notes)
