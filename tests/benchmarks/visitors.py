"""Visitors of a service that runs on PostgreSQL behind gunicorn: what they wait for a page, many at once."""

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from time import perf_counter

import psutil
import psycopg

from tests.benchmarks.pages import Statement
from tests.benchmarks.rows import Row
from tests.support.live import free_port
from web.app import create_app
from web.http.context import KEY
from web.settings import DEFAULT_KEY, Settings, environment_with

VISITORS, EACH, ALONE = 16, 12, 15


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
        """Of 16 visitors at once; its floor is the median of one alone."""
        alone = statistics.median(self._ask(path, ALONE))
        waits = at_once(lambda: self._ask(path, EACH))
        return _row(name, waits, alone, "floor: alone")

    def row_beside_its_sql(self, name: str, path: str, said: Sequence[Statement], url: str) -> Row:
        """The floor is the same wait for what the page asks the database, read and thrown away."""
        self._ask(path, ALONE)
        waits = at_once(lambda: self._ask(path, EACH))
        return _row(name, waits, _slowest(at_once(lambda: _asked(said, url))), "floor: its SQL alone", 2.0)

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


def settings_for(url: str, folder: Path) -> Settings:
    return Settings(
        database_url=url,
        queue_url=f"sqlite:///{folder / 'queue.db'}",
        secret_key=DEFAULT_KEY,
        public_url=f"http://127.0.0.1:{free_port()}",
    )


@contextmanager
def gunicorn(settings: Settings, folder: Path) -> Iterator[Server]:
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


def cookie(settings: Settings, token: str) -> str:
    """As the application signs it for who is signed in."""
    app = create_app(settings, limits=False)
    signing = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    app.extensions[KEY].database.dispose()
    return f"session={signing.dumps({'_user_id': token, '_fresh': True})}"


def at_once(visit: Callable[[], list[float]]) -> list[float]:
    """What 16 visitors wait, each of whom comes twelve times without a pause."""
    with ThreadPoolExecutor(VISITORS) as visitors:
        return [wait for some in visitors.map(lambda _: visit(), range(VISITORS)) for wait in some]


def _asked(said: Sequence[Statement], url: str) -> list[float]:
    waits = []
    with psycopg.connect(url, autocommit=True) as line:
        for _ in range(EACH):
            began = perf_counter()
            for text, values in said:
                line.execute(text, values).fetchall()
            waits.append(perf_counter() - began)
    return waits


def _row(name: str, waits: list[float], floor: float, of: str, goal: float | None = None) -> Row:
    middle = statistics.median(waits) * 1000
    remark = f"99th percentile of {VISITORS} visitors; their median {middle:.0f} ms; {of}"
    return Row(name, _slowest(waits), floor, goal, remark)


def _slowest(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=100)[98]
