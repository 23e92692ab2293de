"""Which column of a file is what: guessed from its header and first rows, and checked before anything is
done.

BadColumns          something needed was not chosen, or a column twice; `.problems` by field
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from web.models.imports import ImportKind
from web.services.common import days, spreadsheets, workbooks
from web.services.common.spreadsheets import Sheet
from web.services.imports import headings, standings
from web.services.imports.headings import LARGEST_GROUP

SAMPLE = 50  # rows looked at, to tell a column of addresses from one that is only called so


class BadColumns(Exception):
    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(frozen=True)
class Field:
    """Something a file may tell."""

    key: str
    label: str


WANTS = "wants"
PEOPLE = (
    Field("name", "Name, where it stands in one column"),
    Field("first_name", "First name"),
    Field("last_name", "Last name"),
    Field("known_as", "What to call them"),
    Field("organisation", "Organisation"),
    Field("email", "Email address"),
    Field("phone", "Mobile number"),
    Field(WANTS, "Whether they want to take part: a no leaves them out"),
)
MIX = "mix"
HISTORY = (
    Field("round", "Round, as a number or a date"),
    Field("date", "Date of the round"),
    *(Field(f"person_{place}", f"Person {place}") for place in range(1, LARGEST_GROUP + 1)),
    Field("group", "Number of the group, where each of its people has a row"),
    Field("partners", "All partners of the person, as a list"),
    Field("rounds_from", "The first round, where each has a column with the partners in it"),
)
FIELDS = {ImportKind.PEOPLE: PEOPLE, ImportKind.HISTORY: HISTORY}
NAME, ORGANISATION, ADDRESS = ("name", "first_name", "last_name"), ("organisation",), ("email",)
WHEN, FIRST, SECOND = ("round", "date"), ("person_1",), ("person_2",)
CALLED = {
    NAME: "name",
    ORGANISATION: "organisation",
    ADDRESS: "email address",
    WHEN: "round, or with its date",
    FIRST: "first person",
    SECOND: "second person, or with the partners",
}


def sheet(file: str, content: str) -> Sheet:
    """The sheet in hand of a file that was let in, with its header found.

    Raises:
        BadFile: as `spreadsheets.parse` does.
    """
    delimiter = "," if workbooks.names(content) else ""
    text = workbooks.sheet_in_hand(content)
    found = spreadsheets.parse(
        file, text, is_heading=headings.surely, delimiter=delimiter, in_two_rows=headings.of_a_survey
    )
    return replace(found, hidden=workbooks.hidden_rows(content))


def fields(kind: ImportKind, mix_by: str) -> Sequence[Field]:
    """What a file of this kind may tell, and what the programme mixes by besides organisations."""
    return (*PEOPLE, Field(MIX, mix_by)) if kind is ImportKind.PEOPLE and mix_by else FIELDS[kind]


def guess(kind: ImportKind, header: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> dict[str, int]:
    """The column of each field, each column once, by its name and what stands in the first `rows`."""
    cells = [[row[place] for row in rows] for place in range(len(header))]
    return _people(header, cells) if kind is ImportKind.PEOPLE else _history(header)


def guess_of(kind: ImportKind, given: Sheet, mix_by: str = "") -> dict[str, int]:
    """The same for a sheet, and the column called as what the programme mixes by is. Reads its first rows.

    Raises:
        BadFile: they are no CSV.
    """
    found = guess(kind, given.header, [cells for _, cells in islice(given.rows, SAMPLE)])
    if kind is ImportKind.PEOPLE and (asks := standings.asks(given.header, set(found.values()))) is not None:
        found[WANTS] = asks
    if kind is ImportKind.PEOPLE and mix_by:
        named = [headings.plain(name) == headings.plain(mix_by) for name in given.header]
        free = [place for place, yes in enumerate(named) if yes and place not in found.values()]
        found |= {MIX: free[0]} if free else {}
    return found


def others(kind: ImportKind, given: Sheet, chosen: Mapping[str, int]) -> Sequence[str]:
    """The headings of names of somebody else in the rows than whose columns were chosen. Reads the first.

    Raises:
        BadFile: they are no CSV.
    """
    if kind is not ImportKind.PEOPLE:
        return ()
    rows = [cells for _, cells in islice(given.rows, SAMPLE)]
    return headings.others(
        [[row[place] for row in rows] for place in range(len(given.header))], given.header, chosen
    )


def _people(header: Sequence[str], cells: Sequence[Sequence[str]]) -> dict[str, int]:
    found = headings.found(cells, header)
    halves = {"first_name", "last_name"} & found.keys()
    # A whole name is better than its halves, and a "Name" beside a "Surname" is the first half.
    if "name" in found and halves == {"last_name"}:
        found["first_name"] = found.pop("name")
    elif "name" in found and halves and _is_sure(header[found["name"]], cells[found["name"]]):
        found = {key: place for key, place in found.items() if key not in halves}
    elif len(halves) == 2:
        found.pop("name", None)
    elif halves and "name" not in found:
        found["name"] = found.pop(*halves)  # one column for both: "Surname, Forename", or who has one name
    return found


def _is_sure(name: str, cells: Sequence[str]) -> bool:
    return headings.PEOPLE["name"].matches(headings.plain(name)) == 2 and (not cells or any(cells))


def _history(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    names = [headings.plain(name) for name in header]
    for key, kind in headings.HISTORY.items():
        for place, name in enumerate(names):
            if place not in found.values() and kind.matches(name):
                found[key] = place
                break
    if rounds := [
        place for place, name in enumerate(names) if place not in found.values() and _is_round(name)
    ]:
        found["rounds_from"] = rounds[0]
    return _of_one_shape(found)


def _is_round(name: str) -> bool:
    return headings.round_number(name) is not None or days.day(name) is not None


def _of_one_shape(found: dict[str, int]) -> dict[str, int]:
    """With the columns of one shape only; of several that would do, the plainest."""
    when = found.keys() & set(WHEN)
    if "person_2" in found and not when and "person_3" not in found:
        found["partners"] = found.pop("person_2")
    shape = next((key for key in ("person_2", "partners", "rounds_from", "group") if key in found), "")
    others = {"partners", "rounds_from", "group"} - {shape}
    if shape == "rounds_from":
        others |= when
    return {key: place for key, place in found.items() if key not in others}


def check(kind: ImportKind, header: Sequence[str], columns: Mapping[str, int]) -> None:
    """Raises BadColumns with what to choose."""
    problems = {
        keys[0]: f"Choose the column with the {CALLED[keys]}{_there_are(header)}"
        for keys in _needed(kind, header, columns)
        if not columns.keys() & set(keys)
    }
    taken: set[int] = set()
    for key, place in columns.items():
        if place in taken:
            problems.setdefault(key, f"“{header[place]}” is chosen twice")
        taken.add(place)
    if problems:
        raise BadColumns(problems)


def _needed(kind: ImportKind, header: Sequence[str], columns: Mapping[str, int]) -> Sequence[tuple[str, ...]]:
    """One of the fields in each tuple. A list of nothing but names and addresses needs no organisation: whose
    an address is, its domain may say.
    """
    if kind is ImportKind.PEOPLE:
        is_list = len(header) == len(columns) and "organisation" not in columns
        return (NAME, ADDRESS) if is_list else (NAME, ORGANISATION, ADDRESS)
    if columns.keys() & {"partners", "rounds_from"}:
        return (FIRST,)
    return (WHEN, FIRST) if "group" in columns else (WHEN, FIRST, SECOND)


def _there_are(header: Sequence[str]) -> str:
    return "; there are " + ", ".join(header[:8]) if len(header) <= 8 else ""
