from dataclasses import dataclass, field

import pytest

from notifications import progress, receipts, reconcile, resending
from notifications.delivery import Providers
from notifications.errors import Temporary, Uncertain
from notifications.messages import CheckIn, Link, Named, SignIn
from notifications.providers.base import Absent, Accepted
from notifications.receipts import Event, What
from notifications.tables import State
from tests.notifications.conftest import Memory
from tests.support.letters import AMINA_BY_TEXT, CHECK_IN, COUNCILS, NOW, PAGE, links


@dataclass
class Asked(Memory):
    """A provider that can be asked what it has."""

    knows: object = None
    asked: list[int] = field(default_factory=list)

    def look_up(self, outgoing, since):
        self.asked.append(outgoing.id)
        if isinstance(self.knows, Exception):
            raise self.knows
        return self.knows


def settle(post):
    return reconcile.reconcile(post.database.write, post.providers, links, post.clock)


@pytest.fixture
def cut_off(post, memory):
    """An email whose sending was cut off."""
    memory.answers = [Uncertain("no answer in time")]
    post.queue()
    post.work()
    return post


@pytest.fixture
def text_cut_off(post):
    """A text whose sending was cut off, at a provider that can be asked."""
    asked = Asked(answers=[Uncertain("no answer in time")])
    post.providers = Providers(email=asked, sms=asked)
    post.queue(to=AMINA_BY_TEXT)
    post.work()
    post.asked = asked
    return post


def test_a_cut_off_email_waits_for_evidence(cut_off, memory, clock):
    clock.turn(minutes=9)
    settle(cut_off)
    cut_off.work()
    assert (memory.calls, cut_off.state()) == (1, State.UNCERTAIN)


def test_a_cut_off_email_without_evidence_is_sent_again_and_marked(cut_off, memory, clock):
    clock.turn(minutes=11)
    settle(cut_off)
    cut_off.work()
    row = cut_off.row()
    assert (len(memory.took), row.state, row.resent, row.attempt) == (1, State.ACCEPTED, True, 2)


def test_a_second_copy_carries_the_same_links(cut_off, memory, clock):
    first = cut_off.row().message()
    clock.turn(minutes=11)
    settle(cut_off)
    cut_off.work()
    assert links(first.page, "p1") in memory.took[0].text


def test_a_cut_off_email_with_evidence_is_not_sent_again(cut_off, memory, clock):
    processed = Event("memory", "e1", What.ACCEPTED, NOW, message_id=1)
    with cut_off.database.write() as session:
        receipts.take(session, [processed], key=b"", now=NOW)
    clock.turn(minutes=11)
    settle(cut_off)
    cut_off.work()
    assert (memory.calls, cut_off.state()) == (1, State.ACCEPTED)


def test_evidence_that_arrives_after_it_was_queued_again_still_stops_it(cut_off, memory, clock):
    clock.turn(minutes=11)
    settle(cut_off)
    with cut_off.database.write() as session:
        receipts.take(session, [Event("memory", "e1", What.DELIVERED, NOW, 1, 1)], key=b"", now=NOW)
    cut_off.work()
    assert (memory.calls, cut_off.state()) == (1, State.DELIVERED)


def test_a_message_is_not_asked_about_before_the_list_can_know(text_cut_off, clock):
    clock.turn(minutes=1)
    settle(text_cut_off)
    assert text_cut_off.asked.asked == []


def test_a_text_the_provider_has_is_accepted_and_not_sent_again(text_cut_off, clock):
    text_cut_off.asked.knows = Accepted("SM1")
    clock.turn(minutes=3)
    settle(text_cut_off)
    assert (text_cut_off.state(), text_cut_off.row().provider_id) == (State.ACCEPTED, "SM1")


def test_a_text_the_provider_never_had_is_sent_again(text_cut_off, clock):
    text_cut_off.asked.knows = Absent()
    clock.turn(minutes=3)
    settle(text_cut_off)
    text_cut_off.work()
    assert (text_cut_off.state(), text_cut_off.asked.calls) == (State.ACCEPTED, 2)


