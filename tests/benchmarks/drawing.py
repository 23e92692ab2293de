"""Drawing a round. Its floor is reading the same history from SQLite."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from matcher import draw
from matcher.community import community, meetings
from tests.benchmarks.rows import Row, median_time

SIZES = (200, 1_000, 10_000, 100_000, 1_000_000)
ROUNDS = 10


def rows() -> Iterator[Row]:
    for people in SIZES:
        told = community(people, max(people // 20, 2), ROUNDS, seed=1)
        pot = told.pot()
        ours = median_time(lambda pot=pot: draw(pot, seed=1))
        yield Row(
            f"draw {people:,} people, {ROUNDS} rounds of history", ours, reading(meetings(told.past)), 1.0
        )


def reading(met: np.ndarray) -> float:
    with TemporaryDirectory() as folder, sqlite3.connect(Path(folder) / "history.db") as database:
        database.execute("CREATE TABLE met (round INTEGER, a INTEGER, b INTEGER)")
        database.executemany("INSERT INTO met VALUES (?, ?, ?)", met.tolist())
        database.commit()
        return median_time(lambda: database.execute("SELECT round, a, b FROM met").fetchall())
