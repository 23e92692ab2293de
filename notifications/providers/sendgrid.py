"""Email by Twilio SendGrid: sending, and understanding what it tells us afterwards.

Its API has no idempotency key, so a call that was cut off may have sent the message; our id travels in the
personalization's `custom_args` and comes back with every event, which is the evidence we wait for. SendGrid
stores custom_args as not personal: opaque ids only.
"""

import base64
import binascii
import logging
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError as Refused
from urllib.request import OpenerDirector, Request

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from python_http_client.client import Client
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient
from typing_extensions import override

from notifications import addresses, foreign
from notifications.errors import Permanent, ProviderError, Temporary, Uncertain
from notifications.providers import http, in_time
from notifications.providers.base import (
    READ_SECONDS,
    TRIES_ALONE,
    Accepted,
    Outgoing,
    OutgoingEmail,
    Pattern,
)
from notifications.providers.lines import Lines
from notifications.receipts import Again, Event, What
from notifications.suppression import Why

log = logging.getLogger("notifications")

NAME = "sendgrid"
MESSAGE_ARG, ATTEMPT_ARG, ORIGIN_ARG = "unm_message", "unm_attempt", "unm_origin"

# Source: SendGrid's Mail Send reference, "Limitations".
MOST_PEOPLE = 1000
MOST_BYTES = 9_500  # of 10,000 for one person's substitutions, their names included
BELIEVABLE = timedelta(days=366)  # between an event and hearing of it
# A day of SendGrid's trying again, and an hour for the last try and for clocks that differ.
SIGNED_WITHIN, CLOCKS_DIFFER = timedelta(hours=25), timedelta(hours=1)
# With one of these in a reader's name it takes the letter, but reads the name as several addresses, and drops
# it because the first is none. Source: SendGrid's Mail Send reference, "Limitations".
NOT_IN_A_NAME = str.maketrans(dict.fromkeys(',;<>"', " "))
WHOLE = Pattern("-unm-text-", "-unm-html-")


@dataclass(frozen=True)
class Answer:
    """What an HTTP status means. `reason` is shown to organisers."""

    error: type[ProviderError]
    reason: str
    stop: bool = False
    pause: bool = False
    outage: bool = False
    policy: int | None = None


# What a status of POST /v3/mail/send means for the message. Source: SendGrid's Mail Send reference.
STATUSES = {
    400: Answer(Permanent, "SendGrid found a fault in the message"),
    401: Answer(Temporary, "SendGrid refuses our key", stop=True),
    403: Answer(Temporary, "SendGrid does not let us send from this address", stop=True),
    404: Answer(Temporary, "SendGrid does not know this address of its API", stop=True),
    406: Answer(Permanent, "SendGrid found a fault in the message"),
    413: Answer(Permanent, "the message is too big for SendGrid"),
    429: Answer(Temporary, "SendGrid asks us to be slower", pause=True),
}
# It says 401 too where a plan's emails are used up: no new key helps. Source: sendgrid/sendgrid-nodejs,
# issue 1032.
NO_CREDITS = "maximum credits exceeded"
USED_UP = Answer(Temporary, "our quota at SendGrid is used up", stop=True)
# A fault that it finds elsewhere than with the reader is likely to be in every letter of ours.
READERS_OWN = "personalizations"
OUR_FAULT = Answer(Temporary, "SendGrid found a fault in our letters", policy=0)
# With a proper error body it has read the request and declined it; without, nobody knows.
REFUSED_503 = Answer(Temporary, "SendGrid is not available", outage=True)
UNKNOWN_5XX = Answer(Uncertain, "SendGrid answered with an error of its own")
UNKNOWN_4XX = Answer(Permanent, "SendGrid declined the message")


@dataclass(frozen=True)
class Told:
    """What an event means for the message, and why its address must not be used again, if so."""

    what: What
    reason: str = ""
    stops: Why | None = None
    again: Again | None = None


# What an event means. Source: SendGrid's Event Webhook reference, "Event types".
EVENTS = {
    "processed": Told(What.ACCEPTED),
    "deferred": Told(What.DEFERRED, "the receiving server asks to try later"),
    "delivered": Told(What.DELIVERED),
    "spamreport": Told(What.DELIVERED, stops=Why.SPAM),  # who reports a mail as spam has got it
    "unsubscribe": Told(What.NOTHING, stops=Why.UNSUBSCRIBED),
    "group_unsubscribe": Told(What.NOTHING, stops=Why.UNSUBSCRIBED),
    "group_resubscribe": Told(What.WELCOME),
    "open": Told(What.NOTHING),  # scanners open and click: it proves nothing about people
    "click": Told(What.NOTHING),
}
GONE = Told(What.FAILED, "the address does not exist", Why.BOUNCED)


