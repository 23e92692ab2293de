"""`make year`: a simulated year of a programme as a table, and everything that should not have happened.

    python -m tests.year [--people 300] [--rounds 12] [--seed 1]

Ends with 1 if there is anything.
"""

import argparse
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import structlog
from rich.console import Console
from rich.table import Table

from tests.support.world import NAME, SLUG, Clock, World, settings_at
from tests.year.checker import RoundLine, Verdict, check
from tests.year.story import Diary, Year
from web.app import create_app
from web.db import Database
from web.worker import Worker

BEGIN = datetime(2026, 9, 28, 9, 30, tzinfo=UTC)  # both nights on which clocks change lie ahead
COLUMNS: dict[str, Callable[[RoundLine], object]] = {
    "round": lambda line: line.number,
    "on": lambda line: f"{line.on:%d %b %y}",
    "in the pot": lambda line: line.pot,
    "skipped": lambda line: line.skipped,
    "paused": lambda line: line.paused,
    "intro-\nduced": lambda line: line.introduced,
    "threes": lambda line: line.threes,
    "dropped\nout": lambda line: line.dropped,
    "matched\nanew": lambda line: line.matched_anew,
    "first\nnext time": lambda line: line.first_next_time,
    "answered": lambda line: line.answered,
    "met": lambda line: line.met,
    "pairs": lambda line: line.pairs,
    "crossing": lambda line: line.crossing,
    "repeats": lambda line: line.repeats,
}


def main() -> int:
    asked = arguments()
    print(f"seed {asked.seed}, {asked.people} people, {asked.rounds} rounds")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with TemporaryDirectory() as folder:
        began = perf_counter()
        diary, verdict = live(Path(folder), people=asked.people, rounds=asked.rounds, seed=asked.seed)
        show(diary, verdict, perf_counter() - began)
    return 1 if verdict.faults else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def live(folder: Path, *, people: int, rounds: int, seed: int) -> tuple[Diary, Verdict]:
    """Live it, and look at it afterwards."""
    file = folder / "year.db"
    settings, clock = settings_at(f"sqlite:///{file}", folder), Clock(BEGIN)
    Database(settings.database_url).upgrade()
    app = create_app(settings, clock=clock, poke=lambda: None, limits=False)
    world = World(app, Worker(settings, Database(settings.database_url), clock), clock)
    world.start(SLUG, NAME)
    diary = Year(world, people=people, rounds=rounds, seed=seed).live()
    return diary, check(file, diary)


def show(diary: Diary, verdict: Verdict, seconds: float) -> None:
    console = Console(width=150)
    table = Table(*COLUMNS, title="A year, round by round, in people (the last three in pairs)")
    for line in verdict.lines:
        table.add_row(*(str(value(line)) for value in COLUMNS.values()))
    console.print(table)
    repeats = sum(line.repeats for line in verdict.lines)
    console.print(
        f"{len(diary.joined)} people joined and {len(diary.left)} left; {verdict.messages:,} messages; "
        f"{repeats} repeats; {len(verdict.faults)} faults; {seconds:.0f} s"
    )
    for fault in verdict.faults:
        console.print(f"FAULT: {fault}", style="red")


if __name__ == "__main__":
    sys.exit(main())
