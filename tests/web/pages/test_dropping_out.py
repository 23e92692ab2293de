"""I can't make this round, and we've booked it: a tap in the message, a tap on the page."""

from datetime import date, datetime, time
from typing import Any

import icalendar
import pytest

from notifications.messages import Channel
from notifications.replies import Inbound
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Answer, CheckIn, GroupMember, Membership, Purpose
from web.services.common import times
from web.services.conversations import conversations
from web.services.incoming import replies

CANNOT, BOOKED = "I can’t make this round", "We’ve booked it"


@pytest.fixture
def pair(world: World) -> list[str]:
    """Two who have been introduced."""
    world.join_many(2)
    world.round()
    return world.groups()[0]


def door(world: World, person: str, room: str = "") -> str:
    path = world.door(Purpose.CONVERSATION, person, world.group_of(person))
    return f"{path}/{room}" if room else path


def from_letter(world: World, person: str, room: str) -> Visitor:
    letter = world.letter(str(world.person(person).email), "introduction")
    path = next(path for path in letter_paths(letter.text) if path.endswith(room))
    return world.visitor().open(path)


def letter_paths(text: str) -> list[str]:
    return [word for word in text.split() if word.startswith("http")]


def is_out(world: World, person: str) -> bool:
    with world.read() as session:
        return session.get_one(GroupMember, (1, person)).withdrew_at is not None


# I can't make this round


def test_a_tap_in_the_message_and_one_on_the_page(world: World, pair: list[str]) -> None:
    page = from_letter(world, pair[0], "/cannot").press(CANNOT)
    assert (page.heading, is_out(world, pair[0])) == ("You are out of this round", True)


def test_the_calendar_link_of_what_was_called_off_says_so(world: World, pair: list[str]) -> None:
    from_letter(world, pair[0], "/cannot").press(CANNOT)
    said = [from_letter(world, person, "/calendar.ics").heading for person in pair]
    assert said == ["You are out of this round", f"{world.person(pair[0]).name} cannot make this round"]


def test_who_skips_the_next_round_is_not_said_to_be_in_it(world: World, pair: list[str]) -> None:
    with world.write() as session:
        session.get_one(Membership, (world.programme(session).id, pair[0])).skips_next = True
    page = world.visitor().open(door(world, pair[0], "cannot"))
    before = page.text
    page.press(CANNOT)
    assert ["next one unless" in before, "in the next round unless" in page.text] == [False, False]


def test_the_link_alone_changes_nothing(world: World, pair: list[str]) -> None:
    before = world.dump()
    world.visitor().open(door(world, pair[0], "cannot"))
    assert {name: rows for name, rows in world.dump().items() if name != "link"} == {
        name: rows for name, rows in before.items() if name != "link"
    }


def test_the_partner_s_page_says_so_and_by_when_there_is_news(world: World, pair: list[str]) -> None:
    world.visitor().open(door(world, pair[0], "cannot")).press(CANNOT)
    page = world.visitor().open(door(world, pair[1]))
    assert page.heading == f"{world.person(pair[0]).name} cannot make this round"
    assert "tell you by Wednesday 9 December" in page.text


def test_who_is_left_alone_may_rather_wait_for_the_next_round(world: World, pair: list[str]) -> None:
    world.visitor().open(door(world, pair[0], "cannot")).press(CANNOT)
    page = world.visitor().open(door(world, pair[1])).press("Look for nobody else in this round")
    assert (page.heading, is_out(world, pair[1])) == ("You are out of this round", True)


def test_who_was_given_somebody_else_reads_it_on_the_old_page(world: World, pair: list[str]) -> None:
    late = world.join("Siân Jones")
    world.visitor().open(door(world, pair[0], "cannot")).press(CANNOT)
    old = door(world, pair[1])
    world.clock.turn(days=8)
    world.worker.sweep()
    page = world.visitor().open(old).text
    assert ("You are now talking with somebody else" in page, world.person(late).name in page) == (
        True,
        False,
    )


