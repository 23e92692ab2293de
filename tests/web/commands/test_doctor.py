"""Each thing that an installation stands on, in order and out of order."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from notifications import outbox, pace
from notifications.messages import Alert, Channel, Recipient
from notifications.tables import OutboxMessage, State
from tests.support.databases import postgresql_database
from tests.support.fake_provider import nobody_there
from tests.support.letters import introduction
from tests.support.live import serving
from tests.support.world import World
from web import queues
from web.cli import main
from web.commands import doctor, examining
from web.commands.examining import Answer, Patient, Result
from web.db import Database
from web.models import Person, Region
from web.services.background import heartbeats, last_backup
from web.services.common import times
from web.services.people import reachability
from web.settings import Settings
from web.tokens import signer_of

RECORDS = {
    "example.org": ["v=spf1 include:_spf.example.net -all", "some other record"],
    "_dmarc.example.org": ["v=DMARC1; p=quarantine; rua=mailto:you@example.org"],
    "s1._domainkey.example.org": ["v=DKIM1; k=rsa; p=MIGf"],
    "s2._domainkey.example.org": ["k=rsa; p=MIGf"],
}
PUBLIC = {
    "public_url": "https://unmentoring.example.org",
    "secret_key": "k" * 32,
    "suppression_key": "k" * 32,
    "alert_email": "operator@example.org",
    "email_provider": "sendgrid",
    "sendgrid_api_key": "SG.key",
    "mail_from": "Unmentoring <hello@example.org>",
}
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OURS = Answer(200, {"Allow": "OPTIONS, POST", "Date": format_datetime(NOW, usegmt=True)})


@dataclass
class Sick:
    """A healthy installation, and what is to be wrong with it."""

    settings: Settings
    database: Database
    records: dict[str, list[str]] = field(default_factory=lambda: dict(RECORDS))
    answer: Answer | OSError = OURS
    free: int = 100 * examining.GB
    now: datetime = NOW
    environment: dict[str, str] = field(default_factory=dict)

    def public(self, **other: Any) -> None:
        self.settings = Settings(**self.settings.model_dump() | PUBLIC | other)

    def ask(self, _method: str, _address: str) -> Answer:
        if isinstance(self.answer, OSError):
            raise self.answer
        return self.answer

    def findings(self, selectors: tuple[str, ...] = ()) -> dict[str, tuple[Result, str]]:
        """By what was looked at; of several, the worst."""

        def lookup(name: str) -> list[str]:
            return self.records.get(name, [])

        patient = Patient(
            self.settings,
            self.database,
            lambda: self.now,
            lookup,
            self.ask,
            lambda _: self.free,
            selectors,
            self.environment,
        )
        order = [Result.LEFT_OUT, Result.WELL, Result.WARNING, Result.TROUBLE]
        found = sorted(examining.examine(patient), key=lambda one: order.index(one.result))
        return {one.what: (one.result, one.says) for one in found}


@pytest.fixture
def sick(settings: Settings, world: World) -> Sick:
    with world.write() as session:
        heartbeats.beat(session, "one", started=NOW, seconds=0.1, now=NOW)
    queues.queue_of(settings).storage.close()
    made = Sick(settings, world.database)
    made.public()
    return made


def test_of_a_healthy_installation_all_is_well(sick: Sick) -> None:
    looked_at = "settings database list backups queue worker outbox alerts clock holidays disk"
    by_name = "SPF DMARC DKIM pages webhook"
    assert {what: result for what, (result, _) in sick.findings().items()} == dict.fromkeys(
        f"{looked_at} {by_name}".split(), Result.WELL
    )


def test_before_anything_was_made_nothing_is_made(sick: Sick, tmp_path: Path) -> None:
    """Whoever looks may be another user than the service, which could not open what they made."""
    bare = tmp_path / "bare"
    bare.mkdir()
    sick.database = Database(f"sqlite:///{bare / 'none.db'}")
    sick.public(queue_url=f"sqlite:///{bare / 'queue.db'}")
    said = {what: says for what, (_, says) in sick.findings().items()}
    assert (said["database"], said["queue"], [*bare.iterdir()]) == (
        "there is none yet: run `unmentoring db upgrade` first",
        "it is made when it is first needed",
        [],
    )


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        ({}, Result.WELL),
        ({"secret_key": "n" * 32, "secret_key_previous": "k" * 32}, Result.WELL),
        ({"secret_key": "n" * 32, "suppression_key": None}, Result.TROUBLE),
        ({"suppression_key": "n" * 32}, Result.TROUBLE),
    ],
)
def test_a_key_that_reads_nothing_on_the_list_is_told_of(
    sick: Sick, world: World, keys: dict[str, str | None], result: Result
) -> None:
    """As after a disk was lost, and with it the settings: whoever has stopped us would be written to."""
    with world.write() as session:
        key = signer_of(sick.settings).suppression_key()
        person = session.get_one(Person, world.join("Ann"))
        reachability.stop(session, person, Channel.EMAIL, key=key, now=world.now)
    sick.public(**keys)
    assert sick.findings()["list"][0] is result


def test_a_file_that_is_somebody_else_s_is_told_of(sick: Sick, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that root has had in hand: it can be read, and nothing is kept."""
    monkeypatch.setattr(os, "access", lambda file, _: file != sick.database.file)
    result, says = sick.findings()["database"]
    assert (result, "cannot be written: whose" in says) == (Result.TROUBLE, True)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("TRIAL_ALLOW_LIST", "TRIAL_ALLOWLIST"), ("SUPRESSION_KEY_FILE", "SUPPRESSION_KEY_FILE"), ("HOME", "")],
)
def test_a_setting_whose_name_is_misspelt_is_told_of(sick: Sick, name: str, meant: str) -> None:
    """It is passed over in silence: strangers are written to on trial, or no alert ever comes."""
    sick.environment = {name: "it", "SMTP_URL": "it", "METRICS_TOKEN_FILE": "it"}
    result, says = sick.findings()["settings"]
    assert (result is Result.TROUBLE, says.endswith(f"is {meant} meant?")) == (bool(meant), bool(meant))


