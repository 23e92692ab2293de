"""A module that defines errors shows them, as a small tree, in its first words."""

import ast
from pathlib import Path

import pytest

from tests.support.sources import parsed

SOURCES = parsed()


def errors_of(tree: ast.Module, known: set[str]) -> list[str]:
    """The public exceptions a module defines; `known` are the names of all there are."""
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
        if any(ast.unparse(base).rpartition(".")[2] in known for base in node.bases)
    ]


def every_error() -> set[str]:
    """Also those that derive from one of ours, however many steps away."""
    known, more = {"Exception", "ValueError", "RuntimeError", "LookupError"}, True
    while more:
        found = {name for tree in SOURCES.values() for name in errors_of(tree, known)}
        more, known = not found <= known, known | found
    return known


KNOWN = every_error()
WITH_ERRORS = [path for path, tree in SOURCES.items() if errors_of(tree, KNOWN)]


@pytest.mark.parametrize("path", WITH_ERRORS, ids=str)
def test_a_module_names_its_errors_first(path: Path) -> None:
    said = ast.get_docstring(SOURCES[path]) or ""
    assert [name for name in errors_of(SOURCES[path], KNOWN) if name not in said] == []
