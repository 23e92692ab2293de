"""What people tell of a meeting and of each other, and ask of us, is told from what they learned."""

import pytest

from notifications import news
from notifications.keywords import Word, understand
from notifications.quotations import own_words
from tests.support.corpus import BELOW, FOOT, SAID, TEXTS

TOM = ("Tom Field", "")
LEARNINGS = """
    Tom cancelled the contract with his bins firm, and nobody noticed
    We did not get on to housing, and I learned about waste
    They asked for money from the lottery and got it
    They are hostile to cars and said why
    Their number is seven and a half thousand homes
    Her team supports people who feel unsafe at home
    We talked about harassment policy and safeguarding training
    They cancelled the summer fair and held ten small ones
    He was a porter before he was a mayor
    She has moved the whole team into the library
    Their tenants never answer letters, so they text
    We should have a bus like theirs
    I learned that parish clerks can issue dispensations
    Private rents are published street by street in Newtown
    I forgot how much I enjoy the front line
"""
NEWS = """
    Tom didn't turn up | tom didnt turn up | He didn't show | No show | Tom stood me up!
    Tom never came on the call | I forgot | Oh no I completely forgot!! So sorry | slipped my mind
    I missed it | Missed it sorry | got the wrong day | Tom cancelled on me | tom had to cancel
    he cancelled last minute | I cancelled, sorry | tom asked to move it | he's ill | Tom is off sick
    Tom has covid | Hes on holiday | I was poorly | too busy sorry | I'm in hospital
    I've left the council | Ive retired now | I lost my seat in May | I am no longer a councillor
    I changed my number, it's 07700 900999 | my new email is jean@example.org
    I don't work there any more | the zoom link failed so we gave up | Teams wouldn't work
    I can't open the link | Toms number doesn't work | I waited 20 mins on teams but nobody came
    I don't think we met | We should have met on Monday | can u ring me on 07700 900123
    Please call me back later | I can't do video calls, no broadband here | please match me with a woman
    I don't want to be paired with Tom | don't put me with Tom again | not Tom please
    Tom is my husband | I know Tom already | He was rude to me the whole time
    Tom made me uncomfortable | He asked me for money | Tom has been a bit racist, to be honest
    I felt unsafe with him | Please don't publish what I said | take that down please | That was private
    In confidence: Tom is leaving | Private - our chief executive is about to resign
    off the record, their leader drinks | don't show this to anyone but I did not like her
    yes but I want to complain | Yes and no | When is my next one | I'll do it later
    In a meeting, will reply later | changed my mind | done that | Mey | Nie | asdkjh | x
    You're very welcome | Under GDPR I ask for a copy of my data | His mother died so we left it
    Tom's not well so we'll do it in Jan
    tom says he is too busy | Invitation: Chat with Tom @ Mon 7 Dec 2026 2pm - 2:30pm (GMT)
    Amina is no longer with us, she has moved to Leeds | Amina no longer works here
    Cancel, sorry, I have flu | I'd like to make a complaint | I'd like to be put with somebody else
    I didn't feel safe | He kept putting his hand on my knee | He knew where I live | Felt a bit uneasy
    Tom seemed very low and I am worried | Nice man but very racist | I never want to see him again
    He asked if I was single | It was just a sales pitch | Never again | He is my ex husband
    Tom keeps ringing me | He won't stop texting me | Long chat about vans. He was rude though
    I have rung Tom and left a message | I emailed him on Monday | left two messages, no answer
    Tom can't make it | No I didn't get his number
    Don't ring me, text me | Unsubscribe from the digest only | Wrong number, Tom's is 07700 900222
    He was a bit over familiar if you know what I mean | Not someone I would wish to be alone with
    We met but he made remarks about my appearance | He turned up at my house uninvited
    He wanted to borrow £50 | She wouldnt take no for an answer | I'd rather not be matched with him again
    felt rather uneasy afterwards if I'm honest | He sent me a photo I did not ask for | he'd been drinking
    She went on about religion and wanted me to come to her church | We did not get on, he was rather rude
    Roedd o'n anaddas iawn | Doeddwn i ddim yn teimlo'n gyfforddus gydag o | he was inapropriate
    Ive rung twice and left a message but nothing | he wants to stop | Tom is in a hospice now
    His number is 07700 900123 if you need it | lives at 14 Mill Lane next to me!
    Thank you for your email. I work Tuesdays to Thursdays and will reply as soon as I can.
    Canceled event: Chat @ Mon 7 Dec 2026 | Tom Field has invited you to the following event
"""


