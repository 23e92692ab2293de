"""Whom a text speaks to that answers no question of ours: the person they are to meet, or us.

Who has a number of ours and one of their partner's sends "Hi Tom, Tuesday 2pm?" to the wrong one. That is no
learning.
"""

import re
from collections.abc import Sequence

from notifications.keywords import any_of

GREETING = r"(?:hi|hiya|hello|hey|dear|morning|good morning|good afternoon|afternoon|evening|helo|shwmae)"
ALL_OF_US = re.compile(rf"{GREETING} (?:there|all|team|everyone|everybody|folks|again|you)\b", re.IGNORECASE)
A_NAME = re.compile(rf"\W*(?i:{GREETING})[ ,]+[A-ZÀ-Þ][\w'’-]+")
TO_YOU = re.compile(r"\b(?:you|your|u|ur|yours)\b|\?", re.IGNORECASE)
A_TIME = re.compile(
    any_of(r"""
        \b(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)\b
        \b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b
        \b\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)\b|\b\d{1,2}[:.]\d\d\b|\b(?:noon|lunch ?time|o'?clock)\b
        \b(?:today|tomorrow|tonight|next week|this week|this afternoon)\b
    """),
    re.IGNORECASE,
)
AN_OFFER = re.compile(
    any_of(r"""
        \?|\b(?:are|r) (?:you|u) free\b|\bwhen (?:are|would|suits|is good)\b|\b(?:suit|suits|work|works|ok) (?:for )?you\b
        \b(?:shall|can|could) we\b|\blet'?s\b|\bhow about\b|\bwhat about\b|\bfancy\b|\bsee you\b|\bi can do\b|\bi'?m free\b
    """),  # noqa: E501  (one way to a line)
    re.IGNORECASE,
)


def speaks_to(text: str, names: Sequence[str], *, arranging: bool) -> bool:
    """Is it meant for one of these people? By their name and to them; or, while they are `arranging` to meet,
    by any greeting or offer of a time.
    """
    said = " ".join(text.split())
    if _greets(said, names):
        return True
    if not arranging or ALL_OF_US.match(said):
        return False
    to_somebody = A_NAME.match(said) is not None and (TO_YOU.search(said) or A_TIME.search(said)) is not None
    return to_somebody or bool(A_TIME.search(said) and AN_OFFER.search(said))


def _greets(said: str, names: Sequence[str]) -> bool:
    """As in "Hi Tom" and "Tom, are you free?"; a name alone may begin a sentence about them."""
    called = "|".join(re.escape(part) for name in names for part in (name, *name.split()[:1]) if part)
    if not called:
        return False
    if re.match(rf"\W*{GREETING}[ ,]+(?:{called})\b", said, re.IGNORECASE):
        return True
    first = re.match(rf"\W*(?:{called})\s*[,:;!–—-]", said, re.IGNORECASE)
    last = re.search(rf",\s*(?:{called})\W*$", said, re.IGNORECASE)
    return bool((first or last) and TO_YOU.search(said))
