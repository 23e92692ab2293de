import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from notifications import outbox, receipts, resending, suppression
from notifications.messages import Channel
from notifications.receipts import Again, Event, What
from notifications.suppression import Why
from notifications.tables import Receipt, State
from tests.support.letters import AMINA_BY_TEXT, NOW

KEY = b"suppression key"


def event(what, event_id=None, message_id=1, **facts):
    facts = {"provider": "memory", "at": NOW, "message_id": message_id} | facts
    return Event(event_id=event_id or f"{what}-{message_id}", what=what, **facts)


def take(post, *events):
    with post.database.write() as session:
        return receipts.take(session, events, key=KEY, now=NOW)


STOPS = {What.NOTHING: Why.UNSUBSCRIBED}


def is_stopped(post):
    with post.database.read() as session:
        return bool(suppression.suppressed(session, Channel.EMAIL, "amina@leeds.example", key=KEY))


@pytest.fixture
def sent(post):
    post.queue()
    post.work()
    return post


def test_a_delivery_is_shown(sent):
    take(sent, event(What.DELIVERED))
    assert sent.state() == State.DELIVERED


def test_an_event_told_twice_counts_once(sent):
    assert [take(sent, event(What.DELIVERED)), take(sent, event(What.DELIVERED))] == [1, 0]


def test_an_event_twice_in_one_report_counts_once(sent):
    assert take(sent, event(What.DELIVERED), event(What.DELIVERED)) == 1


STORY = (What.ACCEPTED, What.DEFERRED, What.DELIVERED, What.FAILED)


def test_events_in_any_order_end_in_the_same_state(sent):
    ends = set()
    for n, order in enumerate(itertools.permutations(STORY), 2):
        sent.queue(subject=str(n))
        sent.work()
        for what in order:
            take(sent, event(what, message_id=n))
        ends.add(sent.state(n))
    assert ends == {State.FAILED}


def test_events_all_at_once_end_in_the_same_state(sent):
    take(sent, *(event(what) for what in STORY))
    assert sent.state() == State.FAILED


def test_a_late_bounce_beats_delivered(sent):
    take(sent, event(What.DELIVERED))
    take(sent, event(What.FAILED, reason="no such mailbox"))
    assert (sent.state(), sent.row().reason) == (State.FAILED, "no such mailbox")


def test_a_late_delivered_does_not_beat_a_bounce(sent):
    take(sent, event(What.FAILED))
    take(sent, event(What.DELIVERED))
    assert sent.state() == State.FAILED


@pytest.mark.parametrize("why", [Why.BOUNCED, Why.UNSUBSCRIBED, Why.SPAM])
def test_an_address_that_is_dead_or_unwilling_is_not_written_to_again(sent, why):
    take(sent, event(What.FAILED, stops=why))
    assert is_stopped(sent)


def test_unsubscribing_says_nothing_about_the_message(sent):
    take(sent, event(What.NOTHING, stops=Why.UNSUBSCRIBED))
    assert sent.state() == State.ACCEPTED


def test_who_wants_to_be_written_to_again_is(sent):
    take(sent, event(What.NOTHING, stops=Why.UNSUBSCRIBED))
    take(sent, event(What.WELCOME))
    assert not is_stopped(sent)


@pytest.mark.parametrize("ids", ["ab", "ba"])
@pytest.mark.parametrize("last", [What.WELCOME, What.NOTHING])
def test_of_stopping_and_coming_back_in_one_report_the_later_counts(sent, ids, last):
    story = [What.NOTHING, What.WELCOME] if last is What.WELCOME else [What.WELCOME, What.NOTHING]
    take(
        sent,
        *(
            event(what, id_, at=NOW + timedelta(minutes=n), stops=STOPS.get(what))
            for n, (id_, what) in enumerate(zip(ids, story, strict=True))
        ),
    )
    assert is_stopped(sent) == (last is What.NOTHING)


@pytest.mark.parametrize("why", [Why.BOUNCED, Why.SPAM])
def test_who_comes_back_to_a_list_takes_back_neither_a_bounce_nor_a_report(sent, why):
    take(sent, event(What.FAILED, stops=why))
    take(sent, event(What.WELCOME))
    assert is_stopped(sent)


def test_a_failure_that_is_no_bounce_leaves_the_address_alone(sent):
    take(sent, event(What.FAILED))
    assert not is_stopped(sent)


