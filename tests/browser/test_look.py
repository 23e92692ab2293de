"""The parts of the look, each in Chromium, apart from what the service does with them."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.support.live import serving
from tests.support.looking import assert_focus_shows, look_at
from tests.support.parts_app import parts_app


@pytest.fixture
def app() -> Flask:
    return parts_app()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.mark.parametrize(
    "path", ["/draft", "/join", "/template/programme/home", "/template/pages/home", "/template/errors/404"]
)
def test_every_part_fits_a_phone_and_gives_axe_nothing_to_find(page: Page, site: str, path: str) -> None:
    page.goto(site + path)
    look_at(page)


def test_an_error_summary_takes_the_focus_and_leads_to_its_field(page: Page, site: str) -> None:
    page.goto(f"{site}/join")
    page.get_by_role("button", name="Join").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_role("link", name="Choose email or text message").click()
    expect(page.get_by_label("Email", exact=True)).to_be_focused()


def test_a_name_is_found_by_the_beginnings_of_its_words_without_accents(page: Page, site: str) -> None:
    page.goto(f"{site}/join")
    page.get_by_label("Organisation").press_sequentially("ynys mo")
    expect(page.get_by_role("option")).to_have_text(["Cyngor Ynys Môn"])


def test_a_name_that_is_not_listed_is_sent_as_typed(page: Page, site: str) -> None:
    page.goto(f"{site}/join")
    page.get_by_label("Organisation").press_sequentially("A new charity")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_label("Organisation")).to_have_value("A new charity")


def test_the_hint_of_a_field_is_still_read_out_once_it_suggests_names(page: Page, site: str) -> None:
    page.goto(f"{site}/join")
    field = page.get_by_label("Organisation")
    described = page.locator(f"#{field.get_attribute('aria-describedby')}")
    expect(described).to_contain_text("If it is not in the list, write it in full.")


def test_without_scripts_the_browser_suggests_the_same_names(page_without_scripts: Page, site: str) -> None:
    page_without_scripts.goto(f"{site}/join")
    assert page_without_scripts.locator("datalist option").count() == 4
    assert page_without_scripts.get_by_label("Organisation").get_attribute("list") == "organisations"


def test_a_region_renews_itself_without_reloading_the_page(page: Page, site: str) -> None:
    page.goto(f"{site}/draft")
    page.evaluate("window.sameDocument = true")
    expect(page.locator("#delivery")).to_contain_text("3 of 41")
    assert page.evaluate("window.sameDocument")


def test_a_region_stops_asking_when_its_work_is_done(page: Page, site: str, app: Flask) -> None:
    app.config["done"] = 39
    page.goto(f"{site}/draft")
    expect(page.locator("#delivery")).not_to_have_attribute("data-refresh-seconds", "1")
    assert app.config["done"] == 41


def test_pressing_twice_sends_once(page: Page, site: str, app: Flask) -> None:
    page.goto(f"{site}/draft")
    page.get_by_role("button", name="Send 41 introductions").dblclick()
    expect(page.locator("h1")).to_be_visible()
    assert len(app.config["sent"]) == 1


def test_the_first_tab_offers_to_skip_to_the_content(page: Page, site: str) -> None:
    page.goto(f"{site}/draft")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()


@pytest.mark.parametrize("path", ["/draft", "/join"])
def test_the_keyboard_can_be_followed_by_eye(page: Page, site: str, path: str) -> None:
    page.goto(site + path)
    assert_focus_shows(page)


def test_everything_a_page_needs_comes_from_us(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/join", wait_until="networkidle")
    assert len(asked) > 4
    assert [url for url in asked if not url.startswith((site, "data:"))] == []


def test_words_are_set_in_atkinson_hyperlegible(page: Page, site: str) -> None:
    page.goto(f"{site}/draft", wait_until="networkidle")
    assert page.evaluate("document.fonts.check('19px \"Atkinson Hyperlegible Next Variable\"')")
    assert "Atkinson" in page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")


def test_high_contrast_colours_leave_every_panel_an_edge(page: Page, site: str) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(f"{site}/draft")
    edges = page.evaluate(
        "[...document.querySelectorAll('.un-figure, .un-panel, .un-notice, .un-tag')]"
        ".map((panel) => getComputedStyle(panel).borderTopStyle)"
    )
    assert set(edges) == {"solid"}
