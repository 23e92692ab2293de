"""INPUT.json: a round as it was drawn and all it was drawn from, so that it can be drawn and judged again.

People are whole numbers that mean nothing elsewhere, and so are organisations. The file is one JSON object:

    programme, round   which round it is, for whoever finds the file
    matcher            the version of the matcher that drew it
    nonce, seed        64 hexadecimal digits, and the whole number that chance came from
    input              size, priority, and every field of `Pot`: what was drawn from
    drawn              groups and proof, as they came out
    sent               only where people or their past were others when it was sent: every field of `Pot`

The commitment is the SHA-256 of nonce, seed and input, one after the other: the nonce as its 64 digits, the
seed in decimal digits, the input as JSON in ASCII with keys in order and no spaces. Who has only the
commitment learns nothing from it; who has the file can see that nothing of these three was changed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.draw import SIZES, VERSION, canonical
from matcher.errors import BadTable, MatcherError
from matcher.pot import Ints, Pot
from matcher.result import Proof, Result
from matcher.rules import Priority

FLAGS = ("no_trio", "let_down", "newcomer")
NONCE = re.compile(r"[0-9a-f]{64}")
SEEDS = 2**63
END = "\n}\n"  # of a file
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Numbered:
    """A pot, and the number that each of its people has in the file: `people[i]` is person i's."""

    people: Sequence[int]
    pot: Pot

    def to_json(self) -> dict[str, Any]:
        """Every field of the pot; people by their numbers, flags as who has them."""
        pot, number = self.pot, np.array(self.people, np.int64)
        return {
            "people": list(self.people),
            "organisation": pot.codes.tolist(),
            "met": _numbered(pot.met, number, 1),
            "never": _numbered(pot.never, number, 0),
            "trio_turns": pot.trio_turns.tolist(),
            **{name: number[getattr(pot, name)].tolist() for name in FLAGS},
            "locked": _groups(pot.locked, number),
            # Files from before there was more to mix by have no such field.
            **({"mix": np.where(pot.mix >= 0, pot.kinds, -1).tolist()} if pot.mixes else {}),
        }

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Numbered:
        """Raises KeyError, TypeError, ValueError or BadPot."""
        people = [_whole(number) for number in told["people"]]
        place = {number: place for place, number in enumerate(people)}
        if len(place) != len(people):
            raise ValueError("somebody is listed twice")
        met = [(row[0], place[row[1]], place[row[2]]) for row in _rows(told["met"], 3)]
        never = [(place[row[0]], place[row[1]]) for row in _rows(told["never"], 2)]
        locked = [[place[number] for number in group] for group in told["locked"]]
        pot = Pot(
            told["organisation"],
            np.array(met, np.int64).reshape(-1, 3),
            np.array(never, np.int64).reshape(-1, 2),
            trio_turns=told["trio_turns"],
            locked=padded(locked),
            mix=told.get("mix"),
            **{name: _flags(told[name], place) for name in FLAGS},
        )
        return cls(people, pot)


@dataclass(frozen=True, eq=False)
class Record:
    """What a file says of a round. `groups` (g, w) are as drawn, of places in `drawn_from`; `sent_from` is
    there where people or their past were others when it was sent.
    """

    programme: str
    number: int
    matcher: int
    nonce: str
    seed: int
    size: int
    priority: Priority
    input: str
    drawn_from: Numbered
    groups: Ints
    proof: Proof
    sent_from: Numbered | None = None

    @property
    def commitment(self) -> str:
        """SHA-256 of nonce, seed and input, in hexadecimal digits."""
        return hashlib.sha256(f"{self.nonce}{self.seed}{self.input}".encode()).hexdigest()

    def to_json(self) -> str:
        """The file's text: a line for each of its parts."""
        number = np.array(self.drawn_from.people, np.int64)
        drawn = {"groups": _groups(self.groups, number), "proof": json.loads(self.proof.to_json())}
        parts = {
            "programme": written(self.programme),
            "round": written(self.number),
            "matcher": written(self.matcher),
            "nonce": written(self.nonce),
            "seed": written(self.seed),
            "input": self.input,
            "drawn": written(drawn),
        }
        lines = ",\n".join(f"{json.dumps(name)}: {text}" for name, text in parts.items())
        return with_sent(f"{{\n{lines}{END}", self.sent_from)


def record(
    pot: Pot,
    result: Result,
    *,
    size: int,
    priority: Priority,
    nonce: str,
    programme: str = "",
    number: int = 0,
) -> Record:
    """Of a round just drawn from `pot`; people are numbered from 0 in their order."""
    drawn_from = Numbered(range(pot.n), pot)
    document = {"size": size, "priority": priority, **drawn_from.to_json()}
    return Record(
        programme=programme,
        number=number,
        matcher=VERSION,
        nonce=nonce,
        seed=result.figures.seed,
        size=size,
        priority=priority,
        input=written(document),
        drawn_from=drawn_from,
        groups=result.groups,
        proof=result.proof,
    )


