"""A STOP in other words and languages, what is asked beside it, and answers behind a turn of speech."""

import pytest

from notifications.keywords import Word, says_more_than_stop, understand


def each(said: str) -> list[str]:
    return [one.strip() for line in said.splitlines() for one in line.split("|") if one.strip()]


ENOUGH = """
    \N{OCTAGONAL SIGN} | Dim diolch, stopiwch | Tynnwch fi oddi ar y rhestr os gwelwch yn dda | unsuscribe
    lose my number | I want out | Count me out from now on | Stop means stop | I already said stop
    I've asked you to stop twice | told you to stop
    Proszę mnie wypisać | prosze przestac | Nie pisz do mnie
    mujhe message mat karo | band karo | Stop! Stop means stop!
"""
AT_ONCE = """
    yes please stop | No stop | who the hell is this stop | This number is no longer Amina's, please stop
    unsubscribe me please I have retired | I don't want anymore messages | I dont want no more texts
    Can u stop txtin me | stop these msgs | No more msgs | Please can I be taken off this list
    can i please be removed from this | Stop texting this number it belongs to my son he is 9
    STOP this is a mistake | Mistake STOP | ignore this. STOP | Wrong number, he said
    Don't email, I have retired | I'd like to opt out of the list but thanks
    Unsubscribe me, he said you would
    Please cease all communication | cease and desist | Please desist from contacting me
    Think you have wrong number | These go to the wrong person. Please stop
"""
ERASED = """
    Delete my data | please delete my details | STOP and delete my data | Erase everything about me
    erase everything you hold on me | Delete all you have about me please | erase all my personal data
    take me off and delete my account | stop please and delete all data you hold on me
    Stop processing my data | I withdraw my consent | Stop. Under GDPR I ask for erasure
"""
AND_MORE = """
    please stop and tell Tom I am sorry | stop texting me and report him to the council
    Please unsubscribe me and tell me who gave you my address | stop messaging and ring me
"""
GO_ON = """
    We asked them to stop the buses | They said stop and the crews did | I said we would stop by
    He told me to stop worrying and ask | Means stop working where nobody asks
    Count me out this time | lose my place on the list? | I want out of the office more often
    Delete everything twice a year | Stop and search, and what residents make of it
    Stop and think before you write | Cancel please and rebook for Tuesday
    What makes buses stop | We could not make them stop | Non stop | Unsubscribe links should be larger
    Stop texting residents at night | Do not lose my number
    I texted STOP by accident | Ignore my STOP | sorry, ignore STOP | Didnt mean STOP | STOP in error
    STOP was a mistake | What does STOP do | I want to be removed from the waiting list and be in
    I'd like to opt out of the Tuesday slot but Wednesday is fine
    I want to be deleted from the org chart, he joked
    Stop sending letters, start sending texts | Don't email, knock on doors
"""


@pytest.mark.parametrize("words", each(ENOUGH))
def test_enough_is_enough(words: str) -> None:
    assert understand(words).word is Word.STOP
    assert not says_more_than_stop(words)


@pytest.mark.parametrize("words", each(AT_ONCE))
def test_a_stop_is_heard_wherever_it_stands(words: str) -> None:
    assert understand(words).word is Word.STOP


@pytest.mark.parametrize("words", [*each(ERASED), *each(AND_MORE)])
def test_who_wishes_to_be_erased_besides_is_read(words: str) -> None:
    """A STOP erases nobody, and an organiser can."""
    assert understand(words).word is Word.STOP
    assert says_more_than_stop(words)


@pytest.mark.parametrize("words", each(GO_ON))
def test_and_no_more_than_that(words: str) -> None:
    assert understand(words).word is not Word.STOP


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ("No worries we met", Word.MET),
        ("no probs, we met last week", Word.MET),
        ("Had a zoom with Amina on Monday", Word.MET),
        ("Had a zoom with Amina on monday, very interesting", Word.MET),
        ("Neither of us could make it", Word.COULD_NOT),
        ("We tried but kept missing each other", Word.NOT_YET),
        ("I did, she didn't", Word.LEARNING),
        ("No worries", Word.LEARNING),
        ("Yes, well no", Word.LEARNING),
        ("met, not", Word.LEARNING),
        ("Met!! No wait, that was someone else", Word.LEARNING),
        ("Met. No problem", Word.MET),
        ("Met. No learning though", Word.MET),
        ("No problem we haven't met", Word.NOT_YET),
    ],
)
def test_an_answer_behind_a_turn_of_speech(words: str, word: Word) -> None:
    assert understand(words).word is word
