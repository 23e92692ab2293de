"""The rows of a workbook that do not count for who looks at it: hidden by hand or by a filter, or struck out,
as lists keep who has left. The library that reads the cells does not tell them from others.

Read in the process that is bounded, tag by tag: the whole sheet is no tree in memory. A file of .xls or .xlsb
keeps them in bytes of its own, and is taken to have none.
"""

import html
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

A_PIECE = 1 << 20  # bytes
ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# Tags of Excel, whatever short name they give their namespace, and of LibreOffice.
A_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
A_LINK = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
A_ROW = re.compile(rb"<(?:\w+:)?row(?:\s([^>]*))?>")
A_CELL = re.compile(rb"<(?:\w+:)?c(?:\s([^>]*))?>")
FONTS = re.compile(rb"<(?:\w+:)?fonts[\s>].*?</(?:\w+:)?fonts>", re.DOTALL)
FORMATS = re.compile(rb"<(?:\w+:)?cellXfs[\s>].*?</(?:\w+:)?cellXfs>", re.DOTALL)
A_FONT = re.compile(rb"<(?:\w+:)?font(?=[\s/>])")
A_FORMAT = re.compile(rb"<(?:\w+:)?xf\s([^>]*)>")
A_LINE_THROUGH = re.compile(rb"""<(?:\w+:)?strike(?:\s*/?>|\s+val\s*=\s*["'](?:1|true)["'])""")
OF_LIBREOFFICE = re.compile(
    rb"<(style:style|style:text-properties|table:table|table:table-row|table:table-cell)(?:\s([^>]*))?>"
)
NOT_SEEN = ("collapse", "filter")

Hidden = Mapping[str, list[range]]  # rows by the name of their sheet, as their program counts them


def of(raw: bytes) -> Hidden:
    """Nothing of a file that is no zipped workbook, or a broken one."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as file:
            parts = set(file.namelist())
            return _of_libreoffice(file) if "content.xml" in parts else _of_excel(file)
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, OSError, RuntimeError):
        return {}


def _of_excel(file: zipfile.ZipFile) -> Hidden:
    where = "xl/_rels/workbook.xml.rels"
    links = {link["Id"]: link["Target"] for link in _attributes(file.read(where), A_LINK)}
    struck = _a_struck_format(file)
    return {
        sheet["name"]: _rows_of(file, _path(links[target]), struck)
        for sheet in _attributes(file.read("xl/workbook.xml"), A_SHEET)
        if (target := next((value for name, value in sheet.items() if name.endswith(":id")), "")) in links
    }


def _path(target: str) -> str:
    return target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _a_struck_format(file: zipfile.ZipFile) -> re.Pattern[bytes] | None:
    """What a cell says of itself that is struck out; None where none can be."""
    styles = file.read("xl/styles.xml") if "xl/styles.xml" in file.namelist() else b""
    fonts, formats = FONTS.search(styles), FORMATS.search(styles)
    if fonts is None or formats is None:
        return None
    struck = {
        str(number) for number, font in enumerate(A_FONT.split(fonts[0])[1:]) if A_LINE_THROUGH.search(font)
    }
    said = _attributes(formats[0], A_FORMAT)
    numbers = [str(number).encode() for number, one in enumerate(said) if one.get("fontId") in struck]
    return re.compile(rb"""\ss=["'](?:%b)["']""" % b"|".join(numbers)) if numbers else None


@dataclass
class _Row:
    """One row while it is read. It is struck out if its first cell is, or most of them."""

    number: int
    is_hidden: bool
    rows: int = 1
    filled: int = 0
    struck: int = 0
    begins_struck: bool = False

    def note(self, *, is_struck: bool) -> None:
        self.begins_struck |= is_struck and not self.filled
        self.filled += 1
        self.struck += is_struck

    def add_to(self, found: list[range]) -> None:
        if self.is_hidden or self.begins_struck or 2 * self.struck > self.filled:
            _add(found, self.number, self.rows)


def _rows_of(file: zipfile.ZipFile, path: str, struck: re.Pattern[bytes] | None) -> list[range]:
    found, number = list[range](), 0
    if not path.endswith(".xml"):  # .xlsb
        return found
    with file.open(path) as part:
        for tag, cells in _with_what_follows(part, A_ROW):
            said = _said(tag[1] or b"")
            number = int(said.get("r", number + 1))
            row = _Row(number, said.get("hidden") in ("1", "true"))
            # Cells are many: they are looked at only where one of them is struck out.
            if struck and struck.search(cells):
                for cell in A_CELL.finditer(cells):
                    if not cell[0].endswith(b"/>"):
                        row.note(is_struck=struck.search(cell[0]) is not None)
            row.add_to(found)
    return found


def _of_libreoffice(file: zipfile.ZipFile) -> Hidden:
    sheets, found, row = dict[str, list[range]](), list[range](), _Row(1, is_hidden=False, rows=0)
    struck, style = set[str](), ""
    with file.open("content.xml") as part:
        for tag in _tags(part, OF_LIBREOFFICE):
            said = _said(tag[2] or b"")
            match tag[1]:
                case b"style:style":
                    style = said.get("style:name", "")
                case b"style:text-properties":
                    if said.get("style:text-line-through-style", "none") != "none":
                        struck.add(style)
                case b"table:table":
                    row.add_to(found)
                    found, row = sheets.setdefault(said.get("table:name", ""), []), _Row(1, False, rows=0)
                case b"table:table-row":
                    row.add_to(found)
                    hidden = said.get("table:visibility") in NOT_SEEN
                    rows = int(said.get("table:number-rows-repeated", 1))
                    row = _Row(row.number + row.rows, hidden, rows)
                case _ if "office:value-type" in said:
                    row.note(is_struck=said.get("table:style-name") in struck)
    row.add_to(found)
    return sheets


def _add(found: list[range], number: int, rows: int) -> None:
    if not rows:
        return
    if found and found[-1].stop == number:
        found[-1] = range(found[-1].start, number + rows)
    else:
        found.append(range(number, number + rows))


def _attributes(text: bytes, wanted: re.Pattern[bytes]) -> list[dict[str, str]]:
    return [_said(tag[1]) for tag in wanted.finditer(text)]


def _said(tag: bytes) -> dict[str, str]:
    found = ATTRIBUTE.findall(tag)
    return {name.decode(): html.unescape((one or other).decode()) for name, one, other in found}


def _with_what_follows(part: IO[bytes], wanted: re.Pattern[bytes]) -> Iterator[tuple[re.Match[bytes], bytes]]:
    """Each tag, and the text between it and the next."""
    rest = b""
    while piece := part.read(A_PIECE):
        text = rest + piece
        tags = list(wanted.finditer(text))
        for tag, following in pairwise(tags):
            yield tag, text[tag.end() : following.start()]
        rest = text[tags[-1].start() if tags else text.rfind(b"<") :]
    if last := wanted.search(rest):
        yield last, rest[last.end() :]


def _tags(part: IO[bytes], wanted: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    rest = b""
    while piece := part.read(A_PIECE):
        text = rest + piece
        end = text.rfind(b">") + 1
        yield from wanted.finditer(text, 0, end)
        rest = text[end:]
