"""Files as form tools and other schemes write them, each read as its organiser meant it."""

from collections.abc import Sequence

import pytest

from web.models.imports import ImportKind
from web.services.common.spreadsheets import BadFile
from web.services.imports import columns, files, import_history, pasted
from web.services.imports.import_history import KnownByName

EXPORTS = {
    "google forms": "Timestamp,Email Address,What is your name?,Which organisation do you work for?,"
    "Phone (optional)\n"
    "04/11/2026 08:00:00,amina@example.org,Amina Yusuf,Mind,07700 900123\n",
    "microsoft forms": "\ufeffID,Start time,Completion time,Email,Name,Your full name,Your email,"
    "Where do you work?\n"
    "1,11/4/26 8:00:00,11/4/26 8:01:00,anonymous,,Amina Yusuf,amina@example.org,Mind\n",
    "eventbrite": "Order #,Order Date,First Name,Surname,Email,Quantity,Ticket Type,Buyer Email,"
    "Company,Home Phone\n"
    "7,2026-11-04,Amina,Yusuf,amina@example.org,1,General,boss@example.org,Mind,\n",
    "mailchimp": '"Email Address","First Name","Last Name","Address","Phone Number","Organisation",'
    "MEMBER_RATING,TAGS\n"
    'amina@example.org,Amina,Yusuf,,,Mind,2,"""x"""\n',
    "linkedin": 'Notes:\n"Some email addresses are missing, because of settings."\n\n'
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    "Amina,Yusuf,https://example.org/a,amina@example.org,Mind,Lead,04 Nov 2026\n",
    "zoom": "Registration Report\nReport generated:,2026-11-04 08:00\n\n"
    "First Name,Last Name,Email,Organization,Approval Status\nAmina,Yusuf,amina@example.org,Mind,approved\n",
    "outlook": "First Name,Middle Name,Last Name,Company,Business Phone,Mobile Phone,E-mail Address\n"
    "Amina,,Yusuf,Mind,01632 960001,07700 900123,amina@example.org\n",
    "google contacts": "Name,Given Name,Family Name,Organization 1 - Name,E-mail 1 - Type,E-mail 1 - Value\n"
    "Amina Yusuf,Amina,Yusuf,Mind,* Work,amina@example.org\n",
    "a title and a gap": "Autumn cohort,,\n,,\nName,Charity,E-mail\nAmina Yusuf,Mind,amina@example.org\n",
    "commas in headings": '"Name, as on your badge";Organisation;Email\nAmina Yusuf;Mind;amina@example.org\n',
    "line breaks in headings": '"Name\n(as on\nyour badge)",Organisation,Email\nAmina Yusuf,Mind,'
    "amina@example.org\n",
    "numbered questions": "1. Full name,2. Council / charity,3. Work e-mail\nAmina Yusuf,Mind,"
    "amina@example.org\n",
    "consents": "Name,Email,May we share your email?,Organisation,Are you happy to give your mobile number?\n"
    "Amina Yusuf,amina@example.org,Yes,Mind,No\n",
    "a database's table": " name        | organisation | email\n"
    "-------------+--------------+------------------\n"
    " Amina Yusuf | Mind         | amina@example.org\n",
    "carets": "Name^Organisation^Email\nAmina Yusuf^Mind^amina@example.org\n",
    "Welsh": "Enw,Sefydliad,E-bost,Ffôn symudol\nAmina Yusuf,Mind,amina@example.org,07700 900123\n",
    "notes beside": "Name,Organisation,Email\nAmina Yusuf,Mind,amina@example.org,,ring her in May\n",
    "headings twice": "Name,Organisation,Email\nName,Organisation,Email\nAmina Yusuf,Mind,"
    "amina@example.org\n",
}


def people(text: str) -> list[tuple[str, str, str]]:
    given = files.look("p.csv", text.encode()).sheet
    chosen = columns.guess_of(ImportKind.PEOPLE, given)
    columns.check(ImportKind.PEOPLE, given.header, chosen)
    keys = ["name"] if "name" in chosen else ["first_name", "last_name"]
    return [
        (" ".join(row[chosen[key]] for key in keys), row[chosen["organisation"]], row[chosen["email"]])
        for _, row in given.rows
    ]


