"""What a round was drawn from, kept so that whoever is given it can draw and judge the round again.

People and organisations are numbers in it that stand nowhere else. Whom they mean is kept until the round is
sent; from then on the groups as they were sent are kept beside it, whatever becomes of the people. How the
files read: `matcher.record`.

NoRecord    of a round drawn before records were kept, or of a programme that has ended
"""

import csv
import io
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import update
from sqlmodel import Session, col, select

from matcher import Result
from matcher.record import Numbered, record, with_sent
from web.models import DrawRecord, Programme, Round
from web.services.rounds.pots import RoundPot

# Digits shrink to a third at once; to a quarter takes five times as long.
QUICK = 1


class NoRecord(Exception):
    pass


@dataclass(frozen=True)
class Recorded:
    """A draw, written down and compressed; not stored yet. `people` are whom its numbers stand for."""

    commitment: str
    matcher: int
    document: bytes
    people: bytes


def of_draw(pot: RoundPot, result: Result, programme: Programme, nonce: str) -> Recorded:
    """It may take seconds for very many people, and holds no lock."""
    made = record(
        pot.pot,
        result,
        size=programme.group_size,
        priority=programme.priority.value,
        nonce=nonce,
        programme=programme.slug,
        number=pot.number,
    )
    return Recorded(
        commitment=made.commitment,
        matcher=made.matcher,
        document=_packed(made.to_json()),
        people=_packed(" ".join(pot.people)),
    )


def keep(session: Session, round_: Round, recorded: Recorded) -> None:
    """In place of the one of an earlier draw."""
    kept = session.get(DrawRecord, round_.id) or DrawRecord(
        round_id=round_.id, commitment="", matcher_version=0
    )
    kept.commitment, kept.matcher_version = recorded.commitment, recorded.matcher
    kept.document, kept.people = recorded.document, recorded.people
    session.add(kept)
    session.flush()


def keep_sent(session: Session, round_: Round, pot: RoundPot, groups: Sequence[Sequence[str]]) -> None:
    """The groups as they are sent, and `pot` if that is not what was drawn from. O(people + history)."""
    kept = session.get(DrawRecord, round_.id)
    if kept is None or kept.people is None:
        return
    drawn = _unpacked(kept.people).split()
    number = {person: place for place, person in enumerate(drawn)}
    for person in pot.people:
        # Whoever was put in by hand is numbered on.
        number.setdefault(person, len(number))
    as_drawn = tuple(drawn) == pot.people and pot.pot.digest() == round_.input_digest
    sent = {
        "groups": [[number[person] for person in group] for group in groups],
        "from": None if as_drawn else _numbered(pot, number).to_json(),
    }
    kept.sent, kept.people = _packed(json.dumps(sent, separators=(",", ":"))), None
    session.add(kept)
    session.flush()


def _numbered(pot: RoundPot, number: Mapping[str, int]) -> Numbered:
    """What was drawn from by now, by the numbers people have in the record."""
    return Numbered([number[person] for person in pot.people], pot.pot.only(np.arange(pot.pot.n)))


def can_be_redone(session: Session, round_: Round) -> bool:
    """Asked without reading the files."""
    here = select(DrawRecord.round_id).where(
        DrawRecord.round_id == round_.id,
        col(DrawRecord.document).is_not(None),
        col(DrawRecord.sent).is_not(None),
    )
    return session.exec(here).first() is not None


def input_file(session: Session, round_: Round) -> str:
    """INPUT.json of a round that was sent. Raises NoRecord."""
    kept, sent = _sent(session, round_)
    again = sent["from"] and Numbered.from_json(sent["from"])
    return with_sent(_unpacked(kept), again or None)


def round_file(session: Session, round_: Round) -> str:
    """ROUND.csv: a row for each group as it was sent. Raises NoRecord."""
    _, sent = _sent(session, round_)
    width = max(map(len, sent["groups"]), default=2)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([f"person_{place}" for place in range(1, width + 1)])
    writer.writerows([*group, *[""] * (width - len(group))] for group in sent["groups"])
    return out.getvalue()


def forget(session: Session, programme: Programme) -> None:
    """A programme has ended: who met whom and who must not meet is not needed any more, nor by numbers."""
    theirs = select(Round.id).where(Round.programme_id == programme.id)
    blank = {"document": None, "people": None, "sent": None}
    session.execute(update(DrawRecord).where(col(DrawRecord.round_id).in_(theirs)).values(blank))


def _sent(session: Session, round_: Round) -> tuple[bytes, dict[str, Any]]:
    kept = session.get(DrawRecord, round_.id)
    if kept is None or kept.document is None or kept.sent is None:
        raise NoRecord(f"Round {round_.number} has no file to draw it again from")
    return kept.document, json.loads(_unpacked(kept.sent))


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode(), QUICK)


def _unpacked(packed: bytes) -> str:
    return zlib.decompress(packed).decode()
