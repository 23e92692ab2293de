"""A death and despair are heard, whoever tells of them; what was learned of dying streets is not."""

import pytest

from notifications.grief import Grief, heard
from tests.support.corpus import SAID, TEXTS

AMINA, TOM = ("Amina Yusuf", "Amina"), ("Tom Field", "")
TOLD = {
    Grief.READER_DIED: """
        this is his wife, he has died | This is Amina's husband. She died in October.
        Amina passed away last week
        My mum has passed away please take her off your list | please remove my late husband
        My husband died in June. Please stop texting this number | Sadly Amina is no longer with us
        I'm her son. mam died on sunday | Amina has sadly died, this is her sister | amina yusuf is dead
        It is with great sadness that I have to tell you that Amina Yusuf died suddenly on Sunday.
        I am writing to let you know that my wife Amina passed away. Please remove her from your records.
        Stop this is Alans wife he passed away on friday
        This is his daughter, Dad's funeral was last week, please stop writing
        She died, please stop texting him | I'm sorry to say Amina has passed away.
    """,
    Grief.PARTNER_DIED: """
        Tom died last week | I'm afraid Tom passed away in November | We heard that Tom Field has died
    """,
    Grief.SOMEBODY: """
        she is dead | He died | Mae hi wedi marw | My dad died so I couldn't meet Tom | No, my mother died
        I've just lost my husband, can't think about this | we lost my brother last week
        We lost Dad on Friday | we've lost the baby
        I want to die | I can't go on, I feel like ending it all | I can't cope | I’m not coping
        I can't see the point of anything any more | can't see the point in living
        There's no point in going on
        I've had enough of life | I have had enough of living. Amina
        I'm feeling very low at the moment | Feeling so low today.
        I feel so low and hopeless | I feel completely worthless
        Sorry, I've been feeling really low lately | I am in a dark place | what's the point of living
        I'm having a really hard time, can't cope | I don't want to be here anymore | I feel suicidal
        thinking about killing myself
        My dad died last week, it will take me a few weeks to reply | My dad died so I had no more time
        My mum died, it's the family that matters now | My mum died in March. They take their time
        My friend passed on Monday | he was found dead yesterday | she lost her battle with cancer
    """,
    None: """
        The high street died when the market left | Half of our trees are dead | Dead letters cost most
        I can't see the point of these rounds | I can't see the point any more | no point any more in paper
        There's no point in going on holiday in July | there is no point any more in printing agendas
        I've had enough of life admin | I've had enough of living out of a suitcase | feeling very low key
        I feel hopeless at maths
        I'm feeling very low about turnout in Leeds | Turnout is very low at the moment
        I feel worthless meetings should end | Their car park is in a dark place
        what's the point of living labs | I'm so down for that | I've had enough of it all going to Leeds
        We talked about suicide prevention on bridges | Carers say they can't cope without respite
        Their mayor passed away and they changed how they elect | His mother died so we left it
        We talked about how she planned her mum's funeral was for the whole street
        I lost my seat in May | I can't go on Tuesday | I can't carry on meeting at lunch
        Amina is no longer with us, she has moved to Leeds council
        Amina is no longer with us. Her job is now mine
        I want to diet | My partner did not turn up
        The scheme died, as he had feared | I nearly died laughing
        My partner was dead nice | He was dead helpful, met Tuesday | Tom was dead funny | he's dead right
        She passed on some tips about waste, take them to your team | Tom passed on a great tip
        He passed on this idea of a repair café | she passed on last year's notes
        He passed on the offer to cancel his meeting | She has passed over to me the list
        He lost his fight for the library, and told me how | She lost her battle to save the bus route
        My partner Tom's laptop died | Partner phone died halfway | our baby project died | he died laughing
        he was dead busy so stop asking him | I've hurt myself so couldn't meet
        I can't cope with more spreadsheets, thanks | I can't go on at the moment, Tuesday instead?
        I don't want to live in a town with no buses | I want to end things with a vote
        I'm having a really hard time finding a slot | We want to end it all as a county by 2030
    """,
}  # fmt: skip


@pytest.mark.parametrize("grief", TOLD)
def test_it_is_told_of_whom(grief):
    said = [each.strip() for line in TOLD[grief].strip().splitlines() for each in line.split(" | ")]
    assert {each: heard(each, AMINA, TOM) for each in said} == dict.fromkeys(said, grief)


@pytest.mark.parametrize("said", [*SAID["learning"], *TEXTS["learning"]], ids=lambda said: said[:30])
def test_what_people_learned_tells_of_none(said):
    assert heard(said, AMINA, TOM) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("The scheme will have died by spring", "Will Hill"),
        ("the scheme will have died by spring", "Will Hill"),
        ("Half of them may have died", "May Jones"),
        ("A Cllr died here, and we named the hall after them", "Cllr Amina Yusuf"),
        ("Our OBE died with the old list", "Amina Yusuf OBE"),
        ("Anything died there", "An Li"),
    ],
)
def test_a_name_is_no_other_word(said, name):
    assert heard(said, (name, ""), TOM) is None


@pytest.mark.parametrize("said", ["will hill has died", "WILL HAS DIED", "Will died", "Will Hill sadly died"])
def test_a_name_is_heard_in_the_letters_people_use(said):
    assert heard(said, ("Will Hill", ""), TOM) is Grief.READER_DIED


def test_a_long_letter_is_looked_at_in_no_time():
    assert heard("my husband my dear " * 20_000, AMINA, TOM) is None
