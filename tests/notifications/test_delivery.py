from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from notifications import delivery, outbox, progress, sending, suppression
from notifications.delivery import Providers
from notifications.errors import Permanent, Temporary, Uncertain
from notifications.messages import Channel, Erased, Link, SignIn
from notifications.providers.base import OutgoingEmail, OutgoingText
from notifications.suppression import Why
from notifications.tables import OutboxMessage, State
from tests.support.letters import (
    AMINA,
    AMINA_BY_TEXT,
    COUNCILS,
    NOW,
    TOM,
    introduction,
    links,
)


def test_a_due_message_is_accepted_with_the_providers_id(post):
    post.queue()
    post.work()
    row = post.row()
    assert (row.state, row.provider, row.provider_id) == (State.ACCEPTED, "memory", "m1")


def test_an_email_carries_our_id_and_attempt(post, memory):
    post.queue()
    post.work()
    assert (memory.took[0].id, memory.took[0].attempt) == (1, 1)


def test_an_address_in_another_alphabet_goes_out_as_mail_servers_take_it(post, memory):
    there = replace(TOM, email="tom@bücher.example")
    post.queue(introduction(there), to=replace(AMINA, email="amina@bücher.example"))
    post.work()
    (letter,) = memory.took
    assert (letter.to, letter.reply_to) == ("amina@xn--bcher-kva.example", "tom@xn--bcher-kva.example")


def test_nothing_is_sent_before_it_is_due(post, memory, clock):
    post.queue(due=NOW + timedelta(hours=1))
    post.work()
    assert memory.calls == 0


def test_working_twice_sends_once(post, memory):
    post.queue()
    post.work()
    assert (post.work().idle, len(memory.took)) == (True, 1)


def test_a_text_goes_out_as_a_text(post, memory):
    post.queue(to=AMINA_BY_TEXT)
    post.work()
    assert isinstance(memory.took[0], OutgoingText)


def test_the_database_is_not_held_during_the_call(post, memory):
    class Nosy(type(memory)):
        def send(self, outgoing):
            with post.database.write() as session:  # on SQLite this would wait for ever
                seen.append(progress.counts(session))
            return super().send(outgoing)

    seen = []
    post.providers = Providers(email=Nosy())
    post.queue()
    post.work()
    assert seen == [{State.SENDING: 1}]


def test_a_refusal_is_tried_again_later(post, memory, clock):
    memory.answers = [Temporary("mailbox busy")]
    post.queue()
    post.work()
    first = post.state()
    clock.turn(seconds=31)
    post.work()
    assert (first, post.state()) == (State.QUEUED, State.ACCEPTED)


def test_a_refused_message_does_not_go_round_and_round_at_once(post, memory):
    memory.always = Temporary("mailbox busy")
    post.queue()
    post.work()
    post.work()
    assert memory.calls == 1


def test_a_temporary_refusal_is_never_given_up_before_the_deadline(post, memory, clock):
    memory.always = Temporary("mailbox busy")
    post.queue()
    for _ in range(48):
        post.work()
        clock.turn(minutes=30)
    memory.always = None
    post.work()
    assert post.state() == State.ACCEPTED


def test_what_a_provider_says_to_try_twice_is_given_up_after_twice(post, memory, clock):
    memory.always = Temporary("unknown error", tries=2)
    post.queue()
    for _ in range(3):
        post.work()
        clock.turn(minutes=10)
    assert (memory.calls, post.state()) == (2, State.FAILED)


def test_a_permanent_refusal_ends_it_with_the_reason(post, memory):
    memory.answers = [Permanent("no such mailbox", "550")]
    post.queue()
    post.work()
    assert (post.state(), post.row().reason) == (State.FAILED, "no such mailbox (550)")


def test_a_bad_number_falls_back_to_email_in_the_same_row(post, memory):
    memory.answers = [Permanent("not a mobile number", fall_back=Channel.EMAIL)]
    post.queue(to=AMINA_BY_TEXT)
    post.work()
    post.work()
    assert (post.state(), post.row().channel, memory.took[0].to) == (
        "accepted",
        "email",
        "amina@leeds.example",
    )


