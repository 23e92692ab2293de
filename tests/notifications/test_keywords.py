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


@pytest.mark.parametrize(
    "said",
    [
        "DON'T STOP",
        "DO NOT STOP",
        "PLEASE DON’T EVER STOP",
        "NEVER STOP",
        "NON-STOP FUN",
        "BUS STOP CAFE",
        "STOP AND SEARCH came up",
        "STOP PRESS: we met",
        "We couldn't stop talking",
        "I will never stop writing",
        "I did not know that they run a bus stop",
    ],
)
def test_capitals_alone_make_no_stop_of_what_is_none(said):
    assert understand(said).word is not Word.STOP


def test_a_word_that_begins_a_sentence_is_none():
    assert understand("No grant pays for patience.") == Understood(
        Word.LEARNING, "No grant pays for patience."
    )


@pytest.mark.parametrize(
    "said", ["Liked “Did you meet Tom?”", "👍 to “Did you meet Tom?”", "Tom reacted via Gmail"]
)
def test_a_reaction_is_nothing(said):
    assert understand(said) == Understood(Word.NOTHING)


# As people in public life text it, each as a reader would take it.
MEANT = {
    Word.STOP: """
        Stop txts | stop txting me | please stop these messages | Can you stop texting me please
        please can you stop texting me | Please would you take me off your list | Pls remove me | remove
        Remove me from this service please | Please remove my number from your records
        I don't want these texts | I do not want any more texts | I no longer wish to receive these texts
        I don’t want to be contacted | STOP STOP STOP | unsubcribe | Un-subscribe | unsub
        Unsubscribe from this list | I'd like to opt out | wrong number mate
        I think you've got the wrong person | Stopiwch os gwelwch yn dda | Peidiwch â thecstio fi
        cancel my subscription | delete all my data | Please delete my data and remove me from the list
        I have retired, please take me off | I've left the council, please remove me | I'm not interested
        Not yet, but stop | No and please take me off the list | Hi, please unsubscribe me. Thanks, Amina
        Please delete my account | I no longer wish to take part
        STOP he keeps ringing my house late at night | STOP I am his manager and he is on sick leave
        STOP I don't want to be paired with John Davies again he frightened me | STOP this is his carer
        I did not sign up for this, stop | Who gave you my number? Stop
        Would you please be so kind as to stop these messages | Dim diolch, peidiwch a gyrru mwy
        Peidiwch ag anfon mwy o negeseuon | please stop writing | We met. Do take me off the list now though
        STOP NOT INTERESTED | STOP czarne listy
        Stpo | stopp | S.T.O.P | st0p | Please STOP these | Proszę STOP
        no more | Go away | stop that | wrong person
        Hi please can you stop sending these thank you Margaret | met. now stop texting
        Kindly unsubscribe me | Don't ring me again | Please do not call me
        Never call, email or text me again | Don't ring, text or write to me any more
        Take me off the list, don't keep me on it | Remove my number, don't keep my number
        Wrong number, this is 07700 900 111 not Tom | Don't call me, I'd rather be left alone
        Delete my number. I have changed my mind about this | Stop texting me this month and every month
        Unsubscribe me from this and all future rounds | STOP texting me in December or ever
        Cancel. Please leave me alone | Cancel, I don't want these emails at work
        Please don't ring me, I'm deaf, and take me off your list | Wrong number, stop texting
        Please cancel | Cancel, thanks | Cancel all
        STOP. My number is 07700 900222 | I have retired, please remove my number | Don't text me, email me
        wrong number stop texting me | i have retired now please take me off your list thanks brian
        I would like to be removed from your mailing list please | I wish to be erased under Article 17
        Stop processing my data | I withdraw my consent | I don't want to do this any more
        Dim mwy plîs | Dim mwy o negeseuon | Basta!
        Met Tom. It was great. Please don't text me again | yes and stop texting me | please stop spamming me
    """,
    Word.HELP: """
        Who's this? | who dis | whats this | How do I opt out? | I need help | PAUSE
        I'd like to pause, thanks | Please pause me until January | Can I take a break?
        I'd like to leave the programme | new phone who dis | Is this a scam? | Leave
        I want to leave | Please can I leave? | I'd like to leave your list
    """,
    Word.START: "Start texting me again | resubscribe | Resume",
    Word.YES: "yess | yeh | Yes I'm in | ie plis | Yes definitely",
    Word.MET: """
        we met tuesday | we met on 12 Dec | weve met | Met for a coffee | yes we did meet | Had a great chat
        We had a really good chat | Spoke to Tom yesterday | Spoke on the phone | had a good chat with Tom
        We both met | Wedi cwrdd | Met with Tom on Weds. | yup met for a brew | Managed to meet up yesterday
        We met Wednesday 2nd December | yes we met on 3/12 | It was great to meet Tom
        Really enjoyed talking to Tom, thank you | We had a lovely chat, thanks for setting this up
        Aye we did | hi yes we did meet sorry for late reply | Cwrddom ni ddoe
        Good morning yes we have met regards Brian | yes met and learned that they meet in the evening
        We finally met! | Met her yesterday | Caught up with Siân this morning | Yes and it was great
    """,
    Word.NOT_YET: """
        Not met yet | We haven't met | nope not yet | no, not met yet | still arranging | ddim eto
        Haven't managed to meet yet | Waiting to hear back | Trying to find a time | Arranging it now
        We are still trying to fix a time | we keep missing each other | we've moved it to next week
        We had to postpone until January | We've rescheduled | Rescheduled to next week
    """,
    Word.BOOKED: """
        Meeting next week | We meet next Tuesday | Not yet but we're meeting tomorrow | Meeting on Thurs
        No but booked for Tuesday | It's in the diary | We've got it booked for 3 December | Date booked
        Meeting him tomorrow | seeing her on Monday
        Booked in for the 14th | Yes, booked for Tuesday | Not met yet but we have a date | Booked!
    """,
    Word.NO_REPLY: """
        He hasn't rung back | she never called me | Tom hasn't emailed yet | they have not texted back
        No reply | no response from my partner | Haven't heard from Tom | Tom hasn’t replied
        Heard nothing back | She never got back to me | I emailed twice but no answer
        No, I've had no reply from Tom
        I have not had a reply | They did not respond | I've texted him twice but heard nothing, sorry
        Not heard from them at all | Tom didn't turn up | He didn't show | she never turned up | No show
        Tom stood me up! | Not heard a peep | he didn't answer my emails | Nothing from Tom | He wasnt there
        Nobody turned up | No reply from him yet
    """,
    Word.COULD_NOT: """
        Had to cancel | I'm not available this month
        We did not manage to meet this time
        didnt manage to meet | Sadly not | no, unfortunately | I will not be able to make it
        I am unable to attend | No thanks can't make it
    """,
    Word.SKIP: """
        I'll have to skip this one | I'll pass | count me out for this one | I'm out | Sit this one out
        Please skip me, I'm on annual leave that week. | Dim y tro yma | Couldn't make it so skip me this time
    """,
    Word.JOIN: "Join - councils | Hi, join councils please | “Join councils”",
    Word.LEARNING: """
        Stop sending letters nobody reads | Stop writing to tenants in jargon | Stop mailing leaflets
        Stop contacting people by letter, visit them | stop writing to everybody at once | Don't call me Bob
        Remove the barriers first | No more than three on a panel | Don't email people on Fridays, call them
        I need to opt out of more meetings | I no longer want to be a chief executive, I want to be useful
        How do I stop being busy | Wrong person, right job: that is how she got there | Don't text and drive
        Stop emails after six | No more emails after six, their rule is | We met on equal terms
        Had a chat about parking, which is about power | I'll pass this on to my team
        Can you please cancel | Take my number | Cancel our meeting on Tuesday please | Can't wait!
        No messages from Tom yet | Can't find the link
        Couldn't agree more | I can't open the link | Met No One | Met? No | Yes. No | No. Yes
        Meeting on Thursday? | Booked for 2pm? | Haven't heard from Tom, have you?
        Trying to listen before one answers | Rescheduled meetings save nobody | Great to meet you
        Postponed repairs cost most | Thanks for sharing your vans
        Tenants never answer letters | Pause before you answer | They never answer
        Met my old headmaster | In the diary of a caretaker
        Tenants say stop texting me and they did | They told us to stop emailing my team | No more, no less
        Their sign said STOP children | He told me don't text me call me | I forgot | Tom cancelled
        Stop from the start | Help from neighbours | Met from time to time | End thanks to the crews
        We let people stop emailing us on Fridays | Tenants can stop texting me and ring instead
        Nobody came until they offered cake | Yes thanks to Amina | Don't stop these please, I love them
        No I didn't get his number | No I couldn't find his email | No we didn't say Tuesday
        Can't thank you enough | Couldn't thank you more | I cannot thank you all enough
        Please don't ring me, I'm deaf | Please do not call, email is best | Don't ring me, text me
        I would like to be removed from this round only | I want to be taken off the December list
        Please unsubscribe me from the digest but keep me in the programme | Unsubscribe from the digest only
        Please delete my number, I have changed it | Cancel, sorry, I have flu | Please cancel, I'm poorly
        Wrong number, Tom's is 07700 900222 | Remove my phone number but keep my email
        Can't make it Tuesday. How about Wednesday? | Pass it on | I'm out on site | No problem, see you then
    """,
}


