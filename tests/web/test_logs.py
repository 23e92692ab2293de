"""What is written to standard error: JSON, and nobody's address, number or token, whoever says it."""

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from lxml import html
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from urllib3.util.retry import Retry

from tests.support.commands import running
from tests.support.databases import postgresql_database
from tests.support.live import free_port
from tests.support.world import World
from web.logs import Seldom, blanked
from web.queues import Waker

ADDRESS = "amina.shah@leeds.example.org"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (f"we wrote to {ADDRESS}, twice", "we wrote to [address], twice"),
        ("Élodie+club@exämple.org is known", "[address] is known"),
        ("postgresql://someone:secret@db.example.org:5432/x", "postgresql://someone:[address]:5432/x"),
        ("a text to +447700900123", "a text to [number]"),
        ("a text to 07700 900123", "a text to [number]"),
        ("GET /me/" + "a" * 31 + "/details", "GET /me/[token]/details"),
        ("GET /unsubscribe/" + "b" * 36, "GET /unsubscribe/[token]"),
        ("no\nDETAIL:  Key (name)=(Amina Shah) already exists.\n[SQL", "no\nDETAIL: [left out]\n[SQL"),
        ("message 4711 of kind confirm is sent at 2026-12-01T09:00:00+00:00", None),
        ("File /srv/unmentoring/web/services/participation.py, line 12", None),
    ],
)
def test_a_line_is_blanked(said: str, written: str | None) -> None:
    assert blanked(said) == (written or said)


def test_the_same_line_comes_once_a_minute() -> None:
    now = [0.0]
    seldom = Seldom(60, lambda: now[0])

    def passes(moment: float, words: str) -> bool:
        now[0] = moment
        return seldom.filter(logging.LogRecord("web", logging.WARNING, "", 0, words, (), None))

    said = [passes(*one) for one in ((0, "away"), (1, "away"), (1, "back"), (59, "away"), (60, "away"))]
    assert said == [True, False, True, False, True]


# Every line, whoever writes it

WAYS_AROUND_A_LOGGER = {
    "an error": "1 / 0",
    "an error in a thread": "import threading; threading.Thread(target=lambda: 1 / 0).start()",
    "an error where none can be raised": "type('It', (), {'__del__': lambda self: 1 / 0})()",
    "a warning": "import warnings; warnings.warn('ZeroDivisionError of old')",
    "the queue": "import logging; logging.getLogger('huey.consumer').error('ZeroDivisionError of a task')",
}


@pytest.mark.parametrize("way", WAYS_AROUND_A_LOGGER)
def test_what_comes_by_no_logger_of_ours_is_a_line_too(way: str) -> None:
    words = f"from web import logs; logs.configure(); {WAYS_AROUND_A_LOGGER[way]}"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False)
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert (len(said), "ZeroDivisionError" in str(said)) == (1, True)


PROCESSES = {
    "worker": "-m web.cli worker --threads 2",
    "waitress": "-m web.cli serve --port {port}",
    "gunicorn": "-m gunicorn wsgi:app --bind 127.0.0.1:{port} --workers 2",
}


@pytest.mark.parametrize("name", PROCESSES)
def test_every_line_of_a_process_from_its_start_to_its_end_is_json(world: World, name: str) -> None:
    """With a queue that is away, a database that breaks, and a page that is asked for."""
    away = {"queue_url": "redis://127.0.0.1:1/0"}
    settings = world.worker.settings.model_copy(update=away)
    with world.write() as session:
        session.execute(text("ALTER TABLE request RENAME TO elsewhere"))
    port = free_port()
    with running(settings, PROCESSES[name].format(port=port)) as process:
        if name != "worker":
            ask_twice(port)
        process.until("no such table")
        process.tell(signal.SIGTERM)
        code = process.end()
    lines = process.said.splitlines()
    assert (code, [line for line in lines if not is_json(line)]) == (0, [])


@pytest.mark.parametrize("name", PROCESSES)
def test_a_setting_whose_name_is_misspelt_is_told_of_at_the_start(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERT_EMIAL", "somebody")
    with running(world.worker.settings, PROCESSES[name].format(port=free_port())) as process:
        said = process.until('"setting": "ALERT_EMIAL", "meant": "ALERT_EMAIL"')
    assert ("there is no such setting" in said, "somebody" in said) == (True, False)


def is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


# A database that quotes the row it refuses, in processes as they are started in earnest


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """On PostgreSQL alone: SQLite names the column and no value."""
    yield from postgresql_database(request.getfixturevalue("postgresql_server"), tmp_path.name)


def refuse_twice(world: World, *, table: str, column: str) -> None:
    """From now on the database takes each value of a column once."""
    with world.database.engine.begin() as connection:
        connection.execute(text(f"CREATE UNIQUE INDEX ON {table} (({column}))"))


SERVED_BY = {
    "waitress": "-m web.cli serve --no-worker --port {port}",
    "gunicorn": "-m gunicorn wsgi:app --bind 127.0.0.1:{port} --no-control-socket",
}


def ask_twice(port: int) -> list[int]:
    """The form "send me my link", sent twice with the same address."""
    # Until the server that was just started listens.
    patience = Retry(total=400, backoff_factor=0.05, backoff_max=0.1)
    with requests.Session() as browser:
        browser.mount("http://", requests.adapters.HTTPAdapter(max_retries=patience))
        address = f"http://127.0.0.1:{port}/my-page"
        form = dict(html.fromstring(browser.get(address).text).forms[-1].form_values())
        answers = [browser.post(address, form | {"address": ADDRESS}) for _ in range(2)]
    return [answer.status_code for answer in answers]


@pytest.mark.usefixtures("database_url")
@pytest.mark.parametrize("server", SERVED_BY)
def test_a_request_that_the_database_refuses_writes_no_address(world: World, server: str) -> None:
    refuse_twice(world, table="request", column="details ->> 'email'")
    port = free_port()
    with running(world.worker.settings, SERVED_BY[server].format(port=port)) as web:
        answers = ask_twice(port)
        written = web.until("UniqueViolation")
    assert (answers, "amina" in written.casefold()) == ([200, 500], False)


@pytest.mark.usefixtures("database_url")
def test_work_that_the_database_refuses_writes_no_address(world: World) -> None:
    refuse_twice(world, table="outbox_message", column="email")
    for _ in range(2):
        world.ask(world.details(email=ADDRESS))
        world.clock.turn(minutes=2)
    Waker(world.worker.settings)()
    with running(world.worker.settings, "-m web.cli worker") as worker:
        written = worker.until("something went wrong in the background")
    assert ("UniqueViolation" in written, "amina" in written.casefold()) == (True, False)


@pytest.mark.usefixtures("database_url")
def test_a_value_that_postgresql_cannot_read_stays_out_of_the_error(world: World) -> None:
    with pytest.raises(DBAPIError) as error, world.database.engine.connect() as connection:
        connection.execute(text("SELECT CAST(:given AS integer)"), {"given": ADDRESS})
    assert ("amina" in str(error.value), "amina" in str(error.value.orig)) == (False, False)
