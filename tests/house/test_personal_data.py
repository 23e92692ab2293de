"""Every column that can hold words is decided about: what it may tell of somebody, and how that goes."""

from sqlalchemy import JSON, LargeBinary, String
from sqlmodel import SQLModel

import web.models  # noqa: F401  (registers every table)
from tests.support.kept import KEPT

WORDS = (String, JSON, LargeBinary)  # text, choices and documents among them


def columns_of_words() -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if isinstance(getattr(column.type, "impl", column.type), WORDS)
    }


def test_every_column_of_words_has_been_decided_about() -> None:
    decided = {f"{table}.{column}" for table, columns in KEPT.items() for column in columns}
    assert decided == columns_of_words()