def test_a_bad_number_without_an_email_is_a_failure(post, memory):
    memory.answers = [Permanent("not a mobile number", fall_back=Channel.EMAIL)]
    post.queue(to=AMINA_BY_TEXT.__class__("p1", "Amina", Channel.SMS, phone="+447700900111"))
    post.work()
    assert post.state() == State.FAILED


def test_being_cut_off_leaves_the_message_uncertain(post, memory):
    memory.answers = [Uncertain("no answer in time")]
    post.queue()
    post.work()
    assert post.state() == State.UNCERTAIN


def test_an_uncertain_message_is_not_sent_again_by_the_next_pass(post, memory, clock):
    memory.answers = [Uncertain("no answer in time")]
    post.queue()
    post.work()
    clock.turn(hours=1)
    post.work()
    assert memory.calls == 1


def test_a_fault_of_the_adapters_counts_as_cut_off(post, memory):
    memory.answers = [KeyError("sid")]
    post.queue()
    post.work()
    assert (post.state(), post.row().reason) == (State.UNCERTAIN, "our own error: KeyError")


def spoil(post, message_id):
    with post.database.write() as session:
        session.get(OutboxMessage, message_id).payload = '{"not": "an introduction"}'


def test_a_message_we_cannot_read_is_parked_after_five_tries(post, clock):
    spoil(post, post.queue())
    for _ in range(6):
        post.work()
        clock.turn(minutes=6)
    assert (post.state(), post.row().attempt) == (State.PARKED, 5)


def test_a_poisoned_message_does_not_hold_up_the_rest(post, memory):
    spoil(post, post.queue(subject="bad"))
    post.queue(subject="good")
    post.work()
    assert [each.id for each in memory.took] == [2]


def test_an_introduction_is_not_sent_after_its_round(post, memory, clock):
    post.queue(introduction(until=date(2026, 12, 24)))
    clock.turn(days=24)
    post.work()
    assert (memory.calls, post.state()) == (0, State.EXPIRED)


def test_an_introduction_is_still_sent_on_the_last_evening(post, memory, clock):
    post.queue(introduction(until=date(2026, 12, 24)))
    clock.turn(days=23, hours=14)
    post.work()
    assert len(memory.took) == 1


def test_a_dead_worker_that_had_not_begun_loses_nothing(post, memory, clock):
    post.queue()
    with post.database.write() as session:
        delivery._claim(session, clock(), 10, list(Channel))
    clock.turn(minutes=6)
    post.work()
    assert len(memory.took) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_tidying_up_waits_for_nobody(post, clock):
    post.queue()
    post.queue(subject="round 2")
    with post.database.write() as session:
        delivery._claim(session, clock(), 10, list(Channel))
    clock.turn(minutes=6)
    with post.database.write() as somebody, post.database.write() as session:
        somebody.get_one(OutboxMessage, 1).tries = 1
        somebody.flush()
        session.execute(text("SET LOCAL lock_timeout = '5s'"))
        changed = delivery.tidy(session, clock())
    assert changed == 1


def test_a_worker_that_died_while_sending_leaves_it_uncertain(post, memory, clock):
    class Dies(type(memory)):
        def send(self, outgoing):
            raise SystemExit

    post.providers = Providers(email=Dies())
    post.queue()
    with pytest.raises(SystemExit):
        post.work()
    clock.turn(minutes=6)
    post.providers = Providers(email=memory)
    post.work()
    assert (memory.calls, post.state()) == (0, State.UNCERTAIN)


def test_what_was_cut_off_and_then_erased_is_nobodys_doubt_any_more(post, memory, clock):
    class Dies(type(memory)):
        def send(self, outgoing):
            with post.database.write() as session:
                outbox.forget(session, "p1")
            raise SystemExit

    post.providers = Providers(email=Dies())
    post.queue()
    with pytest.raises(SystemExit):
        post.work()
    clock.turn(minutes=6)
    post.work()
    assert post.state() == State.FAILED