def _unwelcome(reason: str) -> Told:
    return Told(What.UNWELCOME, reason, again=Again.SAME)


# Why a message bounced, by SendGrid's own classification. Source: SendGrid's Event Webhook reference,
# "Bounce classifications".
CLASSES = {
    "invalid address": GONE,
    "mailbox unavailable": Told(What.FAILED, "the mailbox is full or closed"),
    "reputation": _unwelcome("the receiving server refuses our mail: reputation"),
    "content": _unwelcome("the receiving server refuses our mail: content"),
    "frequency or volume too high": _unwelcome("the receiving server takes no more of our mail now"),
    "technical failure": _unwelcome("the receiving server refuses our mail: a technical failure"),
}
# By the receiving server's enhanced code, where SendGrid has not classified it: see the table of SMTP.
BOUNCE_CODES = {
    "5.1.7": _unwelcome("the receiving server refuses our address"),
    "5.1.8": _unwelcome("the receiving server refuses our domain"),
    "5.1.0": Told(What.FAILED, "the receiving server takes this for no address"),
    "5.1.": GONE,
    "5.7.": _unwelcome("the receiving server refuses our mail"),
    "4.7.": _unwelcome("the receiving server refuses our mail"),
}
# And by its type, where there is no such code.
BOUNCES = {
    "bounce": Told(What.FAILED, "the receiving server refused the message"),
    "blocked": Told(What.FAILED, "the receiving server refused the message this time"),
    "expired": Told(What.FAILED, "the receiving server did not take the message for three days"),
}
# Why SendGrid did not even try. Source: SendGrid's Event Webhook reference, "Dropped".
DROPS = {
    "bounced address": Told(What.REFUSED, "the address bounced before", Why.BOUNCED),
    "unsubscribed address": Told(What.REFUSED, "unsubscribed at SendGrid", Why.UNSUBSCRIBED),
    "spam reporting address": Told(What.REFUSED, "reported our mail as spam before", Why.SPAM),
    "invalid": Told(What.FAILED, "not a valid address", Why.BOUNCED),
    "recipient list over package quota": Told(
        What.STOPPED, "our quota at SendGrid is used up", again=Again.RELEASED
    ),
    "spam content": Told(What.OURS, "SendGrid takes the message for spam"),
    "invalid smtpapi header": Told(What.OURS, "SendGrid found a fault in the message"),
}
DROPPED = Told(What.FAILED, "SendGrid did not send it")


class _Client(Client):  # type: ignore[misc]
    """The SDK's client, but every answer is waited for as a whole, and a connection can be kept."""

    opener: OpenerDirector

    @override
    def _build_client(self, name: str | None = None) -> "_Client":
        path = [*self._url_path, name] if name else self._url_path
        made = _Client(self.host, self.request_headers, self._version, path, self.append_slash, self.timeout)
        made.opener = self.opener
        return made

    @override
    def _make_request(self, opener: object, request: Request, timeout: float | None = None) -> Any:
        try:
            return super()._make_request(self.opener, request, timeout)
        except HTTPError as error:
            # The SDK has read what it was told, and leaves open what told it. Python 3.14 complains.
            if isinstance(error.__context__, Refused):
                error.__context__.close()
            raise


class SendGrid:
    """`sender` is the From, as `Name <address>`. `base_url` points elsewhere for Europe and for tests."""

    name = NAME

    def __init__(
        self,
        api_key: str,
        sender: str,
        base_url: str = "https://api.sendgrid.com",
        timeout: float = READ_SECONDS,
    ) -> None:
        # At DEBUG the SDK writes whole letters and our key into the log.
        logging.getLogger("python_http_client").setLevel(logging.WARNING)
        sdk = SendGridAPIClient(api_key, host=base_url.rstrip("/")).client
        self._client = _Client(sdk.host, sdk.request_headers, 3, timeout=timeout)  # the SDK has no timeout
        self._lines = Lines()
        self._client.opener = in_time.opener(self._lines)
        self._timeout = timeout
        self._sender = sender

    def send(self, outgoing: Outgoing) -> Accepted:
        if not isinstance(outgoing, OutgoingEmail):
            raise TypeError("SendGrid carries emails")
        return self._post(request_for(outgoing, self._sender))

    def staying(self) -> AbstractContextManager[None]:
        return self._lines.stay()

    @property
    def batch_size(self) -> int:
        return MOST_PEOPLE

    def alike(self, letter: OutgoingEmail) -> Hashable | None:
        """Letters of one kind, answer address and pattern share a call, if what is their own fits into
        substitutions.
        """
        size = sum(len(mark) + len(words.encode()) for mark, words in _substitutions(letter).items())
        if letter.calendar or size > MOST_BYTES:
            return None
        return letter.kind, letter.reply_to, letter.pattern

    def send_many(self, letters: Sequence[OutgoingEmail]) -> Accepted:
        return self._post(request_for_many(letters, self._sender))

    def _post(self, request: dict[str, Any]) -> Accepted:
        try:
            answer = self._client.mail.send.post(request_body=request, timeout=self._timeout)
        except HTTPError as error:
            raise _meaning(error) from error
        except (OSError, HTTPException) as error:
            self._lines.hang_up()
            raise http.from_urllib(error) from error
        if answer.status_code not in {200, 202} or answer.headers.get("X-Message-Id") is None:
            # A proxy's page with a 200 is no acceptance, but who knows what stands behind the proxy.
            raise Uncertain("the answer was not SendGrid's", str(answer.status_code))
        return Accepted(answer.headers["X-Message-Id"])


