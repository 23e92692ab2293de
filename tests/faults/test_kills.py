"""The short form of the kills: `python -m tests.faults kills` runs them in full."""

import pytest

from tests.faults import kills, mutants
from tests.faults.kills import Day

pytestmark = [
    pytest.mark.faults,
    # The test runner may have threads of its own; the forked processes open everything they need anew.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


def test_killed_workers_lose_nothing_and_say_nothing_twice(empty_url, tmp_path):
    verdict = kills.run(Day(empty_url, tmp_path, messages=150, kills=10))
    assert (verdict.lost, verdict.twice) == (0, 0), verdict


def mutant_day(tmp_path, worker):
    url = f"sqlite:///{tmp_path / 'mutant.db'}"
    # Slow calls, so that most kills fall into one; late events, so that only the mistake decides.
    return Day(url, tmp_path, messages=120, kills=15, latency=0.1, events_after=30.0, worker=worker)


def test_the_checker_catches_a_worker_that_sends_again_without_evidence(tmp_path):
    assert kills.run(mutant_day(tmp_path, mutants.sends_again_when_a_lease_ends)).twice > 0


def test_the_checker_catches_a_worker_that_marks_before_it_sends(tmp_path):
    assert kills.run(mutant_day(tmp_path, mutants.marks_before_it_sends)).lost > 0
