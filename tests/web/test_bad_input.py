"""Whatever is sent, the answer says what to do, and is never an error of ours."""

import time

import pytest
from flask_wtf import FlaskForm
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from werkzeug.datastructures import MultiDict

from tests.support.world import World
from web.forms.complaints import ComplaintForm
from web.forms.me import RatherNotForm
from web.forms.organisers import InviteForm
from web.forms.settings import AboutForm
from web.models import Purpose, Request

JOIN = "Join Councils Unmentoring"
GOOD = {"name": "Amina", "email": "amina@example.org", "organisation": "Leeds", "agree": True}


def join(world: World, **fields: object) -> list[str]:
    visitor = world.visitor().open("/p/councils/join")
    world.clock.turn(seconds=30)
    visitor.press(JOIN, **GOOD | fields)
    assert visitor.status in (200, 422)
    return visitor.mistakes


INVISIBLE = "Remove the characters that cannot be seen; typing it anew helps"
EMAIL = "Enter an email address like name@example.org"
PHONE = "Enter a UK mobile number, like 07700 900123"


@pytest.mark.parametrize(
    ("field", "given_", "told"),
    [
        ("name", "", "Enter your name"),
        ("name", " \t ", "Enter your name"),
        ("name", "A\x07mina", INVISIBLE),
        ("name", "A\x00mina", INVISIBLE),
        ("name", "\u202eanimA", INVISIBLE),
        ("name", "Amina\nBcc: all@example.org", INVISIBLE),
        ("name", "A" * 10_000, "Use at most 80 letters; this has 10,000"),
        ("name", "\ufdfa" * 10, "Use at most 80 letters; this has 180"),
        ("organisation", "L" * 121, "Use at most 120 letters; this has 121"),
        ("about", "x" * 301, "Use at most 300 letters; this has 301"),
        ("about", "x\u2066y", INVISIBLE),
        ("email", "", "Enter your email address"),
        ("email", "amina", EMAIL),
        ("email", "a@b@example.org", EMAIL),
        ("email", "amina@example.org\nBcc: all@example.org", INVISIBLE),
        ("email", "amina@localhost", EMAIL),
        ("email", "a" * 250 + "@example.org", "Use at most 254 letters; this has 262"),
        ("phone", "0", PHONE),
        ("phone", "+99 999 999 999", PHONE),
        ("phone", "020 7946 0018", "Enter a mobile number: we cannot text a landline"),
        ("phone", "+1 202 555 0123", "Enter a UK mobile number: we cannot text other countries"),
        ("phone", "+33 6 12 34 56 78", "Enter a UK mobile number: we cannot text other countries"),
        ("video_kind", "Carrier pigeon", "Not a valid choice."),
        ("channel", "pigeon", "Choose one of these"),
        ("channel", "sms", "Enter a mobile number too, or choose email"),
        ("shares", ["phone"], "There is no phone number to show yet"),
        ("shares", [], "Tick at least one: they need a way to write to you"),
        ("shares", ["everything"], "Choose from the list"),
        ("agree", False, "You can join only if you agree to the code of conduct"),
    ],
)
def test_a_field_says_what_to_do(world: World, field: str, given_: object, told: str) -> None:
    assert join(world, **{field: given_}) == [told]


@pytest.mark.usefixtures("both_databases")
def test_an_organisation_of_nothing_that_a_database_holds_is_asked_for_again(world: World) -> None:
    assert join(world, organisation="\x00") == [INVISIBLE]
    page = world.visitor().open(f"{world.page_of(world.join(), full=True)}/councils/organisation")
    assert page.press("Save my organisation", organisation="\x00").mistakes == [INVISIBLE]


@pytest.mark.parametrize(
    "name", ["Siân O’Neill", "李小龍", "Ngũgĩ wa Thiong'o", "X Æ A-12", "José", "नीरज", "علی‌رضا"]
)
def test_a_name_is_what_people_are_called(world: World, name: str) -> None:
    assert join(world, name=name) == []


