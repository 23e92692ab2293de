"""How names are compared, sorted and searched: without case, accents and doubled spaces."""

import unicodedata

LONGEST = 120


def folded(text: str, most: int | None = LONGEST) -> str:
    """As it is compared: "Élodie  Brown" becomes "elodie brown". Punctuation stays."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = (letter for letter in plain if not unicodedata.combining(letter))
    return " ".join("".join(letters).split())[:most]
