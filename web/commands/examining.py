"""What `unmentoring doctor` looks at: one finding for each thing an installation stands on.

A check raises nothing. What it cannot look at, because something it needs is in trouble, it says so of.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from notifications import messages, outbox, progress, stoppages, words
from notifications.tables import NOT_ARRIVED, WAITING, OutboxMessage
from web import queues
from web.db import Database
from web.logs import blanked
from web.models import Region
from web.providers import callback_addresses
from web.services.background import heartbeats, last_backup, operator_alerts
from web.services.common import phrases, times
from web.services.people import reachability
from web.settings import VAR, Settings, misspelt
from web.tokens import signer_of
from web.upgrading import UpgradeError, in_a_line

SKEW = timedelta(seconds=30)  # GOV.UK Notify refuses a token that is older
GB = 1_000_000_000
# Erasing writes the file anew beside itself, and a backup stands beside both.
TIMES_THE_FILE = 3
SELECTORS = {"sendgrid": ("s1", "s2")}
LIST_UNREAD = (
    "none of those who have stopped our messages is known any more: before anything is sent set "
    "SUPPRESSION_KEY to what it was, or to the first SECRET_KEY there was"
)
# Mailboxes look for SPF where letters come back to. Source: RFC 7208, 2.4; SendGrid's automated security has
# that at a name below the sender's domain, by a CNAME.
RETURNS_BELOW = "sendgrid"
SIGNS_ITSELF = "notify"  # its letters come from its own domain


class Result(StrEnum):
    WELL = "well"
    WARNING = "warning"
    TROUBLE = "trouble"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Finding:
    what: str
    result: Result
    says: str


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]


Lookup = Callable[[str], Sequence[str]]  # a name -> its TXT records; none where there is no such name
Ask = Callable[[str, str], Answer]  # (method, address); OSError where nobody answers


@dataclass
class Patient:
    """An installation, and the world it stands in. `free` says how many bytes a folder has left."""

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    lookup: Lookup
    ask: Ask
    free: Callable[[Path], int]
    selectors: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    usable: bool = field(init=False, default=False)  # are the tables there, and this version's?


def well(what: str, says: str) -> Finding:
    return Finding(what, Result.WELL, says)


def warning(what: str, says: str) -> Finding:
    return Finding(what, Result.WARNING, says)


def trouble(what: str, says: str) -> Finding:
    return Finding(what, Result.TROUBLE, says)


def left_out(what: str, says: str) -> Finding:
    return Finding(what, Result.LEFT_OUT, says)


def examine(patient: Patient) -> Iterator[Finding]:
    """Every check but the test message, in order; each takes ten seconds at the most."""
    yield from of_settings(patient.settings)
    for name, meant in misspelt(patient.environment):
        yield trouble("settings", f"{name}: there is no such setting; is {meant} meant?")
    for check in (
        of_database, of_list, of_backups, of_queue, of_worker, of_outbox, of_alerts, of_clock, of_holidays,
        of_disk,
    ):  # fmt: skip
        yield check(patient)
    yield from of_mail(patient)
    yield from of_webhooks(patient)


def of_settings(settings: Settings) -> Iterator[Finding]:
    if settings.is_trial:
        yield warning("settings", "a try-out on this machine: PUBLIC_URL is a loopback address")
    else:
        yield well("settings", f"for {settings.public_url}")
    if settings.trial_allowlist:
        count = phrases.counted(len(settings.trial_allowlist), "address or number", "addresses and numbers")
        yield warning("settings", f"TRIAL_ALLOWLIST: only {count} are really written to")
    if not settings.is_trial and not settings.alert_email:
        yield warning("settings", "ALERT_EMAIL: nobody hears of trouble")
    if settings.secret_key_previous and not settings.suppression_key:
        yield trouble("settings", "SUPPRESSION_KEY: set it to the first SECRET_KEY there was, or the list of "
                                  "those who want no mail is lost")  # fmt: skip


def of_database(patient: Patient) -> Finding:
    database = patient.database
    if database.file and not database.file.exists():
        return trouble("database", "there is none yet: run `unmentoring db upgrade` first")
    try:
        database.must_be_current()
        with database.read() as session:
            version = ".".join(map(str, session.connection().dialect.server_version_info or ()))
    except UpgradeError as error:
        return trouble("database", str(error))
    except SQLAlchemyError as error:
        return trouble("database", f"it cannot be reached: {in_a_line(error)}")
    patient.usable = True
    if database.file and not all(os.access(each, os.W_OK) for each in (database.file, database.file.parent)):
        return trouble("database", f"{database.file} or its folder cannot be written: whose are they?")
    return well("database", f"{database.engine.dialect.name} {version}, its tables are this version's")


def of_list(patient: Patient) -> Finding:
    """Read with another key than it was made with, the list lets everybody through who has stopped us."""
    if not patient.usable:
        return left_out("list", "the database is in trouble")
    key = signer_of(patient.settings).suppression_key()
    with patient.database.read() as session:
        known = reachability.knows_the_list(session, key=key)
    if known is False:
        return trouble("list", LIST_UNREAD)
    return well("list", f"{'it knows those' if known else 'nobody is known'} who stopped our messages")


def of_backups(patient: Patient) -> Finding:
    """PostgreSQL's `pg_dump` refuses a server that is newer than itself."""
    if patient.usable:
        with patient.database.read() as session:
            made = last_backup.overdue_since(session, patient.clock())
        if made:
            return warning(
                "backups", f"the last that `unmentoring db backup` made is of {words.full_day(made)}"
            )
    if patient.database.file:
        return well("backups", "SQLite needs no program for them")
    program = shutil.which("pg_dump")
    if program is None or shutil.which("pg_restore") is None:
        return trouble("backups", "pg_dump and pg_restore are not here: install PostgreSQL's client programs")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"\d+", said.stdout)
    version = int(found.group()) if found else 0
    server = _major(patient.database.engine.dialect.server_version_info) if patient.usable else None
    if server is None:
        return left_out("backups", "the database is in trouble")
    if version < server:
        return trouble("backups", f"pg_dump is of version {version} and refuses a server of {server}")
    return well("backups", f"pg_dump {version} for a server of {server}")


