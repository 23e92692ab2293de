"""Files in and out: a wrong one changes nothing and is told with its file, row and column."""

import csv
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import func, select

from notifications import words
from tests.support import importing
from tests.support.importing import KEY
from tests.support.world import BY, SLUG, World
from web import import_work
from web.import_work import Imported
from web.models import Group, Membership, Person, Standing
from web.models.imports import ImportKind
from web.services.common import times
from web.services.common.spreadsheets import BadFile, safe_cell
from web.services.people import directory_file, invitations, participation

HEADER = "name,organisation,email\n"
ITS_OWN = "somebody else needs an address of their own"
NO_DOMAIN = "and no organisation has the domain x.org"
SAVE_AS = "Open it in your spreadsheet program and save it as CSV"
NO_TEXT = "no text has. " + SAVE_AS
ENDLESS = "at most 100,000 letters in a row; this has more. " + SAVE_AS
NOT_CLOSED = "a cell begins with a quotation mark here, and no other one ends it"
AMINA = "Amina Yusuf,Leeds City Council,amina@example.org\n"
HISTORY = "round,person_1,person_2,person_3\n"
ONE, TWO = (f"person-00{place}@example.org" for place in (1, 2))


def take_in(world: World, content: str | bytes, kind: ImportKind = ImportKind.PEOPLE) -> Imported:
    raw, name = content if isinstance(content, bytes) else content.encode(), f"{kind.value[0]}.csv"
    return import_work.take_in(world.database, SLUG, kind, name, raw, by=BY, clock=world.clock, key=KEY)


ODD = """Name,Organisation,Email
"Yusuf, Amina",Mind,Amina Yusuf <amina@example.org>
Tom Field,Mind,
Bo Ray,Mind,amina@example.org
Null,Mind,null@example.org
Amina Yusuf,Mind,amina.yusuf@example.org
"""


def test_a_row_that_cannot_be_is_left_out_and_named_if_that_is_asked_for(world: World) -> None:
    done = import_work.take_in(
        world.database,
        SLUG,
        ImportKind.PEOPLE,
        "p.csv",
        ODD.encode(),
        by=BY,
        clock=world.clock,
        key=KEY,
        leave_out=True,
    )
    assert (done.added, list(done.remarks)) == (
        2,
        [
            "row 2: from “Yusuf, Amina”",
            "row 3: left out: email: Enter an email address like name@example.org",
            f"row 4: passed over: has the address of row 2, Amina Yusuf: {ITS_OWN}",
            "row 5: is “Null” a name?",
            "row 6: left out: is called like row 2",
        ],
    )


def test_an_organisation_that_may_be_a_known_one_is_named_by_the_command(world: World) -> None:
    world.join("Tom Field", "Leeds City Council")
    done = take_in(world, HEADER + "Amina Yusuf,Leeds CC,amina@example.org\n")
    assert list(done.remarks) == [
        "“Leeds CC” becomes an organisation of its own and may be Leeds City Council: see Organisations"
    ]


def take_in_history(world: World, content: str) -> Imported:
    return take_in(world, content, ImportKind.HISTORY)


