"""How we say dates, names and lists: the filters of the templates."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from notifications.messages import LONDON, Named, Partner

TITLES = frozenset(
    "cllr councillor dr prof professor mr mrs ms miss mx sir dame lord lady rev revd reverend".split()
)

# Kinds of authority that add nothing once the place is named. "Council" alone stays: "Arts" is no place.
AUTHORITY = re.compile(
    r" (?:(?:Metropolitan )?(?:Borough|District)|City|County|Town|Parish) Council$", re.IGNORECASE
)


def day(when: date, today: date | None = None) -> str:
    """`Tuesday 8 December`, with the year when it is more than half a year from `today`."""
    said = f"{when:%A} {when.day} {when:%B}"
    far = today is not None and abs((when - today).days) > 180
    return f"{said} {when.year}" if far else said


def moment(when: datetime, today: date | None = None) -> str:
    """`Tuesday 8 December at 12:30`, in London's time."""
    there = when.astimezone(LONDON)
    return f"{day(there.date(), today)} at {there:%H:%M}"


def listed(things: Sequence[str], word: str = "and") -> str:
    """`Tom`, `Tom and Jo`, `Tom, Jo and Ann`."""
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} {word} {things[-1]}"


def called(name: str) -> str:
    """What to call somebody after hello: the first of their names, without a title.

    The whole name where the first word is only an initial, or where there is nothing else.
    """
    words = [word for word in name.split() if word.rstrip(".").casefold() not in TITLES]
    if len(words) < 2 or len(words[0].rstrip(".")) < 2:
        return " ".join(words) or name
    return words[0]


def firsts(people: Iterable[Named | Partner]) -> list[str]:
    """What to call each of them; whole names where two share a first name."""
    people = list(people)
    short = [called(person.name) for person in people]
    return short if len(set(short)) == len(short) else [person.name for person in people]


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
    """Somebody's own words, in curly quotes; theirs are taken off first."""
    bare = squeeze(text).strip('“”"')
    return f"“{bare}”"


def sentence(text: str) -> str:
    """Begins with a capital and ends with a stop, whatever was typed."""
    text = squeeze(text)
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".?…!”" else ".")
