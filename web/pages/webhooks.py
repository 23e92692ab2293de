"""What providers tell us. Signatures are checked over the raw bytes before anything is read."""

from flask import Blueprint, Response, abort, g, request
from flask.typing import ResponseReturnValue

from notifications import receipts
from notifications.providers import sendgrid, twilio
from web.house import house
from web.permissions import signed_by_provider

pages = Blueprint("webhooks", __name__, url_prefix="/webhooks")
EVENT_BYTES = 5 * 1024 * 1024


@pages.post("/sendgrid/events")
@signed_by_provider
def sendgrid_events() -> ResponseReturnValue:
    """SendGrid's Event Webhook. Whatever is signed and makes sense is kept once, in any order."""
    request.max_content_length = EVENT_BYTES
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
