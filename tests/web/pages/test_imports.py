"""The wizard: nothing is written before the last yes, and what was can be taken back."""

import io
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from tests.support import importing, workbooks
from tests.support.importing import KEY
from tests.support.visitor import Visitor
from tests.support.world import BY, SLUG, World
from web import import_work
from web.models import Group, Membership, Organisation, Person, Round, Standing
from web.models.imports import Import, ImportFile, ImportKind, ImportRow, ImportState
from web.services.imports import uploads
from web.services.people import erasure

PEOPLE = """Full name;Council;E-mail
Amina Yusuf;Leeds CC;amina@example.org
Tom Field;Kirklees Council;tom@example.org
Tom Field;Kirklees Council;TOM@example.org
T. Field;Kirklees Council;tom@home.example.org
=1+1;Mind;sum@mind.example.org
Nobody;Mind;
Known Already;Leeds City Council;known@example.org
"""
PAIRS = """Round;Date;Person A;Person B
1;21/10/2026;amina@example.org;Tom Field
2;21.11.26;Tom Field;amina@example.org
2;21 Nov 2026;Stranger;amina@example.org
"""


def upload(world: World, content: str | bytes, kind: str = "people", name: str = "sheet.csv") -> Visitor:
    raw = content if isinstance(content, bytes) else content.encode("cp1252")
    visitor = world.organiser().open("/organise/councils/import")
    return visitor.press("Upload the file", kind=kind, file=(io.BytesIO(raw), name))


def work(world: World, visitor: Visitor) -> Visitor:
    """The worker does its part, and the page looks again."""
    world.work()
    return visitor.open(visitor.path)


@pytest.fixture
def preview(world: World) -> Visitor:
    world.join("Known Already", "Leeds City Council", email="known@example.org")
    visitor = upload(world, PEOPLE).press("See what will happen")
    return work(world, visitor.press("Go on"))


def count(world: World, table: type) -> int:
    with world.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_doubtful_are_asked_and_everything_is_shown_before_anything_is_written(
    world: World, preview: Visitor
) -> None:
    shown = preview.text
    for words in (
        "2 Amina Yusuf amina@example.org Leeds City Council (“Leeds CC”) to be invited",
        "has the address of row 3",
        "is called like row 3",
        "cannot be taken in email: Enter an email address",
        "is here here already",
    ):
        assert words in shown, words
    assert ("Invite 3 people" in preview.buttons, count(world, Person)) == (True, 1)


def test_with_a_yes_they_are_invited_and_asked_before_any_pot(world: World, preview: Visitor) -> None:
    work(world, preview.press("Invite 3 people"))
    assert "3 people were invited. 3 have not answered yet." in preview.text
    assert world.membership(person(world, "amina@example.org")).standing is Standing.INVITED
    world.visitor().open(world.link_in(world.letter("amina@example.org"), "/confirm/")).press("Yes, I am in")
    assert world.membership(person(world, "amina@example.org")).standing is Standing.ACTIVE


def person(world: World, email: str) -> str:
    with world.read() as session:
        return session.scalars(select(Person.id).where(Person.email_key == email)).one()


def test_what_a_spelling_was_taken_for_is_remembered(world: World, preview: Visitor) -> None:
    work(world, preview.press("Invite 3 people"))
    again = upload(world, "name,organisation,email\nLena,leeds cc,lena@example.org\n")
    again = work(world, again.press("See what will happen"))
    assert "Leeds City Council (“leeds cc”)" in again.text


def test_somebody_who_only_looks_like_another_is_invited_if_an_organiser_says_so(
    world: World, preview: Visitor
) -> None:
    preview.open(preview.path, query_string={"outcome": "likely"})
    preview.press("Save these answers", **{"row-5": "else"})
    assert "Noted. 4 people are to be invited now." in preview.text
    work(world, preview.open(preview.path).press("Invite 4 people"))
    assert person(world, "tom@home.example.org")


def test_nobody_is_invited_from_the_page_where_somebody_may_be_chosen_and_not_saved(
    world: World, preview: Visitor
) -> None:
    preview.open(preview.path, query_string={"outcome": "likely"})
    assert [button for button in preview.buttons if button.startswith("Invite")] == []


def test_rows_with_a_remark_are_found_among_hundreds(world: World) -> None:
    rows = "".join(f"Person {n},Mind,p{n}@x.org\n" for n in range(60)) + '"Lee, Ann",Mind,ann@x.org\n'
    visitor = work(world, upload(world, "Name,Organisation,Email\n" + rows).press("See what will happen"))
    assert "Ann Lee" not in visitor.text
    found = visitor.open(f"{visitor.path}?outcome=to+look+at").text
    assert ("1 row has a remark" in found, "from “Lee, Ann”" in found) == (True, True)
    assert "Person 1" not in found


