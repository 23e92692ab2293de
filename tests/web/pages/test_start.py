"""Starting a programme without a shell: the founder's way, the operator's, and what may be in theirs."""

from pathlib import Path

import pytest
from sqlalchemy import select

from notifications import outbox
from tests.support.gathering import add_source, begin_gathering
from tests.support.visitor import Visitor
from tests.support.world import PUBLIC, World, settings_at
from web.models import Link, Person, Programme, ProgrammeRequest, Purpose, Request, SourceKind
from web.services.common import programmes
from web.services.people import data_export
from web.settings import Settings

FOUNDER = "founder@parishes.example"
FORM = {
    "name": "Parishes Unmentoring",
    "slug": "parishes",
    "email": FOUNDER,
    "contact": "hello@parishes.example",
    "why": "Clerks work alone.",
    "helpers": "Ann from Newtown",
}
SEND = "Send me a link to confirm it"
OPERATOR = "operator@host.example"


@pytest.fixture
def mode() -> str:
    """Who may start programmes."""
    return "open"


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path, mode: str) -> Settings:
    file = tmp_path / "unmentoring.db"
    file.write_bytes(sqlite_template.read_bytes())
    return settings_at(f"sqlite:///{file}", tmp_path, programmes=mode, alert_email=OPERATOR)


asking = pytest.mark.parametrize("mode", ["ask"])


def ask(world: World, visitor: Visitor | None = None, **other: str) -> Visitor:
    """Somebody fills in the form, slowly enough for a person."""
    visitor = (visitor or world.visitor()).open("/start")
    world.clock.turn(seconds=30)
    return visitor.press(SEND, **FORM | other)


def founders_link(world: World, email: str = FOUNDER, kind: str = "start_confirm") -> str:
    return world.link_in(world.letter(email, kind), "/start/confirm/")


def operators_link(world: World) -> str:
    return world.link_in(world.letter(OPERATOR, "start_asked"), "/start/decide/")


def confirm(world: World, **other: str) -> Visitor:
    """The form, the letter, the button."""
    ask(world, **other)
    visitor = world.visitor().open(founders_link(world, other.get("email", FOUNDER)))
    return visitor.press(visitor.buttons[0])


def programmes_of(world: World) -> list[str]:
    with world.read() as session:
        return list(session.scalars(select(Programme.slug).order_by(Programme.id)))


def states(world: World) -> list[str]:
    with world.read() as session:
        return [one.value for one in session.scalars(select(ProgrammeRequest.state))]


# The founder


def test_a_programme_begins_with_the_press_behind_the_letter(world: World) -> None:
    confirm(world)
    assert programmes_of(world) == ["councils", "parishes"]


def test_the_founder_owns_it_and_is_signed_in_on_its_first_page(world: World) -> None:
    visitor = confirm(world)
    assert (visitor.path, visitor.heading) == ("/organise/parishes/", "Parishes Unmentoring")


def test_nothing_begins_before_the_founder_has_confirmed(world: World) -> None:
    ask(world)
    world.work()
    assert programmes_of(world) == ["councils"]


def test_opening_the_letter_s_link_changes_nothing(world: World) -> None:
    ask(world)
    link = founders_link(world)
    before = world.dump()
    world.visitor().open(link).open(link)
    assert world.dump() == before


def test_the_letter_carries_nothing_that_the_form_said(world: World) -> None:
    ask(world, name="Buy at shop example", why="Cheap watches.")
    letter = world.letter(FOUNDER, "start_confirm")
    assert [word for word in ("Buy", "watches", "parishes", "Ann") if word in letter.text] == []


def test_a_second_press_begins_nothing_more(world: World) -> None:
    ask(world)
    link = founders_link(world)
    one, other = world.visitor().open(link), world.visitor().open(link)
    one.press("Start Parishes Unmentoring")
    other.press("Start Parishes Unmentoring")
    assert programmes_of(world) == ["councils", "parishes"]


def test_whoever_presses_second_is_not_signed_in(world: World) -> None:
    ask(world)
    link = founders_link(world)
    one, other = world.visitor().open(link), world.visitor().open(link)
    one.press("Start Parishes Unmentoring")
    assert other.press("Start Parishes Unmentoring").heading == "Parishes Unmentoring has begun"