def test_when_nobody_was_found_the_page_says_that_they_come_first(world: World, pair: list[str]) -> None:
    world.visitor().open(door(world, pair[0], "cannot")).press(CANNOT)
    old = door(world, pair[1])
    world.clock.turn(days=8)
    world.worker.sweep()
    assert "You come first in the next round" in world.visitor().open(old).text


def test_two_tabs_are_one_press(world: World, pair: list[str]) -> None:
    tabs = [world.visitor().open(door(world, pair[0], "cannot")) for _ in range(2)]
    assert [tab.press(CANNOT).heading for tab in tabs] == ["You are out of this round"] * 2
    world.work()
    assert len(world.inbox(kind="partner_gone")) == 1


def test_after_the_cut_off_they_are_told_whom_to_tell(world: World, pair: list[str]) -> None:
    page = world.visitor().open(door(world, pair[0], "cannot"))
    world.clock.turn(days=8)
    page.press(CANNOT)
    assert page.heading == f"{world.person(pair[1]).name} counts on you"
    assert page.page.xpath("string(//title)") == "Too late for somebody else – Councils Unmentoring"
    assert str(world.person(pair[1]).email) in page.text
    page.press("I couldn’t make it")
    with world.read() as session:
        assert session.get_one(CheckIn, (1, pair[0])).answer.value == "could not"


def test_what_a_partner_did_not_tick_is_not_shown_there(world: World) -> None:
    people = [world.join(shares_email=False), world.join(shares_email=False)]
    world.round()
    world.clock.turn(days=8)
    page = world.visitor().open(door(world, people[0], "cannot"))
    assert (str(world.person(people[1]).email) in page.text, "we pass it on" in page.text) == (False, True)


def test_a_question_about_a_conversation_called_off_is_none(world: World, pair: list[str]) -> None:
    world.visitor().open(door(world, pair[0], "cannot")).press(CANNOT)
    check_in = world.door(Purpose.CHECK_IN, pair[1], 1)
    assert world.visitor().open(check_in).heading == "This conversation was called off"


def test_a_three_reads_of_both_others(world: World) -> None:
    world.join_many(3)
    world.round()
    text = world.visitor().open(door(world, world.groups()[0][0], "cannot")).text
    assert all(world.person(person).name in text for person in world.groups()[0][1:])


# By text and by answer


def answer(world: World, phone: str, said: str) -> None:
    with world.write() as session:
        inbound = Inbound(Channel.SMS, f"SM{world.now:%H%M%S}{said}", phone, said)
        replies.take(session, inbound, signer=world.worker.signer, now=world.now)
    world.work()


PHONE = "+447700900123"


@pytest.fixture
def texted(world: World) -> str:
    """One of two who have been introduced, by text."""
    person = world.join(phone=PHONE, channel=Channel.SMS, verified=True)
    world.join()
    world.round()
    return person


def test_skip_after_an_introduction_means_this_round(world: World, texted: str) -> None:
    answer(world, PHONE, "Skip")
    assert (is_out(world, texted), world.membership(texted).skips_next) == (True, False)


def test_skip_after_the_cut_off_is_told_whom_to_tell(world: World, texted: str) -> None:
    world.clock.turn(days=8)
    answer(world, PHONE, "SKIP")
    assert (world.inbox(PHONE)[0].kind, is_out(world, texted)) == ("too_late", False)


def test_met_in_answer_to_nothing_that_stands_is_not_believed(world: World, texted: str) -> None:
    answer(world, PHONE, "SKIP")
    answer(world, PHONE, "MET")
    with world.read() as session:
        assert session.get(CheckIn, (1, texted)) is None


# We've booked it


def test_a_date_can_stay_between_them(world: World, pair: list[str]) -> None:
    page = from_letter(world, pair[0], "/booked").press(BOOKED)
    with world.read() as session:
        said = session.get_one(CheckIn, (1, pair[0]))
    assert (said.answer.value, said.booked_for, page.heading) == (
        "booked",
        None,
        f"Meet {world.person(pair[1]).name}",
    )


def book(world: World, person: str, day: str, hour: str) -> Visitor:
    page = world.visitor().open(door(world, person, "booked"))
    return page.press(BOOKED, day=day.split(), hour=hour)


