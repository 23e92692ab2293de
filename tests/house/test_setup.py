"""What `make setup` begins with."""

from pathlib import Path

import pytest

from tools.setup import take_away


@pytest.mark.parametrize("is_link", [True, False])
def test_parts_of_another_python_are_taken_for_nobody_s(tmp_path: Path, is_link: bool) -> None:
    made, venv = tmp_path / "made", tmp_path / ".venv"
    (made / "stamps").mkdir(parents=True)
    venv.symlink_to(made) if is_link else made.rename(venv)
    take_away(venv)
    assert (venv.exists(), (made / "stamps").exists()) == (False, is_link)


def test_where_there_is_none_nothing_is_taken_away(tmp_path: Path) -> None:
    take_away(tmp_path / ".venv")
    assert [*tmp_path.iterdir()] == []
