"""SKIP, and what people say in its place: out of this round, of the next, or of none."""

from datetime import date, timedelta

import pytest

from tests.support.by_text import answer_to, said, still_talks, text, waiting
from tests.support.world import World
from web.models import Answer, Round
from web.services.common import times
from web.services.people import participation, to_read
from web.services.rounds import schedule


@pytest.mark.parametrize("after", ["joining", "met", "check-in", "long ago"])
def test_skip_works_whenever_a_coming_round_would_have_somebody_in(
    world: World, amina: str, tom: str, after: str
) -> None:
    if after != "joining":
        world.round()
    if after == "met":
        text(world, "MET")
    world.clock.turn(days={"check-in": 15, "long ago": 60}.get(after, 0))
    world.work()
    assert "you are out of the next round" in answer_to(world, "Skip, thanks")
    assert world.membership(amina).skips_next


def test_skip_after_an_introduction_is_out_of_that_round_and_says_so(
    world: World, pair: tuple[str, str]
) -> None:
    assert "you are out of this round, and we tell Tom Field" in answer_to(world, "Can't make it, sorry")
    assert (still_talks(world, pair[0]), world.membership(pair[0]).skips_next) == (False, False)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("No, how about Wednesday?", "Tom Field did not get your text"),
        ("Can't make it, is Wednesday ok for you?", "Tom Field did not get your text"),
        ("No, I haven't heard from Tom", "that goes to hello@councils.example"),
        ("Can't make it. Who do I tell?", "that goes to hello@councils.example"),
        ("Can't make it today, sorry", "Tom Field did not get your text"),
        ("can't talk now", "that goes to hello@councils.example"),
        ("I couldn't, will try tonight", "that goes to hello@councils.example"),
        ("I didn't, sorry, I'll write to him on Monday", "that goes to hello@councils.example"),
        ("No I didn't get his number", "that goes to hello@councils.example"),
        ("Tom can't make it", "that goes to hello@councils.example"),
    ],
)
def test_what_may_mean_another_day_calls_nothing_off(
    world: World, pair: tuple[str, str], words: str, told: str
) -> None:
    assert told in answer_to(world, words)
    assert (still_talks(world, pair[0]), waiting(world)) == (True, [])


@pytest.mark.parametrize(
    "words",
    ["Can't make it. I am in hospital.", "Can't make it, I'll be in Spain", "Couldn't, will do the next one"],
)
def test_a_reason_is_no_other_day(world: World, pair: tuple[str, str], words: str) -> None:
    assert "you are out of this round" in answer_to(world, words)


@pytest.mark.parametrize(
    ("words", "left", "goes_on"),
    [("this week", 8, True), ("this week", 7, False), ("today", 7, True), ("today", 0, False)],
)
def test_this_week_means_all_of_a_round_that_is_over_by_then(
    world: World, pair: tuple[str, str], words: str, left: int, goes_on: bool
) -> None:
    with world.write() as session:
        session.get_one(Round, 1).ends_on = times.today(world.now) + timedelta(days=left)
    text(world, f"Can't make it {words}")
    assert still_talks(world, pair[0]) is goes_on


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("No, Tom was ill", Answer.COULD_NOT),
        ("Met. Skip next round please", Answer.MET),
        ("Met. Tom made me feel unsafe", Answer.MET),
        ("Met. Good chat about vans. He was rude about it though", Answer.MET),
        ("Met. Keep it under your hat but the merger is on", Answer.MET),
        ("Not yet. Skip me next time", Answer.NOT_YET),
    ],
)
def test_what_is_said_besides_an_answer_is_read_by_organisers(
    world: World, asked: str, words: str, answer: Answer
) -> None:
    text(world, words)
    with world.read() as session:
        is_left = to_read.waiting(session, world.programme(session)) == 1
    assert (said(world, asked), is_left, waiting(world)) == (answer, True, [])


def test_nobody_who_was_hurt_is_asked_what_they_learned(world: World, asked: str) -> None:
    assert "that goes to hello@councils.example" in answer_to(world, "Met. Tom made me feel unsafe")


def test_skip_once_more_is_out_of_the_next(world: World, pair: tuple[str, str]) -> None:
    text(world, "SKIP")
    assert "you are out of the next round" in answer_to(world, "SKIP")


def test_skip_that_comes_too_late_has_one_answer(world: World, pair: tuple[str, str]) -> None:
    world.clock.turn(days=9)
    world.work()
    assert answer_to(world, "SKIP").count("it is too late to find somebody else") == 1


def test_a_heads_up_is_answered_by_no_and_by_yes(world: World, amina: str) -> None:
    world.change(next_round_on=times.today(world.now + timedelta(days=2)))
    with world.write() as session:
        schedule.heads_up(session, world.programme(session).id, now=world.now)
    world.work()
    world.clock.turn(minutes=5)
    assert "you are out of the next round, on" in answer_to(world, "Can't make it this time, sorry")
    assert "you are in the next round, on" in answer_to(world, "YES")


@pytest.mark.parametrize(
    ("words", "read"), [("Yes, looking forward to it", 0), ("Yes. Not with Tom again though", 1)]
)
def test_what_is_said_besides_a_yes_to_a_round_is_read_by_organisers(
    world: World, amina: str, words: str, read: int
) -> None:
    world.change(next_round_on=times.today(world.now + timedelta(days=2)))
    with world.write() as session:
        schedule.heads_up(session, world.programme(session).id, now=world.now)
    world.work()
    text(world, words)
    with world.read() as session:
        assert to_read.waiting(session, world.programme(session)) == read


def test_who_is_paused_has_nothing_to_skip(world: World, amina: str) -> None:
    with world.write() as session:
        membership = session.merge(world.membership(amina))
        participation.pause(session, membership, date(2027, 3, 1), now=world.now)
    assert "no coming round would have you in" in answer_to(world, "SKIP")
