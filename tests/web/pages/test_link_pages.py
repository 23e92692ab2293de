"""A link that does not work says what happened to it, and offers a new one."""

import pytest

from notifications.messages import Channel
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Person, Purpose
from web.services.people import erasure

MISSING, OLD, USED = "This link does not work", "This link is too old", "This link has been used"
DONE = "That is done already"
# How long each kind of link lives, in hours, and a little more.
TOO_LONG = {
    Purpose.CONFIRM: 49,
    Purpose.PAGE: 24 * 401,
    Purpose.FULL_PAGE: 2.1,
    Purpose.CONVERSATION: 24 * 91,
    Purpose.CHECK_IN: 24 * 31,
    Purpose.SIGN_IN: 0.3,
}


@pytest.fixture
def amina(world: World) -> str:
    person = world.join("Amina Yusuf", email="amina@example.org")
    world.join("Tom Field")
    world.round()
    return person


def door(world: World, purpose: Purpose, amina: str) -> str:
    if purpose is Purpose.SIGN_IN:
        return world.door(purpose, world.appoint("organiser@councils.example"))
    subject = world.ask(world.details()) if purpose is Purpose.CONFIRM else world.group_of(amina)
    return world.door(purpose, amina, subject)


def offers_a_new_one(visitor: Visitor) -> bool:
    return bool({"/my-page", "/organise/sign-in", "/"} & set(visitor.page.xpath("//main//a/@href")))


@pytest.mark.parametrize("purpose", TOO_LONG)
def test_an_old_link_says_that_it_is_too_old(world: World, amina: str, purpose: Purpose) -> None:
    path = door(world, purpose, amina)
    world.clock.turn(hours=TOO_LONG[purpose])
    visitor = world.visitor().open(path)
    assert (visitor.status, visitor.heading, offers_a_new_one(visitor)) == (410, OLD, True)


@pytest.mark.parametrize("purpose", [Purpose.CONFIRM, Purpose.SIGN_IN])
def test_a_used_link_says_that_it_has_been_used(world: World, amina: str, purpose: Purpose) -> None:
    if purpose is Purpose.SIGN_IN:
        path = door(world, purpose, amina)
        world.visitor().open(path).press("Sign in")
    else:
        world.ask(world.details(email="new@example.org"))
        path = world.link_in(world.letter("new@example.org", "confirm"), "/confirm/")
        world.visitor().open(path).press("Yes, I am in")
    visitor = world.visitor().open(path)
    said = USED if purpose is Purpose.SIGN_IN else DONE
    assert (visitor.status, visitor.heading, offers_a_new_one(visitor)) == (410, said, True)


@pytest.mark.parametrize("what", ["cut", "changed", "another door", "an id of somebody else's", "nonsense"])
def test_a_link_that_was_never_ours_says_that_it_does_not_work(world: World, amina: str, what: str) -> None:
    page, check_in = door(world, Purpose.PAGE, amina), door(world, Purpose.CHECK_IN, amina)
    token, other = page.rpartition("/")[2], check_in.rpartition("/")[2]
    path = {
        "cut": page[:-4],
        "changed": page[:-1] + ("A" if page[-1] != "A" else "B"),
        "another door": f"/checkin/{token}",
        "an id of somebody else's": f"/me/{other[:10]}{token[10:]}",
        "nonsense": "/me/nonsense",
    }[what]
    visitor = world.visitor().open(path)
    assert (visitor.status, visitor.heading, offers_a_new_one(visitor)) == (404, MISSING, True)


def test_a_link_of_somebody_erased_says_no_more_than_one_that_never_was(world: World, amina: str) -> None:
    paths = [door(world, Purpose.PAGE, amina), "/me/nonsense"]
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, amina), by="a test", now=world.now)
    pages = [world.visitor().open(path) for path in paths]
    assert pages[0].text == pages[1].text


def test_a_button_pressed_in_a_second_tab_does_no_harm(world: World, amina: str) -> None:
    page = world.page_of(amina)
    first, second = world.visitor().open(page), world.visitor().open(page)
    first.press("Skip the next round")
    second.press("Skip the next round")
    assert (second.status, world.membership(amina).skips_next) == (200, True)


def test_going_back_after_erasing_and_pressing_again_is_told_kindly(world: World, amina: str) -> None:
    visitor = world.visitor().open(world.page_of(amina, full=True) + "/erase")
    before, form = visitor.path, {"csrf_token": visitor.token(visitor.path)}
    visitor.press("Erase everything about me")
    visitor.post(before, form)
    assert (visitor.status, visitor.heading) == (404, MISSING)


def test_leaving_twice_from_two_tabs_leaves_once(world: World, amina: str) -> None:
    page = world.page_of(amina) + "/councils/leave"
    tabs = [world.visitor().open(page) for _ in range(2)]
    for tab in tabs:
        tab.press("Leave Councils Unmentoring")
    world.work()
    assert ([tab.status for tab in tabs], len(world.inbox(kind="left"))) == ([200, 200], 1)


# What a text promises in three words stands on every page its one link opens


@pytest.fixture
def texted(world: World) -> str:
    """Somebody who is texted, and has been introduced."""
    person = world.join(phone="+447700900123", channel=Channel.SMS, verified=True)
    world.join()
    world.round()
    return person


ROOMS = [
    (Purpose.CONVERSATION, ("", "/cannot", "/booked")),
    (Purpose.CHECK_IN, ("", "?answer=met", "/thanks")),
    (Purpose.NEXT_ROUND, ("",)),
]


def leads_to_my_page(world: World, person: str) -> dict[str, bool]:
    """Of every page that a text may open: does it lead to one with the link to stop them?"""
    found = {}
    for purpose, rooms in ROOMS:
        door = world.door(purpose, person, 1 if purpose is Purpose.NEXT_ROUND else world.group_of(person))
        for room in rooms:
            page = world.visitor().open(door + room)
            page.open(page.link("My page: skip, pause, leave or stop our messages"))
            found[f"{purpose}{room}"] = "Stop our texts" in page.text
    return found


def test_every_page_of_a_text_leads_to_stopping(world: World, texted: str) -> None:
    before = leads_to_my_page(world, texted)
    world.visitor().open(f"{door(world, Purpose.CONVERSATION, texted)}/cannot").press(
        "I can’t make this round"
    )
    after = leads_to_my_page(world, texted)
    assert (list(before.values()), list(after.values())) == ([True] * 7, [True] * 7)


def test_one_press_stops_the_texts(world: World, texted: str) -> None:
    page = world.visitor().open(door(world, Purpose.CHECK_IN, texted))
    page.open(page.link("My page: skip, pause, leave or stop our messages"))
    page.open(page.link("Stop our texts")).press("Stop all texts")
    assert ("We have stopped" in page.text, world.person(texted).unreachable) == (True, "replied STOP")


def test_who_is_not_texted_is_offered_no_stop_of_texts(world: World) -> None:
    assert "Stop our texts" not in world.visitor().open(world.page_of(world.join())).text
