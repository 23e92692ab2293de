"""Small sentences that several services say."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from notifications.words import counted as counted

# Categories of letters that change how other letters are read, or are not letters at all: controls, formats
# (right-to-left overrides among them), surrogates, private use, line and paragraph separators.
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
LINES = {"\n", "\r", "\t"}
# Joiners are part of how some names and many emoji are written.
JOINERS = {"\u200c", "\u200d"}
A_PERSON = re.compile(r"\{([0-9a-f]{20})\}")
GONE = "somebody who has left"
TIMES = (
    "never",
    "once",
    "twice",
    *(f"{few} times" for few in "three four five six seven eight nine".split()),
)


def has_invisible(line: str) -> bool:
    return any(unicodedata.category(letter) in INVISIBLE and letter not in JOINERS for letter in line)


def without_invisible(text: str) -> str:
    """Several lines of somebody's words without what nobody sees in them; joiners stay."""
    return "".join(letter for letter in text if letter in LINES or not has_invisible(letter))


def made_visible(text: str) -> str:
    """With a sign in place of each character that cannot be seen, so that it can be found and removed."""
    return "".join("\N{REPLACEMENT CHARACTER}" if has_invisible(letter) else letter for letter in text)


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Put names in place of ids in braces; who has been erased is somebody who has left."""
    return A_PERSON.sub(lambda found: names.get(found[1]) or GONE, text)


def ids_in(text: str) -> list[str]:
    return A_PERSON.findall(text)


def listing(words: Sequence[str]) -> str:
    """As people say it: "Ann", "Ann and Bo", "Ann, Bo and Cy"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def times(count: int) -> str:
    if count < len(TIMES):
        return TIMES[count]
    return f"{count:,} times"