def test_of_the_file_is_left_what_it_said_of_who_has_not_answered(world: World, preview: Visitor) -> None:
    work(world, preview.press("Invite 3 people"))
    with world.read() as session:
        job = session.scalars(select(Import)).one()
        rows = session.scalars(select(ImportRow)).all()
        files = session.scalars(select(ImportFile)).all()
    assert (job.state, files, job.organisations) == (ImportState.DONE, [], [])
    assert {key for row in rows for key in row.cells} == {"name", "email", "phone", "known_as"}


def test_who_says_yes_is_no_more_what_the_file_said(world: World, preview: Visitor) -> None:
    work(world, preview.press("Invite 3 people"))
    world.visitor().open(world.link_in(world.letter("amina@example.org"), "/confirm/")).press("Yes, I am in")
    assert "amina@example.org" not in str(world.dump()["importrow"])


def test_undoing_keeps_who_has_said_yes_and_forgets_the_others(world: World, preview: Visitor) -> None:
    work(world, preview.press("Invite 3 people"))
    world.visitor().open(world.link_in(world.letter("amina@example.org"), "/confirm/")).press("Yes, I am in")
    work(world, preview.open(preview.path))
    work(world, preview.press("Undo for the 2 people who have not said yes"))
    with world.read() as session:
        names = set(session.scalars(select(Person.name).where(Person.erased_at.is_(None))))
    assert (preview.heading, names) == ("It is taken back", {"Amina Yusuf", "Known Already"})
    assert "sum@mind.example.org" not in str(world.dump())


def test_thrown_away_is_as_if_it_had_never_been(world: World, preview: Visitor) -> None:
    preview.press("Throw this file away")
    assert (count(world, Person), count(world, ImportRow), count(world, Organisation)) == (1, 0, 1)
    assert "amina@example.org" not in str(world.dump())


def test_a_file_nobody_finishes_is_gone_after_a_day(world: World, preview: Visitor) -> None:
    world.clock.turn(days=1, minutes=1)
    world.worker.sweep()
    assert "amina@example.org" not in str(world.dump())


def test_a_file_is_gone_when_somebody_in_it_is_erased(world: World, preview: Visitor) -> None:
    with world.write() as session:
        known = session.get_one(Person, person(world, "known@example.org"))
        erasure.erase(session, known, by=BY, now=world.now, farewell=False)
    assert "known@example.org" not in str(world.dump())


def test_columns_can_be_chosen_again(world: World, preview: Visitor) -> None:
    preview.press("Change the columns").press("See what will happen", organisation="0", name="1")
    assert preview.status == 200


def test_of_two_people_in_a_row_the_page_says_that_one_is_taken_in(world: World) -> None:
    rows = "Council,Clerk name,Clerk email,Chair name,Chair email\nLeeds,Ann Lee,a@x.org,Tom Field,t@x.org\n"
    assert "“Chair name” seems to be somebody else than the columns below" in upload(world, rows).text


def test_a_column_that_is_needed_is_asked_for(world: World) -> None:
    visitor = upload(world, "who,what,where\nAmina,a@example.org,Leeds\n").press("See what will happen")
    assert visitor.mistakes == ["Choose the column with the email address; there are who, what, where"]


def test_who_says_no_while_another_file_waits_is_not_invited_by_it(world: World) -> None:
    world.start("other", "Other Unmentoring")
    world.join("Ann Lee", "Mind", slug="other", email="ann@example.org")
    row = "Name,Council,Email\nAnn Lee,Mind,ann@example.org\n"
    first, second = (
        work(world, upload(world, rows).press("See what will happen"))
        for rows in (row, f"{row}Bo Ray,Mind,bo@example.org\n")
    )
    first.press("Invite 1 person")
    door = world.link_in(world.letter("ann@example.org", "invitation"), "/confirm/")
    world.visitor().open(door).press("No, thank you")
    told = work(world, second.press("Invite 2 people")).text
    assert ("1 person was invited" in told, len(world.inbox("ann@example.org", "invitation"))) == (True, 1)


def test_who_has_come_after_somebody_at_a_shared_address_is_named(world: World) -> None:
    world.join("Ann Lee", "Mind", email="clerk@example.org")
    world.join("Bo Ray", "Mind", email="bo@example.org")
    rows = "Name,Council,Email\nTom Field,Mind,clerk@example.org\nCllr Bo Ray MBE,Mind,bo@example.org\n"
    shown = work(world, upload(world, rows).press("See what will happen")).text
    assert "is here here already, as Ann Lee: somebody else needs an address of their own" in shown
    assert "as Bo Ray" not in shown


