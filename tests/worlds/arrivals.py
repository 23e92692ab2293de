"""What people received: read where a message really arrived, at the carrier's fake or in the local outbox."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from threading import Event
from typing import Any, TypeVar

from notifications.providers import local
from tests.support.fake_notify import FakeNotify
from tests.support.fake_sendgrid import FakeSendGrid, Signer
from tests.support.fake_smtp import FakeMailServer
from tests.support.fake_twilio import FakeTwilio
from web.db import Database

ARRIVES_WITHIN = 90  # seconds, on a machine with much else to do
LOOK_EVERY = 0.05
T = TypeVar("T")


@dataclass(frozen=True)
class Arrived:
    """One message: to an address or a number, with the words its reader sees."""

    to: str
    words: str


@dataclass
class Carriers:
    """A fake of each, over loopback."""

    smtp: FakeMailServer = field(default_factory=FakeMailServer)
    sendgrid: FakeSendGrid = field(default_factory=FakeSendGrid)
    twilio: FakeTwilio = field(default_factory=FakeTwilio)
    notify: FakeNotify = field(default_factory=FakeNotify)
    signer: Signer = field(default_factory=Signer)
    known: list[Arrived] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def serving(self) -> Iterator["Carriers"]:
        with ExitStack() as stack:
            for each in (self.smtp, self.sendgrid, self.twilio, self.notify):
                stack.enter_context(each.serving())
            yield self

    def arrived(self) -> list[Arrived]:
        """All there is, oldest first; each is read once, because somebody looks again and again."""
        for name, taken, read in (
            ("smtp", self.smtp.letters, _by_smtp),
            ("sendgrid", self.sendgrid.letters, _by_sendgrid),
            ("twilio", self.twilio.texts, _by_twilio),
            ("notify", self.notify.taken, _by_notify),
        ):
            for one in taken[self.read[name] :]:
                self.known += read(one)
                self.read[name] += 1
        return self.known


def _by_smtp(letter: EmailMessage) -> Iterator[Arrived]:
    body = letter.get_body(("plain",))
    yield Arrived(str(letter["To"].addresses[0].addr_spec), str(body.get_content()) if body else "")


def _by_twilio(text: dict[str, Any]) -> Iterator[Arrived]:
    yield Arrived(text["to"], text["body"])


def _by_sendgrid(request: dict[str, Any]) -> Iterator[Arrived]:
    words = next(part["value"] for part in request["content"] if part["type"] == "text/plain")
    for each in request["personalizations"]:
        own = words
        for here, text in each.get("substitutions", {}).items():
            own = own.replace(here, text)
        yield Arrived(each["to"][0]["email"], own)


def _by_notify(taken: dict[str, Any]) -> Iterator[Arrived]:
    yield Arrived(taken.get("email_address") or taken["phone_number"], taken["personalisation"]["body"])


@dataclass
class Post:
    """Everybody's letter box. `address` is what our own links begin with."""

    address: str
    carriers: Carriers
    database: Database

    def all(self, to: str | None = None) -> list[Arrived]:
        """Everybody's or one's, newest first."""
        with self.database.read() as session:
            here = local.inbox(session, to=to, limit=1000)
        kept = [Arrived(one.to, one.sms or one.text) for one in here]
        return kept + [one for one in self.carriers.arrived()[::-1] if to in (None, one.to)]

    def link(self, to: str, door: str) -> str:
        """The path of the newest link somebody has that begins with `door`, once it is there."""
        pattern = re.compile(re.escape(self.address) + rf"({re.escape(door)}[^\s<>\"')]*)")
        return until(lambda: self._first(to, pattern), f"a link to {door} for {to}")

    def words(self, to: str, pattern: str) -> str:
        return until(lambda: self._first(to, re.compile(pattern)), f"{pattern} for {to}")

    def _first(self, to: str, pattern: re.Pattern[str]) -> str | None:
        found = (pattern.search(one.words) for one in self.all(to))
        return next((match[1].rstrip(".,") for match in found if match), None)


def until(look: Callable[[], T | None], what: str) -> T:
    """What `look` finds, once it finds anything: other processes do it, and tell nobody."""
    last, idle = time.monotonic() + ARRIVES_WITHIN, Event()
    while time.monotonic() < last:
        if found := look():
            return found
        idle.wait(LOOK_EVERY)
    raise AssertionError(f"{what} did not come in {ARRIVES_WITHIN} seconds")
