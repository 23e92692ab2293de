"""Providers answer, and just then nothing can be committed: once, for a minute, for an hour.

Nothing tells what became of a message but the answer itself, and Twilio's and Notify's lists. Two workers of
one database look every minute, and whoever has heard nothing looks first. The clock is a virtual one.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from notifications import delivery, reconcile
from notifications.delivery import Providers, Unwritten
from notifications.messages import Channel, Digest, Learned, Link
from notifications.providers.notify import Notify, Templates
from notifications.providers.sendgrid import SendGrid
from notifications.providers.smtp import Smtp
from notifications.providers.twilio import Twilio
from tests.faults.trial import BEGAN, KEY, LETTER, Outcome, Trial, queue, room
from tests.support import fake_notify
from tests.support.fake_notify import FakeNotify
from tests.support.fake_sendgrid import FakeSendGrid
from tests.support.fake_smtp import FakeMailServer
from tests.support.fake_twilio import FakeTwilio
from tests.support.letters import COUNCILS, PAGE, links
from web.db import Database

SENDER, STATUS = "Unmentoring <hello@unm.example>", "https://unm.example/webhooks/twilio/status"
DIGEST = Digest(COUNCILS, "the November round", (Learned("Ask the crews first."),), Link("wall", 5), PAGE)
AWAY = {"once": timedelta(0), "a minute": timedelta(minutes=1), "an hour": timedelta(hours=1)}
AFTERWARDS = timedelta(minutes=30)


@dataclass
class Wire:
    """A provider's fake: what leads to it, and the numbers of the messages that arrived."""

    serving: Callable[[], AbstractContextManager[None]]
    providers: Callable[[], Providers]
    arrived: Callable[[], list[str]]
    channel: Channel = Channel.EMAIL
    letter: object = LETTER


def _smtp() -> Wire:
    fake = FakeMailServer()
    return Wire(
        fake.serving,
        lambda: Providers(email=Smtp(fake.url, SENDER, 10.0), key=KEY),
        lambda: [str(letter["Message-ID"]) for letter in fake.letters],
    )


def _sendgrid(letter: object = LETTER) -> Wire:
    fake = FakeSendGrid()
    return Wire(
        fake.serving,
        lambda: Providers(email=SendGrid("SG.key", SENDER, fake.url, 10.0), key=KEY),
        lambda: [
            each["custom_args"]["unm_message"] for call in fake.letters for each in call["personalizations"]
        ],
        letter=letter,
    )


def _twilio() -> Wire:
    fake = FakeTwilio(now=BEGAN)
    twilio = lambda: Twilio(FakeTwilio.account, "token", "Unmentoring", STATUS, fake.url, 10.0)  # noqa: E731
    return Wire(
        fake.serving,
        lambda: Providers(email=twilio(), sms=twilio(), key=KEY),
        lambda: [str(text["status_callback"]) for text in fake.texts],
        Channel.SMS,
    )


def _notify() -> Wire:
    fake = FakeNotify()
    notify = lambda: Notify(fake_notify.KEY, Templates("t-email", "t-sms"), fake.url, 10.0)  # noqa: E731
    return Wire(
        fake.serving,
        lambda: Providers(email=notify(), sms=notify(), key=KEY),
        lambda: [str(each["reference"]) for each in fake.taken],
    )


WIRES: dict[str, Callable[[], Wire]] = {
    "SMTP": _smtp,
    "SendGrid": _sendgrid,
    "SendGrid, together": lambda: _sendgrid(DIGEST),
    "Twilio": _twilio,
    "Notify": _notify,
}


class Forgetful(Unwritten):
    """A mistake: what could not be written down is dropped."""

    def once_more(self, sessions: delivery.Sessions) -> None:
        self._write = None


@dataclass
class Day:
    """Two workers, each with the answer it has heard, and a database that is away after the first call."""

    database: Database
    wire: Wire
    away: timedelta
    mutant: str
    now: datetime = BEGAN
    until: datetime | None = None
    workers: list[Unwritten] = field(default_factory=list)

    def run(self) -> None:
        self.workers = [Forgetful() if self.mutant else Unwritten() for _ in range(2)]
        providers = self.wire.providers()
        with self._failing():
            for _ in range((self.away + AFTERWARDS) // timedelta(minutes=1)):
                for unwritten in self.workers:
                    with suppress(OperationalError):
                        self._look(providers, unwritten)
                self.workers.sort(key=bool)
                self.now += timedelta(minutes=1)

    def _look(self, providers: Providers, unwritten: Unwritten) -> None:
        write, clock = self.database.write, lambda: self.now
        for _ in range(2):
            with suppress(OperationalError):
                reconcile.reconcile(write, providers, links, clock)
            given = (write, providers, links, clock, 100)
            while not delivery.deliver_due(*given, sleep=self._sleep, unwritten=unwritten).idle:
                pass

    def _sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        event.listen(self.database.engine, "commit", self._commit)
        try:
            yield
        finally:
            event.remove(self.database.engine, "commit", self._commit)

    def _commit(self, connection: Connection) -> None:
        if not self.wire.arrived():
            return
        first, self.until = self.until is None, self.until or self.now + self.away
        if not first and self.now >= self.until:
            return
        if connection.dialect.name == "postgresql":
            connection.connection.rollback()
        raise OperationalError("COMMIT", None, OSError("no space left on device"))


def fault(trial: Trial) -> Outcome:
    database, lost, twice, messages = room(trial), 0, list[str](), trial.size(3, 30)
    away = list(AWAY)[: trial.size(2, 3)]
    for name, made in WIRES.items():
        for how_long in away:
            wire = made()
            with wire.serving():
                queue(database, messages, wire.letter, wire.channel, subject=f"{name} {how_long}")  # type: ignore[arg-type]
                Day(database, wire, AWAY[how_long], trial.mutant).run()
                arrived = Counter(wire.arrived())
            lost += messages - len(arrived)
            twice += [f"{name}, {how_long}" for count in arrived.values() if count > 1]
    database.dispose()
    return Outcome(
        f"{len(WIRES) * len(away)} times away, {messages} messages each: {lost} lost, {len(twice)} twice"
        + "".join(f"; {each}: {count}" for each, count in Counter(twice).items()),
        "none lost, none twice",
        lost == 0 and not twice,
    )
