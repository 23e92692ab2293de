"""Workbooks: .xlsx, .xlsm, .xlsb, .ods and .xls become the text of their sheets, the one in hand first.

Each sheet of the text begins with its name, between letters that no cell has, and the numbers of its hidden
rows; then come its rows, as CSV.
"""

import io
import subprocess
import sys
import tempfile
import time
import zipfile
from typing import Self

from web.services.common import workbook_reader
from web.services.common.spreadsheets import BadFile
from web.services.common.workbook_reader import HIDDEN, ROWS, SHEET
from web.sizes import UNFOLDED_ON_PAGE, WORKBOOK_ON_PAGE

BEGINNINGS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MOST_SHEETS = 100
MOST_UNFOLDED = 400 << 20  # bytes; 100,000 people with a dozen columns have 100 MB of XML
LONGEST_WAIT = 120  # seconds by the clock, where the machine is busy
WHY = {
    workbook_reader.PROTECTED: "it is protected by a password. Save it without one, or as CSV",
    workbook_reader.BROKEN: "it is no workbook that we can read. Open it in your spreadsheet program and "
    "save it as .xlsx or as CSV",
}
TOO_LARGE = (
    "unfolded, it is larger than what we read. Take out pictures, formatting and rows far below the last "
    "person, or save the sheet as CSV"
)


def is_workbook(raw: bytes) -> bool:
    return raw.startswith(BEGINNINGS)


def is_large(raw: bytes) -> bool:
    """Is it for the worker to unfold?"""
    return len(raw) > WORKBOOK_ON_PAGE or _says_its_size(raw) > UNFOLDED_ON_PAGE


def unfold(file: str, raw: bytes) -> str:
    """The text of every sheet that has cells. Some 0.2 s, and 6 s for 100,000 people.

    Raises:
        BadFile: it is protected, broken, empty, or unfolds to more than we read.
    """
    with Unfolding(file, raw) as unfolding:
        while not unfolding.is_over(within=LONGEST_WAIT):
            pass
        return unfolding.text()


class Unfolding:
    """The same while others have their turn: the reading process, which ends with the block.

    Raises:
        BadFile: as `unfold`; at once where it says itself that it is too large.
    """

    def __init__(self, file: str, raw: bytes) -> None:
        refuse_by_size(file, raw)
        self._file, self._ends_at = file, time.monotonic() + LONGEST_WAIT
        self._out = tempfile.TemporaryFile()  # noqa: SIM115  (closed where the block ends)
        with tempfile.TemporaryFile() as given:
            given.write(raw)
            given.seek(0)
            command = [sys.executable, "-m", workbook_reader.__name__]
            self._process = subprocess.Popen(  # noqa: S603  (our own words)
                command, stdin=given, stdout=self._out, stderr=subprocess.DEVNULL
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._out.close()

    def is_over(self, within: float) -> bool:
        """Waits so many seconds at most."""
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired as error:
            if time.monotonic() >= self._ends_at:
                raise BadFile(self._file, TOO_LARGE) from error
            return False
        return True

    def text(self) -> str:
        """What it has made of it, once it is over."""
        if self._process.returncode:
            # Who takes too much memory or time is ended in many ways: by a signal, or by an error of its own.
            raise BadFile(self._file, WHY.get(self._process.returncode, TOO_LARGE))
        self._out.seek(0)
        text = self._out.read().decode()
        if not text:
            raise BadFile(self._file, "there is nothing in the workbook")
        if len(names(text)) > MOST_SHEETS:
            raise BadFile(self._file, f"at most {MOST_SHEETS} sheets with something in them")
        return text


def refuse_by_size(file: str, raw: bytes) -> None:
    """Raises BadFile where it says itself that it unfolds to more than we read."""
    if _says_its_size(raw) > MOST_UNFOLDED:
        raise BadFile(file, TOO_LARGE)


def _says_its_size(raw: bytes) -> int:
    """What the parts of a zipped workbook have in bytes by their own account. One that lies meets the limits
    of the process that reads it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as file:
            return sum(part.file_size for part in file.infolist())
    except (zipfile.BadZipFile, ValueError):
        return 0


def names(text: str) -> list[str]:
    """The sheets of a text, the one in hand first; none of a text that was no workbook."""
    return [one.partition(ROWS)[0].partition(HIDDEN)[0] for one in _each(text)]


def hidden_rows(text: str) -> list[range]:
    """The rows of the sheet in hand that nobody sees who opens the workbook."""
    ranges = text.split(SHEET, 2)[1].partition(ROWS)[0].partition(HIDDEN)[2] if text[:1] == SHEET else ""
    numbers = (one.split("-") for one in ranges.split(",") if one)
    return [range(int(first), int(last) + 1) for first, last in numbers]


def sheet_in_hand(text: str) -> str:
    """The rows of the first sheet, or all of a text that was no workbook."""
    return text.split(SHEET, 2)[1].partition(ROWS)[2] if text[:1] == SHEET else text


def take(text: str, number: int) -> str:
    """The same text with another sheet in hand."""
    sheets = _each(text)
    chosen = sheets.pop(number)
    return "".join(SHEET + one for one in (chosen, *sheets))


def _each(text: str) -> list[str]:
    return text.split(SHEET)[1:] if text[:1] == SHEET else []
