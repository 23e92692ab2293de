"""Emails and texts by GOV.UK Notify, which is free for councils.

Our reference travels with each message and can be searched for, so a call that was cut off leaves no doubt.
One template for each channel holds `((subject))` and `((body))`, or only `((body))`. Notify lays letters out
itself from plain text (see `laid_out`), attaches no calendar files (the link in the text does it) and knows
only addresses for replies that were set up with it.
"""

import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import requests
from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from notifications import foreign
from notifications.errors import Permanent, ProviderError, Temporary, Uncertain
from notifications.messages import LONDON, Channel, end_of
from notifications.providers import http, in_time
from notifications.providers.base import (
    READ_SECONDS,
    Absent,
    Accepted,
    Outgoing,
    OutgoingEmail,
    OutgoingText,
    Sent,
)
from notifications.receipts import Again, Event, What
from notifications.replies import Inbound
from notifications.suppression import Why

NAME = "notify"
CLIENT: Any = NotificationsAPIClient  # it comes without types

TOO_MANY, GONE = 429, "permanent-failure"
NO_ADDRESS = {"ValidationError", "InvalidPhoneError", "InvalidEmailError"}
# What an error means, by its status and name. Source: GOV.UK Notify's API documentation, "Error codes", and
# its own `app/v2/errors.py`.
ERRORS: dict[tuple[int, str], tuple[type[ProviderError], str]] = {
    (400, "BadRequestError"): (Permanent, "Notify declined the message"),
    (400, "ValidationError"): (Permanent, "Notify takes this for no address"),
    (400, "InvalidPhoneError"): (Permanent, "Notify takes this for no mobile number"),
    (400, "InvalidEmailError"): (Permanent, "Notify takes this for no address"),
    (403, "AuthError"): (Temporary, "Notify refuses our key, or our clock is wrong"),
    (404, "NoResultFound"): (Temporary, "Notify does not know our template"),
    (TOO_MANY, "RateLimitError"): (Temporary, "Notify asks us to be slower"),
    (TOO_MANY, "TooManyRequestsError"): (Temporary, "our daily limit at Notify is used up"),
}
# Words of a 400 that mean us, not the message. Source: the same, "Error codes" of sending.
OURS = {
    "team-only API key": "our key at Notify may write to its team only",
    "in trial mode": "our service at Notify is on trial and may write to its team only",
    "Service is not allowed to send": "our service at Notify may not send on this channel",
    "Missing personalisation": "our template at Notify asks for more than subject and body",
    "Template": "our template at Notify is not there",
    "template is not suitable": "our template at Notify is not for this channel",
    "template_id": "our template's id is none of Notify's",
    "one_click_unsubscribe_url": "Notify takes our public address for none",
}
# And those that mean its reader's country alone.
ABROAD, NOT_ABROAD = "international mobile numbers", "our service at Notify texts no numbers abroad"
LIMIT_ABROAD = "international_sms"  # a hundred texts a day, beside the limit of all of them

# What its Markdown would take for more than words, outside addresses. Lists of ours begin with hyphens.
# Source: notifications-utils, the library that Notify lays letters out with, `markdown.py`.
MARKS = re.compile(r"(https?://\S+)|(^ *(?=[#*+])|^ *\d+(?=\.)|(?=[\\`\[\]|]))", re.MULTILINE)
SIGNATURE, RULE = "\n-- \n", "\n---\n"  # to Notify the first is a list of nothing

STATUSES = {
    "created": What.ACCEPTED,
    "sending": What.ACCEPTED,
    "pending": What.ACCEPTED,
    "sent": What.ACCEPTED,
    "delivered": What.DELIVERED,
    GONE: What.FAILED,
    "temporary-failure": What.FAILED,
    "technical-failure": What.OURS,
    "validation-failed": What.OURS,
}
# A text that failed has not arrived, and the reader's email address may do. What failed between Notify and
# its carriers was never sent. Source: Notify's API documentation, "Text message status descriptions".
AGAIN = {"technical-failure": Again.SAME}
AGAIN_TEXT = AGAIN | dict.fromkeys((GONE, "temporary-failure"), Again.BY_EMAIL)
REASONS = {
    GONE: "the address or number does not exist",
    "temporary-failure": "the mailbox was full or the phone off",
    "technical-failure": "Notify had a problem of its own",
}


