"""Who may open what: the matrix of tests/support/access.py, cell by cell; and signing in."""

from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from tests.support.access import HIDDEN, IN, RECENT, WHO
from tests.support.knocking import (
    CELLS,
    ENDS_A_SESSION,
    OWNER,
    Sample,
    come_as,
    knock,
    knock_everywhere,
    routes,
    sample_in,
)
from tests.support.visitor import Visitor
from tests.support.world import World, fresh_app
from web.http.access import kept_form, needs, recently_signed_in
from web.http.context import KEY
from web.models import OrganiserRole, Purpose, Role
from web.services.background import heartbeats


@pytest.fixture
def sample(world: World) -> Sample:
    made = sample_in(world)
    made.sign_in_the_spare()
    with world.write() as session:
        heartbeats.beat(session, "one", started=world.now, seconds=0.1, now=world.now)
    return made


@pytest.mark.parametrize("who", WHO)
def test_every_cell_of_the_matrix_is_as_it_was_decided(sample: Sample, who: str) -> None:
    wrong = {
        knock.route: f"{knock.status}, {knock.found}, not {knock.decided}"
        for knock in knock_everywhere(sample, who)
        if not knock.is_as_decided
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "who", ["viewer", "participant", "stranger", "another programme's owner", "operator"]
)
def test_who_may_not_changes_nothing(sample: Sample, who: str) -> None:
    visitor = come_as(sample.world, who)
    token = visitor.token("/my-page")
    closed = [
        (method, sample.address(endpoint, rule, with_link=False))
        for method, endpoint, rule in routes(sample.world.app)
        if method == "POST" and CELLS[endpoint][WHO.index(who)] != IN and endpoint not in ENDS_A_SESSION
    ]
    before = sample.world.dump()
    for method, address in closed:
        knock(visitor, method, address, token)
    assert sample.world.dump() == before


@pytest.mark.parametrize("who", ["owner", "organiser"])
def test_what_cannot_be_taken_back_asks_for_a_recent_sign_in_and_does_nothing(
    sample: Sample, who: str
) -> None:
    visitor = come_as(sample.world, who)
    token = visitor.token("/my-page")
    sample.world.clock.turn(minutes=30)
    before = sample.world.dump()
    asked = {
        endpoint: visitor.client.open(
            sample.address(endpoint, rule, with_link=False),
            method=method,
            data={"csrf_token": token} if method == "POST" else None,
        ).location
        for method, endpoint, rule in routes(sample.world.app)
        if endpoint in RECENT and CELLS[endpoint][WHO.index(who)] == IN
    }
    assert set(asked.values()) == {"/organise/sign-in/again"}
    assert sample.world.dump() == before


def test_a_stranger_learns_nothing_of_which_programmes_there_are(world: World) -> None:
    visitor = world.organiser("else@charities.example")
    answers = [visitor.client.get(f"/organise/{slug}/") for slug in ("nowhere", "nowhere-else")]
    assert {answer.status_code for answer in answers} == {404}


def test_a_viewer_sees_no_name_and_no_address(sample: Sample) -> None:
    visitor = come_as(sample.world, "viewer")
    for page in ("", "rounds", "evidence", "organisations"):
        said = visitor.open(f"/organise/councils/{page}").answer.text
        assert ("@example.org" in said, "Person 00" in said) == (False, False), page


def test_a_viewer_has_no_buttons_that_change_anything(sample: Sample) -> None:
    visitor = come_as(sample.world, "viewer")
    buttons = set()
    for page in ("", "rounds", "evidence", "organisations"):
        buttons |= set(visitor.open(f"/organise/councils/{page}").buttons)
    assert buttons == {"Sign out"}


def test_a_role_taken_away_is_gone_at_once(sample: Sample) -> None:
    visitor = come_as(sample.world, "organiser")
    with sample.world.write() as session:
        for row in session.scalars(select(OrganiserRole)):
            session.delete(row)
    assert visitor.open("/organise/councils/").status == 404


def test_a_learning_of_another_programme_is_not_found(sample: Sample) -> None:
    visitor = come_as(sample.world, "another programme's owner")
    token = visitor.token("/my-page")
    address = "/organise/charities/learning/1/publish"
    assert knock(visitor, "POST", address, token) == (404, HIDDEN)


# Signing in


