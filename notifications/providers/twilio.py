"""Texts by Twilio: sending, looking up what was cut off, and understanding what comes back.

Its Messages have no idempotency key, but they can be listed by number: a text that was cut off is looked for
there before it is sent again. Our id travels in the address of the status callback.
"""

import hmac
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlparse

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator, add_port, remove_port
from twilio.rest import Client

from notifications import foreign
from notifications.errors import Permanent, ProviderError, Temporary, Uncertain
from notifications.keywords import Word
from notifications.messages import Channel
from notifications.providers import http, in_time
from notifications.providers.base import (
    READ_SECONDS,
    TRIES_ALONE,
    Absent,
    Accepted,
    Outgoing,
    OutgoingText,
    Sent,
)
from notifications.receipts import Again, Event, What
from notifications.replies import Inbound
from notifications.suppression import Why

NAME = "twilio"
LISTED = 50  # a number's newest texts, enough to reach back to the one in doubt
A_PAGE = 1_000  # the most that one page lists
SKEW = timedelta(minutes=1)


@dataclass(frozen=True)
class Refusal:
    """What an error code of the API means: the text was not taken."""

    error: type[ProviderError]
    reason: str
    stop: bool = False
    pause: bool = False
    outage: bool = False
    wait: timedelta | None = None
    policy: int | None = None
    fall_back: Channel | None = None
    suppress: bool = False


# What Twilio's answer means for the message and for the number. Source: Twilio error and warning dictionary.
CODES = {
    10001: Refusal(Temporary, "our account at Twilio is not active", stop=True),
    20003: Refusal(Temporary, "Twilio refuses our credentials", stop=True),
    20005: Refusal(Temporary, "our account at Twilio is not active", stop=True),
    20404: Refusal(Temporary, "Twilio does not know our account", stop=True),
    20429: Refusal(Temporary, "Twilio asks us to be slower", pause=True),
    20503: Refusal(Temporary, "Twilio is not available", outage=True),
    21211: Refusal(Permanent, "not a valid number", fall_back=Channel.EMAIL),
    21212: Refusal(Temporary, "our sender is not valid", stop=True),
    21408: Refusal(Temporary, "our account may not text this country", policy=0),
    21601: Refusal(Temporary, "our sender cannot send texts", stop=True),
    21603: Refusal(Temporary, "no sender is set", stop=True),
    21606: Refusal(Temporary, "our sender cannot send texts", stop=True),
    21607: Refusal(Temporary, "our sender cannot send texts", stop=True),
    21608: Refusal(Temporary, "our trial account may text verified numbers only", stop=True),
    21609: Refusal(Temporary, "Twilio takes our public address for none", stop=True),
    21610: Refusal(Permanent, "they replied STOP", suppress=True),
    21611: Refusal(Temporary, "too many texts wait at our sender", pause=True, wait=timedelta(minutes=1)),
    21612: Refusal(Permanent, "this number cannot be reached from our sender", fall_back=Channel.EMAIL),
    21614: Refusal(Permanent, "not a mobile number", fall_back=Channel.EMAIL),
    21617: Refusal(Permanent, "the text is too long"),
    21635: Refusal(Permanent, "not a mobile number", fall_back=Channel.EMAIL),
    21659: Refusal(Temporary, "our sender is no number of Twilio's", stop=True),
    21660: Refusal(Temporary, "our sender belongs to another account", stop=True),
    21661: Refusal(Temporary, "our sender cannot send texts", stop=True),
    21701: Refusal(Temporary, "our messaging service is not there", stop=True),
    21703: Refusal(Temporary, "our messaging service has no sender", stop=True),
    21704: Refusal(Temporary, "our messaging service has no sender", stop=True),
    21705: Refusal(Temporary, "our messaging service is not there", stop=True),
    63038: Refusal(Temporary, "our account's texts for the day are used up", stop=True),
}
# What Advanced Opt-Out says of a text. Source: Twilio's guide to it, "OptOutType".
OPT_OUT_TYPES = {"STOP": Word.STOP, "START": Word.START, "HELP": Word.HELP}
STATUS_ALONE = {401: 20003, 403: 20003, 429: 20429}  # where the code is new to us
UNKNOWN = Refusal(Permanent, "Twilio declined the text")


@dataclass(frozen=True)
class Failure:
    """What an error code of a text that was taken, and then failed, means."""

    reason: str
    again: Again | None = None
    stops: Why | None = None
    what: What = What.FAILED


