"""docs/messages.md says what the code does."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from notifications.messages import KINDS
from notifications.messages.parts import BY_EMAIL, BY_TEXT, EITHER
from notifications.tables import State
from tools import codes

TEXT = Path("docs/messages.md").read_text()
TRAVELS_BY = {BY_EMAIL: "email", BY_TEXT: "text", EITHER: "email or text"}


def in_short(time: timedelta) -> str:
    minutes = time // timedelta(minutes=1)
    if time > timedelta(hours=72):
        return f"{time.days} d"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_every_kind_is_in_the_table_with_its_promise(kind):
    (row,) = re.findall(rf"^\| `{kind.kind}` \|.*$", TEXT, re.MULTILINE)
    said = [cell.strip() for cell in row.split("|")]
    assert said[2:4] == [TRAVELS_BY[kind.channels], in_short(kind.deadline)]
    assert (said[4], said[5] == "yes", said[6] == "yes", said[7] == "yes") == (
        kind.promise, kind.replies, kind.bulk, kind.secret,
    )  # fmt: skip


def test_what_a_break_keeps_is_listed():
    (listed,) = re.findall(r"A (`welcome`, .*?) that a programme's break holds are kept", TEXT)
    kept = {kind.kind for kind in KINDS if kind.kept and kind.bulk}
    assert set(re.findall(r"`(\w+)`", listed)) == kept


def test_every_state_is_explained():
    assert all(f"\n| {state} |" in TEXT for state in State)


@pytest.mark.parametrize(("heading", "table"), codes.tables().items())
def test_the_tables_of_codes_are_as_the_code_has_them(heading, table):
    """`python -m tools.codes --write` mends it."""
    assert f"### {heading}\n\n{table}\n" in TEXT
