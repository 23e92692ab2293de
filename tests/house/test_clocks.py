"""A story has one clock: an application that lives by another answers otherwise from some day on."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest


def makes_one_without_its_clock(code: str) -> Iterator[int]:
    """In which lines somebody who has a world makes an application without the world's clock."""
    functions = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)]
    for function in (each for each in functions if any(map(is_a_world, each.args.args))):
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            given = {keyword.arg for keyword in call.keywords}
            if ast.unparse(call.func) == "create_app" and "clock" not in given:
                yield call.lineno


def is_a_world(argument: ast.arg) -> bool:
    annotated = argument.annotation and ast.unparse(argument.annotation)
    return "world" in (argument.arg, str(annotated).lower())


def test_an_application_lives_by_its_world_s_clock() -> None:
    found = [
        f"{file}:{line}"
        for file in sorted(Path("tests").rglob("*.py"))
        if "create_app(" in (code := file.read_text())
        for line in makes_one_without_its_clock(code)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("def test(world):\n    create_app(settings)", [2]),
        ("def told(one: World):\n    def serve():\n        return create_app(settings)", [3]),
        ("def test(world):\n    create_app(settings, clock=world.clock)", []),
        ("def test(settings):\n    create_app(settings)", []),
    ],
)
def test_whoever_forgets_it_is_found(code: str, lines: list[int]) -> None:
    assert list(makes_one_without_its_clock(code)) == lines
