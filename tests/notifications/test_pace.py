import math
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlmodel import select

from notifications import outbox, pace, progress
from notifications.delivery import Providers
from notifications.errors import Temporary, Uncertain
from notifications.messages import Channel, PhoneCode, Programme, Recipient
from notifications.outbox import Order
from notifications.tables import OutboxMessage, ProviderPace, State
from tests.notifications.conftest import Clock, Memory
from tests.support.letters import AMINA_BY_TEXT, NOW, introduction

DOWN = Temporary("it could not be reached", outage=True)
HOUR = timedelta(hours=1)


def queue(post, number):
    orders = [
        Order(introduction(), Recipient(f"r{n}", "A", Channel.EMAIL, f"r{n}@example.org"), subject="r")
        for n in range(number)
    ]
    with post.database.write() as session:
        outbox.queue_all(session, orders, now=NOW)


def counts(post):
    with post.database.read() as session:
        return progress.counts(session)


@dataclass
class Limited(Memory):
    """Takes so many calls in each second of the clock, and refuses more until the next."""

    clock: Clock = field(default_factory=Clock)
    limit: int = 10
    seconds: dict[int, int] = field(default_factory=dict)
    refused: list[float] = field(default_factory=list)

    def send(self, outgoing):
        self.clock.turn(seconds=0.005)
        now = (self.clock.now - NOW).total_seconds()
        second = math.floor(now)
        if self.seconds.get(second, 0) >= self.limit:
            self.refused.append(now)
            raise Temporary("slower", wait=timedelta(seconds=second + 1 - now), pause=True)
        self.seconds[second] = self.seconds.get(second, 0) + 1
        return super().send(outgoing)


@pytest.fixture
def limited(post, clock):
    post.providers = Providers(email=Limited(clock=clock))
    return post


def work_it_off(post, clock, number):
    queue(post, number)
    while counts(post).get(State.ACCEPTED, 0) < number:
        if post.work(50).idle:
            clock.turn(seconds=0.2)


def test_a_limit_is_learned_from_few_refusals(limited, clock):
    work_it_off(limited, clock, 130)
    late = [second for second in limited.providers.email.refused if second > 10]
    assert len(late) <= 0.02 * 130


def test_keeping_to_a_limit_costs_at_most_a_tenth(limited, clock):
    work_it_off(limited, clock, 130)
    assert (clock.now - NOW).total_seconds() <= 1.1 * 130 / 10


def accepted(post, moments):
    """The provider took a call at each of these, in seconds from now on."""
    queue(post, len(moments))
    with post.database.write() as session:
        for at, row in zip(moments, session.scalars(select(OutboxMessage)), strict=True):
            row.provider, row.provider_id = "memory", f"m{row.id}"
            row.accepted_at = NOW + timedelta(seconds=at)


def rate_after(post, refusals, **known):
    """What is known after refusals at these moments, each for half a second."""
    with post.database.write() as session:
        session.add(ProviderPace(provider="memory", **known))
    for at in refusals:
        with post.database.write() as session:
            pace.pause(session, "memory", timedelta(seconds=0.5), NOW + timedelta(seconds=at))
    with post.database.read() as session:
        return session.get_one(ProviderPace, "memory").rate


KNOWN = {"rate": 10.0, "rate_until": NOW + HOUR, "paused_until": NOW}


@pytest.mark.parametrize(("calls", "stays"), [(pace.STRAY, True), (pace.STRAY - 1, False)])
def test_a_stray_refusal_after_many_calls_lowers_no_rate(post, calls, stays):
    accepted(post, [number / 10 for number in range(calls)])
    assert (rate_after(post, [calls / 10], **KNOWN) == 10.0) is stays


def test_one_refusal_teaches_no_rate(post):
    accepted(post, [-40.0, 0.1, 0.2, 0.3])
    assert rate_after(post, [0.4]) is None


