"""Telling the organisers about somebody, and nobody else."""

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Person, Purpose, Role
from web.services.organisers import accounts
from web.services.people import erasure

ORGANISER, VIEWER = "organiser@councils.example", "viewer@councils.example"
WORDS = "He tried to sell me a photocopier."


@pytest.fixture
def amina(world: World) -> str:
    world.appoint(VIEWER, Role.VIEWER)
    amina, _ = world.join("Amina Yusuf", email="amina@example.org"), world.join("Tom Field")
    world.appoint(ORGANISER, Role.ORGANISER)
    world.round()
    return amina


def conversation(world: World, person: str) -> Visitor:
    return world.visitor().open(world.door(Purpose.CONVERSATION, person, world.group_of(person)))


def report(world: World, person: str, **fields: str) -> Visitor:
    visitor = conversation(world, person)
    visitor.open(visitor.link("Tell the organisers, privately"))
    return visitor.press("Tell the organisers", **({"text": WORDS} | fields))


@pytest.mark.usefixtures("both_databases")
def test_an_organiser_reads_who_said_what_about_whom(world: World, amina: str) -> None:
    report(world, amina)
    page = world.organiser().open("/organise/councils/reports").text
    assert [part in page for part in ("About Tom Field", "From Amina Yusuf", WORDS)] == [True] * 3


def test_a_link_of_ours_in_a_report_is_taken_out(world: World, amina: str) -> None:
    door = world.page_of(amina)
    report(world, amina, text=f"He has my link: http://127.0.0.1:8000{door}")
    page = world.organiser().open("/organise/councils/reports").answer.text
    assert ("He has my link:" in page, door.rpartition("/")[2] in page) == (True, False)


def test_the_report_leads_to_the_person_it_is_about(world: World, amina: str) -> None:
    report(world, amina)
    visitor = world.organiser().open("/organise/councils/reports")
    assert "Suspend Tom Field" in visitor.open(visitor.link("Open the page of Tom Field")).text


def test_organisers_are_told_that_there_is_something_to_read_and_not_what(world: World, amina: str) -> None:
    report(world, amina)
    letter = world.letter(ORGANISER, "reported")
    assert [word in letter.text for word in ("photocopier", "Tom", "Amina")] == [False] * 3


def test_nobody_else_is_told(world: World, amina: str) -> None:
    report(world, amina)
    world.work()
    assert {message.to for message in world.inbox(kind="reported")} == {ORGANISER}


def also_organises(world: World, person: str) -> str:
    """Their address, with a role of an organiser."""
    email = str(world.person(person).email)
    world.appoint(email, Role.ORGANISER)
    return email


@pytest.mark.usefixtures("both_databases")
def test_an_organiser_reads_nothing_that_is_about_themselves(world: World, amina: str) -> None:
    [tom] = world.partners_of(amina)
    email = also_organises(world, tom)
    report(world, amina)
    world.work()
    visitor = world.organiser(email, Role.ORGANISER)
    pages = [visitor.open(f"/organise/councils/{page}").text for page in ("", "reports")]
    said = [words for words in ("about somebody waits", WORDS, "About Tom") if words in " ".join(pages)]
    assert (said, [letter.to for letter in world.inbox(kind="reported")]) == ([], [ORGANISER])


@pytest.mark.parametrize(("asked", "shown"), [("", 1), ("?who={}", 0)])
def test_the_audit_names_nobody_who_has_reported_somebody(
    world: World, amina: str, asked: str, shown: int
) -> None:
    report(world, amina)
    page = world.organiser().open("/organise/councils/audit" + asked.format(amina))
    rows = [" ".join(row.text_content().split()) for row in page.page.xpath("//tr[contains(., 'eported')]")]
    assert (len(rows), [row for row in rows if "Amina" in row]) == (shown, [])


def test_an_organiser_deals_with_nothing_that_is_about_themselves(world: World, amina: str) -> None:
    [tom] = world.partners_of(amina)
    visitor = world.organiser(also_organises(world, tom), Role.ORGANISER)
    report(world, amina)
    token = visitor.token("/organise/councils/")
    assert visitor.post("/organise/councils/reports/1/done", {"csrf_token": token}).status_code == 404


@pytest.mark.parametrize("operated", [True, False])
def test_nobody_reports_somebody_to_themselves_alone(world: World, operated: bool) -> None:
    amina, tom = world.join("Amina Yusuf"), world.join("Tom Field")
    also_organises(world, tom)
    if operated:
        with world.write() as session:
            accounts.account(session, "host@example.org", now=world.now).operates_since = world.now
    world.round()
    [said] = report(world, amina).mistakes
    told = ("the only organiser here" in said, "whoever hosts this service" in said)
    assert (told, world.dump()["report"]) == ((True, operated), [])


def test_who_may_only_look_does_not_read_it(world: World, amina: str) -> None:
    report(world, amina)
    visitor = world.organiser(VIEWER, Role.VIEWER)
    assert "about somebody" not in visitor.open("/organise/councils/").text
    assert visitor.open("/organise/councils/reports").status == 403


def test_a_report_waits_on_the_dashboard_until_it_is_dealt_with(world: World, amina: str) -> None:
    report(world, amina)
    visitor = world.organiser()
    waits = "1 report about somebody waits for you"
    before = waits in visitor.open("/organise/councils/").text
    visitor.open("/organise/councils/reports").press("Mark as dealt with")
    assert (before, waits in visitor.open("/organise/councils/").text) == (True, False)


def test_a_report_of_another_programme_is_not_theirs_to_deal_with(world: World, amina: str) -> None:
    report(world, amina)
    world.start("charities", "Charities Unmentoring")
    visitor = world.organiser("other@charities.example", slug="charities")
    token = visitor.token("/organise/charities/")
    visitor.post("/organise/charities/reports/1/done", {"csrf_token": token})
    assert world.dump()["report"][0][-2:] == (None, None)


def test_in_a_three_one_says_whom_it_is_about(world: World) -> None:
    people = [world.join(f"Person {name}") for name in "ABC"]
    world.appoint(ORGANISER)
    world.round()
    visitor = report(world, people[0])
    first = visitor.mistakes
    visitor.press("Tell the organisers", about=people[2])
    assert (first, len(world.dump()["report"])) == (["Choose whom it is about"], 1)


def test_a_report_without_words_is_asked_for_again(world: World, amina: str) -> None:
    assert report(world, amina, text=" ").mistakes == ["Write what happened, in a sentence or two"]


def test_five_reports_a_day_are_enough(world: World, amina: str) -> None:
    for number in range(6):
        visitor = report(world, amina, text=f"He tried again, for the {number}th time.")
    assert len(world.dump()["report"]) == 5
    assert "hello@councils.example" in visitor.text


@pytest.mark.parametrize("whose", ["the one who told", "the one it is about"])
def test_erasing_either_of_them_erases_the_report(world: World, amina: str, whose: str) -> None:
    report(world, amina)
    person = amina if whose == "the one who told" else world.partners_of(amina)[0]
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, person), by="a test", now=world.now)
    assert world.dump()["report"] == []


def test_organisers_hear_of_a_report_after_an_earlier_one_was_erased(world: World, amina: str) -> None:
    report(world, amina)
    world.work()
    world.erase(amina)
    world.clock.turn(minutes=1)
    one = world.join("Ines Roy")
    world.round()
    visitor = world.visitor().open(world.door(Purpose.CONVERSATION, one, world.group_of(one, 2)))
    visitor.open(visitor.link("Tell the organisers, privately"))
    visitor.press("Tell the organisers", text=WORDS)
    world.work()
    assert len(world.inbox(ORGANISER, "reported")) == 2