# Why a text did not arrive; its reader's email address may do. Source: Twilio error and warning dictionary,
# 30001 to 30042 and 63038.
FAILURES = {
    21610: Failure("they replied STOP", stops=Why.STOP, what=What.REFUSED),
    30001: Failure("Twilio's queue was full", Again.SAME),
    30002: Failure("our account at Twilio is suspended", Again.RELEASED, what=What.STOPPED),
    30003: Failure("the phone could not be reached", Again.BY_EMAIL),
    30004: Failure("the phone blocks our texts", Again.BY_EMAIL, Why.NUMBER),
    30005: Failure("the number is not in use", Again.BY_EMAIL, Why.NUMBER),
    30006: Failure("the number is a landline", Again.BY_EMAIL, Why.NUMBER),
    30007: Failure("the network filtered the text", Again.BY_EMAIL),  # the same text would be filtered again
    30008: Failure("the network gave no reason", Again.SAME),
    30018: Failure("the network wants our sender registered", Again.SAME, what=What.UNWELCOME),
    30024: Failure("the network does not know our sender", Again.SAME, what=What.UNWELCOME),
    30036: Failure("it waited too long at Twilio", Again.SAME),
    30042: Failure("the network blocks our sender name", Again.SAME, what=What.UNWELCOME),
    63038: Failure("our account's texts for the day are used up", Again.RELEASED, what=What.STOPPED),
}
NOT_SAID = Failure("the text did not arrive", Again.BY_EMAIL)
STATUSES = {
    "accepted": What.ACCEPTED,
    "scheduled": What.ACCEPTED,
    "queued": What.ACCEPTED,
    "sending": What.ACCEPTED,
    "sent": What.ACCEPTED,
    "delivered": What.DELIVERED,
    "read": What.DELIVERED,
    "undelivered": What.FAILED,
    "failed": What.FAILED,
    "canceled": What.FAILED,
}


class Twilio:
    """`sender` is a number, a name, or the id of a messaging service (MG…).

    `callback` is the address of our status webhook, or empty. `base_url` points elsewhere in tests.
    """

    name = NAME

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str,
        callback: str = "",
        base_url: str = "https://api.twilio.com",
        timeout: float = READ_SECONDS,
    ) -> None:
        # No log: the SDK's writes down whom it texts.
        quiet = logging.getLogger("notifications.twilio")
        quiet.setLevel(logging.WARNING)
        by = TwilioHttpClient(timeout=timeout, logger=quiet)
        by.session = in_time.session()
        self._client = Client(account_sid, auth_token, http_client=by)
        self._client.api.base_url = base_url.rstrip("/")
        self._sender = sender
        self._callback = callback

    def send(self, outgoing: Outgoing) -> Accepted:
        if not isinstance(outgoing, OutgoingText):
            raise TypeError("Twilio carries texts")
        who = "messaging_service_sid" if self._sender.startswith("MG") else "from_"
        facts = {"to": outgoing.to, "body": outgoing.text, who: self._sender}
        if self._callback:
            facts["status_callback"] = callback_for(self._callback, outgoing)
        try:
            made = self._client.messages.create(**facts)
        except (TwilioException, requests.RequestException, ValueError) as error:
            raise _meaning(error) from error
        if not made.sid:
            raise Uncertain("the answer was not Twilio's")
        return Accepted(made.sid)

    def look_up(self, outgoing: Outgoing, since: datetime) -> Accepted | Absent | None:
        """Is this text among the newest to its number? Absent only if the list reaches back far enough."""
        if not isinstance(outgoing, OutgoingText):
            raise TypeError("Twilio carries texts")
        try:
            newest = self._client.messages.list(to=outgoing.to, limit=LISTED)
        except (TwilioException, requests.RequestException, ValueError) as error:
            raise _meaning(error) from error
        recent = [each for each in newest if each.date_created is None or each.date_created >= since - SKEW]
        for each in recent:
            # A trial account puts words of its own in front.
            if (each.body or "").endswith(outgoing.text):
                return Accepted(each.sid)
        # What was said may have been blanked. Source: Twilio, its guide to deleting message bodies.
        is_readable = all(each.body for each in recent)
        return Absent() if is_readable and len(recent) < LISTED else None

    def outcome(self, sent: Sent, now: datetime) -> Event | None:
        """What became of a text whose callback never came."""
        try:
            found = self._client.messages(sent.provider_id).fetch()
        except (TwilioException, requests.RequestException, ValueError) as error:
            raise _meaning(error) from error
        code = str(found.error_code or "")
        said = {"MessageSid": sent.provider_id, "MessageStatus": str(found.status), "ErrorCode": code}
        ours = {"message": str(sent.id), "attempt": str(sent.attempt), "origin": sent.origin}
        return event(ours, said, now)

    def inbound_between(self, since: datetime, until: datetime) -> list[Inbound]:
        """What people texted to our number meanwhile. Blanked bodies are left out: they say nothing."""
        try:
            listed = self._client.messages.list(
                to=self._sender, date_sent_after=since - SKEW, page_size=A_PAGE
            )
        except (TwilioException, requests.RequestException, ValueError) as error:
            raise _meaning(error) from error
        theirs = [each for each in listed if each.direction == "inbound" and each.body and each.date_sent]
        found = []
        for each in sorted(theirs, key=lambda one: one.date_sent):
            said = inbound({"MessageSid": each.sid, "From": each.from_, "Body": each.body})
            if said and each.date_sent < until:
                found.append(replace(said, at=each.date_sent))
        return found