SAYINGS = [each.strip() for line in NEWS.strip().splitlines() for each in line.split(" | ")]


def test_news_is_none_of_what_they_learned():
    assert [each for each in SAYINGS if not news.is_news(each, TOM)] == []


@pytest.mark.parametrize("foot", ["", " Cheers, Sam", "\n\nThanks\nSam", "\nRegards Sam", *FOOT.values()])
@pytest.mark.parametrize("below", ["nothing", "gmail", "outlook"])
@pytest.mark.parametrize("hello", ["", "Hi there,\n\n", "Dear organisers, "])
def test_news_in_a_letter_is_news(hello, foot, below):
    """Of what is understood as an answer nothing is left to be news."""
    said = [each for each in SAYINGS if " " in each]
    own = [understand(own_words(f"{hello}{each}{foot}{BELOW[below]}")) for each in said]
    free = [each.learning for each in own if each.word is Word.LEARNING]
    assert [each for each in free if not news.is_news(each, TOM)] == []


@pytest.mark.parametrize(
    "said",
    [*map(str.strip, LEARNINGS.strip().splitlines()), *SAID["learning"], *TEXTS["learning"]],
    ids=lambda said: said[:30],
)
def test_what_people_learned_is_no_news(said):
    is_short = len(said.split()) < news.FEWEST_WORDS and not said.endswith(".")
    assert news.is_news(said, TOM) is is_short


@pytest.mark.parametrize(
    "said",
    [
        "Between us we share six vans",
        "They do not share this with tenants",
        "Do not tell anyone what to do, ask them",
        "People say in private what no meeting hears",
        "They take it down every May and paint it",
        "They remove it by hand",
        "Data that is not for sharing is not for keeping",
        "It is personal: their letters use first names",
        "This is private land, and open to walkers",
        "Confidence grows in small rooms",
        "I was told to never publish a plan without a date",
        "Personal letters get answers",
        "For others it is a burden, for tenants a joy",
        "I'd rather share a van than not",
        "The minutes are not to be published, that is the trouble",
    ],
)
def test_what_was_learned_of_private_things_is_not_private(said):
    assert not news.is_private(said)


@pytest.mark.parametrize(
    "said",
    [
        "Please don’t publish what I said",
        "Great chat. Please do not show this to anyone",
        "Could you delete what I wrote?",
        "Hi, take that down please",
        "Just between us, their leader drinks",
        "Their leader drinks. Strictly off the record",
        "Tom told me in confidence that he is leaving",
        "Confidential. Her council is bankrupt",
        "we met but don't quote me",
        "That was private.",
        "Keep this to yourself: they have no money",
        "Peidiwch â chyhoeddi hwn",
        "I'd rather this wasn't shared: their finance team is in chaos",
        "This isn't for public consumption",
        "Keep it under your hat but the merger is on",
        "Not to be repeated, their leader is about to resign",
        "For your eyes only: he is not well",
        "Don't put it on the website though",
        "He confided that his wife is ill",
    ],
)
def test_what_is_asked_to_be_kept_is_private(said):
    assert news.is_private(said)


@pytest.mark.parametrize(
    ("said", "off"),
    [
        ("Tom cancelled on me", True),
        ("he had to cancel, so did I", True),
        ("I cancelled, sorry", True),
        ("Tom cancelled but we met the week after", False),
        ("tom asked to move it", False),
        ("Tom cancelled, we have another date", False),
        ("Priya cancelled", False),
        ("We couldn't find a time", True),
        ("Couldn't find a date for us both", True),
        ("We couldn't agree on a date for the fair until we asked the band", False),
        ("I could not find a date of birth on any form, they do not ask", False),
        ("Im afraid we never met", True),
    ],
)
def test_a_conversation_that_was_called_off_and_no_more_is_one(said, off):
    assert news.fell_through(said, TOM) is off


@pytest.mark.parametrize(
    ("said", "met"),
    [
        ("MET TOM TODAY WE HAD A LONG TALK ABOUT BINS", True),
        ("yes we spoke to tom field on Teams, they share vans", True),
        ("Met Tom? No", False),
        ("Met tomatoes growers", False),
        ("Met Tom, or no, I nearly did", False),
    ],
)
def test_having_met_somebody_is_said_by_their_name(said, met):
    assert news.says_met(said, TOM) is met


@pytest.mark.parametrize("said", ["i was " * 800, "please " * 800, "can't " * 800, "met tom " * 700])
def test_five_thousand_letters_are_looked_at_in_no_time(said):
    assert (news.is_private(said), news.fell_through(said, TOM)) == (False, False)