def test_an_event_about_nothing_we_know_changes_nothing_and_is_kept(sent):
    take(sent, event(What.DELIVERED, message_id=99))
    with sent.database.read() as session:
        assert (sent.state(), session.get(Receipt, 1).applied) == (State.ACCEPTED, False)


def test_an_event_from_another_provider_is_not_believed(sent):
    take(sent, event(What.FAILED, provider="notify"))
    assert sent.state() == State.ACCEPTED


def test_an_event_that_came_too_early_is_linked_later(post):
    take(post, event(What.DELIVERED, message_id=None, provider_id="m1"))
    post.queue()
    post.work()
    with post.database.write() as session:
        receipts.link(session, key=KEY, now=NOW + timedelta(minutes=1))
    assert post.state() == State.DELIVERED


def test_a_message_that_was_never_sent_cannot_be_delivered(post):
    post.queue()
    take(post, event(What.DELIVERED))
    assert post.state() == State.QUEUED


def test_the_failure_of_an_earlier_attempt_does_not_end_a_later_one(sent):
    take(sent, event(What.FAILED, attempt=1, stops=Why.BOUNCED))
    with sent.database.write() as session:
        resending.resend(session, 1, now=NOW)
        suppression.lift(session, Channel.EMAIL, "amina@leeds.example", key=KEY)
    sent.work()
    take(sent, event(What.FAILED, attempt=1, event_id="late"))
    assert sent.state() == State.ACCEPTED


def test_a_fault_of_our_own_is_shown_to_somebody(sent):
    take(sent, event(What.OURS, reason="over the provider's quota"))
    assert (sent.state(), sent.row().reason) == (State.PARKED, "over the provider's quota")


@pytest.fixture
def text_sent(post):
    post.queue(to=AMINA_BY_TEXT)
    post.work()
    return post


def test_a_text_to_a_bad_number_falls_back_to_email(text_sent, memory):
    take(text_sent, event(What.FAILED, again=Again.BY_EMAIL, stops=Why.NUMBER))
    text_sent.work()
    assert (text_sent.state(), memory.took[-1].to) == (State.ACCEPTED, "amina@leeds.example")


def test_a_text_that_may_be_tried_again_is_tried_twice_more_and_then_goes_by_email(text_sent, memory, clock):
    for attempt in (1, 2, 3):
        take(text_sent, event(What.FAILED, f"e{attempt}", attempt=attempt, again=Again.SAME))
        clock.turn(minutes=6)
        text_sent.work()
    number, address = AMINA_BY_TEXT.phone, AMINA_BY_TEXT.email
    assert [made.to for made in memory.took] == [number, number, number, address]


def test_a_text_to_somebody_without_an_address_is_tried_three_times_in_all(post, memory, clock):
    post.queue(to=replace(AMINA_BY_TEXT, email=None))
    post.work()
    for attempt in (1, 2, 3):
        take(post, event(What.FAILED, f"e{attempt}", attempt=attempt, again=Again.SAME))
        clock.turn(minutes=6)
        post.work()
    assert (len(memory.took), post.state()) == (3, State.FAILED)


def test_a_failure_told_twice_is_tried_again_once(text_sent, memory, clock):
    for event_id in ("e1", "e2"):
        take(text_sent, event(What.FAILED, event_id, attempt=1, again=Again.SAME))
    clock.turn(minutes=6)
    text_sent.work()
    assert (len(memory.took), text_sent.state()) == (2, State.ACCEPTED)


def test_a_delivered_text_is_not_sent_again_by_a_late_failure(text_sent, memory, clock):
    take(text_sent, event(What.DELIVERED))
    take(text_sent, event(What.FAILED, again=Again.SAME))
    clock.turn(minutes=6)
    text_sent.work()
    assert len(memory.took) == 1


def test_old_events_are_forgotten(sent):
    take(sent, event(What.DELIVERED))
    with sent.database.write() as session:
        receipts.forget_older_than(session, NOW + timedelta(days=30))
    assert take(sent, event(What.DELIVERED)) == 1


def test_an_event_about_a_forgotten_person_does_no_harm(sent):
    with sent.database.write() as session:
        outbox.forget(session, "p1")
    take(sent, event(What.FAILED))
    assert sent.state() == State.FAILED
