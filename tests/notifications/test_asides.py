import pytest

from notifications import asides
from tests.support.corpus import SAID, TEXTS

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


@pytest.mark.parametrize(
    "said", ["Hi Tom, Amina here", "Tuesday at 2 works for me", "I can do 2pm", "Let's talk"]
)
def test_what_is_meant_for_a_partner_is_a_plan(said):
    assert asides.is_plan(said)


@pytest.mark.parametrize("said", LEARNINGS, ids=lambda said: said[:30])
def test_what_people_learned_is_none_of_these(said):
    assert [asides.is_courtesy(said), asides.is_question(said), asides.is_plan(said)] == [False] * 3


def test_a_long_text_is_looked_at_in_no_time():
    assert not asides.is_courtesy("ok " * 50_000)