def test_the_founder_is_also_written_to_with_a_way_to_sign_in(world: World) -> None:
    confirm(world)
    link = world.link_in(world.letter(FOUNDER, "programme_begun"), "/organise/sign-in/")
    assert world.visitor().open(link).press("Sign in").path == "/organise/parishes/"


def test_the_operator_hears_of_a_programme_that_has_begun(world: World) -> None:
    confirm(world)
    assert world.letter(OPERATOR, "start_asked").subject == "A programme has begun: Parishes Unmentoring"


def test_what_is_confirmed_too_late_begins_nothing(world: World) -> None:
    ask(world)
    visitor = world.visitor().open(founders_link(world))
    world.clock.turn(hours=48)
    assert (visitor.press("Start Parishes Unmentoring").status, programmes_of(world)) == (410, ["councils"])


def test_what_nobody_confirms_is_forgotten_after_three_days(world: World) -> None:
    ask(world)
    world.work()
    world.clock.turn(hours=73)
    world.worker.keep_up()
    with world.read() as session:
        assert session.scalars(select(Request)).all() == []


def test_of_two_founders_who_want_one_address_the_second_chooses_another(world: World) -> None:
    ask(world)
    ask(world, email="other@parishes.example")
    one = world.visitor().open(founders_link(world))
    other = world.visitor().open(founders_link(world, "other@parishes.example"))
    one.press("Start Parishes Unmentoring")
    other.press("Start Parishes Unmentoring")
    assert other.heading == "Choose another address for the page"
    other.press("Use this address", slug="more-parishes")
    assert (other.path, programmes_of(world)) == (
        "/organise/more-parishes/",
        ["councils", "parishes", "more-parishes"],
    )


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("councils", "“councils” is another programme’s address"),
        ("counci1s", "“counci1s” looks like “councils”"),
        ("coun-cils", "“coun-cils” looks like “councils”"),
        ("organise", "“organise” looks like a page of this service"),
        ("admin", "“admin” looks like a page of this service"),
        ("every-thing", "“every-thing” looks like a page of this service"),
        ("соuncil", "Use 1 to 40 small letters from a to z"),
        ("par/ishes", "Use 1 to 40 small letters from a to z"),
        ("-parishes", "Use 1 to 40 small letters from a to z"),
    ],
)
def test_an_address_that_cannot_be_had_is_refused_with_words(world: World, slug: str, words: str) -> None:
    visitor = ask(world, slug=slug)
    assert (visitor.status, words in visitor.mistakes[0]) == (422, True), visitor.mistakes


def test_a_refused_form_keeps_what_was_typed(world: World) -> None:
    visitor = ask(world, slug="councils")
    assert visitor.page.xpath("string(//textarea[@name='why'])").strip() == FORM["why"]


def test_capitals_and_spaces_become_what_an_address_can_have(world: World) -> None:
    confirm(world, slug="North Parishes")
    assert programmes_of(world)[-1] == "north-parishes"


def test_a_form_sent_back_at_once_is_not_believed_to_be_a_person_s(world: World) -> None:
    visitor = world.visitor().open("/start").press(SEND, **FORM)
    assert (visitor.status, "That was very quick" in visitor.mistakes[0]) == (422, True)


def test_a_form_that_a_program_filled_in_starts_nothing(world: World) -> None:
    assert ask(world, website="https://shop.example").status == 422


def test_the_fourth_programme_of_a_day_from_one_network_waits_for_the_operator(world: World) -> None:
    for number in range(4):
        confirm(world, slug=f"parish-{number}", email=f"f{number}@parishes.example")
    assert states(world) == ["approved", "approved", "approved", "waiting"]


def test_one_mailbox_does_not_become_many_by_a_plus(world: World) -> None:
    for number in range(4):
        confirm(world, slug=f"parish-{number}", email=f"founder+{number}@parishes.example")
    assert states(world).count("approved") == 3


# Asking for it


