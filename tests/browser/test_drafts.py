"""A draft, mended by keyboard or mouse in a browser without scripts."""

from playwright.sync_api import Page, expect

from tests.support.live_app import LiveApp
from tests.support.looking import look_at
from web.models import Purpose


def test_swap_lock_draw_the_rest_and_send_without_scripts(page_without_scripts: Page, live: LiveApp) -> None:
    page, world = page_without_scripts, live.world
    for number in range(7):
        world.join(organisation=f"Organisation {number}")
    page.goto(live.at(world.door(Purpose.SIGN_IN, world.appoint("organiser@councils.example"))))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Draw a round for 7 people").click()
    page.get_by_role("link", name="Swap Person 003").click()
    page.get_by_label("Swap Person 003 with").select_option(index=0)
    page.get_by_role("button", name="Swap", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("You swapped Person 003 and Person")
    page.get_by_role("button", name="Lock group 1").click()
    page.get_by_role("button", name="Draw the rest again").click()
    expect(page.get_by_role("button", name="Unlock group")).to_have_count(1)
    page.get_by_role("button", name="Send 7 introductions").click()
    expect(page.get_by_role("status").first).to_contain_text("The introductions are on their way")


def test_what_can_be_done_with_one_person_is_in_order_on_every_screen(page: Page, live: LiveApp) -> None:
    world = live.world
    people = world.join_many(7)
    world.draw()
    three = next(group for group in world.groups() if len(group) == 3)
    page.goto(live.at(world.door(Purpose.SIGN_IN, world.appoint("organiser@councils.example"))))
    page.get_by_role("button", name="Sign in").click()
    for person in (three[0], next(each for each in people if each not in three)):
        page.goto(live.at(f"/organise/councils/rounds/1/people/{person}"))
        look_at(page, "person-in-draft")