def test_two_refusals_with_calls_between_them_teach_a_rate(post):
    accepted(post, [0.1, 0.2, 1.0, 1.1, 1.2, 1.3])
    assert rate_after(post, [0.5, 1.5]) == pytest.approx(4 * pace.MARGIN)


def test_two_refusals_with_a_lull_between_them_teach_none(post):
    accepted(post, [0.1, 1.0, 40.0])
    assert rate_after(post, [0.5, 40.1]) is None


def test_letters_that_shared_a_call_count_as_one(post):
    accepted(post, [0.6] * 50 + [0.7])
    with post.database.write() as session:
        for row in session.scalars(select(OutboxMessage).limit(50)):
            row.provider_id = "all of them"
    assert rate_after(post, [0.0, 0.8]) == pytest.approx(2 / 0.8 * pace.MARGIN)


def test_no_rate_is_lower_than_one_call_a_second(post):
    accepted(post, [3.0])
    assert rate_after(post, [0.5, 3.5]) == pace.LEAST


def test_the_end_of_a_days_allowance_teaches_no_rate(post):
    accepted(post, [0.6, 0.7])
    with post.database.write() as session:
        pace.pause(session, "memory", timedelta(seconds=0.5), NOW)
        pace.pause(session, "memory", timedelta(hours=9), NOW + timedelta(seconds=1))
    with post.database.read() as session:
        assert session.get_one(ProviderPace, "memory").rate is None


def rate_when_asked(post, minutes, **known):
    with post.database.write() as session:
        session.add(ProviderPace(provider="memory", **known))
    with post.database.write() as session:
        pace.wait_until(session, "memory", NOW + timedelta(minutes=minutes))
        return session.get_one(ProviderPace, "memory").rate


def test_a_rate_rises_again(post):
    assert rate_when_asked(post, 2, rate=4.0, rate_until=NOW) == 4.0 * pace.RISE**3


def test_a_rate_that_has_risen_far_enough_is_forgotten(post):
    assert rate_when_asked(post, 60, rate=4.0, rate_until=NOW) is None


def test_a_rate_that_has_risen_too_far_goes_back_a_step(post):
    assert rate_after(post, [90], rate=10.0, paused_until=NOW) == 10.0 / pace.RISE


@pytest.mark.parametrize(
    ("asked", "lasts"),
    [
        (timedelta(), pace.DEFAULT_PAUSE),
        (timedelta(minutes=-30), pace.DEFAULT_PAUSE),
        (timedelta(seconds=1_764_415_295), pace.LONGEST_PAUSE),
        (timedelta(seconds=10**12), pace.LONGEST_PAUSE),
    ],
)
def test_a_pause_that_makes_no_sense_is_neither_without_end_nor_none(post, memory, clock, asked, lasts):
    memory.answers = [Temporary("slower", wait=asked, pause=True)]
    queue(post, 1)
    post.work()
    before, memory.calls = memory.calls, 0
    clock.turn(seconds=lasts.total_seconds() - 1)
    post.work()
    too_early = memory.calls
    clock.turn(seconds=1)
    post.work()
    assert (before, too_early, memory.calls) == (1, 0, 1)


def test_a_pause_holds_for_every_worker(post, memory, clock):
    memory.answers = [Temporary("slower", wait=timedelta(minutes=2), pause=True)]
    queue(post, 20)
    post.work(5)
    post.work(5)
    assert memory.calls == 1


def test_waiting_for_a_provider_is_no_work(post, memory):
    post.providers = Providers(email=memory, allowlist=frozenset(f"r{n}@example.org" for n in range(5)))
    memory.answers = [Temporary("slower", wait=timedelta(minutes=2), pause=True)]
    queue(post, 5)
    post.work()
    assert (post.work().idle, memory.calls) == (True, 1)


