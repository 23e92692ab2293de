"""A hundred programmes of a thousand people each on PostgreSQL, behind gunicorn: what 16 visitors wait for
each page, what a worker's sweep takes, and the memory of both.

Each programme has a round that was sent. The floor of a page is the median of one visitor alone.
"""

import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from sqlalchemy import insert, text
from sqlmodel import Session

from tests.benchmarks.people import name_of
from tests.benchmarks.rows import Row, most_memory, one_time
from tests.benchmarks.visitors import Site, cookie, gunicorn, settings_for
from tests.support.databases import postgresql
from web.clock import utc_now
from web.db import Database
from web.models import Membership, Organisation, Person, Programme, Role, Standing
from web.models.folding import folded
from web.services.common import programmes, times
from web.services.organisations import organisations
from web.services.organisers import accounts, operators, organiser_sessions
from web.services.rounds import drafts, sending
from web.settings import DEFAULT_KEY, Settings
from web.worker import Worker

PROGRAMMES, PEOPLE, COUNCILS = 100, 1_000, 40
BY = "bench"
# No two of them look alike.
SLUGS = [f"place-{one}{other}" for one in "abcdefghjk" for other in "mnpqtuwxyz"]
HERE = SLUGS[PROGRAMMES // 2]
PAGES = {
    "front page, 100 programmes on it": "/",
    "programme page": f"/p/{HERE}/",
    "wall": f"/p/{HERE}/learning",
    "join form": f"/p/{HERE}/join",
    "form to start a programme": "/start",
    "dashboard": f"/organise/{HERE}/",
    "list of people": f"/organise/{HERE}/people",
    "list of rounds": f"/organise/{HERE}/rounds",
    "a round that was sent": f"/organise/{HERE}/rounds/1",
    "evidence": f"/organise/{HERE}/evidence",
    "the operator's page": "/operate/",
}


def rows() -> Iterator[Row]:
    what = f"{PROGRAMMES} programmes of {PEOPLE:,}"
    with TemporaryDirectory() as folder, postgresql() as url:
        settings = settings_for(url, Path(folder))
        token = _fill(settings)
        yield from _sweeping(settings, what)
        with gunicorn(settings, Path(folder)) as server:
            site = Site(server, cookie(settings, token))
            for name, path in PAGES.items():
                row = site.row(f"{what}: {name}", path)
                yield replace(row, remark=f"{row.remark}; {server.memory} by now")


# What is in it


def _fill(settings: Settings) -> str:
    """The token of somebody signed in who owns one programme and looks after all."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    database, now = Database(settings.database_url), utc_now()
    database.upgrade()
    for number, slug in enumerate(SLUGS[:PROGRAMMES]):
        with database.write() as session:
            made = programmes.add(session, slug, f"Place {slug}", contact="a@example.org", now=now, by=BY)
            _bring_in(session, made, number, now)
        drawn = drafts.draw_next(database.read, made.id, seed=number, today=times.today(now))
        with database.write() as session:
            programme = session.get_one(Programme, made.id)
            kept = drafts.save_draft(session, programme, drawn, by=BY, now=now)
            sending.send_round(session, programme, kept.number, kept.version, by=BY, now=now)
    with database.write() as session:
        # What a provider took in the days since.
        session.execute(text("UPDATE outbox_message SET state = 'delivered' WHERE kind = 'introduction'"))
        here = programmes.by_slug(session, HERE)
        who = accounts.add(session, here, "owner@example.org", Role.OWNER, by=BY, now=now)
        operators.add(session, "owner@example.org", by=BY, now=now)
        token, _ = organiser_sessions.begin(session, who, "A browser", now=now)
    with database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    database.dispose()
    return token


def _bring_in(session: Session, made: Programme, number: int, now: datetime) -> None:
    places: list[Organisation] = [
        organisations.add(session, made.id, f"Council {place}") for place in range(COUNCILS)
    ]
    joined = now - timedelta(days=30)
    people, members = [], []
    for place in range(PEOPLE):
        address = f"person-{number}-{place}@example.org"
        one = Person(name=name_of(place), email=address, email_key=address, created_at=joined)
        people.append(one)
        members.append(
            Membership(
                programme_id=made.id,
                person_id=one.id,
                organisation_id=places[place % COUNCILS].id,
                standing=Standing.ACTIVE,
                joined_at=joined,
                name_key=folded(one.name),
            )
        )
    session.execute(insert(Person), [one.model_dump() for one in people])
    session.execute(insert(Membership), [one.model_dump() for one in members])


# The worker


def _sweeping(settings: Settings, what: str) -> Iterator[Row]:
    """In a process of its own, whose memory is the worker's alone: a first sweep, and one more."""
    command = [sys.executable, "-m", "tests.benchmarks.hundred", settings.database_url, settings.queue]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    first, second, megabytes = (float(figure) for figure in said[-3:])
    yield Row(f"{what}: a worker's first sweep", first, second, None, f"{megabytes:.0f} MB; floor: the next")


def sweep(url: str, queue: str) -> None:
    settings = Settings(database_url=url, queue_url=queue, secret_key=DEFAULT_KEY)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    worker = Worker(settings, Database(url))
    first, second = one_time(worker.sweep), one_time(worker.sweep)
    print(first, second, most_memory())


if __name__ == "__main__":
    sweep(*sys.argv[1:])
