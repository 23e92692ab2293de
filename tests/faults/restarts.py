"""Every worker is killed at once with messages in its hands, and then somebody starts them again.

Processes and time are real. Nothing was free to be sent when they died, so the next call shows how soon the
dead are found out: when their claim's lease is over, and somebody looks. In full the workers are those of the
command; in short they are forked, with a lease of a second.
"""

import math
import os
import subprocess
import sys
import time
from datetime import timedelta
from multiprocessing.context import ForkProcess
from types import ModuleType

from notifications import delivery, sending
from tests.faults import checker, kills
from tests.faults.kills import Day
from tests.faults.trial import Outcome, Trial, opened, queue
from tests.support.world import settings_at
from web import background
from web.clock import utc_now
from web.settings import Settings

LATENCY = 0.1  # seconds a call takes: long enough to be killed in
BEGUN = 3  # calls
NEVER = sending.A_CLOCK_AHEAD / 2  # what is longer was given by a clock that was wrong
CLAIMED = "SELECT id FROM outbox_message WHERE state = 'claimed'"
LEASE = sending.CLAIM_LEASE
ROOMS: tuple[ModuleType, ...] = (sending, delivery)

Process = subprocess.Popen[bytes] | ForkProcess


def fault(trial: Trial) -> Outcome:
    workers, lease = trial.size(2, 3), timedelta(seconds=1) if not trial.full else LEASE
    allowed = lease.total_seconds() + (4 if trial.mutant else 10)  # what never comes is not waited for long
    _prepare(trial, messages=trial.size(40, 200 * workers))
    address = trial.folder / "address"
    provider = kills.start(kills.provide, Day(trial.url, trial.folder, latency=LATENCY), address)
    try:
        _wait_for(address.exists)
        settings = _settings(trial, address.read_text())
        first = [_begin(trial, settings, lease) for _ in range(workers)]
        _wait_for(lambda: len(checker.calls(trial.log)) >= BEGUN and _count(trial, "queued") == 0)
        _kill(first)
        held = {row[0] for row in checker.ask(trial.url, CLAIMED)}
        again, began = [_begin(trial, settings, lease) for _ in range(workers)], time.time()
        _wait_for(lambda: _taken_of(trial, held), at_most=allowed + 1)
        _kill(again)
    finally:
        provider.kill()
        provider.join()
    after = min((call.at - began for call in _taken_of(trial, held)), default=math.inf)
    return Outcome(
        f"{workers} workers killed with {len(held):,} messages in their hands and none free; the next one "
        f"was sent {'never' if math.isinf(after) else f'{after:.1f} s'} after they were started again",
        f"within {allowed:.0f} s",
        bool(held) and after <= allowed,
    )


def _taken_of(trial: Trial, held: set[int]) -> list[checker.Call]:
    """Calls for what was in the hands of the dead, and had not been called for."""
    return [call for call in checker.calls(trial.log) if call.message in held]


def _prepare(trial: Trial, messages: int) -> None:
    database = opened(trial.url)
    database.upgrade()
    queue(database, messages, now=utc_now())
    database.dispose()


def _settings(trial: Trial, address: str) -> Settings:
    sendgrid = {"email_provider": "sendgrid", "sendgrid_api_key": "SG.key", "sendgrid_base_url": address}
    return settings_at(trial.url, trial.folder, **sendgrid)


def _begin(trial: Trial, settings: Settings, lease: timedelta) -> Process:
    if not trial.full:
        return kills.start(_work, settings, NEVER if trial.mutant else lease)
    said = {name.upper(): str(value) for name, value in settings.model_dump(exclude_defaults=True).items()}
    command = [sys.executable, "-m", "web.cli", "worker"]
    return subprocess.Popen(command, env=os.environ | said, stderr=subprocess.DEVNULL)


def _work(settings: Settings, lease: timedelta) -> None:
    for room in ROOMS:
        room.CLAIM_LEASE = lease  # type: ignore[attr-defined]
    background.run(settings)


def _kill(team: list[Process]) -> None:
    """All of them, before anybody else could take anything over."""
    for one in team:
        one.kill()
    for one in team:
        one.wait() if isinstance(one, subprocess.Popen) else one.join()


def _count(trial: Trial, state: str) -> int:
    return checker.number(trial.url, "SELECT count(*) FROM outbox_message WHERE state = :state", state=state)


def _wait_for(found, at_most: float = 60) -> None:  # type: ignore[no-untyped-def]
    until = time.time() + at_most
    while not found() and time.time() < until:
        time.sleep(0.02)
