"""What becomes of each row of a file of people: invited, asked about, or left out with the reason."""

from typing import Any

import pytest

from tests.support import workbooks
from web.models.imports import ImportKind
from web.services.imports import columns, doubles, files, import_people
from web.services.imports.import_people import KnownPeople, Names
from web.services.organisations.likeness import Register

HEADER = "Name,Organisation,Email,Mobile,Subscription status\n"


def row_of(row: str) -> dict[str, Any]:
    given = files.look("p.csv", (HEADER + row + "\n").encode()).sheet
    chosen, names = columns.guess_of(ImportKind.PEOPLE, given), Names()
    names.note(given, chosen, given.rows)
    targets = doubles.targets(doubles.match(names.rows(), Register(), names.domains))
    (found,) = import_people.check(given, chosen, targets, KnownPeople())
    return found


def outcome(row: str) -> tuple[str, str]:
    found = row_of(row)
    return found["outcome"].value, found["why"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Ann,Mind,a@x.example.org,,Unsubscribed", "row: “Subscription status” says “Unsubscribed”"),
        ("Ann,N/A,a@x.org,,", "organisation: “N/A” is none, and no organisation has the domain x.org"),
        ("Ann,-,a@gmail.com,,", "organisation: “-” is none"),
        ("Ann,#N/A,a@gmail.com,,", "organisation: “#N/A” is none"),
        ("#REF!,Mind,a@x.org,,", "name: “#REF!” is no name"),
        ("Ann,Info Requested,a@gmail.com,,", "organisation: “Info Requested” is none"),
        ("Info Requested Info Requested,Mind,a@x.org,,", "name: “Info Requested Info ” is no name"),
        ("https://x.example.org/ann,Mind,a@x.org,,", "name: has a link in it"),
        ("Win at evil.com,Mind,a@x.org,,", "name: has a web address in it"),
        ("\u3164,Mind,a@x.org,,", "name: has characters that cannot be seen"),
        ("Win at evil.com a@x.org,Mind,a@x.org,,", "name: has an email address in it"),
        ("Ann,evil.example/x,a@x.org,,", "organisation: has a link in it"),
        ("VACANCY,Mind,a@x.org,,", "name: “VACANCY” is no name"),
        ("Vacant seat (2),Mind,a@x.org,,", "name: “Vacant seat (2)” is no name"),
        ("To be appointed,Mind,a@x.org,,", "name: “To be appointed” is no name"),
        ("Prefer not to say,Mind,a@x.org,,", "name: “Prefer not to say” is no name"),
    ],
)  # fmt: skip
def test_a_row_that_is_nobody_to_invite_is_named_with_the_reason(row: str, why: str) -> None:
    assert outcome(row) == ("error", why)


def test_who_says_no_the_second_time_is_not_invited_for_the_first() -> None:
    rows = ("Ann,Mind,a@x.org,Yes", "Bo,Mind,b@x.org,No", "Ann,Mind,A@X.org,No thanks", "Bo,Mind,b@x.org,Yes")
    given = files.look("p.csv", "\n".join(("Name,Charity,Email,Happy to take part?", *rows)).encode()).sheet
    found = import_people.check(
        given, columns.guess_of(ImportKind.PEOPLE, given), {"mind": "1"}, KnownPeople()
    )
    assert [(one["outcome"].value, one["why"]) for one in found] == [
        ("error", "row: has the address of row 4, where “Happy to take part?” says “No thanks”"),
        ("error", "row: “Happy to take part?” says “No”"),
        ("error", "row: “Happy to take part?” says “No thanks”"),
        ("new", ""),
    ]


def test_a_column_that_nobody_would_know_may_be_the_one_that_asks() -> None:
    given = files.look(
        "p.csv", b"Name,Charity,Email,In?\nAnn,Mind,a@x.org,y\nBo,Mind,b@x.org,not now\n"
    ).sheet
    chosen = columns.guess_of(ImportKind.PEOPLE, given)
    assert "wants" not in chosen
    found = import_people.check(given, chosen | {"wants": 3}, {"mind": "1"}, KnownPeople())
    assert [one["why"] for one in found] == ["", "row: “In?” says “not now”"]


def test_a_column_that_asks_is_shown_as_what_it_is_taken_for() -> None:
    given = files.look("p.csv", b"Name,Charity,Email,Do you want to join?\nAnn,Mind,a@x.org,Yes\n").sheet
    assert columns.guess_of(ImportKind.PEOPLE, given)["wants"] == 3


