"""`make pictures`: photograph the pages that the documents show, from the demo, into docs/pictures/."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from tests.support import chromium
from tests.support.demo_site import DemoSite, demo_site

PLACE = Path("docs/pictures")


def main() -> None:
    PLACE.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, demo_site(Path(folder)) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGUMENTS))
        page = browser.new_page(viewport={"width": 1100, "height": 860})
        programme(page, demo)
        introduction(page, demo)
        draft(page, demo)
        browser.close()


def programme(page: Page, demo: DemoSite) -> None:
    page.goto(demo.doors["The programme"], wait_until="networkidle")
    page.screenshot(path=PLACE / "programme.png")


def introduction(page: Page, demo: DemoSite) -> None:
    """The mail as its reader sees it."""
    page.goto(demo.doors["The outbox"])
    page.locator("main table a", has_text="(you write first)").first.click()
    address = page.locator("iframe").get_attribute("src")
    page.set_viewport_size({"width": 700, "height": 860})
    page.goto(f"{demo.address}{address}", wait_until="networkidle")
    page.screenshot(path=PLACE / "introduction.png", full_page=True)


def draft(page: Page, demo: DemoSite) -> None:
    page.set_viewport_size({"width": 1100, "height": 860})
    page.goto(demo.doors["Sign in as organiser"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Draw a round").click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PLACE / "draft.png")


if __name__ == "__main__":
    main()
