"""What a watcher is told: alive while the process lives, ready while all it stands on is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, text

from tests.support.fake_provider import nobody_there
from tests.support.world import World, settings_at
from web.app import create_app
from web.clock import utc_now
from web.db import Database, create_engine
from web.http.context import KEY
from web.queues import Waker
from web.services.background import heartbeats
from web.settings import Settings

LIVE, READY = "/health/live", "/health/ready"


def hear_of_a_worker(settings: Settings, ago: timedelta = timedelta()) -> None:
    database, now = Database(settings.database_url), utc_now() - ago
    with database.write() as session:
        heartbeats.beat(session, "one", started=now, seconds=0.1, now=now)
    database.dispose()


@pytest.fixture(autouse=True)
def _a_worker_is_at_work(settings: Settings, request: pytest.FixtureRequest) -> None:
    if "without_worker" not in request.fixturenames:
        hear_of_a_worker(settings)


@pytest.fixture
def without_worker() -> None:
    """None has been heard of."""


@contextmanager
def served(settings: Settings) -> Iterator[Flask]:
    """The application as its doors make it, with the queue it wakes."""
    waker = Waker(settings)
    app = create_app(settings, poke=waker, queue_answers=waker.queue_answers)
    yield app
    app.extensions[KEY].database.dispose()


def ask(app: Flask, path: str, **how: object) -> tuple[int, str]:
    answer = app.test_client().get(path, **how)  # type: ignore[arg-type]
    return answer.status_code, answer.json["status"]  # type: ignore[index]


@contextmanager
def away(settings: Settings) -> Iterator[None]:
    """The database goes while the service runs: a folder in its place, or a server that lets nobody in."""
    if file := settings.database_file:
        file.rename(kept := file.with_suffix(".kept"))
        file.mkdir()
        yield
        file.rmdir()
        kept.rename(file)
        return
    name = make_url(settings.database_url).database
    admin = create_engine(make_url(settings.database_url).set(database="postgres").render_as_string(False))
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        line.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        line.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
        yield
        line.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    admin.dispose()


@pytest.mark.usefixtures("both_databases")
def test_a_service_is_ready_while_its_database_and_its_queue_are_there(settings: Settings) -> None:
    with served(settings) as app:
        assert (ask(app, LIVE), ask(app, READY)) == ((200, "alive"), (200, "ready"))


@pytest.mark.usefixtures("both_databases")
def test_without_its_database_it_lives_is_not_ready_and_is_well_again_by_itself(settings: Settings) -> None:
    with served(settings) as app:
        app.extensions[KEY].database.dispose()
        with away(settings):
            told = ask(app, LIVE), ask(app, READY)
        assert told == ((200, "alive"), (503, "the database cannot be reached"))
        assert ask(app, READY) == (200, "ready")


def test_a_database_of_another_version_is_not_ready(settings: Settings, tmp_path: Path) -> None:
    empty = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'empty.db'}"})
    with served(empty) as app:
        code, said = ask(app, READY)
    assert (code, "there is nothing in the database" in said) == (503, True)


@pytest.mark.usefixtures("both_databases")
def test_a_service_left_running_while_a_newer_one_upgraded_says_so(settings: Settings) -> None:
    with served(settings) as app:
        with app.extensions[KEY].database.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        app.config["WTF_CSRF_ENABLED"] = False
        code, said = ask(app, READY)
        form = app.test_client().post("/organise/sign-in", data={"email": "ada@example.org"})
    assert (code, "is of a newer version" in said) == (503, True)
    assert (form.status_code, "Back in a moment" in form.text) == (503, True)


def test_a_queue_in_a_file_that_went_is_not_ready(settings: Settings, tmp_path: Path) -> None:
    with served(settings) as app:
        before = ask(app, READY)
        for file in tmp_path.glob("queue.db*"):
            file.unlink()
        assert (before, ask(app, READY)) == ((200, "ready"), (503, "the queue cannot be reached"))


def test_a_queue_on_postgresql_is_ready(settings: Settings, postgresql_server: str, tmp_path: Path) -> None:
    with served(settings_at(settings.database_url, tmp_path, queue_url=postgresql_server)) as app:
        assert ask(app, READY) == (200, "ready")


@pytest.mark.parametrize("kind", ["redis", "postgresql"])
def test_a_service_starts_without_its_queue_and_is_not_ready(
    settings: Settings, tmp_path: Path, kind: str
) -> None:
    nobody = nobody_there().replace("http", kind) + "/0"
    with served(settings_at(settings.database_url, tmp_path, queue_url=nobody)) as app:
        told = ask(app, LIVE), ask(app, READY)
    assert told == ((200, "alive"), (503, "the queue cannot be reached"))


@pytest.mark.usefixtures("without_worker")
def test_a_service_that_no_worker_was_heard_of_is_not_ready(settings: Settings) -> None:
    with served(settings) as app:
        assert ask(app, READY) == (503, "no worker has swept for three minutes")


@pytest.mark.usefixtures("without_worker", "both_databases")
@pytest.mark.parametrize(("minutes", "status"), [(2, 200), (4, 503)])
def test_a_worker_is_silent_after_three_minutes(settings: Settings, minutes: int, status: int) -> None:
    hear_of_a_worker(settings, timedelta(minutes=minutes))
    with served(settings) as app:
        assert ask(app, READY)[0] == status


@pytest.mark.usefixtures("without_worker", "both_databases")
def test_a_worker_heard_of_in_days_to_come_is_not_at_work(settings: Settings) -> None:
    """It had a clock that was wrong, and went with its machine."""
    hear_of_a_worker(settings, -timedelta(days=365))
    with served(settings) as app:
        assert ask(app, READY) == (503, "no worker has swept for three minutes")


@pytest.mark.usefixtures("without_worker")
def test_a_worker_heard_of_in_days_to_come_is_forgotten_by_the_next(settings: Settings) -> None:
    hear_of_a_worker(settings, -timedelta(days=365))
    hear_of_a_worker(settings)
    database = Database(settings.database_url)
    with database.read() as session:
        assert [one.swept_at < utc_now() for one in heartbeats.heard_of(session)] == [True]
    database.dispose()


# By address


HOSTS = ["10.0.0.7:8000", "127.0.0.1", "web-1", "[fd00::7]:8000", "evil.example", "not a host"]


@pytest.fixture
def public(settings: Settings) -> Iterator[Flask]:
    """As behind a proxy, at an address of its own."""
    facts = settings.model_dump() | {"public_url": "https://unmentoring.example.org", "proxy_hops": 1}
    mail = {"secret_key": "k" * 32, "email_provider": "smtp", "smtp_url": "smtp://localhost:25"}
    with served(Settings(**facts | mail)) as app:
        yield app


def test_a_watcher_may_ask_by_address(public: Flask) -> None:
    assert {ask(public, path, headers={"Host": host})[0] for path in (LIVE, READY) for host in HOSTS} == {200}


def test_no_other_page_answers_to_any_name(public: Flask) -> None:
    client, paths = public.test_client(), ["/", "/health", "/p/health/live", "/healthy", "/organise/sign-in"]
    answers = {client.get(path, headers={"Host": host}).status_code for path in paths for host in HOSTS}
    assert answers == {400}


# Redirects


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [("/p/councils?a=b", "/p/councils/?a=b"), ("/organise/councils", "/organise/councils/")],
)
def test_a_redirect_never_says_what_the_request_called_us(world: World, path: str, leads_to: str) -> None:
    answer = world.app.test_client().get(path, headers={"Host": "localhost:8443"})
    assert (answer.status_code, answer.headers["Location"]) == (308, leads_to)