@pytest.mark.parametrize("word", MEANT)
def test_what_people_really_text_is_taken_as_it_is_meant(word):
    said = [each.strip() for line in MEANT[word].strip().splitlines() for each in line.split(" | ")]
    assert {each: understand(each).word for each in said} == dict.fromkeys(said, word)


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("Met. Skip next round please", Understood(Word.MET, "Skip next round please")),
        ("Met.\n\nPS please take me off your list.", Understood(Word.STOP)),
        ("Met. PS skip next round", Understood(Word.MET, "PS skip next round")),
        ("Met but skip next time", Understood(Word.MET, "skip next time")),
        ("Met and it was about trust", Understood(Word.LEARNING, "Met and it was about trust")),
        ("Met but not yet", Understood(Word.LEARNING, "Met but not yet")),
        ("Met. Skip", Understood(Word.MET, "Skip")),
        ("Not yet. Skip me next time", Understood(Word.NOT_YET, "Skip me next time")),
        ("Yes, we met. We share vans now", Understood(Word.MET, "We share vans now")),
        ("No, how about Wednesday?", Understood(Word.COULD_NOT, "No, how about Wednesday?")),
        ("Can't make it, is Friday ok?", Understood(Word.COULD_NOT, "is Friday ok?")),
        ("Skip, I'm on holiday", Understood(Word.SKIP)),
        ("Can't make it today, sorry", Understood(Word.COULD_NOT, "Can't make it today, sorry")),
        (
            "Can't do this week. I'm in Cardiff",
            Understood(Word.COULD_NOT, "Can't do this week. I'm in Cardiff"),
        ),
        ("Can't make it this month", Understood(Word.COULD_NOT)),
    ],
)
def test_of_two_wishes_the_first_is_taken_and_the_other_kept(said, understood):
    assert understand(said) == understood


