"""`make bench`: how fast we are beside the least it could take, and how good a round is beside its peers'.

For reading: nothing fails.
"""

import sys

from rich.console import Console
from rich.table import Table

from tests.benchmarks import (
    bridges,
    delivering,
    drawing,
    evidence,
    joining,
    matcher_bench,
    people,
    rounds,
    serving,
)


def main() -> None:
    console = Console(width=120)
    table = Table("what", "ours", "floor", "ratio", "goal", "", title="Speed, beside its floor, in this run")
    for bench in (drawing, rounds, delivering, joining, serving, evidence, bridges, people):
        for row in bench.rows():
            goals = [f"≤ {row.goal:g} ×"] if row.goal else []
            goals += [f"≤ {time(row.most)}"] if row.most else []
            said = ", ".join(filter(None, [row.remark, *(() if row.met else ("not met", row.why))]))
            table.add_row(
                row.name, time(row.ours), time(row.floor), f"{row.ratio:.2f} ×", ", ".join(goals), said
            )
            console.print(f"[dim]{row.name}[/dim]")
    console.print(table)
    matcher_bench.main(sys.argv[1:])


def time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    main()
