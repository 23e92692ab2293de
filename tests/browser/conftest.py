"""Chromium, and pages in it that notice what went wrong behind the picture."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.support import chromium
from tests.support.busy_programme import Doors, fill
from tests.support.databases import OpenDatabase
from tests.support.live_app import LiveApp, live_app

HERE = pytest.mark.browser
PATIENCE = 15_000  # milliseconds; a busy machine stands still for a second now and then


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/" in item.path.as_posix():
            item.add_marker(HERE)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """A page is closed before its server, whichever a test names first: its icon may be on the way still."""
    opened = getattr(item, "funcargs", {}).get("page")
    if opened:
        opened.context.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test when a script broke or the Content-Security-Policy stopped something."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    trouble: list[str] = []
    yield listening(context, trouble)
    context.close()
    assert not trouble, trouble


@pytest.fixture
def page_without_scripts(browser: Browser) -> Iterator[Page]:
    """The same for somebody whose JavaScript is off or did not arrive."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London", java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def live(tmp_path: Path, sqlite_template: Path, open_database: OpenDatabase) -> Iterator[LiveApp]:
    """A programme called councils, and nobody in it yet."""
    with live_app(tmp_path, sqlite_template, open_database) as made:
        yield made


@pytest.fixture(scope="package")
def _busy(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, open_database: OpenDatabase
) -> Iterator[tuple[LiveApp, Doors]]:
    with live_app(tmp_path_factory.mktemp("busy"), sqlite_template, open_database) as made:
        yield made, fill(made)


@pytest.fixture
def busy(_busy: tuple[LiveApp, Doors]) -> LiveApp:
    """A programme in the middle of its life, for all tests to look at and none to change for good."""
    return _busy[0]


@pytest.fixture
def doors(_busy: tuple[LiveApp, Doors]) -> Doors:
    return _busy[1]


def listening(context: BrowserContext, trouble: list[str]) -> Page:
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("console", lambda message: is_trouble(message, opened) and trouble.append(message.text))
    return opened


def is_trouble(message: ConsoleMessage, page: Page) -> bool:
    """A page that answers 422 or 404 says so on the console: that is its business."""
    about_the_page_itself = message.text.startswith("Failed to load") and message.location["url"] == page.url
    return message.type == "error" and not about_the_page_itself