def callback_for(callback: str, outgoing: OutgoingText) -> str:
    """The status callback's address with our ids in it."""
    ours: dict[str, object] = {"message": outgoing.id, "attempt": outgoing.attempt}
    ours |= {"origin": outgoing.origin} if outgoing.origin else {}
    return f"{callback}?{urlencode(ours)}"


def _meaning(error: Exception) -> ProviderError:
    if isinstance(error, requests.RequestException):
        return http.from_requests(error)
    # Where the answer was not Twilio's JSON, the SDK gives the HTTP status as the code.
    if not isinstance(error, TwilioRestException) or (error.code == error.status and error.status >= 500):
        return Uncertain("the answer was not Twilio's")
    code = int(error.code or 0)
    refusal = CODES.get(code)
    if refusal is None and error.status in STATUS_ALONE:
        refusal = CODES[STATUS_ALONE[error.status]]
    if refusal is None and error.status >= 500:
        return Uncertain("Twilio answered with an error of its own", str(code))
    return _refused(refusal or UNKNOWN, str(code))


def _refused(refusal: Refusal, code: str) -> ProviderError:
    if refusal.error is Permanent:
        return Permanent(refusal.reason, code, refusal.fall_back, refusal.suppress)
    tries = None if refusal.policy is None else TRIES_ALONE
    how = refusal.wait, refusal.pause, refusal.outage, refusal.stop, refusal.policy, tries
    return Temporary(refusal.reason, code, *how)


Fields = Mapping[str, Sequence[str]]  # a form, as its parser gives it: every value of every name


class _Form:
    def __init__(self, fields: Fields) -> None:
        self.fields = fields

    def __iter__(self) -> Any:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def getlist(self, name: str) -> Sequence[str]:
        return self.fields[name]


def is_signed(url: str, fields: Fields, signature: str, tokens: Iterable[str]) -> bool:
    """Did Twilio sign this form, with one of these auth tokens? Never raises.

    `url` is the address Twilio called, with its query, built from our own public address and never from the
    request's Host. There is no timestamp in it: what follows from a callback must be harmless when repeated.
    Source: Twilio, "Validating requests": base64 of HMAC-SHA1 over the address and the sorted fields.
    """
    parts = urlparse(url)
    addresses = (remove_port(parts), add_port(parts))
    given = signature.encode("utf-8", "replace")
    return any(
        hmac.compare_digest(RequestValidator(token).compute_signature(address, _Form(fields)).encode(), given)
        for token in tokens
        for address in addresses
    )


def event(ours: Mapping[str, str], said: Mapping[str, str], now: datetime) -> Event | None:
    """What a signed status callback says; None where it names no text. New fields are taken no notice of."""
    sid, status = foreign.storable(said.get("MessageSid", "")), said.get("MessageStatus", "").lower()
    if not sid:
        return None
    what = STATUSES.get(status, What.NOTHING)
    failure = Failure("")
    if what is What.FAILED:
        failure = FAILURES.get(foreign.id_of(said.get("ErrorCode")) or 0, NOT_SAID)
        what = failure.what
    return Event(
        provider=NAME,
        event_id=foreign.storable(f"{sid}:{status}"),  # Twilio's callbacks have no id of their own
        what=what,
        at=now,
        message_id=foreign.id_of(ours.get("message")),
        attempt=foreign.id_of(ours.get("attempt")),
        provider_id=sid[:64],
        reason=failure.reason,
        stops=failure.stops,
        again=failure.again,
        origin=ours.get("origin", ""),
    )


# The whole of an answer to Twilio: we never reply in it, and least of all to a STOP.
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def inbound(said: Mapping[str, str]) -> Inbound | None:
    """A text that somebody sent us, from a signed form; None where it names none."""
    sid, sender = foreign.storable(said.get("MessageSid", "")), foreign.storable(said.get("From", ""))
    if not sid or not sender:
        return None
    # Where Advanced Opt-Out is on, words of the operator's choosing stop and start, in any language.
    word = OPT_OUT_TYPES.get(said.get("OptOutType", "").upper())
    return Inbound(Channel.SMS, sid[:64], sender, foreign.storable(said.get("Body", "")), word=word)
