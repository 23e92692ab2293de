"""An owner takes over a scheme of 60 people: from its spreadsheet to the first round's introductions."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_an_organisers_ten_minutes import Hand, people, sign_in, spreadsheet
from tests.support.live_app import LiveApp
from tests.support.looking import look_at
from tests.support.world import links_in

SECONDS = 600  # of an organiser's time
MOST = 20


def take_over(hand: Hand) -> None:
    hand.follow("People")
    hand.follow("Import people or past rounds")
    hand.choose_file(spreadsheet("Volunteers 2026.csv", people()))
    hand.press("Upload the file")
    hand.press("See what will happen")
    hand.press("Go on")
    hand.arrives_at("What will happen", "takeover-preview")
    hand.follow("They have agreed already: take over a scheme")
    hand.arrives_at("Take over 60 people", "takeover-statement")
    state(hand.page)
    hand.press("Take over 60 people")
    hand.arrives_at("It is in", "takeover-is-in")


def state(page: Page) -> None:
    page.get_by_label("Who asked them?").fill("Sam Hill, who ran it")
    for box, said in zip(("Day", "Month", "Year"), ("2", "3", "2026"), strict=True):
        page.get_by_label(box, exact=True).fill(said)
    page.get_by_label("What were they asked?").fill("May we take your place along?")
    page.get_by_label("Consent: they said yes").check()
    page.get_by_label("They have agreed to take part").check()


def a_week_passes(live: LiveApp) -> None:
    """In which nobody presses anything."""
    live.worker.idle()
    live.world.worker.sweep()
    live.world.clock.turn(days=8)


@pytest.mark.slow
def test_sixty_people_are_taken_over_and_introduced(page: Page, live: LiveApp) -> None:
    began, hand = time.monotonic(), Hand(page)
    sign_in(hand, live)
    take_over(hand)
    a_week_passes(live)
    sign_in(hand, live)
    hand.press("Draw a round for 60 people")
    hand.press("Send 60 introductions")
    expect(page.get_by_role("status").first).to_contain_text("The introductions are on their way")
    live.worker.idle()
    took = time.monotonic() - began
    print(f"{len(hand.done)} clicks and choices of {MOST}, {took:.0f} s:", *hand.done, sep="\n  ")
    assert (len(hand.done) <= MOST, took < SECONDS) == (True, True)
    assert len(live.world.inbox(kind="introduction")) == 60
    somebody_writes_to_their_partner(page, live)


def somebody_writes_to_their_partner(page: Page, live: LiveApp) -> None:
    letter = live.world.inbox(kind="introduction")[0]
    page.goto(live.at(next(link for link in links_in(letter) if link.endswith("/write"))))
    expect(page.get_by_text("With your first press you take part here")).to_be_visible()
    look_at(page, "takeover-write")
    page.get_by_label("Your message").fill("Tuesday at noon?")
    page.get_by_role("button", name="Pass it on").click()
    expect(page.get_by_role("status").first).to_contain_text("We pass it on")
    look_at(page, "takeover-conversation")
    live.worker.idle()
    assert len(live.world.inbox(kind="passed_on")) == 1


@pytest.mark.slow
def test_the_letters_page_looks_right_on_a_phone(page: Page, live: LiveApp) -> None:
    sign_in(hand := Hand(page), live)
    take_over(hand)
    live.worker.idle()
    letter = live.world.letter("colleague.01@councils.example.org", "taken_over")
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(live.at(live.world.link_in(letter, "/confirm/")))
    look_at(page, "takeover-letter")
    expect(page.get_by_role("button", name="Leave, and delete my details")).to_be_visible()
