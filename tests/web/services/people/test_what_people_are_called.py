"""What somebody is called: as they asked, in greetings and subjects, from wherever they came."""

import pytest
from sqlmodel import select

from tests.support.importing import import_people
from tests.support.world import BY, World
from web.models import Membership, Organisation, Person
from web.models.folding import folded
from web.services.common import written_names
from web.services.people import data_export, directory_file, merging, participation

ANH = "anh@example.org"


def join(world: World, **fields: str) -> str:
    """By the form; the heading of their own page."""
    form = world.visitor().open("/p/councils/join")
    world.clock.turn(minutes=1)
    told = {"email": ANH, "organisation": "Leeds City Council"} | fields
    form.press("Join Councils Unmentoring", agree=True, **told)
    world.work()
    page = world.visitor().open(world.link_in(world.letter(ANH, "confirm"), "/confirm/"))
    page.press("Yes, I am in")
    world.work()
    return page.heading


def pair(world: World) -> tuple[str, str]:
    """Two who are introduced to each other."""
    one = world.join("Nguyễn Văn Anh", "Leeds City Council", email=ANH, known_as="Anh")
    other = world.join("Tom Field", "Cyngor Gwynedd", email="tom@example.org")
    world.round()
    return one, other


def test_their_page_greets_them_as_they_asked(world: World) -> None:
    assert join(world, name="Nguyễn Văn Anh", known_as="Anh") == "Hello Anh"


def test_without_a_wish_nothing_is_cut_off_a_name(world: World) -> None:
    assert join(world, name="Nguyễn Văn Anh") == "Hello Nguyễn Văn Anh"


def test_letters_greet_them_as_they_asked(world: World) -> None:
    join(world, name="Nguyễn Văn Anh", known_as="Anh")
    assert world.letter(ANH, "welcome").text.startswith("Hello Anh,")


@pytest.mark.parametrize("typed", ["Smith, Jane", "Jane Smith", " Jane  Smith "])
def test_a_name_turned_round_is_put_in_order(world: World, typed: str) -> None:
    assert join(world, name=typed) == "Hello Jane Smith"


def test_a_subject_says_what_a_partner_is_called(world: World) -> None:
    pair(world)
    assert world.letter("tom@example.org", "introduction").subject.startswith("Meet Anh from Leeds")


def test_a_partner_reads_the_whole_name_too(world: World) -> None:
    pair(world)
    assert "talking with Nguyễn Văn Anh, Leeds" in world.letter("tom@example.org", "introduction").text


def test_they_change_it_themselves(world: World) -> None:
    person = world.join("Nguyễn Văn Anh", email=ANH)
    page = world.visitor().open(world.page_of(person, full=True))
    page.open(f"{page.path}/details").press("Save my details", known_as="Anh")
    assert page.heading == "Hello Anh"


def test_what_waits_for_them_greets_them_by_the_new_one(world: World) -> None:
    person = world.join("Nguyễn Văn Anh", email=ANH)
    page = world.visitor().open(world.page_of(person, full=True))
    page.open(f"{page.path}/details").press("Save my details", known_as="Anh")
    world.work()
    assert world.letter(ANH, "welcome").text.startswith("Hello Anh,")


def test_an_import_brings_it(world: World) -> None:
    file = b"Name,Preferred name,Organisation,Email\nNguy\xe1\xbb\x85n Anh,Anh,Leeds,anh@example.org\n"
    with world.write() as session:
        import_people(session, world.programme(session), "p.csv", file, by=BY, now=world.now)
        made = [(one.name, one.known_as) for one in session.exec(select(Person))]
    assert made == [("Nguyễn Anh", "Anh")]


def test_what_comes_out_has_it(world: World) -> None:
    world.join("Nguyễn Văn Anh", known_as="Anh")
    with world.read() as session:
        *_, line = directory_file.export(session, world.programme(session))
    assert line.strip().endswith(",Anh")


def test_their_own_export_has_it(world: World) -> None:
    person = world.join("Nguyễn Văn Anh", known_as="Anh")
    with world.read() as session:
        held = data_export.everything(session, session.get_one(Person, person))
    assert held["details"][0]["known as"] == "Anh"


def test_erasing_takes_it(world: World) -> None:
    person = world.join("Nguyễn Văn Anh", known_as="Anh")
    world.erase(person)
    assert world.person(person).known_as == ""


def test_merging_keeps_it(world: World) -> None:
    kept, gone = world.join("Anh Nguyen"), world.join("Nguyễn Văn Anh", known_as="Anh")
    with world.write() as session:
        both = (session.get_one(Person, kept), session.get_one(Person, gone))
        merging.merge(session, world.programme(session), *both, by=BY, now=world.now)
    assert world.person(kept).known_as == "Anh"


def test_an_organiser_puts_a_name_right(world: World) -> None:
    person = world.join("Van Anh Nguyen")
    page = world.organiser().open(f"/organise/councils/people/{person}/name")
    page.press("Save these details", name="Nguyễn Văn Anh", known_as="Anh")
    known = world.person(person)
    assert (page.heading, known.known_as) == ("Nguyễn Văn Anh", "Anh")


def organisation_of(world: World, person: str) -> str:
    with world.read() as session:
        return session.get_one(Organisation, world.membership(person).organisation_id).name


def test_an_organiser_puts_an_organisation_right(world: World) -> None:
    person, _ = world.join("Ann Lee", "Abington Parish Council"), world.join("Bo", "Arrington Parish Council")
    page = world.organiser().open(f"/organise/councils/people/{person}/name")
    page.press("Save these details", organisation="Arrington Parish Council")
    assert (page.heading, organisation_of(world, person)) == ("Ann Lee", "Arrington Parish Council")


def test_what_may_be_one_that_is_known_is_asked_about(world: World) -> None:
    person, _ = world.join("Ann Lee", "Mind"), world.join("Bo", "Leeds City Council")
    page = world.organiser().open(f"/organise/councils/people/{person}/name")
    page.press("Save these details", organisation="Leeds CC")
    page.press("Save these details", organisation_is="Leeds City Council")
    assert organisation_of(world, person) == "Leeds City Council"


def test_where_they_went_themselves_meanwhile_is_not_taken_back_with_a_name(world: World) -> None:
    person = world.join("Ann Lee", "Mind")
    page = world.organiser().open(f"/organise/councils/people/{person}/name")
    with world.write() as session:
        here = session.get_one(Membership, (world.programme(session).id, person))
        participation.set_organisation(session, here, "Brent Council", now=world.now)
    page.press("Save these details", name="Anne Lee")
    assert (page.heading, organisation_of(world, person)) == ("Anne Lee", "Brent Council")


def test_a_list_finds_them_under_the_name_put_right(world: World) -> None:
    person = world.join("Van Anh Nguyen")
    page = world.organiser().open(f"/organise/councils/people/{person}/name")
    page.press("Save these details", name="Nguyễn Văn Anh")
    assert world.membership(person).name_key == folded("Nguyễn Văn Anh")


def test_a_name_is_not_taken_away(world: World) -> None:
    person = world.join("Anh Nguyen")
    page = (
        world.organiser()
        .open(f"/organise/councils/people/{person}/name")
        .press("Save these details", name="")
    )
    assert page.mistakes == ["Enter your name"]


def test_a_name_is_compared_whichever_keyboard_wrote_it() -> None:
    assert written_names.bare("Siân O’Neill‑Rees") == written_names.bare("Sian O'Neill-Rees")