def _major(version: tuple[int | str, ...] | None) -> int | None:
    return int(version[0]) if version else None


def of_queue(patient: Patient) -> Finding:
    kind, _, path = patient.settings.queue.partition(":")
    if kind == "sqlite" and not Path(path.removeprefix("///")).exists():
        # Opening it would make it, for whoever runs this and not for whom the service runs as.
        return left_out("queue", "it is made when it is first needed")
    try:
        queues.queue_of(patient.settings).storage.close()
        queues.ask_queue(patient.settings.queue)
    except Exception as error:  # noqa: BLE001  (three kinds of queue, each with errors of its own)
        return trouble("queue", f"it cannot be reached: {type(error).__name__}: {in_a_line(error)}")
    return well("queue", f"reached by {kind}")


def of_worker(patient: Patient) -> Finding:
    if not patient.usable:
        return left_out("worker", "the database is in trouble")
    with patient.database.read() as session:
        now = patient.clock()
        swept, silent = heartbeats.last(session, now), heartbeats.is_silent(session, now)
    if swept is None:
        return trouble("worker", "none has been heard of for a day: is `unmentoring worker` running?")
    ago = phrases.counted(round((now - swept).total_seconds()), "second")
    if silent:
        return trouble("worker", f"the last one swept {ago} ago: is `unmentoring worker` running?")
    return well("worker", f"swept {ago} ago")


def of_outbox(patient: Patient) -> Finding:
    if not patient.usable:
        return left_out("outbox", "the database is in trouble")
    with patient.database.read() as session:
        now = patient.clock()
        since, slowed = progress.oldest_waiting(session, now), stoppages.slowed(session, now)
    if slowed:
        return trouble("outbox", "; ".join(f"{who}: {why}" for who, why in slowed.items()))
    waited = now - since if since else timedelta()
    minutes = phrases.counted(round(waited.total_seconds() / 60), "minute")
    if waited > operator_alerts.TOO_LONG:
        return trouble("outbox", f"a message has waited for {minutes}")
    return well("outbox", "nothing has waited for long")