@dataclass(frozen=True)
class Templates:
    """Ids of the two templates at Notify. Either may be empty if that channel goes elsewhere."""

    email: str = ""
    sms: str = ""


class Notify:
    name = NAME

    def __init__(
        self,
        api_key: str,
        templates: Templates,
        base_url: str = "https://api.notifications.service.gov.uk",
        timeout: float = READ_SECONDS,
    ) -> None:
        self._key, self._url, self._timeout = api_key, base_url, timeout
        self._templates = templates

    def _client(self) -> Any:
        # A new one for each call: it says of itself that threads must not share it.
        client = CLIENT(self._key, base_url=self._url, timeout=self._timeout)
        client.request_session = in_time.session()
        return client

    def send(self, outgoing: Outgoing) -> Accepted:
        try:
            made = self._email(outgoing) if isinstance(outgoing, OutgoingEmail) else self._text(outgoing)
        except APIError as error:
            raise _meaning(error, outgoing) from error
        if not isinstance(made, dict) or not made.get("id"):
            raise Uncertain("the answer was not Notify's")
        return Accepted(str(made["id"]))

    def _email(self, letter: OutgoingEmail) -> Any:
        return self._client().send_email_notification(
            letter.to,
            self._templates.email,
            {"subject": letter.subject, "body": laid_out(letter.text)},
            reference=reference(letter),
            one_click_unsubscribe_url=letter.headers.get("List-Unsubscribe", "").strip("<>") or None,
        )

    def _text(self, text: OutgoingText) -> Any:
        known_as = reference(text)
        return self._client().send_sms_notification(
            text.to, self._templates.sms, {"body": text.text}, reference=known_as
        )

    def look_up(self, outgoing: Outgoing, since: datetime) -> Accepted | Absent | None:  # noqa: ARG002
        """Certain, whenever it was: Notify lists what has our reference."""
        known_as = reference(outgoing)
        try:
            found = self._client().get_all_notifications(reference=known_as)
        except APIError as error:
            raise _meaning(error, outgoing) from error
        if not isinstance(found, dict) or not isinstance(found.get("notifications"), list):
            return None
        return Accepted(str(found["notifications"][0]["id"])) if found["notifications"] else Absent()

    def outcome(self, sent: Sent, now: datetime) -> Event | None:
        """What became of a message whose callback never came."""
        try:
            found = self._client().get_notification_by_id(sent.provider_id)
        except APIError as error:
            raise _meaning(error, None) from error
        return event(json.dumps(found).encode(), now)


def laid_out(text: str) -> str:
    """A letter whose words stay words: what people wrote makes no link of another name, and nothing of it is
    left out. A line is drawn above what stands under our letters.
    """
    return MARKS.sub(lambda found: found[1] or f"{found[2]}\\", text).replace(SIGNATURE, RULE)


def reference(outgoing: Outgoing) -> str:
    origin = f"{outgoing.origin}-" if outgoing.origin else ""
    return f"unm-{origin}{outgoing.id}-{outgoing.attempt}"


def _ours_in(written: object) -> tuple[str, int | None, int | None]:
    """Origin, id and attempt."""
    found = re.fullmatch(r"unm-(?:([a-z0-9]+)-)?([0-9]+)-([0-9]+)", foreign.text_of(written))
    return (found[1] or "", foreign.id_of(found[2]), foreign.id_of(found[3])) if found else ("", None, None)