def test_who_is_hidden_in_a_workbook_is_not_invited_and_is_named() -> None:
    rows = [["Name", "Charity", "Email"], ["Ann", "Mind", "a@x.org"], ["Bo", "Mind", "b@x.org"]]
    given = files.look("p.xlsx", workbooks.xlsx({"People": rows}, hidden_rows=[3])).sheet
    found = import_people.check(
        given, columns.guess_of(ImportKind.PEOPLE, given), {"mind": "1"}, KnownPeople()
    )
    assert [(one["outcome"].value, one["why"], one["cells"]["name"]) for one in found] == [
        ("new", "", "Ann"),
        ("error", "row: is hidden or struck out in the workbook", "Bo"),
    ]


def test_a_no_in_a_column_of_its_own_is_a_no() -> None:
    survey = (
        b"Respondent ID,Collector ID,Your details,,,Would you like to take part?,\n"
        b",,Name,Company,Email Address,Yes,No\n1,2,Ann,Mind,a@x.org,Yes,\n1,2,Bo,Mind,b@x.org,,No\n"
    )
    given = files.look("p.csv", survey).sheet
    found = import_people.check(
        given, columns.guess_of(ImportKind.PEOPLE, given), {"mind": "1"}, KnownPeople()
    )
    assert [(one["number"], one["outcome"].value, one["why"]) for one in found] == [
        (3, "new", ""),
        (4, "error", "row: “Would you like to take part?: No” says “No”"),
    ]


def test_somebody_who_takes_a_break_is_invited_and_named() -> None:
    assert outcome("Ann,Mind,a@x.example.org,,Paused") == ("new", "“Subscription status” says “Paused”")


@pytest.mark.parametrize("organisation", ["As above", "ditto", "Same", "same as above"])
def test_an_organisation_of_the_row_above_is_asked_for(organisation: str) -> None:
    assert outcome(f"Ann,{organisation},a@gmail.com,,") == (
        "error",
        f"organisation: “{organisation}” is none",
    )


@pytest.mark.parametrize("organisation", ["Retired", "Self-employed", "self employed", "FREELANCE"])
def test_what_is_no_organisation_and_would_be_one_for_all_is_named(organisation: str) -> None:
    why = f"“{organisation}” is one organisation here: who is from it seldom meet"
    assert outcome(f"Ann,{organisation},a@gmail.com,,") == ("new", why)


@pytest.mark.parametrize("name", ["Ann Lee & Tom Field", "Ann and Tom Field", "Ann Lee / Tom Field"])
def test_two_people_in_a_cell_are_asked_about(name: str) -> None:
    assert outcome(f"{name},Mind,a@x.example.org,,") == ("new", f"is “{name}” one person?")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("7700900123.0", "+447700900123"),
        ("0113 222 4444 / 07700 900123", "+447700900123"),
        ("07700 900123 or 07700 900123", "+447700900123"),
        ("07700 900123 / 07700 900456", None),
        ("4.47700900123E+11", "+447700900123"),
        ("7.700900123E+09", "+447700900123"),
    ],
)
def test_of_several_numbers_in_a_cell_the_only_mobile_counts(cell: str, number: str | None) -> None:
    assert row_of(f"Ann,Mind,a@x.example.org,{cell},")["cells"]["phone"] == number


@pytest.mark.parametrize("left", ["4.47701E+11", "7.70090E+09"])
def test_a_number_that_a_program_has_cut_is_named_as_such(left: str) -> None:
    why = f"without the phone number, of which a spreadsheet program has left {left}"
    assert outcome(f"Ann,Mind,a@x.example.org,{left},") == ("new", why)


@pytest.mark.parametrize("called", ["N/A", "-", "Same as above", "no", "as above"])
def test_nobody_is_called_that_there_is_nothing_else_to_call_them(called: str) -> None:
    given = files.look(
        "p.csv", f"Name,Known as,Organisation,Email\nAnn,{called},Mind,a@x.org\n".encode()
    ).sheet
    found = import_people.check(
        given, columns.guess_of(ImportKind.PEOPLE, given), {"mind": "1"}, KnownPeople()
    )
    assert [row["cells"]["known_as"] for row in found] == [""]


