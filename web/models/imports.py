"""The tables of files on their way in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Text
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import choice, document, moment, person_key


class ImportKind(StrEnum):
    PEOPLE = "people"
    HISTORY = "history"


class ImportState(StrEnum):
    """COLUMNS and ORGANISATIONS wait for an organiser's answers and READY for their yes; CHECKING, WRITING
    and UNDOING are the worker's, and so, of a large file, are READING and MATCHING.
    """

    READING = "reading"
    COLUMNS = "columns"
    MATCHING = "matching"
    ORGANISATIONS = "organisations"
    CHECKING = "checking"
    READY = "ready"
    WRITING = "writing"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    ABANDONED = "abandoned"
    FAILED = "failed"


# What can follow. No test can make another move, one test makes every one, and docs/states.md is drawn
# from it.
NEXT: dict[ImportState, tuple[ImportState, ...]] = {
    ImportState.READING: (ImportState.COLUMNS, ImportState.FAILED, ImportState.ABANDONED),
    ImportState.COLUMNS: (ImportState.READING, ImportState.MATCHING, ImportState.ORGANISATIONS,
                          ImportState.CHECKING, ImportState.ABANDONED),
    ImportState.MATCHING: (ImportState.ORGANISATIONS, ImportState.CHECKING, ImportState.FAILED,
                           ImportState.ABANDONED),
    ImportState.ORGANISATIONS: (ImportState.CHECKING, ImportState.COLUMNS, ImportState.MATCHING,
                                ImportState.ABANDONED),
    ImportState.CHECKING: (ImportState.READY, ImportState.FAILED, ImportState.ABANDONED),
    ImportState.READY: (ImportState.WRITING, ImportState.COLUMNS, ImportState.MATCHING,
                        ImportState.ORGANISATIONS, ImportState.CHECKING, ImportState.ABANDONED),
    ImportState.WRITING: (ImportState.DONE, ImportState.FAILED),
    ImportState.DONE: (ImportState.UNDOING,),
    ImportState.UNDOING: (ImportState.UNDONE, ImportState.FAILED),
    ImportState.UNDONE: (),
    ImportState.ABANDONED: (),
    ImportState.FAILED: (ImportState.ABANDONED,),
}  # fmt: skip


class Import(Base, table=True):
    """A file on its way in. `file_name`, which can tell whom the file was about, is gone with the file.

    `columns` says which column (by its place) is what; `organisations` what each name in the file was taken
    for, and `mix_answers` which of the programme's choices each value was, or "". `done` of `total` rows are
    through in the state it is in; `busy_until` is the worker's who has it.
    """

    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    kind: ImportKind = choice(ImportKind)
    state: ImportState = choice(ImportState, ImportState.COLUMNS)
    file_name: str = Field(max_length=120)
    columns: dict[str, int] = document(dict)
    organisations: list[dict[str, Any]] = document(list)
    mix_answers: dict[str, str] = document(dict)
    counts: dict[str, int] = document(dict)
    done: int = 0
    total: int = 0
    busy_until: datetime | None = moment()
    problem: str = Field(default="", sa_type=Text)
    by: str = Field(max_length=60)
    created_at: datetime = moment(nullable=False)
    finished_at: datetime | None = moment()

    @property
    def called(self) -> str:
        """What organisers know it by: the file's name, and its number once that is gone."""
        return self.file_name or f"File {self.id}"


class ImportFile(Base, table=True):
    """The whole of a file as text; gone once it was taken in, thrown away or a day old. A large `workbook` is
    kept as it came until the worker has made text of it.

    It stands beside its import because SQLite writes a row anew whenever a word of it changes: 32 MB each
    time the work is a batch further.
    """

    import_id: int = Field(sa_column=Column(ForeignKey("import.id", ondelete="CASCADE"), primary_key=True))
    content: str = Field(sa_type=Text)
    workbook: bytes | None = Field(default=None, sa_type=LargeBinary)


class Outcome(StrEnum):
    """What becomes of a row. LIKELY asks; TAKEN was written."""

    NEW = "new"
    LIKELY = "likely"
    HERE = "here"
    DOUBLE = "double"
    UNKNOWN = "unknown"
    ERROR = "error"
    TAKEN = "taken"


class ImportRow(Base, table=True):
    """A row of the file and what becomes of it. `cells` are blank once it was taken in, but for what it
    said of somebody until they answer; whom it made stays, so that it can be undone.
    """

    __table_args__ = (Index("ix_importrow_outcome", "import_id", "outcome", "number"),)
    import_id: int = Field(sa_column=Column(ForeignKey("import.id", ondelete="CASCADE"), primary_key=True))
    number: int = Field(primary_key=True)
    outcome: Outcome = choice(Outcome)
    why: str = Field(default="", sa_type=Text)
    cells: dict[str, Any] = document(dict)
    person_id: str | None = person_key(default=None, index=True)
    # Of a LIKELY one: an organiser says that they are somebody else.
    is_someone_else: bool = False
