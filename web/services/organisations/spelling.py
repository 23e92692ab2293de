"""What spellings of an organisation's name have in common."""

import re
import unicodedata


def key(name: str) -> str:
    """What two spellings of one name have in common: case, accents, punctuation and "&" do not count."""
    plain = unicodedata.normalize("NFKD", name).casefold().replace("&", " and ")
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"[^\w\s]", "", plain)
    return " ".join(plain.split()).removeprefix("the ") or name.casefold().strip()
