"""What people send us as CSV: read whatever their spreadsheet program wrote, and write what none will run.

BadFile             cannot be read as it should; the text names file, row and column
"""

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from web.sizes import LONGEST_CELL, LONGEST_ROW, MOST_COLUMNS, MOST_ROWS

FORMULA = ("=", "+", "-", "@", "\t", "\r")
DELIMITERS = ",;\t|^~:"
SAVE_AS = "Open it in your spreadsheet program and save it as CSV"
NOT_CLOSED = "a cell begins with a quotation mark here, and no other one ends it"
MISPLACED = "a quotation mark is out of place; within a cell it is written twice"
NO_BREAK_SPACE = "\xa0"
AS_UTF_8 = "\ufeff"  # at the beginning of a file: Excel would take Siân for SiÃ¢n without it
# White space, and what cannot be seen: marks of direction, of width nothing, and of a file's beginning.
AROUND = (
    " \t\n\v\f\u2002\u2003\u2007\u2009\u200c\u200d\u202f\u3000"
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\xad"
)
# The headings are looked for so far down: above them stand a title, who exported it and when, and notes.
FIRST_ROWS, FIRST_LETTERS = 30, 20_000
RULER = re.compile(r"[-+=_:| ]{3,}")  # a line drawn in letters, as database programs print below headings
# Of a long cell: what takes its words apart would look at each white space of a run again for each of them.
LONG_CELL = 200  # letters
A_RUN, AFTER_A_LINE = re.compile(r"[^\S\n]{2,}"), re.compile(r"\n\s+")
# One in a cell of a workbook, whose rows are lines of the text so that they keep their numbers.
LINE_BREAK = "\N{SYMBOL FOR NEWLINE}"
HINT = re.compile(r"sep=(.)\n", re.IGNORECASE)  # Excel's, in a line of its own


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
    """A header, and the rows below it, each with its number in the file. Empty ones, lines drawn in letters
    and repeated headers are left out.

    A short row is filled up with empty cells; a long one stays long. `rows` reads the text anew each
    time, row by row: of a large file no more is held than its text. The header is the row `header_row`, and
    had `width` cells, those without a name at its end among them. Whoever opens the workbook does not see the
    `hidden` rows, sorted ranges of their numbers.
    """

    file: str
    text: str
    delimiter: str
    header: Sequence[str]
    header_row: int
    width: int
    hidden: Sequence[range] = ()

    @property
    def rows(self) -> Iterator[Row]:
        """Raises BadFile where the text stops being CSV: what stands above has been given out then."""
        for number, row in _records(self.file, self.text, self.delimiter):
            is_data = number > self.header_row and row[: len(self.header)] != self.header
            if is_data and not RULER.fullmatch("".join(row)):
                yield number, row + [""] * (len(self.header) - len(row))

    def is_hidden(self, number: int) -> bool:
        place = bisect_right(self.hidden, number, key=lambda rows: rows.start)
        return place > 0 and number in self.hidden[place - 1]

    def is_shifted(self, row: Sequence[str]) -> bool:
        """Has a row more cells than the header, as when a comma in it had no quotation marks? What stands
        apart, after an empty cell, is a note beside the table.
        """
        return len(row) > self.width and bool(row[self.width])


