"""What guards every request: headers, hosts, proxies, form tokens, sizes, rates, mail programs."""

from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from notifications.tables import Suppression
from tests.support.visitor import Visitor
from tests.support.world import PUBLIC, World, settings_at
from web.app import create_app
from web.http.context import KEY
from web.models import Purpose
from web.settings import Settings


@pytest.mark.parametrize("path", ["/", "/p/councils/", "/p/councils/join", "/nowhere", "/me/nobody"])
def test_every_page_forbids_what_it_does_not_need(world: World, path: str) -> None:
    policy = world.visitor().open(path).answer.headers["Content-Security-Policy"]
    assert ("default-src 'none'" in policy, "unsafe" in policy, "frame-ancestors 'none'" in policy) == (
        True,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Cache-Control", "no-store"),
    ],
)
def test_every_page_says(world: World, header: str, value: str) -> None:
    assert world.visitor().open("/p/councils/join").answer.headers[header] == value


def test_a_nonce_is_used_once(world: World) -> None:
    policies = {world.visitor().open("/").answer.headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def flags_of(answer: TestResponse) -> tuple[object, ...]:
    """Name, path, domain, and who may have it: encrypted only, no script, from this site."""
    [(name, cookie)] = SimpleCookie(answer.headers["Set-Cookie"]).items()
    never_for_scripts, encrypted = bool(cookie["httponly"]), bool(cookie["secure"])
    return name, cookie["path"], cookie["domain"], encrypted, never_for_scripts, cookie["samesite"]


def test_a_session_is_for_this_site_and_no_script(world: World) -> None:
    answer = world.visitor().open("/p/councils/join").answer
    assert flags_of(answer) == ("session", "/", "", False, True, "Lax")


def test_an_organiser_s_session_is_as_well(world: World) -> None:
    visitor = world.visitor().open(world.door(Purpose.SIGN_IN, world.appoint("owner@councils.example")))
    answer = visitor.post(visitor.path, {"csrf_token": visitor.token(visitor.path)}, follow_redirects=False)
    assert flags_of(answer) == ("session", "/", "", False, True, "Lax")


@pytest.mark.parametrize(
    "path", ["/p/councils/learning.atom", "/p/councils/dates.ics", "/privacy", "/health/live"]
)
def test_what_others_may_keep_a_copy_of_has_no_cookie_in_it(world: World, path: str) -> None:
    answer = world.organiser().client.get(path)
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)


Serve = Callable[..., Flask]


@pytest.fixture
def served_publicly() -> Iterator[Serve]:
    """Makes the application as it is in production; its databases are closed when the test is over."""
    made: list[Flask] = []

    def serve(settings: Settings, **other: object) -> Flask:
        public = {
            "public_url": "https://unmentoring.example.org",
            "secret_key": "a key of our own, long enough to be one",
            "email_provider": "smtp",
            "smtp_url": "smtp://localhost:25",
        }
        made.append(create_app(Settings(**settings.model_dump() | public | other), limits=False))
        return made[-1]

    yield serve
    for app in made:
        app.extensions[KEY].database.dispose()


def test_in_production_the_session_travels_encrypted_only(
    world: World, settings: Settings, served_publicly: Serve
) -> None:
    client = served_publicly(settings).test_client()
    answer = client.get("/p/councils/join", base_url="https://unmentoring.example.org")
    assert flags_of(answer) == ("__Host-session", "/", "", True, True, "Lax")


def test_in_production_browsers_are_told_to_stay_encrypted(
    world: World, settings: Settings, served_publicly: Serve
) -> None:
    client = served_publicly(settings).test_client()
    answer = client.get("/", base_url="https://unmentoring.example.org")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_what_lies_below_our_host_is_told_so_only_by_choice(
    world: World, settings: Settings, served_publicly: Serve
) -> None:
    client = served_publicly(settings, hsts_subdomains=True).test_client()
    answer = client.get("/", base_url="https://unmentoring.example.org")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


# Hosts and proxies


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000"])
def test_an_unknown_host_is_refused(world: World, host: str) -> None:
    answer = world.app.test_client().get("/", headers={"Host": host})
    assert (answer.status_code, "evil" in answer.text) == (400, False)