def everybody(world: World) -> int:
    with world.read() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "p.csv: the file is empty"),
        (b"\n\n", "p.csv: the file is empty"),
        (HEADER, "p.csv: there is nothing below the first row"),
        (
            "name,email,shoes\nA,a@x.org,41\n",
            "p.csv:1: organisation: there is no such column; it has name, email, shoes",
        ),
        ("name,email\nA,a@x.org\n", "p.csv:2: organisation: is empty, " + NO_DOMAIN),
        (HEADER + "Amina,Leeds,amina@example.org,extra\n", "p.csv:2: more cells than the header has columns"),
        (HEADER + "Amina,Leeds\n", "p.csv:2: email: Enter an email address like name@example.org"),
        (HEADER + "Amina,Leeds,amina\n", "p.csv:2: email: Enter an email address like name@example.org"),
        (HEADER + ",Leeds,amina@example.org\n", "p.csv:2: name: is empty"),
        (HEADER + "Amina,,amina@gmail.com\n", "p.csv:2: organisation: is empty"),
        (HEADER + "N/A,Leeds,amina@example.org\n", "p.csv:2: name: “N/A” is no name"),
        (HEADER + "A" * 10_000 + ",L,a@x.org\n", "p.csv:2: name: at most 80 letters; this has 10,000"),
        (HEADER + "A," + "L" * 121 + ",a@x.uk\n", "p.csv:2: organisation: at most 120 letters; this has 121"),
        (HEADER + "A\u202eB,Leeds,a@example.org\n", "p.csv:2: name: has characters that cannot be seen"),
        (HEADER + "A\0B,Leeds,a@example.org\n", "p.csv:2: there is a character in it that " + NO_TEXT),
        (HEADER + '"Amina,Leeds,a@example.org\n', "p.csv:2: " + NOT_CLOSED),
        (HEADER + "A" * 200_000 + ",L,a@x.org\n", "p.csv:2: " + ENDLESS),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_with_its_row_and_column(world: World, content: str | bytes, told: str) -> None:
    with pytest.raises(BadFile) as refusal:
        take_in(world, content)
    assert " ".join(str(refusal.value).split()) == told


@pytest.mark.usefixtures("both_databases")
def test_a_wrong_row_takes_back_the_rows_before_it(world: World) -> None:
    with pytest.raises(BadFile):
        take_in(world, HEADER + AMINA + ",Leeds,tom@example.org\n")
    assert everybody(world) == 0


@pytest.mark.usefixtures("both_databases")
def test_who_is_imported_is_invited_and_in_no_pot(world: World) -> None:
    done = take_in(world, HEADER + AMINA)
    with world.read() as session:
        standing = session.scalars(select(Membership.standing)).one()
    assert (done, standing) == (Imported(added=1), Standing.INVITED)


def test_an_address_that_stands_twice_is_invited_once(world: World) -> None:
    done = take_in(world, HEADER + AMINA + "A,B,AMINA@example.org\n")
    assert done == Imported(added=1, doubles=1)


def test_importing_twice_invites_once(world: World) -> None:
    take_in(world, HEADER + AMINA)
    done = take_in(world, HEADER + AMINA)
    world.work()
    assert (done, len(world.inbox())) == (Imported(known=1), 1)


def test_a_file_from_a_spreadsheet_is_read(world: World) -> None:
    content = "\ufeffName, Organisation ,EMAIL,Notes\r\nAmina,Leeds,amina@example.org,\r\n,,,\r\n"
    assert take_in(world, content).added == 1


def test_whom_an_invitation_reaches_says_yes_with_a_button(world: World) -> None:
    take_in(world, HEADER + AMINA)
    path = world.link_in(world.letter("amina@example.org"), "/confirm/")
    assert "You are in" in world.visitor().open(path).press("Yes, I am in").text


def test_an_invitation_works_to_the_end_of_the_day_it_names_though_clocks_change(world: World) -> None:
    world.clock.now = datetime(2027, 10, 1, 23, 30, tzinfo=UTC)
    take_in(world, HEADER + AMINA)
    letter = world.letter("amina@example.org", "invitation")
    last = next(day for day in (date(2027, 10, 31), date(2027, 10, 30)) if words.day(day) in letter.text)
    world.clock.now = times.london(last, time(23, 59))
    assert world.visitor().open(world.link_in(letter, "/confirm/")).status == 200


def test_an_invitation_carries_no_words_from_the_file(world: World) -> None:
    take_in(world, HEADER + "Buy watches,Watches,amina@example.org\n")
    letter = world.letter("amina@example.org")
    assert "watches" not in (letter.text + letter.html + str(letter.headers)).casefold()


# Coming out


