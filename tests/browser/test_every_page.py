"""Every page a link leads to, and those only a button opens, in a programme in the middle of its life."""

import re
from dataclasses import asdict
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.busy_programme import VIEWER, Doors
from tests.support.live_app import LiveApp
from tests.support.looking import PHONE, assert_fits, look_at
from web.models import Purpose, Role

NOT_PAGES = re.compile(r"\.(ics|atom|txt|csv|json|zip|graphml)$|/assets/|/html$")
TOKEN, ID, NUMBER = re.compile(r"/[\w-]{25,}"), re.compile(r"/[0-9a-f]{20}\b"), re.compile(r"/\d+")
KEY = re.compile(r"(?<=/learning)/[\w-]{16}(?=/|$)")

READERS = (
    "join", "how-we-match", "learning", "learning/key", "learning/key/take-down", "agreements",
    "agreements/1", "rounds", "rounds/1", "rounds/1/story",
)  # fmt: skip
THEIRS = (
    "",
    "/details",
    "/free-times",
    "/rather-not",
    "/conversations/1/not-again",
    "/erase",
    "/councils/how-often",
    "/councils/organisation",
    "/councils/agreements",
    "/councils/agreements/1/object",
    "/councils/propose",
    "/councils/leave",
)
ORGANISERS = (
    "",
    "rounds",
    "rounds/1",
    "rounds/1/dates",
    "rounds/1/story",
    "rounds/1/story/edit",
    "rounds/1/story/time",
    "rounds/1/top-up",
    "people",
    "people/somebody",
    "people/somebody/merge",
    "organisations",
    "organisations/1",
    "import",
    "import/1",
    "learning",
    "learning/add",
    "replies",
    "reports",
    "evidence",
    "schedule",
    "schedule/edit",
    "settings",
    "settings/about",
    "settings/matching",
    "settings/days",
    "settings/prompts",
    "settings/wording",
    "settings/wording/introduction",
    "complaints",
    "complaints/1",
    "organisers",
    "organisers/somebody",
    "agenda",
    "agreements",
    "agreements/new",
    "proposals/1",
    "proposals/1/amend",
    "audit",
)


def kind(address: str) -> str:
    """One page of each kind is enough: numbers, people and tokens do not make another page."""
    path = address.partition("?")[0]
    return NUMBER.sub("/1", ID.sub("/somebody", TOKEN.sub("/token", KEY.sub("/key", path))))


