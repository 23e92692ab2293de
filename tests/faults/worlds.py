"""A whole programme for a fault to happen to, on the fault's own database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.faults.trial import Trial, opened
from tests.support.world import NAME, SLUG, Clock, World, settings_at
from web.app import create_app
from web.http.context import KEY
from web.worker import Worker


@contextmanager
def world_of(trial: Trial, **settings: Any) -> Iterator[World]:
    """A programme called councils. Its clock stands still until it is turned."""
    chosen = settings_at(trial.url, trial.folder, **settings)
    database, clock = opened(trial.url), Clock()
    database.upgrade()
    app = create_app(chosen, clock=clock, limits=False)
    made = World(app, Worker(chosen, database, clock), clock)
    made.start(SLUG, NAME)
    try:
        yield made
    finally:
        database.dispose()
        app.extensions[KEY].database.dispose()