@pytest.mark.parametrize("program", EXPORTS)
def test_an_export_is_read_as_it_is(program: str) -> None:
    assert people(EXPORTS[program]) == [("Amina Yusuf", "Mind", "amina@example.org")]


@pytest.mark.parametrize("delimiter", list(",;\t|^~"))
def test_any_delimiter_is_found_below_a_title(delimiter: str) -> None:
    lines = ("Members, as of May", "Name;Organisation;Email", "Amina Yusuf;Mind;amina@example.org")
    assert people("\n".join(line.replace(";", delimiter) for line in lines)) == [
        ("Amina Yusuf", "Mind", "amina@example.org")
    ]


def test_a_cell_too_many_beside_the_table_is_no_note_but_a_comma_without_quotes() -> None:
    given = files.look("p.csv", b"Name,Email,Organisation\nAmi,a@example.org,Bath, North East\n").sheet
    ((_, cells),) = given.rows
    assert given.is_shifted(cells)


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        (
            "Amina Yusuf <amina@example.org>; Field, Tom <tom@example.org>; jo@example.org",
            [("Amina Yusuf", "amina@example.org"), ("Tom Field", "tom@example.org"), ("", "jo@example.org")],
        ),
        (
            '"Amina Yusuf" <amina@example.org>,\nTom Field <mailto:tom@example.org>\n',
            [("Amina Yusuf", "amina@example.org"), ("Tom Field", "tom@example.org")],
        ),
        ("amina@example.org\ntom@example.org", [("", "amina@example.org"), ("", "tom@example.org")]),
    ],
)
def test_addresses_from_a_mail_are_read_with_their_names(rows: str, read: list[tuple[str, str]]) -> None:
    given = files.look_into("p", pasted.text(ImportKind.PEOPLE, rows)).sheet
    assert [tuple(cells) for _, cells in given.rows] == read


@pytest.mark.parametrize(
    "rows",
    [
        "Name\tOrganisation\tEmail\nAmina Yusuf\tMind\tamina@example.org",
        "Amina Yusuf\tMind charity\tamina@example.org",
        "amina@example.org, Amina Yusuf, Mind charity",
        "07700 900123\tMind charity\tAmina Yusuf\tamina@example.org",
        "Amina\tYusuf\tMind charity\tamina@example.org",
    ],
)
def test_a_table_that_was_copied_needs_no_headings(rows: str) -> None:
    (found,) = people(pasted.text(ImportKind.PEOPLE, rows))
    assert (found[0], found[1].removesuffix(" charity"), found[2]) == (
        "Amina Yusuf",
        "Mind",
        "amina@example.org",
    )


@pytest.mark.parametrize(
    ("rows", "organisation"),
    [
        ("Amina <amina@example.org>", "Mind"),
        ("Name\tEmail\nAmina\tamina@example.org", "Mind"),
        ("Name\tOrganisation\tEmail\nAmina\t\tamina@example.org", "Mind"),
        ("Name\tOrganisation\tEmail\nAmina\tShelter\tamina@example.org", "Shelter"),
    ],
)
def test_who_does_not_say_is_from_the_organisation_that_was_given(rows: str, organisation: str) -> None:
    assert people(pasted.text(ImportKind.PEOPLE, rows, "Mind"))[0][1] == organisation


def test_nothing_pasted_is_told_what_to_do() -> None:
    with pytest.raises(BadFile, match="paste some rows"):
        pasted.text(ImportKind.PEOPLE, " \n ")


HERE = KnownByName(
    ids={f"{name}@example.org": name for name in ("ann", "bo", "cy", "di")},
    names={"ann lee": ["ann"], "bo ray": ["bo"], "cy fox": ["cy"], "di orr": ["di"]},
    bare={"ann lee": ["ann"], "bo ray": ["bo"], "cy fox": ["cy"], "di orr": ["di"]},
)


