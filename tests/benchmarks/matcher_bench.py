"""The matcher's figures beside their goals and its peers, in one run.

`python -m tests.benchmarks.matcher_bench` gives each figure a time and takes about ten minutes; `--quick` a
taste in under a minute; `--full` every seed, which takes an hour. Nothing fails: what was not reached is
printed as such.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import count
from time import perf_counter, process_time
from typing import Any

import numpy as np
from scipy.stats import chisquare

from matcher import Pot, check, draw, rules
from matcher.community import community, meetings
from tests.benchmarks.matcher_peers import PEERS, SEED, first_fit, matched, plain_rounds, shuffled
from tests.matcher.oracle import STUCK, best, groups_of, keeping, value_of
from tests.support.familiarity import familiarity


@dataclass(frozen=True)
class Row:
    figure: str
    goal: str
    reached: str
    met: bool | None = None

    def __str__(self) -> str:
        said = {True: "yes", False: f"reached {self.reached} (goal {self.goal})", None: ""}[self.met]
        return f"{self.figure:<58} {self.goal:>20} {self.reached:>34}  {said}"


class Effort(IntEnum):
    """How much is tried: a taste, what ten minutes allow, or everything."""

    QUICK = 0
    USUAL = 1
    FULL = 2

    def of(self, quick: Any, usual: Any, full: Any = None) -> Any:
        """The one of these that is asked for; `usual` serves for everything too, unless `full` is given."""
        return (quick, usual, usual if full is None else full)[self]

    def seeds(self, quick: float, usual: float, most: int) -> Iterator[int]:
        """Seeds until the seconds are up, at least two and at most `most`; all of them in full."""
        end = perf_counter() + self.of(quick, usual, float("inf"))
        for seed in range(most):
            if seed > 1 and perf_counter() > end:
                return
            yield seed


@dataclass(frozen=True)
class Played:
    """A stable pot, drawn until somebody must repeat; by how many turns in a three differed at most."""

    rounds: int
    crossing: list[int]
    turns: int
    slowest: float
    unsaid: bool


def play(
    sizes: list[int], seed: int, *, rounds: int = 10**9, size: int = 2, priority: rules.Priority = "fresh"
) -> Played:
    organisation = np.repeat(np.arange(len(sizes)), sizes)
    people = len(organisation)
    met, turns = np.zeros((0, 3), np.int64), np.zeros(people, np.int64)
    crossing: list[int] = []
    slowest, uneven, said = 0.0, 0, True
    while len(crossing) < rounds:
        pot = Pot(organisation, met, trio_turns=turns)
        began = process_time()
        result = draw(pot, seed=seed, size=size, priority=priority)
        slowest = max(slowest, process_time() - began)
        if result.figures.repeats:
            break
        a, b = rules.pairs_of(result.groups)
        crossing.append(result.figures.cross)
        met = np.vstack((met, np.column_stack((np.full(len(a), len(crossing)), a, b))))
        if size == 2:
            turns[result.groups[result.groups[:, 2] >= 0].ravel()] += 1
            apart = int(turns.max() - turns.min())
            said = said and (apart <= max(1, uneven) or "turns-unequal" in result.notes)
            uneven = max(uneven, apart)
    return Played(len(crossing), crossing, uneven, slowest, not said)


def horizon(effort: Effort) -> Iterator[Row]:
    for people in effort.of([6, 8, 20, 50], [*range(6, 21, 2), 26, 32, 40, 50, 64], range(6, 65, 2)):
        games = [play([people], seed) for seed in effort.seeds(0.3, 9, 100)]
        good = sum(game.rounds == people - 1 for game in games)
        yield Row(
            f"stable pot of {people}: {people - 1} rounds without a repeat",
            "every seed",
            f"{good} of {len(games)} seeds",
            good == len(games),
        )
        if people == 50:
            slowest = max(game.slowest for game in games) * 1000
            yield Row("slowest round of 50 (processor time)", "50 ms", f"{slowest:.0f} ms", slowest <= 50)


SHAPES = [[5, 5, 5, 5], [3, 3, 3, 3], [6, 5, 4, 3, 2], [7, 7, 6]]
CROSS_SHAPES = [
    ([3, 3, 3, 3], 9),
    ([5, 5, 5, 5], 15),
    ([4, 4], 4),
    ([2] * 5, 8),
    ([6, 6, 6], 12),
    ([4, 4, 4, 4], 12),
    ([1] * 12, 11),
    ([7, 7, 6], 12),
    ([6, 5, 4, 3, 2], 14),
    ([4, 3, 2, 1], 6),
    ([5, 4, 4, 3], 11),
    ([3, 3, 2, 2], 7),
]


def organisations(effort: Effort) -> Iterator[Row]:
    for sizes in SHAPES[: effort.of(2, 4)]:
        people = sum(sizes)
        games = [play(sizes, seed) for seed in range(effort.of(1, 10, 30))]
        good = sum(game.rounds == people - 1 for game in games)
        name = ",".join(map(str, sizes))
        yield Row(
            f"{name}: no repeat in {people - 1} rounds (fresh)",
            "every seed",
            f"{good} of {len(games)}",
            good == len(games),
        )
    reached = []
    shapes = CROSS_SHAPES[: effort.of(4, 12)]
    for sizes, limit in shapes:
        games = [play(sizes, seed, rounds=limit, priority="cross") for seed in range(effort.of(1, 3))]
        reached.append(min(sum(c == sum(sizes) // 2 for c in game.crossing) for game in games) == limit)
    yield Row(
        "rounds that all cross, up to their proven limit (cross)",
        f"{len(shapes)} shapes",
        f"{sum(reached)} shapes",
        all(reached),
    )


def odd_pots(effort: Effort) -> Iterator[Row]:
    for people in effort.of([5, 9, 15], [5, 7, 9, 11, 13, 15, 17, 21, 31, 41, 61]):
        games = [play([people], seed) for seed in effort.seeds(0.5, 8, 10)]
        limit = people * (people - 1) // (people + 3)
        low, whole = min(game.rounds for game in games), sum(game.rounds == limit for game in games)
        yield Row(
            f"odd pot of {people}: rounds without a repeat",
            f"{limit - 1} (limit {limit})",
            f"{low}, the limit in {whole} of {len(games)}",
            low >= limit - 1,
        )
        even = sum(game.turns <= 1 for game in games)
        unsaid = sum(game.unsaid for game in games)
        yield Row(
            f"odd pot of {people}: turns within one in every round",
            "every seed, or said",
            f"{even} of {len(games)}{' not said' if unsaid else ''}",
            not unsaid,
        )


# Where exhaustive search found fewer than the number of people each can meet allows.
FEWER = {(3, 12): 4, (4, 20): 5}


def threes(effort: Effort) -> Iterator[Row]:
    yield from circles(3, effort.of([9, 15, 30], range(9, 61, 3)), effort)


def fours(effort: Effort) -> Iterator[Row]:
    yield from circles(4, effort.of([16, 28], range(16, 61, 4)), effort)


def circles(size: int, pots: Iterable[int], effort: Effort) -> Iterator[Row]:
    """Rounds without a repeat in stable pots, beside a shuffle, first fit and networkx."""
    for people in pots:
        limit = FEWER.get((size, people), (people - 1) // (size - 1))
        games = [play([people], seed, rounds=limit, size=size) for seed in effort.seeds(1, 3, 30)]
        good = sum(game.rounds == limit for game in games)
        others = {method.__name__: plain_rounds(people, size, method) for method in (shuffled, first_fit)}
        others["networkx"] = plain_rounds(people, size, matched, effort.of(1, 3, 30))
        beside = ", ".join(f"{name.replace('_', ' ')} {rounds:.1f}" for name, rounds in others.items())
        yield Row(
            f"{size}s of {people} ({beside})",
            f"{limit}, every seed",
            f"{min(game.rounds for game in games)} ({good} of {len(games)} seeds)",
            good == len(games),
        )


def referee_of_circles(effort: Effort) -> Iterator[Row]:
    """Generated rounds of threes and fours through the referee; every third mixes by one more thing."""
    drawn = agreed = 0
    for seed in effort.seeds(4, 60, 10_000):
        rng = np.random.default_rng(seed)
        people, size = int(rng.integers(2, 61)), int(rng.integers(3, 5))
        made = community(people, int(rng.integers(1, 9)), int(rng.integers(0, 5)), seed, never=0.02).pot()
        mix = rng.integers(-1, 3, made.n) if seed % 3 == 0 else None
        pot = Pot(made.organisation, made.met, made.never, trio_turns=made.trio_turns, mix=mix)
        drawn += 1
        agreed += check(pot, draw(pot, seed=seed, size=size)) is not None
    yield Row(
        "generated threes and fours agreed by the referee", f"of {drawn:,}", f"{agreed:,}", agreed == drawn
    )


def chance(effort: Effort) -> Iterator[Row]:
    wanted, tested, passed = effort.of(6, 50), 0, 0
    for pot in enumerable():
        rounds = keeping(pot)
        if not 2 <= len(rounds) <= 60:
            continue
        drawn: dict[Any, int] = dict.fromkeys(rounds, 0)
        for number in range(12 * len(rounds)):
            drawn[frozenset(groups_of(draw(pot, seed=number, priority="cross")))] += 1
        tested += 1
        passed += bool(chisquare(list(drawn.values())).pvalue > 0.001)
        if tested == wanted:
            break
    yield Row(
        "enumerated pots drawn evenly (chi-square p > 0.001)",
        f"{wanted}",
        f"{passed} of {tested}",
        passed == tested,
    )


def enumerable() -> Iterator[Pot]:
    """Pots whose best rounds can be listed, first the one in which exchanging two pairs would be stuck.

    Each has either no past or one organisation: nothing but repeats, crossing and the rounds that stay open
    then tells rounds apart.
    """
    stuck = [(number, a, b) for number, pairs in enumerate(STUCK, 1) for a, b in pairs]
    yield Pot(np.zeros(8, int), stuck)
    for seed in count():
        past = seed % 2 * (1 + seed % 3)
        yield community(8 if past > 2 else 6, 1 if past else 1 + seed % 4, past, seed).pot()


def truth(effort: Effort) -> Iterator[Row]:
    counts = {"drawn": 0, "certified": 0, "agreed": 0, "brute": 0, "right": 0}
    for seed in effort.seeds(6, 120, 10_000):
        rng = np.random.default_rng(seed)
        people = int(rng.integers(2, 11)) if seed % 4 == 0 else int(rng.integers(2, 61))
        rounds = int(rng.integers(0, 9))
        pot = community(people, int(rng.integers(1, 9)), rounds, seed, churn=0.1, never=0.02).pot()
        result = draw(pot, seed=seed, priority="cross")
        counts["drawn"] += 1
        counts["certified"] += result.figures.optimal
        counts["agreed"] += check(pot, result) is not None
        if people <= 10:
            counts["brute"] += 1
            counts["right"] += value_of(pot, result) == best(pot)[0]
    drawn = counts["drawn"]
    goal = f"of {drawn:,}"
    yield Row("generated rounds certified", goal, f"{counts['certified']:,}", counts["certified"] == drawn)
    yield Row("… and agreed by the referee", goal, f"{counts['agreed']:,}", counts["agreed"] == drawn)
    yield Row(
        "… and by brute force, up to 10 people",
        f"of {counts['brute']:,}",
        f"{counts['right']:,}",
        counts["right"] == counts["brute"],
    )


# People, the goal in seconds where there is one, and how many draws the time is the median of.
LARGE = ((1_000, None, 100), (10_000, 0.015, 100), (100_000, 0.2, 15), (1_000_000, 2.5, 3))


def large(effort: Effort) -> Iterator[Row]:
    times = {}
    for people, goal, draws in LARGE[: effort.of(3, 4)]:
        made = community(people, 200, 10, SEED)
        met = meetings(made.past)
        cpu = process_time()
        pot = Pot(made.organisation, met)
        built = process_time() - cpu
        spent, perfect = zip(*(_drawn(pot, seed) for seed in range(effort.of(3, draws))), strict=True)
        times[people] = float(np.median(spent))
        yield Row(
            f"draw {people:,}, 10 past rounds, {'perfect' if all(perfect) else 'NOT perfect'}",
            f"{goal} s" if goal else "",
            f"{times[people]:.4f} s, best {min(spent):.4f} of {len(spent)}",
            times[people] <= goal if goal else None,
        )
        read = reading(met)
        for what, ours in (("…", times[people]), ("… with building the pot", times[people] + built)):
            yield Row(
                f"{what} beside reading SQLite ({read:.2f} s)",
                "1 ×",
                f"{ours / read:.2f} ×",
                ours <= read,
            )
    sizes = sorted(times)[1:]
    slope = np.polyfit(np.log(sizes), np.log([times[n] for n in sizes]), 1)[0]
    yield Row("growth with people, as an exponent", "1.15", f"{slope:.2f}", slope <= 1.15)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    yield Row("memory of this whole run so far", "1.3 GiB", f"{memory:.2f} GiB", memory <= 1.3)


def _drawn(pot: Pot, seed: int) -> tuple[float, bool]:
    """Processor time of a draw, and whether nobody repeats and all cross that can."""
    began = process_time()
    figures = draw(pot, seed=seed).figures
    return process_time() - began, not figures.repeats and figures.cross == figures.cross_bound


def reading(met: np.ndarray) -> float:
    """Processor time to read the same history from SQLite into Python."""
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE met (round INTEGER, a INTEGER, b INTEGER)")
        database.executemany("INSERT INTO met VALUES (?, ?, ?)", zip(*met.T.tolist(), strict=True))
        began = process_time()
        sum(1 for _ in database.execute("SELECT round, a, b FROM met"))
        return process_time() - began


def balance(effort: Effort) -> Iterator[Row]:
    made = community(4000, 20, 8, SEED, zipf=0.4)
    pot = made.pot()
    pairs = draw(pot, seed=SEED).groups[:, :2]
    got = int(familiarity(pot, pairs[:, 0], pairs[:, 1]).sum())
    bound = familiar_bound(pot)
    yield Row(
        "person–organisation repeats, 4,000 people",
        f"{bound * 1.05:.0f} (bound {bound})",
        f"{got}",
        got <= bound * 1.05,
    )
    seeds = range(effort.of(5, 30))
    fresh = Pot(community(2000, 12, 0, SEED, zipf=0.3).organisation)
    mean = float(np.mean([mixing(fresh, draw(fresh, seed=s).groups[:, :2]) for s in seeds]))
    yield Row(f"organisations mix as by chance: chi²/df, {len(seeds)} seeds", "1", f"{mean:.2f}", mean <= 1)


def familiar_bound(pot: Pot) -> int:
    """Each organisation's members, less the outsiders who have never met it, meet somebody who has."""
    kinds = int(pot.codes.max()) + 1
    seen = np.zeros((pot.n, kinds), np.bool_)
    known = rules.organisations_met(pot)
    seen[known // kinds, known % kinds] = True
    sizes = np.bincount(pot.codes, minlength=kinds)
    outside = pot.codes[:, None] != np.arange(kinds)
    return int(np.maximum(0, sizes - (~seen & outside).sum(axis=0)).sum())


def mixing(pot: Pot, pairs: np.ndarray) -> float:
    """Chi-square per degree of freedom of organisation-to-organisation counts against chance, given sizes."""
    kinds = int(pot.codes.max()) + 1
    seen = np.zeros((kinds, kinds))
    np.add.at(seen, (pot.codes[pairs[:, 0]], pot.codes[pairs[:, 1]]), 1)
    seen += seen.T
    expected = 1 - np.eye(kinds)
    for _ in range(200):
        expected *= (
            np.sqrt(seen.sum(1) / expected.sum(1))[:, None] * np.sqrt(seen.sum(1) / expected.sum(1))[None, :]
        )
    upper = np.triu_indices(kinds, 1)
    return float((((seen - expected) ** 2)[upper] / expected[upper]).sum() / (len(upper[0]) - kinds))


def churn(effort: Effort) -> Iterator[Row]:
    for people in effort.of([20], [20, 50, 200]):
        repeats = churned(people, effort.of(15, 50))
        yield Row(
            f"{people} people, a tenth replaced each round, {effort.of(15, 50)} rounds: repeats",
            "0",
            str(repeats),
            repeats == 0,
        )

    repeats = churned(30, effort.of(8, 30), size=3)
    yield Row(
        f"30 people in threes, a tenth replaced each round, {effort.of(8, 30)} rounds: repeats",
        "0",
        str(repeats),
        repeats == 0,
    )


# Four organisations of unequal size in threes, of which eight rounds at the bound are known.
UNEQUAL = ([12, 8, 6, 4], [14, 6, 5, 5], [10, 9, 7, 4], [9, 7, 6, 5])


def unequal(effort: Effort) -> Iterator[Row]:
    """Threes of unequal organisations, crossing first: eight rounds beside the bound and a plain method."""
    for sizes in UNEQUAL[: effort.of(1, 4)]:
        games = [crossed(sizes, seed) for seed in effort.seeds(3, 20, 30)]
        full = sum(not any(game) for game in games)
        seven = sum(not any(game[:7]) for game in games)
        yield Row(
            f"threes of {','.join(map(str, sizes))}: 7 and 8 rounds at the bound",
            "every seed",
            f"{seven} and {full} of {len(games)}",
            full == len(games),
        )


def crossed(sizes: list[int], seed: int, rounds: int = 8) -> list[int]:
    """How many pairs each round is short of what sizes allow; a repeat counts a hundred."""
    met, short = np.zeros((0, 3), np.int64), []
    for number in range(rounds):
        result = draw(Pot(np.repeat(np.arange(len(sizes)), sizes), met), seed=seed, size=3, priority="cross")
        figures = result.figures
        short.append(figures.cross_bound - figures.cross + 100 * figures.repeats)
        a, b = rules.pairs_of(result.groups)
        met = np.vstack((met, np.column_stack((np.full(len(a), number), a, b))))
    return short


def large_circles(effort: Effort) -> Iterator[Row]:
    """Threes and fours of many people, beside pairs of the same."""
    for people in effort.of([1_000], [1_000, 100_000]):
        made = community(people, 200, 10, SEED)
        pot = Pot(made.organisation, meetings(made.past))
        least = dict.fromkeys((2, 3, 4), float("inf"))
        for size in (*least, *least, *least):
            spent, groups = timed(lambda pot=pot, size=size: draw(pot, seed=SEED, size=size).groups)
            least[size] = min(least[size], spent)
            if rules.value(pot, groups, size).repeats:
                yield Row(f"groups of {size}, {people:,} people: repeats", "0", "some", False)
        for size in (3, 4):
            yield Row(
                f"groups of {size}, {people:,} people, no repeat",
                f"4 × pairs ({least[2]:.3f} s)",
                f"{least[size]:.3f} s",
                least[size] <= 4 * least[2],
            )


def also_mixed(effort: Effort) -> Iterator[Row]:
    """One more thing to mix by: both bounds at once, and what is proved where they stand in the way."""
    for people in effort.of([40], [28, 41, 60, 200, 1_000, 100_000]):
        drawn = bound = proved = 0
        for seed in effort.seeds(1, 5, 30):
            rng = np.random.default_rng([seed, people])
            made = community(people, 5, min(people - 6, 10), seed)
            pot = Pot(made.organisation, meetings(made.past), mix=rng.integers(-1, 3, people))
            figures = draw(pot, seed=seed, priority="cross").figures
            drawn += 1
            bound += figures.cross == figures.cross_bound and figures.mixed == figures.mixed_bound
            proved += figures.optimal
        yield Row(
            f"{people:,} people, crossing and mixing both at their bounds",
            f"of {drawn}, proved",
            f"{bound}, {proved} proved",
            proved == drawn,
        )


def churned(people: int, rounds: int, size: int = 2) -> int:
    rng = np.random.default_rng(SEED)
    here, newest, repeats = np.arange(people), people, 0
    met = np.zeros((0, 3), np.int64)
    for number in range(rounds):
        inside = np.isin(met[:, 1:], here).all(axis=1)
        place = np.full(newest, -1)
        place[here] = np.arange(people)
        told = met[inside].copy()
        told[:, 1:] = place[told[:, 1:]]
        result = draw(Pot(here % 5, told), seed=number, size=size)
        repeats += result.figures.repeats
        a, b = rules.pairs_of(result.groups)
        met = np.vstack((met, np.column_stack((np.full(len(a), number), here[a], here[b]))))
        gone = max(2, people // 10)
        here = np.sort(np.concatenate((rng.permutation(here)[gone:], np.arange(newest, newest + gone))))
        newest += gone
    return repeats


def peers(effort: Effort) -> Iterator[Row]:
    for people in effort.of([100, 200], [100, 500, 1000]):
        pot = community(people, 20, 10, SEED, zipf=0.3).pot()
        ours = min((timed(lambda pot=pot: draw(pot, seed=SEED).groups) for _ in range(5)), key=lambda t: t[0])
        yield told(f"ours, {people} people", pot, ours)
        for name, method in PEERS.items():
            theirs = timed(lambda pot=pot, method=method: method(pot))
            yield told(f"  {name}", pot, theirs)
            if name.startswith("networkx, complete graph") and people == 1000:
                ratio = theirs[0] / ours[0]
                yield Row(f"ours against {name}, 1,000 people", "500 ×", f"{ratio:,.0f} ×", ratio >= 500)


def timed(method: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    began = process_time()
    groups = method()
    return process_time() - began, groups


def told(name: str, pot: Pot, run: tuple[float, np.ndarray]) -> Row:
    worth = rules.value(pot, run[1])
    return Row(name, "", f"{run[0]:.3f} s, {worth.repeats} repeats, {worth.same} same, {worth.left_out} out")


FIGURES = (
    horizon,
    organisations,
    odd_pots,
    threes,
    fours,
    referee_of_circles,
    chance,
    truth,
    balance,
    churn,
    unequal,
    also_mixed,
    large,
    large_circles,
    peers,
)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="a taste of every figure, in under a minute")
    parser.add_argument("--full", action="store_true", help="every seed, in an hour")
    parser.add_argument("figures", nargs="*", help=f"only these: {' '.join(f.__name__ for f in FIGURES)}")
    asked = parser.parse_args(arguments)
    effort = Effort.FULL if asked.full else Effort.QUICK if asked.quick else Effort.USUAL
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{machine}, Python {platform.python_version()}, seed {SEED}")
    print(Row("figure", "goal", "reached"))
    for figure in FIGURES:
        if asked.figures and figure.__name__ not in asked.figures:
            continue
        began = perf_counter()
        for row in figure(effort):
            print(row, flush=True)
        print(f"  ({figure.__name__}: {perf_counter() - began:.0f} s)", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
