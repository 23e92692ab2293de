"""Who carries emails and texts, as the settings say."""

from notifications.delivery import Providers
from notifications.providers.base import Provider
from notifications.providers.local import Local
from notifications.providers.sendgrid import SendGrid
from notifications.providers.twilio import Twilio
from web.settings import Settings, SettingsError
from web.tokens import Signer

TWILIO_STATUS = "/webhooks/twilio/status"


def providers_of(settings: Settings, signer: Signer) -> Providers:
    """The providers, with what delivery must know about the house beside them."""
    return Providers(
        email=_email(settings),
        sms=_sms(settings),
        key=signer.suppression_key(),
        texts_take_replies=_is_number(settings.twilio_from),
        allowlist=frozenset(settings.trial_allowlist),
        sms_daily_cap=settings.sms_daily_cap,
    )


def _email(settings: Settings) -> Provider:
    if settings.email_provider == "sendgrid":
        return SendGrid(settings.sendgrid_api_key or "", settings.mail_from, settings.sendgrid_base_url)
    if settings.email_provider == "local":
        return Local(settings.mail_from)
    raise SettingsError("EMAIL_PROVIDER", settings.email_provider, "local or sendgrid")


def _sms(settings: Settings) -> Provider | None:
    if settings.sms_provider == "twilio":
        return Twilio(
            settings.twilio_account_sid or "",
            settings.twilio_auth_token or "",
            settings.twilio_from or "",
            callback="" if settings.is_trial else settings.public_url + TWILIO_STATUS,
            base_url=settings.twilio_base_url,
        )
    if settings.sms_provider == "local":
        return Local(settings.mail_from) if settings.is_trial else None
    raise SettingsError("SMS_PROVIDER", settings.sms_provider, "local or twilio")


def _is_number(sender: str | None) -> bool:
    """A sender name cannot receive replies; a number can."""
    return (sender or "").startswith("+")
