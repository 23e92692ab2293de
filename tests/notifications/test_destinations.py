from datetime import timedelta

import pytest

from notifications import destinations, outbox, pace, progress, receipts, stoppages
from notifications.delivery import Providers
from notifications.errors import Temporary
from notifications.messages import Channel, Recipient
from notifications.outbox import Order
from notifications.providers.base import Accepted
from notifications.receipts import Again, Event, What
from notifications.tables import State
from tests.support.letters import NOW, introduction

NO = Temporary("our mail is refused by a rule", "550 5.7.1", policy=0, tries=5)
LATER = Temporary("our mail is refused by a rule", "451 4.7.1", policy=4)


class Fussy:
    """A mail server, and the domains that want nothing of us."""

    name = "memory"

    def __init__(self, error, *domains):
        self.error, self.domains, self.calls = error, domains, []

    def send(self, outgoing):
        self.calls.append(outgoing.to)
        if outgoing.to.partition("@")[2] in self.domains or "*" in self.domains:
            raise self.error
        return Accepted(f"m{outgoing.id}-{outgoing.attempt}")


@pytest.fixture
def server(post):
    def made(error, *domains):
        post.providers = Providers(email=Fussy(error, *domains), key=b"suppression key")
        return post.providers.email

    return made


def queue(post, number, *domains, subject="r"):
    orders = [
        Order(
            introduction(),
            Recipient(f"{n} {domain}", "A", Channel.EMAIL, f"r{n}@{domain}"),
            subject=subject,
        )
        for n in range(number)
        for domain in domains
    ]
    with post.database.write() as session:
        outbox.queue_all(session, orders, now=post.clock.now)


def work(post, clock, **for_):
    until = clock.now + timedelta(**for_)
    while clock.now < until:
        post.work()
        clock.turn(minutes=1)


def counts(post):
    with post.database.read() as session:
        return progress.counts(session)


def stopped(post):
    with post.database.read() as session:
        return pace.stopped(session, "memory")


def release(post):
    with post.database.write() as session:
        stoppages.start_again(session, post.clock.now)


def test_a_message_that_is_refused_alone_fails_in_the_end_and_suppresses_nobody(post, clock, server):
    server(NO, "b.example")
    queue(post, 1, "b.example")
    work(post, clock, minutes=30)
    assert (post.state(), post.row().reason) == (State.FAILED, "our mail is refused by a rule (550 5.7.1)")


def test_a_place_that_refuses_three_is_left_alone_and_the_others_go_on(post, clock, server):
    carrier = server(NO, "b.example")
    queue(post, 20, "a.example", "b.example")
    work(post, clock, minutes=25)
    assert (counts(post), len(carrier.calls)) == ({State.ACCEPTED: 20, State.QUEUED: 20}, 23)


def test_what_waits_for_a_place_says_why(post, clock, server):
    server(NO, "b.example")
    queue(post, 5, "b.example")
    work(post, clock, minutes=5)
    assert "refused where it goes: our mail is refused by a rule" in (post.row(5).reason or "")


def test_a_place_that_is_shut_is_tried_each_half_hour_by_one(post, clock, server):
    carrier = server(NO, "b.example")
    queue(post, 20, "b.example")
    work(post, clock, hours=3)
    assert len(carrier.calls) <= 3 + 6


def test_the_first_that_comes_through_opens_a_place(post, clock, server):
    server(NO, "b.example")
    queue(post, 20, "b.example")
    work(post, clock, minutes=10)
    server(NO)
    work(post, clock, minutes=60)
    assert counts(post) == {State.ACCEPTED: 20}


def test_a_release_opens_a_place_at_once(post, clock, server):
    server(NO, "b.example")
    queue(post, 20, "b.example")
    work(post, clock, minutes=5)
    server(NO)
    release(post)
    post.work()
    assert counts(post)[State.ACCEPTED] >= 18  # the two that were refused first come back within minutes


def test_a_provider_whom_nobody_believes_any_more_is_stopped(post, clock, server):
    carrier = server(NO, "*")
    queue(post, 20, "a.example", "b.example", "c.example")
    work(post, clock, minutes=10)
    assert (stopped(post), len(carrier.calls)) == (str(NO), destinations.STOP_AFTER)


def test_one_place_that_refuses_everything_stops_no_provider(post, clock, server):
    server(NO, "b.example")
    queue(post, 30, "b.example")
    work(post, clock, hours=6)
    assert stopped(post) is None


def test_who_asks_everybody_to_come_back_in_a_minute_is_not_shut(post, clock, server):
    server(LATER, "b.example")
    queue(post, 10, "b.example")
    work(post, clock, minutes=3)
    server(LATER)
    work(post, clock, minutes=3)
    assert counts(post) == {State.ACCEPTED: 10}


def test_who_asks_for_ever_to_come_back_is_shut(post, clock, server):
    server(LATER, "b.example")
    queue(post, 10, "b.example")
    work(post, clock, minutes=40)
    with post.database.read() as session:
        assert [row.place for row in destinations.shut(session)] == ["b.example"]


# Told of afterwards, by reports.


def bounce(message_id, attempt=1, what=What.UNWELCOME, again=Again.SAME):
    return Event(
        "memory", f"{what} {message_id} {attempt}", what, NOW, message_id, attempt,
        reason="the receiving server refuses our mail: reputation", again=again,
    )  # fmt: skip


def take(post, *events):
    with post.database.write() as session:
        receipts.take(session, events, key=b"suppression key", now=post.clock.now)


def test_a_message_that_came_back_for_our_sake_is_tried_again_and_can_be_sent_again(post, clock):
    queue(post, 1, "b.example")
    for attempt in (1, 2, 3):
        post.work()
        take(post, bounce(1, attempt))
        clock.turn(minutes=6)
    assert (post.state(), post.row().attempt) == (State.FAILED, 3)


def test_a_place_whose_reports_refuse_three_is_shut(post):
    queue(post, 6, "b.example")
    post.work()
    take(post, *(bounce(n) for n in range(1, 7)))
    with post.database.read() as session:
        assert [(row.place, row.refused) for row in destinations.shut(session)] == [("b.example", 6)]
    assert counts(post) == {State.QUEUED: 6}


def test_a_delivery_there_opens_it_again(post):
    queue(post, 4, "b.example")
    post.work()
    take(post, *(bounce(n) for n in (1, 2, 3)))
    take(post, bounce(4, what=What.DELIVERED, again=None))
    with post.database.read() as session:
        assert destinations.shut(session) == []


def test_reports_of_refusals_everywhere_stop_the_provider(post):
    queue(post, 6, "a.example", "b.example")
    post.work()
    take(post, *(bounce(n) for n in range(1, 13)))
    assert stopped(post) == "the receiving server refuses our mail: reputation"


def test_reports_of_refusals_at_two_places_stop_no_provider_that_others_take(post):
    queue(post, 6, "a.example", "b.example", "c.example")
    post.work()
    take(post, *(bounce(n, what=What.DELIVERED, again=None) for n in range(3, 19, 3)))
    take(post, *(bounce(n) for n in range(1, 19) if n % 3))
    assert stopped(post) is None


def test_a_quota_that_is_used_up_stops_the_provider_and_spends_no_message(post):
    queue(post, 3, "a.example")
    post.work()
    take(post, *(bounce(n, what=What.STOPPED, again=Again.RELEASED) for n in (1, 2, 3)))
    assert (stopped(post) is not None, counts(post)) == (True, {State.QUEUED: 3})


def test_a_text_goes_to_a_country():
    assert destinations.place_of(Channel.SMS, "+447700900111") == "+44"
