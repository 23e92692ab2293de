"""What spellings of an organisation's name have in common."""

import re
import unicodedata

from web.models.folding import folded
from web.services.common import written_names

NOWHERE = frozenset(
    ("na", "none", "nil", "tbc", "tba", "unknown", "not known", "not applicable", "nowhere",
     "no organisation", "no organization", "none at the moment", "not any", "no company")
)  # fmt: skip


def key(name: str) -> str:
    """What two spellings of one name have in common: case, accents, punctuation and "&" do not count.

    It is looked up before anybody says that a name has letters in it which cannot be seen; PostgreSQL has no
    letter for zero.
    """
    plain = unicodedata.normalize("NFKD", name).casefold().replace("&", " and ")
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"[^\w\s]", "", plain)
    return " ".join(plain.split()).removeprefix("the ") or name.casefold().replace("\0", "").strip()


def says_none(name: str) -> bool:
    """Does it say that there is no organisation, as "N/A" and "-" do? "X" is a name here."""
    said = name.strip(" .")
    is_sign = not said.isalpha() and written_names.is_missing(said)
    return is_sign or folded(said) in NOWHERE or written_names.is_ditto(said)