def test_the_calendar_file_then_says_when(world: World, pair: list[str]) -> None:
    page = book(world, pair[0], "10 12 2026", "12:30")
    assert "Thursday 10 December at 12:30" in page.text
    file = world.visitor().client.get(page.link("Add to calendar"))
    event = icalendar.Calendar.from_ical(file.data).walk("VEVENT")[0]
    assert (event["STATUS"], event["DTSTART"].dt) == (
        "CONFIRMED",
        times.london(date(2026, 12, 10), time(12, 30)),
    )


def test_an_hour_that_a_partner_moved_is_seen_by_both(world: World, pair: list[str]) -> None:
    for person, hour in zip(pair, ("12:30", "15:00"), strict=True):
        book(world, person, "10 12 2026", hour)
        world.clock.turn(hours=1)
    pages = [world.visitor().open(door(world, person)).text for person in pair]
    assert ["Thursday 10 December at 15:00" in text for text in pages] == [True, True]


def added_to_calendar(page: Visitor) -> Any:
    file = page.client.get(page.link("Add to calendar"))
    return icalendar.Calendar.from_ical(file.data).walk("VEVENT")[0]


def test_the_calendar_file_with_the_hour_is_a_newer_edition(world: World, pair: list[str]) -> None:
    """RFC 5546, 2.1.4: calendars may leave alone what has the same UID and SEQUENCE."""
    before = added_to_calendar(world.visitor().open(door(world, pair[0])))
    after = added_to_calendar(book(world, pair[0], "10 12 2026", "12:30"))
    assert (before["UID"] == after["UID"], before["SEQUENCE"] < after["SEQUENCE"]) == (True, True)


@pytest.mark.parametrize(
    "hour", ["2.30pm", "2:30 pm", "14:30", "1430", "14.30", "14h30", "2.30 P.M.", "2:30", "2.30"]
)
def test_a_time_is_taken_as_people_write_it(world: World, pair: list[str], hour: str) -> None:
    assert "Thursday 10 December at 14:30" in book(world, pair[0], "10 12 2026", hour).text


@pytest.mark.parametrize(
    "day", ["10 Dec 2026", "10 December 26", "10th 12 26", "10 Rhagfyr 2026", "10/12/2026", "2026-12-10"]
)
def test_a_day_is_taken_as_people_write_it(world: World, pair: list[str], day: str) -> None:
    """A whole one, pasted, stands in the first box."""
    assert "Thursday 10 December at 14:30" in book(world, pair[0], day, "14:30").text


@pytest.mark.parametrize(("day", "hour"), [("31 11 2026", "12:30"), ("10 smarch 2026", "half past two")])
def test_a_day_that_is_none_is_not_told_to_be_given(
    world: World, pair: list[str], day: str, hour: str
) -> None:
    assert book(world, pair[0], day, hour).mistakes == ["Enter a day, like 7 12 2026"]


def test_a_time_in_words_is_told_what_to_write(world: World, pair: list[str]) -> None:
    mistakes = book(world, pair[0], "10 12 2026", "half past two").mistakes
    assert mistakes == ["Enter a time of that day, such as 12:30"]


def test_a_day_with_its_first_box_empty_is_not_taken_for_none(world: World, pair: list[str]) -> None:
    page = world.visitor().open(door(world, pair[0], "booked"))
    page.press(BOOKED, day=["", "12", "2026"], hour="")
    assert page.mistakes[0] == "Enter a day, like 7 12 2026"


def test_a_time_that_was_agreed_can_be_changed_from_the_conversation(world: World, pair: list[str]) -> None:
    page = book(world, pair[0], "10 12 2026", "12:30")
    page.open(page.link("Change the time")).press(BOOKED, day=["11", "12", "2026"], hour="9:00")
    assert "Friday 11 December at 09:00" in page.text


def test_a_time_that_was_not_told_can_be_told_later(world: World, pair: list[str]) -> None:
    page = book(world, pair[0], "", "")
    page.open(page.link("Tell us when")).press(BOOKED, day=["11", "12", "2026"], hour="9:00")
    assert "Friday 11 December at 09:00" in page.text


