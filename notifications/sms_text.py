"""What a text costs and how to keep it short.

GSM 03.38: a text in its alphabet travels as 160 characters, or 153 to a segment when there are several; one
character outside it makes the whole text UCS-2, 70 or 67. Eight printable characters of the extension table
count two.
"""

import re
import unicodedata
from dataclasses import dataclass

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€")

# Typographic signs that would make a whole text UCS-2, and what says the same in GSM-7.
PLAIN = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'", "ʼ": "'",
        "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "…": "...", "•": "-", "·": "-", "×": "x", "\t": " ",
        "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u200a": " ", "\u202f": " ",
        "\u00ad": None, "\u200b": None, "\u2060": None, "\ufeff": None,
    }
)  # fmt: skip

URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
DOT_INSIDE = re.compile(r"(?<=\w)\.(?=\w)")  # what makes a phone see a link in "evil.example"


@dataclass(frozen=True)
class Cost:
    """`units` are septets in GSM-7 and UTF-16 code units in UCS-2."""

    encoding: str
    units: int
    segments: int


def cost(text: str) -> Cost:
    """How a text will travel, as the networks count it."""
    if all(letter in GSM or letter in GSM_TWICE for letter in text):
        units = sum(2 if letter in GSM_TWICE else 1 for letter in text)
        return Cost("GSM-7", units, _segments([2 if c in GSM_TWICE else 1 for c in text], 160, 153))
    sizes = [len(letter.encode("utf-16-be")) // 2 for letter in text]
    return Cost("UCS-2", sum(sizes), _segments(sizes, 70, 67))


def _segments(sizes: list[int], alone: int, together: int) -> int:
    if sum(sizes) <= alone:
        return 1
    # A character of two units is never cut in half, so a segment may end one unit early.
    segments, used = 1, 0
    for size in sizes:
        if used + size > together:
            segments, used = segments + 1, 0
        used += size
    return segments


def plain(text: str) -> str:
    """The same words with straight quotes and plain dashes. People's names keep their letters."""
    return unicodedata.normalize("NFC", text).translate(PLAIN)


def name(text: str, longest: int = 40) -> str:
    """A name fit for a text: one line, no address that a phone would turn into a link, not endless."""
    one_line = " ".join(_printable(plain(text)).split())
    unlinked = DOT_INSIDE.sub(". ", URL.sub("", one_line))
    return shorten(" ".join(unlinked.split()), longest)


def _printable(text: str) -> str:
    # Cc: control characters. Cf: invisible marks, among them those that turn the direction of writing.
    return "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text
                   if unicodedata.category(c) != "Cf")  # fmt: skip


def shorten(text: str, longest: int) -> str:
    """At most `longest` characters, cut between words where that keeps half of them, ended with dots."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 3]
    words = cut.rsplit(" ", 1)[0]
    return (words if len(words) >= longest // 2 else cut).rstrip(" ,;:-") + "..."
