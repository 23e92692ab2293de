"""Who met whom, in whichever of four shapes a sheet tells it.

pairs       round, person 1, person 2, …        a row for each pair or three
groups      round, group, person                a row for each person, those of a group with its number
lists       person, partners                    a row for each person, with everybody they have met
rounds      person, round 1, round 2, …         a row for each person, with the partner of each round
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from web.services.common import days
from web.services.common.spreadsheets import Sheet
from web.services.imports import headings
from web.services.imports.headings import LARGEST_GROUP

# What stands in a cell where nobody was met.
NOBODY = frozenset(
    (*"- – — / x n/a na none nobody no off out away paused skip skipped absent sick holiday tbc ? 0".split(),
     "", "no match", "no one", "no-one", "no partner", "not matched", "unmatched")
)  # fmt: skip
BETWEEN = re.compile(r"\s*(?:[;\n|•]|\s/\s)\s*")
BETWEEN_NAMES = re.compile(r"\s*,\s*|\s+(?:and|&|\+|a)\s+")
# A partner in a list, with the round in brackets, after a dash or before a colon.
LABELLED = (
    re.compile(r"(?P<who>.+?)\s*[(\[](?P<when>[^()\[\]]+)[)\]]"),
    re.compile(r"(?P<who>.+?)\s+[-–—:]\s+(?P<when>.+)"),
    re.compile(r"(?P<when>[^:]+):\s*(?P<who>.+)"),
)


@dataclass(frozen=True)
class Meeting:
    """A group that met: the number of its row, what the row says of the round and its date, and who."""

    row: int
    round: str
    date: str
    people: Sequence[str]
    is_shifted: bool = False


IsSomebody = Callable[[str], bool]


def read(sheet: Sheet, columns: Mapping[str, int], is_somebody: IsSomebody) -> Iterator[Meeting]:
    """Every meeting a sheet tells of, in the order of its rows. `is_somebody` says of some words that they
    name one person, so that "Smith, Jane" is not taken for two.
    """
    if "partners" in columns:
        return _lists(sheet, columns, is_somebody)
    if "rounds_from" in columns:
        return _rounds(sheet, columns, is_somebody)
    return _groups(sheet, columns) if "group" in columns else _pairs(sheet, columns)


def is_told_by_each(columns: Mapping[str, int]) -> bool:
    """Does each of a group tell of it, so that it stands there more than once?"""
    return bool(columns.keys() & {"partners", "rounds_from"})


def _pairs(sheet: Sheet, columns: Mapping[str, int]) -> Iterator[Meeting]:
    places = [columns[key] for n in range(1, LARGEST_GROUP + 1) if (key := f"person_{n}") in columns]
    for number, cells in sheet.rows:
        people = [cells[place] for place in places if cells[place].casefold() not in NOBODY]
        yield Meeting(number, *_when(cells, columns), people, sheet.is_shifted(cells))


def _when(cells: Sequence[str], columns: Mapping[str, int]) -> tuple[str, str]:
    return cells[columns["round"]] if "round" in columns else "", cells[
        columns["date"]
    ] if "date" in columns else ""


def _groups(sheet: Sheet, columns: Mapping[str, int]) -> Iterator[Meeting]:
    """A cell that is empty goes on with that above it, as where cells were merged."""
    met: dict[tuple[str, str, str], tuple[int, list[str]]] = {}
    round_ = date = group = ""
    for number, cells in sheet.rows:
        told_round, told_date = _when(cells, columns)
        round_, date = told_round or round_, told_date or date
        group = cells[columns["group"]] or group
        if person := cells[columns["person_1"]]:
            met.setdefault((round_, date, group), (number, []))[1].append(person)
    for (round_, date, _), (number, people) in met.items():
        yield Meeting(number, round_, date, people)


def _lists(sheet: Sheet, columns: Mapping[str, int], is_somebody: IsSomebody) -> Iterator[Meeting]:
    """Partners without a round come in the order of the list: the first is taken for the earliest."""
    turns = _Turns()
    for number, cells in sheet.rows:
        person, (round_, date) = cells[columns["person_1"]], _when(cells, columns)
        for entry in _split(cells[columns["partners"]], is_somebody):
            partner, told = _labelled(entry)
            when = _place(told) if told else (round_, date)
            yield Meeting(
                number, *(when if any(when) else (turns.next(person, partner), "")), (person, partner)
            )


def _labelled(entry: str) -> tuple[str, str]:
    for pattern in LABELLED:
        if (found := pattern.fullmatch(entry)) and any(_place(found["when"])):
            return found["who"].strip(), found["when"].strip()
    return entry, ""


def _place(told: str) -> tuple[str, str]:
    """A round, or a date, or neither."""
    if headings.round_number(told) is not None and days.day(told) is None:
        return told, ""
    return ("", told) if days.day(told) else ("", "")


class _Turns:
    """Rounds for pairs that tell none: the first in which neither has a partner yet."""

    def __init__(self) -> None:
        self._taken: dict[str, set[int]] = {}
        self._pairs: dict[frozenset[str], int] = {}

    def next(self, one: str, other: str) -> str:
        pair = frozenset((one.casefold(), other.casefold()))
        if pair not in self._pairs:
            taken = set[int]().union(*(self._taken.setdefault(person, set()) for person in pair))
            turn = next(number for number in range(1, len(taken) + 2) if number not in taken)
            self._pairs[pair] = turn
            for person in pair:
                self._taken[person].add(turn)
        return str(self._pairs[pair])


def _rounds(sheet: Sheet, columns: Mapping[str, int], is_somebody: IsSomebody) -> Iterator[Meeting]:
    places = [
        (place, _place(name))
        for place, name in enumerate(sheet.header)
        if place >= columns["rounds_from"] and any(_place(name))
    ]
    for number, cells in sheet.rows:
        for place, when in places:
            if partners := _split(cells[place], is_somebody):
                yield Meeting(number, *when, (cells[columns["person_1"]], *partners))


def _split(cell: str, is_somebody: IsSomebody) -> list[str]:
    """The people a cell names. A comma or an "and" parts two only where what they join is nobody."""
    if is_somebody(whole := " ".join(cell.split())):
        return [whole]  # whose name goes on in the next line
    found: list[str] = []
    for part in BETWEEN.split(cell):
        whole = part.strip(" ,")
        if whole and (is_somebody(whole) or not BETWEEN_NAMES.search(whole)):
            found.append(whole)
        else:
            found.extend(name for name in BETWEEN_NAMES.split(whole) if name)
    return [name for name in found if name.casefold() not in NOBODY]