def walk(page: Page, site: str, *starts: str) -> set[str]:
    """Look at one page of every kind that can be reached from `starts`; gives back their paths."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        address = waiting.pop(0).partition("#")[0]
        path = kind(address.removeprefix(site))
        if path in seen or not address.startswith(site) or NOT_PAGES.search(path):
            continue
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, f"{address}: {answer.status}"
        seen.add(path)
        look_at(page, "-".join(["page", *re.findall(r"\w+", kind(urlsplit(address).path))]))
        waiting += page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return seen


def sign_in(
    page: Page, busy: LiveApp, email: str = "organiser@councils.example", role: Role = Role.OWNER
) -> None:
    page.goto(busy.at(busy.world.door(Purpose.SIGN_IN, busy.world.appoint(email, role))))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Councils Unmentoring").wait_for()


@pytest.mark.slow
def test_a_reader_finds_every_open_page_in_order(page: Page, busy: LiveApp) -> None:
    seen = walk(page, busy.address, busy.at("/"))
    assert {"/", "/privacy", "/complaint", *(f"/p/councils/{page}" for page in READERS)} <= seen


@pytest.mark.slow
def test_whoever_tries_it_out_finds_every_page_of_the_outbox_in_order(page: Page, busy: LiveApp) -> None:
    page.goto(busy.outbox)
    seen = walk(page, busy.at("/outbox"), busy.at("/outbox"))
    assert "/1" in seen


def test_a_text_in_the_outbox_is_in_order(page: Page, busy: LiveApp, doors: Doors) -> None:
    page.goto(busy.outbox)
    page.goto(doors.text)
    look_at(page, "door-text")


@pytest.mark.slow
def test_a_participant_finds_every_page_of_theirs_in_order(page: Page, busy: LiveApp, doors: Doors) -> None:
    seen = walk(page, busy.at("/me"), doors.full_page)
    assert seen >= {f"/token{page}" for page in THEIRS}


@pytest.mark.slow
@pytest.mark.parametrize("door", sorted(set(Doors.__annotations__) - {"full_page", "text"}))
def test_what_a_link_in_a_message_opens_is_in_order(page: Page, doors: Doors, door: str) -> None:
    page.goto(asdict(doors)[door])
    look_at(page, f"door-{door.replace('_', '-')}")


@pytest.mark.slow
def test_an_organiser_finds_every_page_of_theirs_in_order(page: Page, busy: LiveApp) -> None:
    sign_in(page, busy)
    seen = walk(page, busy.at("/organise/councils"), busy.at("/organise/councils/"))
    assert seen >= {f"/{page}" for page in ORGANISERS}


@pytest.mark.slow
def test_where_an_organiser_is_signed_in_is_in_order(page: Page, busy: LiveApp) -> None:
    busy.world.organiser("elsewhere@councils.example")
    sign_in(page, busy, "elsewhere@councils.example")
    page.get_by_role("link", name="Where you are signed in").click()
    expect(page.get_by_role("row")).to_have_count(3)
    look_at(page, "organise-signed-in")
    page.get_by_role("row", name="this one").get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_high_contrast_colours_leave_the_words_of_a_picture_readable(
    page: Page, busy: LiveApp, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    sign_in(page, busy)
    page.goto(busy.at("/organise/councils/evidence"))
    fills = page.evaluate("""() => [...document.querySelectorAll(".un-chart text")]
        .filter((words) => !words.matches(".un-node-number, .un-heat-count"))  // these stand in a shape
        .map((words) => getComputedStyle(words).fill)""")
    assert set(fills) == {page.evaluate("getComputedStyle(document.body).color")}


def test_a_schedule_asks_only_for_what_its_rhythm_needs(page: Page, busy: LiveApp) -> None:
    sign_in(page, busy)
    page.goto(busy.at("/organise/councils/schedule/edit"))
    first_day, dates = page.get_by_role("group", name="First day"), page.get_by_label("Dates", exact=True)
    shown = [(first_day.is_visible(), dates.is_visible())]
    for rhythm in ("Every month, on the same weekday", "On the dates listed below"):
        page.get_by_label(rhythm).check()
        shown.append((first_day.is_visible(), dates.is_visible()))
        look_at(page, f"schedule-by-{'dates' if 'dates' in rhythm else 'rhythm'}")
    assert shown == [(False, False), (True, False), (False, True)]


def test_without_scripts_a_schedule_says_what_each_field_is_for(
    page_without_scripts: Page, busy: LiveApp
) -> None:
    page = page_without_scripts
    sign_in(page, busy)
    page.goto(busy.at("/organise/councils/schedule/edit"))
    expect(page.get_by_role("group", name="First day")).to_contain_text("For a rhythm")
    expect(page.get_by_text("For rounds on dates of your own")).to_be_visible()


def test_who_may_only_look_is_offered_no_button(page: Page, busy: LiveApp) -> None:
    sign_in(page, busy, VIEWER, Role.VIEWER)
    look_at(page)
    assert page.locator("main form button").all_inner_texts() == ["Sign out"]


def test_a_draft_says_who_is_out_and_what_sending_it_does(page: Page, busy: LiveApp) -> None:
    sign_in(page, busy)
    page.get_by_role("button", name="Draw a round for 7 people").click()
    expect(page.get_by_role("heading", name="Round 3: draft, nothing sent yet")).to_be_visible()
    expect(page.get_by_role("button", name="Send 6 introductions")).to_be_visible()
    expect(page.locator(".un-panel--warning")).to_contain_text("Siân Rees must not meet anybody")
    look_at(page, "draft")
    page.get_by_role("button", name="Throw this draft away").click()
    expect(page.get_by_role("status").first).to_contain_text("Nobody was told anything")


def press_with_nothing_filled_in(page: Page, address: str, button: str) -> None:
    page.goto(address)
    page.get_by_role("button", name=button).click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()


@pytest.mark.parametrize(
    ("path", "button"),
    [
        ("/p/councils/join", "Join Councils Unmentoring"),
        ("/my-page", "Send me my link"),
        ("/organise/sign-in", "Send me a sign-in link"),
    ],
)
def test_a_form_with_everything_missing_is_in_order(
    page: Page, busy: LiveApp, path: str, button: str
) -> None:
    press_with_nothing_filled_in(page, busy.at(path), button)
    look_at(page, "errors" + path.replace("/", "-"))


def test_a_wish_to_show_nothing_leads_to_what_is_to_be_shown(page: Page, doors: Doors) -> None:
    page.goto(f"{doors.check_in}?answer=met")
    page.get_by_label("Yes, with my first name").check()
    page.get_by_role("button", name="Tell us").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    look_at(page, "errors-check-in")
    page.get_by_role("link", name="Write what you learned").click()
    expect(page.get_by_label("One thing you learned")).to_be_focused()


def test_a_conversation_nobody_has_heard_of_yet_is_one_tap_away_from_being_told(
    page: Page, doors: Doors
) -> None:
    page.goto(doors.full_page)
    page.get_by_role("link", name="Tell us how it went with").click()
    expect(page.get_by_role("group", name="Did you meet?")).to_be_visible()


def test_a_pause_without_a_day_leads_to_its_first_box(page: Page, doors: Doors) -> None:
    page.goto(doors.page)
    page.get_by_text("Pause for longer").click()
    page.get_by_role("button", name="Pause until that day").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    look_at(page, "errors-pause")
    page.get_by_role("link", name="Enter a day").click()
    expect(page.get_by_label("Day")).to_be_focused()


@pytest.mark.parametrize(
    "path", ["/nowhere", "/me/not-a-link", "/confirm/not-a-link", "/organise/nowhere/", "/outbox"]
)
def test_a_page_that_is_not_there_is_in_order(page: Page, busy: LiveApp, path: str) -> None:
    page.goto(busy.at(path))
    look_at(page, "not-there" + path.replace("/", "-").rstrip("-"))


def test_what_a_press_came_to_takes_the_focus(page: Page, live: LiveApp) -> None:
    """A screen reader says nothing of a live region that is there from the beginning."""
    page.goto(live.at(live.world.page_of(live.world.join("Amina Yusuf"))))
    expect(page.locator("body")).to_be_focused()
    page.get_by_role("button", name="Skip the next round").click()
    told = page.get_by_text("You skip the next round, and are in again after it.")
    expect(page.locator(".un-notice", has=told)).to_be_focused()
    look_at(page, "told")
    page.keyboard.press("Tab")
    expect(page.locator(".un-notice[tabindex]")).to_have_count(0)
    page.reload()
    expect(page.locator("body")).to_be_focused()


@pytest.mark.parametrize(
    "path", ["p/councils/join", "organise/councils/people", "organise/councils/schedule/edit"]
)
def test_text_of_twice_its_size_fits_a_phone(page: Page, busy: LiveApp, path: str) -> None:
    sign_in(page, busy)
    page.goto(busy.at(f"/{path}"))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert_fits(page, PHONE)
