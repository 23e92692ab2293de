"""docs/messages.md says what the code does."""

import re
from pathlib import Path

import pytest

from notifications.messages import KINDS
from notifications.tables import State
from tools import codes

TEXT = Path("docs/messages.md").read_text()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_kind_is_in_the_table_with_its_promise(kind):
    (row,) = re.findall(rf"^\| `{kind.kind}` \|.*$", TEXT, re.MULTILINE)
    said = [cell.strip() for cell in row.split("|")]
    assert (said[4], said[5] == "yes", said[6] == "yes", said[7] == "yes") == (
        kind.promise, kind.replies, kind.bulk, kind.secret,
    )  # fmt: skip


def test_every_state_is_explained():
    assert all(f"\n| {state} |" in TEXT for state in State)


@pytest.mark.parametrize(("heading", "table"), codes.tables().items())
def test_the_tables_of_codes_are_as_the_code_has_them(heading, table):
    """`python -m tools.codes --write` mends it."""
    assert f"### {heading}\n\n{table}\n" in TEXT
