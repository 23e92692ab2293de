"""Signing out and losing a role end a session on the server: a cookie that somebody kept opens nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import Cookie

from tests.support.access import RECENT
from tests.support.visitor import Visitor
from tests.support.world import SLUG, World, settings_at
from web.app import create_app
from web.http.context import KEY
from web.models import Purpose, Role
from web.models.organiser_sessions import OrganiserSession
from web.services.organisers import accounts, team

OWNER, OTHER = "owner@councils.example", "other@councils.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
SIGN_IN = "/organise/sign-in"
SOMEBODY = "0" * 20


def cookie_of(visitor: Visitor) -> str:
    cookie: Cookie | None = visitor.client.get_cookie("session")
    assert cookie
    return cookie.value


def with_cookie(world: World, value: str) -> Visitor:
    visitor = world.visitor()
    visitor.client.set_cookie("session", value)
    return visitor


def kept_from(world: World, visitor: Visitor) -> Visitor:
    """Another browser, with a copy of this one's cookie."""
    return with_cookie(world, cookie_of(visitor))


def is_signed_in(visitor: Visitor) -> bool:
    return visitor.open("/organise/signed-in").path == "/organise/signed-in"


def rows(world: World) -> list[OrganiserSession]:
    with world.read() as session:
        return list(session.scalars(select(OrganiserSession).order_by(OrganiserSession.id)))


# Each way in which a session of the owner ends.


def by_signing_out(world: World, visitor: Visitor) -> None:
    visitor.open("/organise/").press("Sign out")


def by_signing_out_everywhere(world: World, visitor: Visitor) -> None:
    world.organiser(OWNER).open("/organise/signed-in").press("Sign out everywhere")


def by_signing_it_out_from_another_browser(world: World, visitor: Visitor) -> None:
    number = rows(world)[-1].id
    other = world.organiser(OWNER)
    token = other.token("/organise/signed-in")
    other.post(f"/organise/signed-in/{number}/sign-out", {"csrf_token": token})


def by_losing_the_last_role(world: World, visitor: Visitor) -> None:
    with world.write() as session:
        found = accounts.by_email(session, OWNER)
        assert found
        team.remove(session, world.programme(session), found.id, by="another", now=world.now)


def by_losing_a_role_of_two(world: World, visitor: Visitor) -> None:
    world.start("charities", "Charities Unmentoring")
    world.appoint(OWNER, Role.OWNER, "charities")
    by_losing_the_last_role(world, visitor)


def by_being_made_a_viewer(world: World, visitor: Visitor) -> None:
    with world.write() as session:
        programme = world.programme(session)
        accounts.add(session, programme, OWNER, Role.VIEWER, by="another", now=world.now)


def by_two_weeks(world: World, visitor: Visitor) -> None:
    world.clock.turn(days=14)


def by_signing_in_again_in_its_place(world: World, visitor: Visitor) -> None:
    who = world.appoint(OWNER)
    visitor.open(world.door(Purpose.SIGN_IN, who)).press("Sign in")


ENDS = (
    by_signing_out,
    by_signing_out_everywhere,
    by_signing_it_out_from_another_browser,
    by_losing_the_last_role,
    by_losing_a_role_of_two,
    by_being_made_a_viewer,
    by_two_weeks,
    by_signing_in_again_in_its_place,
)


def what_cannot_be_taken_back(world: World) -> Iterator[tuple[str, str]]:
    """Method and address of each route that asks for a recent sign-in."""
    values = {"slug": SLUG, "number": 1, "person": SOMEBODY, "other": SOMEBODY, "organiser": SOMEBODY}
    adapter = world.app.url_map.bind("127.0.0.1")
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint in RECENT:
            address = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
            yield "GET" if "GET" in (rule.methods or ()) else "POST", address


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("end", ENDS)
def test_a_cookie_kept_beyond_its_session_exports_and_sends_nothing(
    world: World, end: Callable[[World, Visitor], None]
) -> None:
    world.appoint(OTHER)  # an owner stays
    world.organiser(OTHER)
    visitor = world.organiser(OWNER)
    kept = kept_from(world, visitor)
    assert is_signed_in(kept)
    end(world, visitor)
    token = kept.token("/my-page")
    everywhere = list(what_cannot_be_taken_back(world))
    answers = [
        kept.client.open(address, method=method, data={"csrf_token": token}).location
        for method, address in everywhere
    ]
    assert ({str(answer).partition("?")[0] for answer in answers}, len(everywhere)) == (
        {SIGN_IN},
        len(RECENT),
    )


