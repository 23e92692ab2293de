"""What people send us as CSV: read whatever their spreadsheet program wrote, and write what none will run.

BadFile             cannot be read as it should; the text names file, row and column
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice

from web.sizes import LONGEST_CELL, LONGEST_ROW, MOST_COLUMNS, MOST_ROWS

FORMULA = ("=", "+", "-", "@", "\t", "\r")
DELIMITERS = ",;\t|"
NO_TEXT = {
    b"PK\x03\x04": "a zipped file, or an Excel workbook, whatever its name says",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook, whatever its name says",
    b"%PDF": "a PDF, whatever its name says",
}
SAVE_AS = "Open it in your spreadsheet program and save it as CSV"
NOT_CLOSED = "a cell begins with a quotation mark here, and no other one ends it"
MISPLACED = "a quotation mark is out of place; within a cell it is written twice"
NO_BREAK_SPACE = "\xa0"
LIKE_A_DAY = re.compile(r"[0-9]{1,4}[-/. ][0-9A-Za-z]{1,9}[-/. ][0-9]{1,4}")
# The four styles of the old scheme's sheet, and their like. Days come before months, as they do in the UK.
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%d.%m.%y", "%d %B %Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%Y")


class BadFile(Exception):
    def __init__(self, file: str, text: str, *, row: int | None = None, column: str | None = None) -> None:
        place = f"{file}:{row}" if row else file
        super().__init__(f"{place}: {column}: {text}" if column else f"{place}: {text}")
        self.text, self.row, self.column = text, row, column

    @property
    def without_file(self) -> str:
        """The same as a sentence, without the file's name: what may be kept."""
        places = (f"row {self.row}" if self.row else "", self.column or "", self.text)
        said = ": ".join(filter(None, places))
        return said[:1].upper() + said[1:]

    @classmethod
    def of(cls, file: str, row: int, why: str) -> "BadFile":
        """From what was found of a row: "email: is empty", or "row: " and what is wrong with all of it."""
        column, _, text = why.partition(": ")
        return cls(file, text, row=row, column=column if column != "row" else None)


Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Sheet:
    """A header, and the rows below it, each with its number in the file; empty ones are left out.

    A short row is filled up with empty cells; a long one stays long. `rows` reads the text anew each
    time, row by row: of a large file no more is held than its text.
    """

    file: str
    text: str
    delimiter: str
    header: Sequence[str]

    @property
    def rows(self) -> Iterator[Row]:
        """Raises BadFile where the text stops being CSV: what stands above has been given out then."""
        for number, row in islice(_records(self.file, self.text, self.delimiter), 1, None):
            yield number, row + [""] * (len(self.header) - len(row))


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
    """A sheet, whichever of comma, semicolon, tab and bar stands between the cells. Reads its header alone.

    Raises:
        BadFile: the first row is too large or names no columns, or there are more lines than a sheet has.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(NO_BREAK_SPACE, " ")
    if (lines := text.count("\n")) > MOST_ROWS:
        raise BadFile(
            file, f"at most {MOST_ROWS:,} rows, as many as a sheet of Excel has; this has {lines:,}"
        )
    if text[:4].casefold() == "sep=":  # Excel's hint, in a line of its own
        text = text.partition("\n")[2]
    delimiter = _delimiter(file, text)
    _, first = next(_records(file, text, delimiter), (1, []))
    if not first:
        raise BadFile(file, "the file is empty")
    return Sheet(file, text, delimiter, _header(file, first))


def _delimiter(file: str, text: str) -> str:
    header = next((line for line in Lines(file, text) if line.strip()), "")
    return max(DELIMITERS, key=header.count)


class Lines:
    """The lines of a text for the csv module, so many letters in a row and no more. By itself it would look
    for the end of a line or of a quotation up to the end of the file: 20 million commas took 4 s and 1 GB.
    """

    def __init__(self, file: str, text: str) -> None:
        self._file, self._text = file, text
        self.number, self.held, self._lines = 0, 0, 0

    def __iter__(self) -> Iterator[str]:
        at, end, text = 0, len(self._text), self._text
        while at < end:
            room = LONGEST_ROW - self.held
            after = text.find("\n", at, at + room) + 1 or (end if end - at <= room else 0)
            self.number += 1
            self._lines += 1
            if not after:
                raise BadFile(self._file, self._too_long(), row=self.begins)
            self.held += after - at
            yield text[at:after]
            at = after

    def begin_row(self) -> None:
        self.held, self._lines = 0, 0

    @property
    def begins(self) -> int:
        """The number of the row that is being read."""
        return self.number - max(self._lines - 1, 0)

    def _too_long(self) -> str:
        if self._lines > 1:
            return NOT_CLOSED
        return f"at most {LONGEST_ROW:,} letters in a row; this has more. {SAVE_AS}"


def _records(file: str, text: str, delimiter: str) -> Iterator[Row]:
    """The rows that are not empty, header and all, each with the number of its last line."""
    lines = Lines(file, text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS or lines.held > LONGEST_CELL:
                _must_fit(file, row, lines.begins)
            lines.begin_row()
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise BadFile(
            file, NOT_CLOSED if "end of data" in str(error) else MISPLACED, row=lines.begins
        ) from error


def _must_fit(file: str, row: Sequence[str], number: int) -> None:
    if len(row) > MOST_COLUMNS:
        raise BadFile(file, f"at most {MOST_COLUMNS} columns; this has {len(row):,}", row=number)
    if (longest := max(map(len, row))) > LONGEST_CELL:
        told = f"at most {LONGEST_CELL:,} letters in a cell, as many as Excel holds; this has {longest:,}"
        raise BadFile(file, told, row=number)


def _header(file: str, cells: Sequence[str]) -> list[str]:
    if any("@" in cell for cell in cells):
        raise BadFile(file, "name the columns in the first row, like name, organisation, email", row=1)
    while cells and not cells[-1]:
        cells = cells[:-1]
    return [cell[:80] or f"Column {place}" for place, cell in enumerate(cells, start=1)]


@lru_cache(maxsize=1000)
def day(text: str) -> date | None:
    """2026-11-21, 21/11/2026, 21 Nov 2026, 21.11.26 and their like; None for anything else."""
    if not LIKE_A_DAY.fullmatch(text.strip()):
        return None  # trying each style takes 50 µs, and a column of something else has a million
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
