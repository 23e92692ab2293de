"""One message in a hundred is poison: half of it makes our own program fail, half is refused for good."""

import time
from datetime import timedelta
from json import loads

from sqlalchemy import text

from notifications import delivery, sending
from notifications.delivery import Providers
from notifications.providers.sendgrid import SendGrid
from tests.faults import checker
from tests.faults.pacing import Book, Leaping
from tests.faults.trial import KEY, Outcome, Trial, queue, room
from tests.support.fake_provider import Answer, Call
from tests.support.fake_sendgrid import error
from tests.support.letters import links
from web.db import Database

EVERY = 50  # every fiftieth is broken, and every fiftieth's next is refused
RETRIES = timedelta(hours=1).total_seconds()


class Choosy(Book):
    def accept(self, call: Call) -> Answer:
        to = loads(call.body)["personalizations"][0]["to"][0]["email"]
        return error(400, "does not exist") if to.startswith("refused") else super().accept(call)


def fault(trial: Trial) -> Outcome:
    honest = sending.PARK_AFTER
    if trial.mutant == "never parks":
        sending.PARK_AFTER = 10**9
    try:
        return _fault(trial)
    finally:
        sending.PARK_AFTER = honest


def _fault(trial: Trial) -> Outcome:
    messages = trial.size(100, 4000)
    plain = _rate(trial, messages, poisoned=False) if trial.full else 0.0
    rate = _rate(trial, messages, poisoned=True)
    healthy = f"id % {EVERY} > 1"
    gone = checker.number(
        trial.url, f"SELECT count(*) FROM outbox_message WHERE {healthy} AND state = 'accepted'"
    )
    parked = checker.ask(
        trial.url, f"SELECT state, crashes, tries FROM outbox_message WHERE id % {EVERY} = 0"
    )
    failed = checker.ask(trial.url, f"SELECT state, attempt FROM outbox_message WHERE id % {EVERY} = 1")
    fast = rate >= 0.95 * plain
    broken, refused = messages // EVERY, messages // EVERY
    speed = f"; {rate:.0f} healthy ones a second, {plain:.0f} without poison" if trial.full else ""
    return Outcome(
        f"{gone} of {messages - broken - refused} healthy ones accepted; broken ones {set(parked)}, "
        f"refused ones {set(failed)}{speed}",
        "all healthy ones accepted, at 95% of full speed; parked after 5 crashes, failed after 1 refusal",
        gone == messages - broken - refused
        and set(parked) == {("parked", 5, 0)}
        and set(failed) == {("failed", 1)}
        and fast,
    )


def _rate(trial: Trial, messages: int, *, poisoned: bool) -> float:
    """Healthy messages a second, of what a worker takes until nothing is left."""
    database = room(trial)
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM outbox_named"))
        connection.execute(text("DELETE FROM outbox_message"))
    queue(database, messages)
    if poisoned:
        _poison(database)
    clock = Leaping()
    fake = Choosy(log=trial.log, clock=clock)
    with fake.serving():
        carrier = SendGrid("SG.key", "Unmentoring <hello@unm.example>", fake.url, 5.0)
        providers, began = Providers(email=carrier, key=KEY), time.monotonic()
        while not delivery.deliver_due(database.write, providers, links, clock, 20).idle:
            pass
        took = time.monotonic() - began
        for _ in range(10):  # what crashed is tried again, later and later
            clock.leap(RETRIES)
            delivery.deliver_due(database.write, providers, links, clock, messages)
    database.dispose()
    return messages * (1 - 2 / EVERY) / took


def _poison(database: Database) -> None:
    broken = f"UPDATE outbox_message SET payload = '{{\"nonsense\": 1}}' WHERE id % {EVERY} = 0"
    refused = f"UPDATE outbox_message SET email = 'refused@example.org' WHERE id % {EVERY} = 1"
    with database.engine.begin() as connection:
        connection.execute(text(broken))
        connection.execute(text(refused))