@pytest.mark.usefixtures("both_databases")
def test_a_session_just_short_of_two_weeks_goes_on(world: World) -> None:
    visitor = world.organiser(OWNER)
    world.clock.turn(days=14)
    world.clock.turn(seconds=-1)
    assert is_signed_in(visitor)


# Side by side


@pytest.mark.usefixtures("both_databases")
def test_signing_out_in_one_browser_leaves_the_others_signed_in(world: World) -> None:
    here, there = world.organiser(OWNER), world.organiser(OWNER)
    here.open("/organise/").press("Sign out")
    assert (is_signed_in(here), is_signed_in(there)) == (False, True)


def test_signing_out_everywhere_says_of_how_many_browsers(world: World) -> None:
    world.organiser(OWNER)
    visitor = world.organiser(OWNER).open("/organise/signed-in").press("Sign out everywhere")
    assert (visitor.path, "signed out of 2 browsers, this one too" in visitor.text) == (SIGN_IN, True)


def test_signing_out_everywhere_signs_nobody_else_out(world: World) -> None:
    other = world.organiser(OTHER)
    world.organiser(OWNER).open("/organise/signed-in").press("Sign out everywhere")
    assert is_signed_in(other)


def test_nobody_signs_somebody_else_out_by_the_number_of_their_session(world: World) -> None:
    other = world.organiser(OTHER)
    number = rows(world)[0].id
    visitor = world.organiser(OWNER)
    token = visitor.token("/organise/signed-in")
    visitor.post(f"/organise/signed-in/{number}/sign-out", {"csrf_token": token})
    assert ("is signed out" in visitor.text, is_signed_in(other)) == (False, True)


def test_whoever_gives_up_one_role_of_two_goes_on_with_the_other(world: World) -> None:
    world.appoint(OTHER)
    world.organiser(OTHER)
    visitor = world.organiser(OWNER)
    world.start("charities", "Charities Unmentoring")
    me = world.appoint(OWNER, Role.OWNER, "charities")
    visitor.open(f"/organise/{SLUG}/organisers/{me}").press("Step down")
    assert (visitor.path, "no longer organise" in visitor.text) == ("/organise/charities/", True)


def test_a_role_that_grows_signs_nobody_out(world: World) -> None:
    visitor = world.organiser(OTHER, Role.VIEWER)
    with world.write() as session:
        accounts.add(session, world.programme(session), OTHER, Role.OWNER, by="another", now=world.now)
    assert is_signed_in(visitor)


# The page


def test_the_page_names_each_browser_and_says_which_one_this_is(world: World) -> None:
    who = world.appoint(OWNER)
    elsewhere = world.visitor().open(world.door(Purpose.SIGN_IN, who))
    form = {"csrf_token": elsewhere.page.xpath("//input[@name='csrf_token']/@value")[0]}
    elsewhere.client.post(elsewhere.path, data=form, headers={"User-Agent": FIREFOX})
    world.clock.turn(hours=1)
    visitor = world.organiser(OWNER).open("/organise/signed-in")
    found = [" ".join(each.text_content().split()) for each in visitor.page.xpath("//tbody//th")]
    assert found == ["A browser this one", "Firefox on Linux"]