@asking
def test_what_is_asked_for_waits_for_the_operator(world: World) -> None:
    visitor = confirm(world)
    assert (visitor.heading, programmes_of(world)) == (
        "Parishes Unmentoring waits for a decision",
        ["councils"],
    )


@asking
def test_the_operator_approves_with_one_press(world: World) -> None:
    confirm(world)
    world.visitor().open(operators_link(world)).press("Approve Parishes Unmentoring")
    link = world.link_in(world.letter(FOUNDER, "programme_begun"), "/organise/sign-in/")
    assert world.visitor().open(link).press("Sign in").path == "/organise/parishes/"


@asking
def test_opening_the_operator_s_link_changes_nothing(world: World) -> None:
    confirm(world)
    link = operators_link(world)
    before = world.dump()
    world.visitor().open(link)
    assert world.dump() == before


@asking
def test_of_two_operators_who_decide_the_second_reads_what_the_first_decided(world: World) -> None:
    confirm(world)
    link = operators_link(world)
    one, other = world.visitor().open(link), world.visitor().open(link)
    one.press("Approve Parishes Unmentoring")
    other.press("Decline Parishes Unmentoring", reason="No")
    assert ("It began on" in other.text, states(world)) == (True, ["approved"])


@asking
def test_the_founder_reads_why_it_was_declined(world: World) -> None:
    confirm(world)
    world.visitor().open(operators_link(world)).press(
        "Decline Parishes Unmentoring", reason="There is one for parishes elsewhere."
    )
    assert "They write: There is one for parishes elsewhere." in world.letter(FOUNDER, "start_news").text


@asking
def test_why_not_is_not_lost_by_approving(world: World) -> None:
    confirm(world)
    page = world.visitor().open(operators_link(world))
    page.press("Approve Parishes Unmentoring", reason="There is one.")
    assert ("There is one." in page.text, page.status, states(world)) == (True, 422, ["waiting"])


@asking
def test_a_founder_whose_address_is_taken_meanwhile_chooses_another_and_waits_again(world: World) -> None:
    confirm(world)
    world.start("pari-shes", "Others")
    decision = world.visitor().open(operators_link(world)).press("Approve Parishes Unmentoring")
    assert "is taken meanwhile" in decision.text
    founder = world.visitor().open(founders_link(world, kind="start_news"))
    founder.press("Use this address", slug="parishes-of-kent")
    assert founder.heading == "Parishes Unmentoring waits for a decision"


@asking
def test_what_nobody_decides_is_given_up_after_30_days_and_forgotten_after_60(world: World) -> None:
    confirm(world)
    world.clock.turn(days=31)
    world.worker.keep_up()
    assert "In 30 days nobody has decided" in world.letter(FOUNDER, "start_news").text.replace("\n", " ")
    world.clock.turn(days=31)
    world.worker.keep_up()
    assert states(world) == []


@asking
def test_a_founder_takes_back_what_they_asked_for(world: World) -> None:
    confirm(world)
    world.visitor().open(founders_link(world)).press("Take it back and delete it")
    with world.read() as session:
        kept = session.scalars(select(Link).where(Link.purpose == Purpose.START)).all()
    assert (states(world), kept) == ([], [])


@asking
def test_the_operator_s_letter_about_what_was_taken_back_decides_about_nothing_else(world: World) -> None:
    """SQLite gives the number of the request to the next one."""
    confirm(world)
    letter = operators_link(world)
    world.visitor().open(founders_link(world)).press("Take it back and delete it")
    world.clock.turn(hours=1)
    confirm(world, name="Harbours", slug="harbours", email="other@harbours.example")
    assert "Harbours" not in world.visitor().open(letter).text


@asking
def test_erasing_a_person_takes_what_they_asked_for(world: World) -> None:
    person = world.join(email=FOUNDER)
    world.clock.turn(minutes=2)
    confirm(world)
    world.erase(person)
    assert states(world) == []


@asking
def test_what_somebody_asked_for_is_in_what_they_download(world: World) -> None:
    person = world.join(email=FOUNDER)
    world.clock.turn(minutes=2)
    confirm(world)
    with world.read() as session:
        held = data_export.everything(session, session.get_one(Person, person))
    assert [(row["slug"], row["why"]) for row in held["programmes you asked for"]] == [
        ("parishes", "Clerks work alone.")
    ]


