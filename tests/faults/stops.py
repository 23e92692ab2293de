"""A STOP while a thousand messages wait for that number."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from notifications import delivery, suppression
from notifications.delivery import Providers
from notifications.messages import Channel
from notifications.providers.base import Accepted, Outgoing
from notifications.suppression import Why
from notifications.tables import Suppression
from tests.faults import checker
from tests.faults.trial import BEGAN, KEY, Outcome, Trial, opened, queue, room
from tests.support.letters import links

WORKERS = 3
PHONE = "+447700900111"
BEFORE = 30  # texts that are out when the STOP comes


@dataclass
class Slow:
    """A provider that takes a moment, and writes down when it was called."""

    log: Path
    name: str = "slow"

    def send(self, outgoing: Outgoing) -> Accepted:
        with self.log.open("a") as log:
            log.write(f"{outgoing.id} {outgoing.attempt} {time.time()} taken\n")
        time.sleep(0.005)
        return Accepted(str(outgoing.id))


def at_once(number: int, work: Callable[[], object]) -> list[threading.Thread]:
    """Threads that all begin in one moment."""
    ready = threading.Barrier(number)

    def run() -> None:
        ready.wait()
        work()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    return threads


def fault(trial: Trial) -> Outcome:
    database = room(trial)
    queue(database, 1000, channel=Channel.SMS)
    database.dispose()
    trial.log.touch()
    slow, done = Slow(trial.log), threading.Event()
    providers = Providers(email=slow, sms=slow, key=b"" if trial.mutant else KEY)

    def work() -> None:
        own = opened(trial.url)
        while not done.is_set():
            delivery.deliver_due(own.write, providers, links, clock, 20)
        own.dispose()

    began = time.monotonic()

    def clock() -> datetime:
        return BEGAN + timedelta(seconds=time.monotonic() - began)

    threads = at_once(WORKERS, work)
    while len(checker.calls(trial.log)) < BEFORE:
        time.sleep(0.01)
    writer = opened(trial.url)
    with writer.write() as session:
        if trial.mutant:  # the list is looked at when a message is queued, and then no more
            session.add(Suppression(channel=Channel.SMS, key=PHONE, reason=Why.STOP, since=clock()))
        else:
            suppression.suppress(session, Channel.SMS, PHONE, Why.STOP, key=KEY, now=clock())
    stopped, before = clock(), len(checker.calls(trial.log))
    time.sleep(0.5)
    done.set()
    for thread in threads:
        thread.join()
    writer.dispose()
    late = "SELECT count(*) FROM outbox_message WHERE sending_at > :stopped"
    moment = stopped if "postgresql" in trial.url else stopped.strftime("%Y-%m-%d %H:%M:%S.%f")
    started = checker.number(trial.url, late, stopped=moment)
    calls = len(checker.calls(trial.log)) - before
    return Outcome(
        f"of 1,000 queued, {before} were out when STOP was committed; {started} started after it, "
        f"{calls} calls were under way",
        f"0 started after it, at most {WORKERS} calls under way",
        started == 0 and calls <= WORKERS,
    )
