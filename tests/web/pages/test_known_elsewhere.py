"""Who is invited and takes part in another programme: organisers see what their own file said of them."""

from datetime import date

import pytest

from notifications.messages import Channel
from tests.support import by_text
from tests.support.importing import KEY, import_people
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import LawfulBasis, Person
from web.services.imports import import_people as importing
from web.services.imports.takeovers import Statement
from web.services.people import invitations, merging

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


def test_the_number_she_told_others_finds_nobody(owner: Visitor) -> None:
    assert "J. Bloggs" not in owner.open(f"{HERE}/people?search=07700+900123").text


def test_the_number_in_the_file_finds_her(world: World) -> None:
    world.join("Ann Elsewhere", email="ann@example.org", phone=PHONE)
    world.start("charities", "Charities")
    bring_in(world, "charities", WITH_PHONE)
    owner = world.organiser("owner@charities.example", slug="charities")
    found = [owner.open(f"{HERE}/people?search={number}").text for number in ("07700+900321", "07700+900123")]
    assert ["Ann Lee" in page for page in found] == [True, False]


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
        here = importing.known(session, programme.id, KEY)
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


WITH_PHONE = b"name,organisation,email,mobile,known as\nAnn Lee,Shelter,ann@example.org,07700 900321,Annie\n"


def exported(world: World, slug: str) -> str:
    page = world.organiser(f"owner@{slug}.example", slug=slug).open(f"/organise/{slug}/people")
    return page.press("Export everyone as CSV").answer.text.partition("\n")[2].partition(",")[2]


def bring_in(world: World, slug: str, file: bytes) -> None:
    with world.write() as session:
        import_people(session, world.programme(session, slug), "p.csv", file, by="a test", now=world.now)


def test_who_is_put_on_another_programme_s_list_too_looks_the_same_to_the_first(world: World) -> None:
    """Else an import would tell it that others have them on a list."""
    world.start("charities", "Charities")
    bring_in(world, "councils", WITH_PHONE)
    before = exported(world, "councils")
    bring_in(world, "charities", WITH_PHONE.replace(b"Ann Lee", b"A. Lee"))
    assert (exported(world, "councils"), "Ann Lee" in before) == (before, True)


def test_who_takes_part_elsewhere_has_the_number_of_the_file_like_anybody_else_of_it(world: World) -> None:
    world.join("Ann Elsewhere", email="ann@example.org")
    world.start("charities", "Charities")
    bring_in(world, "charities", WITH_PHONE)
    assert "Ann Lee,Shelter,ann@example.org,'+447700900321,invited," in exported(world, "charities")


def test_a_no_forgets_what_the_file_said(world: World, jane: str) -> None:
    with world.write() as session:
        person, programme = session.get_one(Person, jane), world.programme(session, "charities")
        invitations.decline_invitation(session, person, programme, key=KEY, now=world.now)
    assert "Bloggs" not in str(world.dump()["importrow"])