def of_alerts(patient: Patient) -> Finding:
    """Whoever is to hear of trouble would not hear of this."""
    if not patient.usable:
        return left_out("alerts", "the database is in trouble")
    with patient.database.read() as session:
        newest = progress.listing(session, kind=messages.Alert.kind, limit=1)
    lost = [one for one in newest if one.state in NOT_ARRIVED and one.email == patient.settings.alert_email]
    if lost:
        return trouble("alerts", f"the last one to ALERT_EMAIL did not arrive: {lost[0].reason}")
    return well("alerts", "the last one to ALERT_EMAIL is not known to be lost")


def of_clock(patient: Patient) -> Finding:
    """Beside the clock of somebody else: the provider's, or the database server's."""
    theirs = _clock_of_a_provider(patient) or _clock_of_a_server(patient)
    if theirs is None:
        alone = "nobody on another machine is there to compare it with: `timedatectl` says if it is right"
        return left_out("clock", alone)
    apart = abs(patient.clock() - theirs)
    seconds = phrases.counted(round(apart.total_seconds()), "second")
    if apart > SKEW:
        return trouble("clock", f"it is {seconds} off: links, signatures and times of rounds go by it")
    return well("clock", f"{seconds} off")


def _clock_of_a_provider(patient: Patient) -> datetime | None:
    settings = patient.settings
    address = {"sendgrid": settings.sendgrid_base_url, "notify": settings.notify_base_url}.get(
        settings.email_provider
    )
    if address is None:
        return None
    try:
        said = patient.ask("HEAD", address).headers.get("Date")
        return parsedate_to_datetime(said) if said else None
    except (OSError, ValueError):
        return None


def _clock_of_a_server(patient: Patient) -> datetime | None:
    """Of one on another machine: on ours it goes by the same clock, and both are wrong together."""
    if patient.database.file or not patient.usable:
        return None
    with patient.database.read() as session:
        asked = session.connection().exec_driver_sql(
            "SELECT now() WHERE inet_server_addr() IS DISTINCT FROM inet_client_addr()"
        )
        now: datetime | None = asked.scalar_one_or_none()
        return now


def of_holidays(patient: Patient) -> Finding:
    """The published ones come with the library, and are as old as it is."""
    says = f"bank holidays are known until {words.full_day(max(times.bank_holidays(Region.ALL)))}"
    if times.holidays_end_on(times.today(patient.clock())):
        later = "upgrade, or no round is moved out of the way of a later one, nor a time suggested around it"
        return warning("holidays", f"{says}: {later}")
    return well("holidays", says)


def of_disk(patient: Patient) -> Finding:
    file = patient.database.file
    folder = file.parent if file else VAR if VAR.exists() else Path()
    size = file.stat().st_size if file and file.exists() else 0
    needed = max(TIMES_THE_FILE * size, GB)
    try:
        free = patient.free(folder)
    except OSError as error:
        return trouble("disk", f"{folder}: {error.strerror}")
    says = f"{free / GB:.1f} GB free"
    if free < needed:
        return trouble("disk", f"{says}, and {needed / GB:.1f} GB should be")
    return well("disk", says)


def of_mail(patient: Patient) -> Iterator[Finding]:
    """What mailboxes look for at the domain that letters come from."""
    settings = patient.settings
    if settings.email_provider in ("local", SIGNS_ITSELF):
        yield left_out("mail", f"{settings.email_provider} sends in its own name, or not at all")
        return
    domain = settings.sender_address.rpartition("@")[2]
    for what, check in (("SPF", of_spf), ("DMARC", of_dmarc), ("DKIM", of_dkim)):
        try:
            yield check(patient, domain)
        except OSError as error:
            yield trouble(what, f"the name server did not answer: {error}")


def of_spf(patient: Patient, domain: str) -> Finding:
    found = [text for text in patient.lookup(domain) if text.lower().split(" ")[0] == "v=spf1"]
    if not found and patient.settings.email_provider == RETURNS_BELOW:
        says = (
            f"no record of {domain} begins with v=spf1. SendGrid needs none where the domain is authenticated"
        )
        return warning("SPF", f"{says}: letters come back to a name below it, which has its own")
    if not found:
        return trouble("SPF", f"{domain} has no record that begins with v=spf1")
    if len(found) > 1:
        return trouble("SPF", f"{domain} has {len(found)} records, so none counts")
    last = found[0].lower().split()[-1]
    if not last.endswith("all") and not last.startswith("redirect="):
        return warning("SPF", f"{domain} says of no other server that it may not: end the record with -all")
    if last in ("all", "+all", "?all"):
        return trouble("SPF", f"{domain} lets every server send in its name: {last}")
    return well("SPF", f"{domain}: {found[0]}")


