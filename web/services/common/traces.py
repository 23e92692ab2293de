"""Does a text tell of somebody: by their address, their number, their handle or their name?"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from notifications import titles
from web.models import Person
from web.models.folding import SEARCHED
from web.services.common import written_names

COMBINING = re.compile(r"[\u0300-\u036f]")
WORD = re.compile(r"[^\W\d_]+")
TITLES = frozenset("mr mrs ms miss mx dr prof professor cllr councillor sir dame lord lady rev revd".split())
BETWEEN_DIGITS = r"[ ().-]*"
NATIONAL = 10  # digits of a UK number behind +44 or 0
SHORTEST_HANDLE = 5  # letters: "the" and "2026" tell of nobody
NO_PART_OF_A_WORD = re.compile(r"[^\w\s]|[\d_]")


def plain(text: str) -> str:
    """Without case and accents, and in plain letters, line by line; some 50 ms for each MB."""
    return COMBINING.sub("", unicodedata.normalize("NFKD", text).casefold()).translate(SEARCHED)


def _with_places(text: str) -> tuple[str, Sequence[int]]:
    """In plain letters, and where each stands in the text: others write Sian O'Neill of Siân O’Neill."""
    if text.isascii():
        return plain(text), range(len(text) + 1)
    letters: list[str] = []
    at: list[int] = []
    for place, letter in enumerate(text):
        for one in plain(letter):
            letters.append(one)
            at.append(place)
    return "".join(letters), [*at, len(text)]


def _words(name: str) -> frozenset[str]:
    """What of a name tells who it is: neither titles, letters behind it nor initials, unless there is nothing
    else.
    """
    words = WORD.findall(plain(titles.without(name)))
    telling = frozenset(word for word in words if len(word) > 1 and word not in TITLES)
    return telling or frozenset(words)


def _tells(handle: str, name: frozenset[str]) -> bool:
    """Is it more than a word that anybody may write? By its signs, or by the name that is in it."""
    said = plain(handle).strip()
    if len(said) < SHORTEST_HANDLE or not WORD.search(said):
        return False
    has_their_name = any(len(word) > 2 and word in said and word != said for word in name)
    return has_their_name or NO_PART_OF_A_WORD.search(said) is not None


@dataclass(frozen=True)
class Traces:
    """What somebody is known by. `words` are those of their name, in whatever order a text has them; `exact`
    finds their address, number and handle in `plain` text, `spelled` those and their name.
    `short_names` are the first of their names and what they are called. A name of one word is a short one:
    whoever is called Will would else take that word out of everybody's sentences.
    """

    exact: re.Pattern[str] | None
    spelled: re.Pattern[str] | None
    words: frozenset[str]
    short_names: tuple[str, ...]

    @classmethod
    def of(cls, person: Person) -> "Traces":
        digits = (person.phone or "")[-NATIONAL:]
        # What stands between is looked for behind a digit alone: a file may have a million blanks in a row.
        number = [rf"(?:(?:\+44|0){BETWEEN_DIGITS})?{BETWEEN_DIGITS.join(digits)}"] if digits else []
        words = _words(person.name)
        handle = person.video_handle if _tells(person.video_handle, words) else ""
        given = [text for text in (person.email, handle) if text]
        # With its title and letters first: what is taken out is as long as it can be.
        names = [plain(name).split() for name in dict.fromkeys((person.name, titles.without(person.name)))]
        spelled = [r"\s+".join(map(re.escape, name)) for name in names if len(name) > 1]
        return cls(
            _either(number + [re.escape(plain(text)) for text in given]),
            _either(number + spelled + [re.escape(plain(text)) for text in given]),
            words,
            tuple(short for short in (written_names.first(person.name), person.known_as) if short),
        )

    def are_in(self, text: str, passing_over: Callable[[str], bool] = lambda _line: False) -> bool:
        """A name counts where all its words stand in one line, but for lines that are passed over."""
        said = plain(text)
        if self.exact and self.exact.search(said):
            return True
        if not self.words or not all(word in said for word in self.words):
            return False
        return any(
            self.words <= set(WORD.findall(line)) and not passing_over(line) for line in said.splitlines()
        )

    def are_in_name_of(self, file: str) -> bool:
        """As in "Smith_Jane leaving.csv" and "janesmith.csv"."""
        letters = "".join(WORD.findall(plain(file)))
        return bool(self.words) and all(word in letters for word in self.words)

    def without(self, text: str, instead: str) -> str:
        """The text with `instead` wherever it has their address, number, handle or whole name."""
        if not self.spelled:
            return text
        said, at = _with_places(text)
        kept, end = [], 0
        for found in self.spelled.finditer(said):
            kept += [text[end : at[found.start()]], instead]
            end = at[found.end()]
        return "".join([*kept, text[end:]])

    def a_short_name_is_in(self, text: str) -> bool:
        """As a word of its own, with its capital."""
        said = _keeping_capitals(text)
        return any(re.search(_whole(re.escape(_keeping_capitals(short))), said) for short in self.short_names)


def _keeping_capitals(text: str) -> str:
    """In plain letters, as it is written else."""
    return "".join(
        plain(letter).capitalize() if letter.isupper() else plain(letter) if letter.isalpha() else letter
        for letter in unicodedata.normalize("NFC", text)
    )


def _either(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile(_whole("|".join(patterns)), re.IGNORECASE) if patterns else None


def _whole(pattern: str) -> str:
    """Not as a part of a longer word, address or number."""
    return rf"(?<![\w.+-])(?:{pattern})(?![\w-])"