# Only the operator starts programmes


@pytest.mark.parametrize("mode", ["closed"])
def test_a_closed_installation_says_how_to_ask(world: World) -> None:
    visitor = world.visitor().open("/start")
    assert (visitor.heading, visitor.link("hello@example.org")) == (
        "How a programme starts here",
        "mailto:hello@example.org",
    )


@pytest.mark.parametrize("mode", ["closed"])
def test_a_closed_installation_takes_no_form(world: World) -> None:
    visitor = world.visitor()
    token = visitor.token("/my-page")
    visitor.post("/start", FORM | {"csrf_token": token})
    with world.read() as session:
        assert (visitor.status, session.scalars(select(Request)).all()) == (403, [])


# Renamed


def rename(world: World, address: str = "town-councils") -> None:
    with world.write() as session:
        programmes.rename(session, world.programme(session), address, by="a test", now=world.now)


def test_the_old_address_leads_on_for_good(world: World) -> None:
    rename(world)
    answer = world.visitor().client.get("/p/councils/learning?page=2")
    assert (answer.status_code, answer.location) == (301, "/p/town-councils/learning?page=2")


def test_a_form_opened_before_renaming_is_sent_on_with_what_was_typed(world: World) -> None:
    """308 has a browser send the same form to the new address."""
    visitor = world.visitor()
    token = visitor.token("/p/councils/join")
    rename(world)
    answer = visitor.post("/p/councils/join", {"csrf_token": token}, follow_redirects=False)
    assert (answer.status_code, answer.location) == (308, "/p/town-councils/join")


def test_an_organiser_is_led_on_and_nobody_else_learns_of_it(world: World) -> None:
    world.start("charities", "Charities")
    organiser = world.organiser()
    stranger = world.organiser("else@charities.example", slug="charities")
    rename(world)
    found = [who.client.get("/organise/councils/people").status_code for who in (organiser, stranger)]
    assert found == [301, 404]


def test_an_address_given_up_is_nobody_else_s(world: World) -> None:
    rename(world)
    assert "another programme’s address" in ask(world, slug="councils").mistakes[0]


def test_a_programme_takes_its_own_old_address_back(world: World) -> None:
    rename(world)
    world.slug = "town-councils"
    rename(world, "councils")
    world.slug = "councils"
    assert world.visitor().client.get("/p/town-councils/").location == "/p/councils/"


def test_people_still_join_by_the_word_of_the_old_address(world: World) -> None:
    rename(world)
    world.slug = "town-councils"
    with world.read() as session:
        assert world.programme(session).join_word == "councils"


def test_a_renamed_programme_s_pause_and_messages_go_with_it(world: World) -> None:
    world.pause()
    rename(world)
    world.slug = "town-councils"
    world.go_on()
    with world.read() as session:
        assert outbox.held(session) == []


def test_a_day_later_the_network_may_begin_again(world: World) -> None:
    for number in range(4):
        if number == 3:
            world.clock.turn(days=1)
        confirm(world, slug=f"parish-{number}", email=f"f{number}@parishes.example")
    assert states(world)[-1] == "approved"


def test_a_site_that_links_to_the_old_address_still_mentions_the_programme(world: World) -> None:
    begin_gathering(world)
    add_source(world, SourceKind.WEBMENTION)
    rename(world)
    told = {"source": "https://jo.example/vans", "target": f"{PUBLIC}/p/councils/"}
    assert world.app.test_client().post("/webmention", data=told).status_code == 202


def test_a_name_with_a_link_in_it_is_not_asked_for(world: World) -> None:
    assert ask(world, name="Prizes at evil.example/x").mistakes == ["Enter a name without a link"]


@asking
def test_what_was_asked_for_under_such_a_name_before_begins(world: World) -> None:
    confirm(world)
    with world.write() as session:
        session.scalars(select(ProgrammeRequest)).one().name = "Parishes at evil.example/x"
    world.visitor().open(operators_link(world)).press("Approve Parishes at evil.example/x")
    assert states(world) == ["approved"]
