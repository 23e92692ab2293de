"""Joining: the same answer for everyone, no relay for anyone, and only the button makes a participant."""

import re

import pytest
from sqlalchemy import func, select

from notifications.messages import Channel
from tests.support.statements import statements
from tests.support.visitor import Visitor
from tests.support.world import World
from web.forms import joining as joining_forms
from web.models import Consent, Membership, Person, Request, Standing
from web.services.incoming import form_requests
from web.services.people import joining, participation
from web.services.people.joining import Details

FORM = {
    "name": "Amina Yusuf",
    "email": "amina@leeds.example.org",
    "organisation": "Leeds City Council",
    "agree": True,
}
AMINA = Details("Amina Yusuf", "Leeds City Council", "amina@leeds.example.org")
BUTTON = "Join Councils Unmentoring"


def fill_in(world: World, seconds: float = 30, **fields: object) -> Visitor:
    visitor = world.visitor().open("/p/councils/join")
    world.clock.turn(seconds=seconds)
    return visitor.press(BUTTON, **FORM | fields)


def same_for_everyone(page: str) -> str:
    """A page without what is different on every page: nonces and form tokens."""
    return re.sub(r'(nonce|value)="[^"]*"', "", page)


def asked_while_joining(world: World, **fields: object) -> list[str]:
    """What the database is asked while a form is sent, without the values."""
    visitor = world.visitor().open("/p/councils/join")
    world.clock.turn(seconds=30)
    with statements(world.database) as asked:
        visitor.press(BUTTON, **FORM | fields)
    return asked


def people_called(world: World, email: str) -> int:
    with world.read() as session:
        return session.scalar(select(func.count()).where(Person.email == email)) or 0


# The same answer for everyone


@pytest.mark.usefixtures("both_databases")
def test_a_known_and_an_unknown_address_get_the_same_page(world: World) -> None:
    world.join(email="known@example.org")
    pages = [fill_in(world, email=f"{who}@example.org").answer.text for who in ("known", "unknown")]
    assert same_for_everyone(pages[0]) == same_for_everyone(pages[1])


@pytest.mark.usefixtures("both_databases")
def test_a_known_and_an_unknown_address_cost_the_same_statements(world: World) -> None:
    world.join(email="known@example.org")
    fill_in(world, email="warm@example.org")
    assert asked_while_joining(world, email="known@example.org") == asked_while_joining(
        world, email="unknown@example.org"
    )


def test_who_joins_keeps_others_from_writing_for_one_statement(world: World) -> None:
    visitor = world.visitor().open("/p/councils/join")
    world.clock.turn(seconds=30)
    with statements(world.database, writing=True) as asked:
        visitor.press(BUTTON, **FORM)
    assert [statement.partition(" (")[0] for statement in asked] == ["INSERT INTO request"]


def test_the_link_form_asks_the_database_the_same_for_known_and_unknown(world: World) -> None:
    world.join(email="known@example.org")
    pages = [
        world.visitor().open("/my-page").press("Send me my link", address=f"{who}@example.org").answer.text
        for who in ("known", "unknown")
    ]
    assert same_for_everyone(pages[0]) == same_for_everyone(pages[1])


def test_who_is_in_already_is_told_so_by_mail_only(world: World) -> None:
    world.join(email=AMINA.email)
    world.clock.turn(hours=2)
    fill_in(world)
    assert world.letter(AMINA.email).kind == "already_in"


# No relay


def test_a_confirmation_carries_nothing_that_was_typed(world: World) -> None:
    fill_in(world, name="Buy cheap watches", about="at watches.example", organisation="Watches")
    letter = world.letter(AMINA.email, "confirm")
    assert "watches" not in (letter.subject + letter.text + letter.html + str(letter.headers)).casefold()


def test_an_address_is_written_to_once_a_minute(world: World) -> None:
    fill_in(world, seconds=3)
    fill_in(world, seconds=3)
    world.work()
    assert len(world.inbox(AMINA.email)) == 1


@pytest.mark.usefixtures("both_databases")
def test_an_address_is_written_to_three_times_an_hour(world: World) -> None:
    for _ in range(6):
        world.ask(AMINA)
        world.work()
        world.clock.turn(minutes=2)
    assert len(world.inbox(AMINA.email)) == 3


def test_an_address_is_written_to_again_after_an_hour(world: World) -> None:
    for _ in range(4):
        world.ask(AMINA)
        world.work()
        world.clock.turn(minutes=61)
    assert len(world.inbox(AMINA.email)) == 4


