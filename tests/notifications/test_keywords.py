import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.keywords import Understood, Word, understand


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
    assert understand(said).word == word


@pytest.mark.parametrize(
    "said", ["Met. We share vans now", "met, We share vans now", "We met - We share vans now"]
)
def test_met_and_what_was_learned_are_told_apart(said):
    assert understand(said) == Understood(Word.MET, "We share vans now")


def test_a_learning_keeps_its_words():
    assert understand("Ask the\n crews first!").learning == "Ask the crews first!"


@given(st.text())
def test_whatever_is_said_is_understood_somehow(said):
    assert understand(said).word in Word


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("Met.\n\nKind regards,\nTom", Word.MET),
        ("Met, thanks! Tom", Word.MET),
        ("Yes\n\nThanks\nTom", Word.YES),
        ("No, not yet", Word.NOT_YET),
        ("Skip\n\nBest wishes\nTom Field", Word.SKIP),
        ("No, sorry\n\nTom", Word.COULD_NOT),
        ("STOP. Do not text me again", Word.STOP),
        ("Thanks. Please stop texting me", Word.STOP),
        ("Can't make it sorry", Word.COULD_NOT),
        ("Sorry, wrong number", Word.STOP),
        ("?", Word.HELP),
    ],
)
def test_thanks_a_name_or_a_second_sentence_do_not_hide_a_word(said, word):
    assert understand(said).word == word


def test_a_word_that_begins_a_sentence_is_none():
    assert understand("No grant pays for patience.") == Understood(
        Word.LEARNING, "No grant pays for patience."
    )


@pytest.mark.parametrize(
    "said", ["Liked “Did you meet Tom?”", "👍 to “Did you meet Tom?”", "Tom reacted via Gmail"]
)
def test_a_reaction_is_nothing(said):
    assert understand(said) == Understood(Word.NOTHING)