def no_record_by_smtp(sick: Sick) -> None:
    sick.public(email_provider="smtp", smtp_url="smtp://mail.example.org", sendgrid_api_key=None)
    del sick.records["example.org"]


def in_years(sick: Sick) -> None:
    last = max(times.bank_holidays(Region.ALL))
    sick.now = datetime(last.year, last.month, 1, tzinfo=UTC)


def no_alerts(sick: Sick) -> None:
    sick.public(alert_email=None)


def on_trial(sick: Sick) -> None:
    sick.public(trial_allowlist=("you@example.org",))


def key_unkept(sick: Sick) -> None:
    sick.public(secret_key_previous="p" * 32, suppression_key=None)


def no_tables(sick: Sick) -> None:
    empty = sick.database.file.with_name("empty.db")
    sick.database = Database(f"sqlite:///{empty}")


def no_database(sick: Sick) -> None:
    sick.database = Database(nobody_there().replace("http", "postgresql+psycopg") + "/none")


def no_queue(sick: Sick) -> None:
    sick.public(queue_url=nobody_there().replace("http", "redis") + "/0")


def silent_worker(sick: Sick) -> None:
    sick.now += timedelta(minutes=4)


def worker_never_heard_of(sick: Sick) -> None:
    with sick.database.write() as session:
        heartbeats.beat(session, "other", started=NOW, seconds=0.1, now=NOW + timedelta(days=2))
        session.connection().exec_driver_sql("DELETE FROM heartbeat")


def a_message_waits(sick: Sick) -> None:
    with sick.database.write() as session:
        to = Recipient("0" * 20, "Ann", Channel.EMAIL, "ann@example.org")
        outbox.queue(session, introduction(), to, subject="1", now=NOW - timedelta(hours=1))


def a_provider_stops(sick: Sick) -> None:
    with sick.database.write() as session:
        pace.stop(session, "sendgrid", "the key is refused", NOW)


def an_alert_bounces(sick: Sick) -> None:
    with sick.database.write() as session:
        to = Recipient("operator", "", Channel.EMAIL, "operator@example.org")
        outbox.queue(session, Alert("Trouble", "A lot."), to, subject="1", now=NOW - timedelta(hours=1))
        for state in (State.CLAIMED, State.SENDING, State.FAILED):
            bounced = update(OutboxMessage).values(state=state, reason="the mailbox does not exist")
            session.execute(bounced)


def no_backup_for_days(sick: Sick) -> None:
    with sick.database.write() as session:
        last_backup.note(session, by="the command line", now=NOW - timedelta(days=4))


def wrong_clock(sick: Sick) -> None:
    sick.answer = replace(OURS, headers=OURS.headers | {"Date": "Mon, 02 Mar 2026 08:59:00 GMT"})