def request_for(letter: OutgoingEmail, sender: str) -> dict[str, Any]:
    """The body of POST /v3/mail/send for one letter."""
    request = _request(letter, sender, letter.text, letter.html) | {"subject": letter.subject}
    return request | {"personalizations": [_personalization(letter)]}


def request_for_many(letters: Sequence[OutgoingEmail], sender: str) -> dict[str, Any]:
    """The same for letters that are `alike`: each brings what is its own as substitutions."""
    people = [
        _personalization(letter) | {"subject": letter.subject, "substitutions": _substitutions(letter)}
        for letter in letters
    ]
    pattern = letters[0].pattern or WHOLE
    return _request(letters[0], sender, pattern.text, pattern.html) | {"personalizations": people}


def _substitutions(letter: OutgoingEmail) -> Mapping[str, str]:
    """Of a letter that has nothing in common with others, the whole of it."""
    return letter.own if letter.pattern else {WHOLE.text: letter.text, WHOLE.html: letter.html}


def _request(letter: OutgoingEmail, sender: str, text: str, html: str) -> dict[str, Any]:
    request: dict[str, Any] = {
        "from": _address(sender),
        "content": [{"type": "text/plain", "value": text}, {"type": "text/html", "value": html}],
        # Opens and clicks are scanners' work, and rewritten links frighten people.
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
        },
        "categories": [letter.kind],
    }
    if letter.reply_to:
        request["reply_to"] = {"email": letter.reply_to}
    if letter.calendar:
        request["attachments"] = [_attachment(letter)]
    return request


def _personalization(letter: OutgoingEmail) -> dict[str, Any]:
    name = " ".join(letter.name.translate(NOT_IN_A_NAME).split())
    to = {"email": letter.to} | ({"name": name} if name else {})
    ours = {MESSAGE_ARG: str(letter.id), ATTEMPT_ARG: str(letter.attempt)}
    ours |= {ORIGIN_ARG: letter.origin} if letter.origin else {}
    return {"to": [to], "headers": dict(letter.headers), "custom_args": ours}


def _attachment(letter: OutgoingEmail) -> dict[str, str]:
    # As text/calendar a type would have to say charset and method, and SendGrid refuses a letter that has a
    # semicolon there; the charset it says itself may be a wrong one. The method stands in the file too.
    # Source: SendGrid's Mail Send reference, "Errors", attachments.
    return {
        "content": base64.b64encode(letter.calendar or b"").decode(),
        "type": "application/ics",
        "filename": "conversation.ics",
        "disposition": "attachment",
    }


def _address(written: str) -> dict[str, str]:
    name, address = addresses.sender(written)
    return {"email": address} | ({"name": name} if name else {})


def _meaning(error: HTTPError) -> ProviderError:
    status = int(error.status_code)
    answer = _answer(status, error.body)
    if answer.error is not Temporary:
        return answer.error(answer.reason, str(status))
    wait = _reset(error) if answer.pause else None
    tries = None if answer.policy is None else TRIES_ALONE
    how = wait, answer.pause, answer.outage, answer.stop, answer.policy, tries
    return Temporary(answer.reason, str(status), *how)


def _answer(status: int, body: bytes) -> Answer:
    faults = _faults(body)
    if status == 401 and NO_CREDITS in body.decode("utf-8", "replace").lower():
        return USED_UP
    if status == 400 and faults and all(map(_may_be_in_every_letter, faults)):
        return OUR_FAULT
    if status == 503 and faults is not None:
        return REFUSED_503
    return STATUSES.get(status) or (UNKNOWN_5XX if status >= 500 else UNKNOWN_4XX)


