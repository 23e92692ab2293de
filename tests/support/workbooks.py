"""Workbooks of the kinds people send, written by hand: nothing that writes them is a part of ours."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, repeat
from xml.sax.saxutils import escape, quoteattr

Rows = Sequence[Sequence[object]]
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
SHEET = "xl/worksheets/sheet1.xml"
A_DATE = 1  # the style of a cell that Excel shows as a date


class Serial(int):
    """A day as Excel counts it, in a cell that shows a date."""


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def xlsx(
    sheets: Mapping[str, Rows],
    hidden: Sequence[str] = (),
    first_row: int = 1,
    *,
    hidden_rows: Sequence[int] = (),
    struck_rows: Sequence[int] = (),
    merged: Sequence[str] = (),
) -> bytes:
    """A workbook of Excel, with the sheets by name, some of them hidden. In each the same rows are hidden, or
    struck out, and the same ranges of cells merged.
    """
    special = dict.fromkeys(hidden_rows, A_HIDDEN_ROW) | dict.fromkeys(struck_rows, STRUCK)
    names = list(sheets)
    tags = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"{HIDDEN if name in hidden else ""}/>'
        for n, name in enumerate(names, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(names) + 1)
    )
    styles = f'<Relationship Id="rIdStyles" Type="{LINKS}/styles" Target="styles.xml"/>'
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{SHEET_TYPE}"/>'
        for n in range(1, len(names) + 1)
    )
    return zipped(
        {
            "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
            f'PartName="/xl/workbook.xml" ContentType="{BOOK_TYPE}"/>{types}</Types>',
            "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'{XML}<workbook {MAIN} xmlns:r="{LINKS}"><sheets>{tags}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{links}'
            f"{styles}</Relationships>",
            "xl/styles.xml": f'{XML}<styleSheet {MAIN}><fonts count="2"><font><b/></font>'
            '<font><strike/></font></fonts><cellXfs count="3"><xf numFmtId="0"/>'
            '<xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="0" fontId="1"/></cellXfs></styleSheet>',
            **{
                f"xl/worksheets/sheet{n}.xml": _xlsx_sheet(rows, first_row, special, merged)
                for n, rows in enumerate(sheets.values(), start=1)
            },
        }
    )


HIDDEN = ' state="hidden"'
A_HIDDEN_ROW, STRUCK = ' hidden="1"', ' s="2"'  # of a row, and of each of its cells
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def _xlsx_sheet(rows: Rows, first_row: int, special: Mapping[int, str], merged: Sequence[str]) -> str:
    lines = "".join(_xlsx_row(row, n, special.get(n, "")) for n, row in enumerate(rows, start=first_row))
    ranges = "".join(f'<mergeCell ref="{cells}"/>' for cells in merged)
    ends = f'<mergeCells count="{len(merged)}">{ranges}</mergeCells>' if merged else ""
    return f"{XML}<worksheet {MAIN}><sheetData>{lines}</sheetData>{ends}</worksheet>"


def _xlsx_row(row: Sequence[object], number: int, special: str) -> str:
    cells = "".join(_xlsx_cell(cell, number, place) for place, cell in enumerate(row))
    if special == STRUCK:
        return f'<row r="{number}">{cells.replace("<c ", f"<c{STRUCK} ")}<c r="Z{number}"/></row>'
    return f'<row r="{number}"{special}>{cells}</row>'


def _xlsx_cell(cell: object, row: int, place: int) -> str:
    where = f"{chr(65 + place)}{row}"
    if cell == "" or cell is None:
        return ""
    if isinstance(cell, Serial):
        return f'<c r="{where}" s="{A_DATE}"><v>{int(cell)}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{where}"><v>{cell}</v></c>'
    return f'<c r="{where}" t="inlineStr"><is><t xml:space="preserve">{escape(str(cell))}</t></is></c>'


def ods(
    sheets: Mapping[str, Rows], *, hidden_rows: Sequence[int] = (), struck_rows: Sequence[int] = ()
) -> bytes:
    """A workbook of LibreOffice. In each sheet the same rows are filtered out, and the same struck out."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>"
        f"{''.join(_ods_row(row, n in hidden_rows, n in struck_rows) for n, row in enumerate(rows, start=1))}"
        "</table:table>"
        for name, rows in sheets.items()
    )
    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "style")
    )
    styles = (
        '<office:automatic-styles><style:style style:name="ce7" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
        "</office:automatic-styles>"
    )
    body = f"{styles}<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'{XML}<manifest:manifest xmlns:manifest="urn:oasis:names:'
            'tc:opendocument:xmlns:manifest:1.0"/>',
            "content.xml": f"{XML}<office:document-content{spaces}>{body}</office:document-content>",
        }
    )


def _ods_row(row: Sequence[object], is_hidden: bool, is_struck: bool) -> str:
    style = ' table:style-name="ce7"' if is_struck else ""
    cells = "".join(
        f'<table:table-cell{style} office:value-type="string"><text:p>{escape(str(cell))}</text:p>'
        "</table:table-cell>"
        for cell in row
    )
    seen = ' table:visibility="filter"' if is_hidden else ""
    return f"<table:table-row{seen}>{cells}</table:table-row>"


def far_cell() -> bytes:
    """A kilobyte that unfolds to 17 billion cells: one in the first place and one in the last."""
    sheet = (
        f'{XML}<worksheet {MAIN}><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">'
        '<c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    return _with_sheet([sheet])


def one_letter(megabytes: int) -> bytes:
    """A small file with a cell of so many megabytes."""
    start = f'{XML}<worksheet {MAIN}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
    end = "</t></is></c></row></sheetData></worksheet>"
    return _with_sheet(chain([start], repeat("a" * (1 << 20), megabytes), [end]))


def _with_sheet(pieces: Iterable[str]) -> bytes:
    """Written piece by piece, and as quickly as it can be: half a gigabyte of it need not be in memory."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx({"Sheet1": []}))) as book,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
    ):
        for name in book.namelist():
            if name != SHEET:
                made.writestr(name, book.read(name))
        with made.open(SHEET, "w") as sheet:
            for piece in pieces:
                sheet.write(piece.encode())
    return out.getvalue()
