"""The demo's programme behind a real server: people, rounds, messages and learnings to walk through."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.live import free_port, serving
from web.app import create_app
from web.clock import utc_now
from web.commands import demo_story
from web.db import Database
from web.http.context import KEY
from web.settings import DEFAULT_KEY, Settings
from web.worker import Worker


class Clock:
    """The real time, and as far ahead of it as a test has said."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@dataclass
class DemoSite:
    address: str
    settings: Settings
    database: Database
    clock: Clock

    @property
    def doors(self) -> dict[str, str]:
        """The links that `make demo` prints, by name. The organiser's opens once: another each time."""
        with self.database.write() as session:
            return dict(demo_story.doors(session, self.settings, now=self.clock()))

    def work(self) -> None:
        """What the worker would have done by now."""
        Worker(self.settings, self.database, self.clock).work()


@contextmanager
def demo_site(folder: Path) -> Iterator[DemoSite]:
    clock = Clock()
    port = free_port()
    file = f"sqlite:///{folder / 'demo.db'}"
    settings = Settings(database_url=file, secret_key=DEFAULT_KEY).at_port(port, {})
    database = Database(file)
    database.upgrade()
    demo_story.make(settings, database, now=utc_now(), say=lambda _: None)
    app = create_app(settings, clock=clock, poke=lambda: None, limits=False)
    with serving(app, port) as address:
        yield DemoSite(address, settings, database, clock)
    app.extensions[KEY].database.dispose()
    database.dispose()
