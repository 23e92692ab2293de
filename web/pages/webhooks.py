"""What providers tell us. Signatures are checked over the raw bytes before anything is read."""

import hmac

import structlog
from flask import Blueprint, Response, abort, g, request
from flask.typing import ResponseReturnValue

from notifications import receipts
from notifications.providers import notify, sendgrid, twilio
from notifications.replies import Inbound
from web.house import house
from web.multipart import raw_fields
from web.permissions import signed_by_provider, takes_bodies
from web.services import replies
from web.sizes import EVENT_BYTES, MAIL_BYTES

pages = Blueprint("webhooks", __name__, url_prefix="/webhooks")


def _knows_key() -> bool:
    given = request.args.get("key", "").encode()
    return any(hmac.compare_digest(given, secret.encode()) for secret in house().signer.inbound_secrets())


@pages.post("/sendgrid/events")
@signed_by_provider
@takes_bodies(EVENT_BYTES)
def sendgrid_events() -> ResponseReturnValue:
    """SendGrid's Event Webhook. Whatever is signed and makes sense is kept once, in any order."""
    keys = (house().settings.sendgrid_webhook_key or "").replace(",", " ").split()
    body = request.get_data()
    signature = request.headers.get("X-Twilio-Email-Event-Webhook-Signature", "")
    stamp = request.headers.get("X-Twilio-Email-Event-Webhook-Timestamp", "")
    if not sendgrid.is_signed(body, signature, stamp, keys):
        abort(403)
    try:
        events = sendgrid.events(body)
    except ValueError:
        abort(400)
    receipts.take(g.session, events, key=house().signer.suppression_key(), now=g.now)
    return "", 204


@pages.post("/sendgrid/inbound")
@signed_by_provider
@takes_bodies(MAIL_BYTES, _knows_key)
def sendgrid_inbound() -> ResponseReturnValue:
    """A mail that somebody wrote to us. Any 4xx would drop it for ever, so all that is stored answers 200."""
    if not _knows_key():
        abort(404)
    try:
        fields = raw_fields(request.get_data(), request.mimetype_params.get("boundary", ""))
    except ValueError:
        structlog.get_logger().warning("something that is no mail came in by the inbound webhook")
        return "", 200
    _take(sendgrid.inbound(fields))
    return "", 200


@pages.post("/twilio/inbound")
@signed_by_provider
def twilio_inbound() -> ResponseReturnValue:
    """A text that somebody wrote to us."""
    _refuse_unless_twilio_signed()
    _take(twilio.inbound(request.form.to_dict()))
    return _twiml()


@pages.post("/notify")
@signed_by_provider
@takes_bodies(EVENT_BYTES)
def notify_callback() -> ResponseReturnValue:
    """A delivery receipt, or a text that somebody wrote to us: Notify sends both alike."""
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
        receipts.take(g.session, [event], key=house().signer.suppression_key(), now=g.now)
    return "", 204


def _take(inbound: Inbound | None) -> None:
    if inbound:
        replies.take(g.session, inbound, signer=house().signer, now=g.now)


@pages.post("/twilio/status")
@signed_by_provider
def twilio_status() -> ResponseReturnValue:
    """What became of a text."""
    _refuse_unless_twilio_signed()
    event = twilio.event(request.args.to_dict(), request.form.to_dict(), g.now)
    if event:
        receipts.take(g.session, [event], key=house().signer.suppression_key(), now=g.now)
    return _twiml()


def _refuse_unless_twilio_signed() -> None:
    # Built from our own public address: what the request calls its host is the sender's to choose.
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    url = house().settings.public_url + request.path + query
    tokens = [
        token for token in (house().settings.twilio_auth_token or "").replace(",", " ").split() if token
    ]
    signature = request.headers.get("X-Twilio-Signature", "")
    if not twilio.is_signed(url, request.form.to_dict(flat=False), signature, tokens):
        abort(403)


def _twiml() -> Response:
    return Response(twilio.EMPTY_TWIML, content_type="text/xml; charset=utf-8")