def read_record(file: Path) -> Record:
    """Raises BadTable, which says what is wrong with the file."""
    told = _object(file)

    def part(name: str, read: Callable[[Any], T]) -> T:
        if name not in told:
            raise BadTable(file.name, f"“{name}” is missing: this is not the file of a round")
        try:
            return read(told[name])
        except MatcherError as error:
            raise BadTable(file.name, f"{name}: {error}") from error
        except KeyError as error:
            raise BadTable(file.name, f"{name}: {_unknown(error.args[0])}") from error
        except (TypeError, ValueError, OverflowError) as error:
            raise BadTable(file.name, f"{name}: {error}") from error

    drawn_from = part("input", Numbered.from_json)
    place = {number: place for place, number in enumerate(drawn_from.people)}

    def groups(drawn: dict[str, Any]) -> Ints:
        rows = padded([[place[number] for number in group] for group in drawn["groups"]])
        return canonical(rows)

    return Record(
        programme=part("programme", str),
        number=part("round", _whole),
        matcher=part("matcher", _whole),
        nonce=part("nonce", _nonce),
        seed=part("seed", _seed),
        size=part("input", _size),
        priority=part("input", _priority),
        input=written(told["input"]),
        drawn_from=drawn_from,
        groups=part("drawn", groups),
        proof=part("drawn", lambda drawn: Proof.from_json(json.dumps(drawn["proof"]))),
        sent_from=part("sent", Numbered.from_json) if "sent" in told else None,
    )


def _unknown(key: object) -> str:
    return f"“{key}” is missing" if isinstance(key, str) else f"{key} is not among its people"


def _object(file: Path) -> dict[str, Any]:
    try:
        told = json.loads(file.read_bytes())
    except OSError as error:
        raise BadTable(file.name, f"cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise BadTable(file.name, f"this is not JSON ({error})") from error
    if not isinstance(told, dict):
        raise BadTable(file.name, "this is not the file of a round")
    return told


def written(document: object) -> str:
    """JSON in ASCII, keys in order, no spaces: the same text for the same content."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def with_sent(text: str, sent_from: Numbered | None) -> str:
    """A file's text, with what the round was sent from if that was another pot."""
    if sent_from is None:
        return text
    return f'{text.removesuffix(END)},\n"sent": {written(sent_from.to_json())}{END}'


def padded(groups: Sequence[Sequence[int]]) -> Ints:
    """Rows (g, w) of places, at least three columns, padded with -1."""
    width = max([3, *map(len, groups)])
    rows = [[*group, *[-1] * (width - len(group))] for group in groups]
    return np.array(rows, np.int32).reshape(-1, width)


def _numbered(rows: Ints, number: NDArray[np.int64], first: int) -> list[list[int]]:
    """Rows whose columns from `first` on are places, with people's numbers in them."""
    told = rows.astype(np.int64)
    told[:, first:] = number[rows[:, first:]] if len(rows) else told[:, first:]
    listed: list[list[int]] = told.tolist()
    return listed


def _groups(rows: Ints, number: NDArray[np.int64]) -> list[list[int]]:
    return [[int(number[place]) for place in row if place >= 0] for row in rows.tolist()]


def _rows(told: Any, width: int) -> list[list[int]]:
    rows = [[_whole(number) for number in row] for row in told]
    if any(len(row) != width for row in rows):
        raise ValueError(f"a row has not {width} numbers")
    return rows


def _flags(told: Any, place: dict[int, int]) -> NDArray[np.bool_]:
    flags = np.zeros(len(place), np.bool_)
    flags[[place[number] for number in told]] = True
    return flags


def _whole(told: Any) -> int:
    if type(told) is not int:
        raise ValueError(f"{told!r} is not a whole number")
    return told


def _nonce(told: Any) -> str:
    if not isinstance(told, str) or not NONCE.fullmatch(told):
        raise ValueError("it has 64 hexadecimal digits")
    return told


def _seed(told: Any) -> int:
    if not 0 <= _whole(told) < SEEDS:
        raise ValueError("a seed is from 0 below 2**63")
    return int(told)


def _size(told: dict[str, Any]) -> int:
    if _whole(told["size"]) not in SIZES:
        raise ValueError("groups have 2 to 4 people")
    return int(told["size"])


def _priority(told: dict[str, Any]) -> Priority:
    if told["priority"] == "fresh":
        return "fresh"
    if told["priority"] == "cross":
        return "cross"
    raise ValueError("priority is fresh or cross")
