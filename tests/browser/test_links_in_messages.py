"""Scanners open links in a browser that runs scripts: not one row of ours changes."""

from playwright.sync_api import Page

from tests.support import every_message
from tests.support.every_message import links_in_messages, one_of_each
from tests.support.live_app import LiveApp
from tests.support.visitor import path_of


def test_a_browser_that_runs_scripts_changes_no_row_by_opening_links(live: LiveApp, page: Page) -> None:
    every_message.fill(live.world)
    live.worker.idle()
    before, links = live.world.dump(), one_of_each(links_in_messages(live.world))
    pages = [path_of(link) for link in links if not link.endswith(".ics")]
    for link in pages:
        page.goto(live.at(link), wait_until="networkidle")
    live.worker.idle()
    assert (live.world.dump() == before, len(pages) > 20) == (True, True)
