"""The United Kingdom's councils by their official names, in English and in Welsh or Gaelic.

`councils.csv` was made from facts in mySociety's uk_local_authority_names_and_codes (MIT licence) of November
2026: the 397 authorities of that time, with a short name each. The Welsh and Gaelic names are those the
councils use.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import permutations
from pathlib import Path

FILE = Path(__file__).with_suffix(".csv")


@dataclass(frozen=True)
class Council:
    """`official` names are sure to be it; a `short` one may be something else: "Angus" is also a man."""

    name: str
    official: Sequence[str] = field(default=())
    short: Sequence[str] = field(default=())


@cache
def every() -> Sequence[Council]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            Council(row["name"], (row["name"], *_listed(row["also_official"])), _listed(row["short"]))
            for row in csv.DictReader(file)
        ]


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def together(names: Sequence[str]) -> Sequence[str]:
    """A council's names one after the other, as a bilingual letterhead has them."""
    return [f"{one} {other}" for one, other in permutations(names, 2)]
