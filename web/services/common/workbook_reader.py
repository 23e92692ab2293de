"""Read a workbook from standard input and write its sheets as text, in a process with little memory and time.

A few kilobytes can unfold to more than a machine holds: a zipped part that repeats one letter, or one cell in
the last row and column of a sheet. Whatever it is, only this process ends of it.
"""

import csv
import io
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from web.bounded import bound
from web.services.common import hidden_rows
from web.services.common.spreadsheets import LINE_BREAK

MOST_MEMORY = 1 << 30  # bytes; 100,000 people with a dozen columns take a third of it
MOST_SECONDS = 30  # of computing; they take 6
MOST_TEXT = 32 << 20  # bytes, as of a text file
MOST_LETTERS = 1 << 20  # in a cell; that it has more than Excel's 32,767 is told later, with its row
# Beginnings of a sheet, of the numbers of its hidden rows, and of its rows in the text: letters no cell has.
SHEET, HIDDEN, ROWS = "\x1d", "\x1e", "\x1f"
SEPARATORS = {ord(letter): " " for letter in "\x1c\x1d\x1e\x1f"}
PROTECTED, TOO_LARGE, BROKEN = 3, 4, 5  # how the process ends

Cell = object


class _TooLarge(Exception):
    pass


def main() -> int:
    bound(MOST_MEMORY, MOST_SECONDS)
    try:
        text = sheets(sys.stdin.buffer.read())
    except PasswordError:
        return PROTECTED
    except (_TooLarge, MemoryError):
        return TOO_LARGE
    except (CalamineError, ValueError, OverflowError):
        return BROKEN
    sys.stdout.buffer.write(text.encode(errors="replace"))
    return 0


def sheets(raw: bytes) -> str:
    """Every sheet that has a cell, each with its name; hidden ones only where no other has any."""
    with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
        unseen = hidden_rows.of(raw)
        seen = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
        hidden = [name for name in book.sheet_names if name not in seen]
        return _told(book, seen, unseen) or _told(book, hidden, unseen)


def _told(book: CalamineWorkbook, names: list[str], unseen: hidden_rows.Hidden) -> str:
    out = io.StringIO()
    for name in names:
        rows = _rows(book, name)
        if any(any(row) for row in rows):
            out.write(SHEET + _line(name))
            if rows_unseen := unseen.get(name):
                out.write(HIDDEN + ",".join(f"{rows.start}-{rows.stop - 1}" for rows in rows_unseen))
            out.write(ROWS)
            writer = csv.writer(out, lineterminator="\n")
            for row in _rows(book, name):
                writer.writerow(row if any(row) else [])
                if out.tell() > MOST_TEXT:
                    raise _TooLarge
    return out.getvalue()


def _rows(book: CalamineWorkbook, name: str) -> Iterator[list[str]]:
    """From the first row and column on, empty or not: a row has the number that its reader sees. What stands
    in a cell that is merged with those below it stands in each of them.
    """
    sheet = book.get_sheet_by_name(name)
    merged = _merged(sheet)
    held: dict[int, tuple[str, int]] = {}
    for number, cells in enumerate(sheet.iter_rows()):
        row = [_cell(cell) if cell != "" else "" for cell in cells]
        held = {column: (said, last) for column, (said, last) in held.items() if number <= last}
        for column, (said, _) in held.items():
            row[column] = said
        held |= {column: (row[column], last) for column, last in merged.get(number, ()) if column < len(row)}
        yield row


def _merged(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """Cells that go on in the rows below: by the row they begin in, their column and their last row."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (first, column), (last, last_column) in sheet.merged_cell_ranges or ():
        if last > first and column == last_column:
            found.setdefault(first, []).append((column, last))
    return found


def _cell(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ", "seconds")
        )
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, date | timedelta | int | float):
        return str(cell)
    lines = map(_line, str(cell).splitlines())
    return LINE_BREAK.join(line for line in lines if line)


def _line(text: str) -> str:
    if len(text) > MOST_LETTERS:
        raise _TooLarge
    return " ".join(text.translate(SEPARATORS).split())


if __name__ == "__main__":
    sys.exit(main())