def full_disk(sick: Sick) -> None:
    sick.free = examining.GB // 2


def proxy_that_knows_us_not(sick: Sick) -> None:
    sick.answer = Answer(404, {})


def name_that_leads_nowhere(sick: Sick) -> None:
    sick.answer = OSError("no such name")


def record(name: str, *texts: str) -> Callable[[Sick], None]:
    def change(sick: Sick) -> None:
        sick.records[name] = list(texts)

    change.__name__ = f"{name} is {texts}"
    return change


@pytest.mark.parametrize(
    ("fault", "what", "result", "says"),
    [
        (no_alerts, "settings", Result.WARNING, "ALERT_EMAIL: nobody hears of trouble"),
        (on_trial, "settings", Result.WARNING, "only 1 address or number are really written to"),
        (key_unkept, "settings", Result.TROUBLE, "SUPPRESSION_KEY: set it to the first SECRET_KEY"),
        (no_tables, "database", Result.TROUBLE, "run `unmentoring db upgrade`"),
        (no_database, "database", Result.TROUBLE, "it cannot be reached"),
        (no_queue, "queue", Result.TROUBLE, "it cannot be reached"),
        (silent_worker, "worker", Result.TROUBLE, "swept 240 seconds ago"),
        (worker_never_heard_of, "worker", Result.TROUBLE, "none has been heard of"),
        (no_tables, "worker", Result.LEFT_OUT, "the database is in trouble"),
        (no_backup_for_days, "backups", Result.WARNING, "made is of 26 February 2026"),
        (a_message_waits, "outbox", Result.TROUBLE, "has waited for 60 minutes"),
        (a_provider_stops, "outbox", Result.TROUBLE, "the key is refused"),
        (an_alert_bounces, "alerts", Result.TROUBLE, "did not arrive: the mailbox does not exist"),
        (wrong_clock, "clock", Result.TROUBLE, "it is 60 seconds off"),
        (full_disk, "disk", Result.TROUBLE, "0.5 GB free, and 1.0 GB should be"),
        (proxy_that_knows_us_not, "pages", Result.TROUBLE, "answered with 404"),
        (proxy_that_knows_us_not, "webhook", Result.TROUBLE, "answered with 404"),
        (name_that_leads_nowhere, "pages", Result.TROUBLE, "nobody answers: no such name"),
        (no_record_by_smtp, "SPF", Result.TROUBLE, "no record"),
        (
            record("example.org"),
            "SPF",
            Result.WARNING,
            "SendGrid needs none where the domain is authenticated",
        ),
        (in_years, "holidays", Result.WARNING, "upgrade, or no round is moved"),
        (record("example.org", "v=spf1 -all", "v=spf1 ~all"), "SPF", Result.TROUBLE, "2 records"),
        (record("example.org", "v=spf1 a +all"), "SPF", Result.TROUBLE, "lets every server"),
        (record("example.org", "v=spf1 include:a.example"), "SPF", Result.WARNING, "end the record"),
        (record("_dmarc.example.org"), "DMARC", Result.TROUBLE, "no record"),
        (record("_dmarc.example.org", "v=DMARC1; rua=mailto:a@b.c"), "DMARC", Result.TROUBLE, "no policy"),
        (record("_dmarc.example.org", *["v=DMARC1; p=none"] * 2), "DMARC", Result.TROUBLE, "2 records"),
        (record("s2._domainkey.example.org"), "DKIM", Result.TROUBLE, "s2._domainkey.example.org has no key"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_fault_is_told_of_with_what_to_do(
    sick: Sick, fault: Callable[[Sick], None], what: str, result: Result, says: str
) -> None:
    before = sick.database
    fault(sick)
    found = sick.findings()[what]
    if sick.database is not before:
        sick.database.dispose()
    assert (found[0], says in found[1]) == (result, True), found


def test_a_subdomain_is_looked_after_by_the_domain_above_it(sick: Sick) -> None:
    sick.public(mail_from="Unmentoring <hello@mail.example.org>")
    assert sick.findings()["DMARC"] == (Result.WELL, "_dmarc.example.org: p=quarantine")


def test_a_council_s_own_policy_comes_before_that_of_gov_uk(sick: Sick) -> None:
    sick.records |= {"_dmarc.gov.uk": ["v=DMARC1; p=reject"], "_dmarc.leeds.gov.uk": ["v=DMARC1; p=none"]}
    sick.public(mail_from="Unmentoring <hello@mail.leeds.gov.uk>")
    assert sick.findings()["DMARC"] == (Result.WELL, "_dmarc.leeds.gov.uk: p=none")


def test_a_mail_server_s_key_is_looked_for_by_the_name_that_is_said(sick: Sick) -> None:
    sick.public(email_provider="smtp", smtp_url="smtp://localhost")
    assert (sick.findings()["DKIM"][0], sick.findings(("s1",))["DKIM"][0]) == (Result.LEFT_OUT, Result.WELL)


@pytest.fixture
def on_postgresql(postgresql_server: str, tmp_path: Path) -> Iterator[Database]:
    with contextmanager(postgresql_database)(postgresql_server, tmp_path.name) as url:
        made = Database(url)
        yield made
        made.dispose()


def test_a_clock_is_not_compared_with_itself(sick: Sick, on_postgresql: Database) -> None:
    """A database on this machine is wrong by the same hour."""
    on_postgresql.upgrade()
    sick.database = on_postgresql
    sick.public(email_provider="smtp", smtp_url="smtp://localhost")
    found = sick.findings()["clock"]
    assert (found[0], "`timedatectl`" in found[1]) == (Result.LEFT_OUT, True), found


@pytest.mark.parametrize(("version", "result"), [("14.2", Result.TROUBLE), ("99.1", Result.WELL)])
def test_a_pg_dump_that_is_older_than_the_database_is_trouble(
    sick: Sick,
    on_postgresql: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    result: Result,
) -> None:
    for name in ("pg_dump", "pg_restore"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
        program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    sick.database = on_postgresql
    assert sick.findings()["backups"][0] == result


def test_a_machine_without_pg_dump_cannot_make_backups(
    sick: Sick, on_postgresql: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sick.database = on_postgresql
    assert sick.findings()["backups"][0] == Result.TROUBLE


# A test message


def patient_of(world: World) -> Patient:
    made = Patient(
        world.worker.settings, world.database, lambda: world.now, lambda _: [], lambda *_: OURS, lambda _: 1
    )
    made.usable = True
    return made


def test_a_test_message_arrives(world: World) -> None:
    examining.send_a_test(patient_of(world), "you@example.org", world.work)
    assert [mail.to for mail in world.inbox(kind="alert")] == ["you@example.org"]


def test_a_test_message_that_no_worker_takes_is_trouble(world: World) -> None:
    found = examining.send_a_test(patient_of(world), "you@example.org", lambda: None, tries=3)
    assert found.says == "after 3 seconds it is queued: is a worker at work?"


# The command


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    settings = world.worker.settings
    for name in ("database_url", "queue", "public_url"):
        variable = {"queue": "QUEUE_URL"}.get(name, name.upper())
        monkeypatch.setenv(variable, getattr(settings, name))
    return lambda *words: CliRunner().invoke(main, ["doctor", *words])


def test_trouble_is_an_exit_code(run) -> None:
    done = run()
    assert (done.exit_code, "trouble   worker" in done.output) == (1, True)


def test_without_trouble_the_exit_code_is_none(run, world: World) -> None:
    with world.write() as session:
        now = datetime.now(UTC)
        heartbeats.beat(session, "one", started=now, seconds=0.1, now=now)
    assert run().exit_code == 0


def test_a_program_reads_the_same_as_json(run) -> None:
    found = json.loads(run("--json").output)
    assert {(one["what"], one["result"]) for one in found} >= {("database", "well"), ("worker", "trouble")}


def test_a_setting_that_cannot_be_is_a_finding(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROXY_HOPS", "many")
    assert run().output.startswith("trouble   settings      PROXY_HOPS: got 'many'")


def test_a_bad_address_for_the_test_message_is_said_at_once(run) -> None:
    assert run("--send", "nobody").exit_code == 2


def test_our_own_pages_lead_to_us(world: World) -> None:
    with serving(world.app) as address:
        answers = (
            doctor.ask("GET", f"{address}/health/live"),
            doctor.ask("OPTIONS", f"{address}/webhooks/notify"),
        )
    assert [(one.status, "POST" in one.headers.get("Allow", "")) for one in answers] == [
        (200, False),
        (200, True),
    ]


def test_nobody_there_is_an_oserror() -> None:
    with pytest.raises(OSError, match="refused"):
        doctor.ask("GET", nobody_there())
