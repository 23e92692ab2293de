from dataclasses import replace
from datetime import timedelta

import pytest

from notifications import outbox, progress, reconcile, resending
from notifications.errors import NoWayThere, Temporary, Uncertain
from notifications.messages import Channel, CheckIn, Link, Named, Partner, PassedOn, PhoneCode, Recipient
from notifications.outbox import Order
from notifications.tables import OutboxMessage, State
from tests.support.letters import AMINA, CHECK_IN, COUNCILS, NOW, PAGE, SIAN, TOM, introduction, links


def test_nobody_is_told_the_same_thing_twice(post):
    assert [post.queue(), post.queue()] == [1, None]


def test_a_new_edition_of_a_group_introduces_anew(post):
    assert [post.queue(subject="g7.0"), post.queue(subject="g7.1")] == [1, 2]


def test_two_people_are_told_about_one_subject(post):
    tom = Recipient("p2", "Tom", Channel.EMAIL, "tom@example.org")
    assert [post.queue(), post.queue(to=tom)] == [1, 2]


def test_many_at_once_are_queued_in_order_and_once(database):
    people = [Recipient(f"p{n}", "A", Channel.EMAIL, f"a{n}@example.org") for n in range(2500)]
    orders = [Order(introduction(), to, subject="r") for to in people]
    with database.write() as session:
        outbox.queue_all(session, orders[::2], now=NOW)
        ids = outbox.queue_all(session, orders, now=NOW)
    assert [id_ is None for id_ in ids] == [n % 2 == 0 for n in range(2500)]


