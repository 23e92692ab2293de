"""A short year of a small programme. `make year` lives a whole one."""

from pathlib import Path

from tests.year.__main__ import live


def test_nothing_happens_in_two_months_that_should_not(tmp_path: Path) -> None:
    _, verdict = live(tmp_path, people=14, rounds=2, seed=1)
    assert verdict.faults == []


def test_nobody_meets_the_same_person_again_while_there_is_somebody_new(tmp_path: Path) -> None:
    _, verdict = live(tmp_path, people=10, rounds=3, seed=2)
    repeats = [(line.repeats, line.forced) for line in verdict.lines]
    # So few people, some of them away, may leave no choice; then the proof says so.
    assert len(repeats) == 3
    assert [pair for pair in repeats if pair[0] > pair[1]] == []
