"""What the operator may set, from the environment and from nowhere else.

SettingsError       a value that cannot be; `.name`, `.given`, `.expected`
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from os import environ
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from notifications import addresses
from notifications.errors import BadAddress

DEFAULT_KEY = "only for trying things out on this machine"
VAR = Path("var")
ALIKE = 0.85  # of 1: another letter or two
DATABASES = ("sqlite:///", "postgresql+psycopg://")
DRIVERLESS = re.compile(r"\Apostgres(ql)?://")
A_DATABASE = "sqlite:///FILE or postgresql://…"
TRIAL_NUMBER = "+447700900000"  # one of those that Ofcom keeps for stories
TRIAL_DOMAIN = "reply.localhost"
NEEDED = {
    ("email_provider", "smtp"): ("smtp_url",),
    ("email_provider", "sendgrid"): ("sendgrid_api_key",),
    ("email_provider", "notify"): ("notify_api_key", "notify_email_template"),
    ("sms_provider", "twilio"): ("twilio_account_sid", "twilio_auth_token", "twilio_from"),
    ("sms_provider", "notify"): ("notify_api_key", "notify_sms_template"),
}


class SettingsError(Exception):
    def __init__(self, name: str, given: str, expected: str) -> None:
        super().__init__(f"{name}: got {given!r}, expected {expected}")
        self.name, self.given, self.expected = name, given, expected


class Settings(BaseModel):
    """One field per environment variable, named in capitals there; `NAME_FILE` reads the value from a
    file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: str = Field(
        default=f"sqlite:///{VAR}/unmentoring.db", description="sqlite:///FILE or postgresql://…"
    )
    queue_url: str | None = Field(default=None, description="sqlite:///FILE, postgresql://… or redis://…")
    secret_key: str = Field(
        default=DEFAULT_KEY, description="at least 32 characters, different on every installation"
    )
    secret_key_previous: str | None = Field(
        default=None, description="the key before the last change of SECRET_KEY"
    )
    suppression_key: str | None = Field(
        default=None, description="the key of the list of addresses not to be written to, never changed"
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="the address people reach, https://… without a path"
    )
    allowed_hosts: tuple[str, ...] = Field(default=(), description="host names separated by commas")
    hsts_subdomains: bool = Field(default=False, description="yes or no")
    proxy_hops: int = Field(default=0, ge=0, le=5, description="how many proxies stand in front, 0 to 5")
    network_forms_per_minute: int = Field(
        default=60, ge=1, description="forms that one network may send in a minute, 1 or more"
    )
    network_forms_per_hour: int = Field(
        default=600, ge=1, description="forms that one network may send in an hour, 1 or more"
    )
    programmes: Literal["closed", "ask", "open"] | None = Field(
        default=None, description="closed, ask or open: who may start a programme"
    )
    mail_from: str = Field(default="Unmentoring <hello@example.org>", description="Name <address>")
    inbound_domain: str | None = Field(default=None, description="the domain whose mail reaches us")
    alert_email: str | None = Field(default=None, description="who hears of trouble")
    alert_webhook: str | None = Field(
        default=None, description="an address like https://chat.example.org/hooks/…"
    )
    sentry_dsn: str | None = Field(
        default=None, description="an address like https://key@sentry.example.org/1"
    )
    metrics_token: str | None = Field(
        default=None, min_length=16, description="at least 16 characters of your own"
    )
    email_provider: Literal["local", "smtp", "sendgrid", "notify"] = Field(
        default="local", description="local, smtp, sendgrid or notify"
    )
    sms_provider: Literal["local", "twilio", "notify"] = Field(
        default="local", description="local, twilio or notify"
    )
    smtp_url: str | None = Field(default=None, description="smtp://user:password@host:587 or smtps://…")
    sendgrid_api_key: str | None = Field(default=None, description="a SendGrid API key")
    sendgrid_base_url: str = Field(default="https://api.sendgrid.com", description="where SendGrid's API is")
    sendgrid_webhook_key: str | None = Field(
        default=None, description="the Event Webhook's public key, two by commas"
    )
    twilio_account_sid: str | None = Field(default=None, description="AC and 32 hexadecimal digits")
    twilio_auth_token: str | None = Field(default=None, description="Twilio's auth token")
    twilio_from: str | None = Field(default=None, description="a number or a sender name")
    twilio_base_url: str = Field(default="https://api.twilio.com", description="where Twilio's API is")
    notify_api_key: str | None = Field(default=None, description="a GOV.UK Notify API key")
    notify_base_url: str = Field(
        default="https://api.notifications.service.gov.uk", description="where Notify is"
    )
    notify_email_template: str | None = Field(
        default=None, description="the id of a Notify template with ((subject)) and ((body))"
    )
    notify_sms_template: str | None = Field(
        default=None, description="the id of a Notify template with ((body))"
    )
    notify_callback_token: str | None = Field(
        default=None, description="the bearer token of Notify's callbacks"
    )
    sms_daily_cap: int = Field(default=500, ge=0, description="texts a day at the most, 0 or more")
    quiet_nights: bool = Field(default=True, description="yes or no")
    fetch_links: bool = Field(default=True, description="yes or no")
    bluesky_handle: str | None = Field(
        default=None, description="the handle of an account of yours on Bluesky, such as name.bsky.social"
    )
    bluesky_password: str | None = Field(default=None, description="an app password of that account")
    trial_allowlist: tuple[str, ...] = Field(
        default=(), description="addresses and numbers separated by commas"
    )

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = environ) -> Self:
        """Read and check every variable of ours.

        Raises:
            SettingsError: the first value that cannot be, by name.
        """
        values = {name: _value(environment, name.upper()) for name in cls.model_fields}
        try:
            return cls.model_validate({name: value for name, value in values.items() if value is not None})
        except ValidationError as error:
            raise _translated(cls, error, values) from None

    @field_validator("allowed_hosts", "trial_allowlist", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, re.split(r"[,\s]+", value))) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.path.strip("/")
            or parts.query
        ):
            raise ValueError("an address like https://unmentoring.example.org, without a path")
        _must_have_a_number_for_port(value)
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        return _of_a_database(value)

    @field_validator("queue_url")
    @classmethod
    def _queue(cls, value: str | None) -> str | None:
        if value and not re.match(r"(sqlite:///.|(postgres(ql)?(\+psycopg)?|rediss?)://.)", value):
            raise ValueError("sqlite:///FILE, postgresql://… or redis://…")
        _must_have_a_number_for_port(value or "")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        try:
            addresses.sender(value)
        except BadAddress as error:
            raise ValueError("Name <address>") from error
        return value

    @field_validator("alert_email")
    @classmethod
    def _email(cls, value: str | None) -> str | None:
        return _canonical(value) if value else value

    @field_validator("trial_allowlist")
    @classmethod
    def _allowed(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """As delivery compares them: one spelling of each mailbox, numbers in E.164."""
        return tuple(_canonical(each) for each in values)

    @field_validator("smtp_url")
    @classmethod
    def _server(cls, value: str | None) -> str | None:
        if value and (urlsplit(value).scheme not in ("smtp", "smtps") or not urlsplit(value).hostname):
            raise ValueError("smtp://user:password@host:587 or smtps://…")
        _must_have_a_number_for_port(value or "")
        return value

    @field_validator("sentry_dsn")
    @classmethod
    def _dsn(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        if value and not (parts.scheme in ("http", "https") and parts.username and parts.path.strip("/")):
            raise ValueError("an address like https://key@sentry.example.org/1")
        return value

    @field_validator("alert_webhook")
    @classmethod
    def _webhook(cls, value: str | None) -> str | None:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("an address like https://chat.example.org/hooks/…")
        return value

    @field_validator("sendgrid_base_url", "twilio_base_url", "notify_base_url")
    @classmethod
    def _provider_address(cls, value: str) -> str:
        if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
            raise ValueError("an address like https://api.example.org")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _production(self) -> Self:
        if self.is_trial:
            return self
        if self.programmes in ("ask", "open") and not self.alert_email:
            expected = f"who hears of new programmes, because PROGRAMMES is {self.programmes}"
            raise SettingsError("ALERT_EMAIL", "nothing", expected)
        if self.secret_key == DEFAULT_KEY or len(self.secret_key) < 32:
            raise SettingsError(
                "SECRET_KEY", "the default or a short key", "at least 32 characters of your own"
            )
        for name in ("email_provider", "sms_provider"):
            if getattr(self, name) == "local" and not (
                name == "sms_provider" and self.email_provider != "local"
            ):
                raise SettingsError(name.upper(), "local", "a real provider, because PUBLIC_URL is public")
        return self

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Whoever chooses a provider says what it needs."""
        for (chooses, provider), needed in NEEDED.items():
            for name in needed:
                if getattr(self, chooses) == provider and not getattr(self, name):
                    expected = f"{type(self).model_fields[name].description}, for {provider}"
                    raise SettingsError(name.upper(), "nothing", expected)
        return self

    def at_port(self, port: int, environment: Mapping[str, str] = environ) -> Self:
        """The same, with links that lead to `port` of this machine unless the operator said where people
        reach us.
        """
        if _value(environment, "PUBLIC_URL"):
            return self
        return self.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})

    def child_environment(self, environment: Mapping[str, str] = environ) -> dict[str, str]:
        """What a worker started by us needs to have the very same settings."""
        ours = {"DATABASE_URL": self.database_url, "QUEUE_URL": self.queue, "PUBLIC_URL": self.public_url}
        return {**environment, **ours}

    @property
    def is_trial(self) -> bool:
        """Is this a try-out on one machine? Only if people reach it by a loopback address."""
        return is_loopback(urlsplit(self.public_url).hostname or "")

    @property
    def who_starts(self) -> Literal["closed", "ask", "open"]:
        """Who may start a programme: nobody but the operator unless they have said otherwise; on trial,
        whoever tries it.
        """
        return self.programmes or ("open" if self.is_trial else "closed")

    @property
    def sender_address(self) -> str:
        """The address of MAIL_FROM, without its name."""
        return addresses.sender(self.mail_from)[1]

    @property
    def has_quiet_nights(self) -> bool:
        """Do letters and texts of rounds wait for the morning? Not on trial, where nobody is woken."""
        return self.quiet_nights and not self.is_trial

    @property
    def bluesky_login(self) -> tuple[str, str] | None:
        """Whose search finds posts on Bluesky; nobody's unless both are set."""
        if self.bluesky_handle and self.bluesky_password:
            return self.bluesky_handle.removeprefix("@"), self.bluesky_password
        return None

    @property
    def has_outbox(self) -> bool:
        """Can messages be read on a page of ours? Only on trial, where a provider is local."""
        return self.is_trial and "local" in (self.email_provider, self.sms_provider)

    @property
    def texts_offered(self) -> bool:
        """Without a provider of texts the join form offers email only."""
        return self.is_trial or self.sms_provider != "local"

    @property
    def texts_to(self) -> str | None:
        """The number people can text to. A sender name cannot be answered, and behind a messaging service or
        Notify we cannot know. On trial texts are written in the outbox.
        """
        if self.sms_provider == "local":
            return TRIAL_NUMBER if self.is_trial else None
        number = self.twilio_from or ""
        return number if self.sms_provider == "twilio" and number.startswith("+") else None

    @property
    def replies_at(self) -> str | None:
        """The domain at which answers to our mails come in; none by GOV.UK Notify, which takes no
        address for them. On trial they are written in the outbox.
        """
        if self.email_provider == "notify":
            return None
        on_trial = self.is_trial and self.email_provider == "local"
        return self.inbound_domain or (TRIAL_DOMAIN if on_trial else None)

    @property
    def database_file(self) -> Path | None:
        kind, _, rest = self.database_url.partition(":///")
        return Path(rest) if kind == "sqlite" else None

    @property
    def queue(self) -> str:
        """Where background work is queued: beside the database unless told otherwise."""
        if self.queue_url:
            return self.queue_url
        file = self.database_file
        return f"sqlite:///{(file.parent if file else VAR) / 'queue.db'}"


def _canonical(address: str) -> str:
    """One spelling of a mailbox, or a number in E.164."""
    try:
        return addresses.email_key(address) if "@" in address else addresses.phone(address)
    except BadAddress as error:
        raise ValueError(str(error)) from error


def database_url(given: str) -> str:
    """An address that is said on a command line, as DATABASE_URL is.

    Raises:
        SettingsError: it cannot be one.
    """
    try:
        return _of_a_database(given)
    except ValueError:
        raise SettingsError("TO_URL", "a value not shown here", A_DATABASE) from None


def _of_a_database(given: str) -> str:
    """The address of a database as we write it. Hosts give one that names no driver.

    Raises ValueError: it is none of ours, or none that can be read.
    """
    address = DRIVERLESS.sub(DATABASES[1], given)
    if not address.startswith(DATABASES):
        raise ValueError(A_DATABASE)
    try:
        parts = make_url(address)
    except ArgumentError as error:
        raise ValueError(str(error)) from error
    if parts.get_backend_name() == "sqlite" and parts.database in (None, "", ":memory:"):
        raise ValueError("sqlite:///FILE")
    return address


def _must_have_a_number_for_port(address: str) -> None:
    """Raises ValueError where it says a port that is none; `urlsplit` looks only when it is asked."""
    if urlsplit(address).port == 0:
        raise ValueError("a port from 1 to 65535")


def environment_with(more: Mapping[str, str], environment: Mapping[str, str] = environ) -> dict[str, str]:
    """What a program that we start is given: our own environment, and more."""
    return {**environment, **more}


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def misspelt(environment: Mapping[str, str] = environ) -> Iterator[tuple[str, str]]:
    """Names that are nobody's and look like one of ours, each with the one that may be meant."""
    ours = [f"{name.upper()}{ending}" for name in Settings.model_fields for ending in ("", "_FILE")]
    for name in sorted(set(environment) - set(ours)):
        yield from ((name, meant) for meant in get_close_matches(name, ours, n=1, cutoff=ALIKE))


def _value(environment: Mapping[str, str], name: str) -> str | None:
    if file := environment.get(f"{name}_FILE"):
        try:
            return Path(file).read_text("utf-8").strip() or None
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}_FILE", file, "a file that can be read") from error
    # Compose files and systemd units hand over empty strings for "not set".
    return environment.get(name) or None


def _translated(
    cls: type[Settings], error: ValidationError, values: Mapping[str, str | None]
) -> SettingsError:
    name = str(error.errors()[0]["loc"][0])
    secret = any(word in name for word in ("key", "token", "url", "password", "webhook", "dsn"))
    given = values.get(name) or ""
    return SettingsError(
        name.upper(), "a value not shown here" if secret else given, cls.model_fields[name].description or ""
    )
