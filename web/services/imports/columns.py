"""Which column of a file is what: guessed from its header, and checked before anything is done with it.

BadColumns          something needed was not chosen, or a column twice; `.problems` by field
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from web.models.folding import folded
from web.models.imports import ImportKind

LARGEST_GROUP = 5


class BadColumns(Exception):
    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True)
class Field:
    """Something a file may tell. `names` is how columns with it are called, folded."""

    key: str
    label: str
    names: re.Pattern[str]


def _field(key: str, label: str, names: str) -> Field:
    return Field(key, label, re.compile(names))


MAIL = r"(your |work |contact )?(e ?-?mail)( address)?( \(work\))?"
PEOPLE = (
    _field("name", "Name, where it stands in one column", r"(full |your )?name|participant|person|who"),
    _field("first_name", "First name", r"(first|given|fore) ?names?"),
    _field("last_name", "Last name", r"(last|family|second) ?names?|surname"),
    _field(
        "organisation",
        "Organisation",
        r"(your )?organi[sz]ation( name)?|council|employer|company|authority|org|where( you work)?",
    ),
    _field("email", "Email address", MAIL),
    _field("phone", "Mobile number", r"(mobile|phone|telephone|tel|cell)( ?(number|no\.?))?|mobile phone"),
)
SOMEBODY = r"(person|participant|name|partner|member|email|pair|who)"
# How the columns of a pair are called where they are not counted.
ALONE = ("|who|from", "|with( whom)?|to", "", "", "")
HISTORY = (
    _field("round", "Round, as a number or a date", r"round( ?(number|no\.?|#))?|cycle|wave|session"),
    _field("date", "Date of the round", r"date|day|when|month|introduced( on)?"),
    *(
        _field(f"person_{place}", f"Person {place}", rf"{SOMEBODY}[ _-]?({place}|{letter}){alone}")
        for place, letter, alone in zip(range(1, LARGEST_GROUP + 1), "abcde", ALONE, strict=True)
    ),
)
FIELDS = {ImportKind.PEOPLE: PEOPLE, ImportKind.HISTORY: HISTORY}
# One of the fields in each line is needed.
NEEDED = {
    ImportKind.PEOPLE: {
        ("name", "first_name", "last_name"): "name",
        ("organisation",): "organisation",
        ("email",): "email address",
    },
    ImportKind.HISTORY: {
        ("round", "date"): "round, or with its date",
        ("person_1",): "first person",
        ("person_2",): "second person",
    },
}


def guess(kind: ImportKind, header: Sequence[str]) -> dict[str, int]:
    """The column of each field whose name says it, each column once."""
    found: dict[str, int] = {}
    for field in FIELDS[kind]:
        for place, name in enumerate(header):
            said = folded(name).replace("_", " ").strip(" :*?")
            if field.names.fullmatch(said) and place not in found.values():
                found[field.key] = place
                break
    # A whole name is better than its halves, and a "Name" beside a "Surname" is the first half.
    if "name" in found and "last_name" in found and "first_name" not in found:
        found["first_name"] = found.pop("name")
    elif "name" in found:
        found = {key: place for key, place in found.items() if key not in ("first_name", "last_name")}
    return found


def check(kind: ImportKind, header: Sequence[str], columns: Mapping[str, int]) -> None:
    """Raises BadColumns with what to choose."""
    problems = {
        keys[0]: f"Choose the column with the {what}{_there_are(header)}"
        for keys, what in NEEDED[kind].items()
        if not columns.keys() & set(keys)
    }
    taken: set[int] = set()
    for key, place in columns.items():
        if place in taken:
            problems.setdefault(key, f"“{header[place]}” is chosen twice")
        taken.add(place)
    if problems:
        raise BadColumns(problems)


def _there_are(header: Sequence[str]) -> str:
    return "; there are " + ", ".join(header[:8]) if len(header) <= 8 else ""
