"""The rows of a workbook that nobody sees who opens it: hidden by hand, or by a filter. The library that
reads the cells does not tell them from others.

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
from typing import IO

A_PIECE = 1 << 20  # bytes
ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# Tags of Excel, whatever short name they give their namespace, and of LibreOffice.
A_SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
A_LINK = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
A_ROW = re.compile(rb"<(?:\w+:)?row(?:\s([^>]*))?>")
A_TABLE_OR_ROW = re.compile(rb"<table:(table|table-row)(?:\s([^>]*))?>")
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
    return {
        sheet["name"]: _rows_of(file, _path(links[target]))
        for sheet in _attributes(file.read("xl/workbook.xml"), A_SHEET)
        if (target := next((value for name, value in sheet.items() if name.endswith(":id")), "")) in links
    }


def _path(target: str) -> str:
    return target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _rows_of(file: zipfile.ZipFile, path: str) -> list[range]:
    found, number = list[range](), 0
    if not path.endswith(".xml"):  # .xlsb
        return found
    with file.open(path) as part:
        for tag in _tags(part, A_ROW):
            said = _said(tag[1] or b"")
            number = int(said.get("r", number + 1))
            if said.get("hidden") in ("1", "true"):
                _add(found, number, 1)
    return found


def _of_libreoffice(file: zipfile.ZipFile) -> Hidden:
    sheets, found, number = dict[str, list[range]](), list[range](), 1
    with file.open("content.xml") as part:
        for tag in _tags(part, A_TABLE_OR_ROW):
            said = _said(tag[2] or b"")
            if tag[1] == b"table":
                found, number = sheets.setdefault(said.get("table:name", ""), []), 1
                continue
            rows = int(said.get("table:number-rows-repeated", 1))
            if said.get("table:visibility") in NOT_SEEN:
                _add(found, number, rows)
            number += rows
    return sheets


def _add(found: list[range], number: int, rows: int) -> None:
    if found and found[-1].stop == number:
        found[-1] = range(found[-1].start, number + rows)
    else:
        found.append(range(number, number + rows))


def _attributes(text: bytes, wanted: re.Pattern[bytes]) -> list[dict[str, str]]:
    return [_said(tag[1]) for tag in wanted.finditer(text)]


def _said(tag: bytes) -> dict[str, str]:
    found = ATTRIBUTE.findall(tag)
    return {name.decode(): html.unescape((one or other).decode()) for name, one, other in found}


def _tags(part: IO[bytes], wanted: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    rest = b""
    while piece := part.read(A_PIECE):
        text = rest + piece
        end = text.rfind(b">") + 1
        yield from wanted.finditer(text, 0, end)
        rest = text[end:]
