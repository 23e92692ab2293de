"""A newcomer starts a programme, brings ten people and sends a first round, with a browser alone."""

import time

from playwright.sync_api import FilePayload, Page, expect

from tests.support.live_app import LiveApp
from tests.support.looking import look_at
from tests.support.world import COUNCILS, World
from web.models import ProgrammeRequest, Purpose
from web.services.organisers import operators

FOUNDER = "founder@parishes.example"
PEOPLE = 10
MINUTES = 15
# How long a practised hand takes, after Card, Moran and Newell's keystroke-level model: a key, pointing at
# something and pressing it, and a thought before each press. A newcomer reads: half a minute a page besides.
KEY, PRESS, THOUGHT, READING = 0.28, 1.1, 1.35, 30.0


class Newcomer:
    """Fills in and presses what a page shows. Counts keys, presses and pages read."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys, self.presses, self.pages = 0, 0, 0

    def open(self, address: str) -> None:
        """By the link in a letter."""
        self.page.goto(address)
        self.presses += 1
        self.pages += 1

    def write(self, label: str, words: str) -> None:
        self.page.get_by_label(label, exact=True).fill(words)
        self.keys += len(words)

    def choose_file(self, file: FilePayload) -> None:
        self.page.get_by_label("The file").set_input_files(file)
        self.presses += 3

    def press(self, button: str, heading: str = "", name: str = "") -> None:
        self._click("button", button, heading, name)

    def follow(self, link: str, heading: str = "", name: str = "") -> None:
        self._click("link", link, heading, name)

    def _click(self, role: str, words: str, heading: str, name: str) -> None:
        self.page.get_by_role(role, name=words, exact=True).first.click()  # type: ignore[arg-type]
        self.presses += 1
        self.pages += 1
        if heading:
            expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        if name:
            look_at(self.page, f"starting-{name}")

    @property
    def seconds(self) -> float:
        """As people would take them."""
        return self.keys * KEY + self.presses * (PRESS + THOUGHT) + self.pages * READING


def spreadsheet() -> FilePayload:
    rows = [
        f"Person {place},{COUNCILS[place % len(COUNCILS)]},clerk.{place}@parishes.example"
        for place in range(PEOPLE)
    ]
    content = "\n".join(["Name,Organisation,Email", *rows, ""])
    return {"name": "Clerks.csv", "mimeType": "text/csv", "buffer": content.encode()}


def link(live: LiveApp, to: str, kind: str, door: str) -> str:
    live.worker.idle()
    return live.at(live.world.link_in(live.world.letter(to, kind), door))


def ask(hand: Newcomer, live: LiveApp) -> None:
    hand.open(live.at("/"))
    hand.follow("Start a programme", "Start a programme", "form")
    hand.write("What is the programme called?", "Parishes Unmentoring")
    hand.write("The address of its page", "parishes")
    hand.write("Your email address", FOUNDER)
    hand.write("Why would you like to start it?", "Clerks work alone, and each invents the same things.")
    live.world.clock.turn(seconds=60)
    hand.press("Send me a link to confirm it", "Check your email", "sent")
    hand.open(link(live, FOUNDER, "start_confirm", "/start/confirm/"))
    look_at(hand.page, "starting-confirm")
    hand.press("Start Parishes Unmentoring", "Parishes Unmentoring", "first-page")


def say_what_it_is(hand: Newcomer) -> None:
    hand.follow("Say what it is about")
    hand.write("About it (optional)", "Clerks of parishes talk for half an hour.")
    hand.press("Save")
    hand.page.goto(hand.page.url.partition("/settings")[0] + "/")


def bring_people(hand: Newcomer, live: LiveApp) -> None:
    hand.follow("Bring people in")
    hand.choose_file(spreadsheet())
    hand.press("Upload the file", "Which column is what?")
    hand.press("See what will happen", "What will happen")
    hand.press(f"Invite {PEOPLE} people", "It is in")
    live.worker.idle()
    for place in range(PEOPLE):
        hand.page.goto(link(live, f"clerk.{place}@parishes.example", "invitation", "/confirm/"))
        hand.page.get_by_role("button", name="Yes, I am in", exact=True).click()


def draw_and_send(hand: Newcomer, live: LiveApp) -> None:
    hand.open(live.at("/organise/parishes/"))
    look_at(hand.page, "starting-checklist")
    hand.press(f"Draw a round for {PEOPLE} people", "Round 1: draft, nothing sent yet")
    hand.press(f"Send {PEOPLE} introductions")
    expect(hand.page.get_by_role("status").first).to_contain_text("The introductions are on their way")
    live.worker.idle()
    hand.page.goto(live.at("/organise/parishes/"))
    expect(hand.page.get_by_role("heading", name="What comes first")).to_have_count(0)


def test_from_nothing_to_a_first_round_in_a_quarter_of_an_hour(page: Page, live: LiveApp) -> None:
    hand, began = Newcomer(page), time.monotonic()
    ask(hand, live)
    say_what_it_is(hand)
    bring_people(hand, live)
    draw_and_send(hand, live)
    machine = time.monotonic() - began
    print(
        f"{hand.presses} presses, {hand.keys} keys, {hand.pages} pages: {hand.seconds / 60:.1f} minutes as"
        f" people press, type and read, of {MINUTES}; the machine took {machine:.0f} s with ten people’s yes"
    )
    assert (hand.seconds + machine < MINUTES * 60, introduced(live.world)) == (True, PEOPLE)


def introduced(world: World) -> int:
    return len(world.inbox(kind="introduction"))


def test_an_operator_s_pages_are_for_everybody_s_eyes_and_keys(page: Page, live: LiveApp) -> None:
    """Looked at wide and narrow, with something in every part of them."""
    live.world.join_many(4)
    live.world.round()
    with live.world.write() as session:
        asked = {"founder": "f0" * 10, "email": FOUNDER, "email_key": FOUNDER, "contact": FOUNDER}
        said = {"name": "Parishes Unmentoring", "slug": "parishes", "why": "Clerks work alone."}
        session.add(ProgrammeRequest(confirmed_at=live.world.now, **asked, **said))
        who = operators.add(session, "operator@host.example", by="a test", now=live.world.now).id
    page.goto(live.at(live.world.door(Purpose.SIGN_IN, who)))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The installation")
    look_at(page, "operate-home")
    page.get_by_role("link", name="Parishes Unmentoring", exact=True).click()
    look_at(page, "operate-request")
    page.get_by_role("button", name="Approve Parishes Unmentoring", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Parishes Unmentoring has begun")
