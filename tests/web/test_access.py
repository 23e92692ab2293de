"""Who may open what in a programme: owner, organiser, viewer, a stranger, and somebody else's owner."""

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Answer, OrganiserRole, Purpose, Role, Showing
from web.permissions import Access, kept_form, needs, recently_signed_in
from web.services import conversations
from web.services.conversations import Said
from web.services.organisers import RANK

WHO = ["owner", "organiser", "viewer", "stranger", "another programme's owner"]
OWNER = "owner@councils.example"
NEEDED = {Access.VIEWER: Role.VIEWER, Access.ORGANISER: Role.ORGANISER, Access.OWNER: Role.OWNER}


@pytest.fixture
def busy(world: World) -> World:
    people = world.join_many(4)
    world.round()
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(people[0]), people[0])
        conversations.check_in(
            session, talk, Said(Answer.MET, "Vans.", showing=Showing.WITH_NAME), now=world.now
        )
    return world


def come_as(world: World, who: str) -> Visitor:
    if who == "stranger":
        return world.visitor()
    if who == "another programme's owner":
        world.start("charities", "Charities Unmentoring")
        return world.organiser("else@charities.example", Role.OWNER, "charities")
    return world.organiser(f"{who}@councils.example", Role(who))


def guarded(app: Flask) -> list[tuple[str, str, Role]]:
    """Method, address and needed role of everything inside a programme."""
    adapter = app.url_map.bind("127.0.0.1")
    values = {"slug": "councils", "number": 1, "message": 1, "person": "a" * 20, "other": "b" * 20}
    found = []
    for rule in app.url_map.iter_rules():
        needed = NEEDED.get(getattr(app.view_functions[rule.endpoint], "access", None))
        if needed:
            known = {name: values[name] for name in rule.arguments}
            found += [(method, adapter.build(rule.endpoint, known), needed) for method in methods(rule)]
    return found


def methods(rule: Rule) -> set[str]:
    return set(rule.methods or ()) & {"GET", "POST"}


def knock(visitor: Visitor, method: str, address: str, token: str) -> int:
    data = {"csrf_token": token, "version": "99"} if method == "POST" else None
    return visitor.client.open(address, method=method, data=data).status_code


def expected(who: str, needed: Role) -> set[int]:
    if who == "stranger":
        return {303}
    if who == "another programme's owner":
        return {404}
    return {200, 303, 404, 422} if RANK[Role(who)] >= RANK[needed] else {403}


@pytest.mark.parametrize("who", WHO)
def test_each_page_and_button_opens_for_whom_it_is_meant(busy: World, who: str) -> None:
    visitor = come_as(busy, who)
    token = visitor.token("/my-page")
    wrong = {
        (method, address): status
        for method, address, needed in guarded(busy.app)
        if (status := knock(visitor, method, address, token)) not in expected(who, needed)
    }
    assert wrong == {}


@pytest.mark.parametrize("who", ["viewer", "stranger", "another programme's owner"])
def test_who_may_not_changes_nothing(busy: World, who: str) -> None:
    visitor = come_as(busy, who)
    token = visitor.token("/my-page")
    before = busy.dump()
    for method, address, needed in guarded(busy.app):
        if method == "POST" and needed is not Role.VIEWER:
            knock(visitor, method, address, token)
    assert busy.dump() == before


def test_a_stranger_learns_nothing_of_which_programmes_there_are(world: World) -> None:
    visitor = world.organiser("else@charities.example")
    answers = [visitor.client.get(f"/organise/{slug}/") for slug in ("nowhere", "nowhere-else")]
    assert {answer.status_code for answer in answers} == {404}


def test_a_viewer_sees_no_address(busy: World) -> None:
    visitor = come_as(busy, "viewer").open("/organise/councils/people")
    assert "@example.org" not in visitor.answer.text


def test_a_viewer_has_no_buttons_that_change_anything(busy: World) -> None:
    visitor = come_as(busy, "viewer")
    buttons = set()
    for page in ("", "rounds", "rounds/1", "people", "learning"):
        buttons |= set(visitor.open(f"/organise/councils/{page}").buttons)
    assert buttons <= {"Find", "Sign out"}


def test_a_role_taken_away_is_gone_at_once(busy: World) -> None:
    visitor = come_as(busy, "organiser")
    with busy.write() as session:
        for row in session.scalars(select(OrganiserRole)):
            session.delete(row)
    assert visitor.open("/organise/councils/").status == 404


def test_a_learning_of_another_programme_is_not_found(busy: World) -> None:
    visitor = come_as(busy, "another programme's owner")
    token = visitor.token("/my-page")
    address = "/organise/charities/learning/1/publish"
    assert knock(visitor, "POST", address, token) == 404


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


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example/", "/organise/\\evil.example", "/p/councils/", "organise"],
)
def test_signing_in_leads_to_no_other_site(world: World, path: str) -> None:
    visitor = world.visitor().open("/organise/sign-in?" + f"next={path}")
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
