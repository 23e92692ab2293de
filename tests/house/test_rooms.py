"""The picture of the rooms is what the imports say by now."""

from pathlib import Path

from tools import rooms


def test_the_picture_of_the_rooms_is_up_to_date() -> None:
    assert Path("docs/rooms.svg").read_text() == rooms.svg(), "run `.venv/bin/python -m tools.rooms`"


def test_no_two_rooms_import_each_other() -> None:
    known = rooms.arrows()
    assert [pair for pair in known.edges if known.has_edge(*pair[::-1])] == []
