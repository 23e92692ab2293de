"""Real spreadsheets, as people's programs write them."""

from datetime import date

import pytest

from web.models.imports import ImportKind
from web.services.common import days, decoding, spreadsheets
from web.services.imports import columns, doubles
from web.services.imports.doubles import PEOPLE_AT_MOST, People
from web.services.organisations import organisations
from web.services.organisations.likeness import Register
from web.sizes import LONGEST_ROW

LINES = "Name;Organisation;Email\nSiân O’Neill;Gwynedd;sian@example.org\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_letters_and_delimiters_are_recognised(encoding: str, delimiter: str) -> None:
    raw = LINES.replace(";", delimiter).replace("\n", "\r\n").encode(encoding)
    sheet = spreadsheets.parse("p.csv", decoding.decode("p.csv", raw))
    assert (sheet.header, list(sheet.rows)) == (
        ["Name", "Organisation", "Email"],
        [(2, ["Siân O’Neill", "Gwynedd", "sian@example.org"])],
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("sep=;\nName;Email\nAmina;a@x.org\n", [(2, ["Amina", "a@x.org"])]),
        ("Name,Email\n\n ,\nAmina\n", [(4, ["Amina", ""])]),
        ('Name,Email\n"Field, Tom",t@x.org\n', [(2, ["Field, Tom", "t@x.org"])]),
        ('Name,Email\n"Two\nlines",t@x.org\n', [(3, ["Two\nlines", "t@x.org"])]),
        ("Name,Email\rAmina,a@x.org\r", [(2, ["Amina", "a@x.org"])]),
    ],
)
def test_oddities_of_spreadsheet_programs_are_understood(text: str, rows: list[object]) -> None:
    assert list(spreadsheets.parse("p.csv", text).rows) == rows


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"PK\x03\x04rest", "a zipped file, and no workbook that we can read"),
        (b"\xd0\xcf\x11\xe0rest", "no workbook that we can read"),
        (b"\n<HTML><table><tr><td>Name", "a web page, whatever its name says"),
        (b"%PDF-1.7", "a PDF"),
        (b"Name,Email\nA\0B,a@x.org\n", "p.csv:2: there is a character in it that no text has"),
        (b"\x00" * 500, "there is a character in it that no text has"),
        (b"Amina,amina@example.org\n", "p.csv:1: name the columns in the first row"),
        (b"a," * 200, "p.csv:1: at most 200 columns; this has 201"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_words(raw: bytes, told: str) -> None:
    with pytest.raises(spreadsheets.BadFile, match=told):
        spreadsheets.parse("p.csv", decoding.decode("p.csv", raw))


HEADER = "Name,Email\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a" * 200_000, "p.csv:1: at most 100,000 letters in a row; this has more"),
        (HEADER + "a,b\n" + "a" * 200_000, "p.csv:3: at most 100,000 letters in a row; this has more"),
        (HEADER + "," * 200_000, "p.csv:2: at most 100,000 letters in a row; this has more"),
        (HEADER + "a,b\n" + "," * 200, "p.csv:3: at most 200 columns; this has 201"),
        (HEADER + "a" * 40_000, "p.csv:2: at most 32,767 letters in a cell, .* this has 40,000"),
        (HEADER + "a,b\n" + '"a,b\n' * 50_001, "p.csv:3: a quotation mark is out of place"),
        (HEADER + 'a,b\n"' + "a,b\n" * 50_000, "p.csv:3: a cell begins with a quotation mark here, and no"),
        (HEADER + 'a,b\n"a,b\n', "p.csv:3: a cell begins with a quotation mark here, and no other one"),
        (HEADER + 'a,b\n"a"b,c\n', "p.csv:3: a quotation mark is out of place; within a cell it is"),
        (HEADER + "\n" * 1_048_576, "p.csv: at most 1,048,576 rows, .* this has 1,048,577"),
        ("sep=" + ";" * 200_000, "p.csv: the file is empty"),
    ],
)
def test_what_would_take_long_is_refused_with_its_row(text: str, told: str) -> None:
    with pytest.raises(spreadsheets.BadFile, match=told):
        list(spreadsheets.parse("p.csv", text).rows)


class Counted(str):
    """A text that notes how far anybody looked into it."""

    __slots__ = ()
    looked = 0

    def find(self, what: str, start: int = 0, end: int | None = None) -> int:  # type: ignore[override]
        Counted.looked = max(Counted.looked, len(self) if end is None else end)
        return super().find(what, start, end)


@pytest.mark.parametrize("text", ["a" * 1_000_000, '"' + "a\n" * 500_000, "," * 1_000_000])
def test_no_more_than_a_row_is_read_to_find_that_it_does_not_end(text: str) -> None:
    lines = spreadsheets.Lines("p.csv", Counted(text))
    with pytest.raises(spreadsheets.BadFile):
        list(lines)
    assert Counted.looked <= LONGEST_ROW


