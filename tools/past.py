"""Keep a filled database of the newest revision for the tests of upgrades: `.venv/bin/python -m tools.past`.

Run it before you write the next migration, and whenever that migration has not been merged yet. It writes
`tests/past/NNNN.sql.xz` and prints which tables have no row; `tests/support/filled.py` tells the story.
"""

import sys
import tempfile
from pathlib import Path

from sqlalchemy import func, select

from tests.support import past
from tests.support.filled import fill
from tests.support.world import NAME, SLUG, Clock, World, settings_at
from web import logs
from web.app import create_app
from web.db import Database
from web.http.context import KEY
from web.upgrading import NEWEST
from web.worker import Worker


def main() -> int:
    logs.configure(logs.WARNINGS)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "past.db"
        empty = filled(file)
        to = past.FOLDER / f"{NEWEST}.sql.xz"
        past.dump(file, to)
    print(f"{to.relative_to(Path.cwd())}: {to.stat().st_size:,} bytes; without a row: {empty or 'no table'}")
    return 1 if empty else 0


def filled(file: Path) -> list[str]:
    """Live the story in a new database; the tables that are empty after it."""
    settings = settings_at(f"sqlite:///{file}", file.parent)
    database, clock = Database(settings.database_url), Clock()
    database.upgrade()
    app = create_app(settings, clock=clock, limits=False)
    world = World(app, Worker(settings, database, clock), clock)
    world.start(SLUG, NAME)
    fill(world)
    empty = _without_rows(database)
    database.dispose()
    app.extensions[KEY].database.dispose()
    return empty


def _without_rows(database: Database) -> list[str]:
    tables = past.tables_of(database.engine).sorted_tables
    with database.engine.connect() as connection:
        return [
            table.name
            for table in tables
            if not connection.execute(select(func.count()).select_from(table)).scalar()
        ]


if __name__ == "__main__":
    sys.exit(main())
