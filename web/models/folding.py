"""How names are compared, sorted and searched: without case, accents and doubled spaces."""

import re
import unicodedata

LONGEST = 120
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")  # looked at letter by letter; of a large file, nothing else is


def folded(text: str, most: int | None = LONGEST) -> str:
    """As it is compared: "Élodie  Brown" becomes "elodie brown". Punctuation stays."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(NOT_ASCII.sub(_without_accents, plain).split())[:most]


def _without_accents(run: re.Match[str]) -> str:
    return "".join(letter for letter in run[0] if not unicodedata.combining(letter))
