"""CSV in and out: people, history, never-pairs, rounds. UTF-8, header row, other columns passed over.

Ids and organisations that differ only in case, spaces or accents are one, and `notes` say so.

Raises BadTable naming file, row (the header is row 1) and column.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from matcher.errors import BadTable
from matcher.pot import Ints, Pot

Row = dict[str, str]
SEAT = re.compile(r"person_[1-9][0-9]?")
# How files begin that people take for their table: of new and old Office, PDF, RTF, and pages of the web.
OTHER_KINDS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-", b"{\\rtf", b"<")
NO_TABLE = "this is no CSV, but a file of another kind; save the table as CSV, in UTF-8"
HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


@dataclass(frozen=True)
class People:
    """Everybody in the pot, in code-point order of their ids. `notes` tell what was taken for one; `mix` is
    what else they are mixed by, -1 where the cell is empty.
    """

    ids: list[str]
    organisations: list[str]
    organisation: Ints
    notes: list[str] = field(default_factory=list)
    mix: Ints | None = None

    @property
    def places(self) -> Places:
        return Places(self.ids)


class Places:
    """Where people stand, by their ids however these are written; `notes` tell of other spellings."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = ids
        self._exactly = {person: place for place, person in enumerate(ids)}
        self._alike = {alike(person): place for place, person in enumerate(ids)}
        self._otherwise: dict[str, str] = {}

    def get(self, person: str) -> int | None:
        place = self._exactly.get(person)
        if place is None and (place := self._alike.get(alike(person))) is not None:
            self._otherwise.setdefault(person, self._ids[place])
        return place

    def notes(self, file: Path) -> list[str]:
        """What was taken for one, in a sentence with up to three of them."""
        if not self._otherwise:
            return []
        shown = ", ".join(f"{written} for {person}" for written, person in [*self._otherwise.items()][:3])
        more = len(self._otherwise) - 3
        return [f"{file.name}: taken for one: {shown}" + (f" and {more} more" if more > 0 else "")]


@dataclass(frozen=True)
class History:
    """Who met: `met` (m, 3), turns in a three, who has a past at all, and how many ids have left."""

    met: Ints
    trio_turns: Ints
    known: set[int]
    leavers: int
    notes: list[str] = field(default_factory=list)