def test_links_in_messages_come_from_the_settings_not_from_the_request(world: World) -> None:
    world.join(email="amina@example.org")
    world.clock.turn(minutes=2)
    visitor = world.visitor().open("/my-page", base_url="http://localhost:9")
    visitor.press("Send me my link", address="amina@example.org")
    assert f"{PUBLIC}/me/" in world.letter("amina@example.org", "my_link").text


# Form tokens


def test_a_form_without_its_token_is_refused_with_a_page(world: World) -> None:
    visitor = world.visitor()
    visitor.post("/my-page", {"email": "amina@example.org"})
    assert (visitor.status, world.dump()["request"]) == (422, [])


def test_somebody_else_s_form_token_is_refused(world: World) -> None:
    token = world.visitor().token("/my-page")
    visitor = world.visitor()
    visitor.post("/my-page", {"email": "amina@example.org", "csrf_token": token})
    assert visitor.status == 422


def test_a_form_without_its_token_is_refused_to_organisers_too(world: World) -> None:
    visitor = world.organiser()
    visitor.post("/organise/councils/rounds/draw")
    assert visitor.status == 422


# Sizes and rates


def test_a_form_larger_than_any_person_writes_is_refused_with_a_page(world: World) -> None:
    visitor = world.visitor().open("/my-page")
    visitor.post("/my-page", {"email": "a" * 70_000})
    assert (visitor.status, bool(visitor.heading)) == (413, True)


def test_a_form_just_small_enough_is_read(world: World) -> None:
    token = world.visitor().token("/my-page")
    visitor = world.visitor()
    visitor.open("/my-page")
    visitor.post("/my-page", {"email": "a" * 60_000, "csrf_token": token})
    assert visitor.status == 422


def test_reading_is_never_refused_for_being_too_much(world: World, settings: Settings) -> None:
    app = create_app(settings, clock=world.clock, limits=True)
    visitor = Visitor(app)
    answers = {visitor.open("/my-page").status for _ in range(40)}
    app.extensions[KEY].database.dispose()
    assert answers == {200}


# Mail programs


@pytest.mark.usefixtures("both_databases")
def test_a_mail_program_unsubscribes_with_one_post_and_no_cookie(world: World) -> None:
    person = world.join()
    token = world.worker.signer.standing_token(Purpose.UNSUBSCRIBE, person)
    answer = world.app.test_client(use_cookies=False).post(
        f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}
    )
    with world.read() as session:
        assert (answer.status_code, len(session.scalars(select(Suppression)).all())) == (200, 1)


def test_every_introduction_names_that_link_in_its_headers(world: World) -> None:
    world.join_many(2)
    world.round()
    headers = world.letter("person-001@example.org", "introduction").headers
    assert (headers["List-Unsubscribe-Post"], PUBLIC in headers["List-Unsubscribe"]) == (
        "List-Unsubscribe=One-Click",
        True,
    )


def test_a_changed_unsubscribe_link_stops_nobody(world: World) -> None:
    person = world.join()
    token = world.worker.signer.standing_token(Purpose.UNSUBSCRIBE, person)
    other = "A" if token[-1] != "A" else "B"
    answer = world.app.test_client().post(f"/unsubscribe/{token[:-1]}{other}")
    assert (answer.status_code, world.dump()["suppression"]) == (404, [])


def test_the_same_secret_key_signs_links_after_a_restart(world: World, settings: Settings) -> None:
    door = world.page_of(world.join())
    again = create_app(settings, clock=world.clock, limits=False)
    status = Visitor(again).open(door).status
    again.extensions[KEY].database.dispose()
    assert status == 200


def test_the_key_before_opens_links_and_the_new_one_makes_them(world: World, tmp_path) -> None:  # type: ignore[no-untyped-def]
    door = world.page_of(world.join())
    url = world.worker.settings.database_url
    new = settings_at(
        url, tmp_path, secret_key="another key", secret_key_previous=world.worker.settings.secret_key
    )
    app = create_app(new, clock=world.clock, limits=False)
    status = Visitor(app).open(door).status
    app.extensions[KEY].database.dispose()
    assert status == 200
