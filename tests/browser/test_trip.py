"""One person, all the way from the front page to what they learned, with JavaScript and without."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.demo_site import DemoSite, demo_site
from tests.support.looking import SIZES, picture, resize

EMAIL = "ffion.jones@ynysmon.example.org"
LEARNED = "Ask the bin crews first. They know which streets the map has forgotten."


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    with demo_site(tmp_path_factory.mktemp("demo")) as site:
        yield site


@pytest.fixture
def organiser(browser, demo: DemoSite) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(demo.doors["Sign in as organiser"])
    page.get_by_role("button", name="Sign in").click()
    yield page
    context.close()


class Traveller:
    """Walks from page to page by what can be read on them, and keeps a picture of each."""

    def __init__(self, page: Page, demo: DemoSite, called: str) -> None:
        self.page, self.demo, self.called, self.step = page, demo, called, 0

    def keep(self, name: str) -> None:
        self.step += 1
        for size, pixels in SIZES.items():
            resize(self.page, pixels)
            picture(self.page, f"trip-{self.called}-{self.step}-{name}-{size}")

    def join(self) -> None:
        page = self.page
        page.goto(self.demo.doors["The programme"])
        self.keep("programme")
        page.get_by_role("link", name="Join LocalGov Unmentoring").click()
        page.get_by_label("Your name").fill("Ffion Jones")
        page.get_by_label("Email address").first.fill(EMAIL)
        page.get_by_label("Your organisation").fill("Cyngor Ynys Môn")
        page.get_by_label("I agree to the code of conduct").check()
        self.keep("join")
        # People take longer than a browser that is told what to type, and are not asked to be quicker.
        self.demo.clock.ahead += timedelta(seconds=30)
        page.get_by_role("button", name="Join LocalGov Unmentoring").click()
        expect(page.get_by_role("heading", name="Check your messages")).to_be_visible()

    def open_mail(self, subject: str) -> None:
        self.demo.work()
        self.page.goto(f"{self.demo.address}/outbox?to={EMAIL}")
        self.page.locator("main table a", has_text=subject).first.click()
        self.keep("mail")

    def press_in_mail(self, leading_to: str) -> None:
        """A link of the mail's text part."""
        text = self.page.get_by_role("region", name="The message as text")
        text.locator(f'a[href*="{leading_to}"]:not([href$=".ics"])').first.click()

    def confirm(self) -> None:
        self.open_mail("")
        self.press_in_mail("/confirm/")
        self.keep("confirm")
        self.page.get_by_role("button", name="Yes, I am in").click()

    def read_introduction(self) -> None:
        self.open_mail("Meet ")
        self.press_in_mail("/conversation/")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Meet ")
        self.keep("introduction")

    def check_in(self) -> None:
        page = self.page
        page.get_by_role("link", name="Tell us how it went").click()
        page.get_by_label("We met").check()
        page.get_by_label("One thing you learned").fill(LEARNED)
        page.get_by_label("Yes, with my first name").check()
        self.keep("check-in")
        page.get_by_role("button", name="Tell us").click()
        self.keep("thanks")

    def find_it_on_the_wall(self) -> None:
        self.page.goto(self.demo.doors["What people learned"])
        self.keep("wall")
        expect(self.page.get_by_text(LEARNED)).to_be_visible()


def send_a_round(organiser: Page, demo: DemoSite) -> None:
    organiser.goto(f"{demo.address}/organise/localgov/")
    organiser.get_by_role("button", name="Draw a round for 42 people").click()
    organiser.get_by_role("button", name="Send 42 introductions").click()
    organiser.get_by_role("heading", level=1).wait_for()


def publish(organiser: Page, demo: DemoSite) -> None:
    organiser.goto(f"{demo.address}/organise/localgov/learning")
    card = organiser.locator("form", has_text="Publish").filter(has_text=LEARNED)
    card.get_by_role("button", name="Publish").click()


@pytest.mark.slow
@pytest.mark.parametrize("scripts", ["page", "page_without_scripts"], ids=["with-scripts", "without-scripts"])
def test_a_stranger_joins_is_introduced_talks_and_is_read(
    request: pytest.FixtureRequest, scripts: str, organiser: Page, demo: DemoSite
) -> None:
    traveller = Traveller(request.getfixturevalue(scripts), demo, scripts.replace("_", "-"))
    traveller.join()
    traveller.confirm()
    send_a_round(organiser, demo)
    traveller.read_introduction()
    traveller.check_in()
    publish(organiser, demo)
    traveller.find_it_on_the_wall()
