"""What `unmentoring watch` does: looks each minute, and calls ALERT_WEBHOOK with what is new.

It stands apart from pages and workers, so that it can tell of them. What it has told of it keeps in memory:
after a restart it tells again of what is still so.
"""

import json
import logging
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from web.clock import utc_now
from web.db import DATABASE_AWAY, Database
from web.queues import Waker
from web.services.background import heartbeats, operator_alerts
from web.services.background.operator_alerts import Matter
from web.settings import Settings

log = logging.getLogger(__name__)

EVERY = 60  # seconds
PATIENCE = 10  # seconds, for an answer to a call
TWICE = 2  # a database or queue that is away for one look alone is restarted, and no news
Call = Callable[[dict[str, str]], None]
AWAY = {
    "database": (
        "The database cannot be used",
        "People see “Back in a moment”. `unmentoring doctor` says why.",
    ),
    "queue": ("The queue cannot be reached", "Messages wait for up to a minute. None is lost."),
    "worker": (
        "No worker has swept for three minutes",
        "Nothing is sent. Does `unmentoring worker` run, and has the disk room? `unmentoring doctor` says.",
    ),
}


@dataclass
class Watch:
    """`call` hands over what is told, and raises OSError where nobody takes it: it is told again then."""

    settings: Settings
    database: Database
    queue_answers: Callable[[], bool]
    call: Call
    clock: Callable[[], datetime] = utc_now
    _told: dict[str, str] = field(init=False, default_factory=dict)
    _seen: dict[str, int] = field(init=False, default_factory=dict)

    def look(self) -> int:
        """Tell of what is new, and of what is over; how often was called."""
        there = {subject: (headline, detail) for subject, headline, detail in self._matters()}
        self._seen = {subject: self._seen.get(subject, 0) + 1 for subject in there}
        calls = 0
        for subject, (headline, detail) in there.items():
            if subject not in self._told and (subject not in AWAY or self._seen[subject] >= TWICE):
                calls += self._tell("trouble", headline, detail)
                self._told[subject] = headline
        for subject in [one for one in AWAY if one in self._told and one not in there]:
            calls += self._tell("over", self._told[subject], "That is over.")
            del self._told[subject]
        return calls

    def _matters(self) -> Iterator[Matter]:
        try:
            with self.database.read() as session:
                now = self.clock()
                silent = heartbeats.is_silent(session, now)
                known = list(operator_alerts.matters(session, self.settings, now=now))
        except DATABASE_AWAY:
            yield "database", *AWAY["database"]
            return
        if silent:
            yield "worker", *AWAY["worker"]
        if not self.queue_answers():
            yield "queue", *AWAY["queue"]
        yield from known

    def _tell(self, state: str, headline: str, detail: str) -> int:
        where = self.settings.public_url
        text = f"{where}: {headline}. {detail}" if state == "trouble" else f"{where}: over: {headline}"
        self.call({"text": text, "state": state, "headline": headline, "detail": detail, "service": where})
        return 1


def watch(settings: Settings, stopping: Event) -> None:
    """Look each minute until told to stop."""
    address = settings.alert_webhook or ""
    waker = Waker(settings)
    it = Watch(
        settings, Database(settings.database_url), waker.queue_answers, lambda said: post(address, said)
    )
    while not stopping.is_set():
        try:
            it.look()
        except OSError as error:
            log.warning("the alert webhook cannot be reached: %s", error)
        except Exception:
            log.exception("something went wrong in watching: looked again soon")
        stopping.wait(EVERY)


# Where Teams gives out addresses: its workflows, and the connectors that Microsoft ended before.
OF_TEAMS = (".logic.azure.com", ".powerplatform.com", ".powerautomate.com", ".webhook.office.com")
OF_GOOGLE, OF_DISCORD = "chat.googleapis.com", ("discord.com", "discordapp.com")
LONGEST_AT_DISCORD = 2_000  # letters


def shaped(address: str, said: dict[str, str]) -> dict[str, Any]:
    """What is told, as the chat behind an address takes it. `text` is what Slack, Mattermost and their like
    show.

    A workflow of Teams answers 202 to anything, and then shows attachments alone (MicrosoftDocs/msteams-docs,
    issue 11302). Google Chat refuses a field it does not know (pydantic/logfire, issue 1540), and Discord
    whatever has no `content`.
    """
    host, text = urlsplit(address).hostname or "", said["text"]
    if host.endswith(OF_TEAMS):
        card = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.2",
            "body": [{"type": "TextBlock", "text": text, "wrap": True}],
        }
        kind = "application/vnd.microsoft.card.adaptive"
        return {
            "type": "message",
            "attachments": [{"contentType": kind, "contentUrl": None, "content": card}],
        }
    if host == OF_GOOGLE:
        return {"text": text}
    if host in OF_DISCORD and not address.endswith("/slack"):
        return {"content": text[:LONGEST_AT_DISCORD]}
    return dict(said)


def post(address: str, said: dict[str, str]) -> None:
    """One call, as JSON.

    Raises:
        OSError: nobody took it.
    """
    body = json.dumps(shaped(address, said)).encode()
    # In our own name: Discord turns away what calls itself Python-urllib.
    headers = {"Content-Type": "application/json", "User-Agent": "Unmentoring/1"}
    request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310  (of the settings)
    try:
        urllib.request.urlopen(request, timeout=PATIENCE).close()  # noqa: S310
    except urllib.error.HTTPError as refused:
        refused.close()  # the error holds the answer, and the connection
        raise