TWO_EMAILS = (
    "Name,Council,Email,Old email\nAnn Lee,Mind,ann@x.org,ann@old.org\nBo Ray,Mind,bo@x.org,bo@old.org\n"
)


def test_a_yes_to_what_another_tab_has_changed_invites_nobody(world: World) -> None:
    old = work(world, upload(world, TWO_EMAILS).press("See what will happen"))
    new = world.organiser().open(old.path).press("Change the columns")
    work(world, new.press("See what will happen", email="3"))
    assert "has moved on since this page was shown" in old.press("Invite 2 people").text
    world.work()
    assert count(world, Membership) == 0
    old.press("Invite 2 people")
    world.work()
    assert person(world, "ann@old.org")


def test_pressing_twice_or_late_changes_nothing_more(world: World, preview: Visitor) -> None:
    token, here = preview.token(preview.path), preview.path
    (shown,) = preview.page.xpath("//input[@name='shown']/@value")
    for _ in range(2):
        preview.post(f"{here}/confirm", {"csrf_token": token, "shown": shown})
    world.work()
    late = preview.post(f"{here}/throw-away", {"csrf_token": token}).text
    assert ("has moved on" in late, count(world, Membership)) == (True, 4)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04", "it is no workbook that we can read"),
        (b"", "the file is empty"),
        (b"name,email\n", "there is nothing below the first row"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(world: World, content: bytes, told: str) -> None:
    visitor = upload(world, content)
    assert (visitor.status, told in visitor.mistakes[0], count(world, Import)) == (422, True, 0)


def test_only_who_has_signed_in_may_send_a_file(world: World) -> None:
    visitor = world.visitor()
    token = visitor.token("/my-page")
    sent = {"csrf_token": token, "kind": "people", "file": (io.BytesIO(b"x" * 100_000), "p.csv")}
    visitor.post("/organise/councils/import", sent)
    assert (visitor.status, visitor.heading) == (413, "You are signed out")


def test_a_file_of_more_than_a_form_is_read(world: World) -> None:
    """Werkzeug reads 64 kB at once, and counts them: thousands of rows were too large for it."""
    rows = [f"Person {i},Council {i % 20},p{i}@example.org" for i in range(5000)]
    assert "5,000 rows" in upload(world, "\n".join(["name,organisation,email", *rows])).text


# The history of an older scheme


def test_past_rounds_are_shown_taken_in_and_taken_back(world: World) -> None:
    world.join("Amina Yusuf", email="amina@example.org")
    world.join("Tom Field")
    visitor = work(world, upload(world, PAIRS, "history").press("See what will happen"))
    assert "with too few who are here nobody here is Stranger" in visitor.text
    # Whom an address was found to be, and where in the wizard we are: past rounds ask for no organisations.
    assert ("Amina Yusuf · Tom Field" in visitor.text, "step 2 of 2" in visitor.text) == (True, True)
    work(world, visitor.press("Take in 2 groups"))
    with world.read() as session:
        days = [str(day) for day in session.scalars(select(Round.starts_on).order_by(Round.number))]
    assert (days, count(world, Group)) == (["2026-10-21", "2026-11-21"], 2)
    work(world, visitor.press("Undo"))
    assert (visitor.heading, count(world, Round)) == ("It is taken back", 0)


def test_history_that_a_round_builds_on_is_not_taken_back(world: World) -> None:
    world.join("Amina Yusuf", email="amina@example.org")
    world.join("Tom Field")
    visitor = work(world, upload(world, PAIRS, "history").press("See what will happen"))
    work(world, visitor.press("Take in 2 groups"))
    world.draw()
    assert "A round was drawn since" in visitor.press("Undo").text


def test_people_whom_past_rounds_name_are_not_taken_back_first(world: World) -> None:
    visitor = upload(world, "name,organisation,email\nA B,X,a@x.org\nC D,Y,c@y.org\n")
    work(world, visitor.press("See what will happen"))
    work(world, visitor.press("Invite 2 people"))
    here = visitor.path
    with world.write() as session:
        history = b"round,person_1,person_2\n1,a@x.org,c@y.org\n"
        importing.import_history(session, world.programme(session), "h.csv", history, by=BY, now=world.now)
    told = visitor.open(here).press("Undo for the 2 people who have not said yes").text
    assert "Undo the import of the history first" in told


# Workbooks, and rows that were pasted

BOOK = workbooks.xlsx(
    {
        "Read me": [["Ask Tom first"]],
        "Now": [["Name", "Organisation", "Email"], ["Amina Yusuf", "Mind", "amina@example.org"]],
        "Before": [["Name", "Organisation", "Email"], ["Tom Field", "Mind", "tom@example.org"]],
    }
)


def test_a_workbook_asks_which_sheet_and_shows_the_likeliest(world: World) -> None:
    visitor = upload(world, BOOK, name="people.xlsx")
    assert ("There are 3. You see “Now”." in visitor.text, "Amina Yusuf" in visitor.text) == (True, True)


def test_another_sheet_of_a_workbook_can_be_chosen(world: World) -> None:
    visitor = upload(world, BOOK, name="people.xlsx").press("Show this sheet", sheet="2:Before")
    visitor = work(world, visitor.press("See what will happen"))
    assert ("Tom Field" in visitor.text, "Amina Yusuf" in visitor.text) == (True, False)


def test_a_sheet_without_rows_is_refused_and_the_one_before_stays(world: World) -> None:
    visitor = upload(world, BOOK, name="people.xlsx").press("Show this sheet", sheet="1:Read me")
    assert (visitor.status, "You see “Now”." in visitor.text) == (422, True)


def test_a_sheet_that_moved_meanwhile_is_not_taken_for_another(world: World) -> None:
    visitor = upload(world, BOOK, name="people.xlsx").press("Show this sheet", sheet="2:Now")
    assert "the import has moved on" in visitor.text


def paste(world: World, rows: str, **fields: str) -> Visitor:
    visitor = world.organiser().open("/organise/councils/import")
    return visitor.press("Upload the file", rows=rows, **fields)


def test_addresses_that_were_pasted_are_invited(world: World) -> None:
    visitor = paste(
        world, "Amina Yusuf <amina@example.org>; Field, Tom <tom@example.org>", organisation="Mind"
    )
    visitor = work(world, visitor.press("See what will happen"))
    work(world, visitor.press("Invite 2 people"))
    assert person(world, "tom@example.org")


def test_pasted_addresses_without_an_organisation_say_what_to_do(world: World) -> None:
    visitor = work(world, paste(world, "Amina <amina@example.org>").press("See what will happen"))
    assert "organisation: is empty, and no organisation has the domain example.org" in visitor.text


@pytest.mark.parametrize(
    "rows",
    [
        "ann@example.org, 07700 900123",
        "07700 900123\tann@example.org",
        "\t\tann@example.org",
        "1\tjo@example.org",
    ],
)
def test_pasted_rows_without_a_name_ask_for_its_column(world: World, rows: str) -> None:
    visitor = paste(world, rows, organisation="Mind")
    assert (visitor.status, visitor.heading) == (200, "Which column is what?")


def test_rows_that_are_refused_are_kept_in_the_form(world: World) -> None:
    visitor = paste(world, "Amina Yusuf\nTom Field")
    assert (visitor.status, "Tom Field" in visitor.text) == (422, True)


def test_a_list_of_partners_is_shown_with_the_row_it_stands_in(world: World) -> None:
    for name in ("Amina Yusuf", "Tom Field", "Bo Ray"):
        world.join(name)
    visitor = upload(world, "Name;Partners\nBo Ray;\nAmina Yusuf;Tom Field, Bo Ray\n", "history")
    visitor = work(world, visitor.press("See what will happen"))
    assert "3 1 Amina Yusuf · Tom Field to be taken in 3 2 Amina Yusuf · Bo Ray" in visitor.text


# Large


@pytest.mark.slow
@pytest.mark.usefixtures("both_databases")
def test_thousands_with_many_doubles_go_in_batch_by_batch(world: World) -> None:
    lines = [f"Person {i},Council {i % 20},p{i % 1500}@example.org" for i in range(2000)]
    content = "name,organisation,email\n" + "\n".join(lines)
    done = import_work.take_in(
        world.database, SLUG, ImportKind.PEOPLE, "p.csv", content.encode(), by=BY, clock=world.clock, key=KEY
    )
    assert (done.added, done.doubles, count(world, Membership)) == (1500, 500, 1500)


def test_an_import_goes_on_where_a_worker_died(world: World, preview: Visitor) -> None:
    preview.press("Invite 3 people")
    with world.read() as session:
        number = session.scalars(select(Import.id)).one()
    with suppress(ConnectionError), world.write() as session:
        uploads.write_some(session, session.get_one(Import, number), key=KEY, now=world.now)
        raise ConnectionError
    assert "Taking it in" in preview.open(preview.path).text
    assert preview.answer.headers["Refresh"] == "2"
    assert "3 people were invited" in work(world, preview).text