def exported(world: World) -> list[list[str]]:
    with world.read() as session:
        return list(csv.reader(directory_file.export(session, world.programme(session))))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_a_cell_that_a_spreadsheet_would_run_is_only_text(start: str) -> None:
    assert safe_cell(f"{start}HYPERLINK(1)").startswith("'")


def test_what_comes_out_says_who_is_what(world: World) -> None:
    person = world.join("=1+1", "Leeds City Council", email="amina@example.org", phone="+447700900111")
    assert exported(world) == [
        ["id", "name", "organisation", "email", "phone", "standing", "joined", "known as"],
        [
            person,
            "'=1+1",
            "Leeds City Council",
            "amina@example.org",
            "'+447700900111",
            "active",
            "2026-12-01",
            "",
        ],
    ]


def test_what_comes_out_goes_in_again(world: World) -> None:
    world.join("Siân “the bike” O’Neill", "Cyngor Gwynedd, Wales")
    with world.read() as session:
        content = "".join(directory_file.export(session, world.programme(session)))
    assert take_in(world, content).known == 1


# History


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (f"round,person_1\n1,{ONE}\n", "h.csv:1: person_2: there is no such column; it has round, person_1"),
        (HISTORY + f"first,{ONE},{TWO},\n", "h.csv:2: round: 'first' is not a whole number"),
        (HISTORY + f"²,{ONE},{TWO},\n", "h.csv:2: round: '²' is not a whole number"),
        (HISTORY + f"{'9' * 5000},{ONE},{TWO},\n", f"h.csv:2: round: '{'9' * 20}' is not a whole number"),
        (HISTORY + f"1,{ONE},{ONE},\n", "h.csv:2: somebody is in the group twice"),
        (HISTORY + f"1,{ONE},{ONE.upper()},\n", "h.csv:2: somebody is in the group twice"),
    ],
)
def test_a_wrong_history_is_told_with_its_row_and_column(world: World, content: str, told: str) -> None:
    world.join_many(3)
    with pytest.raises(BadFile) as refusal:
        take_in_history(world, content)
    assert str(refusal.value) == told


def test_somebody_named_by_id_and_address_is_one_person(world: World) -> None:
    person, _ = world.join_many(2)
    with pytest.raises(BadFile, match="twice"):
        take_in_history(world, HISTORY + f"1,{person},{ONE},\n")


@pytest.mark.usefixtures("both_databases")
def test_people_nobody_knows_are_counted_and_passed_over(world: World) -> None:
    world.join_many(2)
    done = take_in_history(world, HISTORY + f"1,{ONE},{TWO},x@example.org\n2,{ONE},y@example.org,\n")
    assert done == Imported(added=1, passed_over=2)


def test_people_who_have_left_are_known(world: World) -> None:
    gone, _ = world.join_many(2)
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, gone)), now=world.now)
    assert take_in_history(world, HISTORY + f"1,{ONE},{TWO},\n").added == 1


def test_who_met_in_the_history_does_not_meet_again(world: World) -> None:
    world.join_many(4)
    take_in_history(world, HISTORY + f"1,{ONE},{TWO},\n")
    number = world.round()
    with world.read() as session:
        repeats = session.scalar(select(func.sum(Group.repeats)))
    assert (number, repeats) == (2, 0)


def test_history_comes_before_the_first_round(world: World) -> None:
    world.join_many(4)
    world.round()
    with pytest.raises(BadFile, match="has rounds already"):
        take_in_history(world, HISTORY + f"1,{ONE},{TWO},\n")


def test_an_imported_round_cannot_be_sent(world: World) -> None:
    from web.services.rounds.rounds import NoDraft

    world.join_many(2)
    take_in_history(world, HISTORY + f"1,{ONE},{TWO},\n")
    with pytest.raises(NoDraft):
        world.send(1)


