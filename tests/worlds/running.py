"""An installation as its operator starts it: by the commands of docs/running.md, with its own variables."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from tests.support.databases import OpenDatabase
from tests.support.http_client import HttpClient, Site
from tests.support.live import free_port
from tests.support.proxy import certificate, proxying
from tests.support.visitor import Visitor
from tests.support.world import World
from tests.worlds.arrivals import Carriers, Post, until
from tests.worlds.installations import Around, Installation, environment, in_files
from web.clock import utc_now
from web.db import Database
from web.settings import Settings
from web.worker import Worker

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
STOPS_WITHIN = 40  # seconds
# A process of an operator's has a path to its programs and a language, and nothing of this test's.
BARE = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}


class RealTime:
    """The clock on the wall: an installation has no other."""

    @property
    def now(self) -> datetime:
        return utc_now()

    def __call__(self) -> datetime:
        return self.now


@dataclass(kw_only=True)
class InstalledWorld(World):
    """Tells stories in its database. Its visitors come to the real server, each from an address
    of their own.
    """

    site: Site
    came: list[HttpClient] = field(default_factory=list)

    def visitor(self) -> Visitor:
        self.came.append(HttpClient(self.site, f"127.0.0.{len(self.came) + 2}"))
        return Visitor.over(self.came[-1])

    def hang_up(self) -> None:
        for one in self.came:
            one.close()


@dataclass
class Running:
    """What an operator has in front of them."""

    installation: Installation
    variables: dict[str, str]
    folder: Path
    port: int
    site: Site
    post: Post
    world: InstalledWorld
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def command(self, *words: str) -> str:
        """`unmentoring …`, to its end; what it printed."""
        done = subprocess.run(
            [PROGRAMS / "unmentoring", *words],
            env=self.variables,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words: str | Path, cwd: Path) -> None:
        """A process that stays; what it logs is kept."""
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            out = subprocess.DEVNULL
            self.processes.append(
                subprocess.Popen(words, env=self.variables, cwd=cwd, stdout=out, stderr=log)
            )

    def begin(self) -> None:
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """As docs/running.md says, for one machine and for many processes. They take seconds to load."""
        port = self.port
        if self.installation.server == "waitress":
            self.start(PROGRAMS / "unmentoring", "serve", "--port", str(port), cwd=self.folder)
        else:
            self.command("db", "upgrade")
            bind = ("--bind", f"127.0.0.1:{port}")
            self.start(PROGRAMS / "gunicorn", "wsgi:app", "--workers", "2", *bind, cwd=ROOT)
            self.start(PROGRAMS / "unmentoring", "worker", "--threads", "2", cwd=self.folder)

    def wait_until_ready(self) -> None:
        until(lambda: self.answers("/health/ready") == 200, f"an answer of {self.installation}")

    def answers(self, path: str) -> int | None:
        assert all(one.poll() is None for one in self.processes), self.logs()
        client = HttpClient(self.site)
        try:
            return client.get(path).status_code
        except (OSError, HTTPException):
            return None
        finally:
            client.close()

    def end(self) -> list[int]:
        """Each is told to stop as an operator or systemd does; the statuses they ended with."""
        self.world.hang_up()  # gunicorn waits for whoever is on the line
        for one in self.processes:
            one.send_signal(signal.SIGTERM)
        return [one.wait(STOPS_WITHIN) for one in self.processes]

    def logs(self) -> str:
        return "".join(file.read_text() for file in sorted(self.folder.glob("*.log")))

    def open_files(self) -> list[str]:
        """Files of the service's that somebody else on the machine could read."""
        made = (file for name in ("queue.db*", "unmentoring.db.lock") for file in self.folder.glob(name))
        return [file.name for file in made if file.stat().st_mode & 0o077]


@contextmanager
def running(
    installation: Installation,
    folder: Path,
    database_url: str,
    routes: Flask,
    more: Mapping[str, str] | None = None,
    open_database: OpenDatabase = Database,
) -> Iterator[Running]:
    """An installation on a database that has our tables: `begin()` starts it, and it is stopped again.

    `routes` is any application of ours, for its addresses; `more` are further variables. Stories are told by
    what `open_database` opens.
    """
    with ExitStack() as stack:
        carriers = stack.enter_context(Carriers().serving())
        port = free_port()
        variables = environment(installation, _around(database_url, port, carriers))
        if installation.is_public:
            pem = certificate(folder, urlsplit(variables["PUBLIC_URL"]).hostname or "")
            site = Site(variables["PUBLIC_URL"], stack.enter_context(proxying(port, pem)), str(pem))
        else:
            site = Site(variables["PUBLIC_URL"], port)
        settings = Settings.from_env(variables)
        database = open_database(settings.database_url)
        stack.callback(database.dispose)
        if installation.server == "gunicorn":
            variables = in_files(variables, folder)
        world = InstalledWorld(routes, Worker(settings, database), RealTime(), site=site)  # type: ignore[arg-type]
        post = Post(site.address, carriers, database)
        made = Running(installation, BARE | variables | dict(more or {}), folder, port, site, post, world)
        stack.callback(_leave_nothing, made)
        stack.callback(world.hang_up)
        yield made


def _around(database_url: str, port: int, carriers: Carriers) -> Around:
    queue = database_url.replace("+psycopg", "") if database_url.startswith("postgresql") else None
    return Around(
        database_url,
        queue,
        port,
        carriers.smtp.url,
        carriers.sendgrid.url,
        carriers.twilio.url,
        carriers.notify.url,
        carriers.signer.public_key,
    )


def _leave_nothing(made: Running) -> None:
    for one in made.processes:
        if one.poll() is None:
            one.send_signal(signal.SIGTERM)
    for one in made.processes:
        try:
            one.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait()
