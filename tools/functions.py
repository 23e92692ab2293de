"""How long our functions are: `.venv/bin/python -m tools.functions [FOLDER …]`.

Prints, for each folder, how many functions it has, their length at the median and at the 90th percentile in
lines, and the longest three. A length is the function's own lines: from `def` to its end, without decorators,
docstring and blank lines. For the eye, not a gate.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("matcher", "notifications", "web", "tests", "tools")


def lengths(folder: Path) -> Iterator[tuple[int, str]]:
    """Of each function and method, with where it is."""
    for path in sorted(folder.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        text = path.read_text()
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield _own_lines(node, lines), f"{path}:{node.lineno} {node.name}"


def _own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    first, last = function.lineno, function.end_lineno or function.lineno
    body = function.body[0]
    said = range(0)
    if ast.get_docstring(function, clean=False) is not None:
        said = range(body.lineno, (body.end_lineno or body.lineno) + 1)
    return sum(bool(lines[number - 1].strip()) for number in range(first, last + 1) if number not in said)


def main(folders: list[str]) -> None:
    for folder in folders or FOLDERS:
        found = sorted(lengths(Path(folder)), reverse=True)
        sizes = [size for size, _ in found]
        tenth = statistics.quantiles(sizes, n=10)[-1]
        print(
            f"{folder}: {len(sizes):,} functions, median {statistics.median(sizes):g}, p90 {tenth:.0f} lines"
        )
        for size, where in found[:3]:
            print(f"    {size} {where}")


if __name__ == "__main__":
    main(sys.argv[1:])
