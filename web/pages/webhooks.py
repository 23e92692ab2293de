"""What providers tell us. Signatures are checked over the raw bytes before anything is read, and everything
is read before a lock to write is taken.

Each provider brings a web client along, so it is loaded with the first request to an address of its own.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from flask import Blueprint, Response, abort, g, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from notifications import receipts
from notifications.receipts import Event
from notifications.replies import Inbound
from web.http.access import holds_no_lock, signed_by_provider, takes_bodies
from web.http.context import house
from web.http.multipart import raw_fields
from web.services.incoming import replies
from web.sizes import EVENT_BYTES, MAIL_BYTES

pages = Blueprint("webhooks", __name__, url_prefix="/webhooks")


def _knows_key() -> bool:
    given = request.args.get("key", "").encode("utf-8", "replace")
    return any(hmac.compare_digest(given, secret.encode()) for secret in house().signer.inbound_secrets())


@pages.post("/sendgrid/events")
@signed_by_provider
@takes_bodies(EVENT_BYTES)
@holds_no_lock
def sendgrid_events() -> ResponseReturnValue:
    """SendGrid's Event Webhook. Whatever is signed and makes sense is kept once, in any order."""
    from notifications.providers import sendgrid

    keys = (house().settings.sendgrid_webhook_key or "").replace(",", " ").split()
    body = request.get_data()
    signature = request.headers.get("X-Twilio-Email-Event-Webhook-Signature", "")
    stamp = request.headers.get("X-Twilio-Email-Event-Webhook-Timestamp", "")
    if not sendgrid.is_signed(body, signature, stamp, keys):
        abort(403)
    if not sendgrid.is_fresh(stamp, g.now):
        _log().warning("a report of SendGrid's was refused: by our clock it was not signed within a day")
        abort(403)
    try:
        events = sendgrid.events(body, g.now)
    except ValueError:
        abort(400)
    _apply(events)
    return "", 204


@pages.post("/sendgrid/inbound")
@signed_by_provider
@takes_bodies(MAIL_BYTES, _knows_key)
@holds_no_lock
def sendgrid_inbound() -> ResponseReturnValue:
    """A mail that somebody wrote to us. Any 4xx would drop it for ever, so all that is stored answers 200."""
    from notifications.providers import inbound_parse

    if not _knows_key():
        abort(404)
    try:
        fields = raw_fields(request.get_data(), request.mimetype_params.get("boundary", ""))
    except ValueError:
        _log().warning("something that is no mail came in by the inbound webhook")
        return "", 200
    _take(inbound_parse.inbound(fields))
    return "", 200


@pages.post("/twilio/inbound")
@signed_by_provider
@holds_no_lock
def twilio_inbound() -> ResponseReturnValue:
    """A text that somebody wrote to us."""
    from notifications.providers import twilio

    _refuse_unless_twilio_signed()
    _take(twilio.inbound(request.form.to_dict()))
    return _twiml()


@pages.post("/twilio/status")
@signed_by_provider
@holds_no_lock
def twilio_status() -> ResponseReturnValue:
    """What became of a text."""
    from notifications.providers import twilio

    _refuse_unless_twilio_signed()
    event = twilio.event(request.args.to_dict(), request.form.to_dict(), g.now)
    _apply([event] if event else [])
    return _twiml()


@pages.post("/notify")
@signed_by_provider
@takes_bodies(EVENT_BYTES)
@holds_no_lock
def notify_callback() -> ResponseReturnValue:
    """A delivery receipt, or a text that somebody wrote to us: Notify sends both alike."""
    from notifications.providers import notify

    token = house().settings.notify_callback_token or ""
    if not notify.is_signed(request.headers.get("Authorization", ""), [token]):
        abort(403)
    body = request.get_data()
    try:
        event = notify.event(body, g.now)
        text = notify.inbound(body)
    except ValueError:
        abort(400)
    if text:
        _take(text)
    elif event:
        _apply([event])
    return "", 204


def _apply(events: list[Event]) -> None:
    if events:
        with _writing() as session:
            receipts.take(session, events, key=house().signer.suppression_key(), now=g.now)


def _take(inbound: Inbound | None) -> None:
    if inbound:
        with _writing() as session:
            replies.take(session, inbound, signer=house().signer, now=g.now)


@contextmanager
def _writing() -> Iterator[Session]:
    """Commits when its block ends well, and wakes the worker."""
    with house().database.write() as session:
        yield session
    house().poke()


def _log() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger


def _refuse_unless_twilio_signed() -> None:
    # Built from our own public address: what the request calls its host is the sender's to choose.
    from notifications.providers import twilio

    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    url = house().settings.public_url + request.path + query
    tokens = [
        token for token in (house().settings.twilio_auth_token or "").replace(",", " ").split() if token
    ]
    signature = request.headers.get("X-Twilio-Signature", "")
    if not twilio.is_signed(url, request.form.to_dict(flat=False), signature, tokens):
        abort(403)


def _twiml() -> Response:
    from notifications.providers import twilio

    return Response(twilio.EMPTY_TWIML, content_type="text/xml; charset=utf-8")
