"""The pages of a programme whose end was announced, and of one that has ended."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.live_app import LiveApp
from tests.support.looking import look_at
from tests.support.world import NAME
from web.models import Answer, Purpose, Showing
from web.services.conversations import conversations
from web.services.conversations.conversations import Said

CLOSING = ("", "close", "settings", "schedule")
ENDED = (*CLOSING, "rounds", "rounds/1", "learning", "people")


@pytest.fixture
def talked(live: LiveApp) -> LiveApp:
    """Five people were introduced; two of them have met, and one says what they learned."""
    world = live.world
    world.join_many(5)
    world.round()
    for person in world.groups()[0]:
        with world.write() as session:
            talk = conversations.conversation(session, world.group_of(person), person)
            said = Said(Answer.MET, "Vans go home at four.", showing=Showing.WITH_NAME)
            conversations.check_in(session, talk, said, now=world.now)
    world.organiser().open("/organise/councils/learning").press("Publish")
    live.worker.idle()
    return live


def owner(page: Page, live: LiveApp) -> None:
    page.goto(live.at(live.world.door(Purpose.SIGN_IN, live.world.appoint("organiser@councils.example"))))
    page.get_by_role("button", name="Sign in").click()


def look_around(page: Page, live: LiveApp, called: str, addresses: tuple[str, ...]) -> None:
    for address in addresses:
        page.goto(live.at(f"/organise/councils/{address}"))
        look_at(page, f"{called}-{address.replace('/', '-') or 'dashboard'}")


def last_day_passes(live: LiveApp) -> None:
    """Whatever the time is now: one of these is a morning after it."""
    live.world.clock.turn(days=30)
    for _ in range(2):
        live.world.worker.sweep()
        live.world.clock.turn(hours=12)
    live.world.worker.sweep()


@pytest.mark.slow
def test_a_programme_is_closed_and_every_page_of_it_stays_in_order(page: Page, talked: LiveApp) -> None:
    owner(page, talked)
    page.goto(talked.at("/organise/councils/close"))
    page.get_by_label("Type the programme’s name").fill("Councils")
    page.get_by_role("button", name="Announce the end").click()
    look_at(page, "close-mistaken")
    page.get_by_label("Type the programme’s name").fill(NAME)
    page.get_by_role("button", name="Announce the end").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{NAME} is closing")
    look_around(page, talked, "closing", CLOSING)
    page.goto(talked.outbox)
    page.goto(talked.mail_at("person-001@example.org", "closing"))
    look_at(page, "closing-letter")
    last_day_passes(talked)
    owner(page, talked)
    look_around(page, talked, "ended", ENDED)
    page.goto(talked.at("/p/councils/"))
    look_at(page, "ended-public-home")
