"""Pages that stand for a moment of somebody's way only: no walk from link to link comes by them."""

import pytest
from playwright.sync_api import Page, expect

from notifications.messages import Channel
from tests.support import importing
from tests.support.live_app import LiveApp
from tests.support.looking import LAPTOP, assert_fits, look_at
from tests.support.world import BY, NAME
from web.models import Purpose
from web.models.imports import ImportKind
from web.services.imports import files, uploads
from web.services.programmes import closings

FILE = b"name,organisation,email\nAmina Yusuf,Leeds,amina@example.org\n"
WIDE = "\n".join(",".join(f"{what} {place}" for place in range(40)) for what in ("Question", "Answer"))


@pytest.mark.slow
def test_the_page_that_asks_for_a_code_is_in_order(page: Page, live: LiveApp) -> None:
    person = live.world.join("Tom Field", phone="+447700900111", channel=Channel.SMS)
    page.goto(live.at(live.world.page_of(person, full=True) + "/phone"))
    look_at(page, "phone")
    page.get_by_role("button", name="Send me a code").click()
    look_at(page, "phone-code")
    page.get_by_role("textbox").fill("1234")
    page.get_by_role("button", name="Confirm my number").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look_at(page, "phone-mistaken")


@pytest.mark.slow
def test_what_waits_to_be_confirmed_is_in_order_and_forgotten(page: Page, live: LiveApp) -> None:
    person = live.world.join("Tom Field", phone="+447700900111", channel=Channel.SMS)
    own = live.at(live.world.page_of(person, full=True))
    page.goto(f"{own}/details")
    page.get_by_label("Email address", exact=True).fill("typo@example.org")
    page.get_by_role("button", name="Save my details").click()
    page.goto(own)
    look_at(page, "waits-to-be-confirmed")
    for waits in ("typo@example.org", "07700 900111"):
        page.get_by_role("button", name=f"Forget {waits}").click()
        expect(page.get_by_text("Removed.")).to_be_visible()
        expect(page.get_by_role("button", name=f"Forget {waits}")).to_have_count(0)


@pytest.mark.slow
def test_the_pages_of_an_invitation_are_in_order(page: Page, live: LiveApp) -> None:
    with live.world.write() as session:
        programme = live.world.programme(session)
        importing.import_people(session, programme, "people.csv", FILE, by=BY, now=live.world.now)
    page.goto(live.at(live.world.link_in(live.world.letter("amina@example.org"), "/confirm/")))
    look_at(page, "invited")
    page.get_by_role("button", name="No, thank you").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for telling us")
    look_at(page, "declined")


def test_a_complaint_is_made_without_scripts(page_without_scripts: Page, live: LiveApp) -> None:
    page = page_without_scripts
    page.goto(live.at("/privacy"))
    page.get_by_role("link", name="Complain about data").click()
    page.get_by_label(NAME).check()
    page.get_by_label("Who saw my details").check()
    page.get_by_label("What happened, and what should we do?").fill("My number stood in a mail.")
    live.world.clock.turn(seconds=3)  # nobody types that quickly
    page.get_by_role("button", name="Send the complaint").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your complaint")


@pytest.mark.slow
def test_a_complaint_that_says_nothing_is_in_order(page: Page, live: LiveApp) -> None:
    page.goto(live.at("/complaint"))
    page.get_by_role("button", name="Send the complaint").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look_at(page, "complaint-mistaken")


@pytest.mark.slow
def test_while_very_many_are_told_of_an_end_the_page_says_how_far_it_is(
    page: Page, live: LiveApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.world.join_many(5)
    monkeypatch.setattr(closings, "AT_MOST", 2)
    page.goto(live.at(live.world.door(Purpose.SIGN_IN, live.world.appoint("organiser@councils.example"))))
    page.get_by_role("button", name="Sign in").click()
    live.worker.hold()
    page.goto(live.at("/organise/councils/close"))
    page.get_by_label("Type the programme’s name").fill(NAME)
    page.get_by_role("button", name="Announce the end").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    look_at(page, "closing-telling")
    live.worker.go_on()
    expect(page.get_by_text("Everyone has been told")).to_be_visible()


def test_a_file_of_many_columns_pushes_no_page_sideways(page: Page, live: LiveApp) -> None:
    organiser = live.world.appoint("organiser@councils.example")
    with live.world.write() as session:
        programme, given = live.world.programme(session), files.look("form.csv", WIDE.encode())
        uploads.upload(session, programme, ImportKind.PEOPLE, given, by=organiser, now=live.world.now)
    page.goto(live.at(live.world.door(Purpose.SIGN_IN, organiser)))
    page.get_by_role("button", name="Sign in").click()
    page.goto(live.at("/organise/councils/import/1"))
    page.get_by_role("region", name="The first rows of the file").wait_for()
    assert_fits(page, LAPTOP)
