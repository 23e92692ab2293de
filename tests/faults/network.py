"""Answers that never come, trickle, break off, or are somebody else's: nobody is held, nothing is lost.

Time is real; our clock runs 240 times as fast: ten minutes of waiting for evidence take 2.5 seconds.
"""

import random
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from json import loads
from pathlib import Path

from notifications import delivery, pace, receipts, reconcile
from notifications.delivery import Providers
from notifications.providers import sendgrid
from notifications.providers.base import Accepted, Outgoing
from notifications.providers.sendgrid import SendGrid
from tests.faults import checker
from tests.faults.trial import BEGAN, KEY, Outcome, Trial, queue, room
from tests.support.fake_provider import DRIP_BODY, DRIP_HEAD, HALF, HANG, HTML, RESET, Answer, Call
from tests.support.fake_sendgrid import FakeSendGrid, event, report
from tests.support.letters import links
from web.db import Database

TROUBLES = (HANG, DRIP_HEAD, DRIP_BODY, RESET, HALF, HTML)
TIMEOUT, GRACE = 0.3, 1.7  # seconds; the grace is what a busy machine may add
SPEED = 240
EVENTS_AFTER = 0.5


@dataclass
class Treacherous(FakeSendGrid):
    """It takes half of the letters whose answers it spoils, and tells of them by event a second later."""

    log: Path = Path()
    chance: random.Random = field(default_factory=random.Random)
    told: deque[tuple[float, str]] = field(default_factory=deque)

    def accept(self, call: Call) -> Answer:
        return self.take(call)

    def spoil(self, call: Call) -> None:
        if self.chance.random() < 0.5:
            self.take(call)

    def take(self, call: Call) -> Answer:
        args = loads(call.body)["personalizations"][0]["custom_args"]
        with self.log.open("a") as log:
            log.write(f"{args['unm_message']} {args['unm_attempt']} {time.time()} taken\n")
        self.told.append((time.time(), args["unm_message"]))
        return 202, {"X-Message-Id": f"sg-{args['unm_message']}"}, b""


@dataclass
class Timed:
    """A carrier that notes how long the longest call took."""

    carrier: SendGrid
    longest: float = 0.0
    name: str = sendgrid.NAME

    def send(self, outgoing: Outgoing) -> Accepted:
        began = time.monotonic()
        try:
            return self.carrier.send(outgoing)
        finally:
            self.longest = max(self.longest, time.monotonic() - began)


def fault(trial: Trial) -> Outcome:
    messages = trial.size(24, 600)
    database, chance = room(trial), random.Random(trial.seed)
    queue(database, messages)
    fake = Treacherous(log=trial.log, chance=chance)
    fake.troubles.extend(TROUBLES * trial.size(2, 40))
    with fake.serving():
        seconds = TIMEOUT + GRACE + 0.5 if trial.mutant == "no timeout" else TIMEOUT
        timed = Timed(SendGrid("SG.key", "Unmentoring <hello@unm.example>", fake.url, seconds))
        _work(database, Providers(email=timed, key=KEY), fake, until=time.time() + trial.size(60, 1200))
    database.dispose()
    verdict = checker.check(trial.url, trial.log)
    most = TIMEOUT + GRACE
    return Outcome(
        f"{len(TROUBLES) * trial.size(2, 40)} spoilt answers; the longest call took {timed.longest:.2f} s; "
        f"{verdict}",
        f"no call longer than {most:.1f} s, none lost, none twice",
        timed.longest <= most and verdict.lost == verdict.twice == 0,
    )


def _work(database: Database, providers: Providers, fake: Treacherous, until: float) -> None:
    began = time.time()

    def clock() -> datetime:
        return BEGAN + timedelta(seconds=(time.time() - began) * SPEED)

    while time.time() < until and not _all_settled(database):
        done = delivery.deliver_due(database.write, providers, links, clock, 20)
        reconcile.reconcile(database.write, providers, links, clock)
        _tell(database, fake, clock())
        with database.write() as session:
            pace.start_again(session, sendgrid.NAME)  # the breaker has its own fault; here every call counts
        if done.idle:
            time.sleep(0.02)


def _tell(database: Database, fake: Treacherous, now: datetime) -> None:
    ripe = []
    while fake.told and fake.told[0][0] < time.time() - EVENTS_AFTER:
        message = fake.told.popleft()[1]
        ripe.append(event("delivered", f"d{message}", int(message)))
    if ripe:
        with database.write() as session:
            receipts.take(session, sendgrid.events(report(*ripe), now), key=KEY, now=now)


def _all_settled(database: Database) -> bool:
    undone = "SELECT count(*) FROM outbox_message WHERE state NOT IN ('accepted', 'delivered')"
    return checker.number(database.engine.url.render_as_string(hide_password=False), undone) == 0