def test_another_spelling_of_an_address_does_not_get_more(world: World) -> None:
    for email in ("amina@leeds.example.org", "Amina@LEEDS.example.org", "AMINA@leeds.example.org"):
        world.ask(Details("Amina", "Leeds", email))
    world.work()
    assert len(world.inbox(kind="confirm")) == 1


def test_the_limit_holds_across_forms(world: World) -> None:
    world.join(email=AMINA.email)
    world.clock.turn(minutes=2)
    world.work()
    before = len(world.inbox(AMINA.email))
    world.ask(AMINA)
    world.visitor().open("/my-page").press("Send me my link", address=AMINA.email)
    world.work()
    assert len(world.inbox(AMINA.email)) == before + 1


def test_two_workers_answer_a_request_once(world: World) -> None:
    world.ask(AMINA)
    with world.write() as session:
        first = form_requests.answer_waiting(session, now=world.now)
        second = form_requests.answer_waiting(session, now=world.now)
    assert (first, second) == (1, 0)


# Programs that fill in forms


def test_a_form_with_the_hidden_field_filled_in_leaves_nothing_behind(world: World) -> None:
    fill_in(world, website="https://spam.example")
    assert world.work() == 0


def test_whose_browser_filled_in_the_hidden_field_presses_once_more(world: World) -> None:
    page = fill_in(world, website="https://leeds.example.org")
    asked = page.status, "We could not tell that from a program’s" in page.text
    world.clock.turn(seconds=5)
    again = page.press(page.buttons[0])
    assert (asked, again.status, world.work() > 0) == ((422, True), 200, True)


def test_a_form_sent_quicker_than_anybody_types_is_asked_again(world: World) -> None:
    visitor = fill_in(world, seconds=1)
    assert (visitor.status, "That was very quick" in visitor.text) == (422, True)


def test_a_form_asked_again_is_taken_when_pressed_again(world: World) -> None:
    visitor = fill_in(world, seconds=1)
    world.clock.turn(seconds=5)
    assert visitor.press(BUTTON).path == "/p/councils/join/check-your-messages"


@pytest.mark.parametrize("stamp", ["", "1", "nonsense.signed", "WzFd.abc"])
def test_a_form_without_its_stamp_is_asked_again(world: World, stamp: str) -> None:
    assert fill_in(world, started=stamp).status == 422


# The button


@pytest.mark.usefixtures("both_databases")
def test_opening_the_confirmation_confirms_nothing(world: World) -> None:
    fill_in(world)
    world.visitor().open(world.link_in(world.letter(AMINA.email), "/confirm/"))
    assert people_called(world, AMINA.email) == 0


@pytest.mark.usefixtures("both_databases")
def test_pressing_the_button_makes_a_participant(world: World) -> None:
    fill_in(world)
    visitor = world.visitor().open(world.link_in(world.letter(AMINA.email), "/confirm/"))
    assert "You are in the next round" in visitor.press("Yes, I am in").text


def test_pressing_the_button_again_changes_nothing(world: World) -> None:
    fill_in(world)
    path = world.link_in(world.letter(AMINA.email), "/confirm/")
    visitor = world.visitor().open(path)
    visitor.press("Yes, I am in")
    assert visitor.open(path).heading == "That is done already"


def test_a_confirmation_is_good_for_two_days(world: World) -> None:
    fill_in(world)
    path = world.link_in(world.letter(AMINA.email), "/confirm/")
    world.clock.turn(hours=48)
    assert world.visitor().open(path).status == 410


def test_a_second_form_with_the_same_address_changes_the_first_s_person(world: World) -> None:
    first = world.ask(AMINA)
    world.work()
    world.clock.turn(minutes=5)
    second = world.ask(Details("Amina Y.", "Kirklees Council", AMINA.email))
    world.work()
    people = {press(world, request) for request in (first, second)}
    assert (len(people), world.person(people.pop()).name) == (1, "Amina Y.")


def press(world: World, request: int) -> str:
    from tests.support.world import _confirmation

    with world.write() as session:
        link = session.execute(_confirmation(request)).scalar_one()
        return joining.confirm(session, link, source="web form", now=world.now).id


def test_a_second_form_s_button_pressed_again_says_that_it_has_been_used(world: World) -> None:
    for seconds in (30, 300):
        fill_in(world, seconds=seconds)
        world.work()
    paths = [world.link_in(letter, "/confirm/") for letter in world.inbox(AMINA.email, "confirm")]
    for path in paths:
        world.visitor().open(path).press("Yes, I am in")
    assert [world.visitor().open(path).heading for path in paths] == ["That is done already"] * 2


