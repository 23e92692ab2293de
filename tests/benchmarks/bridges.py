"""Bridges beside a hundred shuffles, of 1,000 and 100,000 people: `python -m tests.benchmarks.bridges`.

In seconds of the processor. Their floor is to shuffle the same seats as often and to do nothing with them.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

from tests.benchmarks.rows import Row, both_times
from web.services.evidence import bridges
from web.services.evidence.bridges import Seat

ROUNDS = 24
SIZES = {1_000: 60, 100_000: 300}  # people: organisations


def rows() -> Iterator[Row]:
    for people, organisations in SIZES.items():
        seats = everybody(people, organisations)
        name = f"bridges of {people:,} people, {ROUNDS} rounds, beside {bridges.SHUFFLES} shuffles"
        taken = both_times(partial(bridges.compare, seats))
        yield Row(
            name, taken.processor, both_times(partial(shuffle, seats)).processor, None, clock=taken.clock
        )


def everybody(people: int, organisations: int) -> list[Seat]:
    """Everybody meets somebody by chance in every round."""
    rng = np.random.default_rng(1)
    home = rng.integers(organisations, size=people)
    return [
        (number, place // 2, int(home[one]))
        for number in range(1, ROUNDS + 1)
        for place, one in enumerate(rng.permutation(people))
    ]


def shuffle(seats: list[Seat]) -> None:
    rng = np.random.default_rng(1)
    numbers, _, organisations = np.array(seats).T
    rounds = np.split(organisations, np.flatnonzero(np.diff(numbers)) + 1)
    for _ in range(bridges.SHUFFLES):
        for round_ in rounds:
            rng.permutation(round_)


if __name__ == "__main__":
    for row in rows():
        print(f"{row.name}: {row.ours:.2f} s, {row.clock:.2f} s by the clock, floor {row.floor:.2f} s")
