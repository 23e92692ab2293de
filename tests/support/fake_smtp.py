"""A mail server on loopback that takes letters, refuses them, or hangs up at a given word."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session

from tests.support.fake_provider import DRIP_SECONDS, nobody_there


@dataclass
class FakeMailServer:
    """`answers` are given once each, for RCPT or the end of DATA; `refuse` is asked each time, with the step
    (MAIL, RCPT or DATA) and the address. `hang_up` is where it breaks off, or "drip": then it answers a
    letter at a time and never ends. With a `greeting` it says that to everyone who comes, and no more. It
    `ends_after` so many letters of a connection, by saying so or by hanging up. It may offer STARTTLS,
    and has no certificate for it."""

    letters: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    hang_up: str = ""
    greeting: str = ""
    refuse: Callable[[str, str], str | None] = lambda _step, _address: None
    ends_after: tuple[int, str] = (10**9, "")
    offers_starttls: bool = False
    calls: int = 0
    connections: int = 0
    on_this: int = 0
    url: str = ""

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        self.on_this = 0
        session.host_name = hostname
        if self.offers_starttls:
            responses.insert(1, "250-STARTTLS")
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.calls += 1
        self.on_this += 1
        most, how = self.ends_after
        if self.on_this > most and how == "hang up":
            server.transport.abort()
        if self.on_this > most:
            return how
        if refusal := self.refuse("MAIL", address):
            return refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.hang_up == "RCPT":
            server.transport.abort()
        if "RCPT" in self.answers:
            return self.answers.pop("RCPT")
        if refusal := self.refuse("RCPT", address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers.pop("DATA")
        if refusal := self.refuse("DATA", envelope.rcpt_tos[0]):
            return refusal
        self.letters.append(message_from_bytes(envelope.content or b"", policy=policy.default))  # type: ignore[arg-type]
        if self.hang_up == "answer":
            server.transport.abort()
        while self.hang_up == "drip" and not server.transport.is_closing():
            server.transport.write(b"2")
            await asyncio.sleep(DRIP_SECONDS)
        return "250 OK"

    @contextmanager
    def serving(self) -> Iterator[None]:
        self.url = nobody_there().replace("http", "smtp")
        controller = _Door(self, hostname="127.0.0.1", port=int(self.url.rpartition(":")[2]))
        controller.start()
        try:
            yield
        finally:
            controller.stop()


class _Door(Controller):
    def factory(self) -> Any:
        if not self.handler.greeting:
            return super().factory()
        self.handler.calls += 1
        return _Unfriendly(self.handler.greeting)


class _Unfriendly(asyncio.Protocol):
    def __init__(self, greeting: str) -> None:
        self.greeting = greeting

    def connection_made(self, transport: Any) -> None:
        transport.write(f"{self.greeting}\r\n".encode())
        transport.close()
