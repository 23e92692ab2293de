"""`make bench`: how fast we are beside the least it could take, and how good a round is beside its peers'.

For reading: nothing fails. Each row is printed when it is done, and all of them are kept as JSON.
"""

import argparse
import json
import os
import platform
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from time import monotonic

from web.loading import all_to_stay

with all_to_stay():  # as our programs load what they run
    from tests.benchmarks import (
        bridges,
        delivering,
        drawing,
        evidence,
        hundred,
        joining,
        large,
        matcher_bench,
        people,
        rounds,
        serving,
    )
    from tests.benchmarks.rows import Row

PARTS: dict[str, Callable[[], Iterable[Row]]] = {
    "drawing": drawing.rows,
    "serving": serving.rows,
    "joining": joining.rows,
    "delivering": delivering.rows,
    "rounds": rounds.rows,
    "evidence": evidence.rows,
    "bridges": bridges.rows,
    "people": people.rows,
    "hundred": hundred.rows,
    "large": large.rows,
}
MATCHER = "matcher"


def main() -> int:
    asked = _arguments()
    wanted = asked.parts or [*PARTS, MATCHER]
    ends = monotonic() + asked.minutes * 60
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'':60} {'ours':>9} {'floor':>9} {'ratio':>8}  goal")
    kept: list[Row] = []
    for place, name in enumerate(wanted):
        if monotonic() > ends and not asked.full:
            left_out = " ".join(wanted[place:])
            print(f"Not begun within {asked.minutes:g} minutes: {left_out}. Name them to have them alone.")
            break
        if name == MATCHER:
            matcher_bench.main(["--full" if asked.full else "--quick"])
            continue
        for row in PARTS[name]():
            print(_line(row), flush=True)
            kept.append(row)
            asked.json.write_text(json.dumps([_kept(one) for one in kept], indent=1))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    names = [*PARTS, MATCHER]
    parser.add_argument(
        "parts", nargs="*", choices=[[], *names], help=f"all, unless named: {' '.join(names)}"
    )
    parser.add_argument("--minutes", type=float, default=10, help="no part is begun after so many (10)")
    parser.add_argument(
        "--full", action="store_true", help="to the end, with every seed of the matcher's: hours"
    )
    parser.add_argument(
        "--json", type=Path, default=Path("bench.json"), help="keep the rows there (bench.json)"
    )
    return parser.parse_args()


def _line(row: Row) -> str:
    goals = [f"≤ {row.goal:g} ×"] if row.goal else []
    goals += [f"≤ {_time(row.most)}"] if row.most else []
    said = ", ".join(filter(None, [*goals, row.remark, *(() if row.met else ("not met", row.why))]))
    return f"{row.name:60} {_time(row.ours):>9} {_time(row.floor):>9} {row.ratio:>6.2f} ×  {said}".rstrip()


def _kept(row: Row) -> dict[str, object]:
    return asdict(row) | {"ratio": row.ratio, "met": row.met}


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    raise SystemExit(main())
