"""One line of the table, and how a time is taken."""

import gc
import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any


@dataclass(frozen=True)
class Row:
    """`ours` and `floor` in seconds; the goal is at most so many times the floor, and `most` seconds.

    `clock` is by the clock what `ours` is by the processor, where both were taken. `why` is printed where the
    goal is not reached: what ours does that the floor does without.
    """

    name: str
    ours: float
    floor: float
    goal: float | None
    remark: str = ""
    most: float | None = None
    clock: float | None = None
    why: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    @property
    def met(self) -> bool:
        return (self.goal is None or self.ratio <= self.goal) and (
            self.most is None or (self.clock or self.ours) <= self.most
        )


def median_time(work: Callable[[], Any], repeat: int = 5) -> float:
    """The median of `repeat` runs, after one that nobody counts."""
    work()
    return statistics.median(one_time(work) for _ in range(repeat))


def one_time(work: Callable[[], Any]) -> float:
    gc.collect()
    began = perf_counter()
    work()
    return perf_counter() - began


@dataclass(frozen=True)
class Taken:
    """What something took, in seconds: of the processor, and by the clock."""

    processor: float
    clock: float


def least_times(*works: Callable[[], Any], repeat: int = 25) -> list[Taken]:
    """Of each, in turns, after one that nobody counts: others use this machine too."""
    for work in works:
        work()
    taken = [[both_times(work) for work in works] for _ in range(repeat)]
    return [
        Taken(min(each.processor for each in of_one), min(each.clock for each in of_one))
        for of_one in zip(*taken, strict=True)
    ]


def both_times(work: Callable[[], Any]) -> Taken:
    """For what is long enough to be taken once."""
    gc.collect()
    clock, processor = perf_counter(), process_time()
    work()
    return Taken(process_time() - processor, perf_counter() - clock)


def processor_of(process: int) -> float:
    """Seconds that another process of this machine has had of the processor. Linux only."""
    said = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def most_memory() -> float:
    """The most megabytes that this program has had. Linux only.

    `ru_maxrss` will not do: what the program had that started this one is in it.
    """
    said = Path("/proc/self/status").read_text()
    return int(said.partition("VmHWM:")[2].split()[0]) / 1000