def test_signing_in_begins_a_new_session(world: World) -> None:
    visitor = world.visitor().open("/organise/sign-in?next=/organise/councils/rounds")
    before = visitor.client.get_cookie("session")
    who = world.appoint("organiser@councils.example")
    visitor.open(world.door(Purpose.SIGN_IN, who)).press("Sign in")
    after = visitor.client.get_cookie("session")
    assert (visitor.path, before and after and before.value != after.value) == (
        "/organise/councils/rounds",
        True,
    )


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "//organise/councils/",
    "///operate/",
    "organise/councils/rounds",
    "/organise/\\evil.example",
    "/organise/../..//evil.example",
    "/organise//evil.example/",
    "/p/councils/",
    "organise",
    # No page, or none that asks for a sign-in.
    "/organise/councils/nowhere",
    "/organise/sign-out",
    "/organise/sign-in/somebody-else-s-link",
    # What does not go into a header, or a cookie.
    "/organise/a\r\nSet-Cookie: b=c/",
    "/organise/\t/",
    "/organise/\N{RIGHT-TO-LEFT OVERRIDE}/",
    f"/organise/{'a' * 5000}/",
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_signing_in_leads_nowhere_else(world: World, path: str) -> None:
    visitor = world.visitor().open("/organise/sign-in?" + urlencode({"next": path}))
    who = world.appoint("organiser@councils.example")
    visitor.open(world.door(Purpose.SIGN_IN, who)).press("Sign in")
    assert visitor.path == "/organise/councils/"


def test_an_address_that_is_no_organiser_s_gets_no_mail(world: World) -> None:
    world.visitor().open("/organise/sign-in").press("Send me a sign-in link", email="nobody@example.org")
    world.work()
    assert world.inbox() == []


def test_a_sign_in_link_is_good_for_fifteen_minutes(world: World) -> None:
    door = world.door(Purpose.SIGN_IN, world.appoint("organiser@councils.example"))
    world.clock.turn(minutes=15)
    assert world.visitor().open(door).status == 410


def test_signing_out_ends_it(world: World) -> None:
    visitor = world.organiser()
    visitor.press("Sign out")
    assert visitor.open("/organise/councils/").path == "/organise/sign-in"


# Signing in again, before what cannot be taken back


def sign_in_again(world: World, visitor: Visitor) -> Visitor:
    """From the page that asks for it, by the mail it sends."""
    visitor.press("Send me a sign-in link")
    return visitor.open(world.link_in(world.letter(OWNER), "/organise/sign-in/")).press("Sign in")


def test_sending_asks_to_sign_in_again_after_half_an_hour(world: World) -> None:
    world.join_many(4)
    visitor = world.organiser(OWNER).press("Draw a round for 4 people")
    world.clock.turn(minutes=30)
    visitor.press("Send 4 introductions")
    assert (visitor.heading, world.inbox(kind="introduction")) == ("Sign in again to go on", [])


def test_whoever_signed_in_again_is_back_where_they_were_and_may_go_on(world: World) -> None:
    world.join_many(4)
    visitor = world.organiser(OWNER).press("Draw a round for 4 people")
    world.clock.turn(minutes=30)
    sign_in_again(world, visitor.press("Send 4 introductions"))
    assert visitor.path == "/organise/councils/rounds/1"
    assert "are on their way" in visitor.press("Send 4 introductions").text


def test_whoever_signed_in_again_finds_what_they_typed_once(world: World) -> None:
    view = needs(Role.OWNER)(recently_signed_in(back=".dashboard")(lambda: "done"))
    page = needs(Role.OWNER)(lambda: dict(kept_form() or {}))
    house, world.app = world.app.extensions[KEY], fresh_app(world.worker.settings)
    world.app.extensions[KEY] = house
    world.app.add_url_rule("/organise/<slug>/sample", "organise.sample", view, methods=["POST"])
    world.app.view_functions["organise.dashboard"] = page
    visitor = world.organiser(OWNER)
    token = visitor.token("/my-page")
    world.clock.turn(minutes=30)
    visitor.post("/organise/councils/sample", {"csrf_token": token, "reason": "It is over."})
    sign_in_again(world, visitor)
    found = visitor.answer.json, visitor.open("/organise/councils/").answer.json
    assert found == ({"reason": "It is over."}, {})


def test_what_one_organiser_typed_is_not_shown_to_another(world: World) -> None:
    world.join_many(4)
    visitor = world.organiser(OWNER).press("Draw a round for 4 people")
    world.clock.turn(minutes=30)
    visitor.press("Send 4 introductions")
    visitor.open(world.door(Purpose.SIGN_IN, world.appoint("other@councils.example"))).press("Sign in")
    with visitor.client.session_transaction() as cookie:
        assert "interrupted" not in cookie