@pytest.mark.parametrize(
    ("form", "name"),
    [(ComplaintForm, "email"), (AboutForm, "contact"), (RatherNotForm, "email"), (InviteForm, "email")],
)
def test_an_address_is_taken_as_it_was_copied_wherever_one_is_asked_for(
    world: World, form: type[FlaskForm], name: str
) -> None:
    copied = "\u202amailto:Jo@Leeds.example.org\u200b;\u202c"
    with world.app.test_request_context():
        made = form(MultiDict({name: copied}), meta={"csrf": False})
        assert (made[name].validate(made), made[name].data) == (True, "Jo@leeds.example.org")


@pytest.mark.parametrize("name", ["A\x07mina", "\ufffe" * 200])
def test_what_cannot_be_seen_comes_back_as_something_that_can(world: World, name: str) -> None:
    visitor = world.visitor().open("/p/councils/join")
    world.clock.turn(seconds=30)
    assert "\N{REPLACEMENT CHARACTER}" in visitor.press(JOIN, **GOOD | {"name": name}).answer.text


def test_a_day_that_cannot_be_seen_comes_back_as_one_that_can(world: World) -> None:
    page = world.visitor().open(world.page_of(world.join(), full=True))
    page.press("Pause until that day", until=["1\x07", "12", "2026"])
    assert "1\N{REPLACEMENT CHARACTER}" in page.answer.text


LINK = "Enter a web address like https://example.org/post"


def check_in(world: World, link: str) -> list[str]:
    world.join_many(2)
    world.round()
    path = world.link_in(world.letter("person-001@example.org"), "/checkin/")
    page = world.visitor().open(f"{path}?answer=met")
    return page.press("Tell us", link=link, showing="with name").mistakes


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("javascript:alert(1)", LINK),
        ("javascript://example.org/%0aalert(1)", LINK),
        ("data:text/html,<script>alert(1)</script>", LINK),
        ("file:///etc/passwd", LINK),
        ("https://localhost/", LINK),
        ("https://example.org\\@evil.example", LINK),
        ("https://good.example\\.evil.example/", LINK),
        ("https://.", LINK),
        ("https://example.org:99999/", LINK),
        ("https://[::1", LINK),
        ("https://amina:secret@example.org/", "Enter the address without a user name or password in it"),
        ("https://amina@example.org/", "Enter the address without a user name or password in it"),
        ("https://example.org/" + "x" * 500, "Use at most 500 letters; this has 520"),
        ("https://example.org/a b", LINK),
    ],
)
def test_a_link_leads_where_it_says_or_is_asked_again(world: World, link: str, told: str) -> None:
    assert check_in(world, link) == [told]


@pytest.mark.parametrize("link", ["example.org/post", "http://example.org", "https://bücher.example/ü?x=1#y"])
def test_a_link_of_the_open_web_is_taken(world: World, link: str) -> None:
    assert check_in(world, link) == []


# Addresses nobody wrote


NONSENSE = (
    "/p/%00/",
    "/p/%ff/",
    "/p/" + "x" * 5000 + "/",
    "/p/councils/learning?page=99999999999999999999999",
    "/p/councils/learning?page=-1",
    "/p/councils/learning?page=x",
    "/p/councils/learning?page=9223372036854775807",
    "/organise/councils/rounds/99999999999999999999",
    "/organise/councils/people?search=%00",
    "/organise/councils/people?search=%25%5C_%27%22&page=9223372036854775807",
    "/outbox/99999999999999999999",
    "/outbox/2147483648",
    "/outbox?to=%00",
    "/me/%00",
    "/me/" + "A" * 31,
    "/m/" + "_" * 31,
    "/unsubscribe/" + "A" * 36,
    "/confirm/../..",
    "/organise/sign-in?next=%00",
)


@pytest.mark.usefixtures("both_databases")
def test_an_address_nobody_wrote_is_no_error_of_ours(world: World) -> None:
    visitor = world.organiser()
    answers = {path: visitor.client.get(path).status_code for path in NONSENSE}
    assert [path for path, status in answers.items() if status >= 500] == []


