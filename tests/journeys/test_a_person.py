"""Whole stories of one person, told through pages and messages only."""

import re

import pytest

from tests.support.visitor import Visitor
from tests.support.world import World

JOIN = "Join Councils Unmentoring"
AMINA, TOM, SIAN = "amina@leeds.example.org", "tom@kirklees.example.org", "sian@gwynedd.example.org"
TEXTED = "+447700900111"


def join(world: World, name: str, email: str, organisation: str, **other: object) -> Visitor:
    """From the programme's page to the personal page."""
    visitor = world.visitor().open("/p/councils/")
    visitor.open("/p/councils/join")
    world.clock.turn(seconds=40)
    fields = {"name": name, "email": email, "organisation": organisation, "agree": True}
    visitor.press(JOIN, **fields | other)
    return visitor.open(world.link_in(world.letter(email, "confirm"), "/confirm/")).press("Yes, I am in")


def three_join(world: World) -> None:
    join(world, "Amina Yusuf", AMINA, "Leeds City Council")
    join(world, "Tom Field", TOM, "Kirklees Council")


def send_a_round(world: World) -> Visitor:
    organiser = world.organiser()
    draw = next(button for button in organiser.buttons if button.startswith("Draw a round"))
    organiser.press(draw)
    send = next(button for button in organiser.buttons if button.startswith("Send "))
    return organiser.press(send)


def check_in(world: World, email: str, **said: object) -> Visitor:
    door = world.link_in(world.letter(email, "introduction"), "/checkin/")
    return world.visitor().open(f"{door}?answer=met").press("Tell us", **said)


def test_from_joining_to_the_wall(world: World) -> None:
    three_join(world)
    organiser = send_a_round(world)
    check_in(world, AMINA, answer="met", text="Kirklees shares its vans.", showing="with name")
    organiser.open("/organise/councils/learning").press("Publish")
    wall = world.visitor().open("/p/councils/learning").text
    assert ("Kirklees shares its vans." in wall, "Amina, Leeds City Council" in wall) == (True, True)


def test_a_person_by_text(world: World) -> None:
    page = join(world, "Amina Yusuf", AMINA, "Leeds City Council", phone="07700 900111", channel="sms")
    join(world, "Tom Field", TOM, "Kirklees Council")
    code = re.search(r"\d{6}", world.letter(TEXTED, "phone_code").sms or "")
    assert code
    page.open(page.path + "/phone").press("Confirm my number", code=code[0])
    send_a_round(world)
    text = world.letter(TEXTED, "introduction")
    assert world.visitor().open(world.link_in(text, "/m/")).heading == "Meet Tom Field"


def test_a_three_hears_of_both_others(world: World) -> None:
    three_join(world)
    join(world, "Siân Jones", SIAN, "Cyngor Gwynedd")
    send_a_round(world)
    letters = [world.letter(email, "introduction").text for email in (AMINA, TOM, SIAN)]
    texts = [letter.partition("\n")[2] for letter in letters]  # below the greeting
    named = [[name in text for name in ("Amina Yusuf", "Tom Field", "Siân Jones")] for text in texts]
    assert named == [[False, True, True], [True, False, True], [True, True, False]]


def test_leaving_and_coming_back(world: World) -> None:
    page = join(world, "Amina Yusuf", AMINA, "Leeds City Council")
    page.open(page.path + "/councils/leave").press("Leave Councils Unmentoring")
    left = page.text
    world.letter(AMINA, "left")
    page.press("Join again")
    assert ("You have left." in left, "You are in the next round" in page.text) == (True, True)


def test_a_partner_who_is_erased_leaves_no_name_behind(world: World) -> None:
    three_join(world)
    send_a_round(world)
    world.clock.turn(hours=1)
    world.visitor().open("/my-page").press("Send me my link", address=TOM)
    page = world.visitor().open(world.link_in(world.letter(TOM, "my_link"), "/me/"))
    page.open(page.path + "/erase").press("Erase everything about me")
    assert not any("Tom" in message.text for message in world.inbox(AMINA))


def test_a_lost_link_is_sent_again(world: World) -> None:
    join(world, "Amina Yusuf", AMINA, "Leeds City Council")
    world.clock.turn(days=90)
    world.visitor().open("/p/councils/my-page").press("Send me my link", address=AMINA)
    page = world.visitor().open(world.link_in(world.letter(AMINA, "my_link"), "/me/"))
    assert page.heading == "Hello Amina Yusuf"


def test_moving_to_a_new_address(world: World) -> None:
    page = join(world, "Amina Yusuf", AMINA, "Leeds City Council")
    join(world, "Tom Field", TOM, "Kirklees Council")
    page.open(page.path + "/details").press("Save my details", email="amina@brent.example.org")
    door = world.link_in(world.letter("amina@brent.example.org", "new_address"), "/confirm/")
    world.visitor().open(door).press("Yes, write here")
    send_a_round(world)
    assert world.letter("amina@brent.example.org").kind == "introduction"


def test_who_has_unsubscribed_is_written_to_no_more(world: World) -> None:
    three_join(world)
    world.join("Siân Jones", email=SIAN)
    world.work()
    letter = world.letter(AMINA, "welcome")
    world.visitor().open(world.link_in(letter, "/unsubscribe/")).press("Stop all emails")
    before = len(world.inbox(AMINA))
    send_a_round(world)
    world.work()
    assert len(world.inbox(AMINA)) == before


@pytest.mark.parametrize("answer", ["met", "booked", "not yet", "could not", "no reply"])
def test_every_answer_is_thanked_for(world: World, answer: str) -> None:
    three_join(world)
    send_a_round(world)
    assert check_in(world, AMINA, answer=answer).heading == "Thank you"


def test_the_introduction_s_calendar_file_opens_without_signing_in(world: World) -> None:
    three_join(world)
    send_a_round(world)
    letter = world.letter(AMINA, "introduction")
    calendar = world.visitor().client.get(world.link_in(letter, "/conversation/"))
    assert (calendar.mimetype, b"METHOD:PUBLISH" in calendar.data) == ("text/calendar", True)
