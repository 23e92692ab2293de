"""Who may open what: the matrix of tests/support/access.py, cell by cell; and signing in."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from notifications.messages import Link as MessageLink
from tests.support.access import HIDDEN, IN, RECENT, REFUSED, SIGN_IN, WHO, rows
from tests.support.visitor import Visitor
from tests.support.world import World, fresh_app
from web.house import KEY
from web.models import Answer, Membership, OrganiserRole, Purpose, Role, Showing, Standing
from web.permissions import kept_form, needs, recently_signed_in
from web.services import conversations, people
from web.services.conversations import Said

OWNER = "owner@councils.example"
CELLS = dict(rows())
# What a link in a message is for, by the first word of the endpoint, or the whole of it.
LINKS = {
    "confirm": Purpose.INVITATION,
    "conversation": Purpose.CONVERSATION,
    "conversation.calendar": Purpose.CALENDAR,
    "conversation.answer": Purpose.CHECK_IN,
    "conversation.check_in": Purpose.CHECK_IN,
    "conversation.thanks": Purpose.CHECK_IN,
    "me": Purpose.FULL_PAGE,
    "me.ask_to_unsubscribe": Purpose.UNSUBSCRIBE,
    "me.unsubscribe": Purpose.UNSUBSCRIBE,
    "next_round": Purpose.NEXT_ROUND,
    "organise": Purpose.SIGN_IN,
    "outbox": Purpose.OUTBOX,
}
# Of these there is none in the sample; whoever is let in finds that out.
NONE_THERE = {
    "me.remove_rather_not",
    "organise.abandon_import",
    "organise.answer_organisations",
    "organise.choose_columns",
    "organise.columns_again",
    "organise.confirm_import",
    "organise.handle_report",
    "organise.one_import",
    "organise.one_in_a_draft",
    "organise.resend",
    "organise.somebody_else",
    "organise.undo_import",
}
ENDS_A_SESSION = ("organise.press_button", "organise.sign_out", "organise.sign_out_everywhere")
LAST = ("me.leave", "me.erase", "organise.remove_organiser", "organise.sign_out")


@dataclass
class Sample:
    """A programme in which there is one of everything an address can name."""

    world: World
    people: list[str]
    groups: dict[str, int]
    spare: str
    invited: list[str]

    def address(self, endpoint: str, rule: Rule, *, with_link: bool) -> str:
        values = {
            "slug": "councils",
            "number": 1,
            "message": 1,
            "wish": 1,
            "person": self.people[0],
            "other": self.people[1],
            "organiser": self.spare,
            "kind": "check_in",
            "token": self.token(endpoint, with_link) if "token" in rule.arguments else "",
        }
        known = {name: values[name] for name in rule.arguments}
        return self.world.app.url_map.bind("127.0.0.1").build(endpoint, known)

    def token(self, endpoint: str, good: bool) -> str:
        purpose = LINKS.get(endpoint, LINKS[endpoint.partition(".")[0]])
        person = self.spare if purpose is Purpose.SIGN_IN else self.people[2 if endpoint in LAST else 0]
        if purpose is Purpose.INVITATION:  # one says yes and the other no
            person = self.invited[endpoint == "confirm.decline"]
        is_programme = purpose in (Purpose.INVITATION, Purpose.NEXT_ROUND)
        subject = 1 if is_programme else self.groups.get(person)
        if purpose is Purpose.UNSUBSCRIBE:
            door = self.world.path(MessageLink(purpose, 0), person)
        else:
            door = self.world.door(purpose, person, subject)
        token = next(part for part in door.split("/") if len(part) > 25)
        return token if good else token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")


@pytest.fixture
def sample(world: World) -> Sample:
    joined = world.join_many(4)
    world.round()
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(joined[0]), joined[0])
        said = Said(Answer.MET, "Vans.", showing=Showing.WITH_NAME)
        conversations.check_in(session, talk, said, now=world.now)
        rows = b"name,organisation,email\nIvy,Brent,ivy@example.org\nGwen,Gwynedd,gwen@example.org\n"
        people.import_people(session, world.programme(session), "p.csv", rows, by=OWNER, now=world.now)
        asked = session.scalars(select(Membership.person_id).where(Membership.standing == Standing.INVITED))
        invited = list(asked)
    groups = {person: world.group_of(person) for person in joined}
    world.start("charities", "Charities Unmentoring")
    spare = world.appoint("spare@councils.example", Role.OWNER)
    world.organiser("spare@councils.example")  # whose session is the first
    return Sample(world, joined, groups, spare, invited)


def come_as(world: World, who: str) -> Visitor:
    if who in ("stranger", "participant"):
        return world.visitor()
    if who == "another programme's owner":
        return world.organiser("else@charities.example", Role.OWNER, "charities")
    return world.organiser(f"{who}@councils.example", Role(who))


def routes(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Method, endpoint and rule of everything: what only looks comes first, what takes away comes last."""
    found = [
        (method, rule.endpoint, rule)
        for rule in app.url_map.iter_rules()
        for method in ("GET", "POST")
        if method in (rule.methods or ())
    ]
    yield from sorted(
        found, key=lambda one: (one[1] in LAST, one[0], LAST.index(one[1]) if one[1] in LAST else 0)
    )


def knock(visitor: Visitor, method: str, address: str, token: str) -> str:
    data = {"csrf_token": token, "version": "99"} if method == "POST" else None
    # Past the house client's look at the page: half of these forms are nonsense.
    answer = FlaskClient.open(visitor.client, address, method=method, data=data)
    assert answer.status_code < 500, address
    if answer.status_code == 303 and urlsplit(answer.location).path == "/organise/sign-in":
        return SIGN_IN
    return {401: REFUSED, 403: REFUSED, 404: HIDDEN}.get(answer.status_code, IN)


@pytest.mark.parametrize("who", WHO)
def test_every_cell_of_the_matrix_is_as_it_was_decided(sample: Sample, who: str) -> None:
    visitor = come_as(sample.world, who)
    token = visitor.token("/my-page")
    wrong = {}
    for method, endpoint, rule in routes(sample.world.app):
        decided = CELLS[endpoint][WHO.index(who)]
        address = sample.address(endpoint, rule, with_link=decided == IN)
        found = knock(visitor, method, address, token)
        if endpoint in ENDS_A_SESSION:  # signed out by now, or signed in as somebody else
            visitor = come_as(sample.world, who)
            token = visitor.token("/my-page")
        if found != decided and not (found == HIDDEN and decided == IN and endpoint in NONE_THERE):
            wrong[f"{method} {endpoint}"] = f"{found}, not {decided}"
    assert wrong == {}


@pytest.mark.parametrize("who", ["viewer", "participant", "stranger", "another programme's owner"])
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
    assert knock(visitor, "POST", address, token) == HIDDEN


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
