from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from notifications import quiet_hours
from notifications.errors import Temporary
from notifications.messages import (
    Channel,
    Confirm,
    HeadsUp,
    Link,
    NotThisTime,
    PhoneCode,
    ProposalNews,
    SignIn,
)
from notifications.tables import State
from tests.support.letters import AMINA, AMINA_BY_TEXT, COUNCILS, PAGE

NIGHT = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def night(post, clock):
    """One in the morning, on a site that is no trial."""
    clock.now = NIGHT
    post.providers = replace(post.providers, quiet_nights=True)
    return post


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (datetime(2026, 12, 2, 7, 59, tzinfo=UTC), datetime(2026, 12, 2, 8, tzinfo=UTC)),
        (datetime(2026, 12, 2, 8, 0, tzinfo=UTC), None),
        (datetime(2026, 12, 2, 20, 59, tzinfo=UTC), None),
        (datetime(2026, 12, 2, 21, 0, tzinfo=UTC), datetime(2026, 12, 3, 8, tzinfo=UTC)),
        (datetime(2026, 7, 2, 6, 59, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC)),
        (datetime(2026, 7, 2, 7, 0, tzinfo=UTC), None),
        # The clocks go back at night: the morning is nine hours after midnight's half past eleven.
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2026, 10, 25, 8, tzinfo=UTC)),
        (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)),
    ],
)
def test_the_night_is_londons(now, morning):
    assert quiet_hours.until(now) == morning


def test_an_introduction_waits_for_the_morning(night, memory):
    night.queue()
    night.work()
    assert (memory.calls, night.state()) == (0, State.QUEUED)


def test_what_became_of_an_objection_waits_for_the_morning(night, memory):
    news = ProposalNews(COUNCILS, "How we match", "A panel has found that it holds.", Link("/p/councils/", 0))
    night.queue(news, to=AMINA_BY_TEXT)
    night.work()
    assert memory.calls == 0


def test_it_goes_within_half_an_hour_after_eight(night, memory, clock):
    night.queue()
    night.work()
    clock.now = NIGHT.replace(hour=8, minute=30)
    night.work()
    assert len(memory.took) == 1


def test_a_round_is_spread_over_half_an_hour(night):
    for number in range(60):
        night.queue(to=replace(AMINA, person=f"p{number}"))
    night.work()
    assert len({night.row(number).due_at for number in range(1, 61)}) == quiet_hours.SPREAD


def test_none_is_put_off_past_half_an_hour(night):
    for number in range(60):
        night.queue(to=replace(AMINA, person=f"p{number}"))
    night.work()
    late = max(night.row(number).due_at for number in range(1, 61))
    assert late == NIGHT.replace(hour=8, minute=29)


@pytest.mark.parametrize(
    "message",
    [Confirm(COUNCILS, PAGE), SignIn(Link("sign in", 1)), PhoneCode(COUNCILS, "123456")],
    ids=lambda message: message.kind,
)
def test_what_somebody_waits_for_goes_at_once(night, memory, message):
    night.queue(message, to=AMINA_BY_TEXT if Channel.SMS in message.channels else AMINA)
    night.work()
    assert len(memory.took) == 1


def test_a_trial_has_no_nights(post, memory, clock):
    clock.now = NIGHT
    post.queue()
    post.work()
    assert len(memory.took) == 1


def test_what_was_refused_in_the_evening_is_not_tried_at_night(night, memory, clock):
    clock.now = NIGHT.replace(hour=20, minute=59)
    memory.answers = [Temporary("busy", wait=timedelta(minutes=5))]
    night.queue()
    night.work()
    clock.turn(minutes=10)
    night.work()
    assert (memory.calls, night.row().due_at.hour) == (1, 8)


def test_what_would_be_too_late_by_then_is_not_sent_at_night(night, memory, clock):
    clock.now = NIGHT.replace(hour=22)
    night.queue(HeadsUp(COUNCILS, date(2026, 12, 3), PAGE))
    night.work()
    clock.turn(hours=11)
    night.work()
    assert (memory.calls, night.state()) == (0, State.EXPIRED)


def test_by_day_go_rounds_and_what_nobody_asked_for():
    assert sorted(quiet_hours.BY_DAY) == sorted(
        "agenda_news before_erasure check_in closing digest heads_up introduction invitation not_this_time "
        "nudge panel partner_gone paused post_found proposal proposal_news review taken_over".split()
    )


def test_what_one_person_is_told_in_a_night_arrives_in_its_order(night, memory, clock):
    for number in range(7):
        night.queue(to=replace(AMINA, person=f"p{number}"))
    for number in range(40):
        night.queue(NotThisTime(COUNCILS, f"reason {number}", None, PAGE), subject=f"told {number}")
        if number % 5 == 0:
            night.work()
    while clock.now < NIGHT.replace(hour=8, minute=30):
        clock.turn(minutes=1)
        night.work()
    told = [letter.id for letter in memory.took if letter.kind == "not_this_time"]
    assert (len(told), told) == (40, sorted(told))
