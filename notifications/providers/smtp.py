"""Email by any mail server, over SMTP.

A conversation in steps, so that a broken connection says where it broke: up to the last dot of the letter
nothing has been taken; after it, only the server knows. One connection carries the letters of a worker's
pass, one after the other. A letter's Message-ID is the same each time it is sent, so a mailbox that gets a
second copy can tell.
"""

import re
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import quote
from enum import StrEnum
from functools import cached_property
from urllib.parse import unquote, urlsplit

from typing_extensions import override

from notifications import addresses
from notifications.errors import Permanent, ProviderError, Temporary, Uncertain
from notifications.providers import in_time
from notifications.providers.base import (
    CONNECT_SECONDS,
    READ_SECONDS,
    TRIES_ALONE,
    Accepted,
    Outgoing,
    OutgoingEmail,
)

NAME = "smtp"
MAIL_POLICY = SMTP.clone(refold_source="none")  # what is written already stays as it is
READY_FOR_LETTER = 354
CLOSING = 421
LONGEST_TEXT = 900  # in a header, unbroken; a line may have 998 letters
MOST_ON_A_LINE = 100  # letters: servers allow so many, or fewer and then say 421


class Whose(StrEnum):
    """Whose trouble a refusal is."""

    READER = "failed"  # the mailbox cannot take it
    NOBODY_THERE = "suppressed"  # nor ever will
    LETTER = "failed, for what it says"
    OURS = "tried five times; where others are refused too, all wait"
    OUR_SERVER = "waits; provider stopped"  # it refuses everything we could give it now


@dataclass(frozen=True)
class Refusal:
    reason: str
    whose: Whose


# What an enhanced code says after 4. or 5., the longest that fits. Sources: RFC 3463 and the IANA registry of
# its codes; RFC 7505 (1.10) and 7372 (7.20 to 7.27); Google's "SMTP errors and codes" (4.5, 7.26 to 7.30);
# Microsoft's "NDR codes in Exchange Online" (1.90, 2.252, 7.5xx, 7.60 and 7.708).
ENHANCED = {
    "1": Refusal("the mailbox does not exist", Whose.NOBODY_THERE),
    "1.0": Refusal("the mail server takes this for no address", Whose.READER),
    "1.7": Refusal("our own address is refused", Whose.OURS),
    "1.8": Refusal("the domain of our own address is refused", Whose.OURS),
    "1.90": Refusal("our mail server's limit for the day is used up", Whose.OUR_SERVER),
    "2": Refusal("the mailbox takes no mail", Whose.READER),
    "2.2": Refusal("the mailbox is full", Whose.READER),
    "2.252": Refusal("we may not send from our address", Whose.OUR_SERVER),
    "3.4": Refusal("the letter is too big", Whose.LETTER),
    "4.5": Refusal("our mail server's limit for the day is used up", Whose.OUR_SERVER),
    "5": Refusal("the mail server did not understand us", Whose.LETTER),
    "6": Refusal("the mail server cannot read the letter", Whose.LETTER),
    "7": Refusal("our mail is refused", Whose.OURS),
    "7.1": Refusal("our mail is refused by a rule", Whose.OURS),
    "7.8": Refusal("the mail server refuses our password", Whose.OUR_SERVER),
    "7.9": Refusal("the mail server refuses our way to sign in", Whose.OUR_SERVER),
    "7.20": Refusal("our mail has no valid DKIM signature", Whose.OURS),
    "7.23": Refusal("our mail fails SPF", Whose.OURS),
    "7.25": Refusal("our mail server's address has no name (reverse DNS)", Whose.OURS),
    "7.26": Refusal("our mail passes neither SPF nor DKIM", Whose.OURS),
    "7.27": Refusal("our mail fails SPF", Whose.OURS),
    "7.28": Refusal("too much of our mail at once", Whose.OURS),
    "7.30": Refusal("our mail fails DKIM", Whose.OURS),
    "7.57": Refusal("the mail server wants us to sign in", Whose.OUR_SERVER),
    "7.60": Refusal("we may not send from our address", Whose.OUR_SERVER),
    "7.515": Refusal("our domain lacks SPF, DKIM or DMARC", Whose.OURS),
    "7.708": Refusal("our mail server's address is not trusted", Whose.OURS),
}
# What only its words tell to be said of us, not of the reader: of the sender's mailbox by Exchange Online,
# of who writes by Postfix, later than MAIL. Sources: Microsoft's page on SMTP AUTH client submission,
# its "Sending limits"; MicrosoftDocs/OfficeDocs-Support, issue 1187; Postfix's smtpd_check.c.
SAID_OF_US = {
    "STOREDRV.Submission.Exception:SendAsDenied": "2.252",
    "STOREDRV.Submission.Exception:SubmissionQuotaExceeded": "1.90",
    "Basic authentication is not supported": "7.57",  # its 5.7.30: no password is good enough any more
    "Sender address rejected": "1.7",
    "Helo command rejected": "7",
}
# What a reply means that says no more. Source: RFC 5321, 4.2.3. Many servers say 550 and 554 for a mailbox
# that is not there as for a sender they want nothing of: what becomes of other letters tells which.
REPLIES = {
    421: Refusal("the mail server is closing", Whose.OURS),
    450: Refusal("the mailbox is busy", Whose.READER),
    451: Refusal("the mail server had a problem of its own", Whose.READER),
    452: Refusal("the mail server has no room", Whose.READER),
    530: Refusal("the mail server wants us to sign in", Whose.OUR_SERVER),
    550: Refusal("the mailbox does not exist or refuses mail", Whose.OURS),
    551: Refusal("the mailbox has moved", Whose.READER),
    552: Refusal("the mailbox is full", Whose.READER),
    553: Refusal("the mail server takes this for no address", Whose.READER),
    554: Refusal("the mail server refused the message", Whose.OURS),
}
UNKNOWN = Refusal("the mail server refused the message", Whose.OURS)
CODE = re.compile(r"(?:^|#|\()[45]\.(\d{1,3})\.(\d{1,3})(?![\d.])")

