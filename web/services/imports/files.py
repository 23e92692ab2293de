"""A file as it comes in, before anything is kept: is it a spreadsheet, which sheet, how many rows?"""

from dataclasses import dataclass
from itertools import islice

from web.models.imports import ImportKind
from web.services.common import decoding, workbooks
from web.services.common.spreadsheets import BadFile, Sheet
from web.services.imports import columns
from web.sizes import READ_ON_PAGE

FIRST_ROWS = 1000  # of a large file, looked at when it comes
ENOUGH = 3  # columns that we know: who, from where and how to reach them; or when, and who with whom


@dataclass(frozen=True)
class Upload:
    """A file that was let in. `content` is all of it, with the sheet in hand first; `rows` is None where that
    is large and nobody has read below its first rows.
    """

    sheet: Sheet
    rows: int | None
    content: str


@dataclass(frozen=True)
class Unread:
    """A large workbook as it came: what is in it, the worker finds out."""

    file_name: str
    workbook: bytes


def let_in(file_name: str, raw: bytes) -> Upload | Unread:
    """What the page does with a file: look at it, or leave it to the worker if it is a large workbook.

    Raises:
        BadFile
    """
    if workbooks.is_workbook(raw) and workbooks.is_large(raw):
        workbooks.refuse_by_size(file_name, raw)
        return Unread(file_name, raw)
    return look(file_name, raw)


def look(file_name: str, raw: bytes, *, whole: bool = False) -> Upload:
    """Read a file: all of it if it is small or `whole`, and otherwise its first rows, so that what is no
    spreadsheet is told at once. Needs no session.

    Raises:
        BadFile: it is neither a workbook nor a CSV of any kind.
    """
    if workbooks.is_workbook(raw):
        return look_into_workbook(file_name, workbooks.unfold(file_name, raw), whole=whole)
    return look_into(file_name, decoding.decode(file_name, raw), whole=whole)


def look_into(file_name: str, content: str, *, whole: bool = False) -> Upload:
    """The same for what is text already.

    Raises:
        BadFile
    """
    content = decoding.mended(content)
    sheet = columns.sheet(file_name, content)
    is_for_worker = is_large(sheet) and not whole
    rows = some_rows(sheet, sum(1 for _ in islice(sheet.rows, FIRST_ROWS if is_for_worker else None)))
    return Upload(sheet, None if is_for_worker else rows, content)


def look_into_workbook(file_name: str, text: str, *, whole: bool = False) -> Upload:
    """The same for the text of a workbook's sheets, with the best of them in hand.

    Raises:
        BadFile
    """
    return look_into(file_name, _best_first(file_name, text), whole=whole)


def _best_first(file_name: str, content: str) -> str:
    """A workbook with that sheet in hand of whose columns we know most; the first of several."""
    numbers = range(len(workbooks.names(content)))
    return workbooks.take(content, max(numbers, key=lambda number: _known(file_name, content, number)))


def _known(file_name: str, content: str, number: int) -> int:
    try:
        sheet = columns.sheet(file_name, workbooks.take(content, number))
    except BadFile:
        return -1
    return min(max(len(columns.guess(kind, sheet.header)) for kind in ImportKind), ENOUGH)


def is_large(sheet: Sheet) -> bool:
    """Is it for the worker to read?"""
    return len(sheet.text) > READ_ON_PAGE


def some_rows(sheet: Sheet, rows: int) -> int:
    if not rows:
        raise BadFile(sheet.file, "there is nothing below the first row")
    return rows
