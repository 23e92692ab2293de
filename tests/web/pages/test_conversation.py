"""The page of one conversation."""

from datetime import date

import pytest

from notifications.messages import Channel
from tests.support.world import World, links_in
from web.models import Person, Purpose, VideoKind
from web.services.people import erasure
from web.services.rounds import dropouts


def test_whose_partner_was_erased_is_told_kindly(world: World) -> None:
    world.join_many(2)
    world.round()
    reader, partner = world.groups()[0]
    name = world.person(partner).name
    door = world.door(Purpose.CONVERSATION, reader, world.group_of(reader))
    with world.write() as session:
        erasure.erase(session, session.merge(world.person(partner)), by="a test", now=world.now)
    page = world.visitor().open(door)
    assert (page.heading, name in page.text) == ("Your partner has left", False)


def test_a_number_that_partners_would_see_is_confirmed_first(world: World) -> None:
    details = world.details(phone="+447700900123", shares_phone=True, channel=Channel.EMAIL)
    world.ask(details)
    confirmation = world.link_in(world.letter(details.email, "confirm"), "/confirm/")
    world.visitor().open(confirmation).press("Yes, I am in")
    assert world.letter("+447700900123", "phone_code").segments == 1


def test_a_partner_s_video_link_can_be_pressed(world: World) -> None:
    link = "https://teams.example.org/l/tom"
    world.join("Tom Field", video_kind=VideoKind.TEAMS, video_handle=link, shares_video=True)
    amina = world.join("Amina Yusuf")
    world.round()
    page = world.visitor().open(world.door(Purpose.CONVERSATION, amina, world.group_of(amina)))
    assert (page.link(link), "Video Teams: https" in page.text) == (link, True)


@pytest.mark.parametrize(("closing", "promised"), [(None, True), (date(2027, 1, 20), False)])
def test_no_next_round_is_promised_where_there_is_none(
    world: World, closing: date | None, promised: bool
) -> None:
    world.join_many(2)
    world.round()
    world.change(closing_on=closing)
    reader, _ = world.groups()[0]
    door = world.door(Purpose.CHECK_IN, reader, world.group_of(reader))
    thanks = world.visitor().open(f"{door}?answer=could-not").press("Tell us")
    assert ("There is a next round" in thanks.text) is promised


def test_a_nudge_leads_to_the_page_that_passes_on_what_one_writes(world: World) -> None:
    """The introduction led there, and the nudge sent people to the organisers."""
    world.join_many(2, shares_email=False)
    world.round()
    world.clock.turn(days=6)
    world.work()
    [letter] = world.inbox(kind="nudge")
    page = world.visitor().open(next(link for link in links_in(letter) if link.endswith("/write")))
    assert (page.heading.startswith("Write to Person"), "and we will pass it on" in letter.text) == (
        True,
        False,
    )


@pytest.mark.parametrize("gone", [True, False], ids=["called off", "reachable by now"])
def test_words_to_a_partner_that_nobody_passes_on_are_not_lost(world: World, gone: bool) -> None:
    """Who had written them was led to another page, without a word of it."""
    me, other = world.join_many(2, shares_email=False)
    world.round()
    page = world.visitor().open(f"{world.door(Purpose.CONVERSATION, me, world.group_of(me))}/write")
    with world.write() as session:
        if gone:
            dropouts.cannot_make_it(session, world.group_of(other), other, now=world.now)
        else:
            session.get_one(Person, other).shares_email = True
    page.press("Pass it on", text="Tuesday at noon?")
    assert (page.status, "We have not passed on what you wrote" in page.text) == (422, True)
    assert page.page.xpath("//textarea[@readonly]/text()") == ["\nTuesday at noon?"]


def test_a_sixth_report_of_a_day_is_shown_again(world: World) -> None:
    me, _ = world.join_many(2)
    world.round()
    door = f"{world.door(Purpose.CONVERSATION, me, world.group_of(me))}/report"
    for number in range(5):
        world.visitor().open(door).press("Tell the organisers", text=f"He would not stop: {number}.")
    page = world.visitor().open(door).press("Tell the organisers", text="He wrote again.")
    assert (page.status, "He wrote again." in page.answer.text) == (422, True)


@pytest.mark.parametrize("by_mail", [True, False], ids=["letter", "page"])
def test_whoever_had_no_reply_is_told_that_they_come_first(world: World, by_mail: bool) -> None:
    """And is not asked what they learned."""
    me = world.join("Amina Yusuf", email="amina@leeds.example")
    world.join("Tom Field")
    world.round()
    door = world.door(Purpose.CHECK_IN, me, world.group_of(me))
    page = world.visitor().open(f"{door}?answer=no-reply").press("Tell us")
    said = world.letter("amina@leeds.example", "thanks").text if by_mail else page.text
    assert ("come first in the next round" in said, "what I learned" in said) == (True, False)


def test_who_left_a_link_alone_is_not_asked_for_what_they_learned(world: World) -> None:
    me = world.join("Amina Yusuf", email="amina@leeds.example")
    world.join("Tom Field")
    world.round()
    door = world.door(Purpose.CHECK_IN, me, world.group_of(me))
    world.visitor().open(f"{door}?answer=met").press("Tell us", link="https://blog.example.org/vans")
    said = world.letter("amina@leeds.example", "thanks").text
    assert ("https://blog.example.org/vans" in said, "Add what I learned" in said) == (True, False)


@pytest.mark.parametrize(("days", "goes_on"), [(1, True), (27, False)])
def test_a_round_that_is_over_is_not_said_to_go_on(world: World, days: int, goes_on: bool) -> None:
    world.join_many(2)
    world.round()
    reader, _ = world.groups()[0]
    world.clock.turn(days=days)
    door = world.door(Purpose.CHECK_IN, reader, world.group_of(reader))
    page = world.visitor().open(f"{door}?answer=not-yet").press("Tell us")
    assert ("The round goes on until" in page.text) is goes_on


@pytest.mark.parametrize("begun", ["?answer=met", ""])
def test_a_page_opened_before_something_was_written_takes_none_of_it_back(world: World, begun: str) -> None:
    world.join_many(2)
    world.round()
    reader, _ = world.groups()[0]
    door = world.door(Purpose.CHECK_IN, reader, world.group_of(reader))
    left_open = world.visitor().open(door + begun)
    world.visitor().open(f"{door}?answer=met").press("Tell us", text="We share a van.", showing="with name")
    left_open.press("Tell us" if begun else "Not yet")
    page = world.visitor().open(door).page
    assert page.get_element_by_id("text").value.strip() == "We share a van."
    answered = "met" if begun else "not yet"
    assert page.xpath("//input[@name='answer'][@checked]/@value") == [answered]


def test_who_empties_what_they_wrote_takes_it_back(world: World) -> None:
    world.join_many(2)
    world.round()
    reader, _ = world.groups()[0]
    door = world.door(Purpose.CHECK_IN, reader, world.group_of(reader))
    world.visitor().open(f"{door}?answer=met").press("Tell us", text="We share a van.")
    world.visitor().open(door).press("Tell us", text="")
    assert world.visitor().open(door).page.get_element_by_id("text").value.strip() == ""
