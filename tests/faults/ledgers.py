"""SendGrid and Twilio in a process of their own: they write down whom they took a message for, before they
answer, and SendGrid tells the web side about it as it does: late, shuffled, some twice, signed.
"""

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import requests

from tests.faults import kills
from tests.support.fake_provider import Answer, Call
from tests.support.fake_sendgrid import FakeSendGrid, Signer, event, report
from tests.support.fake_twilio import FakeTwilio
from web.providers import SENDGRID_EVENTS

TELL_EVERY = 0.2  # seconds
UNKNOWN = "0 0"  # a text carries no id of ours


@dataclass
class Ledger:
    """`log` is what they took; `latency` how long they take to answer; `port` where our web side listens."""

    log: Path
    port: int
    latency: float = 0.1
    seed: int = 1
    signer: Signer = field(default_factory=Signer)
    sendgrid: str = ""
    twilio: str = ""
    told: "Synchronized[int]" = field(default_factory=lambda: kills.FORK.Value("i", 0))

    @contextmanager
    def kept(self) -> Iterator["Ledger"]:
        """With both providers at their addresses, and whoever tells us of letters."""
        self.log.touch()
        addresses = self.log.with_name("addresses")
        providers = kills.start(self._provide, addresses)
        while not addresses.exists():
            time.sleep(0.01)
        self.sendgrid, self.twilio = addresses.read_text().split()
        postman = kills.start(self._tell)
        try:
            yield self
        finally:
            for process in (postman, providers):
                process.kill()
                process.join()

    def has_told_all(self) -> bool:
        return self.told.value == len(self.log.read_text().splitlines())

    def _provide(self, addresses: Path) -> None:
        ledger, out = self, os.open(self.log, os.O_WRONLY | os.O_APPEND)

        def write_down(ids: str, address: str, origin: str) -> None:
            os.write(out, f"{ids} {time.time()} taken {address} {origin}\n".encode())
            time.sleep(ledger.latency)

        class Mail(FakeSendGrid):
            def accept(self, call: Call) -> Answer:
                answer = super().accept(call)
                for each in json.loads(call.body)["personalizations"]:
                    ours = each["custom_args"]
                    ids = f"{ours['unm_message']} {ours['unm_attempt']}"
                    write_down(ids, each["to"][0]["email"], ours["unm_origin"])
                return answer

        class Texts(FakeTwilio):
            def create(self, form: dict[str, str]) -> Answer:
                self.now = datetime.now(UTC)
                answer = super().create(form)
                write_down(UNKNOWN, form["To"], "-")
                return answer

        mail, texts = Mail(), Texts()
        with mail.serving(), texts.serving():
            addresses.with_suffix(".new").write_text(f"{mail.url} {texts.url}")
            addresses.with_suffix(".new").rename(addresses)
            signal.pause()

    def _tell(self) -> None:
        """What the web side did not take, because it was dead, it is told again."""
        chance = random.Random(self.seed)
        while True:
            time.sleep(TELL_EVERY)
            lines = self.log.read_text().splitlines()
            events = [made for line in lines[self.told.value :] for made in _events(line, chance)]
            chance.shuffle(events)
            if not events or self._is_heard(report(*events)):
                self.told.value = len(lines)

    def _is_heard(self, body: bytes) -> bool:
        stamp = str(int(time.time()))
        signed = {
            "X-Twilio-Email-Event-Webhook-Signature": self.signer.sign(body, stamp),
            "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        }
        address = f"http://127.0.0.1:{self.port}{SENDGRID_EVENTS}"
        try:
            return requests.post(address, data=body, headers=signed, timeout=10).ok
        except requests.RequestException:
            return False


def _events(line: str, chance: random.Random) -> list[dict[str, Any]]:
    """Of a letter; of a text nobody is told."""
    message, attempt, at, _, _, origin = line.split()
    if f"{message} {attempt}" == UNKNOWN:
        return []
    about = {"unm_attempt": attempt, "unm_origin": origin, "sg_message_id": f"sg-{message}-{attempt}"}
    told = [
        event(name, f"{name}-{message}-{attempt}", int(message), timestamp=int(float(at)), **about)
        for name in ("processed", "delivered")
    ]
    return told + [each for each in told if chance.random() < 0.3]
