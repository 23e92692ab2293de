"""One person, all the way from the front page to what they learned, with JavaScript and without."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.live_app import LiveApp
from tests.support.looking import SIZES, look_at, picture, resize
from web.models import Purpose
from web.models.jobs import Errand, Work
from web.services.background import jobs

EMAIL = "ffion.jones@ynysmon.example.org"
LEARNED = "Ask the bin crews first. They know which streets the map has forgotten."


@pytest.fixture
def organiser(browser: Browser, live: LiveApp) -> Iterator[Page]:
    """Has signed in. Nothing was drawn yet; four people are in."""
    live.world.join_many(4)
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    page = context.new_page()
    who = live.world.appoint("organiser@councils.example")
    page.goto(live.at(live.world.door(Purpose.SIGN_IN, who)))
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()


class Traveller:
    """Walks from page to page by what can be read on them; with `called`, keeps pictures of each."""

    def __init__(self, page: Page, live: LiveApp, called: str = "") -> None:
        self.page, self.live, self.called, self.step = page, live, called, 0

    def look(self, name: str) -> None:
        self.step += 1
        for size, pixels in SIZES.items() if self.called else ():
            resize(self.page, pixels)
            picture(self.page, f"{self.called}-{self.step:02}-{name}-{size}")

    def join(self) -> None:
        page = self.page
        page.goto(self.live.at("/p/councils/"))
        self.look("programme")
        page.get_by_role("link", name="Join Councils Unmentoring").click()
        page.get_by_label("Your name").fill("Ffion Jones")
        page.get_by_role("textbox", name="Email address").fill(EMAIL)
        page.locator("#organisation").fill("Cyngor Ynys Môn")
        page.get_by_label("I agree to the code of conduct").check()
        self.look("join")
        # Nobody types as fast as a browser that is told what to type.
        self.live.world.clock.turn(seconds=30)
        page.get_by_role("button", name="Join Councils Unmentoring").click()
        expect(page.get_by_role("heading", name="Check your messages")).to_be_visible()
        self.look("check-your-messages")

    def open_mail(self, kind: str) -> None:
        self.page.goto(self.live.outbox)
        self.page.goto(self.live.mail_at(EMAIL, kind))
        self.look(f"mail-{kind}")

    def press_in_mail(self, button: str) -> None:
        """In the mail itself, as its reader sees it. Its links open in the whole window."""
        with self.page.expect_navigation():
            self.page.frame_locator("iframe").get_by_role("link", name=button).click()

    def confirm(self) -> None:
        self.open_mail("confirm")
        self.press_in_mail("Confirm my place")
        self.look("confirm")
        self.page.get_by_role("button", name="Yes, I am in").click()
        expect(self.page.get_by_role("status")).to_contain_text("You are in. Welcome to Councils Unmentoring")
        self.look("my-page")

    def read_introduction(self) -> None:
        self.open_mail("introduction")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Meet ")
        self.press_in_mail("Your page")
        self.look("my-page")
        self.page.get_by_role("table", name="My conversations").get_by_role(
            "link", name="Person"
        ).first.click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Meet ")
        self.look("introduction")

    def check_in(self) -> None:
        page = self.page
        self.open_mail("introduction")
        self.press_in_mail("Talked already? Tell us how it went")
        self.look("did-you-meet")
        page.get_by_role("button", name="We met").click()
        page.get_by_role("link", name="Add one thing you learned").click()
        page.get_by_label("One thing you learned").fill(LEARNED)
        page.get_by_label("Yes, with my first name").check()
        self.look("check-in")
        page.get_by_role("button", name="Tell us").click()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        self.look("thanks")

    def find_it_on_the_wall(self) -> None:
        self.page.goto(self.live.at("/p/councils/learning"))
        self.look("wall")
        expect(self.page.get_by_role("figure").filter(has_text=LEARNED)).to_contain_text(
            "Ffion, Cyngor Ynys Môn"
        )


def send_a_round(organiser: Page, live: LiveApp) -> None:
    organiser.goto(live.at("/organise/councils/"))
    organiser.get_by_role("button", name="Draw a round for 5 people").click()
    organiser.get_by_role("button", name="Send 5 introductions").click()
    expect(organiser.get_by_role("status").first).to_contain_text("The introductions are on their way")
    live.worker.idle()


def publish(organiser: Page, live: LiveApp) -> None:
    organiser.goto(live.at("/organise/councils/learning"))
    organiser.get_by_role("button", name="Publish").click()
    expect(organiser.get_by_role("status").first).to_contain_text("It is on the page of what people learned")


@pytest.mark.slow
@pytest.mark.parametrize("scripts", ["page", "page_without_scripts"], ids=["with-scripts", "without-scripts"])
def test_a_stranger_joins_is_introduced_talks_and_is_read(
    request: pytest.FixtureRequest, scripts: str, organiser: Page, live: LiveApp
) -> None:
    page = request.getfixturevalue(scripts)
    traveller = Traveller(page, live, "trip" if scripts == "page" else "")
    traveller.join()
    traveller.confirm()
    send_a_round(organiser, live)
    traveller.read_introduction()
    traveller.check_in()
    publish(organiser, live)
    traveller.find_it_on_the_wall()


def test_progress_of_sending_moves_without_reloading(organiser: Page, live: LiveApp) -> None:
    live.worker.hold()
    organiser.goto(live.at("/organise/councils/"))
    organiser.get_by_role("button", name="Draw a round for 4 people").click()
    organiser.get_by_role("button", name="Send 4 introductions").click()
    delivery = organiser.locator("#delivery")
    expect(delivery).to_contain_text("0 of 4 introductions sent")
    look_at(organiser, "round-going-out")
    organiser.evaluate("window.sameDocument = true")
    live.worker.go_on()
    expect(delivery).to_contain_text("4 of 4 introductions sent", timeout=15_000)
    assert organiser.evaluate("window.sameDocument")


def test_long_work_says_how_far_it_is_also_after_a_reload(organiser: Page, live: LiveApp) -> None:
    live.worker.hold()
    with live.world.write() as session:
        jobs.ask(session, live.world.programme(session), Work.DRAW, None, by="a test", now=live.world.now)
        errand = session.get_one(Errand, 1)
        errand.work, errand.number, errand.step = Work.DIGEST, 1, 1
        errand.people, errand.done = 100_000, 37_000
    organiser.goto(live.at("/organise/councils/rounds"))
    look_at(organiser, "errand")
    organiser.reload()
    expect(organiser.locator("#errand")).to_contain_text("to 100,000 people, 37 per cent")
