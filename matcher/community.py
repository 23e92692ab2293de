"""Seeded communities: plausible and adversarial pots for tests, benchmarks and the demo.

Everything follows from the seed and the arguments. The past is made by plain shuffles, not by the matcher,
so it also holds repeats and same-organisation pairs, as real histories do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.pot import Bools, Ints, Pot


@dataclass(frozen=True)
class Community:
    """People 0..n-1 and their past. `past` is (m, 4): round, then a group's two or three people, -1 padded.

    People with `present` False have left; their past meetings are still told.
    """

    organisation: Ints
    present: Bools
    past: Ints
    never: Ints
    seed: int

    def pot(self) -> Pot:
        """The pot of those present, renumbered."""
        met = meetings(self.past)
        whole = Pot(self.organisation, met, self.never, trio_turns=turns(self.past, len(self.organisation)))
        return whole.only(np.flatnonzero(self.present))


def meetings(past: Ints) -> Ints:
    """(round, a, b) of every pair in the groups of `past`."""
    pairs = [past[:, [0, i, j]] for i, j in ((1, 2), (1, 3), (2, 3))]
    met = np.concatenate(pairs)
    return met[(met[:, 1:] >= 0).all(axis=1)]


def turns(past: Ints, people: int) -> Ints:
    """How often each person has been in a three."""
    return np.bincount(past[past[:, 3] >= 0, 1:].ravel(), minlength=people).astype(np.int32)


def community(
    people: int,
    organisations: int,
    rounds: int,
    seed: int,
    *,
    zipf: float = 1.0,
    churn: float = 0.0,
    never: float = 0.0,
) -> Community:
    """`people` present now, in organisations of Zipf sizes, after `rounds` shuffled rounds.

    zipf   0 for equal sizes, 1 for the usual few large and many small
    churn  share of the people replaced by others after each round
    never  never-pairs per person
    O(people · rounds).
    """
    rng = np.random.default_rng([seed, people, organisations, rounds])
    leavers = round(people * churn) * rounds
    everybody = people + leavers
    share = 1.0 / np.arange(1, max(organisations, 1) + 1) ** zipf
    organisation = rng.choice(len(share), size=everybody, p=share / share.sum()).astype(np.int32)
    here = rng.permutation(everybody)
    step = round(people * churn)
    past = [_shuffled(rng, here[step * r : step * r + people], r + 1) for r in range(rounds)]
    present = np.zeros(everybody, np.bool_)
    present[here[step * rounds : step * rounds + people]] = True
    return Community(
        organisation,
        present,
        np.concatenate(past).astype(np.int32) if past else np.zeros((0, 4), np.int32),
        _never_pairs(rng, everybody, round(never * people)),
        seed,
    )


def _shuffled(rng: np.random.Generator, people: NDArray[Any], number: int) -> Ints:
    """A round of random pairs, one three if the number is odd."""
    order = rng.permutation(people)
    groups = np.full((len(order) // 2, 4), -1, np.int32)
    groups[:, 0] = number
    groups[:, 1:3] = order[: 2 * len(groups)].reshape(-1, 2)
    if len(order) % 2 and len(groups):
        groups[0, 3] = order[-1]
    return groups


def _never_pairs(rng: np.random.Generator, people: int, wanted: int) -> Ints:
    drawn: Ints = rng.integers(max(people, 1), size=(wanted, 2), dtype=np.int32)
    pairs: Ints = drawn[drawn[:, 0] != drawn[:, 1]]
    return pairs


def majority(people: int, share: float, seed: int) -> Pot:
    """One organisation with `share` of the people, the others spread over four; a few rounds in the past."""
    rng = np.random.default_rng([seed, people])
    inside = round(people * share)
    codes = np.concatenate((np.zeros(inside, np.int32), rng.integers(1, 5, people - inside, dtype=np.int32)))
    past = np.concatenate([_shuffled(rng, np.arange(people), r + 1) for r in range(3)])
    return Pot(codes, meetings(past), trio_turns=turns(past, people))


def saturated(people: int, seed: int, left: int = 2) -> Pot:
    """People who have met nearly everybody: about `left` fresh partners each. Repeats become unavoidable."""
    rng = np.random.default_rng([seed, people, left])
    a, b = np.triu_indices(people, 1)
    met = rng.random(len(a)) < 1 - left / max(people - 1, 1)
    rounds = rng.integers(1, 9, met.sum())
    return Pot(rng.integers(0, 3, people), np.stack((rounds, a[met], b[met]), axis=1))


def islands(people: int, seed: int) -> Pot:
    """Two odd circles with only their own members left to meet: repeats that look avoidable."""
    rng = np.random.default_rng([seed, people])
    half = people // 2 if people // 2 % 2 else people // 2 - 1
    circle = rng.permutation(people) < half
    a, b = np.triu_indices(people, 1)
    met = circle[a] != circle[b]
    return Pot(rng.integers(0, 3, people), np.stack((np.ones(met.sum(), np.int32), a[met], b[met]), axis=1))


def hermits(people: int, seed: int) -> Pot:
    """A few people whom never-pairs keep from most others."""
    rng = np.random.default_rng([seed, people])
    alone = rng.permutation(people)[: max(1, people // 4)]
    pairs = [(int(a), b) for a in alone for b in range(people) if a != b and rng.random() < 0.9]
    return Pot(rng.integers(0, 3, people), (), np.array(pairs, np.int32).reshape(-1, 2))


SHAPES: dict[str, Callable[[int, int], Pot]] = {
    "majority": lambda people, seed: majority(people, 0.7, seed),
    "saturated": saturated,
    "islands": islands,
    "hermits": hermits,
}