def _meaning(error: APIError, outgoing: Outgoing | None) -> ProviderError:
    if error.response is None:
        cause = error.__cause__
        known = isinstance(cause, requests.RequestException)
        return http.from_requests(cause) if known else Uncertain("no answer")  # type: ignore[arg-type]
    status, name, words = _said(error.response)
    ours = next((reason for phrase, reason in OURS.items() if phrase in words), None)
    if ours and status == 400:
        return Temporary(ours, name, stop=True)
    kind, reason = ERRORS.get((status, name), (None, ""))
    if kind is None:
        return _unknown(status, name)
    if kind is Permanent:
        texted = outgoing is not None and not isinstance(outgoing, OutgoingEmail)
        reason = NOT_ABROAD if ABROAD in words else reason
        elsewhere = texted and (name in NO_ADDRESS or reason == NOT_ABROAD)
        return Permanent(reason, name, Channel.EMAIL if elsewhere else None)
    if status == TOO_MANY:
        wait = timedelta(minutes=1) if name == "RateLimitError" else until_midnight(datetime.now(UTC))
        return Temporary(reason, name, wait, pause=LIMIT_ABROAD not in words)
    return Temporary(reason, name, stop=True)


def until_midnight(now: datetime) -> timedelta:
    """How long a day's limit may last: until the first midnight, London's or that of UTC."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return min(tomorrow, end_of(now.astimezone(LONDON).date())) - now


def _unknown(status: int, name: str) -> ProviderError:
    if status in {401, 403}:
        return Temporary("Notify refuses us", name, stop=True)
    if status == 503 and name:
        return Temporary("Notify is not available", name, outage=True)
    if status >= 500 or not name:
        return Uncertain("Notify answered with an error of its own", str(status))
    return Permanent("Notify declined the message", name)


def _said(response: requests.Response) -> tuple[int, str, str]:
    try:
        first = response.json()["errors"][0]
        return response.status_code, str(first["error"]), str(first["message"])
    except (ValueError, KeyError, IndexError, TypeError):
        return response.status_code, "", ""


def is_signed(authorization: str, tokens: Iterable[str]) -> bool:
    """Did the caller know one of our callback tokens? Never raises. Source: Notify's docs, "Callbacks"."""
    scheme, _, given = authorization.partition(" ")
    known = [
        hmac.compare_digest(given.encode("utf-8", "replace"), token.encode()) for token in tokens if token
    ]
    return scheme.lower() == "bearer" and any(known)


def event(body: bytes, now: datetime) -> Event | None:
    """What a delivery receipt says; None where it names no message.

    Raises:
        ValueError: it is not a JSON object.
    """
    said = foreign.json_object(body)
    status, notify_id = foreign.text_of(said.get("status")), foreign.text_of(said.get("id"))
    if not notify_id:
        return None
    origin, message_id, attempt = _ours_in(said.get("reference"))
    dead = status == GONE
    texted = said.get("notification_type", said.get("type")) == "sms"
    return Event(
        provider=NAME,
        event_id=f"{notify_id}:{status}",
        what=STATUSES.get(status, What.NOTHING),
        at=now,
        message_id=message_id,
        attempt=attempt,
        provider_id=notify_id[:64],
        reason=REASONS.get(status, ""),
        stops=(Why.NUMBER if texted else Why.BOUNCED) if dead else None,
        again=(AGAIN_TEXT if texted else AGAIN).get(status),
        origin=origin,
    )


def inbound(body: bytes) -> Inbound | None:
    """A text that somebody sent us; None where it names no sender.

    Raises:
        ValueError: it is not a JSON object.
    """
    said = foreign.json_object(body)
    known_as, number = foreign.text_of(said.get("id")), foreign.text_of(said.get("source_number")).lstrip("+")
    if not known_as or not (number.isascii() and number.isdigit()):
        return None
    return Inbound(Channel.SMS, known_as[:64], f"+{number}", foreign.text_of(said.get("message")))
