"""`python -m tests.benchmarks.links [TIMES]`: open every link in every message so often: which rows change?

The test beside `tests/support/every_message.py` does it three times, and this ten thousand times, by GET and
by HEAD in turns.
"""

import logging
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import cycle, islice, repeat
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table

from tests.support import every_message
from tests.support.every_message import links_in_messages, one_of_each
from tests.support.visitor import path_of
from tests.support.world import NAME, SLUG, Clock, World, settings_at
from web.app import create_app
from web.db import Database
from web.http.context import KEY
from web.settings import Settings
from web.worker import Worker

TIMES = 10_000


def main(times: int) -> int:
    """How many rows changed: 0 is what is promised. The links are shared out among the processors."""
    with TemporaryDirectory() as folder:
        settings = settings_at(f"sqlite:///{folder}/unmentoring.db", Path(folder))
        Database(settings.database_url).upgrade()
        app, clock = _app(settings, datetime(2026, 12, 1, 9, 0, tzinfo=UTC))
        world = World(app, Worker(settings, app.extensions[KEY].database, clock), clock)
        world.start(SLUG, NAME)
        every_message.fill(world)
        before, links = world.dump(), links_in_messages(world)
        table = Table("messages", "link to", "times", "answers", title="Every link in every message")
        sorts = one_of_each(links)
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            opened = pool.map(_open, sorts, repeat(times), repeat(settings), repeat(clock.now))
            for number, (link, answers) in enumerate(zip(sorts, opened, strict=True), start=1):
                door, said = "/" + path_of(link).split("/")[1], ", ".join(map(str, sorted(answers)))
                table.add_row(", ".join(sorted(links[link])), door, f"{times:,}", said)
                print(f"{number} of {len(sorts)}: {door} {said}", file=sys.stderr, flush=True)
        after = world.dump()
        changed = sum(len({*map(repr, after[name])} ^ {*map(repr, before[name])}) for name in after)
        Console(width=120).print(table, f"{len(sorts)} links opened; rows that changed: {changed}")
        world.database.dispose()
    return changed


def _open(link: str, times: int, settings: Settings, now: datetime) -> set[int]:
    """A link in a process of its own, by GET and by HEAD in turns: how it was answered."""
    app, _ = _app(settings, now)
    # Plain Flask's: what a page looks like is another test's matter.
    client = FlaskClient(app)
    methods = islice(cycle(("GET", "HEAD")), times)
    answers = {client.open(path_of(link), method=how, follow_redirects=True).status_code for how in methods}
    app.extensions[KEY].database.dispose()
    return answers


def _app(settings: Settings, now: datetime) -> tuple[Flask, Clock]:
    clock = Clock(now)
    app = create_app(settings, clock=clock, limits=False)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return app, clock


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else TIMES) > 0)
