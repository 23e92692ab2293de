"""The demo's programme behind a real server: people, rounds, messages and learnings to walk through."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.live import free_port, serving
from web import demo
from web.app import create_app
from web.db import Database
from web.house import utc_now
from web.settings import DEFAULT_KEY, Settings
from web.worker import Worker


@dataclass
class DemoSite:
    address: str
    settings: Settings
    database: Database

    @property
    def doors(self) -> dict[str, str]:
        """The links that `make demo` prints, by name. The organiser's opens once: another each time."""
        with self.database.write() as session:
            return dict(demo.doors(session, self.settings, now=utc_now()))

    def work(self) -> None:
        """What the worker would have done by now."""
        Worker(self.settings, self.database, utc_now).work()


@contextmanager
def demo_site(folder: Path) -> Iterator[DemoSite]:
    port = free_port()
    file = f"sqlite:///{folder / 'demo.db'}"
    settings = Settings(database_url=file, secret_key=DEFAULT_KEY).at_port(port, {})
    database = Database(file)
    database.upgrade()
    demo.make(settings, database, now=utc_now(), say=lambda _: None)
    app = create_app(settings, poke=lambda: None, limits=False)
    with serving(app, port) as address:
        yield DemoSite(address, settings, database)
    database.dispose()
