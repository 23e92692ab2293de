"""Rows that were pasted: a table copied from a spreadsheet, or addresses copied from a mail.

Both become the text of a sheet with a header, which goes on as an uploaded one does.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from notifications import titles
from web.models.imports import ImportKind
from web.services.common import written_names
from web.services.common.spreadsheets import BadFile, Sheet
from web.services.imports import columns, headings

FILE = "Pasted rows"
IN_ANGLES = re.compile(r"<\s*(?:mailto:)?([^<>\s@]+@[^<>\s]+)\s*>")
# From the first letter of a word: a long one without an address in it would be begun anew at each.
AN_ADDRESS = re.compile(r"(?<![^\s<>;,()])[^\s<>;,()]+@[^\s<>;,()]+")
BETWEEN = re.compile(r"[;,\n\t]")
# Before the first name of a line: a bullet, its number in a list, and what mail programs call a field.
BEFORE_A_LINE = re.compile(
    r"^[ \t]*(?:(?:[-•*·‣–]|\d{1,4}[.)])[ \t]+)?(?:(?:to|cc|bcc|from|reply-to|at|oddi wrth)[ \t]*:[ \t]*)?",
    re.IGNORECASE | re.MULTILINE,
)
AROUND_A_NAME = " \t-–—:|\"'"
Table = list[list[str]]


def text(kind: ImportKind, pasted: str, organisation: str = "") -> str:
    """Pasted rows as the text of a sheet. `organisation` is where everybody is from whose row does not say.

    Raises:
        BadFile: nothing can be made of them.
    """
    given = pasted.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not given.strip():
        raise BadFile(FILE, "paste some rows, or choose a file")
    if "\0" in given:
        raise BadFile(FILE, "there is a character in it that no text has")
    if kind is ImportKind.HISTORY:
        return given
    if "@" not in given:
        raise BadFile(FILE, "there is no email address in them")
    return _with_organisation(_people(given), organisation.strip())


def _people(given: str) -> str:
    if _has_header(given):
        return given
    if "\t" not in given:
        given = BEFORE_A_LINE.sub("", given)
    if "\t" not in given and IN_ANGLES.search(given):
        return _csv([["Name", "Email"], *_addresses(given)])
    rows = _rows(given)
    if max(map(len, rows)) > 1 and any(len([cell for cell in row if "@" not in cell]) for row in rows):
        return _csv([_made_header(rows), *rows])
    return _csv([["Name", "Email"], *_addresses(given)])


def _has_header(given: str) -> bool:
    try:
        sheet = columns.sheet(FILE, given)
    except BadFile:
        return False
    return sum(map(headings.surely, sheet.header)) > 1


def _rows(given: str) -> Table:
    """The cells of a table without a header: by tabs, or by whatever else stands in each line."""
    lines = [line for line in given.split("\n") if line.strip()]
    delimiter = "\t" if "\t" in given else max(";,|", key=lambda one: min(line.count(one) for line in lines))
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter) if row]


def _addresses(given: str) -> Table:
    """Names and addresses of a list as mail programs write it: "Ann Lee <ann@…>; Field, Tom <tom@…>"."""
    found: Table = []
    at = 0
    for match in IN_ANGLES.finditer(given):
        found += _before(given[at : match.start()], match[1])
        at = match.end()
    return found + _before(given[at:], "")


def _before(words: str, address: str) -> Table:
    """Addresses without a name in `words`, and then `address` with the name that is left of them."""
    parts = [part.strip(" \"'") for part in BETWEEN.split(words)]
    alone = [row for part in parts if "@" in part for row in _of_one_part(part)]
    name = written_names.in_order(", ".join(part for part in parts if part and "@" not in part))
    return [*alone, [name, address]] if address or name else alone


def _of_one_part(part: str) -> Table:
    """An address without angles, with the name that may stand beside it: "Ann Lee - ann@…"."""
    found = AN_ADDRESS.findall(part)
    if len(found) != 1:
        return [["", address] for address in found] or [["", part]]
    before, _, after = part.partition(found[0])
    name = before.rstrip("( ").strip(AROUND_A_NAME) or titles.IN_BRACKETS.sub("", f" {after}").strip(
        AROUND_A_NAME
    )
    return [[written_names.in_order(name), found[0]]]


def _made_header(rows: Sequence[Sequence[str]]) -> list[str]:
    """Headings for columns that have none: by what most of their cells are like, and names before
    organisations where nothing tells.
    """
    width = max(map(len, rows))
    cells = [[row[place] for row in rows if place < len(row)] for place in range(width)]
    made = [f"Column {place}" for place in range(1, width + 1)]
    kinds = headings.PEOPLE
    for called, key in (("Email", "email"), ("Mobile number", "phone")):
        likely = [n for n in range(width) if made[n].startswith("Column") and kinds[key].fits(cells[n]) == 2]
        for place in likely[:1]:
            made[place] = called
    words = [n for n in range(width) if made[n].startswith("Column") and kinds["name"].fits(cells[n]) == 2]
    places = Counter(
        {n: sum(bool(written_names.A_PLACE.search(cell.casefold())) for cell in cells[n]) for n in words}
    )
    if len(words) > 1:
        where = places.most_common(1)[0][0] if any(places.values()) else words[-1]
        made[where] = "Organisation"
        words.remove(where)
    halves = ["First name", "Last name"] if len(words) == 2 and _are_halves(cells[words[0]]) else ["Name"]
    for place, name in zip(words, halves, strict=False):
        made[place] = name
    return made


def _are_halves(first: Sequence[str]) -> bool:
    """May these be first names, of which few have two words?"""
    words = [len(cell.split()) for cell in first]
    return max(words) <= 2 and sum(count > 1 for count in words) * 2 <= len(words)


def _with_organisation(given: str, organisation: str) -> str:
    if not organisation:
        return given
    sheet = columns.sheet(FILE, given)
    place = columns.guess_of(ImportKind.PEOPLE, sheet).get("organisation")
    return _csv([_header(sheet, place), *(_filled(row, sheet, place, organisation) for _, row in sheet.rows)])


def _header(sheet: Sheet, place: int | None) -> list[str]:
    return [*sheet.header, *(["Organisation"] if place is None else [])]


def _filled(row: Sequence[str], sheet: Sheet, place: int | None, organisation: str) -> list[str]:
    cells = list(row[: len(sheet.header)])
    if place is None:
        return [*cells, organisation]
    return [*cells[:place], cells[place] or organisation, *cells[place + 1 :]]


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
