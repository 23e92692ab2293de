"""What can go wrong in the matcher.

MatcherError
    BadPot      the input contradicts itself; `.person`, `.pair` and `.row` say where
    BadTable    a file cannot be read as the table it should be; `.file`, `.row`, `.column` say where
    Refused     the referee's findings about a round; `.violations`
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class MatcherError(Exception):
    """Anything the matcher says no to; its text is one sentence for the person who asked."""


class BadPot(MatcherError):
    """The input contradicts itself.

    `person` is an id 0..n-1 (or the id that should have been one), `pair` two of them, `row` the row of
    the array it stands in; each is None where it does not apply.
    """

    def __init__(
        self,
        text: str,
        *,
        person: int | None = None,
        pair: tuple[int, int] | None = None,
        row: int | None = None,
    ) -> None:
        super().__init__(text)
        self.person = person
        self.pair = pair
        self.row = row


class BadTable(MatcherError):
    """A file is not the table it should be. Its text is `file:row: column: what is wrong`."""

    def __init__(self, file: str, text: str, *, row: int | None = None, column: str | None = None) -> None:
        place = file if row is None else f"{file}:{row}"
        super().__init__(f"{place}: {column}: {text}" if column else f"{place}: {text}")
        self.file = file
        self.row = row
        self.column = column


@dataclass(frozen=True)
class Violation:
    """One broken rule. `rule` is a short code, `people` whom it concerns."""

    rule: str
    text: str
    people: tuple[int, ...] = ()


class Refused(MatcherError):
    """A round, its figures or its proof does not hold; `violations` names every reason found."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(v.text for v in self.violations))
