"""A hundred thousand events: a third of them repeated, all shuffled, one in ten forged."""

import random
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import text

from tests.faults import checker
from tests.faults.trial import BEGAN, Outcome, Trial, opened, queue
from tests.support.fake_sendgrid import Signer, event, report
from tests.support.world import settings_at
from web.app import create_app
from web.http.context import KEY
from web.providers import SENDGRID_EVENTS

A_REPORT = 200  # events in one call
REPEATED, FORGED = 0.3, 0.1
STAMP = "1796115600"
# What is told of a message, in the order in which it happened; the last one decides.
STORIES = {
    "delivered": ("processed", "deferred", "delivered", "open"),
    "failed": ("processed", "deferred", "delivered", "bounce"),
    "failed_temporarily": ("processed", "deferred", "open", "click"),
}

ENDS = ("delivered",) * 18 + ("failed", "failed_temporarily")  # of twenty, as on a bad day


@dataclass
class Caller:
    """SendGrid, calling our webhook. A forger signs with a key of their own."""

    app: Flask
    truly: Signer
    falsely: Signer

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def call(self, events: list[dict[str, Any]], signer: Signer) -> int:
        body = report(*events)
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": signer.sign(body, STAMP),
            "X-Twilio-Email-Event-Webhook-Timestamp": STAMP,
        }
        return self.client.post(SENDGRID_EVENTS, data=body, headers=headers).status_code


def fault(trial: Trial) -> Outcome:
    events = trial.size(1000, 100_000)
    each = len(STORIES["delivered"])
    messages = round(events * (1 - FORGED) / (1 + REPEATED) / each)
    ends = _prepare(trial, messages)
    ours = {"unm_origin": checker.ask(trial.url, "SELECT name FROM outbox_origin")[0][0]}
    chance, truly = random.Random(trial.seed), Signer()
    told = [
        event(name, f"{name}-{id_}", id_, type="bounce", **ours)
        for id_, end in ends.items()
        for name in STORIES[end]
    ]
    told += [one for one in told if chance.random() < REPEATED]
    forged = [
        event("bounce", f"forged-{n}", chance.choice(list(ends)), type="bounce", **ours)
        for n in range(events // 10)
    ]
    chance.shuffle(told)
    calls = [(some, truly) for some in _reports(told)]
    caller = Caller(_app(trial, truly), truly, truly if trial.mutant else Signer())
    calls += [(some, caller.falsely) for some in _reports(forged)]
    chance.shuffle(calls)
    began = time.monotonic()
    answers = Counter(caller.call(some, signer) for some, signer in calls)
    speed = (len(told) + len(forged)) / (time.monotonic() - began)
    caller.app.extensions[KEY].database.dispose()
    return _outcome(trial, ends, answers, len(told), len(forged), speed)


def _prepare(trial: Trial, messages: int) -> dict[int, str]:
    """Messages that SendGrid has taken, and how each of them will end."""
    database = opened(trial.url)
    database.upgrade()
    queue(database, messages)
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE outbox_message SET state = 'accepted', attempt = 1, provider = 'sendgrid', "
                "sending_at = due_at, accepted_at = due_at"
            )
        )
    database.dispose()
    ids = [row[0] for row in checker.ask(trial.url, "SELECT id FROM outbox_message")]
    return {id_: ENDS[n % len(ENDS)] for n, id_ in enumerate(ids)}


def _reports(events: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [events[first : first + A_REPORT] for first in range(0, len(events), A_REPORT)]


def _app(trial: Trial, signer: Signer) -> Flask:
    settings = settings_at(trial.url, trial.folder, sendgrid_webhook_key=signer.public_key)
    return create_app(settings, clock=lambda: BEGAN, limits=False)


def _outcome(
    trial: Trial, ends: dict[int, str], answers: Counter[int], told: int, forged: int, speed: float
) -> Outcome:
    states = dict(checker.ask(trial.url, "SELECT id, state FROM outbox_message"))
    wrong = sum(states[id_] != end for id_, end in ends.items())
    applied = checker.number(trial.url, "SELECT count(*) FROM receipt WHERE event_id LIKE 'forged-%'")
    kept = checker.number(trial.url, "SELECT count(*) FROM receipt")
    fast = speed >= 2000 or not trial.full  # in short, beside other tests, a speed says nothing
    return Outcome(
        f"{told + forged:,} events, {forged:,} forged, answered {dict(answers)}: {wrong} wrong states, "
        f"{applied} forged ones applied, {kept:,} kept; {speed:,.0f} a second",
        f"right states, no forged one applied, {len(ends) * 4:,} kept, 2,000 a second",
        wrong == applied == 0 and kept == len(ends) * 4 and fast,
    )
