"""What people send us as CSV: read whatever their spreadsheet program wrote, and write what none will run.

BadFile             cannot be read as it should; the text names file, row and column
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

FORMULA = ("=", "+", "-", "@", "\t", "\r")
DELIMITERS = ",;\t|"
MOST_COLUMNS = 100
NO_TEXT = {
    b"PK\x03\x04": "a zipped file, or an Excel workbook, whatever its name says",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, whatever its name says",
    b"%PDF": "a PDF, whatever its name says",
}
SAVE_AS = "Open it in your spreadsheet program and save it as CSV"
# The four styles of the old scheme's sheet, and their like. Days come before months, as they do in the UK.
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%d.%m.%y", "%d %B %Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%Y")


class BadFile(Exception):
    def __init__(self, file: str, text: str, *, row: int | None = None, column: str | None = None) -> None:
        place = f"{file}:{row}" if row else file
        super().__init__(f"{place}: {column}: {text}" if column else f"{place}: {text}")
        self.text, self.row, self.column = text, row, column


Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Sheet:
    """A header and the rows below it, each with its number in the file; empty ones are left out.

    A short row is filled up with empty cells; a long one stays long.
    """

    header: Sequence[str]
    rows: Sequence[Row]


def decode(file: str, raw: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16, with or without a byte-order mark, or in Windows-1252.

    Raises:
        BadFile: it is no text, or empty.
    """
    for beginning, what in NO_TEXT.items():
        if raw.startswith(beginning):
            raise BadFile(file, f"this is {what}. {SAVE_AS}")
    text = _decoded(file, raw)
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise BadFile(file, f"there is a character in it that no text has. {SAVE_AS}", row=row)
    if not text.strip():
        raise BadFile(file, "the file is empty")
    return text


def _decoded(file: str, raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    # Without a mark, every other byte of Western letters is zero.
    for encoding, zeros in (("utf-16-le", raw[1:400:2]), ("utf-16-be", raw[0:400:2])):
        if zeros and zeros.count(0) > len(zeros) // 2:
            return raw.decode(encoding, errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise BadFile(file, "a letter that cannot be read. Save the file as CSV UTF-8", row=row) from error


def parse(file: str, text: str) -> Sheet:
    """Header and rows, whichever of comma, semicolon, tab and bar stands between the cells.

    Raises:
        BadFile: a quotation mark is out of place, a cell is endless, or the first row names no columns.
    """
    reader = csv.reader(io.StringIO(_without_hint(text), newline=""), delimiter=_delimiter(text), strict=True)
    try:
        filled = [(reader.line_num, row) for row in _tidied(reader) if any(row)]
    except csv.Error as error:
        raise BadFile(file, f"not CSV: {error}", row=reader.line_num) from error
    if not filled:
        raise BadFile(file, "the file is empty")
    header = _header(file, filled[0][1])
    return Sheet(header, [(number, row + [""] * (len(header) - len(row))) for number, row in filled[1:]])


def _tidied(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    for row in reader:
        yield [" ".join(cell.split(" ")).strip() for cell in row]


def _without_hint(text: str) -> str:
    """Excel writes which delimiter it used into a line of its own: "sep=;"."""
    return text.partition("\n")[2] if text[:4].casefold() == "sep=" else text


def _delimiter(text: str) -> str:
    header = next(line for line in _without_hint(text).splitlines() if line.strip())
    return max(DELIMITERS, key=header.count)


def _header(file: str, cells: Sequence[str]) -> list[str]:
    if any("@" in cell for cell in cells):
        raise BadFile(file, "name the columns in the first row, like name, organisation, email", row=1)
    if len(cells) > MOST_COLUMNS:
        raise BadFile(file, f"at most {MOST_COLUMNS} columns; this has {len(cells):,}", row=1)
    while cells and not cells[-1]:
        cells = cells[:-1]
    return [cell[:80] or f"Column {place}" for place, cell in enumerate(cells, start=1)]


@lru_cache(maxsize=1000)
def day(text: str) -> date | None:
    """2026-11-21, 21/11/2026, 21 Nov 2026, 21.11.26 and their like; None for anything else."""
    for style in DAYS:
        try:
            return datetime.strptime(text.strip(), style).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    return None


def safe_cell(cell: str) -> str:
    """A cell that a spreadsheet reads as text: one that starts like a formula gets an apostrophe before
    it.
    """
    return f"'{cell}" if cell.startswith(FORMULA) else cell
