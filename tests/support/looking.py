"""What a browser can say about a page: nothing for axe to find, nothing pushed sideways."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
LAPTOP, PHONE, SMALLEST = (1100, 800), (375, 760), (320, 640)
SIZES = {"laptop": LAPTOP, "phone": PHONE}
PICTURES = os.environ.get("SCREENSHOTS")


def look_at(page: Page, name: str = "") -> None:
    """Look at the page the browser is on, wide and narrow. With a `name`, and SCREENSHOTS=/folder/of/them in
    the environment, pictures of both are kept.
    """
    for called, size in SIZES.items():
        resize(page, size)
        if name:
            picture(page, f"{name}-{called}")
        assert_accessible(page)
    assert_fits(page)
    resize(page, LAPTOP)


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def assert_accessible(page: Page) -> None:
    # What else axe has to say of a page takes as long to bring over as the look at it.
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    options = {"runOnly": {"type": "tag", "values": list(WCAG)}, "resultTypes": ["violations"]}
    violations = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    found = [
        f"{violation['id']}: {violation['help']}\n    {node['html'][:200]}"
        for violation in violations
        for node in violation["nodes"]
    ]
    assert not found, f"{page.url}\n" + "\n".join(found)


def assert_fits(page: Page, size: tuple[int, int] = SMALLEST) -> None:
    """At 320 CSS pixels, which is also 1280 at 400%, nothing is wider than the screen."""
    resize(page, size)
    too_wide = page.evaluate("""() => [...document.querySelectorAll("body *")]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1
            && !element.closest(".govuk-visually-hidden, .un-scroll, .un-aside-field"))
        .map((element) => element.outerHTML.slice(0, 120))""")
    sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert sideways <= 0, f"{page.url} scrolls sideways by {sideways}px at {size[0]}: {too_wide[:5]}"


def assert_focus_shows(page: Page) -> None:
    """Every stop of the Tab key changes how the thing looks."""
    for _ in range(
        page.evaluate("document.querySelectorAll('a, button, input, select, textarea, summary').length")
    ):
        page.keyboard.press("Tab")
        shows = page.evaluate("""() => {
            const here = document.activeElement;
            if (here === document.body) return true;
            const style = getComputedStyle(here);
            return style.outlineStyle !== "none" || style.boxShadow !== "none";
        }""")
        assert shows, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
