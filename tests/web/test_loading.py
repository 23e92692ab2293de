"""What is loaded before a command begins: nobody waits for what their command never does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DRAWING = ("numpy", "rustworkx", "networkx", "matcher.draw")
CARRIERS = ("sendgrid", "twilio")
LOADED = """
import sys
from web.cli import main

main({words!r}, standalone_mode=False)
print(" ".join(name for name in {names!r} if name in sys.modules), file=sys.stderr)
"""


def loaded_by(words: list[str], names: tuple[str, ...], folder: Path) -> list[str]:
    """Which of `names` a command loads that is run on an empty database, in a process of its own."""
    program = LOADED.format(words=words, names=names)
    here = {
        "DATABASE_URL": f"sqlite:///{folder / 'empty.db'}",
        "QUEUE_URL": f"sqlite:///{folder / 'queue.db'}",
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | here, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stderr.split()


@pytest.mark.parametrize("words", [["db", "upgrade"], ["programme", "add", "leeds", "--name", "Leeds"]])
def test_a_command_that_draws_nothing_loads_nothing_to_draw_with(words: list[str], tmp_path: Path):
    loaded_by(["db", "upgrade"], (), tmp_path)
    assert loaded_by(words, (*DRAWING, *CARRIERS), tmp_path) == []


def test_a_round_is_drawn_with_what_it_takes(tmp_path: Path):
    assert loaded_by(["draw", "--help"], DRAWING, tmp_path) != []
