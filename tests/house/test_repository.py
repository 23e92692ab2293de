"""About the files of the repository: nothing that belongs to one machine, nothing too long to read."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

FILES = [
    Path(line)
    for line in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    if Path(line).is_file()
]
PICTURES = {".png", ".woff2", ".ico", ".jpg", ".pdf", ".db", ".xz", ".xls"}
TEXTS = {path: path.read_text() for path in FILES if path.suffix not in PICTURES}
PYTHON = {path: text for path, text in TEXTS.items() if path.suffix == ".py"}
LOCKS = sorted(path for path in TEXTS if path.suffix == ".lock" or path.name == "package-lock.json")

# Written in halves, so that this file does not find itself.
OF_ONE_MACHINE = re.compile(r"(?<![\w.])(/" + r"work/|/" + r"root/|/" + r"home/\w|/" + r"Users/\w)")
INDEXES = re.compile(
    r"(--(extra-)?index" + r"-url|files\.python" + r"hosted\.org|registry\.npm" + r"js\.org)"
)
PROMISES = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|NotImplemented" + r"Error|assert " + r"True\b")
CONFLICTS = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)


def having(pattern: re.Pattern[str], texts: dict[Path, str]) -> list[str]:
    return [
        f"{path}: {line.strip()[:120]}"
        for path, text in texts.items()
        for line in text.splitlines()
        if pattern.search(line)
    ]


def test_no_path_of_one_machine() -> None:
    assert having(OF_ONE_MACHINE, TEXTS) == []


def test_no_address_of_a_package_index() -> None:
    assert having(INDEXES, TEXTS) == []


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_locks_work_behind_every_mirror(lock: Path) -> None:
    text = TEXTS[lock]
    assert '"resolved"' not in text
    assert not re.search(r"\.(whl|tgz|tar\.gz)\b", text)
    assert re.search(r"sha256:|sha512-", text)


def test_what_is_promised_is_done() -> None:
    assert having(PROMISES, PYTHON) == []


def test_no_conflict_is_left_in_a_file() -> None:
    assert [str(path) for path, text in TEXTS.items() if CONFLICTS.search(text)] == []


def test_no_file_is_too_long_to_read() -> None:
    written = {path: text for path, text in TEXTS.items() if path.suffix in {".py", ".html", ".js", ".mjs"}}
    assert {
        str(path): len(text.splitlines()) for path, text in written.items() if text.count("\n") > 600
    } == {}


def test_no_test_waits_for_the_clock() -> None:
    """What kills workers at random moments may sleep: there the clock is the fault."""
    tests = {
        path: text for path, text in PYTHON.items() if path.parts[0] == "tests" and path.parts[1] != "faults"
    }
    assert having(re.compile(r"\btime\." + r"sleep\("), tests) == []


def test_no_test_is_left_out() -> None:
    tests = {path: text for path, text in PYTHON.items() if path.parts[0] == "tests"}
    assert having(re.compile(r"mark\.(skip|xfail)|pytest\." + r"skip\("), tests) == []


def test_what_is_installed_is_the_product_alone() -> None:
    told = tomllib.loads(Path("pyproject.toml").read_text())
    assert told["tool"]["hatch"]["build"]["targets"]["wheel"] == {
        "packages": ["matcher", "notifications", "web"]
    }
