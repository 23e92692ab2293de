"""Whose name a text says, where that is not plain: turned round, of two people, or of somebody else.

Each who joins is asked by a text of their own, so nobody is joined by another, nor two as one.
"""

import re
from functools import cache

from notifications import titles
from web.models.folding import folded
from web.services.common import given_names, written_names
from web.services.organisations import councils

# "Pugh, Margaret", and what stands behind that.
TURNED = re.compile(
    r"(?P<last>[^\W\d_][^,\n]{0,50}?),\s*(?P<first>[^,;\n(]{1,50}?)"
    r"(?=\s*(?:[,;\n(]|\s[-–—]\s|\sfrom\s|[.!]*$|\.\s|\s(?:thanks|thank you|please|pls|diolch)\b))",
    re.IGNORECASE,
)
INITIALS = re.compile(r"[^\W\d_]\.?(?: ?[^\W\d_]\.?\b){0,2}")
# "Siân a Rhys" are two, and Mohammed A Khan is one.
AND = re.compile(r"[\s(]+(?:and|plus|(?-i:ac?)(?=\s+(?-i:[A-ZÀ-Þ])))\s+|\s*[/+&]\s*", re.IGNORECASE)
LONGEST_LAST = 3  # words of a family name, as "van der Berg" has
BODIES_CALLED_SO = frozenset(
    (
        "amy winehouse", "ann summers", "anthony nolan", "christina noble", "david lewis", "david lloyd",
        "elizabeth fry", "frances bardsley", "henry smith", "john lewis", "laura ashley", "marie curie",
        "mary seacole", "roy castle", "ruth strauss", "stephen lawrence", "thomas coram",
    )
)  # fmt: skip
# "Ruth Jones & Co" is one.
AND_SONS = re.compile(
    r"\s(?:&|and)\s+(?:co|company|sons?|daughters?|brothers|partners?|associates)\b", re.IGNORECASE
)
PARTS = re.compile(r"[,;\n]|[.!]\s")
A_PLACE = re.compile(
    r"\b(?:house|hospice|church|chapel|hall|centre|center|project|foundation|school|society|club|cafe|cook"
    r"|community|street|road|academy|nursery|library|theatre|gallery|clinic|surgery|lodge|college|hub)\b",
    re.IGNORECASE,
)
KIN = (
    r"(?:colleagues?|friends?|m[ua]m|mother|dad|father|husband|wife|partner|son|daughter|brother|sister|boss"
    r"|(?:line )?manager|neighbour|nan|carer|pa|secretary|assistant)"
)
ANOTHER_S = re.compile(
    r"\W*(?:me|us|we|for|add|put|register|include|invite|sign|on behalf|stop|wrong)\b"
    rf"|.*(?:\b(?:my|our|his|her)\s+(?:\w+\s+)?{KIN}\b|\w['’]s\s+(?:{KIN}|old|phone|number)\b"
    r"|\b(?:died|passed away|wants? to|would like|joining)\b)",
    re.IGNORECASE,
)
A_BODY = re.compile(
    r"\w.*\s(?:council|trust|university|college|association|authority|nhs)|cyngor\s.*", re.IGNORECASE
)


def turned_round(said: str) -> str:
    """What begins with a family name and a given one in the order in which they are said. Of two given names
    nobody can tell which is which: those stay.
    """
    found = TURNED.match(said)
    if found is None or not (_is_given(found["first"]) or INITIALS.fullmatch(found["first"])):
        return said
    last = found["last"].split()
    if (
        _is_given(last[0])
        or len(last) > LONGEST_LAST
        or written_names.A_PLACE.search(found["last"].casefold())
    ):
        return said
    name = written_names.in_order(f"{found['last']}, {found['first']}")
    return said if "," in name else name + said[found.end() :]


def is_of_one(name: str, after: str) -> bool:
    """Is it the name of one person, who writes it? `after` is what stands behind it."""
    if AND.search(name) or ANOTHER_S.match(name):
        return False
    *parts, _ = PARTS.split(after)
    first = PARTS.split(after)[0].strip(" .!")
    # "Samaritans, Amina Shah": which of them is the name?
    is_unclear = " " not in name and not _is_given(name) and not parts and _is_whole(first)
    is_another_s = is_unclear or any(
        _is_whole(one)
        for part in parts
        for one in AND.split(AND_SONS.split(part)[0])
        if not AND_SONS.search(part)
    )
    # "Angus" is a man and a council.
    is_place = " " in name and _is_a_council(first)
    return not is_another_s and (is_place or not _is_given(first))


def is_of_a_body(name: str) -> bool:
    """As in "Leeds City Council, Amina Shah"."""
    return A_BODY.fullmatch(name) is not None


def _is_given(said: str) -> bool:
    words = said.split()
    return given_names.is_given(" ".join(words[titles.count_of(words) :]))


def _is_a_council(said: str) -> bool:
    """By the short name of one, as "Amber Valley" is."""
    return folded(said) in _councils()


@cache
def _councils() -> frozenset[str]:
    return frozenset(folded(name) for one in councils.every() for name in one.short)


def _is_whole(said: str) -> bool:
    """Is it the name of a person, as "Amina Shah" is?"""
    words = said.split()
    of_place = any(sign.search(said.casefold()) for sign in (A_PLACE, written_names.A_PLACE))
    is_body = of_place or " ".join(words).casefold() in BODIES_CALLED_SO or _is_a_council(said)
    return len(words) == 2 and given_names.is_given(words[0]) and not is_body