def test_rows_are_read_one_by_one() -> None:
    sheet = spreadsheets.parse("p.csv", HEADER + "a,b\n" * 3 + '"')
    rows = sheet.rows
    assert [next(rows)[0] for _ in range(3)] == [2, 3, 4]


@pytest.mark.parametrize("text", ["2026-11-21", "21/11/2026", "21 Nov 2026", "21.11.26", "21 November 2026"])
def test_a_day_is_a_day_in_every_style(text: str) -> None:
    assert days.day(text) == date(2026, 11, 21)


@pytest.mark.parametrize("text", ["", "11/21/2026", "next week", "2026"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert days.day(text) is None


@pytest.mark.parametrize(
    ("header", "guessed"),
    [
        ("Name,Organisation,Email", ["name", "organisation", "email"]),
        ("First Name,Surname,Council,E-mail address", ["first_name", "last_name", "organisation", "email"]),
        ("Name,Surname,Organization,email", ["first_name", "last_name", "organisation", "email"]),
        ("Full name,Employer,Work email,Mobile number", ["name", "organisation", "email", "phone"]),
        ("id,Notes,EMAIL", [None, None, "email"]),
    ],
)
def test_columns_are_guessed_by_their_names(header: str, guessed: list[str | None]) -> None:
    found = {place: key for key, place in columns.guess(ImportKind.PEOPLE, header.split(",")).items()}
    assert [found.get(place) for place in range(len(guessed))] == guessed


@pytest.mark.parametrize(
    "header", ["round,person_1,person_2", "Round,Person A,Person B", "Round,Who,With", "Date,Name 1,Name 2"]
)
def test_columns_of_pairs_are_guessed(header: str) -> None:
    found = columns.guess(ImportKind.HISTORY, header.split(","))
    assert (found["person_1"], found["person_2"], 0 in found.values()) == (1, 2, True)


KNOWN = (
    "Leeds City Council",
    "Kirklees Council",
    "Nottingham City Council",
    "Nottinghamshire County Council",
)


@pytest.mark.parametrize(
    ("typed", "sure", "likely"),
    [
        ("leeds city  council", "Leeds City Council", None),
        ("Leeds CC", None, "Leeds City Council"),
        ("Leeds", None, "Leeds City Council"),
        ("Kirklees MBC", None, "Kirklees Council"),
        ("Nottinghamshire CC", None, "Nottinghamshire County Council"),
        ("Nottingham CC", None, "Nottingham City Council"),
    ],
)
def test_shortened_names_are_likely_and_never_sure(typed: str, sure: str | None, likely: str | None) -> None:
    register = Register()
    for name in KNOWN:
        register.add(name, organisations.key(name))
    (entry,) = doubles.match({typed: 1}, register)
    assert (entry["taken_for"], entry["likely"]) == (sure, likely)


def test_a_misspelt_name_is_asked_and_a_new_one_is_not() -> None:
    register = Register()
    register.add("1", organisations.key("Leeds City Council"))
    found = {entry["name"]: entry for entry in doubles.match({"Leds City Council": 1, "Mind": 2}, register)}
    assert (found["Leds City Council"]["candidates"], found["Leds City Council"]["likely"]) == (["1"], None)
    assert found["Mind"]["taken_for"] == "=mind"


def test_two_spellings_in_one_file_are_asked_about() -> None:
    first, second = doubles.match({"Leeds City Council": 5, "Leeds CC": 1}, Register())
    assert (first["taken_for"], second["likely"]) == ("=leeds city council", "=leeds city council")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("tom field", "tom field", True),
        ("jon smith", "john smith", True),
        ("j. smith", "john smith", True),
        ("amina yusuf", "amina yussuf", True),
        ("tom field", "amina field", False),
        ("tom field", "tom fielding-jones", False),
    ],
)
def test_names_of_people_are_alike_or_not(one: str, other: str, same: bool) -> None:
    assert doubles.same_name(one, other) is same


def test_a_name_of_nothing_but_short_words_is_not_told_in_full() -> None:
    """Each of its 40 words stands for up to three: that would be 10¹⁵ names."""
    (entry,) = doubles.match({"mbc " * 29: 1}, Register())
    assert entry["candidates"] == []


def test_among_many_of_one_name_an_equal_one_is_found_and_few_are_compared() -> None:
    people = People()
    for number in range(PEOPLE_AT_MOST + 50):
        people.add("1", f"{chr(97 + number % 26)}{number:05} smith", f"row {number}")
    known = f"{chr(97 + (PEOPLE_AT_MOST + 40) % 26)}{PEOPLE_AT_MOST + 40:05} smith"
    assert people.like("1", known) == f"row {PEOPLE_AT_MOST + 40}"
