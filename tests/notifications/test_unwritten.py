"""A provider has answered, and just then the database cannot be written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from notifications import pace, receipts, reconcile, resending, sms_text
from notifications.delivery import Providers
from notifications.errors import Permanent, Temporary, Uncertain
from notifications.providers.sendgrid import SendGrid
from notifications.receipts import Again, Event, What
from notifications.tables import ProviderPace, State
from tests.notifications.conftest import Post
from tests.notifications.test_batches import DIGEST, counts, queue, readers
from tests.support.fake_sendgrid import FakeSendGrid, error
from tests.support.letters import AMINA_BY_TEXT, NOW, links

A_DAY = 24 * 60


@contextmanager
def commits(engine: Engine, fail: Callable[[], bool], *, after_all: bool = False) -> Iterator[None]:
    """Those for which it says so raise; the server has not committed, or has `after_all`."""

    def commit(connection: Connection) -> None:
        if not fail():
            return
        if after_all:
            connection.connection.commit()
        elif connection.dialect.name == "postgresql":
            connection.connection.rollback()
        raise OperationalError("COMMIT", None, OSError("no space left on device"))

    event.listen(engine, "commit", commit)
    try:
        yield
    finally:
        event.remove(engine, "commit", commit)


def work_in_vain(post, times=1):
    """The database is away from the first call to the provider on."""
    provider = post.providers.email
    with commits(post.database.engine, lambda: provider.calls > 0), pytest.raises(OperationalError):
        post.work()
    with commits(post.database.engine, lambda: True):
        for _ in range(times - 1):
            with pytest.raises(OperationalError):
                post.work()


def another(post):
    """Another worker's process on the same database."""
    return Post(post.database, post.clock, post.providers)


def gives_it_up(post, clock):
    """Another worker that finds it cut off, hears nothing of it and wants it sent again."""
    other = another(post)
    clock.turn(minutes=9)
    other.work()
    clock.turn(minutes=2)
    settle(other)
    return other


def settle(post):
    reconcile.reconcile(post.database.write, post.providers, links, post.clock)


def report(post, what, **facts):
    told = Event("memory", f"e{what}", what, NOW, message_id=1, attempt=1, **facts)
    with post.database.write() as session:
        receipts.take(session, [told], key=b"", now=post.clock())


def test_an_answer_is_kept_and_written_as_soon_as_it_can_be(post, memory, clock):
    post.queue()
    work_in_vain(post, times=3)
    assert post.state() == State.SENDING
    post.work()
    row = post.row()
    assert (memory.calls, row.state, row.provider_id) == (1, State.ACCEPTED, "m1")


def test_nothing_is_handed_over_while_an_answer_cannot_be_written(post, memory, clock):
    for n in range(3):
        post.queue(subject=f"round {n}")
    work_in_vain(post)
    clock.turn(minutes=1)
    with commits(post.database.engine, lambda: True), pytest.raises(OperationalError):
        post.work()
    assert memory.calls == 1


def test_a_refusal_for_good_is_kept_too(post, memory):
    memory.answers = [Permanent("the letter is too big")]
    post.queue()
    work_in_vain(post)
    post.work()
    assert (memory.calls, post.state()) == (1, State.FAILED)


def test_a_refusal_for_now_is_kept_too(post, memory):
    memory.answers = [Temporary("the mailbox is busy")]
    post.queue()
    work_in_vain(post)
    post.work()
    assert (post.state(), post.row().tries) == (State.QUEUED, 1)


def test_what_was_accepted_in_one_call_is_kept_for_all_of_it(post):
    fake = FakeSendGrid()
    with fake.serving():
        post.providers = Providers(email=SendGrid("SG.key", "U <hello@unm.example>", fake.url, 10.0))
        queue(post, DIGEST, 30)
        with commits(post.database.engine, lambda: bool(fake.letters)), pytest.raises(OperationalError):
            post.work()
        post.work()
    assert (len(fake.letters), counts(post)) == (1, {State.ACCEPTED: 30})