@pytest.mark.parametrize("knows", [None, Temporary("down"), KeyError("sid")])
def test_a_text_nobody_can_tell_about_stays_uncertain(text_cut_off, clock, knows):
    text_cut_off.asked.knows = knows
    for _ in range(5):
        clock.turn(minutes=20)
        settle(text_cut_off)
        text_cut_off.work()
    assert (text_cut_off.state(), text_cut_off.asked.calls) == (State.UNCERTAIN, 1)


@pytest.mark.parametrize("days", [1, 5, 100])
def test_a_text_nobody_can_tell_about_has_not_waited_for_a_worker(text_cut_off, clock, days):
    clock.turn(days=days)
    settle(text_cut_off)
    with text_cut_off.database.read() as session:
        since = progress.oldest_waiting(session, clock())
    assert (text_cut_off.state(), since) == (State.UNCERTAIN, None)


def test_an_organiser_can_send_an_uncertain_text_again(text_cut_off, clock):
    with text_cut_off.database.write() as session:
        resending.resend(session, 1, now=clock.now)
    text_cut_off.work()
    assert text_cut_off.state() == State.ACCEPTED


def test_two_workers_do_not_ask_about_one_message(text_cut_off, clock):
    clock.turn(minutes=3)
    settle(text_cut_off)
    settle(text_cut_off)
    assert text_cut_off.asked.asked == [1]


def test_a_sign_in_link_is_never_sent_again(post, memory, clock):
    memory.answers = [Uncertain("no answer in time")]
    post.queue(SignIn(Link("sign-in", 1)))
    post.work()
    clock.turn(minutes=16)
    settle(post)
    post.work()
    assert (memory.calls, post.state(), post.row().payload) == (1, State.FAILED, None)


def test_a_cut_off_introduction_is_not_sent_again_after_its_round(cut_off, memory, clock):
    clock.turn(days=30)
    settle(cut_off)
    cut_off.work()
    assert (memory.calls, cut_off.state()) == (1, State.UNCERTAIN)


@dataclass
class Telling(Memory):
    """A provider that can be asked what became of a message."""

    asked: list[str] = field(default_factory=list)

    def outcome(self, sent, now):
        self.asked.append(sent.provider_id)
        return Event("memory", f"{sent.provider_id}:delivered", What.DELIVERED, now, sent.id, sent.attempt)


@pytest.fixture
def silent(post):
    """A text that its provider took and said no more about."""
    post.telling = Telling()
    post.providers = Providers(email=post.telling, sms=post.telling)
    post.queue(to=AMINA_BY_TEXT)
    post.work()
    return post


def test_a_lost_callback_is_asked_for_after_an_hour(silent, clock):
    clock.turn(minutes=61)
    reconcile.poll(silent.database.write, silent.providers, clock)
    assert silent.state() == State.DELIVERED


def test_a_callback_that_may_still_come_is_not_asked_for(silent, clock):
    clock.turn(minutes=59)
    reconcile.poll(silent.database.write, silent.providers, clock)
    assert silent.telling.asked == []


def test_a_server_that_takes_letters_and_does_not_say_so_in_time_has_few_of_one(post, memory, clock):
    """As one that looks at each for longer than a call may take."""
    memory.always = Uncertain("the connection broke before the answer")
    post.queue(CheckIn(COUNCILS, (Named("p2", "Tom Field"),), CHECK_IN, PAGE))
    calls = []
    for _ in range(3 * 24 * 6):
        post.work()
        settle(post)
        calls.append(memory.calls)
        clock.turn(minutes=10)
    within = {hours: calls[hours * 6 - 1] for hours in (1, 24, 72)}
    assert within == {1: 2, 24: 6, 72: 8}


def test_what_was_refused_before_is_no_copy(post, memory, clock):
    """An outage refuses a letter for hours; its end then cuts it off twice."""
    memory.always = Temporary("the server is away")
    post.queue(CheckIn(COUNCILS, (Named("p2", "Tom Field"),), CHECK_IN, PAGE))
    for _ in range(6):
        post.work()
        clock.turn(hours=2)
    memory.always = Uncertain("the connection broke before the answer")
    post.work()
    clock.turn(minutes=10)
    settle(post)
    post.work()
    refused_and_cut_off = memory.calls
    clock.turn(minutes=30)
    settle(post)
    assert (refused_and_cut_off, post.state()) == (8, State.QUEUED)
