"""Every step after joining is two taps: one in the message, one on the page it opens."""

from datetime import timedelta

import pytest
from lxml import html
from sqlmodel import select

from notifications.messages import Channel
from tests.support.visitor import path_of
from tests.support.world import World
from web.forms.checkin import ANSWERS
from web.models import Answer, CheckIn

AMINA = "amina@example.org"
PHONE = "+447700900111"


@pytest.fixture
def two(world: World) -> World:
    world.change(next_round_on=(world.now + timedelta(days=2)).date())
    world.join("Amina Yusuf", email=AMINA)
    world.join("Tom Field", "Kirklees Council", email="tom@example.org")
    return world


def two_taps(world: World, kind: str, link: str, button: str, to: str = AMINA) -> str:
    """Tap a link in somebody's newest message of a kind, then a button; what the page says then."""
    letter = html.fromstring(world.letter(to, kind).html or "")
    [address] = letter.xpath("//a[normalize-space() = $words]/@href", words=link)
    before = world.dump()
    page = world.visitor().open(path_of(address))
    assert world.dump() == before
    page.press(button)
    assert page.status == 200, page.mistakes
    assert world.dump() != before
    return page.text


def wait_for(world: World, kind: str) -> str:
    """A day at a time, until somebody has a message of that kind: who."""
    for _ in range(31):
        world.clock.turn(days=1)
        world.worker.sweep()
        if told := world.inbox(kind=kind):
            return told[0].to
    raise AssertionError(f"nobody has had a {kind} in a month")


def test_joining_is_confirmed(world: World) -> None:
    world.ask(world.details("Amina Yusuf", email=AMINA))
    assert "You are in. Welcome" in two_taps(world, "confirm", "Confirm my place", "Yes, I am in")


def test_a_round_is_skipped(two: World) -> None:
    two.clock.turn(hours=1)
    two.worker.sweep()
    assert "You skip the round" in two_taps(two, "heads_up", "Skip this round", "Skip this round")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("We’ve booked it", "We will not remind anybody"),
        ("I can’t make this round", "You are out of this round"),
    ],
)
def test_an_introduction_is_answered(two: World, link: str, said: str) -> None:
    two.round()
    assert said in two_taps(two, "introduction", link, link)


def test_who_is_reminded_has_booked_it(two: World) -> None:
    two.round()
    to = wait_for(two, "nudge")
    two_taps(two, "nudge", "We’ve booked it", "We’ve booked it", to)
    assert answers(two) == [Answer.BOOKED]


@pytest.mark.parametrize(
    ("link", "answer"),
    [
        ("We met", Answer.MET),
        ("We have agreed a time", Answer.BOOKED),
        ("Not yet", Answer.NOT_YET),
        ("I could not make it", Answer.COULD_NOT),
        ("I had no reply", Answer.NO_REPLY),
    ],
)
def test_a_check_in_is_answered(two: World, link: str, answer: Answer) -> None:
    two.round()
    wait_for(two, "check_in")
    two_taps(two, "check_in", link, "Tell us")
    assert answers(two) == [answer]


@pytest.mark.parametrize("words", ["We met", "Not yet", "I had no reply"])
def test_a_check_in_by_text_is_answered(world: World, words: str) -> None:
    world.join("Amina Yusuf", email=AMINA, phone=PHONE, channel=Channel.SMS, verified=True)
    world.join("Tom Field", "Kirklees Council", email="tom@example.org")
    world.round()
    wait_for(world, "check_in")
    [text] = world.inbox(PHONE, "check_in")
    world.visitor().open(world.link_in(text, "/m/")).press(words)
    assert [ANSWERS[answer] for answer in answers(world)] == [words]


def test_somebody_paused_comes_back(two: World) -> None:
    for _ in range(2):
        two.round()
        for days in (14, 8):
            two.clock.turn(days=days)
            two.worker.sweep()
    assert "You are in the next round" in two_taps(two, "paused", "I’m back", "I am in again")


def answers(world: World) -> list[Answer]:
    with world.read() as session:
        return [Answer(one) for one in session.scalars(select(CheckIn.answer))]