PATIENT_TRIES = 4  # a server that knows us not yet may ask each letter to come back later, for some minutes


@dataclass(frozen=True)
class Server:
    """`smtp://user:password@host:587`: STARTTLS where offered, always with a password. `smtps://…`: TLS.

    On our own machine nobody listens in between, and mail servers offer STARTTLS with a certificate that they
    made themselves, as Debian's Postfix does. Source: Chocobozzz/PeerTube, issue 373.
    """

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""

    @property
    def is_here(self) -> bool:
        return self.host in {"localhost", "127.0.0.1", "::1"}

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
        self._kept = _Kept()

    def send(self, outgoing: Outgoing) -> Accepted:
        if not isinstance(outgoing, OutgoingEmail):
            raise TypeError("SMTP carries emails")
        letter = letter_for(outgoing, self._sender)
        data = smtplib.quotedata(letter.as_string(policy=MAIL_POLICY))
        line = self._welcomed()
        try:
            line.give(outgoing.to, data)
        finally:
            self._let_go(line)
        return Accepted(letter["Message-ID"])

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        """Read once: the authorities that this machine trusts take longer to load than a line to open."""
        return ssl.create_default_context()

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Keep this thread's connection from one letter to the next, until the end."""
        self._kept.staying = True
        try:
            yield
        finally:
            self._kept.staying = False
            if line := self._kept.take():
                line.hang_up()

    def _welcomed(self) -> "_Line":
        """A line on which the server has heard whom the letter is from: the last one, if it still holds.

        A server may end a line whenever it likes. Nothing of this letter has been said then.
        """
        sender = addresses.sender(self._sender)[1]
        if (kept := self._kept.take()) and kept.still_takes(sender):
            return kept
        try:
            line = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise _unconnected(error) from error
        try:
            line.begin(sender)
        except BaseException:
            line.hang_up()
            raise
        return line

    def _let_go(self, line: "_Line") -> None:
        if self._kept.staying and line.holds:
            self._kept.line = line
        else:
            line.hang_up()

    def _connect(self) -> "_Line":
        server = self._server
        if server.tls:
            smtp: _Smtp = _SmtpInTls(server.host, server.port, timeout=CONNECT_SECONDS, context=self._trusted)
        else:
            smtp = _Smtp(server.host, server.port, timeout=CONNECT_SECONDS)
        try:
            smtp.ehlo_or_helo_if_needed()
            if not server.tls and (server.password or (smtp.has_extn("starttls") and not server.is_here)):
                smtp.starttls(context=self._trusted)
                smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        smtp.wait(self._timeout)
        return _Line(smtp, self._timeout)


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


