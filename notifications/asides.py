"""What people write that is neither an answer nor a learning: thanks, questions, plans meant for a partner.

Only a reader can do something with these, so nothing here is understood as a wish of theirs. Who has an
address or number of ours and one of their partner's sends "Hi Tom, Tuesday 2pm?" to the wrong one.
"""

import re
from collections.abc import Sequence

from notifications.keywords import THANKS_FOR, any_of
from notifications.lazy_patterns import lazy_pattern

LONGEST_COURTESY = 80
LONGEST_ARRANGED = 160  # letters in which a time is agreed
# Of such words alone a courtesy is made, with a name behind them: "Lovely, thank you, Tom".
COURTEOUS = any_of(r"""
    ok(?:ay)?|k|right|sure|fine|good|great|lovely|brilliant|perfect|excellent|super|noted|got it|will do
    (?:(?:many |lots of )?thanks|thank you)(?: (?:a lot|again|very much|so much))?
    (?:thanks|thank you) for (?:that|this|letting me know|your \w+)|thx|ta|cheers|diolch
    sorry|apologies|no (?:worries|problem)|you too|same to you|have a (?:good|nice|lovely) \w+
    received|hi|hello|hey|dear|all|everyone|there|team|good (?:morning|afternoon|evening)
    (?:(?:i|we) )?can(?:not|['’]?t) thank you (?:\w+ )?enough
    bye|goodbye|hwyl|(?:kind |best |many )?(?:regards|wishes)|best
    (?:see|speak to) you(?: (?:then|soon|there|next (?:time|month|round)))?|until (?:then|next time)
    looking forward(?: to (?:it|that|this))?|and|very|so|much|from
""")
COURTESY = lazy_pattern(rf"(?:\W*\b(?:{COURTEOUS})\b)+\W*", re.IGNORECASE)
NAME = lazy_pattern(r"\W*[A-ZÀ-Þ][\w'’-]*(?: [A-ZÀ-Þ][\w'’-]*){0,2}\W*")
ASKS = lazy_pattern(
    r"\W*(?:(?:hi|hello|hey|dear|sorry|thanks|ok)\b\W*(?:\w+\W+)?)?(?:"
    + any_of(r"""
        (?:who|when|where|which) (?:is|are|was|am|do|did|does|will|should|can)\b
        (?:can|could|may|shall|should) (?:i|you|we|someone|somebody)\b
        (?:do|did|have|are|will|would) you\b|(?:do|am|have|did|will) i\b
        how (?:do|can|should) i\b|what (?:is|was) (?:the|my|your)\b
    """)
    + ")",
    re.IGNORECASE,
)
GREETING = r"(?:hi|hiya|hello|hey|dear|morning|good morning|good afternoon|afternoon|evening|helo|shwmae)"
ALL_OF_US = lazy_pattern(
    rf"{GREETING} (?:there|all|team|everyone|everybody|folks|again|you)\b", re.IGNORECASE
)
A_NAME = lazy_pattern(rf"\W*(?i:{GREETING})[ ,]+[A-ZÀ-Þ][\w'’-]+")
TO_YOU = lazy_pattern(r"\b(?:you|your|u|ur|yours)\b|\?", re.IGNORECASE)
TIMES = any_of(r"""
    \b(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)\b
    \b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b
    \b\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)\b|\b\d{1,2}[:.]\d\d\b|\b(?:noon|lunch ?time|o'?clock)\b
    \b(?:today|tomorrow|tonight|next week|this week|this afternoon)\b
""")
A_TIME = lazy_pattern(TIMES, re.IGNORECASE)
TO_TALK = lazy_pattern(
    r"\b(?:shall we|can we|could we|let'?s|how about a)\b[^.?!]*\b(?:talk|meet|speak|chat|call)\b",
    re.IGNORECASE,
)
AN_OFFER = lazy_pattern(
    any_of(r"""
        \?|\b(?:are|r) (?:you|u) free\b|\bwhen (?:are|would|suits|is good)\b|\b(?:suits?|works?|ok) (?:for )?(?:you|me)\b
        \b(?:shall|can|could) we\b|\blet'?s\b|\bhow about\b|\bwhat about\b|\bfancy\b|\bsee you\b|\bi can do\b|\bi(?:'?| a)m free\b
        ^\W*(?:sorry\W+)?(?:i )?(?:can'?t|cannot) (?:make|do)\b|^\W*any ?time\b|\bi'?ll (?:call|ring|phone) you\b
    """),  # noqa: E501  (one way to a line)
    re.IGNORECASE,
)
# A time, and no more than that it suits: "Tuesday works", "Yes, 2pm is fine", "Thursday pm is better for me".
SUITS = lazy_pattern(
    rf"\W*(?:(?:yes|ok|sure|sorry|great|no|on)\W+)*(?:(?:{TIMES})\W*(?:(?:or|and|at|am|pm|morning|afternoon)\W+)*)+"
    r"(?:(?:is|are|was|would|be|works?|suits?|fine|good|great|perfect|better|best|ok|okay|for|me|you|us|then|please|thanks)"
    r"\b\W*)*",
    re.IGNORECASE,
)
# The address of a meeting. Outlook answers a mail with an invitation at one press, which comes to us.
A_MEETING = lazy_pattern(
    any_of(r"""
        \bteams\.(?:microsoft|live)\.com/(?:l/meetup-join|meet)/
        \bzoom\.us/[jw]/|\bmeet\.google\.com/[a-z]{3}-|\bwhereby\.com/\w|\bwebex\.com/(?:meet/|\S+\.php)
    """),
    re.IGNORECASE,
)
# What one says to somebody one is about to meet.
TO_A_PARTNER = lazy_pattern(
    any_of(r"""
        ^\W*(?:sorry\W+)?(?:(?:i'?m|i am|we'?re) )?running (?:[\w']+ ){0,3}late\b|\bon my way\b|^\W*(?:i'?ll )?be there\b|^\W*see you\b
        ^\W*i'?m (?:here|in the (?:call|meeting|waiting room|lobby)|on (?:the )?(?:\w+ )?call)\b|^\W*when suits\b
        ^\W*(?:sorry\W+)?(?:(?:i|we) )?(?:(?:need|have|had) to |(?:can|could|shall) we |might )(?:re-?arrange|re-?schedule|postpone)\b
        \b(?:i'?ve|i have) (?:sent|e-?mailed|messaged|texted|rung|called|invited) you\b|^\W*i'?ve booked\b
        \b(?:nice|great|good|lovely) to (?:e-?)?meet you\b|^\W*(?:really )?looking forward to (?:meeting|our|talking|speaking|chatting|seeing)\b
        \bmy (?:e-?mail|number|mobile|phone)(?: number| address)? is\b|\b(?:call|ring|text|e-?mail|message|phone) me (?:on|at)\b
        \bi(?:'?| a)m your (?:\w+ )?(?:match|partner)\b|https?://\S*(?:teams\.|zoom\.us|meet\.google|whereby|webex)\S*
    """),  # noqa: E501  (one way to a line)
    re.IGNORECASE,
)
# "I couldn't, will try today", and not "Can't make it, will do the next one".
A_PROMISE = lazy_pattern(
    r"\b(?:will|ll|going to|gonna)\W+(?!you\b|u\b|someone\b|somebody\b)(?:\w+\W+){0,2}?"
    r"(?:do|write|e-?mail|te?xt|ring|call(?! off)|phone|contact|try|message|reply|send|arrange)\b"
    r"(?![^.!?]*\bnext (?:round|time|month|one)\b)",
    re.IGNORECASE,
)