def test_an_imported_round_can_be_looked_at(world: World) -> None:
    world.join_many(2)
    take_in_history(world, HISTORY + f"1,{ONE},{TWO},\n")
    assert world.organiser().open("/organise/councils/rounds/1").status == 200


def test_whoever_is_invited_to_two_programmes_is_reminded_by_both(world: World) -> None:
    world.start("charities", "Charities Unmentoring")
    for slug in (SLUG, "charities"):
        import_work.take_in(
            world.database,
            slug,
            ImportKind.PEOPLE,
            "p.csv",
            (HEADER + AMINA).encode(),
            by=BY,
            clock=world.clock,
            key=KEY,
        )
    world.work()
    world.clock.turn(days=6)
    for slug in (SLUG, "charities"):
        with world.write() as session:
            invitations.remind(session, world.programme(session, slug), by=BY, now=world.now)
    world.work()
    assert len(world.inbox("amina@example.org", "invitation")) == 4


def say_no(world: World, email: str) -> None:
    letter = world.link_in(world.letter(email, "invitation"), "/confirm/")
    world.visitor().open(letter).press("No, thank you")


def test_who_said_no_is_not_invited_by_the_same_list_a_year_later(world: World) -> None:
    take_in(world, HEADER + AMINA)
    world.work()
    say_no(world, "amina@example.org")
    world.clock.turn(days=365)
    done = take_in(world, HEADER + AMINA.replace("amina@", "Amina@"))
    world.work()
    assert (done.added, world.inbox("amina@example.org", "invitation")) == (0, [])


def test_an_organiser_reads_why_they_are_left_out(world: World) -> None:
    take_in(world, HEADER + AMINA)
    world.work()
    say_no(world, "amina@example.org")
    done = take_in(world, HEADER + AMINA)
    why = "has said no to this programme before; they can join by the form"
    assert list(done.remarks) == [f"row 2: left out: {why}"]


def test_who_erased_themselves_is_not_invited_by_a_list_again(world: World) -> None:
    person = world.join("Amina Yusuf", email="amina@example.org")
    world.visitor().open(f"{world.page_of(person, full=True)}/erase").press("Erase everything about me")
    done = take_in(world, HEADER + AMINA)
    world.work()
    assert (done.added, world.inbox("amina@example.org", "invitation")) == (0, [])


def test_who_was_erased_for_long_silence_may_be_invited(world: World) -> None:
    world.erase(world.join("Amina Yusuf", email="amina@example.org"))
    assert take_in(world, HEADER + AMINA).added == 1


def test_a_no_to_one_programme_is_none_to_another(world: World) -> None:
    world.start("charities", "Charities Unmentoring")
    take_in(world, HEADER + AMINA)
    world.work()
    say_no(world, "amina@example.org")
    with world.write() as session:
        raw, other = (HEADER + AMINA).encode(), world.programme(session, "charities")
        importing.import_people(session, other, "p.csv", raw, by=BY, now=world.now)
    world.work()
    assert len(world.inbox("amina@example.org", "invitation")) == 1


def test_of_two_people_in_a_row_the_command_says_that_one_is_taken_in(world: World) -> None:
    rows = "Council,Clerk name,Clerk email,Chair name,Chair email\nLeeds,Ann Lee,a@x.org,Tom Field,t@x.org\n"
    (said,) = take_in(world, rows).remarks
    assert said == "“Chair name” seems to be somebody else, who is not taken in: one person of each row is"


def test_who_has_come_after_somebody_at_a_shared_address_is_named_by_command(world: World) -> None:
    world.join("Ann Lee", "Mind", email="clerk@example.org")
    world.join("Bo Ray", "Mind", email="bo@example.org")
    done = take_in(world, HEADER + "Tom Field,Mind,clerk@example.org\nBo Ray,Mind,bo@example.org\n")
    assert (done.known, list(done.remarks)) == (2, [f"row 2: here already, as Ann Lee: {ITS_OWN}"])
