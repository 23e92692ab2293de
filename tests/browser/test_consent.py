"""A rule changes on a phone, by keys alone and without scripts: proposed, objected to, judged, adopted."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.test_joining import Keys
from tests.support.consenting import Consent
from tests.support.live_app import LiveApp
from tests.support.world import links_in
from web.models import Purpose

PHONE = {"width": 375, "height": 760}
ORGANISER = "organiser@councils.example"
PEOPLE = 10
WHY, HARM = "Pairs cancel too often.", "Three calendars never fit."
Open = Callable[[], "Hand"]


class Hand:
    """Somebody with a keyboard; `pressed` are the buttons, links and choices they pressed, in order."""

    def __init__(self, page: Page, live: LiveApp) -> None:
        self.page, self.live, self.keys = page, live, Keys(page)
        self.pressed: list[str] = []

    def press(self, words: str) -> None:
        """A link or button, and the page behind it. What was woken by it is done when this is."""
        named = self.page.get_by_role("link", name=words).or_(self.page.get_by_role("button", name=words))
        self.keys.tab_to(named.first)
        self.pressed.append(words)
        with self.page.expect_navigation():
            self.keys.press("Enter")
        self.live.worker.idle()

    def choose(self, words: str) -> None:
        """One of several, in a group that the Tab key reaches by the one that is chosen or the first."""
        wanted = self.page.get_by_label(words)
        self._into_the_group_of(wanted)
        self.pressed.append(words)
        while not wanted.is_checked():
            self.keys.press("ArrowDown")

    def _into_the_group_of(self, wanted: Locator) -> None:
        name = wanted.get_attribute("name")
        group = self.page.locator(f"input[name='{name}']")
        reached = group.locator("xpath=self::*[@checked]")
        self.keys.tab_to(reached.first if reached.count() else group.first)
        if not reached.count():
            self.keys.press("Space")

    def write(self, label: str, words: str) -> None:
        self.keys.tab_to(self.page.get_by_label(label))
        self.keys.type(words)

    def open(self, path: str) -> None:
        self.page.goto(self.live.at(path))

    def reads(self, words: str) -> None:
        expect(self.page.locator("body")).to_contain_text(words)


@pytest.fixture
def consent(live: LiveApp) -> Consent:
    """Ten people who have had a round, in pairs."""
    return Consent.among(live.world, PEOPLE)


@pytest.fixture
def hand(browser: Browser, live: LiveApp) -> Iterator[Open]:
    """Each has a phone of their own."""
    contexts = []

    def opened() -> Hand:
        context = browser.new_context(
            locale="en-GB", timezone_id="Europe/London", java_script_enabled=False, viewport=PHONE
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        return Hand(page, live)

    yield opened
    for context in contexts:
        context.close()


def signed_in(hand: Hand) -> Hand:
    hand.open(hand.live.world.door(Purpose.SIGN_IN, hand.live.world.appoint(ORGANISER)))
    hand.press("Sign in")
    hand.pressed.clear()
    return hand


def from_mail(hand: Hand, person: str, kind: str, button: str) -> Hand:
    """Opens what a button of the newest mail leads to."""
    world = hand.live.world
    letter = world.letter(str(world.person(person).email), kind)
    hand.open(next(path for path in links_in(letter) if button in path))
    return hand


def later(live: LiveApp, **time: float) -> None:
    """As the worker's own clock would bring it about."""
    live.world.clock.turn(**time)
    live.world.worker.sweep()
    live.world.work()


def propose_threes(organiser: Hand) -> None:
    organiser.press("Settings")
    organiser.press("Change groups")
    organiser.choose("Threes")
    organiser.write("Why this change?", WHY)
    organiser.press("Propose this change")


@pytest.mark.slow
def test_a_rule_is_proposed_objected_to_judged_and_adopted(
    consent: Consent, live: LiveApp, hand: Open
) -> None:
    organiser = signed_in(hand())
    propose_threes(organiser)
    organiser.reads("Proposed. Everybody who takes part is told, and can object.")
    print(f"proposing: {organiser.pressed}")
    assert len(organiser.pressed) <= 4
    later(live, minutes=10)

    content = from_mail(hand(), consent.people[0], "proposal", "answer=no-objection")
    content.press("No objection")
    content.reads("You said: no objection.")
    assert content.pressed == ["No objection"]

    objector = from_mail(hand(), consent.people[1], "proposal", "answer=objection")
    objector.write("What concerns you, or what harm or risk do you see?", HARM)
    objector.press("I object")
    objector.reads("Somebody objects")
    assert objector.pressed == ["I object"]

    organiser.press("Agreements")
    organiser.press("How we match")
    organiser.press("Ask a panel")
    organiser.reads("A panel has been drawn by chance, and has three days.")

    members = [person for person in consent.people if live.world.inbox(_email(live, person), "panel")]
    for member in members[:2]:
        judge = from_mail(hand(), member, "panel", "/panel/")
        judge.reads(HARM)
        judge.choose("No, it does not hold")
        judge.write("Why?", "It is tried for a year.")
        judge.press("Say what I find")
        judge.reads("You said: it does not hold.")

    later(live, days=8)
    reader = hand()
    reader.open("/p/councils/agreements")
    reader.reads("Groups: threes")
    reader.press("Proposal 1")
    reader.reads("Adopted on")
    reader.reads(HARM)
    reader.reads("It is tried for a year.")


@pytest.mark.slow
def test_somebody_who_takes_part_proposes_and_two_others_second(
    consent: Consent, live: LiveApp, hand: Open
) -> None:
    author = hand()
    author.open(live.world.page_of(consent.people[0], full=True))
    author.press("What we have agreed")
    author.press("Propose a change")
    author.write("Title", "Who may organise")
    author.write("What should hold?", "Whoever asks two others.")
    author.write("Why?", "Nobody knows.")
    author.press("Propose it")
    author.reads("Proposed. It is told to everybody once an organiser, or two others, second it.")
    for seconder in consent.people[1:3]:
        other = hand()
        other.open(live.world.page_of(seconder))
        other.press("What we have agreed")
        other.press("Everybody should be told of this")
        other.reads("Seconded.")
    later(live, minutes=10)
    told = live.world.inbox(kind="proposal")
    assert len({letter.to for letter in told}) == PEOPLE
    later(live, days=8)
    reader = hand()
    reader.open("/p/councils/agreements")
    reader.reads("Whoever asks two others.")


def _email(live: LiveApp, person: str) -> str:
    return str(live.world.person(person).email)
