"""An organiser's long pages: short on a phone, clean on paper, and what is to be done near the top."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_every_page import sign_in
from tests.support.live_app import LiveApp
from tests.support.looking import PHONE, look_at, resize
from web.models import Purpose

OUR_ADDRESSES = """() => [...document.querySelectorAll("a[href]")]
    .filter((link) => link.checkVisibility())
    .map((link) => getComputedStyle(link, "::after").content)
    .filter((after) => after.includes("/"))"""


@pytest.fixture
def draft(page: Page, live: LiveApp) -> Page:
    """The page of a draft of six pairs and a three."""
    world = live.world
    for number in range(15):
        world.join(organisation=f"Organisation {number}")
    page.goto(live.at(world.door(Purpose.SIGN_IN, world.appoint("organiser@councils.example"))))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Draw a round for 15 people").click()
    return page


def top_of(found: Locator) -> float:
    box = found.bounding_box()
    assert box
    return box["y"]


def test_a_draft_is_sent_from_its_top(draft: Page) -> None:
    look_at(draft, "draft-of-15")
    send = draft.get_by_role("button", name="Send 15 introductions")
    assert top_of(send) < top_of(draft.get_by_role("table"))


def test_a_draft_prints_clean(draft: Page) -> None:
    draft.emulate_media(media="print")
    assert draft.locator("main :is(button, input, form, nav):visible").count() == 0
    assert draft.evaluate(OUR_ADDRESSES) == []
    printed = draft.locator("body").inner_text()
    assert [words for words in ("Swap", "Lock", "/organise", "@", "Privacy") if words in printed] == []
    expect(draft.get_by_role("row")).to_have_count(8)


def test_on_a_phone_a_draft_is_who_meets_whom_and_why_for_the_asking(draft: Page) -> None:
    resize(draft, PHONE)
    rows = draft.locator(".un-groups--draft tbody tr")
    tallest = max(box["height"] for row in rows.all() if (box := row.bounding_box()))
    why = rows.first.get_by_text(re.compile("have (not )?met"))
    expect(why).to_be_hidden()
    draft.get_by_label("Show why these").check()
    expect(why).to_be_visible()
    assert tallest < 180


def test_on_a_phone_a_round_of_the_evidence_is_a_few_lines(page: Page, busy: LiveApp) -> None:
    sign_in(page, busy)
    page.goto(busy.at("/organise/councils/evidence"))
    resize(page, PHONE)
    heights = [row.bounding_box() for row in page.locator("table:visible tbody tr").all()]
    assert max(box["height"] for box in heights if box) < 180
    page.get_by_text("The organisations on it, as a table").click()
    expect(page.get_by_role("table", name="Organisations on the map")).to_be_visible()


def test_the_digest_stands_before_what_is_on_the_page(page: Page, busy: LiveApp) -> None:
    sign_in(page, busy)
    page.goto(busy.at("/organise/councils/learning"))
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings[-1] == "On the page"
