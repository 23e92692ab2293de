"""Every fault in its short form, and mutants that are quick to catch: `make faults` tries all, in full."""

import re
from pathlib import Path

import pytest

from tests.faults.every import FAULTS
from tests.faults.trial import Fault, Trial

pytestmark = [
    pytest.mark.faults,
    # The test runner may have threads of its own; the forked processes open everything they need anew.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]
SHORT = [(fault, kind) for fault in FAULTS for kind in fault.tested_on]
MUTANTS = [(fault, mutant) for fault in FAULTS if fault.tests_mutants for mutant in fault.mutants]


@pytest.mark.parametrize(
    ("fault", "empty_url"),
    SHORT,
    ids=[f"{fault.name}-{kind}" for fault, kind in SHORT],
    indirect=["empty_url"],
)
def test_what_was_promised_holds(fault: Fault, empty_url, tmp_path):
    outcome = fault.run(Trial(empty_url, tmp_path))
    assert outcome.holds, outcome


@pytest.mark.parametrize(("fault", "mutant"), MUTANTS, ids=[f"{f.name}-{m}" for f, m in MUTANTS])
def test_the_checker_catches_a_mutant(fault: Fault, mutant: str, tmp_path):
    url = f"sqlite:///{tmp_path / 'faults.db'}"
    assert not fault.run(Trial(url, tmp_path, mutant=mutant)).holds


def test_the_checker_imports_nothing_of_ours():
    imports = re.findall(r"^(?:from|import) (\w+)", Path("tests/faults/checker.py").read_text(), re.MULTILINE)
    assert not {"matcher", "notifications", "tests", "web"}.intersection(imports)


def test_the_document_says_what_each_fault_is_and_which_mistakes_it_catches():
    document = Path("docs/messages.md").read_text()
    said: dict[str, str] = {}
    for name, row in re.findall(r"^\| `([\w-]+)` \|(.*)", document, re.MULTILINE):
        said.setdefault(name, row)
    unsaid = [
        (fault.name, mistake)
        for fault in FAULTS
        for mistake in ("", *fault.mutants)
        if fault.name not in said or mistake not in said[fault.name]
    ]
    assert unsaid == []
