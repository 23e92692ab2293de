"""What somebody would understand at once, in the words that people use: harm, praise and plans."""

import pytest

from notifications import news
from notifications.keywords import Word, understand

TOM = ("Tom Field", "Tom")
HARM = """
    he kept touching my arm | He grabbed me | kept staring at my chest | he put his hand on my knee
    he wouldn't stop messaging me after | wouldn't leave me alone | he made a racist comment
    made comments about my hijab | with several sexist remarks | Tom was a creep | bit creepy
    he is a bully | sexist pig | shouted at me | he swore at me | threatened me | he screamed at me
    Made me cry | I want to make a complaint | I'd like to complain about him
    please dont match me with him again | Don't ever pair me with that man | he called me a name I wont repeat
    I've been harassed | I was groped | she was really transphobic | very misogynistic
    He said women shouldn't be in politics | told me immigrants don't belong here
    asked if I was married | he lied about who he is | a different man turned up | Roedd o'n fy nychryn i
    I need to report Tom | He tried to kiss me | he hugged me and I didn't want it
"""
NO_HARM = """
    We talked about domestic abuse services | I learned how Leeds deals with racist graffiti
    lovely lady | He called me on Tuesday | She called me a week later | he called me back
    They made a comment about parking permits | Their residents complain about bins
    He said women run the depot
    It made me smile | Her team was harassed by the press and set up a rota
    We shouted about our libraries and it worked | They grabbed me a seat on the panel of residents
    Staring at spreadsheets is no way to know a street | A different officer turned up and it went well
    People complain about what they are not told | He touched on housing | I was impressed by their crews
    they report everything to residents | I want to report back to my team what they do
    He was hugely helpful | They make comments public within a day
"""
PRAISE = """
    lovely lady | Lovely chap | what a nice bloke | She was great | Really nice woman | Nice guy, bit quiet
    Bit boring tbh | Delightful young man | What a character! | he's a proper gent | Top bloke
    Smashing lass | Tom was lovely | he is a really interesting man | Nice lady, thank you
    a thoroughly decent person | We got on like a house on fire | we have a lot in common
    She knows my cousin
"""
PLANS = """
    meeting on the 12th | meeting again on the 12th | We're meeting on Thursday week
    Meeting Tom on the 12th
    Seeing her again next week | We'll meet again on the 12th | Coffee booked for the 12th
    See you on the 3rd
    Next catch up 14 January 2pm | We will keep in touch | would do it again | No we are meeting next week
    looking forward to the next one | Sorry for the late reply, been on leave
    He's leaving the council but don't tell anyone | Stop asking! | please stop asking me
    I am reporting you to the ICO | erasing everything please | I did, she didn't
"""
OF_US = """
    I never signed up for this | I didnt sign up | how did you get my number | This isn't for me, thanks
    its not for me | i am not interested in this anymore please remove | Yes we've got a date in for the 12th
    Yes we are meeting | Yes im meeting her tomoz | We will be meeting soon | no sorry she's been off sick
    yes she didnt show | Yes sadly he didnt turn up | He was a no show | Yes - not yet though
"""
LEARNED = """
    We share a bin lorry now | I learned that tenants answer texts quicker than letters
    Leeds lets residents chair the scrutiny panel | Ask the crews first | Kindness costs nothing
    They meet on the 12th of each month with tenants, and it works
    We meet on the 12th of each month with crews
    A lovely lady at the library runs their digital sessions, we will copy that
    Ring people instead of writing | Meeting on Fridays suits nobody | See the depot before you judge it
    A good chair makes a good meeting | Nice people run bad meetings when nobody tells them
    He was great at explaining how they fund libraries | Next year they let tenants choose
    Stop asking people to fill in forms
    Our next call for evidence will be online | Looking forward is easier with figures from the depot
    We will meet tenants monthly from now on | Great leaders listen | Young people chair their panel
    Person first and policy later | Girl guides run their depot | Good company cars are shared
    A good person spec draws other people
"""


def each(said: str) -> list[str]:
    return [one.strip() for line in said.splitlines() for one in line.split("|") if one.strip()]


@pytest.mark.parametrize("words", each(HARM))
@pytest.mark.parametrize("before", ["", "STOP. ", "Met. ", "met him but "])
def test_harm_is_heard(before: str, words: str) -> None:
    assert news.tells_of_harm(before + words, TOM)


@pytest.mark.parametrize("words", [*each(NO_HARM), *each(LEARNED), *each(PRAISE)])
def test_nothing_else_is_harm(words: str) -> None:
    assert not news.tells_of_harm(words, TOM)


def is_kept(text: str) -> bool:
    """Is it put before organisers as something learned?"""
    said = understand(text)
    told = news.is_told if said.word in (Word.MET, Word.YES) else news.is_news
    private = news.is_private(said.learning)
    return bool(said.learning) and not private and not told(said.learning, TOM)


@pytest.mark.parametrize("words", [*each(PRAISE), *each(PLANS), *each(OF_US)])
@pytest.mark.parametrize("before", ["", "Met. ", "Yes, "])
def test_what_is_said_of_a_person_or_a_plan_is_not_learned(before: str, words: str) -> None:
    assert not is_kept(before + words)


@pytest.mark.parametrize("words", each(LEARNED))
@pytest.mark.parametrize("before", ["", "Met. "])
def test_what_was_learned_is_kept(before: str, words: str) -> None:
    assert is_kept(before + words) or (not before and len(words.split()) < news.FEWEST_WORDS)