def of_dmarc(patient: Patient, domain: str) -> Finding:
    """At the domain itself, or at the next that it is below: gov.uk has a record too, and a council's own
    comes before it. Source: RFC 7489, 6.6.3, and the tree walk of what follows it.
    """
    labels = domain.split(".")
    for where in (".".join(labels[at:]) for at in range(max(1, len(labels) - 1))):
        found = [text for text in patient.lookup(f"_dmarc.{where}") if text.lower().startswith("v=dmarc1")]
        if len(found) > 1:
            return trouble("DMARC", f"_dmarc.{where} has {len(found)} records, so none counts")
        if found:
            policy = re.search(r";\s*p\s*=\s*(none|quarantine|reject)\b", found[0], re.IGNORECASE)
            if not policy:
                return trouble("DMARC", f"_dmarc.{where} has no policy p=none, p=quarantine or p=reject")
            return well("DMARC", f"_dmarc.{where}: p={policy.group(1).lower()}")
    return trouble("DMARC", f"_dmarc.{domain} has no record that begins with v=DMARC1")


def of_dkim(patient: Patient, domain: str) -> Finding:
    selectors = patient.selectors or SELECTORS.get(patient.settings.email_provider, ())
    if not selectors:
        return left_out("DKIM", "say --dkim NAME, which is s=NAME in the DKIM-Signature of a letter of yours")
    for name in selectors:
        if not any("p=" in text.replace(" ", "") for text in patient.lookup(f"{name}._domainkey.{domain}")):
            return trouble("DKIM", f"{name}._domainkey.{domain} has no key")
    return well("DKIM", ", ".join(f"{name}._domainkey.{domain}" for name in selectors))


def of_webhooks(patient: Patient) -> Iterator[Finding]:
    """Does what people and providers call lead to us?"""
    settings = patient.settings
    if settings.is_trial:
        yield left_out("pages", "a try-out: nobody calls from outside")
        return
    yield _leads_to_us(patient, "pages", "GET", f"{settings.public_url}/health/live")
    for where, address in callback_addresses(settings, signer_of(settings)):
        yield _leads_to_us(patient, "webhook", "OPTIONS", address.partition("?")[0], where)


def _leads_to_us(patient: Patient, what: str, method: str, address: str, where: str = "") -> Finding:
    says = f"{address} ({where})" if where else address
    try:
        answer = patient.ask(method, address)
    except (OSError, ValueError) as error:
        return trouble(what, f"{says}: nobody answers: {getattr(error, 'reason', error)}")
    if answer.status != 200 or (method == "OPTIONS" and "POST" not in answer.headers.get("Allow", "")):
        return trouble(what, f"{says}: answered with {answer.status}, not by us: look at the proxy in front")
    return well(what, says)


def send_a_test(patient: Patient, address: str, pause: Callable[[], None], tries: int = 60) -> Finding:
    """Have a worker carry a letter to `address`, and wait until it has."""
    if not patient.usable:
        return left_out("test message", "the database is in trouble")
    now = patient.clock()
    said = messages.Alert("A test", "You asked `unmentoring doctor` for it. It came through: all is well.")
    to = messages.Recipient(operator_alerts.OPERATOR, "", messages.Channel.EMAIL, email=address)
    with patient.database.write() as session:
        number = outbox.queue(session, said, to, subject=f"doctor {now}", now=now)
    for _ in range(tries):
        with patient.database.read() as session:
            row = session.get_one(OutboxMessage, number)
        if row.state not in WAITING and row.accepted_at:
            return well("test message", f"{row.provider} took it; now look for it in the mailbox")
        if row.settled_at or row.reason:
            return trouble("test message", f"{row.state}: {row.reason}")
        pause()
    return trouble("test message", f"after {tries} seconds it is {row.state}: is a worker at work?")


def in_short(finding: Finding) -> str:
    """A line, without anybody's address or token."""
    return f"{finding.result:<9} {finding.what:<13} {blanked(' '.join(finding.says.split()))}"
