"""A browser that comes back: what is on the page again, and whether its scripts run."""

from playwright.sync_api import Page, expect

from tests.support.live_app import LiveApp
from tests.support.looking import look_at


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


def test_the_form_to_join_has_all_that_was_typed_after_going_back(page: Page, live: LiveApp) -> None:
    live.world.join("Amina Yusuf", "Leeds City Council")
    page.goto(live.at("/p/councils/join"))
    typed = {"#name": "Kay Boarder", "#email": "kay@example.org", "#organisation": "Otley Town Council"}
    for field, words in typed.items():
        page.locator(field).fill(words)
    page.get_by_role("link", name="the privacy notice").click()
    page.get_by_role("heading", name="Privacy", exact=False).first.wait_for()
    page.go_back()
    for field, words in typed.items():
        expect(page.locator(field)).to_have_value(words)
    page.reload()
    expect(page.locator("#organisation")).to_have_value("Otley Town Council")


def test_a_form_sent_after_its_cookie_went_is_one_press_from_being_taken(page: Page, live: LiveApp) -> None:
    live.world.join("Amina Yusuf", "Leeds City Council")
    page.goto(live.at("/p/councils/join"))
    page.locator("#name").fill("Kay Boarder")
    page.get_by_role("textbox", name="Email address").fill("kay@example.org")
    page.locator("#organisation").fill("Otley Town Council")
    page.locator("#agree").check()
    page.context.clear_cookies()
    live.world.clock.turn(seconds=30)
    page.get_by_role("button", name="Join Councils Unmentoring").click()
    expect(page.get_by_label("What you wrote")).to_have_value("Kay Boarder\n\nOtley Town Council")
    look_at(page, "sent-again")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", name="Check your messages")).to_be_visible()
