"""Which backups are dropped, and which never."""

from datetime import UTC, datetime, timedelta
from os import utime
from pathlib import Path

import pytest

from web.commands import backups

TODAY = datetime(2026, 12, 1, 3, 37, tzinfo=UTC)


@pytest.fixture
def nights(tmp_path: Path) -> Path:
    """A folder with a backup of each night, forty of them, the last of `TODAY`."""
    for days in range(40):
        night = TODAY - timedelta(days=days)
        for ending in ("", ".erased"):
            file = tmp_path / f"{night:%Y-%m-%d}.backup{ending}"
            file.touch()
            utime(file, (night.timestamp(), night.timestamp()))
    return tmp_path


def left(folder: Path) -> int:
    """How many backups, each of which has its ledger still."""
    files = {file.name for file in folder.iterdir()}
    whole = {name for name in files if name.endswith(".backup")}
    assert files == whole | {f"{name}.erased" for name in whole}
    return len(whole)


@pytest.mark.parametrize(("days", "many"), [(0, 31), (10, 21), (30, 7), (365, 7)])
def test_of_old_backups_the_newest_seven_stay_whatever_the_clock_says(
    nights: Path, days: int, many: int
) -> None:
    backups.drop_old(nights, now=TODAY + timedelta(days=days))
    assert (left(nights), (nights / f"{TODAY:%Y-%m-%d}.backup").exists()) == (many, True)


def test_what_was_cut_off_long_ago_goes_too_and_nothing_else_does(nights: Path) -> None:
    for name in ("a.backup.half", "a.backup.half-journal", "of-my-own.db"):
        (nights / name).touch()
        utime(nights / name, (0, 0))
    backups.drop_old(nights, now=TODAY)
    assert (nights / "of-my-own.db").exists()
    (nights / "of-my-own.db").unlink()
    assert left(nights) == 31


def test_what_only_looks_like_a_backup_is_neither_dropped_nor_counted(nights: Path) -> None:
    (nights / "kept.backups").mkdir()
    (nights / "kept.backup").mkdir()
    theirs = ("2026-10-01.backup.gpg", "how-to-restore.backup-notes.txt", "kept.backups", "kept.backup")
    (nights / theirs[0]).touch()
    (nights / theirs[1]).touch()
    for name in theirs:
        utime(nights / name, (0, 0))
    (nights / "latest.backup").symlink_to(nights / f"{TODAY:%Y-%m-%d}.backup")
    (nights / "gone.backup").symlink_to(nights / "nowhere")
    backups.drop_old(nights, now=TODAY + timedelta(days=365))
    assert [name for name in theirs if not (nights / name).exists()] == []
    assert len(list(nights.glob("2026-*.backup"))) == 7
    assert (nights / "gone.backup").is_symlink()
