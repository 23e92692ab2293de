"""What no organiser may read, as operators see it."""

from playwright.sync_api import Page, expect

from notifications.messages import Channel
from tests.support.by_text import PHONE, text
from tests.support.live_app import LiveApp
from tests.support.looking import look_at
from tests.support.world import World
from web.models import Purpose
from web.services.organisers import operators


def say_beside_a_stop(world: World) -> None:
    """Amina, of Tom, who organises alone."""
    world.join("Amina Shah", "Leeds City Council", phone=PHONE, channel=Channel.SMS, verified=True)
    world.join("Tom Field", "Kirklees Council", email="tom@example.org")
    world.round()
    world.appoint("tom@example.org")
    text(world, "STOP. Tom made me feel unsafe")


def test_a_reply_that_no_organiser_may_read_is_for_everybody_s_eyes(page: Page, live: LiveApp) -> None:
    with live.world.write() as session:
        who = operators.add(session, "operator@host.example", by="a test", now=live.world.now).id
    say_beside_a_stop(live.world)
    page.goto(live.at(live.world.door(Purpose.SIGN_IN, who)))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="1 reply that no organiser may read").click()
    look_at(page, "operate-replies")
    page.get_by_role("button", name="Dealt with").click()
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    look_at(page, "operate-replies-none")