@pytest.mark.parametrize("minutes", [3, 60, A_DAY])
def test_whoever_heard_the_answer_says_it_before_it_is_sent_again(post, memory, clock, minutes):
    post.queue()
    work_in_vain(post)
    other = another(post)
    clock.turn(minutes=minutes)
    for _ in range(3):  # as quickly as it can, and before ours
        settle(other)
        other.work()
    post.work()
    assert (memory.calls, post.state()) == (1, State.ACCEPTED)


def test_it_is_heard_although_others_have_given_it_up(post, memory, clock):
    post.queue()
    work_in_vain(post)
    gives_it_up(post, clock)
    assert post.row().resent
    post.work()
    assert (memory.calls, post.state()) == (1, State.ACCEPTED)


def test_it_says_nothing_of_what_another_worker_has_sent_again(post, memory, clock):
    post.queue()
    work_in_vain(post)
    other = gives_it_up(post, clock)
    memory.answers = [Uncertain("no answer in time")]
    other.work()
    post.work()
    assert (memory.calls, post.state(), post.row().provider_id) == (2, State.UNCERTAIN, None)


@pytest.mark.parametrize("minutes", [0, 3])
def test_a_report_that_came_before_it_stands(post, memory, clock, minutes):
    post.queue()
    work_in_vain(post)
    clock.turn(minutes=minutes)
    another(post).work()
    report(post, What.DELIVERED)
    post.work()
    assert (post.state(), post.row().provider_id) == (State.DELIVERED, "m1")


def test_what_bounced_before_it_was_heard_is_tried_again_all_the_same(post, memory, clock):
    post.queue()
    work_in_vain(post)
    clock.turn(minutes=3)
    another(post).work()
    report(post, What.FAILED, again=Again.SAME)
    post.work()
    assert (post.state(), post.row().tries, post.row().provider) == (State.QUEUED, 1, None)
    clock.turn(minutes=6)
    post.work()
    assert (memory.calls, post.state()) == (2, State.ACCEPTED)


def test_what_an_organiser_sends_again_meanwhile_goes_once(post, memory, clock):
    post.queue()
    work_in_vain(post)
    clock.turn(minutes=3)
    another(post).work()
    with post.database.write() as session:
        assert resending.resend(session, 1, now=clock())
    post.work()
    assert (memory.calls, post.state()) == (1, State.ACCEPTED)


def test_a_mistake_of_ours_is_not_tried_for_ever(post, memory, monkeypatch):
    def worked(*_: object) -> None:
        raise ZeroDivisionError

    for n in range(2):
        post.queue(subject=f"round {n}")
    monkeypatch.setattr(pace, "worked", worked)
    with pytest.raises(ZeroDivisionError):
        post.work()
    monkeypatch.undo()
    post.work()
    post.clock.turn(seconds=11)
    post.work()
    assert memory.calls == 2


def test_what_one_message_breaks_is_not_dropped_for_the_one_before(post, memory, monkeypatch):
    honest, begun = pace.wait_until, []

    def wait_until(*given: object) -> object:
        begun.append(given)
        if len(begun) == 2:
            raise ZeroDivisionError
        return honest(*given)  # type: ignore[arg-type]

    for n in range(2):
        post.queue(subject=f"round {n}")
    monkeypatch.setattr(pace, "wait_until", wait_until)
    with pytest.raises(ZeroDivisionError):
        post.work()
    post.work()
    assert post.state(1) == State.ACCEPTED


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("refused", [False, True])
def test_a_commit_that_raised_although_it_was_done_doubles_nothing(post, memory, clock, step, refused):
    done = []

    def this_one() -> bool:
        done.append(1)
        return len(done) == step

    memory.answers = [Temporary("the mailbox is busy")] if refused else []
    for n in range(2):
        post.queue(subject=f"round {n}")
    with commits(post.database.engine, this_one, after_all=True):
        for _ in range(60):
            with suppress(OperationalError):
                post.work()
                settle(post)
            clock.turn(seconds=15)
    assert (len(memory.took), post.state(1), post.state(2)) == (2, State.ACCEPTED, State.ACCEPTED)


