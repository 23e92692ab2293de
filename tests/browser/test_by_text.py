"""Somebody without email, from JOIN to what they learned on the wall, lived in the local outbox."""

from playwright.sync_api import Browser, Page, expect

from tests.support.live_app import LiveApp
from tests.support.looking import look_at
from web.models import Purpose

NUMBER = "07700 900321"
LEARNED = "We will share a van with Kirklees from January."


class Phone:
    """A phone that there is only in the outbox: it writes texts there, and reads there what comes."""

    def __init__(self, page: Page, live: LiveApp) -> None:
        self.page, self.live = page, live
        page.goto(live.outbox)

    def texts(self, words: str) -> None:
        self.page.get_by_label("From which number").fill(NUMBER)
        self.page.get_by_label("Your text").fill(words)
        self.page.get_by_role("button", name="Send this text").click()
        expect(self.page.get_by_role("status")).to_contain_text("is in")

    def replies(self, words: str) -> None:
        """To the text that is open."""
        self.page.get_by_label("Your answer").fill(words)
        self.page.get_by_role("button", name="Send this answer").click()
        expect(self.page.get_by_role("status")).to_contain_text("is in")

    def reads(self, words: str) -> None:
        """The newest text to this number, on its own page."""
        self.live.worker.idle()
        self.page.goto(self.live.at("/outbox?to=%2B447700900321"))
        newest = self.page.get_by_role("table").get_by_role("link").first
        expect(newest).to_contain_text(words)
        newest.click()


def later(live: LiveApp, days: int) -> None:
    live.world.clock.turn(days=days)
    live.worker.poke()
    live.worker.idle()


def publish(browser: Browser, live: LiveApp) -> None:
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    page = context.new_page()
    page.goto(live.at(live.world.door(Purpose.SIGN_IN, live.world.appoint("organiser@councils.example"))))
    page.get_by_role("button", name="Sign in").click()
    page.goto(live.at("/organise/councils/learning"))
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    context.close()


def test_from_join_by_text_to_a_learning_on_the_wall(page: Page, browser: Browser, live: LiveApp) -> None:
    live.world.join("Tom Field", "Kirklees Council", email="tom@example.org")
    phone = Phone(page, live)
    look_at(page, "by-text-1-outbox")
    phone.texts("Join councils please")
    phone.reads("reply YES, your name and organisation")
    look_at(page, "by-text-2-join")
    phone.replies("YES Amina Yusuf, Leeds City Council")
    phone.reads("Councils Unmentoring: you are in.")
    live.world.round()
    phone.reads("this time you talk with Tom Field")
    phone.replies("Hi Tom, Tuesday 2pm?")
    phone.reads("Tom Field did not get your text")
    look_at(page, "by-text-3-not-passed-on")
    later(live, days=15)
    phone.reads("did you talk with Tom Field? Reply MET, NOT YET, COULDN'T or NO REPLY")
    phone.replies(f"Met. {LEARNED}")
    phone.reads("thank you for telling us how it went")
    publish(browser, live)
    page.goto(live.at("/p/councils/learning"))
    expect(page.get_by_text(LEARNED)).to_be_visible()
    assert "Amina" not in page.inner_text("main")
    look_at(page, "by-text-4-wall")


def test_what_is_missing_is_said_and_kept(page: Page, live: LiveApp) -> None:
    Phone(page, live)
    page.get_by_label("Your text").fill("JOIN councils")
    page.get_by_role("button", name="Send this text").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the number you text from")
    look_at(page, "by-text-5-no-number")
    expect(page.get_by_label("Your text")).to_have_value("JOIN councils")


def test_without_scripts_it_is_the_same(page_without_scripts: Page, live: LiveApp) -> None:
    phone = Phone(page_without_scripts, live)
    phone.texts("JOIN councils")
    phone.reads("reply YES, your name and organisation")
