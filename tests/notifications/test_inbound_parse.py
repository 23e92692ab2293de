"""Mail that people wrote to us, as SendGrid posts it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.keywords import Word, understand
from notifications.providers import inbound_parse

MAIL = {
    "headers": b"Message-ID: <abc@leeds.example>\nSubject: Re: Did you talk with Tom?\n",
    "from": b"Amina <amina@leeds.example>",
    "to": b"r.1.token@in.example",
    "envelope": b'{"to": ["r.1.token@in.example"], "from": "amina@leeds.example"}',
    "subject": b"Re: Did you talk with Tom?",
    "text": b"We met.\n> Hello",
    "charsets": b'{"text": "utf-8", "from": "UTF-8"}',
}


@pytest.mark.parametrize(
    "subject", ["Unsubscribe", "STOP", "Re: please take me off your list", "UNSUBSCRIBE!"]
)
@pytest.mark.parametrize("text", ["", "Tom Field\nHead of Waste\n", "> Did you talk?\n"])
def test_who_asks_in_the_subject_alone_is_stopped(subject, text):
    mail = inbound_parse.inbound(MAIL | {"subject": subject.encode(), "text": text.encode()})
    assert understand(mail.text).word is Word.STOP


@pytest.mark.parametrize(
    "subject", ["Re: Did you talk with Tom?", "Stop the clock: what we learned", "Re: End of round 3"]
)
def test_a_subject_that_says_something_else_stops_nobody(subject):
    mail = inbound_parse.inbound(MAIL | {"subject": subject.encode(), "text": b"We met."})
    assert mail.text == "We met."


@pytest.mark.parametrize("text", ["", "Sent from my iPad\n", "> Did you talk?\n"])
@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("Tom has died", "Tom has died"),
        ("yes we met", "yes we met"),
        ("Re: Did you talk with Tom?", ""),
        ("AW: RE: Did you talk with Tom?", ""),
        ("Fwd: Did you talk with Tom?", ""),
    ],
)
def test_what_is_said_above_an_empty_mail_is_heard(subject, said, text):
    mail = inbound_parse.inbound(MAIL | {"subject": subject.encode(), "text": text.encode()})
    assert mail.text == said


def test_a_subject_above_words_is_none_of_them():
    mail = inbound_parse.inbound(MAIL | {"subject": b"Bins", "text": b"We met."})
    assert mail.text == "We met."


def test_an_inbound_mail_is_read():
    mail = inbound_parse.inbound(MAIL)
    assert (mail.text, mail.sender, mail.to[0]) == (
        "We met.",
        "Amina <amina@leeds.example>",
        "r.1.token@in.example",
    )


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-8", "utf-16"])
def test_each_field_is_read_in_its_own_charset(charset):
    charsets = json.dumps({"text": charset}).encode()
    assert inbound_parse.inbound(MAIL | {"text": "Siân".encode(charset), "charsets": charsets}).text == "Siân"


@pytest.mark.parametrize(
    ("charset", "codec", "words"),
    [
        ("iso-8859-1", "cp1252", "It’s £5 – fine"),
        ("us-ascii", "utf-8", "It’s £5"),
        ("us-ascii", "cp1252", "It’s £5"),
        ("unknown-8bit", "cp1252", "It’s £5"),
        ("iso-8859-8-i", "iso-8859-8", "שלום"),
        ("windows-874", "cp874", "สวัสดี"),
        ("ks_c_5601-1987", "cp949", "똠방"),
        ("gb2312", "gb18030", "朱镕基"),
        ("big5", "big5hkscs", "嘅"),
    ],
)
def test_a_charset_is_what_mail_programs_take_it_for(charset, codec, words):
    charsets = json.dumps({"text": charset}).encode()
    assert inbound_parse.inbound(MAIL | {"text": words.encode(codec), "charsets": charsets}).text == words


@pytest.mark.parametrize("blank", ["", " ", "\r\n", "\u00a0\r\n", "\u200b\n"])
def test_a_blank_text_beside_html_hides_nothing(blank):
    html = b"<div>Met. We share vans now.</div>"
    mail = inbound_parse.inbound(MAIL | {"text": blank.encode(), "html": html})
    assert mail.text == "Met. We share vans now."


@pytest.mark.parametrize("charset", ["no-such-charset", "idna", "hex", "", "rot13"])
def test_a_strange_charset_loses_no_mail(charset):
    charsets = json.dumps({"text": charset}).encode()
    assert inbound_parse.inbound(MAIL | {"charsets": charsets}).text == "We met."


def test_a_mail_of_html_alone_is_read():
    fields = {name: raw for name, raw in MAIL.items() if name != "text"} | {"html": b"<p>We met.</p>"}
    assert inbound_parse.inbound(fields).text == "We met."


def test_an_out_of_office_is_known_by_its_header():
    headers = MAIL["headers"] + b"Auto-Submitted: auto-replied\n"
    assert inbound_parse.inbound(MAIL | {"headers": headers}).automatic


def test_a_mail_told_again_is_the_same_mail():
    assert inbound_parse.inbound(MAIL).source_id == inbound_parse.inbound(dict(MAIL)).source_id


def test_two_mails_are_two():
    other = MAIL | {"headers": b"Message-ID: <def@leeds.example>\n"}
    assert inbound_parse.inbound(MAIL).source_id != inbound_parse.inbound(other).source_id


@given(st.dictionaries(st.sampled_from(sorted(MAIL)), st.binary(max_size=60)))
def test_no_mail_is_an_error(fields):
    assert inbound_parse.inbound(fields).channel == "email"
