"""Write a migration from what the models have become: `.venv/bin/python tools/migration.py "what it does"`.

Read it before you commit it: what is found by comparing is not always what is meant.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

import web.models  # noqa: F401  (what is compared)
from web.db import Database
from web.upgrading import alembic_config


def main(message: str) -> None:
    """Compare an empty database, brought up to date, with the models."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'compare.db'}")
        database.upgrade()
        config = alembic_config(database.engine)
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    main(sys.argv[1])