@pytest.mark.parametrize(
    ("header", "key", "place"),
    [
        ("Name,Telephone number,Mobile number,Organisation,Email", "phone", 2),
        ("Nominator name,Nominator email,Nominee name,Nominee email,Nominee organisation", "email", 3),
        ("Nominator name,Nominator email,Nominee name,Nominee email,Nominee organisation", "name", 2),
        ("Initials,Surname,Organisation,Email", "first_name", 0),
        ("Initials,First name,Surname,Organisation,Email", "first_name", 1),
        ("Name,Organisation,Old email,New email", "email", 3),
        ("Name,Organisation,Alternative email,Main email", "email", 3),
        ("Name,Previous employer,Employer,Email", "organisation", 2),
    ],
)
def test_of_two_columns_the_one_that_is_theirs_is_chosen(header: str, key: str, place: int) -> None:
    assert columns.guess(ImportKind.PEOPLE, header.split(","))[key] == place


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "Council,Clerk name,Clerk email,Clerk tel,Chair name,Chair email,Chair mobile",
            "Leeds,Ann Lee,,,{}",
        ),
        ("Council,Clerk,Email,Phone,Chairman,Email,Phone", "Leeds,Ann Lee,,,{}"),
        ("Council,Name of clerk,Clerk’s e-mail,Tel,Name of chair,Chair’s e-mail,Tel", "Leeds,Ann Lee,,,{}"),
        (
            "Council,Person 1 name,Person 1 email,Tel 1,Person 2 name,Person 2 email,Tel 2",
            "Leeds,Ann Lee,,,{}",
        ),
        ("Council,Email,Phone,Clerk,Email,Phone,Chairman", "Leeds,{},Ann Lee,,,Tom Field"),
    ],
)
def test_of_two_people_in_a_row_nobody_gets_the_address_of_the_other(header: str, row: str) -> None:
    other = "tom@x.org,07700900123" if row.endswith("Field") else "Tom Field,tom@x.org,07700900123"
    given = files.look("p.csv", f"{header}\n{row.format(other)}\n".encode()).sheet
    chosen = columns.guess_of(ImportKind.PEOPLE, given)
    assert [next(given.rows)[1][chosen[key]] for key in ("name", "email", "phone")] == ["Ann Lee", "", ""]


@pytest.mark.parametrize(
    ("header", "cells", "key", "place"),
    [
        ("Contact,Organisation,Email", "Ann Lee,Mind,a@x.org", "name", 0),
        ("Name,Organisation,Email,Contact", "Ann Lee,Mind,a@x.org,07700 900123", "phone", 3),
        ("Forename,Surname,Organisation,Email,Contact", "Ann,Lee,Mind,a@x.org,07700 900123", "phone", 4),
        ("Clerk,Parish,Email", "Ann Lee,Leeds,a@x.org", "name", 0),
        ("Clerk,Parish,Email", "Ann Lee,Leeds,a@x.org", "organisation", 1),
        ("Clerk?,Name,Council,Email", "Ann Lee,Tom Field,Leeds,a@x.org", "name", 1),
        ("Name,Telephone,Work mobile,Council,Email", "Ann,1,07700900123,Leeds,a@x.org", "phone", 2),
    ],
)
def test_a_column_is_what_its_cells_are_like(header: str, cells: str, key: str, place: int) -> None:
    given = files.look("p.csv", f"{header}\n{cells}\n".encode()).sheet
    assert columns.guess_of(ImportKind.PEOPLE, given)[key] == place


@pytest.mark.parametrize(
    "heading", ["Surname, Forename", "Last name, First name", "Forename / Surname", "Surname"]
)
def test_one_column_of_both_halves_is_read_as_a_whole_name(heading: str) -> None:
    given = files.look("p.csv", f'"{heading}",Organisation,Email\n"Lee, Ann",Mind,a@x.org\n'.encode()).sheet
    found = import_people.check(
        given, columns.guess_of(ImportKind.PEOPLE, given), {"mind": "1"}, KnownPeople()
    )
    assert [row["cells"]["name"] for row in found] == ["Ann Lee"]


@pytest.mark.parametrize(
    ("name", "why"),
    [("Ann Lee\nTom Field", "is “Ann Lee, Tom Field” one person?"), ("Ann\nLee", ""), ("Ann Lee\n(she)", "")],
)
def test_two_people_in_the_lines_of_a_cell_are_asked_about(name: str, why: str) -> None:
    assert outcome(f'"{name}",Mind,a@x.example.org,,') == ("new", why)


def test_an_organisation_may_go_on_in_the_next_line_of_its_cell() -> None:
    assert outcome('Ann,"Leeds City\nCouncil",a@x.example.org,,') == ("new", "")


def test_a_number_that_a_program_has_rounded_is_nobody_s() -> None:
    assert row_of("Ann,Mind,a@x.example.org,447701000000,")["cells"]["phone"] is None


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "ann@x.example.org",
        "The Parish Clerk",
        "Office",
        "Clerk/RFO",
        "Mind",
    ],
)
def test_what_is_hardly_a_name_is_asked_about(name: str) -> None:
    assert outcome(f"{name},Mind,a@x.example.org,,") == ("new", f"is “{name}” a name?")


@pytest.mark.parametrize("row", ["Ann,Mind,a@x.example.org,n/a,Subscribed", "Ann,Mind,a@x.example.org,-,"])
def test_a_row_without_a_number_needs_no_remark(row: str) -> None:
    assert outcome(row) == ("new", "")


def test_what_somebody_likes_to_be_called_is_found() -> None:
    given = files.look("p.csv", b"Name,Likes to be called,Organisation,Email\nAnn Lee,Annie,Mind,a@x.org\n")
    assert columns.guess_of(ImportKind.PEOPLE, given.sheet)["known_as"] == 1