def met(text: str) -> list[tuple[str, Sequence[str]]]:
    given = files.look("h.csv", text.encode()).sheet
    chosen = columns.guess_of(ImportKind.HISTORY, given)
    columns.check(ImportKind.HISTORY, given.header, chosen)
    found = import_history.check(given, chosen, HERE)
    return [
        (one["cells"]["round"].lstrip("0"), sorted(one["cells"]["members"]))
        for one in found
        if one["outcome"].value == "new"
    ]


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("Month,Person 1,Person 2\nMay-26,ann@example.org,Bo Ray\n", [("2026-05-01", ["ann", "bo"])]),
        ("Month,Who,With\nMay 2026,Ann Lee,Bo Ray\n", [("2026-05-01", ["ann", "bo"])]),
        ("Date,Person 1,Person 2\n46143,Ann Lee,Bo Ray\n", [("2026-05-01", ["ann", "bo"])]),
        ("Round,Person 1,Person 2\nRound 3 (May),Ann Lee,Bo Ray\n", [("3", ["ann", "bo"])]),
        ("Round,Person 1,Person 2\n1,Dr Ann Lee,\"Ray, Bo\"\n", [("1", ["ann", "bo"])]),
        ("Rounds\nRound,Person 1,Person 2\n1,Cllr Ann Lee OBE,Bo Ray (York)\n", [("1", ["ann", "bo"])]),
        (
            "Name,Partners\nAnn Lee,Bo Ray; Cy Fox\nBo Ray,Ann Lee\nCy Fox,\"Ann Lee, Di Orr\"\n",
            [("1", ["ann", "bo"]), ("2", ["ann", "cy"]), ("1", ["cy", "di"])],
        ),
        (
            "Name,Has met\nAnn Lee,Bo Ray (May 2026) and Cy Fox (June 2026)\nBo Ray,Ann Lee (May 2026)\n",
            [("2026-05-01", ["ann", "bo"]), ("2026-06-01", ["ann", "cy"])],
        ),
        ("Name,Met with\nAnn Lee,R1: Bo Ray | R2: Cy Fox\n", [("1", ["ann", "bo"]), ("2", ["ann", "cy"])]),
        (
            "Name,Email,Round 1,Round 2\nAnn Lee,a@x.org,Bo Ray,Cy Fox & Di Orr\nBo Ray,b@x.org,Ann Lee,-\n",
            [("1", ["ann", "bo"]), ("2", ["ann", "cy", "di"])],
        ),
        (
            "Name,May-26,Jun-26\nAnn Lee,Bo Ray,Cy Fox\n",
            [("2026-05-01", ["ann", "bo"]), ("2026-06-01", ["ann", "cy"])],
        ),
        (
            "Round,Group,Name\n1,1,Ann Lee\n1,1,Bo Ray\n1,2,Cy Fox\n1,2,Di Orr\n2,1,Ann Lee\n2,1,Di Orr\n",
            [("1", ["ann", "bo"]), ("1", ["cy", "di"]), ("2", ["ann", "di"])],
        ),
        (
            "Round,Pair,Name\n1,A,Ann Lee\n,,Bo Ray\n,B,Cy Fox\n,,Di Orr\n",
            [("1", ["ann", "bo"]), ("1", ["cy", "di"])],
        ),
    ],
)  # fmt: skip
def test_a_history_is_read_in_the_shape_its_scheme_keeps_it(
    text: str, groups: list[tuple[str, list[str]]]
) -> None:
    assert met(text) == groups


def test_a_partner_nobody_knows_is_named() -> None:
    given = files.look("h.csv", b"Name,Partners\nAnn Lee,Bo Ray; Zed Nobody\n").sheet
    found = import_history.check(given, columns.guess_of(ImportKind.HISTORY, given), HERE)
    assert [one["why"] for one in found] == ["", "nobody here is Zed Nobody"]
