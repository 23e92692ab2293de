"""Who is invited and takes part in another programme: organisers see what their own file said of them."""

from datetime import date

import pytest

from notifications.messages import Channel
from tests.support import by_text
from tests.support.importing import import_people
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import LawfulBasis, Person
from web.services.imports import import_people as importing
from web.services.imports.takeovers import Statement
from web.services.people import merging

PHONE = "+447700900123"
FILE = b"name,organisation,email\nJ. Bloggs,Shelter,jane@leeds.example\n"
SECRETS = ("Jane", "Smith", "Jay", "07700", "900123", "Bins", "text message")


@pytest.fixture
def jane(world: World) -> str:
    """She takes part in councils, and charities have her address on a list."""
    told = {"known_as": "Jay", "phone": PHONE, "channel": Channel.SMS, "about": "Bins."}
    person = world.join("Jane Smith", email="jane@leeds.example", verified=True, **told)
    world.start("charities", "Charities")
    with world.write() as session:
        programme = world.programme(session, "charities")
        import_people(session, programme, "people.csv", FILE, by="a test", now=world.now)
    return person


@pytest.fixture
def owner(world: World, jane: str) -> Visitor:
    return world.organiser("owner@charities.example", slug="charities")


def given_away(page: Visitor) -> list[str]:
    return [secret for secret in SECRETS if secret in page.answer.text]


HERE = "/organise/charities"


@pytest.mark.parametrize("suspended", [False, True])
@pytest.mark.parametrize(
    "page",
    ["/people", "/people?search=smith", "/people/{}", "/people/{}/name", "/people/{}/merge",
     "/people/{}/merge?other=jane@leeds.example", "/audit", "/replies", "/"],
)  # fmt: skip
def test_no_page_of_theirs_tells_what_she_told_others(
    world: World, jane: str, owner: Visitor, page: str, suspended: bool
) -> None:
    world.visitor().open(world.page_of(jane, full=True) + "/free-times").press("Save my times")
    owner.open(f"{HERE}/people/{jane}").press("Send the invitation again")
    if suspended:
        owner.open(f"{HERE}/people/{jane}").press(owner.buttons[-1], reason="No.")
        assert given_away(owner) == []
    assert given_away(owner.open(HERE + page.format(jane))) == []


def test_the_file_of_everybody_tells_nothing_either(owner: Visitor) -> None:
    owner.open(f"{HERE}/people").press("Export everyone as CSV")
    assert ("J. Bloggs" in owner.answer.text, given_away(owner)) == (True, [])


def test_what_the_file_called_her_finds_her(owner: Visitor) -> None:
    assert "J. Bloggs" in owner.open(f"{HERE}/people?search=bloggs").text


@pytest.mark.usefixtures("both_databases")
def test_what_she_wrote_to_us_out_of_the_blue_is_read_where_she_takes_part(
    world: World, owner: Visitor
) -> None:
    by_text.text(world, "Is there a crèche at the venue?", PHONE)
    councils = world.organiser()
    seen = ["crèche" in page.text for page in (councils.open("/organise/councils/replies"), replies(owner))]
    assert seen == [True, False]


def replies(owner: Visitor) -> Visitor:
    return owner.open(f"{HERE}/replies")


@pytest.mark.usefixtures("both_databases")
def test_whom_she_would_rather_not_meet_is_not_told(world: World, jane: str, owner: Visitor) -> None:
    world.clock.turn(hours=2)
    other = world.join("Tom Field", slug="charities", email="tom@example.org")
    page = world.visitor().open(world.page_of(jane, full=True) + "/rather-not")
    page.press("Add to my list", email="tom@example.org")
    seen = ["a wish of one" in owner.open(f"{HERE}/people/{one}").text for one in (jane, other)]
    assert seen == [False, False]


def test_her_number_is_not_found_out_by_another_file(world: World, owner: Visitor) -> None:
    with world.write() as session:
        programme = world.programme(session, "charities")
        here = importing.known(session, programme.id)
    assert here.phones == {}


def test_nobody_is_merged_into_her(world: World, jane: str, owner: Visitor) -> None:
    world.clock.turn(hours=2)
    double = world.join("J. Bloggs", slug="charities", email="owner@charities.example")
    with world.write() as session:
        both = session.get_one(Person, jane), session.get_one(Person, double)
        with pytest.raises(merging.NotOne, match="Bloggs has not said yes here"):
            merging.merge(session, world.programme(session, "charities"), *both, by="a test", now=world.now)


@pytest.mark.usefixtures("both_databases")
def test_once_she_has_said_yes_she_is_who_she_says(world: World, jane: str, owner: Visitor) -> None:
    letter = world.letter("jane@leeds.example", "invitation")
    world.visitor().open(world.link_in(letter, "/confirm/")).press("Yes, I am in")
    assert owner.open(f"{HERE}/people/{jane}").heading == "Jane Smith"
    assert "Bloggs" not in str(world.dump())


def test_whoever_was_taken_over_is_shown_as_the_file_has_them_too(world: World) -> None:
    person = world.join("Jane Smith", email="jane@leeds.example", phone=PHONE)
    world.start("charities", "Charities")
    stated = Statement("The network", date(2026, 3, 2), "May we?", LawfulBasis.CONSENT)
    with world.write() as session:
        programme = world.programme(session, "charities")
        import_people(session, programme, "p.csv", FILE, by="a test", now=world.now, stated=stated)
    owner = world.organiser("owner@charities.example", slug="charities")
    assert given_away(owner.open(f"{HERE}/people/{person}")) == []
