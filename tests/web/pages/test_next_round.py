"""A page about the next round that was opened before it began and pressed after: nobody skips another one."""

from datetime import date

import pytest

from notifications.messages import Channel
from notifications.replies import Inbound
from tests.support.visitor import Visitor
from tests.support.world import World
from web.models import GroupMember, Purpose
from web.services.incoming import replies

CANNOT, SKIP = "I can’t make this round", "Skip this round"
OLD = "nothing has changed"


@pytest.fixture
def two(world: World) -> list[str]:
    world.change(next_round_on=date(2026, 12, 3))
    return world.join_many(2)


def heads_up(world: World, person: str) -> Visitor:
    return world.visitor().open(world.door(Purpose.NEXT_ROUND, person, 1))


def begin(world: World) -> None:
    world.clock.turn(days=2)
    world.round()


def is_out(world: World, person: str) -> bool:
    with world.read() as session:
        return session.get_one(GroupMember, (1, person)).withdrew_at is not None


def how(world: World, person: str) -> tuple[bool, bool]:
    """Out of the round that has begun? Out of the next one?"""
    return is_out(world, person), world.membership(person).skips_next


def test_an_old_heads_up_skips_no_other_round_and_says_so(world: World, two: list[str]) -> None:
    page = heads_up(world, two[0])
    begin(world)
    page.press(SKIP)
    assert (page.heading, OLD in page.text, how(world, two[0])) == (
        "You are in the round of Thursday 3 December",
        True,
        (False, False),
    )


def test_a_heads_up_opened_late_leads_out_of_its_own_round(world: World, two: list[str]) -> None:
    door = world.door(Purpose.NEXT_ROUND, two[0], 1)
    begin(world)
    page = world.visitor().open(door).press(CANNOT)
    assert (page.heading, how(world, two[0])) == (
        "You are out of the round of Thursday 3 December",
        (True, False),
    )


def test_a_heads_up_names_nobody_when_it_has_been_forwarded(world: World, two: list[str]) -> None:
    door = world.door(Purpose.NEXT_ROUND, two[0], 1)
    begin(world)
    assert str(world.person(two[1]).name) not in world.visitor().open(door).text


def test_two_tabs_of_a_heads_up_withdraw_once(world: World, two: list[str]) -> None:
    door = world.door(Purpose.NEXT_ROUND, two[0], 1)
    begin(world)
    first, second = world.visitor().open(door), world.visitor().open(door)
    first.press(CANNOT)
    second.press(CANNOT)
    world.work()
    assert (how(world, two[0]), len(world.inbox(kind="partner_gone"))) == ((True, False), 1)


def test_who_skipped_is_told_that_it_began_without_them(world: World, two: list[str]) -> None:
    late = world.join()
    page = heads_up(world, late).press(SKIP)
    begin(world)
    page.press("I am in after all")
    assert page.heading == "The round of Thursday 3 December has begun without you"


def test_a_late_heads_up_after_the_cut_off_says_who_is_to_be_told(world: World, two: list[str]) -> None:
    page = heads_up(world, two[0])
    begin(world)
    world.clock.turn(days=8)
    page.press(SKIP)
    assert ("please tell your partner yourself" in page.text, CANNOT in page.buttons) == (True, False)


def test_a_heads_up_of_an_earlier_round_says_nothing_of_the_running_one(world: World, two: list[str]) -> None:
    page = heads_up(world, two[0])
    begin(world)
    world.clock.turn(days=25)
    world.round()
    page.press(SKIP)
    assert (page.heading, CANNOT in page.buttons) == ("The round of Thursday 3 December is over", False)


def test_a_heads_up_tells_who_rests_by_now_that_the_round_is_without_them(
    world: World, two: list[str]
) -> None:
    begin(world)
    world.change(next_round_on=date(2026, 12, 24))
    world.clock.turn(days=18)
    page = world.visitor().open(world.door(Purpose.NEXT_ROUND, two[0], 1))
    page.open(page.link("My page: skip, pause, leave or stop our messages"))
    page.open(page.link("Change how often")).press("Save how often", every="2")
    assert heads_up(world, two[0]).heading == "You take part in every second round"


def test_a_round_put_off_can_still_be_skipped(world: World, two: list[str]) -> None:
    world.change(next_round_on=None)
    page = heads_up(world, two[0]).press(SKIP)
    assert (page.heading, world.membership(two[0]).skips_next) == ("You skip the next round", True)


