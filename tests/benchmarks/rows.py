"""One line of the table, and how a time is taken."""

import gc
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Row:
    """`ours` and `floor` in seconds; the goal is at most so many times the floor."""

    name: str
    ours: float
    floor: float
    goal: float | None
    remark: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    @property
    def met(self) -> bool:
        return self.goal is None or self.ratio <= self.goal


def median_time(work: Callable[[], Any], repeat: int = 5) -> float:
    """The median of `repeat` runs, after one that nobody counts."""
    work()
    return statistics.median(one_time(work) for _ in range(repeat))


def one_time(work: Callable[[], Any]) -> float:
    gc.collect()
    began = perf_counter()
    work()
    return perf_counter() - began
