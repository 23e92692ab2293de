"""Workbooks as people send them, and such as nobody should."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import workbooks as made
from tests.support.workbooks import Serial
from web.services.common import workbooks
from web.services.common.spreadsheets import BadFile, Sheet
from web.services.imports import columns, files

ROWS: list[list[str]] = [
    ["Volunteers of 2026"],
    [],
    ["Name", "Organisation", "Email", "Mobile", "Joined"],
    ["Amina Yusuf", "Leeds City Council", "amina@example.org", 7700900123, Serial(46082)],
]
READ = (4, ["Amina Yusuf", "Leeds City Council", "amina@example.org", "7700900123", "2026-03-01"])


def sheet(raw: bytes) -> Sheet:
    return files.look("people.xlsx", raw).sheet


def test_a_workbook_of_excel_is_read_with_its_numbers_and_days() -> None:
    assert list(sheet(made.xlsx({"People": ROWS})).rows) == [READ]


def test_a_workbook_of_old_excel_is_read_like_a_new_one() -> None:
    assert list(sheet((Path(__file__).parents[3] / "support" / "people.xls").read_bytes()).rows) == [READ]


def test_a_workbook_of_libreoffice_is_read() -> None:
    rows = [*ROWS[:3], ["Siân Prys", "Cardiff, the city", "sian@example.org", "07700 900124", "2026-03-01"]]
    assert list(sheet(made.ods({"People": rows})).rows) == [(4, rows[3])]


def test_a_row_has_the_number_it_has_in_its_program() -> None:
    ((number, _),) = sheet(made.xlsx({"People": ROWS[2:]}, first_row=10)).rows
    assert number == 11


def test_a_line_break_in_a_cell_stays_and_is_no_new_row() -> None:
    rows = [["Name\n(first and last)", "Organisation", "Email"], ["Amina\nYusuf", "Leeds", "a@example.org"]]
    ((number, cells),) = sheet(made.xlsx({"People": rows})).rows
    assert (number, cells[0]) == (2, "Amina\nYusuf")


BOOK: dict[str, list[list[str]]] = {
    "Read me": [["Ask Tom first"]],
    "Sign-ups": ROWS,
    "Old": ROWS[2:],
    "Empty": [],
}


def test_the_sheet_with_headings_we_know_is_in_hand_and_the_others_are_offered() -> None:
    content = files.look("people.xlsx", made.xlsx(BOOK)).content
    assert workbooks.names(content) == ["Sign-ups", "Read me", "Old"]


def test_of_several_sheets_with_people_the_first_is_in_hand() -> None:
    asked = [["What is your name?", "Which council do you work for?", "Email"], ROWS[3][:3]]
    content = files.look("people.xlsx", made.xlsx({"New": asked, **BOOK})).content
    assert workbooks.names(content)[0] == "New"


def test_another_sheet_can_be_taken() -> None:
    content = workbooks.take(files.look("people.xlsx", made.xlsx(BOOK)).content, 2)
    assert (workbooks.names(content)[0], workbooks.sheet_in_hand(content)[:17]) == (
        "Old",
        "Name,Organisation",
    )


def test_a_hidden_sheet_is_not_offered() -> None:
    content = files.look("people.xlsx", made.xlsx(BOOK, hidden=["Old"])).content
    assert workbooks.names(content) == ["Sign-ups", "Read me"]


SEEN_OR_NOT = [ROWS[2], *([f"Person {n}", "Mind", f"p{n}@example.org"] for n in range(2, 8))]


@pytest.mark.parametrize(
    "raw",
    [
        made.xlsx({"Old": SEEN_OR_NOT, "People": SEEN_OR_NOT}, hidden_rows=(3, 4, 6)),
        made.xlsx({"Old": SEEN_OR_NOT, "People": SEEN_OR_NOT}, struck_rows=(3, 4, 6)),
        made.xlsx({"Old": SEEN_OR_NOT, "People": SEEN_OR_NOT}, hidden_rows=(3, 4), struck_rows=(6,)),
        made.ods({"Old": SEEN_OR_NOT, "People": SEEN_OR_NOT}, hidden_rows=(3, 4, 6)),
        made.ods({"Old": SEEN_OR_NOT, "People": SEEN_OR_NOT}, struck_rows=(3, 4, 6)),
    ],
    ids=[
        "Excel, hidden",
        "Excel, struck out",
        "Excel, both",
        "LibreOffice, hidden",
        "LibreOffice, struck out",
    ],
)
@pytest.mark.parametrize("number", [0, 1])
def test_rows_that_are_hidden_or_struck_out_are_known(raw: bytes, number: int) -> None:
    content = workbooks.take(files.look("people", raw).content, number)
    found = columns.sheet("people", content)
    assert [number for number, _ in found.rows if found.is_hidden(number)] == [3, 4, 6]
    assert (workbooks.names(content)[0], found.header) == (("Old", "People")[number], ROWS[2][:5])


def test_an_organisation_that_is_merged_stands_in_each_of_its_rows() -> None:
    rows = [
        ROWS[2],
        *([name, "Mind" if name == "Ann" else "", f"{name}@x.org"] for name in ("Ann", "Bo", "Cy")),
    ]
    rows[3][1] = "Leeds"
    told = sheet(made.xlsx({"People": rows}, merged=["B2:B3", "D2:E3"]))
    assert [cells[1] for _, cells in told.rows] == ["Mind", "Mind", "Leeds"]


def test_headings_in_two_rows_are_read_where_the_others_are_merged() -> None:
    rows = [["Name", "Organisation", "Contact"], ["", "", "Email", "Mobile"], ["Ann", "Mind", "a@x.org"]]
    told = sheet(made.xlsx({"People": rows}, merged=["A1:A2", "B1:B2", "C1:D1"]))
    assert (told.header, told.header_row) == (["Name", "Organisation", "Email", "Mobile"], 2)


def test_notes_in_a_far_column_of_a_workbook_are_no_cells_too_many() -> None:
    rows = [*ROWS[2:], [*ROWS[3], "", "", "ring her"]]
    told = sheet(made.xlsx({"People": rows}))
    assert [told.is_shifted(cells) for _, cells in told.rows] == [False, False]


def lying(megabytes: int) -> bytes:
    """A workbook whose directory says that nothing in it is larger than a byte."""
    raw = bytearray(made.one_letter(megabytes))
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        raw[at + 24 : at + 28] = (1).to_bytes(4, "little")
        at = raw.find(b"PK\x01\x02", at + 4)
    return bytes(raw)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (made.far_cell, "unfolded, it is larger than what we read"),
        (lambda: made.one_letter(500), "unfolded, it is larger than what we read"),
        (lambda: lying(100), "it is larger than what we read|no workbook that we can read"),
        (lambda: made.zipped({"a.txt": "no workbook"}), "it is no workbook that we can read"),
        (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "it is no workbook that we can read"),
        (lambda: made.xlsx({"People": []}), "there is nothing in the workbook"),
        (lambda: made.xlsx({f"Sheet {n}": [["a"]] for n in range(101)}), "at most 100 sheets"),
    ],
    ids=["far cell", "one letter", "a lie", "a zip", "old and broken", "empty", "too many sheets"],
)
def test_a_workbook_that_is_none_or_too_much_is_refused_in_words(
    make: Callable[[], bytes], told: str
) -> None:
    with pytest.raises(BadFile, match=told):
        files.look("people.xlsx", make())