def parse(
    file: str,
    text: str,
    *,
    is_heading: Callable[[str], int] = lambda _: 0,
    delimiter: str = "",
    in_two_rows: Callable[[Sequence[str], Sequence[str]], Sequence[str]] = lambda _, __: (),
) -> Sheet:
    """A sheet, whatever stands between the cells. Reads no further than its header.

    `is_heading` says how surely a cell is a heading of what we look for, from 0. The row with most of them is
    the header, and what stands above it is passed over. Where none is known, it is the first row of several
    cells. `in_two_rows` gives the headings of a program that writes them in two, of these two.

    Raises:
        BadFile: the header is too large or names no columns, or there are more lines than a sheet has.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace(NO_BREAK_SPACE, " ")
    if (lines := text.count("\n")) > MOST_ROWS:
        raise BadFile(
            file, f"at most {MOST_ROWS:,} rows, as many as a sheet of Excel has; this has {lines:,}"
        )
    text = text.removeprefix(AS_UTF_8)
    if hint := HINT.match(text):
        delimiter, text = hint[1], text[hint.end() :]  # a spreadsheet program counts the rows below it
    elif text[:4].casefold() == "sep=":
        text = text.partition("\n")[2]
    delimiter, number = _layout(text, delimiter or DELIMITERS, is_heading)
    for (_, above), (row, below) in pairwise(islice(_records(file, text, delimiter), number + 2)):
        if joined := in_two_rows(above, below):
            return Sheet(file, text, delimiter, _header(file, list(joined), row), row, len(joined))
    records = _records(file, text, delimiter)
    row, cells = next(islice(records, number, None), (1, []))
    if not cells:
        raise BadFile(file, "the file is empty")
    return Sheet(file, text, delimiter, _header(file, cells, row), row, len(cells))


def _layout(text: str, delimiters: str, is_heading: Callable[[str], int]) -> tuple[str, int]:
    """The delimiter, and which of the records, counted from 0, is the header."""
    beginning = text[:FIRST_LETTERS]
    if len(text) > FIRST_LETTERS:
        beginning = beginning[: beginning.rfind("\n") + 1] or beginning
    best = (0, delimiters[0], 0)
    for delimiter in delimiters:
        for number, row in enumerate(_loosely(beginning, delimiter)):
            # What has an address in it is somebody, whatever else it is called.
            surely = 0 if any("@" in cell for cell in row) else sum(map(is_heading, set(row)))
            if surely > best[0] and len(row) > 1:
                best = (surely, delimiter, number)
    if best[0] > 1:
        return best[1:]
    delimiter = _commonest(beginning, delimiters)
    widths = [sum(map(bool, row)) for row in _loosely(beginning, delimiter)]
    return delimiter, next((number for number, width in enumerate(widths) if width > 1), 0)


def _commonest(text: str, delimiters: str) -> str:
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max(delimiters[:4], key=first.count)  # the others are too common in words


def _loosely(text: str, delimiter: str) -> Iterator[list[str]]:
    """The first records of a text that may be no CSV at all."""
    reader = csv.reader(islice(io.StringIO(text), 10 * FIRST_ROWS), delimiter=delimiter)
    records = ([cell.replace(LINE_BREAK, " ").strip() for cell in row] for row in reader)
    return islice((row for row in records if any(row)), FIRST_ROWS)


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
            cells = [_tidied(cell.strip(AROUND)).replace(LINE_BREAK, "\n") for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise BadFile(
            file, NOT_CLOSED if "end of data" in str(error) else MISPLACED, row=lines.begins
        ) from error


def _tidied(cell: str) -> str:
    return cell if len(cell) < LONG_CELL else AFTER_A_LINE.sub("\n", A_RUN.sub(" ", cell))


def _must_fit(file: str, row: Sequence[str], number: int) -> None:
    if len(row) > MOST_COLUMNS:
        raise BadFile(file, f"at most {MOST_COLUMNS} columns; this has {len(row):,}", row=number)
    if (longest := max(map(len, row))) > LONGEST_CELL:
        problem = f"at most {LONGEST_CELL:,} letters in a cell, as many as Excel holds; this has {longest:,}"
        raise BadFile(file, problem, row=number)


def _header(file: str, cells: Sequence[str], row: int) -> list[str]:
    if any("@" in cell for cell in cells):
        raise BadFile(file, "name the columns in the first row, like name, organisation, email", row=row)
    while cells and not cells[-1]:
        cells = cells[:-1]
    return [" ".join(cell.split())[:80] or f"Column {place}" for place, cell in enumerate(cells, start=1)]


def safe_cell(cell: str) -> str:
    """A cell that a spreadsheet reads as text: one that starts like a formula gets an apostrophe before
    it.
    """
    return f"'{cell}" if cell.startswith(FORMULA) else cell