def test_thousands_of_words_are_understood_in_no_time():
    assert understand("Yes. Yes, " * 5_000).word is Word.YES


@pytest.mark.parametrize(
    "greeting", ["Hi,", "Hello", "Hi there", "Dear Sir/Madam,", "Bore da,", "Hi Unmentoring team,"]
)
@pytest.mark.parametrize(
    ("said", "word", "learning"),
    [
        ("Met. We share vans now.", Word.MET, "We share vans now."),
        ("Stop", Word.STOP, ""),
        ("Not yet", Word.NOT_YET, ""),
        ("Skip please", Word.SKIP, ""),
    ],
)
def test_a_greeting_of_us_changes_nothing(greeting, said, word, learning):
    assert understand(f"{greeting}\n\n{said}") == Understood(word, learning)


def test_whoever_greets_a_person_may_write_to_them():
    said = "Hi Amina,\n\nCan’t make it"
    assert understand(said) == Understood(Word.LEARNING, "Hi Amina, Can’t make it")


@pytest.mark.parametrize("said", ["Hi Sarah,\n\nSTOP", "Hey STOP", "Hi there stop", "Hi all, please stop"])
def test_stop_is_heard_whoever_is_greeted(said):
    assert understand(said).word is Word.STOP


@pytest.mark.parametrize("said", ["Reply STOP", "Text stop", "STOP to 60777", "send STOP please", "ＳＴＯＰ"])
def test_stop_as_instructions_have_it_is_stop(said):
    assert understand(said).word is Word.STOP


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("Do", Word.YES),
        ("Do, diolch!", Word.YES),
        ("Ydyn", Word.YES),
        ("Do, dŷn ni wedi cwrdd", Word.MET),
        ("Wedi cyfarfod", Word.MET),
        ("Ni wedi siarad", Word.MET),
        ("Naddo", Word.COULD_NOT),
        ("Ddim eto", Word.NOT_YET),
        ("Do: ask the crews", Word.LEARNING),
        ("Do not share vans on Mondays", Word.LEARNING),
    ],
)
def test_yes_and_no_of_what_has_been_are_words_of_their_own_in_welsh(said, word):
    assert understand(said).word is word


@pytest.mark.parametrize(
    "said",
    [
        "Removed 👍 from “Did you talk?”",
        "\u200aRemoved 😀 from “Did you talk?”",
        "Liked an image",
        "Loved an attachment",
        "Reacted 🎉 to a photo",
        "Le gusta “Did you talk?”",
    ],
)
def test_a_thumb_taken_back_or_for_a_picture_is_nothing(said):
    assert understand(said).word is Word.NOTHING


def test_who_writes_of_liking_something_says_so():
    assert understand("Liked an image she had on her wall, of bins in 1920").word is Word.LEARNING