@pytest.mark.parametrize("bad", [1, 30], ids=["the first is bad", "the last is bad"])
@pytest.mark.parametrize("away", [2, 3, 4, 5, 6])
def test_of_a_call_in_halves_nothing_waits_that_has_not_left(post, clock, bad, away):
    """The database is away from the time on at which a call, of the halves of one, has been answered."""
    fake = FakeSendGrid()
    fake.bad_addresses = {f"r{bad - 1}@leeds.example"}
    with fake.serving():
        post.providers = Providers(email=SendGrid("SG.key", "U <hello@unm.example>", fake.url, 10.0))
        queue(post, DIGEST, 30)
        with commits(post.database.engine, lambda: len(fake.calls) >= away), suppress(OperationalError):
            post.work()
        for _ in range(2):
            post.work()
    assert counts(post) == {State.ACCEPTED: 29, State.FAILED: 1}
    assert len(readers(fake)) == len(set(readers(fake)))


def the(number):
    """Whether it is the commit of this number."""
    done = count(1)
    return lambda: next(done) == number


BEGUN = 3  # after tidying up and claiming


@pytest.mark.parametrize(("after_all", "left"), [(True, State.SENDING), (False, State.CLAIMED)])
def test_what_was_begun_and_not_called_for_goes_out_soon(post, memory, clock, after_all, left):
    post.queue()
    with (
        commits(post.database.engine, the(BEGUN), after_all=after_all),
        pytest.raises(OperationalError),
    ):
        post.work()
    begun = post.state()
    clock.turn(seconds=11)
    post.work()
    assert (begun, memory.calls, post.state()) == (left, 1, State.ACCEPTED)


@pytest.mark.parametrize(("after_all", "left"), [(True, State.SENDING), (False, State.CLAIMED)])
def test_so_does_what_travels_together(post, clock, after_all, left):
    fake = FakeSendGrid()
    with fake.serving():
        post.providers = Providers(email=SendGrid("SG.key", "U <hello@unm.example>", fake.url, 10.0))
        queue(post, DIGEST, 30)
        failing = the(BEGUN + 1)  # after asking whether it may be called
        with (
            commits(post.database.engine, failing, after_all=after_all),
            pytest.raises(OperationalError),
        ):
            post.work()
        begun = counts(post)
        clock.turn(seconds=11)
        post.work()
    assert (begun, len(fake.letters), counts(post)) == ({left: 30}, 1, {State.ACCEPTED: 30})


def outages(post, provider):
    with post.database.read() as session:
        return session.get_one(ProviderPace, provider).failures


def test_a_refusal_that_was_written_after_all_counts_once(post, memory):
    memory.answers = [Temporary("it could not be reached", outage=True)]
    post.queue()
    with (
        commits(post.database.engine, the(BEGUN + 1), after_all=True),
        pytest.raises(OperationalError),
    ):
        post.work()
    post.work()
    assert (outages(post, "memory"), post.state(), post.row().tries) == (1, State.QUEUED, 1)


def test_so_does_one_of_what_travels_together(post):
    fake = FakeSendGrid()
    fake.troubles.append(error(503, "down"))
    with fake.serving():
        post.providers = Providers(email=SendGrid("SG.key", "U <hello@unm.example>", fake.url, 10.0))
        queue(post, DIGEST, 30)
        with (
            commits(post.database.engine, the(BEGUN + 2), after_all=True),
            pytest.raises(OperationalError),
        ):
            post.work()
        post.work()
    assert (outages(post, "sendgrid"), counts(post)) == (1, {State.QUEUED: 30})


def test_what_a_refused_text_did_not_cost_is_given_back_once(post, memory, clock):
    post.providers = Providers(email=memory, sms=memory, key=b"", sms_daily_cap=1000)
    post.queue(to=AMINA_BY_TEXT)
    post.work()
    post.queue(to=AMINA_BY_TEXT, subject="round 2")
    memory.answers = [Permanent("Twilio declined the text")]
    with (
        commits(post.database.engine, the(BEGUN + 1), after_all=True),
        pytest.raises(OperationalError),
    ):
        post.work()
    post.work()
    with post.database.read() as session:
        spent = session.get_one(ProviderPace, "memory").spent
    assert (post.state(1), post.state(2)) == (State.ACCEPTED, State.FAILED)
    assert spent == sms_text.cost(memory.took[0].text).segments
