"""Email by any mail server, over SMTP.

A conversation in steps, so that a broken connection says where it broke: up to the last dot of the letter
nothing has been taken; after it, only the server knows. The letter's Message-ID is the same each time it is
sent, so a mailbox that gets a second copy can tell.
"""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from email.utils import formataddr, parseaddr
from urllib.parse import unquote, urlsplit

from typing_extensions import override

from notifications.errors import Permanent, ProviderError, Temporary, Uncertain
from notifications.providers import in_time
from notifications.providers.base import CONNECT_SECONDS, READ_SECONDS, Accepted, Outgoing, OutgoingEmail

NAME = "smtp"
READY_FOR_LETTER = 354

# What a reply means beyond its first digit (4: later, 5: never). Source: RFC 5321, 4.2.3, and RFC 3463.
REASONS = {
    421: "the mail server is closing",
    450: "the mailbox is busy",
    451: "the mail server had a problem of its own",
    452: "the mail server has no room",
    550: "the mailbox does not exist or refuses mail",
    551: "the mailbox has moved",
    552: "the mailbox is full",
    553: "the mail server takes this for no address",
    554: "the mail server refused the message",
}
NO_SUCH_MAILBOX = ("5.1.1", "5.1.10")


@dataclass(frozen=True)
class Server:
    """`smtp://user:password@host:587`: STARTTLS where offered, always with a password. `smtps://…`: TLS."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""

    @classmethod
    def at(cls, url: str) -> "Server":
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        port = parts.port or (465 if tls else 587)
        return cls(
            parts.hostname or "", port, tls, unquote(parts.username or ""), unquote(parts.password or "")
        )


class Smtp:
    """`sender` is the From, as `Name <address>`; bounces go to its address."""

    name = NAME

    def __init__(self, url: str, sender: str, timeout: float = READ_SECONDS) -> None:
        self._server = Server.at(url)
        self._sender = sender
        self._timeout = timeout

    def send(self, outgoing: Outgoing) -> Accepted:
        if not isinstance(outgoing, OutgoingEmail):
            raise TypeError("SMTP carries emails")
        letter = letter_for(outgoing, self._sender)
        data = smtplib.quotedata(letter.as_string(policy=MAIL_POLICY))
        try:
            line = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            raise Temporary(
                "the mail server refuses our password", str(error.smtp_code), stop=True
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Temporary("the mail server could not be reached", outage=True) from error
        with line:
            self._say(line, outgoing, data)
        return Accepted(letter["Message-ID"])

    def _connect(self) -> "_Line":
        server = self._server
        context = ssl.create_default_context()
        if server.tls:
            smtp: _Smtp = _SmtpInTls(server.host, server.port, timeout=CONNECT_SECONDS, context=context)
        else:
            smtp = _Smtp(server.host, server.port, timeout=CONNECT_SECONDS)
        try:
            smtp.ehlo()
            if not server.tls and (server.password or smtp.has_extn("starttls")):
                smtp.starttls(context=context)
                smtp.ehlo()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        smtp.wait(self._timeout)
        return _Line(smtp)

    def _say(self, line: "_Line", outgoing: OutgoingEmail, data: str) -> None:
        try:
            _expect(250, *line.smtp.mail(parseaddr(self._sender)[1]))
            _expect(250, *line.smtp.rcpt(outgoing.to))
            _expect(READY_FOR_LETTER, *line.smtp.docmd("DATA"))
            line.smtp.wait(self._timeout)
            line.smtp.send(data + "\r\n.\r\n")
        except UnicodeEncodeError as error:
            raise Permanent("the mail server cannot write to this address") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Temporary("the connection broke before the letter was over", outage=True) from error
        try:
            line.smtp.wait(self._timeout)
            answer = line.smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Uncertain("the connection broke before the answer") from error
        _expect(250, *answer)


class _Smtp(smtplib.SMTP):
    """The library's, but all that is said between two `wait`s must be said in time."""

    @override
    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock:
            self.file = in_time.reading(self.sock)
        return super().getreply()

    def wait(self, seconds: float) -> None:
        if self.sock:
            self.sock.settimeout(seconds)
            self.file = None


class _SmtpInTls(_Smtp, smtplib.SMTP_SSL):
    pass


class _Line:
    """An open conversation, ended politely or not at all: its end must not change what happened."""

    def __init__(self, smtp: "_Smtp") -> None:
        self.smtp = smtp

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self.smtp.docmd("QUIT")
        self.smtp.close()


def _expect(code: int, got: int, said: bytes) -> None:
    if got // 10 == code // 10:
        return
    raise _refusal(got, said.decode("ascii", "replace"))


def _refusal(code: int, said: str) -> ProviderError:
    reason = REASONS.get(code, "the mail server refused the message")
    if code // 100 == 4:
        return Temporary(reason, str(code), outage=code == 421)
    return Permanent(reason, str(code), suppress=said.startswith(NO_SUCH_MAILBOX))


def letter_for(outgoing: OutgoingEmail, sender: str) -> EmailMessage:
    """The letter as it travels: both parts, the calendar file, every header; made by the library alone."""
    letter = EmailMessage(policy=MAIL_POLICY)
    letter["From"] = sender
    letter["To"] = formataddr((outgoing.name, outgoing.to)) if outgoing.to.isascii() else outgoing.to
    letter["Subject"] = outgoing.subject
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    letter["Message-ID"] = f"<message-{outgoing.id}@{domain}>"
    if outgoing.reply_to:
        letter["Reply-To"] = outgoing.reply_to
    for name, value in outgoing.headers.items():
        letter[name] = value
    letter.set_content(outgoing.text, cte="quoted-printable")
    letter.add_alternative(outgoing.html, subtype="html", cte="quoted-printable")
    if outgoing.calendar:
        letter.add_attachment(
            outgoing.calendar.decode(),
            subtype="calendar",
            filename="conversation.ics",
            params={"method": outgoing.calendar_method},
            cte="base64",
        )
    return letter
