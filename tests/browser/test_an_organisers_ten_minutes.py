"""A new organiser brings a spreadsheet and its history, draws, mends one pair and sends: in few clicks."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlmodel import select

from tests.support.live_app import LiveApp
from tests.support.looking import look_at
from web.models import Person, Purpose
from web.services.people.invitations import accept_invitation

MOST = 25
COUNCILS = (
    "Leeds City Council",
    "Kirklees Council",
    "Cyngor Gwynedd",
    "London Borough of Brent",
    "Mid & East Antrim Borough Council",
)
FIRST = ("Amina", "Tom", "Siân", "Jo", "Zoë", "Rhys", "Priya", "Owen", "Chloé", "Seán", "Ivy", "Nils")
LAST = ("Yusuf", "Field", "Rees", "Park", "O’Neill")
PEOPLE = [(first, last) for last in LAST for first in FIRST]


def address(place: int) -> str:
    return f"colleague.{place + 1:02}@councils.example.org"


def people() -> str:
    """As a spreadsheet writes it, with what people put into its cells."""
    rows = ["First name;Last name;Council;Work email;Mobile number"]
    for place, (first, last) in enumerate(PEOPLE):
        council = "Leeds CC" if place in (5, 25) else COUNCILS[place % len(COUNCILS)]
        phone = f"07700 9000{place:02}" if place % 3 == 0 else ""
        rows.append(f"{first} ;{last};{council};{address(place)};{phone}")
    return "\r\n".join([*rows, ""])


def history() -> str:
    """Two rounds of pairs, nobody twice with the same person."""
    rows = ["Round;Date;Person A;Person B"]
    for number, day in ((1, "02/03/2026"), (2, "04/05/2026")):
        for place in range(0, len(PEOPLE), 2):
            other = place + 2 * number - 1
            rows.append(f"{number};{day};{address(place)};{address(other % len(PEOPLE))}")
    return "\r\n".join([*rows, ""])


def spreadsheet(name: str, content: str) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": content.encode("utf-8-sig")}


class Hand:
    """Does what an organiser's hand does, and keeps count of it. What it sees on the way is looked at."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.done: list[str] = []

    def press(self, button: str | re.Pattern[str]) -> None:
        self._click("button", button)

    def follow(self, link: str | re.Pattern[str]) -> None:
        self._click("link", link)

    def tick(self, radio: str) -> None:
        self.done.append(f"tick {radio}")
        self.page.get_by_label(radio, exact=True).check()

    def choose_file(self, file: FilePayload) -> None:
        self.done.append(f"choose {file['name']}")
        self.page.get_by_label("The file").set_input_files(file)

    def choose_first(self, label: re.Pattern[str]) -> None:
        self.done.append("choose the first of those offered")
        self.page.get_by_label(label).select_option(index=0)

    def _click(self, role: str, words: str | re.Pattern[str]) -> None:
        found = self.page.get_by_role(role, name=words, exact=isinstance(words, str)).first
        self.done.append(f"{role}: {' '.join(found.inner_text().split())}")
        found.click()

    def arrives_at(self, heading: str, name: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        look_at(self.page, f"ten-minutes-{name}")


def import_people(hand: Hand) -> None:
    hand.follow("People")
    hand.follow("Import people or past rounds")
    hand.choose_file(spreadsheet("Volunteers 2026.csv", people()))
    hand.press("Upload the file")
    hand.arrives_at("Which column is what?", "columns")
    hand.press("See what will happen")
    hand.arrives_at("Are these the same?", "organisations")
    hand.press("Go on")
    hand.arrives_at("What will happen", "preview")
    hand.press("Invite 60 people")
    hand.arrives_at("It is in", "people-are-in")


def import_history(hand: Hand) -> None:
    hand.follow("Import past rounds, or another file")
    hand.tick("Past rounds")
    hand.choose_file(spreadsheet("Pairs so far.csv", history()))
    hand.press("Upload the file")
    hand.arrives_at("Which column is what?", "columns-of-history")
    hand.press("See what will happen")
    hand.arrives_at("What will happen", "preview-of-history")
    hand.press("Take in 60 groups")
    hand.arrives_at("It is in", "history-is-in")


def everybody_says_yes(live: LiveApp) -> None:
    """A day passes in which each of them opens their mail."""
    live.worker.idle()
    live.world.clock.turn(days=1)
    with live.world.write() as session:
        programme = live.world.programme(session)
        for person in session.exec(select(Person)).all():
            accept_invitation(session, person, programme, now=live.world.now)
    live.worker.poke()
    live.worker.idle()


def draw_mend_and_send(hand: Hand) -> None:
    hand.press("Draw a round for 60 people")
    hand.arrives_at("Round 3: draft, nothing sent yet", "draft")
    hand.follow(re.compile("^Swap "))
    hand.choose_first(re.compile("^Swap .* with$"))
    hand.press("Swap")
    expect(hand.page.get_by_role("status").first).to_contain_text("You swapped")
    hand.press("Send 60 introductions")
    expect(hand.page.get_by_role("status").first).to_contain_text("The introductions are on their way")


def sign_in(hand: Hand, live: LiveApp) -> None:
    """By the button their mail leads to. What cannot be taken back asks for it on each day."""
    organiser = live.world.appoint("organiser@councils.example")
    hand.page.goto(live.at(live.world.door(Purpose.SIGN_IN, organiser)))
    hand.press("Sign in")
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("Councils Unmentoring")


@pytest.mark.slow
def test_from_a_spreadsheet_to_introductions_takes_at_most_25_clicks(page: Page, live: LiveApp) -> None:
    hand = Hand(page)
    sign_in(hand, live)
    import_people(hand)
    import_history(hand)
    everybody_says_yes(live)
    sign_in(hand, live)
    draw_mend_and_send(hand)
    live.worker.idle()
    print(f"{len(hand.done)} clicks and choices of {MOST}:", *hand.done, sep="\n  ")
    assert len(hand.done) <= MOST
    assert len(live.world.inbox(kind="introduction")) == len(PEOPLE)