def slow_worker(post, memory, clock, meanwhile):
    """A worker whose call takes so long that something else happens to its message."""

    class Slow(type(memory)):
        def send(self, outgoing):
            meanwhile()
            return super().send(outgoing)

    post.providers = Providers(email=Slow())
    post.queue()
    post.work()


def test_a_slow_workers_acceptance_settles_what_was_thought_uncertain(post, memory, clock):
    def thought_dead():
        clock.turn(minutes=3)
        with post.database.write() as session:
            delivery.tidy(session, clock())

    slow_worker(post, memory, clock, thought_dead)
    assert post.state() == State.ACCEPTED


def test_a_slow_worker_cannot_overwrite_the_one_that_took_its_place(post, memory, clock):
    def taken_over():
        with post.database.write() as session:
            row = session.get(OutboxMessage, 1)
            row.attempt, row.state, row.reason = 2, State.FAILED, "no such mailbox"

    slow_worker(post, memory, clock, taken_over)
    assert (post.state(), post.row().provider_id) == (State.FAILED, None)


def test_a_worker_stopped_before_its_call_gives_the_message_back(post, memory, clock):
    class Stopped(type(clock)):
        def __call__(self):
            # The commit of `sending` reads the clock last; the check before the call reads it next.
            with post.database.read() as session:
                if progress.counts(session).get(State.SENDING):
                    self.now += timedelta(minutes=3)
            return self.now

    post.queue()
    post.clock = Stopped(clock.now)
    post.work()
    assert (memory.calls, post.state()) == (0, State.QUEUED)


def test_an_event_that_overtakes_the_answer_is_not_overwritten(post, memory, clock):
    def delivered():
        with post.database.write() as session:
            session.get(OutboxMessage, 1).state = State.DELIVERED

    slow_worker(post, memory, clock, delivered)
    assert (post.state(), post.row().provider_id) == (State.DELIVERED, "m1")


def test_who_is_erased_while_a_worker_writes_to_them_leaves_no_word_behind(post, memory, clock):
    def erased():
        with post.database.write() as session:
            outbox.forget(session, "p1")

    slow_worker(post, memory, clock, erased)
    row = post.row()
    assert (row.payload, row.name, row.email, row.phone, row.address_key) == (None,) * 5


def stop(post, channel, address, why):
    with post.database.write() as session:
        return suppression.suppress(session, channel, address, why, key=b"suppression key", now=NOW)


def test_what_waits_is_not_sent_after_a_stop(post, memory):
    post.queue(to=AMINA_BY_TEXT)
    stop(post, Channel.SMS, "+447700900111", Why.STOP)
    post.work()
    assert (memory.calls, post.state()) == (0, State.SUPPRESSED)


def test_what_is_queued_after_an_unsubscribe_is_not_sent(post, memory):
    stop(post, Channel.EMAIL, "AMINA@leeds.example", Why.UNSUBSCRIBED)
    post.queue()
    post.work()
    assert (memory.calls, post.row().reason) == (0, "unsubscribed")


def test_a_stop_while_a_worker_holds_the_message_still_counts(post, memory, clock):
    post.queue(to=AMINA_BY_TEXT)
    with post.database.write() as session:
        jobs = delivery._claim(session, clock(), 10, list(Channel))
    stop(post, Channel.SMS, "+447700900111", Why.STOP)
    worker = sending.Worker(post.database.write, post.providers, links, clock, post._pass_time)
    delivery._deliver(jobs, worker)
    assert memory.calls == 0


def test_a_link_somebody_asks_for_reaches_them_although_they_unsubscribed(post, memory):
    stop(post, Channel.EMAIL, "amina@leeds.example", Why.UNSUBSCRIBED)
    post.queue(SignIn(Link("sign-in", 1)))
    post.work()
    assert len(memory.took) == 1


def test_stopping_texts_does_not_stop_emails(post, memory):
    stop(post, Channel.SMS, "+447700900111", Why.STOP)
    post.queue()
    post.work()
    assert isinstance(memory.took[0], OutgoingEmail)