def test_what_is_claimed_and_given_back_was_no_attempt(post, memory):
    post.providers = Providers(email=memory, allowlist=frozenset(f"r{n}@example.org" for n in range(5)))
    memory.answers = [Temporary("slower", wait=timedelta(minutes=2), pause=True)]
    queue(post, 5)
    for _ in range(3):
        post.work()
    with post.database.read() as session:
        attempts = session.scalars(select(OutboxMessage.attempt).order_by(OutboxMessage.id))
        assert list(attempts) == [1, 0, 0, 0, 0]


def test_after_a_pause_everything_goes_out(post, memory, clock):
    memory.answers = [Temporary("slower", wait=timedelta(minutes=2), pause=True)]
    queue(post, 20)
    post.work(5)
    clock.turn(minutes=2)
    for _ in range(60):
        post.work(5)
        clock.turn(seconds=5)
    assert counts(post) == {State.ACCEPTED: 20}


def an_hour_down(post, memory, clock):
    queue(post, 20)
    memory.always = DOWN
    while clock.now < NOW + timedelta(hours=1):
        post.work(10)
        clock.turn(seconds=20)
    return memory.calls


def test_a_provider_that_is_down_is_called_rarely(post, memory, clock):
    assert an_hour_down(post, memory, clock) <= 130


def test_a_provider_is_tried_again_with_few_messages(post, memory, clock):
    memory.always = DOWN
    queue(post, 50)
    post.work(50)
    clock.turn(minutes=1)
    calls = memory.calls
    tried = post.work(50)
    assert (memory.calls - calls, sum(tried.outcomes.values())) == (1, 10)


def test_after_an_hour_down_everything_is_accepted_within_ten_minutes(post, memory, clock):
    an_hour_down(post, memory, clock)
    memory.always = None
    while clock.now < NOW + timedelta(hours=1, minutes=10):
        post.work(10)
        clock.turn(seconds=5)
    assert counts(post) == {State.ACCEPTED: 20}


def test_a_black_hole_opens_the_breaker_too(post, memory):
    memory.always = Uncertain("no answer in time")
    queue(post, 20)
    post.work(20)
    assert memory.calls == pace.OPEN_AFTER


def test_one_success_closes_the_breaker(post, memory, clock):
    memory.answers = [DOWN, DOWN, DOWN]
    queue(post, 20)
    post.work(20)
    clock.turn(seconds=31)
    post.work(20)
    clock.turn(seconds=120)
    post.work(20)
    assert counts(post) == {State.ACCEPTED: 20}


def test_emails_go_on_while_texts_are_down(post, memory):
    down = Memory(always=DOWN, name="texts")
    post.providers = Providers(email=memory, sms=down)
    for subject in "abcde":
        post.queue(to=AMINA_BY_TEXT, subject=subject)
        post.queue(subject=subject + "mail", to=Recipient("p9", "Jo", Channel.EMAIL, "jo@leeds.example"))
    post.work()
    assert (len(memory.took), down.calls) == (5, 3)


def test_a_stopped_provider_is_not_called_until_somebody_says_so(post, memory, clock):
    memory.answers = [Temporary("the key is refused", stop=True)]
    queue(post, 5)
    post.work()
    clock.turn(hours=2)
    post.work()
    assert (memory.calls, counts(post)) == (1, {State.QUEUED: 5})


def test_a_stopped_provider_shows_its_reason(post, memory, clock):
    memory.answers = [Temporary("the key is refused", "401", stop=True)]
    queue(post, 1)
    post.work()
    with post.database.read() as session:
        assert [row.stopped for row in pace.trouble(session, clock.now)] == ["the key is refused (401)"]


