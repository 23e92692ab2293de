"""Each act is written down in one place: what is recorded twice is soon recorded two ways."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.support.sources import parsed
from web.services.common import audit

SOURCES = [tree for path, tree in parsed().items() if path.parts[0] == "web"]
ACTION = 2  # session, who, what


@pytest.fixture(scope="module")
def recorded() -> list[str]:
    return list(actions())


def actions() -> Iterator[str]:
    """The action of each call that records one, also where a function of the module passes it on."""
    for tree in SOURCES:
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for call in _calls(function, "audit.record"):
                    yield from _actions(tree, function, call.args[ACTION])


def _actions(tree: ast.Module, function: ast.FunctionDef, action: ast.expr) -> Iterator[str]:
    named = [argument.arg for argument in function.args.args]
    if isinstance(action, ast.Name) and action.id in named:
        for call in _calls(tree, function.name):
            yield from _said(tree, call.args[named.index(action.id)])
    else:
        yield from _said(tree, action)


def _said(tree: ast.Module, action: ast.expr) -> Iterator[str]:
    """As patterns, because some words are put together: each part that is not known may be anything."""
    if isinstance(action, ast.Constant):
        yield re.escape(str(action.value))
    elif isinstance(action, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else None for part in action.values)
        yield "".join(".+" if part is None else re.escape(str(part)) for part in parts)
    elif isinstance(action, ast.IfExp):
        yield from (*_said(tree, action.body), *_said(tree, action.orelse))
    elif isinstance(action, ast.Name):
        yield re.escape(_constants(tree)[action.id])
    else:
        raise TypeError(f"who knows what {ast.unparse(action)} is")


def _constants(tree: ast.Module) -> dict[str, str]:
    """The module's own texts by their names."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names, values = (
                part.elts if isinstance(part, ast.Tuple) else [part] for part in (node.targets[0], node.value)
            )
            pairs = zip(names, values, strict=False)
            found |= {ast.unparse(a): str(b.value) for a, b in pairs if isinstance(b, ast.Constant)}
    return found


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == name]


def test_an_action_is_recorded_in_one_place(recorded: list[str]) -> None:
    counts = Counter(recorded)
    assert [action for action, count in counts.items() if count > 1] == []


def test_what_is_said_otherwise_is_recorded_somewhere(recorded: list[str]) -> None:
    patterns = [re.compile(pattern) for pattern in recorded]
    assert [action for action in audit.SAID if not any(one.fullmatch(action) for one in patterns)] == []
