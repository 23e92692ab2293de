"""What people write that is neither an answer nor a learning: thanks, questions, plans meant for a partner.

Only a reader can do something with these, so nothing here is understood as a wish of theirs.
"""

import re

from notifications.keywords import any_of

LONGEST_COURTESY = 80
# Of such words alone a courtesy is made, with a name behind them: "Lovely, thank you, Tom".
COURTEOUS = any_of(r"""
    ok(?:ay)?|k|right|sure|fine|good|great|lovely|brilliant|perfect|excellent|super|noted|got it|will do
    (?:(?:many |lots of )?thanks|thank you)(?: (?:a lot|again|very much|so much))?
    (?:thanks|thank you) for (?:that|this|letting me know|your \w+)|thx|ta|cheers|diolch
    sorry|apologies|no (?:worries|problem)|you too|same to you|have a (?:good|nice|lovely) \w+
    received|hi|hello|hey|dear|all|everyone|there|team|good (?:morning|afternoon|evening)
    bye|goodbye|hwyl|(?:kind |best |many )?(?:regards|wishes)|best
    (?:see|speak to) you(?: (?:then|soon|there|next (?:time|month|round)))?|until (?:then|next time)
    looking forward(?: to (?:it|that|this))?|and|very|so|much|from
""")
COURTESY = re.compile(rf"(?:\W*\b(?:{COURTEOUS})\b)+\W*", re.IGNORECASE)
NAME = re.compile(r"\W*[A-ZÀ-Þ][\w'’-]*(?: [A-ZÀ-Þ][\w'’-]*){0,2}\W*")
ASKS = re.compile(
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
# "Hi Tom, …", or a time to meet: said to whoever is to be met, and sent to us.
PLAN = re.compile(
    r"\W*(?:hi|hello|hey|dear|hiya)\s+[^\W\d_]+\b"
    r"|.*\b(?:suits? me|works? for me|i(?:'m| am) free|are you free|i can do|shall we|let's|how about)\b"
    r"|.*\b\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)\b",
    re.IGNORECASE | re.DOTALL,
)


def is_courtesy(text: str) -> bool:
    """Thanks, "ok", a goodbye, and nothing else."""
    if len(text) > LONGEST_COURTESY:
        return False
    said = COURTESY.match(text)
    if said is None:
        return False
    rest = text[said.end() :]
    return not rest or NAME.fullmatch(rest) is not None


def is_question(text: str) -> bool:
    """Does it ask somebody something: with its last sentence, or from its first words on?

    "Why do we not all share vans? We should." asks nobody.
    """
    ends = text.rstrip(" \n\"'”’)").endswith("?")
    return ends or ("?" in text and ASKS.match(text) is not None)


def is_plan(text: str) -> bool:
    """Is it meant for a partner: with their name at its head, or with a time to meet?"""
    return PLAN.match(text) is not None
