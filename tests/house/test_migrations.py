"""The migrations make exactly the tables that the models describe, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from web.db import Database, alembic_config


def test_the_migrations_lead_to_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_there_is_one_newest_migration(database: Database) -> None:
    assert len(ScriptDirectory.from_config(alembic_config(database.engine)).get_heads()) == 1
