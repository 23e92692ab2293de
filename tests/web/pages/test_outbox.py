"""The local outbox opens by the link that a command printed, and by nothing else."""

from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World, settings_at
from web.app import create_app
from web.http.access import OUTBOX_COOKIE
from web.http.context import KEY
from web.models import Purpose
from web.settings import Settings
from web.tokens import Signer

EVERY_PAGE = ("", "/{}", "/{}/html", "/{}/calendar.ics")


@pytest.fixture
def written_to(world: World) -> World:
    world.join_many(2)
    world.round()
    return world


def addresses(world: World) -> list[str]:
    """The list, and every page of a message with everything that one can have."""
    number = world.inbox(kind="introduction")[0].id
    return [f"/outbox{page.format(number)}" for page in EVERY_PAGE]


def cookie_of(visitor: Visitor, name: str = OUTBOX_COOKIE, path: str = "/outbox") -> str:
    found = visitor.client.get_cookie(name, path=path)
    assert found
    return found.value


@pytest.mark.usefixtures("both_databases")
def test_whoever_came_by_the_printed_link_reads_every_message(written_to: World) -> None:
    visitor = written_to.visitor().open(written_to.outbox_link())
    opened = {page: visitor.open(page).status for page in addresses(written_to)}
    assert opened == dict.fromkeys(addresses(written_to), 200)


def test_whoever_did_not_is_told_how_it_opens(written_to: World) -> None:
    visitor = written_to.visitor()
    told = {(visitor.open(page).status, visitor.heading) for page in addresses(written_to)}
    assert told == {(403, "The outbox opens by its own link")}


def test_no_header_opens_it(written_to: World) -> None:
    names = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via", "X-Forwarded-Proto")
    headers = dict.fromkeys(names, "127.0.0.1")
    assert written_to.visitor().open("/outbox", headers=headers).status == 403


def test_a_link_that_was_tampered_with_opens_nothing(written_to: World) -> None:
    link = written_to.outbox_link()
    visitor = written_to.visitor().open(link[:-1] + ("A" if link[-1] != "A" else "B"))
    assert (visitor.status, visitor.client.get_cookie(OUTBOX_COOKIE, path="/outbox")) == (403, None)


def test_a_link_to_another_kind_of_page_opens_nothing(written_to: World) -> None:
    token = written_to.page_of(written_to.groups()[0][0]).rpartition("/")[2]
    visitor = written_to.visitor()
    visitor.client.set_cookie(OUTBOX_COOKIE, token, path="/outbox")
    assert (visitor.open(f"/outbox/open/{token}").status, visitor.open("/outbox").status) == (403, 403)


def test_knowing_the_key_of_a_try_out_does_not_open_it(written_to: World) -> None:
    """Whoever reads our source can sign tokens, but has to say whose the link is: and that is random."""
    token = written_to.outbox_link().rpartition("/")[2]
    with written_to.read() as session:
        newest = session.connection().exec_driver_sql("SELECT max(id) FROM link").scalar_one()
    key = written_to.worker.settings.secret_key
    forged = {Signer([key]).token(newest, Purpose.OUTBOX, person) for person in ("", "nobody", "0" * 20)}
    opened = {written_to.visitor().open(f"/outbox/open/{each}").status for each in forged}
    assert (token in forged, opened) == (False, {403})


def test_links_printed_earlier_go_on_working(written_to: World) -> None:
    earlier = written_to.outbox_link()
    written_to.outbox_link()
    written_to.clock.turn(days=60)
    assert written_to.visitor().open(earlier).status == 200


def test_its_cookie_goes_to_no_other_page_and_to_no_script(written_to: World) -> None:
    answer = written_to.visitor().client.get(written_to.outbox_link())
    cookie = SimpleCookie(answer.headers["Set-Cookie"])[OUTBOX_COOKIE]
    flags = (cookie["path"], bool(cookie["httponly"]), cookie["samesite"], bool(cookie["secure"]))
    assert flags == ("/outbox", True, "Lax", False)


def test_on_trial_by_https_its_cookie_travels_encrypted_only(written_to: World, tmp_path) -> None:  # type: ignore[no-untyped-def]
    url = written_to.worker.settings.database_url
    https = settings_at(url, tmp_path, public_url="https://localhost:8443")
    app = create_app(https, clock=written_to.clock, limits=False)
    answer = app.test_client().get(written_to.outbox_link(), base_url="https://localhost:8443")
    app.extensions[KEY].database.dispose()
    assert SimpleCookie(answer.headers["Set-Cookie"])[OUTBOX_COOKIE]["secure"]


def test_another_process_of_the_same_service_lets_the_browser_in(
    written_to: World, settings: Settings
) -> None:
    visitor = written_to.visitor().open(written_to.outbox_link())
    app = create_app(settings, clock=written_to.clock, limits=False)
    other = Visitor(app)
    other.client.set_cookie(OUTBOX_COOKIE, cookie_of(visitor), path="/outbox")
    status = other.open("/outbox").status
    app.extensions[KEY].database.dispose()
    assert status == 200


