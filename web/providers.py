"""Who carries emails and texts, as the settings say, and the addresses at which they call us back.

Each provider brings a web client along, so only those that are chosen are loaded.
"""

from notifications import replies
from notifications.delivery import Providers
from notifications.providers.base import Provider
from notifications.providers.local import Local
from web.settings import Settings
from web.tokens import Signer

SENDGRID_EVENTS = "/webhooks/sendgrid/events"
SENDGRID_INBOUND = "/webhooks/sendgrid/inbound"
TWILIO_STATUS = "/webhooks/twilio/status"
TWILIO_INBOUND = "/webhooks/twilio/inbound"
NOTIFY = "/webhooks/notify"


def providers_of(settings: Settings, signer: Signer) -> Providers:
    """The providers, with what delivery must know about the house beside them."""
    domain = settings.replies_at

    def reply_to(message: int, person: str) -> str:
        return replies.reply_address(message, person, key=signer.reply_keys()[0], domain=domain or "")

    return Providers(
        email=_email(settings),
        sms=_sms(settings),
        key=signer.suppression_key(),
        reply_to=reply_to if domain else None,
        texts_take_replies=settings.texts_to is not None,
        allowlist=frozenset(settings.trial_allowlist),
        sms_daily_cap=settings.sms_daily_cap,
        lists=settings.sender_address.rpartition("@")[2],
        quiet_nights=settings.has_quiet_nights,
    )


def _email(settings: Settings) -> Provider:
    if settings.email_provider == "sendgrid":
        from notifications.providers.sendgrid import SendGrid

        return SendGrid(settings.sendgrid_api_key or "", settings.mail_from, settings.sendgrid_base_url)
    if settings.email_provider == "smtp":
        from notifications.providers.smtp import Smtp

        return Smtp(settings.smtp_url or "", settings.mail_from)
    if settings.email_provider == "notify":
        return _notify(settings)
    return Local(settings.mail_from)


def _sms(settings: Settings) -> Provider | None:
    if settings.sms_provider == "twilio":
        from notifications.providers.twilio import Twilio

        return Twilio(
            settings.twilio_account_sid or "",
            settings.twilio_auth_token or "",
            settings.twilio_from or "",
            callback="" if settings.is_trial else settings.public_url + TWILIO_STATUS,
            base_url=settings.twilio_base_url,
        )
    if settings.sms_provider == "notify":
        return _notify(settings)
    return Local(settings.mail_from) if settings.is_trial else None


def _notify(settings: Settings) -> Provider:
    from notifications.providers.notify import Notify, Templates

    templates = Templates(settings.notify_email_template or "", settings.notify_sms_template or "")
    return Notify(settings.notify_api_key or "", templates, settings.notify_base_url)


def callback_addresses(settings: Settings, signer: Signer) -> list[tuple[str, str]]:
    """What to enter at the chosen providers. Inbound Parse signs nothing, so its address holds a secret."""
    public, found = settings.public_url, []
    if settings.email_provider == "sendgrid":
        found.append(("SendGrid, Event Webhook, signed", public + SENDGRID_EVENTS))
    if settings.inbound_domain:
        address = f"{public}{SENDGRID_INBOUND}?key={signer.inbound_secrets()[0]}"
        found.append((f"SendGrid, Inbound Parse of {settings.inbound_domain}", address))
    if settings.sms_provider == "twilio":
        found.append(("Twilio, a message comes in", public + TWILIO_INBOUND))
    if "notify" in (settings.email_provider, settings.sms_provider):
        found.append(("Notify, delivery receipts and received texts, bearer token", public + NOTIFY))
    return found
