"""The operator changes who carries letters and texts, or how many texts there may be a day."""

from dataclasses import dataclass

import pytest

from notifications import chosen, destinations, pace
from notifications.delivery import Providers
from notifications.messages import Channel
from notifications.tables import State
from tests.notifications.conftest import Clock, Memory, Post
from tests.support.letters import AMINA_BY_TEXT


@dataclass
class Another(Memory):
    name: str = "another"


def heed(post: Post) -> None:
    with post.database.write() as session:
        chosen.heed(session, post.providers, post.clock.now)


def in_trouble(post: Post) -> list[str]:
    with post.database.read() as session:
        return [row.provider for row in pace.trouble(session, post.clock.now)]


def stop(post: Post, how: str) -> None:
    with post.database.write() as session:
        if how == "refuses us":
            pace.stop(session, "memory", "the month's emails are used up", post.clock.now)
        for _ in range(pace.OPEN_AFTER if how == "does not answer" else 0):
            pace.failed(session, "memory", post.clock.now)


@pytest.mark.parametrize("how", ["refuses us", "does not answer"])
def test_trouble_with_a_provider_that_was_given_up_is_over(post: Post, how: str) -> None:
    """Nothing asks it any more whether it is well again."""
    stop(post, how)
    heed(post)
    before = in_trouble(post)
    post.providers = Providers(email=Another())
    heed(post)
    assert (before, in_trouble(post)) == (["memory"], [])


def test_what_waits_for_a_place_that_refused_the_one_goes_by_the_other(post: Post) -> None:
    with post.database.write() as session:
        for _ in range(destinations.SHUT_AFTER):
            destinations.refused(session, "memory", "leeds.example", "blocked", post.clock.now)
    post.queue()
    post.work()
    waiting = post.state()
    post.providers = Providers(email=Another())
    heed(post)
    post.work()
    with post.database.read() as session:
        assert (waiting, post.state(), list(destinations.shut(session))) == (State.QUEUED, State.ACCEPTED, [])


@pytest.mark.parametrize(("cap", "sent"), [(5, 0), (100, 3), (None, 3)])
def test_texts_that_were_put_off_until_tomorrow_go_when_the_cap_is_raised(
    post: Post, memory: Memory, clock: Clock, cap: int | None, sent: int
) -> None:
    post.providers = Providers(email=memory, sms=memory, sms_daily_cap=1)
    for each in range(3):
        post.queue(to=AMINA_BY_TEXT, subject=f"round {each}")
    post.work()
    before = len(memory.took)
    post.providers = Providers(email=memory, sms=memory, sms_daily_cap=cap)
    clock.turn(minutes=5)
    heed(post)
    post.work()
    channels = {post.row(each).channel for each in (1, 2, 3)}
    assert (before, len(memory.took), channels) == (0, sent, {Channel.SMS})
