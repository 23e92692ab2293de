"""Pages of a programme of 100,000 people and five rounds on PostgreSQL, behind gunicorn, for 16 visitors at
once. The floor of each is what it asks the database, by as many at once.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from sqlalchemy import text

from tests.benchmarks import rounds
from tests.benchmarks.evidence import count
from tests.benchmarks.pages import Statement, heard
from tests.benchmarks.round_sender import send
from tests.benchmarks.rows import Row
from tests.benchmarks.visitors import Site, cookie, gunicorn, settings_for
from tests.support.databases import postgresql
from web.app import create_app
from web.clock import utc_now
from web.db import Database
from web.http.context import KEY
from web.models import Role
from web.services.common import programmes
from web.services.organisers import accounts, organiser_sessions
from web.settings import Settings

PEOPLE, PAST = 100_000, 4
OURS = "/organise/large/"
PAGES = {
    "programme page": "/p/large/",
    "wall": "/p/large/learning",
    "join form": "/p/large/join",
    "dashboard": OURS,
    "list of people": f"{OURS}people",
    "people by a part of a name": f"{OURS}people?search=person+12",
    "list of rounds": f"{OURS}rounds",
    "a round that was sent": f"{OURS}rounds/{PAST + 1}",
    "a draft": f"{OURS}rounds/{PAST + 2}",
    "evidence": f"{OURS}evidence",
}


def rows() -> Iterator[Row]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with TemporaryDirectory() as folder, postgresql() as url:
        settings = settings_for(url, Path(folder))
        mine = cookie(settings, _fill(settings))
        said = {path: _said(settings, mine, path) for path in PAGES.values()}
        with gunicorn(settings, Path(folder)) as server:
            site = Site(server, mine)
            plain = url.replace("+psycopg", "")
            for name, path in PAGES.items():
                row = site.row_beside_its_sql(f"{PEOPLE:,} people: {name}", path, said[path], plain)
                yield replace(
                    row, remark=f"{row.remark}; {len(said[path])} statements; {server.memory} by now"
                )


def _fill(settings: Settings) -> str:
    """The token of its owner, who is signed in."""
    database = Database(settings.database_url)
    database.upgrade()
    rounds.fill(database, PEOPLE, PAST)
    rounds.draw(database)
    send(database)
    rounds.draw(database)
    count(database)
    with database.write() as session:
        owned = programmes.by_slug(session, "large")
        who = accounts.add(session, owned, "owner@example.org", Role.OWNER, by="bench", now=utc_now())
        token, _ = organiser_sessions.begin(session, who, "A browser", now=utc_now())
    with database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    database.dispose()
    return token


def _said(settings: Settings, mine: str, path: str) -> list[Statement]:
    """What the page asks, once everything that is kept is."""
    app = create_app(settings, poke=lambda: None, limits=False)
    client: Any = app.test_client(use_cookies=False)
    look = partial(client.get, path, base_url=settings.public_url, headers={"Cookie": mine})
    look()
    answer, said = heard(app.extensions[KEY].database, look)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    app.extensions[KEY].database.dispose()
    return said
