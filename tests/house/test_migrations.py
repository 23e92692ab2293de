"""The migrations make exactly the tables that the models describe, on both databases."""

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, insert, select
from sqlmodel import SQLModel

from tests.support import past
from web.db import Database
from web.upgrading import KNOWN, NEWEST, alembic_config


def test_the_migrations_lead_to_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_there_is_one_newest_migration(database: Database) -> None:
    assert len(ScriptDirectory.from_config(alembic_config(database.engine)).get_heads()) == 1


def test_a_round_sent_before_rounds_had_dates_gets_them(database: Database) -> None:
    command.downgrade(alembic_config(database.engine), "0001")
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    programme = {"slug": "councils", "name": "Councils", "contact": "a@b.example", "about": "", "hashtag": ""}
    programme |= {"video_template": "", "prompts": [], "group_size": 2, "priority": "fresh"}
    programme |= {"window_days": 28, "check_in_days": 20, "agreement_version": 1, "created_at": now}
    programme |= {"agreement_adopted_on": date(2026, 11, 1), "agreement_review_on": date(2027, 11, 1)}
    sent = {"programme_id": 1, "number": 1, "state": "sent", "version": 2, "seed": 1, "priority": "fresh"}
    sent |= {"input_digest": "", "figures": {}, "proof": {}, "reasons": [], "redraws": 0, "edits": 0}
    sent |= {"drawn_at": now, "drawn_by": "a", "starts_on": date(2026, 11, 2), "ends_on": date(2026, 11, 30)}
    _insert(database, programme=programme, round=sent)
    database.upgrade()
    with database.engine.connect() as connection:
        round_ = _tables(database).tables["round"].c
        columns = (round_.nudge_on, round_.cut_off_on, round_.check_in_on, round_.ask_again_on)
        dates = connection.execute(select(*columns)).one()
    assert [day.isoformat() for day in dates] == ["2026-11-07", "2026-11-09", "2026-11-22", "2026-11-26"]


def test_of_every_revision_but_the_newest_there_is_a_filled_database() -> None:
    """Missing? At the commit before yours: `.venv/bin/python -m tools.past`."""
    assert sorted({*past.revisions(), NEWEST}) == list(KNOWN)


def _tables(database: Database) -> MetaData:
    found = MetaData()
    found.reflect(database.engine)
    return found


def _insert(database: Database, **rows: dict[str, Any]) -> None:
    tables = _tables(database).tables
    with database.engine.execution_options(writing=True).begin() as connection:
        for name, row in rows.items():
            connection.execute(insert(tables[name]).values(row))


def test_a_file_that_waits_goes_beside_its_import(tmp_path: Path) -> None:
    file = tmp_path / "past.db"
    past.load("0024", file)
    with closing(sqlite3.connect(file)) as opened:
        before = opened.execute("SELECT id, content FROM import WHERE content IS NOT NULL").fetchall()
    Database(f"sqlite:///{file}").upgrade()
    with closing(sqlite3.connect(file)) as opened:
        after = opened.execute("SELECT import_id, content FROM importfile").fetchall()
    assert before == after != []
