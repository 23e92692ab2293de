"""Who a letter is from and to, as a mail server and a mailbox read it in its headers."""

from dataclasses import replace
from email.header import decode_header, make_header
from email.message import Message
from email.parser import Parser
from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.providers.base import OutgoingEmail
from notifications.providers.smtp import MAIL_POLICY, letter_for

LETTER = OutgoingEmail(7, 1, "nudge", "jane@leeds.example", "Jane", "Meet Tom", "Hello", "<p>Hello</p>")
FROM = "hello@unm.example"
NAMES = [
    "Jane Smith", "Siân Rees, Swansea Council", "Dr. Siân Rees", "Łukasz Nowak [contractor]",
    "Siân <Head of IT>", "Môn: Gwynedd; Conwy", 'Jürgen "Jo" Müller, jo@example.org', "Siân (she/her)",
    "Smith, Jane" + " of the Department of Housing" * 3, "Rees, Siân" + " o’r Adran Dai" * 6,
]  # fmt: skip


def sent(name: str, sender: str = FROM) -> Message:
    """A letter as it arrives, headers as they stand in it."""
    letter = letter_for(replace(LETTER, name=name), sender).as_string(policy=MAIL_POLICY)
    return Parser().parsestr(letter)


def read(header: str) -> list[tuple[str, str]]:
    return [(str(make_header(decode_header(name))), address) for name, address in getaddresses([header])]


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_is_one_reader_whatever_they_are_called(name: str):
    assert read(sent(name)["To"]) == [(name, LETTER.to)]


@pytest.mark.parametrize("name", [name for name in NAMES if "<" not in name])
def test_a_sender_is_one_sender_whatever_it_is_called(name: str):
    assert read(sent("Jane", f"{name} <{FROM}>")["From"]) == [(name, FROM)]


@given(name=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), max_size=80))
@settings(deadline=None)
def test_no_name_changes_whom_a_letter_is_to(name: str):
    assert [address for _, address in read(sent(name)["To"])] == [LETTER.to]


@given(
    st.lists(
        st.sampled_from(["Meet", "Siân", "O’Neill,", "Łukasz", "Kirklees", "–", "Môn", "=?", "x" * 800]),
        min_size=1,
    )
)
@settings(deadline=None)
def test_a_subject_keeps_its_words_and_the_spaces_between_them(words: list[str]):
    letter = letter_for(replace(LETTER, subject=" ".join(words)), FROM).as_string(policy=MAIL_POLICY)
    subject = Parser().parsestr(letter)["Subject"].replace("\r\n", "").replace("\n", "")
    assert str(make_header(decode_header(subject))) == " ".join(words)


def test_no_name_adds_a_header():
    letter = sent("Jane\r\nBcc: tom@leeds.example")
    assert (letter["Bcc"], letter["Subject"]) == (None, "Meet Tom")


@pytest.mark.parametrize(
    "host", ["unm.example", "unmentoring.digital.a-rather-long-name-of-a-council.gov.example"]
)
def test_an_address_to_unsubscribe_at_is_one_whatever_its_length(host: str):
    there = f"<https://{host}/unsubscribe/{'aB3_-' * 10}>"
    headers = {"List-Unsubscribe": there, "List-Id": f"<councils-unmentoring.{host}>"}
    letter = letter_for(replace(LETTER, headers=headers), FROM).as_string(policy=MAIL_POLICY)
    assert [f"{name}: {value}" for name, value in headers.items()] == [
        line for line in letter.split("\r\n") if line.startswith("List-")
    ]


def test_without_a_name_an_address_stands_alone():
    assert sent("")["To"] == LETTER.to


def test_lines_are_no_longer_than_mail_servers_take():
    letter = letter_for(replace(LETTER, name="é" * 80), f"{'M' * 400} <{FROM}>").as_string(policy=MAIL_POLICY)
    assert max(map(len, letter.split("\r\n"))) <= 998
