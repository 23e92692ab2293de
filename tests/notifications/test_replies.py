from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications import outbox, replies, suppression
from notifications.messages import Channel, CheckIn, Named
from notifications.replies import Inbound, Understood, Word
from notifications.suppression import Why
from notifications.tables import Reply
from tests.support.letters import AMINA_BY_TEXT, CHECK_IN, COUNCILS, NOW, PAGE

KEY, REPLY_KEY = b"suppression key", b"reply key"
ASKED = CheckIn(COUNCILS, (Named("p2", "Tom Field"),), CHECK_IN, PAGE)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("STOP", Word.STOP),
        (" stop. ", Word.STOP),
        ("Unsubscribe", Word.STOP),
        ("Stop texting me please", Word.STOP),
        ("please stop", Word.STOP),
        ("START", Word.START),
        ("Yes!", Word.YES),
        ("Couldn’t", Word.COULD_NOT),
        ("JOIN councils", Word.JOIN),
        ("join: Leeds-2026!", Word.JOIN),
        ("Join us on Tuesdays", Word.LEARNING),
        ("help", Word.HELP),
        ("Met", Word.MET),
        ("We met :)", Word.MET),
        ("Skip this one", Word.SKIP),
        ("Stop by the library, they taught me a lot", Word.LEARNING),
        ("The end of the queue is where people talk", Word.LEARNING),
        ("I never met anyone who knew so much about bins", Word.LEARNING),
        ("Yes we should share vans", Word.LEARNING),
        ("مرحبا", Word.LEARNING),
        ("👍👍", Word.NOTHING),
        ("", Word.NOTHING),
        (" \n ", Word.NOTHING),
        ("…", Word.NOTHING),
    ],
)
def test_a_reply_is_understood(said, word):
    assert replies.understand(said).word == word


@pytest.mark.parametrize(
    "said", ["Met. We share vans now", "met, We share vans now", "We met - We share vans now"]
)
def test_met_and_what_was_learned_are_told_apart(said):
    assert replies.understand(said) == Understood(Word.MET, "We share vans now")


def test_a_learning_keeps_its_words():
    assert replies.understand("Ask the\n crews first!").learning == "Ask the crews first!"


@given(st.text())
def test_whatever_is_said_is_understood_somehow(said):
    assert replies.understand(said).word in Word


MAILS = {
    "gmail": "We met.\n\nOn Tue, 1 Dec 2026 at 09:00, Unmentoring <r@in.example> wrote:\n\n> Hello\n",
    "folded": "We met.\n\nOn Tue, 1 Dec 2026 at 09:00, Unmentoring\n<r.1.x@in.example> wrote:\n\n> Hello\n",
    "outlook": "We met.\r\n\r\n____________________________\r\nFrom: Unmentoring <x@y>\r\n",
    "old outlook": "We met.\n\n-----Original Message-----\nFrom: Unmentoring\n",
    "signature": "We met.\n-- \nAmina Shah\nLeeds City Council\n",
    "phone": "We met.\n\nSent from my iPhone\n\n> On 1 Dec 2026, at 09:00, Unmentoring wrote:\n",
    "quoted first": "> Did you talk with Tom?\n\nWe met.\n",
}


@pytest.mark.parametrize("mail", MAILS.values(), ids=MAILS)
def test_quotes_and_signatures_are_dropped(mail):
    assert replies.own_words(mail) == "We met."


def test_a_learning_of_several_paragraphs_is_kept_whole():
    said = "We met.\n\nOn Mondays they share vans.\nFrom now on we will too."
    assert replies.own_words(said) == said


def test_a_mail_of_html_alone_is_read():
    mail = "<div>We met &amp; talked.<br>Vans!</div><div class='x'></div><blockquote>Hello</blockquote>"
    assert replies.words_of_html(mail) == "We met & talked.\nVans!"


def test_scripts_in_a_mail_are_no_words():
    assert replies.words_of_html("<script>alert(1)</script><p>Hi</p>") == "Hi"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"X-Autoreply": "yes"},
        {"Precedence": "bulk"},
        {"Subject": "Automatic reply: Did you talk with Tom?"},
        {"Content-Type": "text/calendar; method=REPLY"},
        {"Return-Path": "<>"},
    ],
    ids=str,
)
def test_what_a_machine_wrote_is_known(headers):
    assert replies.is_automatic(headers)


def test_what_a_person_wrote_is_not_taken_for_a_machines():
    assert not replies.is_automatic({"Subject": "Re: Did you talk with Tom?", "Auto-Submitted": "no"})


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


def test_stop_by_email_stops_the_address_we_wrote_to(asked):
    take(asked, mail("unsubscribe", sender="someone.else@leeds.example"))
    with asked.database.read() as session:
        assert suppression.suppressed(session, Channel.EMAIL, "amina@leeds.example", key=KEY)


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
