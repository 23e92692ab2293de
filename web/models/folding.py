"""How names are compared, sorted and searched: without case, accents and doubled spaces."""

import re
import unicodedata

LONGEST = 120
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")  # looked at letter by letter; of a large file, nothing else is

# Phones write O’Neill where a keyboard writes O'Neill, and a word processor joins names by longer hyphens.
APOSTROPHES, HYPHENS = "'’‘ʼ′`", "-‐‑‒–—−"
MARKS = str.maketrans({**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys(HYPHENS, "-")})


def folded(text: str, most: int | None = LONGEST) -> str:
    """As it is compared: "Élodie  Brown" becomes "elodie brown". Punctuation stays."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(NOT_ASCII.sub(_without_accents, plain).split())[:most]


def looked_for(text: str) -> str:
    """As `folded`, with apostrophes and hyphens of one kind: whatever somebody's keyboard writes."""
    return folded(text).translate(MARKS)


def pattern(text: str) -> str:
    """For LIKE with "/" as escape, over names that are kept `folded`: any letter stands for a mark."""
    escaped = re.sub(r"([/%_])", r"/\1", looked_for(text))
    return re.sub(r"['-]", "_", escaped)


def _without_accents(run: re.Match[str]) -> str:
    return "".join(letter for letter in run[0] if not unicodedata.combining(letter))
