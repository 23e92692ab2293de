"""An organiser's own words: places filled in, never run, and escaped like any other text."""

from dataclasses import replace

import pytest
from markupsafe import Markup

from notifications import render, wording
from notifications.messages import Channel, HeadsUp, Recipient
from notifications.wording import PARTS, BadWording
from tests.support.letters import COUNCILS, everything, links
from tests.support.world import START

AMINA = Recipient("a", "Amina Yusuf", Channel.EMAIL, email="amina@example.org", phone="+447700900123")


def heads_up(channel: Channel = Channel.EMAIL, **words: str) -> render.Rendered:
    sample = next(each for each in everything() if isinstance(each, HeadsUp))
    own = replace(sample, programme=replace(COUNCILS, wording=tuple(words.items())))
    return render.render(own, replace(AMINA, channel=channel), links, START)


@pytest.mark.parametrize("kind", PARTS)
def test_our_own_words_pass_their_own_check(kind: str) -> None:
    for part in PARTS[kind]:
        wording.check(part, part.ours)
    assert len({part.name for part in PARTS[kind]}) == len(PARTS[kind])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write something"),
        ("You are in", "{day} is missing"),
        ("{day} {date}", "Nothing can stand for {date} here. You may use {day}, {programme}"),
        ("{day} {", "is no place"),
        ("{day} }", "is no place"),
        ("{{day}}", "is no place"),
        ("{day.__class__}", "is no place"),
        ("{day!r}", "is no place"),
        ("{day}" + "x" * 90, "Use at most 90 letters"),
    ],
)
def test_a_text_that_cannot_be_is_refused_and_says_why(text: str, said: str) -> None:
    with pytest.raises(BadWording) as refused:
        wording.check(wording.part("heads_up", "subject"), text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"), [("{day}: see https://a.example", "one link"), ("{day} 🎉", "cost twice as much")]
)
def test_a_text_message_has_no_second_link_and_no_emoji(text: str, said: str) -> None:
    with pytest.raises(BadWording, match=said):
        wording.check(wording.part("heads_up", "text"), text)


def test_own_words_stand_in_subject_letter_and_text() -> None:
    mail = heads_up(subject="Ready for {day}?", opening="Kettle on: {day}.\nBring a friend.")
    sms = heads_up(Channel.SMS, text="kettle on for {day}.").sms or ""
    assert mail.subject == "Ready for Thursday 3 December?"
    assert "Kettle on: Thursday 3 December.\n\nBring a friend." in mail.text
    assert sms.startswith("Councils Unmentoring: kettle on for Thursday 3 December.")


def test_nothing_in_own_words_is_html_or_runs() -> None:
    mail = heads_up(opening="<script>alert(1)</script> {day} {{ 7 * 7 }} {% raw %}")
    assert ("<script>" in mail.html, "49" in mail.text, "{{ 7 * 7 }}" in mail.text) == (False, False, True)
    assert "&lt;script&gt;" in mail.html
    assert "<strong>Thursday 3 December</strong>" in mail.html


def test_a_subject_stays_one_line() -> None:
    assert (
        heads_up(subject="{day}\r\nBcc: all@example.org").subject
        == "Thursday 3 December Bcc: all@example.org"
    )


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    assert wording.fill("{a} {b}", {"a": "{b}", "b": "x"}) == "{b} x"


def test_markup_among_the_facts_escapes_the_rest() -> None:
    assert wording.fill("<i> {a}", {"a": Markup("<b>")}) == "&lt;i&gt; <b>"