def test_a_provider_that_is_put_right_goes_on_where_it_stopped(post, memory):
    memory.answers = [Temporary("the key is refused", stop=True)]
    queue(post, 5)
    post.work()
    with post.database.write() as session:
        pace.start_again(session, "memory")
    post.work()
    assert counts(post) == {State.ACCEPTED: 5}


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"stopped": "the key is refused (401)"}, "stopped: the key is refused (401)"),
        ({"failures": pace.OPEN_AFTER}, "does not answer; asked again every 30 seconds"),
        (
            {"rate": 4.0, "rate_until": NOW + HOUR},
            "at most 4.0 calls a second, as learned, and more each minute",
        ),
    ],
    ids=["stopped", "away", "slowed"],
)  # fmt: skip
def test_it_is_said_what_keeps_a_provider_from_going_on(post, known, words):
    with post.database.write() as session:
        session.add(ProviderPace(provider="memory", **known))
    with post.database.read() as session:
        assert pace.standing(session, NOW) == {"memory": words}


def test_a_provider_at_full_speed_is_not_spoken_of(post):
    with post.database.write() as session:
        session.add(ProviderPace(provider="memory", spent=4))
    with post.database.read() as session:
        assert pace.standing(session, NOW) == {}


def capped(post, memory, cap):
    post.providers = Providers(email=memory, sms=memory, sms_daily_cap=cap)
    for subject in "abc":
        post.queue(to=AMINA_BY_TEXT, subject=subject)  # two segments each
    post.work()


def test_texts_stop_at_the_days_cap(post, memory):
    capped(post, memory, cap=5)
    assert (memory.calls, counts(post)) == (2, {State.ACCEPTED: 2, State.QUEUED: 1})


def test_texts_go_on_the_next_day(post, memory, clock):
    capped(post, memory, cap=5)
    clock.turn(hours=15, minutes=1)
    post.work()
    assert memory.calls == 3


@pytest.mark.parametrize(
    "answer", [DOWN, Temporary("slower", wait=timedelta(minutes=1), pause=True)], ids=str
)
def test_what_was_not_taken_costs_nothing_of_the_cap(post, memory, clock, answer):
    memory.answers = [answer] * 9
    capped(post, memory, cap=5)
    while memory.answers:
        clock.turn(minutes=5)
        post.work()
    clock.turn(minutes=5)
    post.work()
    assert counts(post) == {State.ACCEPTED: 2, State.QUEUED: 1}


def test_a_cap_on_texts_does_not_hold_up_emails(post, memory):
    capped(post, memory, cap=0)
    post.queue(subject="mail")
    post.work()
    assert [each.to for each in memory.took] == ["amina@leeds.example"]


CODE = PhoneCode(Programme("councils", "Councils Unmentoring", "hello@x.example"), "123456")


def test_codes_to_strangers_leave_half_of_the_days_cap_to_others(post, memory):
    post.providers = Providers(email=memory, sms=memory, sms_daily_cap=6)
    for subject in range(10):
        post.queue(CODE, to=AMINA_BY_TEXT, subject=f"code {subject}")
    post.work()
    codes = memory.calls
    post.queue(to=AMINA_BY_TEXT, subject="a")  # two segments
    post.work()
    assert (codes, memory.calls) == (3, 4)


def test_confirmed_people_may_use_the_whole_cap(post, memory):
    post.providers = Providers(email=memory, sms=memory, sms_daily_cap=6)
    for subject in "abcd":
        post.queue(to=AMINA_BY_TEXT, subject=subject)  # two segments each
    post.work()
    assert memory.calls == 3


@pytest.mark.parametrize(
    "before",
    [
        {"rate": 4.0, "rate_until": NOW + 2 * HOUR, "next_at": NOW + HOUR},
        {"failures": pace.OPEN_AFTER, "probe_until": NOW + HOUR},
        {"paused_until": NOW + pace.LONGEST_PAUSE + HOUR},
    ],
)
def test_when_the_clock_is_set_back_an_hour_nobody_waits_for_it(post, before):
    """What was to be done a moment later by the clock before is not done an hour later."""
    with post.database.write() as session:
        session.add(ProviderPace(provider="memory", **before))
    post.queue()
    post.work()
    assert post.state() == State.ACCEPTED