def test_an_hour_alone_needs_its_half_of_the_day(world: World, pair: list[str]) -> None:
    said = [book(world, pair[0], "10 12 2026", hour) for hour in ("2", "2pm")]
    assert (said[0].status, "Thursday 10 December at 14:00" in said[1].text) == (422, True)


@pytest.mark.parametrize(
    ("day", "hour", "mistake"),
    [
        ("1 11 2026", "12:30", "Enter a day and a time still to come"),
        ("10 12 2026", "", "Give the day and the time, or leave both empty"),
        ("10 12 2026", "noon", "Enter a time of that day, such as 12:30"),
        ("10 12 2026", "25:00", "Enter a time of that day, such as 12:30"),
        ("31 12 2030", "12:30", "Enter a day within three months of this round"),
        ("31 2 2026", "12:30", "Enter a day, like 7 12 2026"),
    ],
)
def test_a_date_that_cannot_be_is_told_what_to_do(
    world: World, pair: list[str], day: str, hour: str, mistake: str
) -> None:
    page = book(world, pair[0], day, hour)
    assert (page.status, page.mistakes[0]) == (422, mistake)


def test_an_hour_that_the_clocks_leave_out_is_not_a_time(world: World) -> None:
    world.clock.now = datetime(2027, 3, 16, 9, tzinfo=world.now.tzinfo)
    world.join_many(2)
    world.round()
    page = book(world, world.groups()[0][0], "28 3 2027", "01:30")
    assert page.mistakes == ["Enter a time of that day, such as 12:30"]


def answers(world: World, person: str) -> list[str]:
    with world.read() as session:
        found = session.get(CheckIn, (1, person))
        return [found.answer.value] if found else []


def say_met(world: World, person: str) -> None:
    with world.write() as session:
        talk = conversations.conversation(session, world.group_of(person), person)
        conversations.say(session, talk, Answer.MET, now=world.now)


def test_a_date_after_we_met_is_asked_about_first(world: World, pair: list[str]) -> None:
    form = world.visitor().open(door(world, pair[0], "booked"))
    say_met(world, pair[0])
    form.press(BOOKED)
    told = f"You told us that you met {world.person(pair[1]).name}"
    assert (form.status, form.heading, answers(world, pair[0])) == (422, told, ["met"])


def test_whose_we_met_was_a_slip_says_so_with_a_second_press(world: World, pair: list[str]) -> None:
    say_met(world, pair[0])
    book_instead = "We have not met yet, and have booked it"
    world.visitor().open(door(world, pair[0], "booked")).press(book_instead)
    assert answers(world, pair[0]) == ["booked"]


# The organiser's page


def test_an_organiser_looks_and_then_sends(world: World) -> None:
    world.join_many(4)
    world.round()
    for gone, _ in world.groups():
        world.visitor().open(door(world, gone, "cannot")).press(CANNOT)
    organiser = world.organiser().open("/organise/councils/rounds/1/top-up")
    organiser.press("Send 2 introductions")
    assert ("top-up" in organiser.text, "called off" in organiser.text) == (True, True)


def test_an_organiser_reads_when_nobody_waits(world: World, pair: list[str]) -> None:
    page = world.organiser().open("/organise/councils/rounds/1/top-up")
    assert ("Nobody waits for somebody" in page.text, len(pair)) == (True, 2)


def test_what_changed_since_the_organiser_looked_is_not_sent(world: World) -> None:
    world.join_many(4)
    world.round()
    (one, _), (other, _) = world.groups()
    world.visitor().open(door(world, one, "cannot")).press(CANNOT)
    organiser = world.organiser().open("/organise/councils/rounds/1/top-up")
    world.visitor().open(door(world, other, "cannot")).press(CANNOT)
    organiser.press(organiser.buttons[-1])
    assert "Nothing was sent. Somebody joined, dropped out or answered" in organiser.text


def test_both_pages_say_that_it_was_called_off(world: World, pair: list[str]) -> None:
    world.visitor().open(door(world, pair[0], "cannot")).press(CANNOT)
    pages = [world.visitor().open(world.page_of(person)).text for person in pair]
    assert ["Called off" in page for page in pages] == [True, True]
