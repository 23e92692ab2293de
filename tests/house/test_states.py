"""The pictures of states are what the code says by now."""

from tools import states


def test_the_page_of_states_is_up_to_date() -> None:
    assert states.DOCUMENT.read_text() == states.document(), "run `.venv/bin/python -m tools.states`"
