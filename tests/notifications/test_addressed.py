"""Whom free words speak to: the person somebody is to meet, or us."""

import pytest

from notifications.addressed import speaks_to

TOM = ["Tom Field"]


@pytest.mark.parametrize(
    "said",
    [
        "Hi Tom, Amina here. Would Friday at 3 do?",
        "hello tom, 10am?",
        "Tom, are you about on Monday?",
        "Hey Tom Field - lunch on Wednesday?",
        "Hi Thomas, is Thursday any good for you?",
        "Are you free on Thursday afternoon?",
        "How about Tuesday 2pm",
        "Shall we say 10:30 tomorrow",
        "Would you be free for a call next week, Tom?",
    ],
)
def test_what_arranges_a_talk_is_meant_for_the_partner(said: str) -> None:
    assert speaks_to(said, TOM, arranging=True)


@pytest.mark.parametrize(
    "said",
    [
        "Their library lends tools on Saturdays",
        "Hi all, what a lovely scheme",
        "Hello, who is this from?",
        "Tom, who runs the vans, plans them a year ahead.",
        "We met at 10:30 and it ran over by an hour",
        "When is the next round?",
    ],
)
def test_what_tells_or_asks_us_is_not(said: str) -> None:
    assert not speaks_to(said, TOM, arranging=True)


def test_after_the_conversation_only_their_name_says_so() -> None:
    said = ("Hi Tom, same time next week?", "Can we make Tuesday markets free?")
    assert [speaks_to(each, TOM, arranging=False) for each in said] == [True, False]
