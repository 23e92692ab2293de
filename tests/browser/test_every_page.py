"""Every page a link leads to, and those that only a button opens, as the demo's people find them."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.demo_site import DemoSite, demo_site
from tests.support.looking import look_at

NOT_PAGES = re.compile(r"\.(ics|atom|txt|csv|json)$|/assets/|/html$")
TOKEN, NUMBER = re.compile(r"/[\w-]{25,}"), re.compile(r"/\d+")
READER = ("The programme", "What people learned", "The outbox")
PERSONAL = "/(me|conversation|checkin|unsubscribe)/"
PARTICIPANT = ("An introduction", "Its check-in")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    with demo_site(tmp_path_factory.mktemp("demo")) as site:
        yield site


@pytest.fixture
def organiser(page: Page, demo: DemoSite) -> Page:
    page.goto(demo.doors["Sign in as organiser"])
    page.get_by_role("button", name="Sign in").click()
    return page


def kind(path: str) -> str:
    """One page of each kind is enough: numbers and tokens do not make another page."""
    return NUMBER.sub("/1", TOKEN.sub("/token", re.split("[?#]", path)[0]))


def walk(page: Page, site: str, *starts: str, within: str = "/") -> set[str]:
    """Look at one page of every kind that can be reached from `starts` by links; gives back the kinds."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        address = waiting.pop(0)
        path = kind(address.removeprefix(site))
        if path in seen or not re.match(within, path) or NOT_PAGES.search(path):
            continue
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, f"{address}: {answer.status}"
        seen.add(path)
        look_at(page, "page" + re.sub(r"\W+", "-", path).rstrip("-"))
        waiting += page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return seen


@pytest.mark.slow
def test_a_reader_finds_every_open_page_in_order(page: Page, demo: DemoSite) -> None:
    seen = walk(page, demo.address, demo.address + "/", *(demo.doors[name] for name in READER))
    assert {"/", "/p/localgov/join", "/p/localgov/how-we-match", "/privacy", "/outbox/1"} <= seen


@pytest.mark.slow
def test_a_participant_finds_every_page_of_theirs_in_order(page: Page, demo: DemoSite) -> None:
    seen = walk(page, demo.address, *(demo.doors[name] for name in PARTICIPANT), within=PERSONAL)
    assert {"/conversation/token", "/checkin/token", "/me/token"} <= seen


@pytest.mark.slow
def test_an_organiser_finds_every_page_of_theirs_in_order(organiser: Page, demo: DemoSite) -> None:
    seen = walk(organiser, demo.address, f"{demo.address}/organise/localgov/", within="/organise/")
    assert {"/organise/localgov/rounds/1", "/organise/localgov/people"} <= seen


def test_a_draft_is_in_order_and_says_what_sending_it_does(organiser: Page, demo: DemoSite) -> None:
    organiser.goto(f"{demo.address}/organise/localgov/")
    organiser.get_by_role("button", name="Draw a round for 41 people").click()
    assert organiser.get_by_role("button", name="Send 41 introductions").is_visible()
    look_at(organiser, "draft")


def test_a_form_with_everything_missing_is_in_order(page: Page, demo: DemoSite) -> None:
    page.goto(demo.doors["Join"])
    page.get_by_role("button", name="Join LocalGov Unmentoring").click()
    page.locator(".govuk-error-summary").wait_for()
    look_at(page, "join-with-errors")


@pytest.mark.parametrize("path", ["/nowhere", "/me/not-a-link", "/confirm/not-a-link"])
def test_a_page_that_is_not_there_is_in_order(page: Page, demo: DemoSite, path: str) -> None:
    page.goto(demo.address + path)
    look_at(page)
