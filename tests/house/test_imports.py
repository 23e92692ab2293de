"""Arrows that import-linter cannot draw: which module may use which part from outside."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

import matcher
from tests.support.sources import parsed

SOURCES = parsed()
SDKS = {"sendgrid", "python_http_client", "twilio", "notifications_python_client", "smtplib"}


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


@cache
def imports() -> dict[str, set[str]]:
    """What each module imports, by its path."""
    return {path.as_posix(): set(imported(tree)) for path, tree in SOURCES.items()}


def users_of(parts: set[str]) -> set[str]:
    return {
        path
        for path, names in imports().items()
        if any(name.split(".")[0] in parts or name in parts for name in names)
    }


@pytest.mark.parametrize("sdk", sorted(SDKS))
def test_only_a_provider_s_adapter_uses_its_sdk(sdk: str) -> None:
    assert [path for path in users_of({sdk}) if not path.startswith("notifications/providers/")] == []


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        path.as_posix()
        for path, tree in SOURCES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
        if ast.unparse(node.value) != "request"  # what a server says of one request
    } | users_of({"os.environ", "os.getenv"})
    assert readers <= {"web/settings.py"}


@pytest.mark.parametrize("part", ["datetime.datetime.now", "time.time", "random"])
def test_the_matcher_has_no_clock_and_no_dice_of_its_own(part: str) -> None:
    assert [path for path in users_of({part}) if path.startswith("matcher/")] == []


def test_no_service_asks_for_the_time() -> None:
    asking = [
        f"{path}:{node.lineno}"
        for path, tree in SOURCES.items()
        if path.as_posix().startswith("web/services/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
        if isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date"}
    ]
    assert asking == []


def test_no_service_commits() -> None:
    committing = [
        f"{path}:{node.lineno}"
        for path, tree in SOURCES.items()
        if path.as_posix().startswith("web/services/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
    assert committing == []


def used(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (name.name for name in node.names)


def test_every_public_function_is_used_outside_the_tests() -> None:
    # What has a decorator is used by whom that gives it to: a view, a command, a listener.
    public = {
        f"{path}: {node.name}": node.name
        for path, tree in SOURCES.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not node.decorator_list
        if "migrations" not in path.parts
    }
    known = {name for tree in SOURCES.values() for name in used(tree)} | set(matcher.__all__)
    assert sorted(where for where, name in public.items() if name not in known) == []


def test_no_two_classes_of_the_services_have_one_name() -> None:
    names = Counter(
        node.name
        for path, tree in SOURCES.items()
        if path.is_relative_to("web/services")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_no_row_changes_others_behind_its_back() -> None:
    """What follows from a changed row is called where it is changed; only the driver is listened to."""
    assert users_of({"sqlalchemy.event", "sqlalchemy.orm.event"}) == {"web/db.py"}
