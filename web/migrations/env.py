"""How Alembic reaches our tables. The engine, or a connection, is handed over by `web.upgrading`."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from web.upgrading import changing_tables


def run() -> None:
    with changing_tables(context.config.attributes["bind"]) as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=True,
            render_item=_render,
            user_module_prefix="columns.",
        )
        context.run_migrations()


def _render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Enums and SQLModel's strings are plain strings in a migration: what a table was must not change with
    the code.
    """
    if kind == "type" and isinstance(item, sa.Enum | AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


run()