def alike(text: str) -> str:
    """What spellings have in common that differ only in case, spaces, accents or letters nobody sees."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    seen = (one for one in letters if not (unicodedata.combining(one) or unicodedata.category(one) == "Cf"))
    return " ".join("".join(seen).split())


def read_people(file: Path, mix: str = "") -> People:
    """Columns id and organisation, both filled, ids unique; and the column `mix`, where that is given."""
    found: dict[str, str] = {}
    answers: dict[str, str] = {}
    column = _column(mix)
    seen: dict[str, tuple[int, str]] = {}
    spellings: dict[str, list[str]] = {}
    for row, cells in _rows(file, ("id", "organisation", *([column] if column else []))):
        person, organisation = _filled(file, row, cells, "id"), _filled(file, row, cells, "organisation")
        first, written = seen.setdefault(alike(person), (row, person))
        if first != row:
            other = "" if written == person else f", as {written} in row {first}"
            raise BadTable(file.name, f"{person} is listed twice{other}", row=row, column="id")
        written_so = spellings.setdefault(alike(organisation), [])
        if organisation not in written_so:
            written_so.append(organisation)
        found[person] = written_so[0]
        answers[person] = alike(cells.get(column, ""))
    names = sorted(set(found.values()))
    code = {name: number for number, name in enumerate(names)}
    ids = sorted(found)
    notes = [
        f"{file.name}: one organisation: {' and '.join(f'“{name}”' for name in written)}"
        for written in spellings.values()
        if len(written) > 1
    ]
    codes = np.array([code[found[person]] for person in ids], np.int32)
    if not column:
        return People(ids, names, codes, notes)
    kinds = sorted(set(answers.values()) - {""})
    kind = {answer: number for number, answer in enumerate(kinds)} | {"": -1}
    said = np.array([kind[answers[person]] for person in ids], np.int32)
    return People(ids, names, codes, notes, said)


def read_history(file: Path, people: People, before: int | None = None) -> History:
    """Columns round and person_1 to person_k. Ids that are not in the pot have left: counted, passed over.

    Rounds from `before` on are passed over too, to draw or check that round again.
    """
    places = people.places
    met: list[tuple[int, int, int]] = []
    turns = np.zeros(len(people.ids), np.int32)
    known: set[int] = set()
    leavers: set[str] = set()
    for row, cells in _rows(file, ("round", "person_1", "person_2")):
        number = _whole(file, row, cells, "round")
        group = _group(file, row, cells)
        if before is not None and number >= before:
            continue
        found = {person: places.get(person) for person in group}
        leavers.update(alike(person) for person, place in found.items() if place is None)
        here = [place for place in found.values() if place is not None]
        known.update(here)
        if len(group) == 3:
            turns[here] += 1
        met.extend((number, a, b) for i, a in enumerate(here) for b in here[i + 1 :])
    notes = places.notes(file)
    return History(np.array(met, np.int32).reshape(-1, 3), turns, known, len(leavers), notes)


def read_never(file: Path, people: People) -> tuple[Ints, int, list[str]]:
    """Columns person_1 and person_2; the pairs, how many ids have left, and notes."""
    places = people.places
    pairs: list[list[int]] = []
    leavers: set[str] = set()
    for row, cells in _rows(file, ("person_1", "person_2")):
        pair = [_filled(file, row, cells, column) for column in ("person_1", "person_2")]
        if alike(pair[0]) == alike(pair[1]):
            raise BadTable(file.name, f"{pair[0]} is paired with themselves", row=row, column="person_2")
        found = [places.get(person) for person in pair]
        leavers.update(alike(person) for person, place in zip(pair, found, strict=True) if place is None)
        here = [place for place in found if place is not None]
        if len(here) == len(pair):
            pairs.append(here)
    return np.array(pairs, np.int32).reshape(-1, 2), len(leavers), places.notes(file)


def read_round(file: Path, people: People) -> Ints:
    """A round as groups (g, w) padded with -1; everybody named must be in the pot."""
    places = people.places
    groups = []
    for row, cells in _rows(file, ("person_1", "person_2")):
        group = [(person, places.get(person)) for person in _group(file, row, cells)]
        for column, (person, place) in enumerate(group, 1):
            if place is None:
                text = f"{person} is not among the people"
                raise BadTable(file.name, text, row=row, column=f"person_{column}")
        groups.append([place for _, place in group if place is not None])
    width = max([3, *map(len, groups)])
    return np.array([group + [-1] * (width - len(group)) for group in groups], np.int32).reshape(-1, width)


def write_round(file: Path, people: People, pot: Pot, groups: Ints, why: Sequence[str]) -> None:
    """One row per group: its people, repeats and crossing counted in pairs, and why; and how many pairs
    differ in what else is mixed by, if anything is.
    """
    columns = [f"person_{number}" for number in range(1, groups.shape[1] + 1)]
    mixed = ["mixed"] if pot.mixes else []
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*columns, "repeat", "cross_organisation", *mixed, "why"])
        for group, reason in zip(groups, why, strict=True):
            counts = _counts(pot, group)
            names = [safe(people.ids[person]) if person >= 0 else "" for person in group]
            writer.writerow([*names, *counts, safe(reason)])


def append_round(file: Path, people: People, groups: Ints) -> int:
    """Add a round to a history and return its number, one above the highest; other columns stay as they are.

    The file is replaced at once, so that it is whole whatever happens.
    """
    rows = [cells for _, cells in _records(file)]
    written, header = [name.strip() for name in rows[0]], [_column(name) for name in rows[0]]
    numbers = [_whole(file, row, cells, "round") for row, cells in _rows(file, ("round",))]
    number = max(numbers, default=0) + 1
    wide = int((groups >= 0).sum(axis=1).max(initial=2))
    new_columns = [name for name in (f"person_{place + 1}" for place in range(wide)) if name not in header]
    header += new_columns
    records = [[*cells, *[""] * (len(header) - len(cells))] for cells in rows[1:] if any(cells)]
    for group in groups:
        record = [""] * len(header)
        record[header.index("round")] = str(number)
        for place, person in enumerate(group[group >= 0], 1):
            record[header.index(f"person_{place}")] = safe(people.ids[person])
        records.append(record)
    new = file.with_name(f"{file.name}.new")
    write_rows(new, [*written, *new_columns], records)
    new.replace(file)
    return number


def write_rows(file: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A plain table."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)


def safe(cell: str) -> str:
    """A cell no spreadsheet takes for a formula: an apostrophe before = + - @ and control characters."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _counts(pot: Pot, group: Ints) -> list[int]:
    members = group[group >= 0]
    i, j = np.triu_indices(len(members), 1)
    a, b = members[i], members[j]
    mixed = [int((pot.kinds[a] != pot.kinds[b]).sum())] if pot.mixes else []
    return [int(pot.have_met(a, b).sum()), int((pot.codes[a] != pot.codes[b]).sum()), *mixed]