def test_it_stands_at_the_foot_of_every_page_of_an_organiser(world: World) -> None:
    visitor = world.organiser(OWNER)
    world.start("charities", "Charities Unmentoring")
    world.appoint(OWNER, Role.OWNER, "charities")
    feet = [
        visitor.open(page).links
        for page in ("/organise/", "/organise/councils/", "/organise/councils/people")
    ]
    assert all("/organise/signed-in" in links for links in feet)


def test_sessions_that_are_over_are_not_listed(world: World) -> None:
    world.organiser(OWNER)
    world.clock.turn(days=14)
    visitor = world.organiser(OWNER).open("/organise/signed-in")
    assert len(visitor.page.xpath("//tbody/tr")) == 1


# What is kept


def test_a_cookie_planted_before_signing_in_is_not_signed_in_afterwards(world: World) -> None:
    visitor = world.visitor().open(SIGN_IN + "?next=/organise/councils/")
    planted = kept_from(world, visitor)
    visitor.open(world.door(Purpose.SIGN_IN, world.appoint(OWNER))).press("Sign in")
    assert (is_signed_in(visitor), is_signed_in(planted)) == (True, False)


def test_the_database_does_not_hold_what_the_browser_keeps(world: World) -> None:
    visitor = world.organiser(OWNER)
    with visitor.client.session_transaction() as cookie:
        token = cookie["_user_id"]
    assert (len(token) >= 43, token in str(world.dump())) == (True, False)


@pytest.mark.usefixtures("both_databases")
def test_a_link_pressed_twice_signs_in_once(world: World) -> None:
    door = world.door(Purpose.SIGN_IN, world.appoint(OWNER))
    first, second = world.visitor().open(door), world.visitor().open(door)
    first.press("Sign in")
    second.press("Sign in")
    assert (second.status, second.heading, len(rows(world))) == (410, "This link has been used", 1)


def test_signing_in_again_in_one_browser_makes_one_session_of_two(world: World) -> None:
    visitor = world.organiser(OWNER)
    visitor.open(world.door(Purpose.SIGN_IN, world.appoint(OTHER))).press("Sign in")
    assert len(rows(world)) == 1


@pytest.mark.usefixtures("both_databases")
def test_the_worker_deletes_sessions_that_are_over(world: World) -> None:
    world.organiser(OWNER)
    world.clock.turn(days=7)
    world.organiser(OWNER)
    world.clock.turn(days=7)
    world.worker.sweep()
    assert [row.signed_in_at for row in rows(world)] == [world.now - timedelta(days=7)]


def test_how_recent_a_sign_in_is_is_not_for_the_cookie_to_say(world: World) -> None:
    visitor = world.organiser(OWNER)
    form = {"csrf_token": visitor.token("/organise/signed-in")}
    world.clock.turn(minutes=30)
    with visitor.client.session_transaction() as cookie:
        cookie["signed_in_at"] = world.now.timestamp()
        cookie["_fresh"] = True
    visitor.post("/organise/councils/people/export", form)
    assert visitor.heading == "Sign in again to go on"


def test_a_new_secret_key_beside_the_one_before_signs_nobody_out(world: World, tmp_path) -> None:  # type: ignore[no-untyped-def]
    visitor = world.organiser(OWNER)
    old = world.worker.settings
    new = settings_at(
        old.database_url, tmp_path, secret_key="another key", secret_key_previous=old.secret_key
    )
    app = create_app(new, clock=world.clock, limits=False)
    moved = Visitor(app)
    moved.client.set_cookie("session", cookie_of(visitor))
    signed_in = is_signed_in(moved)
    app.extensions[KEY].database.dispose()
    assert signed_in


def test_no_file_is_read_from_somebody_who_is_signed_out(world: World) -> None:
    visitor = world.organiser(OWNER)
    kept = kept_from(world, visitor)
    visitor.open("/organise/").press("Sign out")
    form = {"csrf_token": kept.token("/my-page"), "kind": "people", "file": "a" * 70_000}
    assert kept.post("/organise/councils/import", form).status_code == 413