def _may_be_in_every_letter(field: str) -> bool:
    return bool(field) and not field.startswith(READERS_OWN)


def _faults(body: bytes) -> list[str] | None:
    """The fields that it finds fault with, "" for none; None where it is no answer of theirs."""
    try:
        said = foreign.json_object(body)["errors"]
    except (ValueError, KeyError):
        return None
    errors = said if isinstance(said, list) else []
    return [foreign.text_of(each.get("field")) for each in errors if isinstance(each, dict)]


def _reset(error: HTTPError) -> timedelta | None:
    """How long until the limit is lifted: X-RateLimit-Reset is a Unix time, Retry-After a span in seconds."""
    headers = {name.lower(): value for name, value in dict(error.headers).items()}
    try:
        if "retry-after" in headers:
            return timedelta(seconds=max(float(headers["retry-after"]), 0))
        moment = datetime.fromtimestamp(float(headers["x-ratelimit-reset"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
    return max(moment - datetime.now(UTC), timedelta())


def is_signed(body: bytes, signature: str, timestamp: str, keys: Iterable[str]) -> bool:
    """Did SendGrid sign exactly these bytes, with one of these public keys? Never raises.

    Several keys while one replaces another. Source: SendGrid's Event Webhook security features: ECDSA on
    P-256 with SHA-256, over the timestamp followed by the raw body. Whether it was signed lately says
    `is_fresh`.
    """
    try:
        signed = base64.b64decode(signature, validate=True)
        stamp = timestamp.encode("ascii")
    except (binascii.Error, ValueError):
        return False
    return any(_verifies(key, signed, stamp + body) for key in keys)


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Was this signed about a day ago at most? Whoever keeps a report and sends it again later is too late.

    SendGrid tries for 24 hours to hand over a report, and does not say whether it signs anew each time.
    """
    if not re.fullmatch(r"[0-9]{1,11}", timestamp):
        return False
    age = now.timestamp() - int(timestamp)
    return -CLOCKS_DIFFER.total_seconds() <= age <= SIGNED_WITHIN.total_seconds()


def _verifies(key: str, signature: bytes, data: bytes) -> bool:
    try:
        public = load_der_public_key(base64.b64decode(key))
        if not isinstance(public, ec.EllipticCurvePublicKey):
            return False
        public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def events(body: bytes, now: datetime) -> list[Event]:
    """What a signed report says. A word we do not know is kept as `NOTHING`; what is no event, or has no id,
    is left out and counted in the log.

    Raises:
        ValueError: it is not a JSON array.
    """
    report = foreign.json_array(body)
    found = [event for each in report if (event := _event(each, now)) is not None]
    if len(found) < len(report):
        log.warning("%d of %d events in a report make no sense", len(report) - len(found), len(report))
    return found


def _event(said: Any, now: datetime) -> Event | None:
    event_id = foreign.text_of(said.get("sg_event_id")) if isinstance(said, dict) else ""
    if not event_id:
        return None
    told = _told(said)
    return Event(
        provider=NAME,
        event_id=event_id,
        what=told.what,
        at=_moment(said.get("timestamp"), now),
        message_id=foreign.id_of(said.get(MESSAGE_ARG)),
        attempt=foreign.id_of(said.get(ATTEMPT_ARG)),
        # Behind the first dot stands which of its machines it went through.
        provider_id=foreign.text_of(said.get("sg_message_id")).partition(".")[0] or None,
        reason=told.reason,
        stops=told.stops,
        again=told.again,
        origin=foreign.text_of(said.get(ORIGIN_ARG)),
    )


def _told(said: dict[str, Any]) -> Told:
    name = foreign.text_of(said.get("event"))
    if name == "bounce":
        return _bounced(said)
    if name == "dropped":
        return DROPS.get(foreign.text_of(said.get("reason")).strip().lower(), DROPPED)
    return EVENTS.get(name, Told(What.NOTHING))


def _bounced(said: dict[str, Any]) -> Told:
    """Whose trouble it is: only an address that does not exist is its reader's for good."""
    classified = CLASSES.get(foreign.text_of(said.get("bounce_classification")).strip().lower())
    status = foreign.text_of(said.get("status"))
    by_code = (meaning for code, meaning in BOUNCE_CODES.items() if status.startswith(code))
    by_type = BOUNCES.get(foreign.text_of(said.get("type")), BOUNCES["bounce"])
    return classified or next(by_code, by_type)


def _moment(stamp: Any, now: datetime) -> datetime:
    """When it happened: now, if what is said of it cannot be."""
    try:
        said = datetime.fromtimestamp(float(stamp), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return now
    return said if abs(said - now) < BELIEVABLE else now