def _rows(file: Path, needed: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Row number and cells of every row that is not blank."""
    records = _records(file)
    header = [_column(name) for name in next(records, (1, []))[1]]
    if not any(header):
        raise BadTable(file.name, "the file is empty")
    for column in needed:
        if column not in header:
            raise BadTable(file.name, "this column is missing", row=1, column=column)
    for column in header:
        if header.count(column) > 1 and (column in needed or SEAT.fullmatch(column)):
            raise BadTable(file.name, "two columns are called so", row=1, column=column)
    # Of groups no column is passed over for want of a heading: somebody may stand there.
    nameless = [place for place, column in enumerate(header) if not column and "person_1" in needed]
    for number, cells in records:
        if any(cell.strip() for cell in cells):
            _all_have_headings(file, number, cells, [*nameless, *range(len(header), len(cells))])
            yield number, dict(zip(header, (cell.strip() for cell in cells), strict=False))


def _all_have_headings(file: Path, row: int, cells: Sequence[str], places: Sequence[int]) -> None:
    """Nothing stands in these cells, which have no heading: else half of a name with a comma that nobody
    quoted would be read, or two of a three.
    """
    for place in places:
        if place < len(cells) and (cell := cells[place].strip()):
            text = f"“{cell}” stands below no heading; a comma within a cell needs quotes around it"
            raise BadTable(file.name, text, row=row, column=f"column {place + 1}")


def _records(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of every row, after Excel's hint "sep=;" if that stands above them."""
    text, delimiter = _text(file), ","
    if hint := HINT.match(text):
        text, delimiter = text[hint.end() :], hint[1]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise BadTable(file.name, f"this is not CSV ({error})", row=reader.line_num) from error


def _column(name: str) -> str:
    """As the documents call it: "ID" is id, and "Person 1" is person_1."""
    return "_".join(name.casefold().split())


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadTable(file.name or str(file), f"cannot be read: {error.strerror or error}") from error
    if raw.startswith(OTHER_KINDS):
        raise BadTable(file.name, NO_TABLE)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        start = raw.rfind(b"\n", 0, error.start) + 1
        column = raw.count(b",", start, error.start) + 1
        said = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise BadTable(file.name, said, row=row, column=f"column {column}") from error
    if "\0" in text:
        raise BadTable(file.name, NO_TABLE)
    return text


def _filled(file: Path, row: int, cells: Row, column: str) -> str:
    text = cells.get(column, "")
    if not text:
        raise BadTable(file.name, "this is empty", row=row, column=column)
    return _unquoted(text)


def _unquoted(text: str) -> str:
    """What `safe` wrote, as it was."""
    return text[1:] if text[0] == "'" and safe(text[1:]) == text else text


def _whole(file: Path, row: int, cells: Row, column: str) -> int:
    text = _filled(file, row, cells, column)
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise BadTable(file.name, f"{text} is not a whole number", row=row, column=column)
    return int(text)


def _group(file: Path, row: int, cells: Row) -> list[str]:
    """The people of a row, in their columns; at least two, nobody twice."""
    named = [(column, _unquoted(text)) for column, text in cells.items() if text and SEAT.fullmatch(column)]
    seen: set[str] = set()
    for column, person in named:
        if alike(person) in seen:
            raise BadTable(file.name, f"{person} is in this group twice", row=row, column=column)
        seen.add(alike(person))
    if len(named) < 2:
        raise BadTable(file.name, "a group has at least two people", row=row, column="person_2")
    if len(named) > 5:
        raise BadTable(file.name, "a group has at most five people", row=row, column=named[5][0])
    return [person for _, person in named]