def test_nothing_is_queued_when_the_cause_is_rolled_back(database):
    def fails():
        with database.write() as session:
            outbox.queue(session, introduction(), AMINA, subject="r", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with database.read() as session:
        assert progress.counts(session) == {}


def test_somebody_without_a_phone_gets_an_email_instead_of_a_text(post):
    post.queue(to=Recipient("p1", "Amina", Channel.SMS, email="amina@leeds.example"))
    assert post.row().channel == "email"


def test_a_code_for_a_phone_cannot_go_by_email(post):
    nobody = Recipient("p1", "Amina", Channel.EMAIL, email="amina@leeds.example")
    with pytest.raises(NoWayThere):
        post.queue(PhoneCode(COUNCILS, "123"), nobody)


def test_a_message_comes_back_from_the_database_as_it_was(post):
    post.queue(introduction(TOM, SIAN))
    assert post.row().message() == introduction(TOM, SIAN)


def test_forgetting_a_partner_blanks_the_messages_that_name_them(post):
    post.queue(introduction(TOM, SIAN))
    with post.database.write() as session:
        outbox.forget(session, "p3")
    row = post.row()
    assert (row.payload, row.name, row.email, row.phone, row.address_key) == (None,) * 5


def test_forgetting_cancels_what_was_not_sent(post):
    post.queue(introduction(TOM))
    with post.database.write() as session:
        outbox.forget(session, "p2")
    assert post.state() == State.CANCELLED


def test_forgetting_leaves_other_peoples_messages_alone(post):
    post.queue(CheckIn(COUNCILS, (Named("p2", "Tom Field"),), CHECK_IN, PAGE))
    with post.database.write() as session:
        assert outbox.forget(session, "p3") == 0


def test_forgetting_empties_the_local_mailbox(local_post):
    local_post.queue(introduction(TOM))
    local_post.work()
    with local_post.database.write() as session:
        outbox.forget(session, "p2")
    with local_post.database.read() as session:
        from notifications.providers import local

        assert local.inbox(session) == []


def test_cancelling_takes_back_what_waits(post):
    post.queue()
    with post.database.write() as session:
        outbox.cancel(session, kind="introduction", person="p1")
    post.work()
    assert post.state() == State.CANCELLED


@pytest.mark.parametrize("ended", [State.SUPPRESSED, State.EXPIRED])
def test_what_did_not_arrive_is_not_sent_again_once_its_cause_is_gone(post, memory, ended):
    post.queue(subject="group 7 2")
    with post.database.write() as session:
        session.get_one(OutboxMessage, 1).state = ended
    with post.database.write() as session:
        outbox.call_off(session, "group 7", ["introduction"])
        resending.resend_all(session, [ended], now=NOW)
    post.work()
    assert (post.state(), memory.calls) == (State.CANCELLED, 0)


@pytest.mark.parametrize(
    ("error", "ended"),
    [(Temporary("busy"), State.CANCELLED), (Uncertain("cut off"), State.UNCERTAIN)],
)
def test_what_is_called_off_while_it_is_sent_is_not_tried_again(post, memory, clock, error, ended):
    """Its reader has been told by then that it does not take place."""

    class Slow(type(memory)):
        def send(self, outgoing):
            with post.database.write() as session:
                outbox.call_off(session, "group 7", ["introduction"])
            return super().send(outgoing)

    slow = Slow()
    slow.answers = [error]
    post.providers = replace(post.providers, email=slow)
    post.queue(subject="group 7")
    for _ in range(3):
        post.work()
        reconcile.reconcile(post.database.write, post.providers, links, clock)
        clock.turn(minutes=11)
    assert (slow.calls, post.state()) == (1, ended)


def test_cancelling_does_not_rewrite_what_was_sent(post):
    post.queue()
    post.work()
    with post.database.write() as session:
        assert outbox.cancel(session, person="p1") == 0


def test_cancelling_everything_by_mistake_is_refused(database):
    with database.write() as session, pytest.raises(ValueError, match="cancel what"):
        outbox.cancel(session)


def hold(post, **scope):
    with post.database.write() as session:
        return outbox.hold(session, reason="restored from a backup", now=NOW, **scope)


def release(post, **scope):
    with post.database.write() as session:
        return outbox.release(session, now=NOW, **scope)


def test_a_paused_outbox_sends_nothing(post, memory):
    post.queue()
    hold(post)
    post.work()
    assert (memory.calls, post.state()) == (0, State.HELD)


def test_what_is_queued_during_a_pause_is_held_too(post):
    hold(post)
    post.queue()
    assert post.state() == State.HELD


def test_a_released_outbox_sends_what_waited(post, memory):
    post.queue()
    hold(post)
    release(post)
    post.work()
    assert len(memory.took) == 1


def test_pausing_one_programme_does_not_hold_another(post, memory):
    post.queue(subject="a", programme="a")
    post.queue(subject="b", programme="b")
    post.queue(subject="none")
    hold(post, programme="a")
    post.work()
    assert [post.state(n) for n in (1, 2, 3)] == [State.HELD, State.ACCEPTED, State.ACCEPTED]


def test_releasing_the_outbox_leaves_a_paused_programme_paused(post):
    post.queue(subject="a", programme="a")
    post.queue(subject="none")
    hold(post, programme="a")
    hold(post)
    assert (release(post), post.state(1), post.state(2)) == (1, State.HELD, State.QUEUED)


@pytest.mark.parametrize(("scope", "state"), [({"programme": "a"}, State.HELD), ({}, State.EXPIRED)])
def test_only_a_break_keeps_what_is_worth_sending_after_it(post, scope, state):
    tom = Partner("p2", "Tom Field", "Kirklees Council")
    post.queue(PassedOn(COUNCILS, tom, "Tuesday at noon?", Link("conversation", 16), PAGE), programme="a")
    hold(post, **scope)
    post.clock.turn(days=4)
    post.work()
    assert post.state() == state


def test_counts_are_by_round_and_state(post):
    post.queue(subject="1", round="r1")
    post.queue(subject="2", round="r2")
    post.work()
    post.queue(subject="3", round="r1")
    with post.database.read() as session:
        assert progress.counts(session, round="r1") == {State.ACCEPTED: 1, State.QUEUED: 1}


def test_the_listing_shows_the_newest_first(post):
    post.queue(subject="1")
    post.queue(subject="2")
    with post.database.read() as session:
        assert [row.id for row in progress.listing(session, person="p1")] == [2, 1]


def test_a_failed_message_can_be_sent_again_by_hand(post, memory):
    from notifications.errors import Permanent

    memory.answers = [Permanent("no such mailbox")]
    post.queue()
    post.work()
    with post.database.write() as session:
        assert resending.resend(session, 1, now=NOW)
    post.work()
    assert post.state() == State.ACCEPTED


def test_what_expired_is_not_sent_again_once_its_cause_is_gone(post, memory, clock):
    post.queue(CheckIn(COUNCILS, (Named("p2", "Tom Field"),), CHECK_IN, PAGE))
    clock.turn(days=4)
    post.work()
    expired = post.state()
    with post.database.write() as session:
        outbox.cancel(session, person="p1")
        resending.resend_all(session, [State.EXPIRED], now=clock())
    post.work()
    assert (expired, post.state(), memory.calls) == (State.EXPIRED, State.CANCELLED, 0)


def test_a_delivered_message_is_not_sent_again_by_hand(post):
    post.queue()
    post.work()
    with post.database.write() as session:
        assert not resending.resend(session, 1, now=NOW)


def test_the_oldest_waiting_message_is_the_one_that_should_have_gone_first(post):
    post.queue(due=NOW - timedelta(hours=1))
    post.queue(subject="later", due=NOW + timedelta(hours=1))
    with post.database.read() as session:
        assert progress.oldest_waiting(session, NOW) == NOW - timedelta(hours=1)


def test_a_cancelled_message_loses_its_content_in_time_too(post, clock):
    post.queue()
    with post.database.write() as session:
        outbox.cancel(session, person="p1")
        outbox.blank_older_than(session, clock.now + timedelta(days=1))
    assert post.row().payload is None


def test_what_still_waits_keeps_its_content(post, clock):
    post.queue(due=NOW + timedelta(days=200))
    with post.database.write() as session:
        assert outbox.blank_older_than(session, clock.now + timedelta(days=100)) == 0


def test_old_messages_lose_their_content_and_keep_their_state(post, clock):
    post.queue()
    post.work()
    clock.turn(days=91)
    with post.database.write() as session:
        outbox.blank_older_than(session, clock.now - timedelta(days=90))
    assert (post.row().payload, post.state()) == (None, State.ACCEPTED)