def test_a_lifted_suppression_lets_messages_through_again(post, memory):
    stop(post, Channel.EMAIL, "amina@leeds.example", Why.UNSUBSCRIBED)
    with post.database.write() as session:
        suppression.lift(session, Channel.EMAIL, "amina@leeds.example", key=b"suppression key")
    post.queue()
    post.work()
    assert len(memory.took) == 1


def test_the_suppression_list_names_nobody(post):
    stop(post, Channel.EMAIL, "amina@leeds.example", Why.UNSUBSCRIBED)
    with post.database.read() as session:
        found = suppression.suppressed(session, Channel.EMAIL, "amina@leeds.example", key=b"suppression key")
        assert "amina" not in str(found.model_dump())


def test_a_provider_that_says_stop_puts_the_number_on_the_list(post, memory):
    memory.answers = [Permanent("they replied STOP", "21610", suppress=True)]
    post.queue(to=AMINA_BY_TEXT)
    post.queue(to=AMINA_BY_TEXT, subject="round 2", due=NOW + timedelta(days=1))
    post.work()
    assert [post.state(1), post.state(2)] == [State.SUPPRESSED, State.SUPPRESSED]


def test_a_secret_is_blanked_as_soon_as_a_provider_has_it(post):
    post.queue(SignIn(Link("sign-in", 1)))
    post.work()
    assert (post.row().payload, post.row().email) == (None, None)


def test_the_last_message_to_an_erased_person_takes_their_address_with_it(post, memory):
    post.queue(Erased(COUNCILS))
    post.work()
    assert (len(memory.took), post.row().email) == (1, None)


def test_bad_credentials_burn_no_message(post, memory):
    memory.always = Temporary("the key is refused", "401", stop=True)
    post.queue(subject="1")
    post.queue(subject="2")
    post.work()
    assert (memory.calls, post.row(1).tries, post.state(1), post.state(2)) == (1, 0, "queued", "queued")


def test_nobody_outside_the_allowlist_is_really_written_to(post, memory):
    post.providers = Providers(email=memory, allowlist=frozenset({"tester@example.org"}))
    post.queue()
    post.work()
    assert (memory.calls, post.row().provider) == (0, "local")


def test_a_text_that_nothing_carries_is_parked_with_the_reason(post, memory):
    post.providers = Providers(email=memory)
    post.queue(to=replace(AMINA_BY_TEXT, email=None))
    post.work()
    assert (post.state(), post.row().reason) == (State.PARKED, "nothing carries sms here")


def test_where_texts_were_given_up_whoever_wanted_them_is_written_to_by_email(post, memory):
    """They chose texts while there were some."""
    post.providers = Providers(email=memory)
    post.queue(to=AMINA_BY_TEXT)
    while post.work().taken:
        pass
    assert ([each.to for each in memory.took], post.state()) == (["amina@leeds.example"], State.ACCEPTED)


def test_replies_to_a_check_in_come_back_to_us(post, memory):
    from tests.support.letters import everything

    post.providers = Providers(email=memory, reply_to=lambda id_, person: f"r{id_}-{person}@in.example")
    post.queue(next(each for each in everything() if each.kind == "check_in"))
    post.work()
    assert memory.took[0].reply_to == "r1-p1@in.example"


def test_no_log_line_names_an_address(post, caplog):
    caplog.set_level("INFO", "notifications")
    post.queue()
    spoil(post, post.queue(subject="bad"))
    post.work()
    assert caplog.text
    assert "amina" not in caplog.text.casefold()


def test_amina_is_the_reader(post, memory):
    post.queue(to=AMINA)
    post.work()
    assert memory.took[0].to == "amina@leeds.example"


def test_what_a_dead_worker_had_claimed_goes_out_within_eleven_seconds(post, memory, clock):
    post.queue()
    with post.database.write() as session:
        delivery._claim(session, clock.now, 10, [Channel.EMAIL])
    clock.turn(seconds=11)
    post.work()
    assert len(memory.took) == 1
