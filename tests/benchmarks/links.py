"""`python -m tests.benchmarks.links [TIMES]`: open every link in every message so often: which rows change?

The test beside `tests/support/every_message.py` does it three times, and this ten thousand times.
"""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from flask.testing import FlaskClient
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.support import every_message
from tests.support.every_message import links_in_messages, one_of_each
from tests.support.visitor import path_of
from tests.support.world import NAME, SLUG, Clock, World, settings_at
from web.app import create_app
from web.db import Database
from web.house import KEY
from web.worker import Worker

TIMES = 10_000


def main(times: int) -> int:
    """How many rows changed: 0 is what is promised."""
    with TemporaryDirectory() as folder:
        world = _world(Path(folder))
        every_message.fill(world)
        before, links = world.dump(), links_in_messages(world)
        sorts = one_of_each(links)
        table = Table("messages", "link to", "times", "answers", title="Every link in every message")
        # Plain Flask's: what a page looks like is another test's matter.
        client = FlaskClient(world.app)
        for link in track(sorts, console=Console(stderr=True)):
            answers = {
                client.open(path_of(link), method=method, follow_redirects=True).status_code
                for method in ("GET", "HEAD")
                for _ in range(times)
            }
            door = "/" + path_of(link).split("/")[1]
            said = ", ".join(str(answer) for answer in sorted(answers))
            table.add_row(", ".join(sorted(links[link])), door, f"{times:,} × 2", said)
        after = world.dump()
        changed = sum(len({*map(repr, after[name])} ^ {*map(repr, before[name])}) for name in after)
        Console(width=120).print(table, f"{len(sorts)} links opened; rows that changed: {changed}")
        world.database.dispose()
    return changed


def _world(folder: Path) -> World:
    clock = Clock(datetime(2026, 12, 1, 9, 0, tzinfo=UTC))
    settings = settings_at(f"sqlite:///{folder / 'unmentoring.db'}", folder)
    Database(settings.database_url).upgrade()
    app = create_app(settings, clock=clock, limits=False)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    world = World(app, Worker(settings, app.extensions[KEY].database, clock), clock)
    world.start(SLUG, NAME)
    return world


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else TIMES) > 0)
