from datetime import timedelta

import pytest

from notifications import outbox, replies, suppression
from notifications.keywords import Word
from notifications.messages import Channel, CheckIn, Named
from notifications.replies import Inbound
from notifications.suppression import Why
from notifications.tables import Reply
from tests.support.letters import AMINA_BY_TEXT, CHECK_IN, COUNCILS, NOW, PAGE

KEY, REPLY_KEY = b"suppression key", b"reply key"
ASKED = CheckIn(COUNCILS, (Named("p2", "Tom Field"),), CHECK_IN, PAGE)


@pytest.fixture
def asked(post):
    """Amina has been asked, by email, whether she met Tom."""
    post.queue(ASKED, round="r1")
    post.work()
    return post


def address(message_id=1, person="p1", key=REPLY_KEY):
    return replies.reply_address(message_id, person, key=key, domain="in.example")


def mail(text="We met.", to=None, source="m1", sender="amina@leeds.example", **facts):
    return Inbound(Channel.EMAIL, source, sender, text, (to or address(),), **facts)


def sms(text, source="SM1", sender="+447700900111"):
    return Inbound(Channel.SMS, source, sender, text)


def take(post, inbound, who=lambda channel, address: None, keys=(REPLY_KEY,)):
    with post.database.write() as session:
        return replies.take(session, inbound, who=who, reply_keys=keys, key=KEY, now=NOW)


def knows(channel, address):
    return {"+447700900111": "p1"}.get(address)


def test_an_answer_finds_its_message_and_its_person(asked):
    answer = take(asked, mail("We share vans now."))
    assert (answer.person, answer.message.id, answer.learning) == ("p1", 1, "We share vans now.")


def test_an_answer_is_found_whatever_the_case_of_its_address(asked):
    assert take(asked, mail(to=f"Unmentoring <{address().upper()}>")).person == "p1"


def test_an_answer_under_the_old_key_is_still_found(asked):
    assert take(asked, mail(to=address(key=b"old")), keys=(REPLY_KEY, b"old")).person == "p1"


@pytest.mark.parametrize(
    "forged", [address(message_id=2), address(person="p2"), address(key=b"?"), "r.1.x@in.example"]
)
def test_a_forged_token_finds_nobody(asked, forged):
    assert take(asked, mail(to=forged)).person is None


def test_what_nobody_can_be_found_for_is_kept_all_the_same(asked):
    answer = take(asked, mail("Hello?", to="hello@in.example"))
    with asked.database.read() as session:
        assert (session.get(Reply, answer.reply_id).text, answer.person) == ("Hello?", None)


def test_a_sender_alone_is_no_proof(asked):
    answer = take(asked, mail(to="hello@in.example"), who=lambda channel, address: "p1")
    assert (answer.person, answer.certain) == ("p1", False)


def test_the_same_reply_told_twice_is_taken_once(asked):
    assert [take(asked, mail()) is None, take(asked, mail()) is None] == [False, True]


def test_an_out_of_office_is_kept_and_means_nothing(asked):
    assert take(asked, mail("I am away. STOP", automatic=True)).word == Word.NOTHING


def test_a_text_from_a_verified_number_answers_the_newest_message(post):
    post.queue(ASKED, to=AMINA_BY_TEXT, round="r1")
    post.work()
    answer = take(post, sms("Met"), who=knows)
    assert (answer.person, answer.message.round, answer.word) == ("p1", "r1", Word.MET)


def test_a_text_from_a_stranger_belongs_to_nobody(asked):
    answer = take(asked, sms("Met", sender="+447700900999"), who=knows)
    assert (answer.person, answer.message) == (None, None)


def test_stop_stops_a_strangers_number_too(asked):
    take(asked, sms("STOP", sender="+447700900999"))
    with asked.database.read() as session:
        assert suppression.suppressed(session, Channel.SMS, "+447700900999", key=KEY).reason == Why.STOP


def test_start_undoes_stop(asked):
    take(asked, sms("STOP"))
    take(asked, sms("START", source="SM2"))
    with asked.database.read() as session:
        assert suppression.suppressed(session, Channel.SMS, "+447700900111", key=KEY) is None


@pytest.mark.parametrize(
    "name",
    [
        "Amina Shah",
        "Shah, Amína",
        '"Shah, Amína"',
        "[EXTERNAL] Amina",
        "Amina (she/her); IT",
        "<tom@leeds.example>",
    ],
)
def test_stop_by_email_stops_the_address_we_wrote_to(asked, name):
    take(asked, mail("unsubscribe", sender=f"{name} <Amina@leeds.example>"))
    with asked.database.read() as session:
        assert suppression.suppressed(session, Channel.EMAIL, "amina@leeds.example", key=KEY)


def test_stop_from_somebody_the_letter_was_passed_on_to_stops_nobody(asked):
    take(asked, mail("unsubscribe", sender="someone.else@leeds.example"))
    with asked.database.read() as session:
        assert not suppression.suppressed(session, Channel.EMAIL, "amina@leeds.example", key=KEY)


def test_an_email_without_our_token_stops_nobody(asked):
    take(asked, mail("STOP", to="hello@in.example"))
    with asked.database.read() as session:
        assert suppression.suppressed(session, Channel.EMAIL, "amina@leeds.example", key=KEY) is None


@pytest.mark.parametrize(
    "text",
    [
        "x" * 200_000,
        "😀" * 1600,
        "a\x00b",
        "\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    ],
)
def test_strange_texts_are_kept_without_harm(asked, text):
    assert take(asked, sms(text)) is not None


def test_what_somebody_wrote_goes_with_them(asked):
    answer = take(asked, mail())
    with asked.database.write() as session:
        outbox.forget(session, "p1")
    with asked.database.read() as session:
        assert session.get(Reply, answer.reply_id) is None


def test_a_very_old_message_is_not_what_a_text_answers(post, clock):
    clock.turn(days=-60)
    post.queue(ASKED, to=AMINA_BY_TEXT, round="r1")
    post.work()
    clock.turn(days=60)
    assert clock.now - NOW == timedelta()
    assert take(post, sms("Met"), who=knows).message is None
