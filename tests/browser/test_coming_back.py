"""A browser that comes back to a page that has not changed goes on with the one it has, scripts and all."""

from playwright.sync_api import Page

from tests.support.live_app import LiveApp


def test_a_page_that_is_not_sent_again_still_runs_its_scripts(page: Page, live: LiveApp) -> None:
    """The page fixture fails if the policy stops one of them."""
    answers: list[int] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    # What came over the network: Playwright itself says 200 of what the browser had kept.
    network.on("Network.responseReceivedExtraInfo", lambda event: answers.append(event["statusCode"]))
    page.goto(live.at("/p/councils/"))
    page.goto(live.at("/p/councils/"))
    scripts_ran = page.locator("body.js-enabled").count()
    assert (answers.count(304), scripts_ran) == (1, 1)
