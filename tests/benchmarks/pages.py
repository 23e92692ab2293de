"""A page of a large programme beside the same SQL by itself, taken in turns."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from flask.testing import FlaskClient
from sqlalchemy import event

from tests.benchmarks.rows import Row, least_times
from web.app import create_app
from web.db import Database
from web.http.context import KEY
from web.models import Role
from web.services.common import programmes
from web.services.organisers import accounts, organiser_sessions
from web.settings import DEFAULT_KEY, Settings

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
BASE = "http://127.0.0.1:8000"
MOST = 0.3  # seconds that a page may take, whatever its SQL does
Statement = tuple[str, Any]


@dataclass(frozen=True)
class Site:
    """An organiser of the programme `councils`, who is signed in, and the file all of it is kept in."""

    file: Path
    database: Database
    client: FlaskClient

    def row(self, name: str, address: str) -> Row:
        """A page below the programme's, beside its SQL."""
        _, said = heard(self.database, lambda: self.look(address))
        with replaying(self.file, said) as floor:
            ours, least = least_times(lambda: self.look(address), floor)
        said_so = f"{ours.clock * 1000:.0f} ms by the clock"
        return Row(name, ours.processor, least.processor, 2.0, said_so, most=MOST, clock=ours.clock)

    def look(self, address: str) -> None:
        answer = self.client.get(f"/organise/councils/{address}", base_url=BASE)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")


@contextmanager
def site(file: Path) -> Iterator[Site]:
    settings = Settings(database_url=f"sqlite:///{file}", secret_key=DEFAULT_KEY)
    database = Database(settings.database_url)
    database.upgrade()
    with database.write() as session:
        for slug in ("councils", "charities"):
            made = programmes.add(session, slug, slug, contact="hello@example.org", now=NOW, by="bench")
            who = accounts.add(session, made, "organiser@example.org", Role.OWNER, by="bench", now=NOW)
        token, _ = organiser_sessions.begin(session, who, "A browser", now=NOW)
    database.dispose()
    app = create_app(settings, clock=lambda: NOW, limits=False)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    client = app.test_client()
    with client.session_transaction(base_url=BASE) as cookie:
        cookie.update({"_user_id": token, "_fresh": True})
    yield Site(file, app.extensions[KEY].database, client)
    app.extensions[KEY].database.dispose()


def heard(database: Database, work: Callable[[], Any]) -> tuple[Any, list[Statement]]:
    """What came of it, and what it asked the database."""
    said: list[Statement] = []

    def hear(_connection: Any, _cursor: Any, text: str, values: Any, *_: Any) -> None:
        said.append((text, values))

    event.listen(database.engine, "before_cursor_execute", hear)
    try:
        came = work()
    finally:
        event.remove(database.engine, "before_cursor_execute", hear)
    return came, [(text, values) for text, values in said if text.lstrip().startswith("SELECT")]


@contextmanager
def replaying(file: Path, said: list[Statement]) -> Iterator[Callable[[], None]]:
    """What was asked, asked again of SQLite alone."""
    with sqlite3.connect(file) as database:
        database.create_function("lower", 1, lambda text: text and str(text).lower(), deterministic=True)

        def ask() -> None:
            for text, values in said:
                database.execute(text, values).fetchall()

        yield ask
    database.close()