def test_consents_are_kept_with_version_time_and_source(world: World) -> None:
    person = world.join()
    with world.read() as session:
        rows = session.scalars(select(Consent).where(Consent.person_id == person)).all()
    assert {(row.wording, row.version, row.given_at, row.source) for row in rows} == {
        (wording, version, world.now, "web form") for wording, version in joining.WORDINGS.items()
    }


def test_who_left_and_joins_again_is_the_same_person(world: World) -> None:
    first = world.join(email=AMINA.email)
    with world.write() as session:
        membership = session.get_one(Membership, (1, first))
        participation.leave(session, membership, now=world.now)
    world.clock.turn(days=30)
    second = world.join(email=AMINA.email)
    assert (second, world.membership(first).standing) == (first, Standing.ACTIVE)


def test_who_is_suspended_does_not_come_back_by_an_old_confirmation(world: World) -> None:
    first = world.ask(AMINA)
    world.work()
    world.clock.turn(minutes=5)
    second = world.ask(AMINA)
    world.work()
    person = press(world, first)
    with world.write() as session:
        session.get_one(Membership, (1, person)).standing = Standing.SUSPENDED
    press(world, second)
    assert world.membership(person).standing is Standing.SUSPENDED


def test_a_changed_number_is_unproven_again(world: World) -> None:
    person = world.join(email=AMINA.email, phone="+447700900111", channel=Channel.SMS, verified=True)
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, person)), now=world.now)
    world.clock.turn(days=1)
    world.join(email=AMINA.email, phone="+447700900222", channel=Channel.SMS)
    assert world.person(person).phone_verified_at is None


# Forgetting


def sweep(world: World) -> None:
    world.worker.sweep()


def kept_requests(world: World) -> int:
    with world.read() as session:
        return session.scalar(select(func.count()).select_from(Request)) or 0


def test_what_nobody_confirmed_is_forgotten_after_three_days(world: World) -> None:
    fill_in(world)
    world.work()
    world.clock.turn(hours=73)
    sweep(world)
    assert kept_requests(world) == 0


def test_a_confirmation_nobody_pressed_is_blanked(world: World) -> None:
    fill_in(world)
    world.work()
    world.clock.turn(hours=73)
    sweep(world)
    assert "amina" not in str(world.dump()).casefold()


def test_what_can_still_be_confirmed_is_kept(world: World) -> None:
    fill_in(world)
    path = world.link_in(world.letter(AMINA.email), "/confirm/")
    world.clock.turn(hours=47)
    sweep(world)
    assert "You are in" in world.visitor().open(path).press("Yes, I am in").text


def test_a_form_that_waited_for_a_stopped_worker_is_answered_not_forgotten(world: World) -> None:
    fill_in(world)
    world.clock.turn(days=4)
    sweep(world)
    assert world.letter(AMINA.email).kind == "confirm"


def test_a_new_address_nobody_confirmed_is_forgotten(world: World) -> None:
    person = world.join()
    page = world.visitor().open(world.page_of(person, full=True) + "/details")
    page.press("Save my details", email="somebody.else@example.org")
    world.work()
    world.clock.turn(hours=73)
    sweep(world)
    assert "somebody.else" not in str(world.dump()["request"])


def test_unseen_letters_around_an_address_and_a_number_are_taken_off(world: World) -> None:
    from web.forms.joining import DetailsForm

    copied = {"email": "\u202aamina@example.org;\ufeff", "phone": "\u202a+44 7700 900123\u202c"}
    with world.app.test_request_context(method="POST", data=copied):
        form = DetailsForm(meta={"csrf": False})
        form.validate()
    assert (form.email.data, form.phone.data) == ("amina@example.org", "+447700900123")


# What is no organisation


@pytest.mark.parametrize(
    "typed", ["N/A", "none", "-", "n/a.", "Not applicable", "as above", "No organisation"]
)
def test_no_organisation_is_none_by_name(world: World, typed: str) -> None:
    """Two of whom would be of one organisation, and their partners read that it is called so."""
    page = fill_in(world, organisation=typed)
    assert (page.status, page.mistakes) == (422, [joining_forms.NO_ORGANISATION])
    assert fill_in(world, organisation="Retired").path.endswith("/check-your-messages")


@pytest.mark.parametrize("typed", ["X", "Nil Desperandum Trust", "None Such Parish Council", "4Children"])
def test_a_name_that_looks_odd_is_one(world: World, typed: str) -> None:
    assert fill_in(world, organisation=typed).path.endswith("/check-your-messages")
