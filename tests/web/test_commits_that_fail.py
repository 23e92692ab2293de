"""A database that takes each statement and fails at the commit: "come back", and nothing is lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.support import fake_sendgrid
from tests.support.commands import environment_of
from tests.support.world import World, settings_at
from web.cli import main
from web.providers import SENDGRID_EVENTS
from web.settings import Settings

SIGNER = fake_sendgrid.Signer()
STAMP = "1796115600"
HIDDEN = ("csrf_token", "started")
OURS = {"Sec-Fetch-Site": "same-origin"}
THEM = {"name": "Amina", "organisation": "Leeds", "email": "amina@example.org", "agree": True}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_at(database_url, tmp_path, sendgrid_webhook_key=SIGNER.public_key)


@contextmanager
def failing_commits(where: Engine | type[Engine]) -> Iterator[None]:
    """Those of one database, or of all that are opened."""

    def fail(connection: Connection) -> None:
        # PostgreSQL has ended a transaction that it could not commit; SQLite leaves it open.
        if connection.dialect.name == "postgresql":
            connection.connection.rollback()
        raise OperationalError("COMMIT", None, OSError("no space left on device"))

    event.listen(where, "commit", fail)
    try:
        yield
    finally:
        event.remove(where, "commit", fail)


def told_to_come_back(answer: TestResponse) -> bool:
    return answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0


def rows(world: World, table: str) -> int:
    return len(world.dump()[table])


def report(world: World) -> TestResponse:
    body = fake_sendgrid.report(fake_sendgrid.event("delivered"))
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": SIGNER.sign(body, STAMP),
        "X-Twilio-Email-Event-Webhook-Timestamp": STAMP,
    }
    return world.app.test_client().post(SENDGRID_EVENTS, data=body, headers=headers)


def test_a_form_is_not_acknowledged_and_can_be_sent_again(world: World) -> None:
    visitor = world.visitor().open("/p/councils/join")
    form = visitor.answer
    world.clock.turn(seconds=61)
    with failing_commits(world.database.engine):
        visitor.press("Join Councils Unmentoring", **THEM)
        assert told_to_come_back(visitor.answer)
    assert rows(world, "request") == 0
    visitor.answer = form  # back, and once more
    visitor.press("Join Councils Unmentoring", **THEM)
    assert (visitor.status, rows(world, "request")) == (200, 1)


def test_a_form_that_was_not_kept_is_sent_again_from_the_page_that_says_so(world: World) -> None:
    visitor = world.visitor().open("/p/councils/join")
    token, started = (visitor.page.xpath(f"//input[@name='{name}']/@value")[0] for name in HIDDEN)
    world.clock.turn(seconds=61)
    typed = THEM | {
        "agree": "y",
        "shares": "email",
        "channel": "email",
        "video_kind": "",
        "csrf_token": token,
    }
    with failing_commits(world.database.engine):
        visitor.post("/p/councils/join", typed | {"started": started}, headers=OURS)
        assert told_to_come_back(visitor.answer)
    visitor.press("Send it again")
    assert (visitor.status, rows(world, "request")) == (200, 1)


def test_a_provider_s_report_is_not_acknowledged_and_taken_when_it_comes_again(world: World) -> None:
    with failing_commits(world.database.engine):
        assert told_to_come_back(report(world))
    assert rows(world, "receipt") == 0
    assert (report(world).status_code, rows(world, "receipt")) == (204, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_could_not_be_committed_keeps_nobody_else_from_writing(world: World) -> None:
    with failing_commits(world.database.engine):
        report(world)
    with closing(sqlite3.connect(world.database.file, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert other.in_transaction


@pytest.mark.parametrize(
    "words",
    ["people erase amina@example.org", "programme pause councils", "outbox cancel --kind welcome"],
)
def test_a_command_does_not_say_that_it_did_what_it_did_not(
    world: World, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    world.join("Amina Yusuf", email="amina@example.org")
    for name, value in environment_of(world.worker.settings).items():
        monkeypatch.setenv(name, value)
    with failing_commits(Engine):
        said = CliRunner().invoke(main, words.split())
    assert (said.exit_code, said.stdout, "no space left" in said.stderr) == (2, "", True)
