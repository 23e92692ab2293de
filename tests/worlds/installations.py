"""Every way of installing it, and a few that meet every two choices at least once."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, fields
from itertools import combinations, product
from pathlib import Path

from tests.support.fake_notify import KEY as NOTIFY_KEY

SECRET = "a key of this installation's own, long enough to be one"
PUBLIC, ALSO = "https://unmentoring.example.org", "www.unmentoring.example.org"
TEXT_US = "+447700900001"
CHOICES = {
    "database": ("sqlite", "postgresql"),
    "carriers": ("local", "smtp", "sendgrid and twilio", "notify", "smtp and notify"),
    "address": ("loopback", "https"),
    "server": ("waitress", "gunicorn"),
}
APART = 7  # from door to door: one for each who knocks
# What a file beside the service holds, as Docker and systemd hand over secrets: under gunicorn.
IN_FILES = {
    "DATABASE_URL", "QUEUE_URL", "SECRET_KEY", "SECRET_KEY_PREVIOUS", "SUPPRESSION_KEY", "SMTP_URL",
    "SENDGRID_API_KEY", "SENDGRID_WEBHOOK_KEY", "TWILIO_AUTH_TOKEN", "NOTIFY_API_KEY",
    "NOTIFY_CALLBACK_TOKEN", "METRICS_TOKEN",
}  # fmt: skip


@dataclass(frozen=True)
class Installation:
    """One way of installing it."""

    database: str
    carriers: str
    address: str
    server: str

    def __str__(self) -> str:
        return ", ".join(self.choices)

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(getattr(self, each.name) for each in fields(self))

    @property
    def is_public(self) -> bool:
        return self.address == "https"

    @property
    def refuses_to_start(self) -> bool:
        """Messages that go nowhere are for one machine alone."""
        return self.is_public and self.carriers == "local"

    @property
    def sends_texts(self) -> bool:
        return not self.is_public or self.carriers not in ("local", "smtp")


def every() -> list[Installation]:
    """All that start, in the order of their choices."""
    made = (Installation(*chosen) for chosen in product(*CHOICES.values()))
    return [one for one in made if not one.refuses_to_start]


def pairwise() -> list[Installation]:
    """Few in which every two choices meet that can: each adds the most that are missing."""
    left = set().union(*(pairs(one.choices) for one in every()))
    found: list[Installation] = []
    while left:
        found.append(max(every(), key=lambda one: len(pairs(one.choices) & left)))
        left -= pairs(found[-1].choices)
    return found


def pairs(chosen: Iterable[Hashable]) -> set[tuple[Hashable, ...]]:
    return set(combinations(chosen, 2))


def doors(number: int, who: int) -> slice:
    """Of all doors, in their order, the seventh at which somebody knocks in the installation of that number.

    In each of them one of the seven has knocked at every door, and in seven that follow each other everybody.
    """
    return slice((number + who) % APART, None, APART)


@dataclass(frozen=True)
class Around:
    """What an installation finds in place: a database and a queue, and where the carriers are."""

    database_url: str
    queue_url: str | None
    port: int
    smtp: str
    sendgrid: str
    twilio: str
    notify: str
    webhook_key: str


def environment(one: Installation, around: Around) -> dict[str, str]:
    """The variables an operator sets for it."""
    return {
        "DATABASE_URL": around.database_url,
        **({"QUEUE_URL": around.queue_url} if around.queue_url else {}),
        **(_public() if one.is_public else {"PUBLIC_URL": f"http://127.0.0.1:{around.port}"}),
        "SECRET_KEY": SECRET,
        "SECRET_KEY_PREVIOUS": f"{SECRET}, before",
        "SUPPRESSION_KEY": f"{SECRET}, for ever",
        "MAIL_FROM": "Councils <hello@councils.example.org>",
        "ALERT_EMAIL": "operator@example.org",
        "SMS_DAILY_CAP": "1000",
        "ALERT_WEBHOOK": "http://127.0.0.1:9/hook",
        "METRICS_TOKEN": "a token for who watches",
        "QUIET_NIGHTS": "no",  # these live by the wall's clock, whatever it says
        # Fewer than all of us send together: whoever takes us all for the proxy refuses some.
        "NETWORK_FORMS_PER_MINUTE": "5",
        "NETWORK_FORMS_PER_HOUR": "5",
        **_carriers(one.carriers, around),
    }


def _public() -> dict[str, str]:
    return {"PUBLIC_URL": PUBLIC, "ALLOWED_HOSTS": ALSO, "PROXY_HOPS": "1", "PROGRAMMES": "ask"}


def _carriers(which: str, around: Around) -> dict[str, str]:
    smtp = {"EMAIL_PROVIDER": "smtp", "SMTP_URL": around.smtp}
    notify = {
        "NOTIFY_API_KEY": NOTIFY_KEY,
        "NOTIFY_BASE_URL": around.notify,
        "NOTIFY_CALLBACK_TOKEN": "a token of Notify's callbacks",
    }
    texts = {"SMS_PROVIDER": "notify", "NOTIFY_SMS_TEMPLATE": "template-of-texts", **notify}
    return {
        "local": {},
        "smtp": smtp,
        "sendgrid and twilio": _sendgrid_and_twilio(around),
        "notify": {"EMAIL_PROVIDER": "notify", "NOTIFY_EMAIL_TEMPLATE": "template-of-emails", **texts},
        "smtp and notify": smtp | texts,
    }[which]


def _sendgrid_and_twilio(around: Around) -> dict[str, str]:
    return {
        "EMAIL_PROVIDER": "sendgrid",
        "SENDGRID_API_KEY": "SG.a key",
        "SENDGRID_BASE_URL": around.sendgrid,
        "SENDGRID_WEBHOOK_KEY": around.webhook_key,
        "INBOUND_DOMAIN": "reply.example.org",
        "SMS_PROVIDER": "twilio",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "a token of Twilio's",
        "TWILIO_FROM": TEXT_US,
        "TWILIO_BASE_URL": around.twilio,
    }


def in_files(variables: dict[str, str], folder: Path) -> dict[str, str]:
    """The same, with secrets as `NAME_FILE`, a line each."""
    given = {}
    for name, value in variables.items():
        if name not in IN_FILES:
            given[name] = value
            continue
        file = folder / name.lower()
        file.write_text(f"{value}\n")
        given[f"{name}_FILE"] = str(file)
    return given
