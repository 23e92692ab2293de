"""What one person can make us send to strangers in a day, tried at the pages as they would."""

from collections import Counter

import pytest

from notifications import pace
from notifications.messages import Channel
from tests.support import by_text
from tests.support.together import together
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import Role
from web.services.common import allowances, contacts
from web.services.common.allowances import What

SAVE = "Save my details"


@pytest.fixture
def amina(world: World) -> Visitor:
    """At her details, by a fresh link."""
    person = world.join("Amina Yusuf", email="amina@example.org")
    return world.visitor().open(world.page_of(person, full=True) + "/details")


def save_each(world: World, visitor: Visitor, field: str, values: list[str], **other: str) -> list[str]:
    """Save one value after the other, seconds apart, as a program does that notes nothing of how the form
    stood; what the pages said.
    """
    shown, said = visitor.answer, []
    for value in values:
        visitor.answer = shown
        visitor.press(SAVE, **{field: value, "seen": ""}, **other)
        said.append(visitor.text)
        world.clock.turn(seconds=0.25)
    world.work()
    return said


def numbers(count: int) -> list[str]:
    return [f"+447700900{last:03}" for last in range(count)]


def test_a_hundred_numbers_bring_three_codes(world: World, amina: Visitor) -> None:
    said = save_each(world, amina, "phone", numbers(100), channel="sms")
    assert len(world.inbox(kind="phone_code")) == 3
    assert ["Ask for one tomorrow" in page for page in said] == [False] * 3 + [True] * 97


def test_forty_addresses_bring_three_messages(world: World, amina: Visitor) -> None:
    said = save_each(world, amina, "email", [f"stranger-{n}@example.org" for n in range(40)])
    assert len(world.inbox(kind="new_address")) == 3
    assert ["You can change it again tomorrow" in page for page in said] == [False] * 3 + [True] * 37


def test_what_else_was_typed_beside_a_fourth_address_is_still_in_the_form(
    world: World, amina: Visitor
) -> None:
    save_each(world, amina, "email", [f"stranger-{n}@example.org" for n in range(4)], about="Bins.")
    assert (amina.status, "Bins." in amina.answer.text, amina.mistakes) == (
        422,
        True,
        ["You gave three new addresses today. You can change it again tomorrow"],
    )


def test_two_numbers_by_turns_have_three_codes_each_at_the_most(world: World, amina: Visitor) -> None:
    save_each(world, amina, "phone", numbers(2) * 5, channel="sms")
    assert max(Counter(text.to for text in world.inbox(kind="phone_code")).values()) <= 3


def test_whoever_asks_for_somebody_s_link_by_their_number_has_them_texted_five_a_day(world: World) -> None:
    number = numbers(1)[0]
    world.join(phone=number, verified=True)
    for _ in range(12):
        world.visitor().open("/my-page").press("Send me my link", address=number)
        world.work()
        world.clock.turn(minutes=21)
    assert len(world.inbox(number, "my_link")) == 5
    world.clock.turn(days=1)
    world.visitor().open("/my-page").press("Send me my link", address=number)
    world.work()
    assert len(world.inbox(number, "my_link")) == 6


def test_a_forwarded_link_has_its_owner_texted_five_a_day(world: World) -> None:
    number = numbers(1)[0]
    for words in ("JOIN councils", "YES Amina Yusuf, Leeds City Council"):
        by_text.text(world, words, number)
        world.clock.turn(minutes=2)
    with world.read() as session:
        person = contacts.by_phone(session, number)[0]
    page = world.page_of(person.id)
    for _ in range(12):
        world.visitor().open(page).press("Send me a fresh link")
        world.work()
        world.clock.turn(minutes=21)
    assert len(world.inbox(number, "my_link")) == 5


def test_tomorrow_there_are_three_more(world: World) -> None:
    amina = world.join("Amina Yusuf")
    for strangers in (range(4), range(9, 10)):
        visitor = world.visitor().open(world.page_of(amina, full=True) + "/details")
        save_each(world, visitor, "email", [f"stranger-{n}@example.org" for n in strangers])
        world.clock.turn(days=1)
    assert len(world.inbox(kind="new_address")) == 4


def test_a_number_that_others_had_codes_for_reads_no_differently(world: World, amina: Visitor) -> None:
    theirs = numbers(1)[0]
    for _ in range(3):
        other = world.join(phone=theirs, channel=Channel.SMS)
        page = world.visitor().open(world.page_of(other, full=True) + "/phone")
        page.press("Send me a code")
    refused = save_each(world, amina, "phone", [theirs], channel="sms")[0]
    assert "We can send no more codes today. Ask for one tomorrow." in refused


@pytest.mark.usefixtures("both_databases")
def test_two_who_take_the_last_one_at_once_do_not_both_have_it(world: World) -> None:
    def take(_: int) -> bool:
        with world.write() as session:
            return allowances.take(session, What.NUMBERS, "somebody", now=world.now)

    assert sorted(together(8, take)) == [False] * 5 + [True] * 3


def test_yesterdays_counts_are_dropped(world: World) -> None:
    with world.write() as session:
        allowances.take(session, What.NUMBERS, "somebody", now=world.now)
    world.clock.turn(days=1)
    world.worker.sweep()
    assert world.dump()["allowance"] == []


def test_when_strangers_have_used_their_half_nobody_is_told_that_a_code_is_out(
    world: World, amina: Visitor
) -> None:
    settings = world.worker.settings
    with world.write() as session:
        half = pace.Spend(settings.sms_daily_cap // 2, settings.sms_daily_cap, unproven=True)
        pace.wait_until(session, settings.sms_provider, world.now, half)
    said = save_each(world, amina, "phone", numbers(1), channel="sms")
    assert ("Ask for one tomorrow" in said[0], world.inbox(kind="phone_code")) == (True, [])


def test_an_owner_s_account_invites_twenty_organisers_a_day(world: World) -> None:
    owner = world.organiser(role=Role.OWNER)
    for number in range(25):
        owner.open("/organise/councils/organisers")
        owner.press("Send the invitation", email=f"stranger-{number}@example.org", role="viewer")
    world.work()
    assert (len(world.inbox(kind="organise")), owner.status) == (20, 422)
    assert "Invite more from tomorrow" in owner.text
