"""Our own code as syntax trees, for tests that read it."""

import ast
from functools import cache
from pathlib import Path

ROOMS = ("matcher", "notifications", "web")


@cache
def parsed() -> dict[Path, ast.Module]:
    """Every module by its path, read once for all tests of a process: it takes a second."""
    paths = (path for room in ROOMS for path in sorted(Path(room).rglob("*.py")))
    return {path: ast.parse(path.read_text()) for path in paths}
