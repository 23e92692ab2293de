"""How we say dates, names and lists: the filters of the templates."""

import re
from collections.abc import Iterable, Sequence, Sized
from datetime import date, datetime

from notifications import titles
from notifications.messages import LONDON, Named, Partner

# Kinds of authority that add nothing once the place is named. "Council" alone stays: "Arts" is no place.
AUTHORITY = re.compile(
    r" (?:(?:Metropolitan )?(?:Borough|District)|City|County|Town|Parish) Council$", re.IGNORECASE
)

QUOTES = frozenset('“”"')


def day(when: date, today: date | None = None) -> str:
    """`Tuesday 8 December`, with the year when it is more than half a year from `today`."""
    said = f"{when:%A} {when.day} {when:%B}"
    far = today is not None and abs((when - today).days) > 180
    return f"{said} {when.year}" if far else said


def full_day(when: date) -> str:
    """`8 December 2026`, for what may be read years later."""
    return f"{when.day} {when:%B %Y}"


def percent(part: int, whole: int) -> str:
    """`62%`; nothing of nothing is a dash."""
    return f"{part / whole:.0%}" if whole else "–"


def moment(when: datetime, today: date | None = None) -> str:
    """`Tuesday 8 December at 12:30`, in London's time."""
    there = when.astimezone(LONDON)
    return f"{day(there.date(), today)} at {there:%H:%M}"


def listed(things: Sequence[str], word: str = "and") -> str:
    """`Tom`, `Tom and Jo`, `Tom, Jo and Ann`."""
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} {word} {things[-1]}"


def called(name: str, known_as: str = "") -> str:
    """What to call somebody after hello: what they asked for, or else their whole name without titles. Which
    part of a name is the given one nobody can tell from outside.
    """
    return known_as or titles.without(name)


def firsts(people: Iterable[Named | Partner]) -> list[str]:
    """What to call each of them; whole names where two are called the same."""
    people = list(people)
    short = [called(person.name, person.known_as) for person in people]
    return short if len(set(short)) == len(short) else [person.name for person in people]


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its word: "1 person", "2 people", "1,204 people"; without `many` an s is added."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def with_reader(others: Sized) -> str:
    """How many a reader and these others are, in a word: up to a group of four that took in one more."""
    return ("one", "two", "three", "four", "five")[len(others)]


def of(name: str) -> str:
    return f"{name}’s"


def place(organisation: str, longest: int = 45) -> str:
    """An organisation as short as it stays itself: `Leeds` for `Leeds City Council`."""
    return short(AUTHORITY.sub("", organisation), longest)


def short(text: str, longest: int) -> str:
    """At most `longest` characters, cut between words where it can be."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    words = cut.rsplit(" ", 1)[0]
    return (words if len(words) >= longest // 2 else cut).rstrip(" ,;:–-") + "…"


def squeeze(text: str) -> str:
    return " ".join(text.split())


def quoted(text: str) -> str:
    """Somebody's own words in curly quotes, in the lines they wrote; quotes around all of them go first."""
    lines = [squeeze(line) for line in text.strip().splitlines()]
    bare = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    if len(bare) > 1 and bare[0] in QUOTES and bare[-1] in QUOTES and not set(bare[1:-1]) & QUOTES:
        bare = bare[1:-1]
    return f"“{bare}”"


def marked(words: str) -> str:
    """In a letter of plain text. Of several lines each shows that it is a quotation, as mail programs mark
    them: whoever left a line empty went on in our voice.
    """
    if "\n" not in words:
        return words
    return "\n".join(f"> {line}".rstrip() for line in words.split("\n"))


def sentence(text: str) -> str:
    """Begins with a capital and ends with a stop, whatever was typed."""
    text = squeeze(text)
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".?…!”" else ".")