def test_an_old_my_page_skips_nothing_and_a_second_press_the_round_after(
    world: World, two: list[str]
) -> None:
    page = world.visitor().open(world.page_of(two[0]))
    begin(world)
    page.press("Skip the next round")
    after_one = (page.heading, OLD in page.text, CANNOT in page.buttons, how(world, two[0]))
    page.press("Skip the next round")
    assert (after_one, how(world, two[0])) == (
        ("You are in the round of Thursday 3 December", True, True, (False, False)),
        (False, True),
    )


def test_an_old_my_page_undoes_no_skip_of_the_round_after(world: World, two: list[str]) -> None:
    late = world.join()
    old = world.visitor().open(world.page_of(late)).press("Skip the next round")
    begin(world)
    world.visitor().open(world.page_of(late)).press("Skip the next round")
    old.press("I am in again")
    assert (OLD in old.text, world.membership(late).skips_next) == (True, True)


def test_my_page_leads_out_of_the_round_that_goes_on(world: World, two: list[str]) -> None:
    begin(world)
    page = world.visitor().open(world.page_of(two[0]))
    page.open(page.link("I can’t make that one")).press(CANNOT)
    alone = world.visitor().open(world.page_of(two[1])).text
    assert how(world, two[0]) == (True, False)
    assert "Called off. We look for somebody else, and tell you by Friday 11 December" in alone


def test_a_round_that_was_not_sent_has_no_page(world: World, two: list[str]) -> None:
    world.draw()
    pages = [world.visitor().open(f"{world.page_of(two[0])}/councils/rounds/{which}") for which in (1, 2)]
    assert [page.status for page in pages] == [404, 404]


PHONE = "+447700900123"


@pytest.fixture
def texted(world: World, two: list[str]) -> str:
    """Somebody who has had the heads-up by text."""
    person = world.join(phone=PHONE, channel=Channel.SMS, verified=True)
    world.join()
    world.clock.turn(days=1)
    world.worker.sweep()
    assert world.letter(PHONE).kind == "heads_up"
    return person


def text_skip(world: World, word: str = "SKIP") -> None:
    with world.write() as session:
        inbound = Inbound(Channel.SMS, "SM1", PHONE, word)
        replies.take(session, inbound, signer=world.worker.signer, now=world.now)


def test_skip_in_answer_to_a_heads_up_skips_the_round_it_announces(world: World, texted: str) -> None:
    text_skip(world)
    assert world.membership(texted).skips_next


def test_skip_in_answer_to_an_old_heads_up_means_the_round_it_announced(world: World, texted: str) -> None:
    world.send(world.draw())  # and the introductions have not gone out yet
    text_skip(world)
    with world.read() as session:
        out = session.get_one(GroupMember, (world.group_of(texted), texted)).withdrew_at
    assert (out is not None, world.membership(texted).skips_next) == (True, False)


def test_yes_in_answer_to_a_heads_up_ends_a_pause_as_it_says(world: World, texted: str) -> None:
    page = world.visitor().open(world.page_of(texted))
    page.press("Pause until that day", until=["20", "12", "2026"])
    text_skip(world, "YES")
    answer = str(world.letter(PHONE, "text_answer").sms)
    assert ("you are in the next round" in answer, world.membership(texted).paused_until) == (True, None)


@pytest.mark.parametrize("word", ["YES", "SKIP"])
def test_who_has_left_is_told_of_no_round_they_are_in_or_skip(world: World, texted: str, word: str) -> None:
    world.visitor().open(f"{world.page_of(texted)}/councils/leave").press("Leave Councils Unmentoring")
    text_skip(world, word)
    answer = str(world.letter(PHONE, "text_answer").sms)
    assert ("no coming round" in answer, world.membership(texted).skips_next) == (True, False)


def test_a_mistake_in_an_old_tab_is_put_right_on_the_page_that_names_it(world: World, two: list[str]) -> None:
    page, other = heads_up(world, two[0]), heads_up(world, two[0])
    other.press("Pause until that day", until=["20", "12", "2026"])
    page.press("Pause until that day", until=["20", "12", "2020"])
    status = page.status
    page.press("Pause until that day", until=["27", "12", "2026"])
    assert (status, world.membership(two[0]).paused_until) == (422, date(2026, 12, 27))
