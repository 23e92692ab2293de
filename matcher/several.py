"""Several rounds of threes or fours at once, in which nobody meets twice and as many cross as can.

Where organisations are of unequal size, rounds drawn one after the other leave the largest of them nobody to
meet. All rounds are cooled together instead (simulated annealing): swaps of two people within a round,
weighed against all the others.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from matcher.designs import Design, laid_out
from matcher.pot import Ints, Longs
from matcher.proof import crossing_bound, spread

# Rounds planned at most, for pots up to this size. Attempts at so many, and then at one fewer and two fewer;
# none where the first comes nowhere near.
ROUNDS, MOST, ATTEMPTS, FEWER = 8, 45, 4, (1, 2)
# Chains and steps of cooling, and the heat to cool from: a repeat costs 1, and so does one organisation.
CHAINS, COOLING, HOT = 8, 4000, 0.2


@lru_cache(maxsize=64)
def crossing(codes: tuple[int, ...], size: int) -> Design | None:
    """Rounds for people of these organisations, seat by seat, or None where none were found.

    The same for the same organisations: chance comes in where people are laid on the seats. A second or two,
    once for a process.
    """
    people = len(codes)
    if people % size or not 2 * size < people <= MOST or len(set(codes)) < 2:
        return None
    rounds = most_rounds(codes, size)
    for attempt, fewer in enumerate((0,) * ATTEMPTS + FEWER):
        if rounds - fewer < 2:
            break
        rng = np.random.default_rng([attempt, size, *codes])
        groups, over = _cooled(np.array(codes, np.int32), size, rounds - fewer, rng)
        if not over:
            return laid_out(groups)
        if over > rounds:
            break
    return None


def most_rounds(codes: tuple[int, ...], size: int) -> int:
    """No more rounds than this can be at the bound.

    Each takes size - 1 partners of everybody. Where organisations have to be spread evenly over the groups,
    each takes so many of the pairs that one of them has with the others.
    """
    members, people = np.bincount(codes), len(codes)
    inside = spread(members, people // size)
    most = (people - 1) // (size - 1)
    if inside.sum() == _unavoidable(np.array(codes, np.int32), size):
        most = int((members * (people - members) // (members * (size - 1) - 2 * inside)).min())
    return min(ROUNDS, most)


def _unavoidable(codes: Ints, size: int) -> int:
    """Pairs of one organisation that every round has."""
    groups = len(codes) // size
    return groups * size * (size - 1) // 2 - crossing_bound(codes, [size] * groups)


def _cooled(codes: Ints, size: int, rounds: int, rng: np.random.Generator) -> tuple[Ints, int]:
    """The rounds, (rounds, groups, size), and how much more is bad in them than sizes alone make so."""
    people, groups = len(codes), len(codes) // size
    seats = np.concatenate([_dealt(codes, size, rng) for _ in range(CHAINS * rounds)])
    chain = np.repeat(np.arange(CHAINS) * people**2, rounds * groups)
    same = np.tile((codes[:, None] == codes[None, :]).astype(np.int64).ravel(), CHAINS)
    least = rounds * _unavoidable(codes, size)
    for step in range(COOLING):
        met, bad = _weighed(seats, chain, same, people)
        if bad.min() <= least:
            break
        order = rng.random((CHAINS * rounds, groups)).argsort(axis=1)[:, : groups // 2 * 2]
        blocks = (order + np.arange(0, len(seats), groups)[:, None]).reshape(-1, 2)
        _swap(seats, blocks, chain, same + (met > 1), same + (met > 0), HOT * (1 - 0.7 * step / COOLING), rng)
    lead = int(bad.argmin())
    found: Ints = seats.reshape(CHAINS, rounds, groups, size)[lead].astype(np.int32)
    return found, int(bad[lead]) - least


def _dealt(codes: Ints, size: int, rng: np.random.Generator) -> Longs:
    """A round in which organisations are dealt round the groups."""
    return np.lexsort((rng.random(len(codes)), codes)).reshape(size, -1).T


def _weighed(seats: Longs, chain: Longs, same: Longs, people: int) -> tuple[Longs, NDArray[np.float64]]:
    """How often every two people of a chain meet, both ways round, and what is bad in each chain."""
    i, j = np.triu_indices(seats.shape[1], 1)
    a, b = seats[:, i], seats[:, j]
    there, back = chain[:, None] + a * people + b, chain[:, None] + b * people + a
    met = np.bincount(np.concatenate((there.ravel(), back.ravel())), minlength=len(same))
    repeats = np.maximum(met - 1, 0).reshape(CHAINS, -1).sum(axis=1) / 2
    return met, repeats + same[there].reshape(CHAINS, -1).sum(axis=1)


def _swap(
    seats: Longs,
    blocks: Longs,
    chain: Longs,
    leave: Longs,
    come: Longs,
    heat: float,
    rng: np.random.Generator,
) -> None:
    """In every block of two groups one swap or none, each with weight exp(-cost / heat); in place.

    `leave` and `come` are what a pair costs while it is together, and what it would cost.
    """
    one, other = blocks.T
    a, b, start = seats[one], seats[other], chain[one][:, None, None]
    people, size = round((len(leave) / CHAINS) ** 0.5), seats.shape[1]
    apart = ~np.eye(size, dtype=np.bool_)
    own = [(leave[start + x[:, :, None] * people + x[:, None, :]] * apart).sum(axis=2) for x in (a, b)]
    across = come[start + a[:, :, None] * people + b[:, None, :]]
    to_b, to_a = across.sum(axis=2) - own[0], across.sum(axis=1) - own[1]
    change = (to_b[:, :, None] + to_a[:, None, :] - 2 * across).reshape(len(blocks), -1)
    change = np.concatenate((np.zeros((len(blocks), 1)), change), axis=1)
    chosen = (rng.gumbel(size=change.shape) - change / heat).argmax(axis=1) - 1
    swapped = np.flatnonzero(chosen >= 0)
    i, j = np.divmod(chosen[swapped], size)
    x, y = one[swapped], other[swapped]
    seats[x, i], seats[y, j] = seats[y, j], seats[x, i]
