from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from notifications import origins, outbox, receipts
from notifications.origins import Origins
from notifications.providers import notify, sendgrid, twilio
from notifications.providers.base import OutgoingText
from notifications.providers.smtp import letter_for
from notifications.receipts import Event, What
from notifications.tables import State
from tests.notifications.test_providers import LETTER
from tests.support.fake_sendgrid import report
from tests.support.letters import NOW

TEXT = OutgoingText(7, 2, "nudge", "+447700900111", "Unmentoring: hello", "b2")


def begin(post, name):
    with post.database.write() as session:
        origins.begin(session, name, NOW)


def take(post, what, message_id, attempt=1, origin=""):
    told = Event("memory", f"{what} {message_id} {origin}", what, NOW, message_id, attempt, origin=origin)
    with post.database.write() as session:
        receipts.take(session, [told], key=b"suppression key", now=NOW)


@pytest.mark.parametrize(("message_id", "name"), [(1, ""), (9, ""), (10, "a1"), (19, "a1"), (20, "b2")])
def test_a_message_keeps_the_origin_it_was_made_under(message_id, name):
    assert Origins([10, 20], ["a1", "b2"]).of(message_id) == name


def test_ids_move_on_to_where_none_was_given_out(post):
    post.queue()
    begin(post, "a1")
    later = post.queue(subject="round 2")
    assert later == 1 + origins.STRIDE + 1


def test_ids_move_on_where_there_was_no_message_yet(post):
    begin(post, "a1")
    assert post.queue() == origins.STRIDE + 1


def test_a_letter_carries_the_origin_of_its_id(post, memory):
    post.queue()
    begin(post, "a1")
    post.queue(subject="round 2")
    post.work()
    assert [letter.origin for letter in memory.took] == ["", "a1"]


def test_what_is_told_of_a_message_from_before_a_restore_still_finds_it(post):
    post.queue()
    post.work()
    begin(post, "a1")
    take(post, What.DELIVERED, 1)
    assert post.state() == State.DELIVERED


@pytest.mark.parametrize("origin", ["", "zz"])
def test_what_is_told_of_another_installations_message_changes_none_of_ours(post, origin):
    begin(post, "a1")
    ours = post.queue()
    post.work()
    take(post, What.FAILED, ours, origin=origin)
    assert post.state(ours) == State.ACCEPTED


def test_what_waits_in_a_restored_database_and_has_gone_out_is_known_by_what_is_told_of_it(post):
    post.queue()
    with post.database.write() as session:
        outbox.hold(session, reason="restored from a backup", now=NOW)
    begin(post, "a1")
    take(post, What.DELIVERED, 1, attempt=1)
    assert post.state() == State.DELIVERED


def test_the_message_id_is_of_the_origin_and_says_nothing_else():
    letter = letter_for(replace(LETTER, origin="a1"), "Unmentoring <hello@unm.example>")
    assert letter["Message-ID"] == "<a1.7@unm.example>"


def test_a_letter_is_dated():
    letter = letter_for(replace(LETTER, date=NOW), "Unmentoring <hello@unm.example>")
    assert letter["Date"] == "Tue, 01 Dec 2026 09:00:00 +0000"


def test_sendgrid_gives_the_origin_back():
    request = sendgrid.request_for(replace(LETTER, origin="a1"), "hello@unm.example")
    args = request["personalizations"][0]["custom_args"]
    (told,) = sendgrid.events(report({"event": "delivered", "sg_event_id": "e", **args}), NOW)
    assert (told.origin, told.message_id, told.attempt) == ("a1", 7, 2)


def test_twilio_gives_the_origin_back():
    ours = dict(parse_qsl(urlsplit(twilio.callback_for("https://unm.example/status", TEXT)).query))
    told = twilio.event(ours, {"MessageSid": "SM1", "MessageStatus": "delivered"}, NOW)
    assert (told.origin, told.message_id, told.attempt) == ("b2", 7, 2)


@pytest.mark.parametrize("origin", ["", "a1", "123456", "abc"])
def test_notify_gives_the_origin_back(origin):
    known_as = notify.reference(replace(TEXT, origin=origin))
    body = f'{{"id": "n1", "reference": "{known_as}", "status": "delivered"}}'.encode()
    told = notify.event(body, NOW)
    assert (told.origin, told.message_id, told.attempt) == (origin, 7, 2)


def test_a_programme_is_a_list_of_mail(post, memory):
    post.providers = replace(post.providers, lists="unm.example")
    post.queue(programme="councils")
    post.work()
    assert memory.took[0].headers["List-Id"] == "<councils.unm.example>"
