"""Files as form tools and other schemes write them, each read as its organiser meant it."""

import time
from collections.abc import Callable, Sequence

import pytest

from tests.support import workbooks
from tests.support.world import World
from web.models.imports import ImportKind
from web.services.common import decoding
from web.services.common.spreadsheets import BadFile
from web.services.imports import columns, doubles, files, import_history, pasted
from web.services.imports.import_history import KnownByName
from web.services.organisations import organisations
from web.services.organisations.likeness import Register

EXPORTS = {
    "google forms": "Timestamp,Email Address,What is your name?,Which organisation do you work for?,"
    "Phone (optional)\n"
    "04/11/2026 08:00:00,amina@example.org,Amina Yusuf,Mind,07700 900123\n",
    "microsoft forms": "\ufeffID,Start time,Completion time,Email,Name,Your full name,Your email,"
    "Where do you work?\n"
    "1,11/4/26 8:00:00,11/4/26 8:01:00,anonymous,,Amina Yusuf,amina@example.org,Mind\n",
    "microsoft forms of one's own names": "ID,Start time,Email,Name,Name,Email,Charity\n"
    "1,11/4/26 8:00:00,anonymous,,Amina Yusuf,amina@example.org,Mind\n",
    "microsoft forms of names twice": "ID,Email,Name,Name,Email,Charity\n"
    "1,amina@example.org,Amina Yusuf,Amina Yusuf,amina@example.org,Mind\n",
    "surveymonkey": "Respondent ID,Collector ID,Email Address,First Name,Last Name,Your name,Your charity,"
    "Your email,Your role,\n,,,,,Open-Ended Response,Open-Ended Response,Open-Ended Response,"
    "Response,Other (please specify)\n1,2,,,,Amina Yusuf,Mind,amina@example.org,,Lead\n",
    "surveymonkey's contacts": "Respondent ID,Collector ID,Email Address,First Name,Last Name,Who are you?,"
    ",,,Which day?,\n,,,,,Name,Company,Address,Email Address,Monday,Friday\n"
    "1,2,,,,Amina Yusuf,Mind,1 High Street,amina@example.org,,Friday\n",
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
    "German": "Vorname;Nachname;Gemeinde;E-Mail-Adresse;Handy\nAmina;Yusuf;Mind;amina@example.org;\n",
    "French": "Prénom;Nom;Organisme;Courriel;Téléphone portable\nAmina;Yusuf;Mind;amina@example.org;\n",
    "notes beside": "Name,Organisation,Email\nAmina Yusuf,Mind,amina@example.org,,ring her in May\n",
    "a tool of a chat": "username,email,status,fullname,company\n"
    "ay,amina@example.org,Member,Amina Yusuf,Mind\n",
    "empty columns and rows": ",,,,\nName,Organisation,Email,,\n,,,,\n"
    "Amina Yusuf,Mind,amina@example.org,,\n,,,,\n",
    "a hint for Excel": "sep=;\nName;Organisation;Email\nAmina Yusuf;Mind;amina@example.org\n",
    "wide spaces": "Name,Organisation,Email\nAmina Yusuf,\u2003Mind,amina@example.org\n",
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
        (
            "To: Yusuf, Amina <amina@example.org>\nCc: Tom Field <tom@example.org>; jo@example.org",
            [("Amina Yusuf", "amina@example.org"), ("Tom Field", "tom@example.org"), ("", "jo@example.org")],
        ),
        ("1. Amina Yusuf <amina@example.org>", [("Amina Yusuf", "amina@example.org")]),
        ("• Amina Yusuf (Leeds City Council) amina@example.org", [("Amina Yusuf", "amina@example.org")]),
        (
            "Amina Yusuf amina@example.org\nTom Field - tom@example.org\nal@example.org (work)",
            [
                ("Amina Yusuf", "amina@example.org"),
                ("Tom Field", "tom@example.org"),
                ("", "al@example.org"),
            ],
        ),
        (
            "jo@example.org Jo Ray\nBo Day (bo@example.org)",
            [("Jo Ray", "jo@example.org"), ("Bo Day", "bo@example.org")],
        ),
        ("amina@example.org tom@example.org", [("", "amina@example.org"), ("", "tom@example.org")]),
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
        "1. Amina Yusuf, Mind charity, amina@example.org",
        "Amina Yusuf, Clerk, Mind charity, amina@example.org",
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


A_LONG_ROW = "." * 32_000
LONG = {
    "a cell": lambda: KnownByName().called(A_LONG_ROW),
    "pasted": lambda: pasted.text(ImportKind.PEOPLE, f"@ {A_LONG_ROW}"),
}


@pytest.mark.parametrize("read", LONG.values(), ids=LONG)
def test_a_row_of_letters_without_an_address_is_read_at_once(read: Callable[[], object]) -> None:
    began = time.process_time()
    read()
    assert time.process_time() - began < 0.5


def test_nothing_pasted_is_told_what_to_do() -> None:
    with pytest.raises(BadFile, match="paste some rows"):
        pasted.text(ImportKind.PEOPLE, " \n ")


@pytest.mark.parametrize("written", ["Anna Pawlowska", "Pawlowska, Anna", "anna pawłowska"])
def test_a_history_without_the_letters_of_another_keyboard_names_the_same_person(
    world: World, written: str
) -> None:
    anna = world.join("Anna Pawłowska")
    with world.read() as session:
        known = import_history.known(session, world.programme(session).id)
    assert known.called(written) == [anna]


def test_somebody_whose_last_name_is_written_in_plain_letters_may_be_here_already() -> None:
    here = doubles.People()
    here.add("Leeds", "anna pawłowska", "Anna Pawłowska, who is here")
    assert here.like("Leeds", "anna pawlowska") == "Anna Pawłowska, who is here"


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


@pytest.mark.parametrize("cell", ["—", "n/a", "no match", "Nobody"])
def test_who_had_nobody_is_no_group_and_names_no_stranger(cell: str) -> None:
    given = files.look("h.csv", f"Round,Person 1,Person 2\n1,Ann Lee,{cell}\n".encode()).sheet
    found = import_history.check(given, columns.guess_of(ImportKind.HISTORY, given), HERE)
    assert [one["why"] for one in found] == ["a group needs two people"]


AMERICAN = "Date,Person 1,Person 2\n3/4/2026,Ann Lee,Bo Ray\n3/14/2026,Ann Lee,Cy Fox\n"


def test_dates_of_the_united_states_are_read_as_such_where_one_can_be_nothing_else() -> None:
    assert met(AMERICAN) == [("2026-03-04", ["ann", "bo"]), ("2026-03-14", ["ann", "cy"])]


def test_that_is_said_of_the_first_of_them() -> None:
    given = files.look("h.csv", AMERICAN.encode()).sheet
    found = import_history.check(given, columns.guess_of(ImportKind.HISTORY, given), HERE)
    said = [one["why"] for one in found]
    assert said == ["dates are read as month/day/year: they can be nothing else", ""]


def test_dates_that_may_be_ours_are_ours() -> None:
    assert met(AMERICAN.replace("14", "12"))[0][0] == "2026-04-03"


def test_dates_of_both_kinds_are_left_to_their_organiser() -> None:
    assert met(AMERICAN.replace("3/4", "31/3")) == [("2026-03-31", ["ann", "bo"])]


@pytest.mark.parametrize(
    ("spoilt", "mended"),
    [
        ("SiÃ¢n Prys", "Siân Prys"),
        ("Tom Oâ€™Brien", "Tom O’Brien"),
        ("Tom O&#39;Brien", "Tom O'Brien"),
        ("Smith &amp; Co", "Smith & Co"),
        ("JOSÉ’S", "JOSÉ’S"),
        ("São João, À la carte", "São João, À la carte"),
        ("R&D; AT&T", "R&D; AT&T"),
        ("&quot;x&#10;", "&quot;x&#10;"),
    ],
)
def test_letters_that_a_program_has_spoilt_are_mended(spoilt: str, mended: str) -> None:
    assert decoding.mended(spoilt) == mended


def test_a_domain_of_several_councils_says_nothing_of_an_organisation() -> None:
    domains = {organisations.key(name): ["mail.example"] for name in ("Kent", "Brent", "Bury", "Mind")}
    found = doubles.match(dict.fromkeys(("Kent", "Brent", "Bury", "Mind"), 1), Register(), domains)
    assert [one["candidates"] for one in found] == [[], [], [], []]


def test_a_domain_of_one_council_is_asked_about() -> None:
    domains = {organisations.key(name): ["leeds.example"] for name in ("Leeds City Council", "Highways")}
    found = doubles.match({"Leeds City Council": 2, "Highways": 1}, Register(), domains)
    assert [one["candidates"] for one in found] == [[], ["=leeds city council"]]


def test_partners_in_the_lines_of_a_workbook_s_cell_are_several() -> None:
    rows = [["Name", "Partners"], ["Ann Lee", "Bo Ray\nCy Fox"], ["Di Orr", "Bo\nRay"]]
    given = files.look("h.xlsx", workbooks.xlsx({"Met": rows})).sheet
    found = import_history.check(given, columns.guess_of(ImportKind.HISTORY, given), HERE)
    assert [(one["cells"]["row"], one["cells"]["members"]) for one in found] == [
        (2, ["ann", "bo"]),
        (2, ["ann", "cy"]),
        (3, ["di", "bo"]),
    ]


def test_a_partner_nobody_knows_is_named() -> None:
    given = files.look("h.csv", b"Name,Partners\nAnn Lee,Bo Ray; Zed Nobody\n").sheet
    found = import_history.check(given, columns.guess_of(ImportKind.HISTORY, given), HERE)
    assert [one["why"] for one in found] == ["", "nobody here is Zed Nobody"]


@pytest.mark.parametrize("blank", ["\t", " ", "\n", "\u2003", "\n\t"])
def test_a_cell_of_blanks_keeps_no_worker_busy(blank: str) -> None:
    """A list of partners is taken apart at what stands between them."""
    many = f'Ann Lee,"Bo Ray{blank * (30_000 // len(blank))}Zed"\n' * 3
    given = files.look("h.csv", f"Name,Partners\n{many}".encode()).sheet
    found = import_history.check(given, columns.guess_of(ImportKind.HISTORY, given), HERE)
    assert "Zed" in str(list(found))