@pytest.mark.usefixtures("both_databases")
def test_a_token_with_a_number_no_column_holds_is_no_link(world: World) -> None:
    token = world.worker.signer.token(2**47, Purpose.PAGE, "a" * 20)
    assert {world.visitor().open(f"/{door}/{token}").status for door in ("me", "m", "checkin")} == {404}


@pytest.mark.parametrize("door", ["rounds/1/send", "rounds/1/discard", "rounds/draw", "learning/1/publish"])
def test_a_version_nobody_was_shown_changes_nothing(busy: World, door: str) -> None:
    visitor = busy.organiser()
    token = visitor.token("/my-page")
    before = busy.dump()
    answers = {
        version: visitor.post(
            f"/organise/councils/{door}", {"csrf_token": token, "version": version, "l1-version": version}
        ).status_code
        for version in ("", "²", "-1", "9" * 5000, "\0", "x")
    }
    after = busy.dump()
    same = after["round"] == before["round"] and after["outbox_message"] == before["outbox_message"]
    assert (max(answers.values()) < 500, same or door == "rounds/draw") == (True, True), answers


@pytest.fixture
def busy(world: World) -> World:
    world.join_many(4)
    world.draw()
    return world


# Anything at all

JOIN_FIELDS = (
    "name email organisation phone channel video_kind video_handle about shares happy_in_three agree website "
    "started mix_choice"
).split()
anything = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(JOIN_FIELDS, anything)))
def test_no_join_form_at_all_is_an_error_of_ours(world: World, form: dict[str, str]) -> None:
    visitor = world.visitor()
    token = visitor.token("/p/councils/join")
    assert visitor.post("/p/councils/join", form | {"csrf_token": token}).status_code in (200, 422)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("answer", "text", "link", "showing", "may_name_me"), anything)
    )
)
def test_no_check_in_at_all_is_an_error_of_ours(introduced: tuple[World, str], form: dict[str, str]) -> None:
    world, path = introduced
    visitor = world.visitor()
    assert visitor.post(path, form | {"csrf_token": visitor.token(path)}).status_code in (200, 422)


def test_what_somebody_says_keeps_its_letters(introduced: tuple[World, str]) -> None:
    world, path = introduced
    said = "2½ hours, 10 m² and CO₂… by José\u00a0Park"
    world.visitor().open(f"{path}?answer=met").press("Tell us", text=said)
    kept = world.visitor().open(path).page.get_element_by_id("text").value.strip()
    assert kept == "2½ hours, 10 m² and CO₂… by José Park"


def test_a_name_has_one_spelling(world: World) -> None:
    assert join(world, name="\ufb01ona Jose\u0301") == []
    with world.read() as session:
        assert session.exec(select(Request)).one().details["name"] == "fiona José"


@pytest.fixture
def introduced(world: World) -> tuple[World, str]:
    world.join_many(2)
    world.round()
    return world, world.link_in(world.letter("person-001@example.org"), "/checkin/")


AS_LONG_AS_A_FORM = {
    "an organisation of words": {"organisation": "a " * 31_000},
    "an address of dots": {"organisation": "", "email": "a@a" + ".a" * 31_000},
    "secrets in one piece": {"about": ("r.1." + "a" * 26) * 1_900 + " x" * 300},
    "a link with a long host": {"about": "https://" + "a." * 12_000 + "/?" + "a=1&" * 4_000},
}


@pytest.mark.parametrize("fields", AS_LONG_AS_A_FORM.values(), ids=AS_LONG_AS_A_FORM)
def test_what_is_far_too_long_is_refused_at_once(world: World, fields: dict[str, str]) -> None:
    """Each took half a minute, which others waited for: a stranger may send sixty a minute."""
    began = time.process_time()
    assert join(world, **fields)
    assert time.process_time() - began < 3.0
