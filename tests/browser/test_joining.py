"""The join form by keyboard, with suggestions, and with mistakes in it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.live_app import LiveApp


@pytest.fixture
def form(page: Page, busy: LiveApp) -> Page:
    page.goto(busy.at("/p/councils/join"))
    return page


def tab_to(page: Page, field: str) -> None:
    """Press Tab until the focus is on the field with that label."""
    wanted = page.get_by_label(field).or_(page.get_by_role("button", name=field)).first
    for _ in range(40):
        page.keyboard.press("Tab")
        if wanted.evaluate("field => field === document.activeElement"):
            return
    raise AssertionError(f"the Tab key never reaches {field!r}")


def offered(page: Page) -> Locator:
    return page.get_by_role("listbox").get_by_role("option")


def test_somebody_joins_without_a_mouse(form: Page, busy: LiveApp) -> None:
    for field, words in (
        ("Your name", "Kay Boarder"),
        ("Email address", "kay.boarder@example.org"),
        ("Your organisation", "leeds"),
    ):
        tab_to(form, field)
        form.keyboard.type(words)
    expect(offered(form)).to_have_text(["Leeds City Council"])
    form.keyboard.press("ArrowDown")
    form.keyboard.press("Enter")
    expect(form.locator("#organisation")).to_have_value("Leeds City Council")
    tab_to(form, "I agree to the code of conduct")
    form.keyboard.press("Space")
    tab_to(form, "Join Councils Unmentoring")
    busy.world.clock.turn(seconds=30)
    form.keyboard.press("Enter")
    expect(form.get_by_role("heading", name="Check your messages")).to_be_visible()


def test_suggestions_are_the_programmes_own_organisations(form: Page) -> None:
    form.locator("#organisation").press_sequentially("coun")
    expect(offered(form)).to_have_text(
        ["Brent Council", "Gwynedd Council", "Kirklees Council", "Leeds City Council"]
    )


def test_every_line_of_the_error_summary_leads_to_its_field(form: Page) -> None:
    form.get_by_role("checkbox", name="My email address").uncheck()
    form.get_by_label("Text message", exact=True).check()
    form.get_by_label("Mobile number").fill("12")
    form.get_by_role("button", name="Join Councils Unmentoring").click()
    summary = form.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    lines = summary.get_by_role("link").all()
    assert len(lines) == 6
    for line in lines:
        line.click()
        focused = form.evaluate("document.activeElement.matches('input, select, textarea')")
        assert focused, line.inner_text()


def test_mistakes_are_listed_in_the_order_of_their_fields(form: Page) -> None:
    form.get_by_label("Your video handle").fill("x" * 1_001)
    form.get_by_label("Mobile number").fill("12")
    form.get_by_role("button", name="Join Councils Unmentoring").click()
    places = form.locator(".govuk-error-summary a").evaluate_all(
        "links => links.map(link => document.querySelector(link.hash).getBoundingClientRect().top)"
    )
    assert (len(places), places) == (6, sorted(places))


def test_a_form_sent_back_at_once_is_only_asked_to_be_sent_again(form: Page, busy: LiveApp) -> None:
    form.get_by_label("Your name").fill("Kay Boarder")
    form.get_by_role("textbox", name="Email address").fill("quick@example.org")
    form.locator("#organisation").fill("Leeds City Council")
    form.get_by_label("I agree to the code of conduct").check()
    busy.world.clock.turn(seconds=-60)  # whatever this machine took, it was at once
    form.get_by_role("button", name="Join Councils Unmentoring").click()
    expect(form.locator(".govuk-error-summary")).to_contain_text("That was very quick")
    busy.world.clock.turn(seconds=60)
    expect(form.locator(".govuk-error-summary a")).to_have_count(0)
    expect(form.get_by_label("Your name")).to_have_value("Kay Boarder")


def test_a_code_of_conduct_read_on_the_way_takes_nothing_from_the_form(form: Page) -> None:
    form.get_by_label("Your name").fill("Kay Boarder")
    form.get_by_role("link", name="The whole code of conduct").click()
    form.get_by_role("heading", name="Code of conduct").wait_for()
    form.go_back()
    expect(form.get_by_label("Your name")).to_have_value("Kay Boarder")


# From the front page to being in, with nothing but keys. The figure counts keys, not this machine's seconds.

KEYS_A_SECOND = 5
A_MINUTE = 60


class Keys:
    """Somebody's keyboard; how often it was pressed."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.pressed += len(words)

    def tab_to(self, wanted: Locator) -> None:
        for _ in range(60):
            self.press("Tab")
            if wanted.evaluate("there => there === document.activeElement"):
                return
        raise AssertionError(f"the Tab key never reaches {wanted}")

    def follow(self, link: str) -> None:
        """A link or a button, and the page behind it."""
        door = self.page.get_by_role("link", name=link).or_(self.page.get_by_role("button", name=link))
        self.tab_to(door.last)
        with self.page.expect_navigation():
            self.press("Enter")


def test_from_the_front_page_to_being_in_takes_under_two_minutes_of_keys(page: Page, live: LiveApp) -> None:
    live.world.join("Tom Field", "Kirklees Council")
    keys, email = Keys(page), "kay.boarder@leeds.example.org"
    page.goto(live.at("/"))
    keys.follow("Councils Unmentoring")
    keys.follow("Join Councils Unmentoring")
    for field, words in (
        ("Your name", "Kay Boarder"),
        ("Email address", email),
        ("Your organisation", "Leeds City Council"),
    ):
        keys.tab_to(page.get_by_role("textbox", name=field).or_(page.get_by_role("combobox", name=field)))
        keys.type(words)
    keys.tab_to(page.get_by_label("I agree to the code of conduct"))
    keys.press("Space")
    live.world.clock.turn(seconds=30)  # nobody types as fast as this browser
    keys.follow("Join Councils Unmentoring")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your messages")
    keys.page = page.context.new_page()  # a mail program, which runs no scripts
    keys.page.goto(live.outbox)
    keys.page.goto(live.mail_at(email, "confirm") + "/html")
    keys.follow("Confirm my place")
    keys.follow("Yes, I am in")
    expect(keys.page.get_by_role("status")).to_contain_text("You are in. Welcome to Councils Unmentoring")
    seconds = keys.pressed / KEYS_A_SECOND
    print(f"{keys.pressed} keys from the front page to being in: {seconds:.0f} s at {KEYS_A_SECOND} a second")
    assert seconds < 2 * A_MINUTE