def is_courtesy(text: str) -> bool:
    """Thanks, "ok", a goodbye, and nothing else."""
    if len(text) > LONGEST_COURTESY:
        return False
    said = COURTESY.match(text)
    if said is None or THANKS_FOR.fullmatch(text):
        return said is not None
    rest = text[said.end() :]
    return not rest or NAME.fullmatch(rest) is not None


def is_question(text: str) -> bool:
    """Does it ask somebody something: with its last sentence, or from its first words on?

    "Why do we not all share vans? We should." asks nobody.
    """
    ends = text.rstrip(" \n\"'”’)").endswith("?")
    return ends or ("?" in text and ASKS.match(text) is not None)


def is_promise(text: str) -> bool:
    """Does it say that its writer is still going to get in touch?"""
    return A_PROMISE.search(text) is not None


def is_for_one_of(text: str, names: Sequence[str], *, arranging: bool) -> bool:
    """Is it meant for one of these people? By their name and to them, or as it leads to a meeting; or, while
    they are `arranging` to meet, by any greeting, or what is said of a time and a place.
    """
    said = " ".join(text.split())
    if _greets(said, names) or A_MEETING.search(said):
        return True
    if not arranging or ALL_OF_US.match(said):
        return False
    if len(said) <= LONGEST_ARRANGED and (SUITS.fullmatch(said) or TO_A_PARTNER.search(said)):
        return True
    to_somebody = A_NAME.match(said) is not None and (TO_YOU.search(said) or A_TIME.search(said)) is not None
    return to_somebody or bool(TO_TALK.search(said) or (A_TIME.search(said) and AN_OFFER.search(said)))


def _greets(said: str, names: Sequence[str]) -> bool:
    """As in "Hi Tom" and "Tom, are you free?"; a name alone may begin a sentence about them."""
    called = "|".join(re.escape(part) for name in names for part in (name, *name.split()) if part)
    if not called:
        return False
    if re.match(rf"\W*{GREETING}[ ,]+(?:{called})\b", said, re.IGNORECASE):
        return True
    first = re.match(rf"\W*(?:{called})\s*[,:;!–—-]", said, re.IGNORECASE)
    last = re.search(rf",\s*(?:{called})\W*$", said, re.IGNORECASE)
    return bool((first or last) and TO_YOU.search(said))