@dataclass
class _Line:
    """An open conversation. Its end must not change what happened."""

    smtp: "_Smtp"
    timeout: float
    letters: int = 0
    broken: bool = False
    refused: bool = False

    @property
    def holds(self) -> bool:
        return not self.broken and self.letters < MOST_ON_A_LINE

    def still_takes(self, sender: str) -> bool:
        """Begin another letter. False if the server has ended the line meanwhile, or ends it with that.

        Raises:
            Temporary: it refuses us now.
        """
        try:
            self.begin(sender)
        except Temporary as error:
            self.hang_up()
            if error.outage:
                return False
            raise
        return True

    def begin(self, sender: str) -> None:
        self.letters += 1
        try:
            self.smtp.wait(self.timeout)
            if self.refused:  # what was begun and refused is still open
                self.smtp.rset()
            answer = self.smtp.mail(sender)
        except (OSError, smtplib.SMTPException) as error:
            self.broken = True
            raise Temporary("the connection broke before the letter began", outage=True) from error
        _expect_to_be_welcome(*answer)

    def give(self, to: str, data: str) -> None:
        """Whom the letter is for, and the letter."""
        self.refused = True
        try:
            _expect(250, *self.smtp.rcpt(to))
            _expect(READY_FOR_LETTER, *self.smtp.docmd("DATA"))
            self.smtp.wait(self.timeout)
            self.smtp.send(data + "\r\n.\r\n")
        except UnicodeEncodeError as error:
            raise Permanent("the mail server cannot write to this address") from error
        except (OSError, smtplib.SMTPException) as error:
            self.broken = True
            raise Temporary("the connection broke before the letter was over", outage=True) from error
        try:
            self.smtp.wait(self.timeout)
            answer = self.smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.broken = True
            raise Uncertain("the connection broke before the answer") from error
        _expect(250, *answer)
        self.refused = False

    def hang_up(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            if not self.broken:
                self.smtp.docmd("QUIT")
        self.smtp.close()


class _Kept(threading.local):
    """The line that a thread keeps between two letters."""

    staying: bool = False
    line: _Line | None = None

    def take(self) -> _Line | None:
        line, self.line = self.line, None
        return line


def _unconnected(error: OSError | smtplib.SMTPException) -> Temporary:
    """Why there is no conversation: the server is away, or refuses us before it has heard of any letter."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Temporary("the mail server offers no encryption or no password, as SMTP_URL asks", stop=True)
    if isinstance(error, ssl.SSLError):
        return Temporary("the mail server's certificate was not accepted", outage=True)
    if not isinstance(error, smtplib.SMTPResponseException) or error.smtp_code // 100 != 5:
        return Temporary("the mail server could not be reached", outage=True)
    password = isinstance(error, smtplib.SMTPAuthenticationError)
    said = error.smtp_error
    words = said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)
    what = "the mail server refuses our password" if password else "the mail server will not talk to us"
    return Temporary(what, _code(error.smtp_code, words), stop=True)


def _expect_to_be_welcome(got: int, said: bytes) -> None:
    """The answer to whom the letter is from. The reader has not been named: a no is meant for us."""
    if got // 100 == 5:
        words = said.decode("ascii", "replace")
        known = _meaning(got, words)
        reason = known.reason if known.whose in (Whose.OURS, Whose.OUR_SERVER) else "our address is refused"
        raise Temporary(f"{reason}, before any reader was named", _code(got, words), stop=True)
    _expect(250, got, said)


def _expect(code: int, got: int, said: bytes) -> None:
    if got // 10 == code // 10:
        return
    raise _refusal(got, said.decode("ascii", "replace"))


def _refusal(code: int, said: str) -> ProviderError:
    known, shown = _meaning(code, said), _code(code, said)
    if code // 100 == 4:
        ours = PATIENT_TRIES if known.whose is Whose.OURS and code != CLOSING else None
        return Temporary(known.reason, shown, outage=code == CLOSING, policy=ours)
    if known.whose is Whose.OUR_SERVER:
        return Temporary(known.reason, shown, stop=True)
    if known.whose is Whose.OURS:
        return Temporary(known.reason, shown, policy=0, tries=TRIES_ALONE)
    return Permanent(known.reason, shown, suppress=known.whose is Whose.NOBODY_THERE)


def _meaning(code: int, said: str) -> Refusal:
    if ours := next((meant for words, meant in SAID_OF_US.items() if words in said), None):
        return ENHANCED[ours]
    found = CODE.search(said)
    if found is None:
        return REPLIES.get(code, UNKNOWN)
    subject, detail = found.groups()
    return ENHANCED.get(f"{subject}.{detail}") or ENHANCED.get(subject) or REPLIES.get(code, UNKNOWN)


def _code(code: int, said: str) -> str:
    """The reply's own codes, without its words: those may name the reader."""
    found = CODE.search(said)
    return f"{code} {code // 100}.{found[1]}.{found[2]}" if found else str(code)


def letter_for(outgoing: OutgoingEmail, sender: str) -> EmailMessage:
    """The letter as it travels: both parts, the calendar file, every header; made by the library alone."""
    from_ = addresses.sender(sender)
    letter = EmailMessage(policy=MAIL_POLICY)
    letter.set_raw("From", _written("From", *from_))
    letter.set_raw("To", _written("To", outgoing.name, outgoing.to))
    letter.set_raw("Subject", _in_words("Subject", " ".join(outgoing.subject.split())))
    domain = from_[1].rpartition("@")[2]
    known_as = f"{outgoing.origin}.{outgoing.id}" if outgoing.origin else f"message-{outgoing.id}"
    letter["Message-ID"] = f"<{known_as}@{domain}>"
    if outgoing.date:
        letter["Date"] = outgoing.date
    if outgoing.reply_to:
        letter["Reply-To"] = outgoing.reply_to
    for name, value in outgoing.headers.items():
        # The library would break a long one into encoded words, and mailboxes find no address in those.
        # Sources: RFC 2047, section 5; python/cpython, issue 85725.
        letter.set_raw(name, " ".join(value.split()))
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


def _written(header: str, name: str, address: str) -> str:
    """`Name <address>` as it stands in a header. The library takes a name apart and writes it anew, and then
    forgets its quotes where it has an accent or is long: a comma in it would begin a second address.
    """
    name = " ".join(name.split())
    if not name:
        return address
    if name.isascii():
        return f'"{quote(name)}" <{address}>'
    return f"{_in_words(header, name)} <{address}>"


def _in_words(header: str, text: str) -> str:
    """Text as it stands in a header, all of it encoded where some of it must be. The library encodes word by
    word what is longer than a line, and the space between two such words is lost, or missing, which Yahoo
    refuses. Sources: python/cpython, issues 92081 and 144156.
    """
    if text.isascii() and "=?" not in text and len(text) <= LONGEST_TEXT:
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep=MAIL_POLICY.linesep)
