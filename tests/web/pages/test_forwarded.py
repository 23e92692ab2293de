"""A letter that was forwarded opens what it was about, and tells nobody whom its reader met since."""

import re

import pytest
from icalendar import Calendar

from tests.support.world import World
from web.models import Answer, Purpose
from web.services.conversations import conversations
from web.services.rounds import dropouts

NAMES = ("Amina Yusuf", "Tom Field", "Siân Rees")
A_TOKEN = re.compile(r"/(?:me|checkin|conversation|m|next-round)/([\w-]{31})")


@pytest.fixture
def jo(world: World) -> str:
    """Somebody who meets one after the other, a round each, and is asked and answers the first time."""
    jo = world.join("Jo Park", "Brent Council", email="jo@example.org")
    for name in NAMES:
        world.join(name)
    for number in range(1, len(NAMES) + 1):
        world.round()
        world.clock.turn(days=15)
        world.worker.sweep()
        if number == 1:
            with world.write() as session:
                talk = conversations.conversation(session, world.group_of(jo), jo)
                conversations.say(session, talk, Answer.NO_REPLY, now=world.now)
        world.work()
        world.clock.turn(days=7)
    return jo


def met(world: World, jo: str, number: int) -> str:
    return world.person(world.partners_of(jo, number)[0]).name


def named_on(world: World, path: str) -> set[str]:
    visitor = world.visitor().open(path)
    assert visitor.status == 200
    return {name for name in NAMES if name in visitor.text}


def oldest(world: World, kind: str) -> str:
    """A token of the oldest letter of a kind; not the calendar's, which opens no page."""
    letter = world.inbox("jo@example.org", kind)[-1]
    text = re.sub(r"\S+calendar.ics", "", letter.text)
    return A_TOKEN.findall(text)[0]


@pytest.mark.parametrize("kind", ["introduction", "check_in", "thanks"])
def test_an_old_letter_of_a_round_shows_that_round_and_nobody_since(world: World, jo: str, kind: str) -> None:
    # Two months have gone by, and a link to a check-in lives for one.
    world.clock.turn(days=-40)
    page = named_on(world, f"/me/{oldest(world, kind)}")
    assert page == {met(world, jo, 1)}


def test_every_link_of_an_old_letter_keeps_to_its_round(world: World, jo: str) -> None:
    world.clock.turn(days=-30)
    letter = world.inbox("jo@example.org", "introduction")[-1]
    shown = [
        named_on(world, f"/me/{token}")
        for token in set(A_TOKEN.findall(letter.text + letter.html))
        if world.visitor().open(f"/me/{token}").status == 200
    ]
    assert shown == [{met(world, jo, 1)}] * len(shown)
    assert len(shown) > 1


def test_the_newest_letter_shows_them_all(world: World, jo: str) -> None:
    world.clock.turn(days=-7)
    letter = world.inbox("jo@example.org", "check_in")[0]
    assert named_on(world, f"/me/{A_TOKEN.findall(letter.text)[0]}") == set(NAMES)


def test_an_old_letter_says_that_there_is_more_behind_a_newer_link(world: World, jo: str) -> None:
    letter = world.inbox("jo@example.org", "introduction")[-1]
    page = world.visitor().open(f"/me/{world.link_in(letter, '/me/').rpartition('/')[2]}")
    assert "Whom you have met since we sent this link stands behind a newer one" in page.text


def test_a_fresh_link_shows_them_all(world: World, jo: str) -> None:
    assert named_on(world, world.page_of(jo, full=True)) == set(NAMES)


def test_who_joined_a_pair_later_is_not_shown_by_the_letter_before(world: World) -> None:
    world.join_many(4)
    world.round()
    (gone, one), (first, second) = world.groups()
    letter = world.letter(str(world.person(first).email), "introduction")
    with world.write() as session:
        world.clock.turn(hours=1)
        dropouts.cannot_make_it(session, world.group_of(gone), gone, now=world.now)
    world.clock.turn(days=8)
    world.worker.sweep()
    page = world.visitor().open(f"/me/{world.link_in(letter, '/me/').rpartition('/')[2]}").text
    found = [world.person(person).name in page for person in (second, one)]
    assert found == [True, False]


def calendars_of(world: World) -> list[bytes]:
    return [letter.calendar for letter in world.inbox() if letter.calendar]


def test_a_calendar_file_carries_no_link_of_anybody_s(world: World) -> None:
    world.join_many(3)
    world.round()
    gone = world.groups()[0][0]
    with world.write() as session:
        dropouts.cannot_make_it(session, world.group_of(gone), gone, now=world.now)
    world.work()
    files = [" ".join(str(Calendar.from_ical(file).to_ical()).split()) for file in calendars_of(world)]
    assert [re.search(r"[\w-]{31}", file.replace("\\r\\n ", "")) for file in files] == [None] * len(files)
    assert len(files) >= 3


def test_the_calendar_file_behind_a_link_carries_none_either(world: World) -> None:
    person, _ = world.join_many(2)
    world.round()
    door = world.door(Purpose.CALENDAR, person, world.group_of(person))
    file = world.visitor().client.get(door).get_data(as_text=True).replace("\r\n ", "")
    assert ("hello@councils.example" in file, re.search(r"[\w-]{31}|http", file)) == (True, None)
