"""Whatever strangers write is read in the time of its letters: a letter of 50,000, a form of 64 kB.

Each of these took from seconds to minutes, and whoever sent a few of them kept everybody else waiting.
"""

import time
from collections.abc import Callable

import pytest

from notifications import grief, keywords, news, quotations, secrets
from notifications.providers import inbound_parse

ENOUGH = 2.0  # seconds of computing; each is done in a fifth of one
A_MAIL, A_REPLY, A_FORM = quotations.LONGEST_READ, 5_000, 64 * 1024
A_SECRET = "r.1." + "a" * 26


def raw(field: str) -> dict[str, bytes]:
    value = ("stop " * A_FORM)[:A_FORM]
    return {"email": f"{field}: {value}\r\n\r\nWe met.".encode()}


SLOW: dict[str, Callable[[], object]] = {
    "secrets in one piece": lambda: secrets.without((A_SECRET * A_FORM)[:A_FORM]),
    "STOP above blank lines": lambda: keywords.says_more_than_stop("STOP" + "\n" * A_MAIL + "y"),
    "courtesies in a mail": lambda: keywords.understand("x" + "hi " * (A_MAIL // 3) + "y"),
    "courtesies beside STOP": lambda: keywords.says_more_than_stop("x" + "hi " * (A_MAIL // 3) + "y"),
    "a name again and again": lambda: grief.heard("Sam Hill " * 60, ["Sam Hill"], ["Ann Lee"]),
    "signs, private": lambda: news.is_private("x" + "!" * A_REPLY + "y"),
    "signs, news": lambda: news.is_news("x" + "- " * A_REPLY + "y"),
    "blanks": lambda: news.has_already_met("x" + " " * A_REPLY + "y"),
    "a mail of signatures": lambda: quotations.own_words("We met.\n\n" + "Sam Hill\n\n" * (A_MAIL // 10)),
    "a raw mail to many": lambda: inbound_parse.inbound(raw("To")),
    "a raw mail from many": lambda: inbound_parse.inbound(raw("From")),
    "a raw mail of many kinds": lambda: inbound_parse.inbound(raw("Content-Type")),
}


@pytest.mark.parametrize("read", SLOW.values(), ids=SLOW)
def test_it_is_read_at_once(read: Callable[[], object]) -> None:
    began = time.process_time()
    read()
    assert time.process_time() - began < ENOUGH


@pytest.mark.parametrize("said", ["Sam Hill has died", "Sam, Sam Hill has died", "Sam Sam has sadly died"])
def test_a_death_is_heard_behind_a_name_that_is_said_twice(said: str) -> None:
    assert grief.heard(said, ["Sam Hill"], ["Ann Lee"]) is grief.Grief.READER_DIED


def test_each_secret_in_one_piece_is_taken_out_with_it() -> None:
    assert secrets.without(f"Look: {A_SECRET}{A_SECRET} and {A_SECRET}") == "Look: and"


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n \n\n  "])
def test_a_name_below_a_stop_says_no_more(between: str) -> None:
    assert not keywords.says_more_than_stop(f"STOP{between}Kind regards\nSam Hill, Leeds")


def test_a_row_of_signs_hides_no_wish() -> None:
    assert news.is_private(f"We share vans. {'-' * 40}\nThis is not for publication")
    assert news.has_already_met(f"We have already met{'!' * 40}")


def test_a_long_header_costs_no_words() -> None:
    assert inbound_parse.inbound(raw("To")).text == "We met."