PUBLIC = {
    "public_url": "https://unmentoring.example.org",
    "secret_key": "a key of our own, long enough to be one",
    "email_provider": "smtp",
    "smtp_url": "smtp://localhost:25",
}


@pytest.mark.parametrize("path", ["/outbox", "/outbox/1"])
def test_in_production_there_is_none(world: World, settings: Settings, path: str) -> None:
    app = create_app(Settings(**settings.model_dump() | PUBLIC), clock=world.clock, limits=False)
    with app.test_client() as client:
        entered = client.get(world.outbox_link(), base_url=PUBLIC["public_url"])
        answer = client.get(path, base_url=PUBLIC["public_url"])
    app.extensions[KEY].database.dispose()
    assert (entered.status_code, answer.status_code) == (404, 404)


# Writing back to us


@pytest.fixture
def trying(world: World) -> Visitor:
    """Somebody whose browser came by the printed link."""
    return world.visitor().open(world.outbox_link())


def test_a_text_to_us_from_any_number_is_answered(world: World, trying: Visitor) -> None:
    trying.press("Send this text", sender="07700 900321", words="JOIN councils")
    world.work()
    page = trying.open("/outbox?to=%2B447700900321")
    assert "reply YES, your name and organisation" in page.text


def test_what_to_text_stands_there(trying: Visitor) -> None:
    assert "JOIN COUNCILS asks to join Councils Unmentoring" in trying.text


def test_a_text_is_answered_from_its_own_page(world: World, trying: Visitor) -> None:
    phone = "+447700900321"
    trying.press("Send this text", sender=phone, words="JOIN councils")
    trying.open(f"/outbox/{world.letter(phone).id}")
    trying.press("Send this answer", words="YES Amina Yusuf, Leeds City Council")
    assert world.letter(phone).kind == "welcome"


def test_a_mail_that_takes_answers_is_answered_from_its_own_page(world: World, trying: Visitor) -> None:
    people = world.join_many(2)
    world.round()
    world.clock.turn(days=14, hours=1)
    address = str(world.person(people[0]).email)
    trying.open(f"/outbox/{world.letter(address, 'check_in').id}")
    trying.press("Send this answer", words="Met. We share vans now.\n\nKind regards,\nPerson")
    assert "We share vans now." in world.letter(address, "thanks").text


def test_a_mail_that_takes_none_says_where_an_answer_would_go(world: World, trying: Visitor) -> None:
    people = world.join_many(2)
    world.round()
    address, other = (str(world.person(one).email) for one in people)
    page = trying.open(f"/outbox/{world.letter(address, 'introduction').id}")
    assert (f"goes to {other}, not to us" in page.text, page.buttons) == (True, [])


@pytest.mark.parametrize(
    ("sender", "words", "mistake"),
    [("", "MET", "Enter the number you text from"), ("+447700900321", "", "Write what you text")],
)
def test_a_text_without_words_or_number_is_asked_for_them(
    trying: Visitor, sender: str, words: str, mistake: str
) -> None:
    trying.press("Send this text", sender=sender, words=words)
    assert (trying.status, trying.mistakes) == (422, [mistake])


@pytest.mark.parametrize(
    ("path", "button"), [("/outbox", "Send this text"), ("/outbox/{}", "Send this answer")]
)
def test_nobody_else_writes_for_others(written_to: World, path: str, button: str) -> None:
    written_to.clock.turn(days=14, hours=1)
    written_to.work()
    check_in = written_to.inbox(kind="check_in")[0].id
    visitor = written_to.visitor().open(written_to.outbox_link()).open(path.format(check_in))
    visitor.client.delete_cookie(OUTBOX_COOKIE, path="/outbox")
    visitor.press(button, words="STOP", **({"sender": "+447700900321"} if path == "/outbox" else {}))
    assert (visitor.status, written_to.dump()["reply"]) == (403, [])


def test_a_form_from_elsewhere_writes_nothing(world: World, trying: Visitor) -> None:
    trying.client.post("/outbox/texts", data={"sender": "+447700900321", "words": "JOIN councils"})
    assert world.dump()["reply"] == []


def test_where_a_provider_carries_texts_none_is_written_here(
    written_to: World, settings: Settings, tmp_path: Path
) -> None:
    real = {
        "sms_provider": "twilio",
        "twilio_account_sid": "AC0",
        "twilio_auth_token": "t",
        "twilio_from": "+441",
    }
    carried = settings_at(settings.database_url, tmp_path, **real)
    app = create_app(carried, clock=written_to.clock, limits=False)
    page = Visitor(app).open(written_to.outbox_link())
    app.extensions[KEY].database.dispose()
    assert ("Send this text" in page.buttons, page.status) == (False, 200)
