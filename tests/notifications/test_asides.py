import pytest

from notifications import asides
from tests.support.corpus import SAID, TEXTS

TOM = ["Tom Field"]
LEARNINGS = SAID["learning"] + TEXTS["learning"]


@pytest.mark.parametrize(
    "said",
    [
        "ok",
        "Ok, thanks!",
        "👍 ok",
        "Lovely, thank you",
        "Thanks, see you next time",
        "Thank you, Tom Field",
        "ta",
    ],
)
def test_thanks_are_a_courtesy(said):
    assert asides.is_courtesy(said)


@pytest.mark.parametrize(
    "said",
    ["Thanks to the crews we know the gates", "Best practice is a myth", "Sure start centres work", "No"],
)
def test_what_only_begins_like_thanks_is_none(said):
    assert not asides.is_courtesy(said)


@pytest.mark.parametrize(
    "said",
    [
        "Who is my partner again?",
        "Hi Tom, could we meet at two?",
        "Can I change my address? I am at home now.",
        "Is this still on? ",
        "“Where do I write it?”",
    ],
)
def test_a_question_is_one(said):
    assert asides.is_question(said)


def test_a_question_that_is_answered_at_once_asks_nobody():
    assert not asides.is_question("Why do we not all share vans? We should.")


@pytest.mark.parametrize("said", LEARNINGS, ids=lambda said: said[:30])
def test_what_people_learned_is_none_of_these(said):
    meant_for_partner = asides.is_for_one_of(said, TOM, arranging=True)
    assert [asides.is_courtesy(said), asides.is_question(said), meant_for_partner] == [False] * 3


def test_a_long_text_is_looked_at_in_no_time():
    assert not asides.is_courtesy("ok " * 50_000)


@pytest.mark.parametrize(
    "said",
    [
        "Hi Tom, Amina here. Would Friday at 3 do?",
        "hello tom, 10am?",
        "Hi Tom, Amina here",
        "Tuesday at 2 works for me",
        "I can do 2pm",
        "Let's talk",
        "Tom, are you about on Monday?",
        "Hey Tom Field - lunch on Wednesday?",
        "Hi Thomas, is Thursday any good for you?",
        "Are you free on Thursday afternoon?",
        "How about Tuesday 2pm",
        "Shall we say 10:30 tomorrow",
        "Would you be free for a call next week, Tom?",
        "Can't make Tuesday",
        "Running 10 minutes late",
        "I'm in the call",
        "On my way",
        "See you at 2",
        "Yes Tuesday works",
        "2pm is fine",
        "Tues 2pm",
        "Thursday pm would be better for me",
        "I am free Thursday or Friday",
        "I'll ring you at 2pm",
        "Call me on 01632 960123",
        "my number is 07700 900123",
        "Here is the link https://teams.microsoft.com/l/meetup-join/abc",
        "Looking forward to meeting you",
        "I need to rearrange",
        "I've sent you an invite",
    ],
)
def test_what_arranges_a_talk_is_meant_for_the_partner(said):
    assert asides.is_for_one_of(said, TOM, arranging=True)


@pytest.mark.parametrize(
    "said",
    [
        "Their library lends tools on Saturdays",
        "Hi all, what a lovely scheme",
        "Hello, who is this from?",
        "Tom, who runs the vans, plans them a year ahead.",
        "We met at 10:30 and it ran over by an hour",
        "When is the next round?",
        "We meet residents on Tuesdays at 10am now",
        "Ask people when they are free, then plan",
        "The mayor sees anybody on a Monday",
        "Tuesday markets are free",
        "Their depot opens at 5am",
        "Late buses run on Fridays",
        "We postpone too much",
    ],
)
def test_what_tells_or_asks_us_is_not(said):
    assert not asides.is_for_one_of(said, TOM, arranging=True)


def test_after_the_conversation_only_their_name_says_so():
    said = ("Hi Tom, same time next week?", "Can we make Tuesday markets free?")
    assert [asides.is_for_one_of(each, TOM, arranging=False) for each in said] == [True, False]


def test_a_greeting_by_a_name_that_comes_last_is_for_them() -> None:
    assert asides.is_for_one_of("Hi Anh, Tuesday?", ["Nguyễn Văn Anh"], arranging=False)
