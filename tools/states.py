"""Draw the ways of messages and of imports from state to state: `.venv/bin/python -m tools.states`.

It writes docs/states.md from what the code names and from the comments beside the states.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from notifications import receipts, tables
from notifications.tables import State
from web.models import imports
from web.models.imports import ImportState

DOCUMENT = Path("docs/states.md")
PAGE = """\
# States

Drawn from the code by `.venv/bin/python -m tools.states`; `make check` fails while this page is older than \
that. The databases of the tests refuse every move that is not here, and a test makes every one that is.

## A message

{message}

| State | What it means | What can follow by what we do |
|---|---|---|
{message_rows}

What a provider reports comes on top: it moves a message up this line, and never down. {rank}. \
Of what is queued or claimed it counts only if that was being sent before, and of what is held only where a \
backup was restored since.

## An import

{import_}

| State | What can follow |
|---|---|
{import_rows}
"""
Step = TypeVar("Step", bound=StrEnum)


def document() -> str:
    """The page, the same for the same code."""
    meanings = comments_of(Path("notifications/tables.py"), "State")
    return PAGE.format(
        message=_diagram(tables.NEXT, State.QUEUED),
        message_rows="\n".join(
            f"| {state.value} | {meanings.get(state.name, '')} | {_listed(tables.NEXT[state])} |"
            for state in State
        ),
        rank=_rank(),
        import_=_diagram(imports.NEXT, ImportState.READING, ImportState.COLUMNS),
        import_rows="\n".join(f"| {state.value} | {_listed(imports.NEXT[state])} |" for state in ImportState),
    )


def comments_of(source: Path, name: str) -> dict[str, str]:
    """What stands beside each member of an enumeration."""
    text = source.read_text()
    lines = text.splitlines()
    found = next(
        node for node in ast.parse(text).body if isinstance(node, ast.ClassDef) and node.name == name
    )
    members = [node for node in found.body if isinstance(node, ast.Assign)]
    return {ast.unparse(node.targets[0]): lines[node.lineno - 1].partition("  # ")[2] for node in members}


def _diagram(moves: Mapping[Step, Sequence[Step]], *first: Step) -> str:
    arrows = [f"    [*] --> {state.value}" for state in first]
    arrows += [f"    {before.value} --> {after.value}" for before, all_ in moves.items() for after in all_]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])


def _listed(states: Sequence[StrEnum]) -> str:
    return ", ".join(state.value for state in states) or "nothing"


def _rank() -> str:
    levels = sorted(set(receipts.RANK.values()))
    steps = [[state.value for state, rank in receipts.RANK.items() if rank == level] for level in levels]
    return " → ".join(" or ".join(step) for step in steps).capitalize()


if __name__ == "__main__":
    DOCUMENT.write_text(document())
    print(f"written: {DOCUMENT}")
