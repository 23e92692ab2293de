"""A round as anybody may see it: how many, how good, how it was drawn; nobody's name and no organisation's.

NoSuchRound     the programme has sent none of this number, nor brought one in
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from web.models import DrawRecord, Group, Programme, Round, RoundState
from web.services.evidence.findings import FEW
from web.services.rounds import draw_records, previews, rounds
from web.services.rounds.pots import HAPPENED

A_PAGE = 50
# What a proof of each kind shows, to somebody who reads of it for the first time.
PROOFS = {
    "counting": "Counting. Nobody meets again, and the sizes of organisations say how many pairs can cross.",
    "tutte-berge": (
        "A barrier, after Tutte and Berge. Without a few people who could take them, too many odd circles of "
        "people have only each other left to meet, so somebody must meet again."
    ),
    "partners": (
        "Too few partners. Some people have nobody left for a group in which nobody has met, so somebody "
        "must meet again."
    ),
    "dual": (
        "Prices. Each person has a price such that no pair costs less than its two people together; no round "
        "can then cost less than all of them, and this one does not cost more."
    ),
    "enumeration": "Counting out. Every round that there could be was looked at.",
    "none": "None. It is the best round that was found; nobody knows whether a better one exists.",
}


class NoSuchRound(Exception):
    pass


@dataclass(frozen=True)
class Listed:
    """A line of the list. `people` is none of a round from before this service, or of fewer than five."""

    round: Round
    people: int | None


class Published(NamedTuple):
    """What a record tells everybody."""

    commitment: str
    matcher_version: int


@dataclass(frozen=True)
class PublicRound:
    """`figures` are what was sent, `best` what the best possible round of these people would be; both are
    empty for a round of fewer than five people. `record` is there if it was drawn since records are kept.
    """

    round: Round
    figures: dict[str, Any]
    best: dict[str, Any]
    people: int
    proof: str
    how_far: str
    chance: Sequence[str]
    record: Published | None
    can_be_redone: bool
    later_groups: int

    @property
    def is_imported(self) -> bool:
        return self.round.state is RoundState.IMPORTED

    @property
    def times_drawn(self) -> int:
        return self.round.redraws + 1


def every(session: Session, programme: Programme, *, page: int = 1) -> tuple[list[Listed], bool]:
    """A page of the rounds that took place, newest first, and whether there are more."""
    wanted = (
        select(Round)
        .where(Round.programme_id == programme.id, col(Round.state).in_(HAPPENED))
        .order_by(col(Round.number).desc())
        .offset((page - 1) * A_PAGE)
        .limit(A_PAGE + 1)
    )
    found = session.exec(wanted).all()
    return [Listed(one, _introduced(one)) for one in found[:A_PAGE]], len(found) > A_PAGE


def of_number(session: Session, programme: Programme, number: int) -> PublicRound:
    """Raises NoSuchRound."""
    try:
        round_ = rounds.by_number(session, programme, number)
    except rounds.NoDraft:
        raise NoSuchRound from None
    if round_.state not in HAPPENED:
        raise NoSuchRound
    people = _introduced(round_)
    figures = round_.figures if people else {}
    best = (round_.best or figures) if people else {}
    return PublicRound(
        round=round_,
        figures=figures,
        best=best,
        people=people or 0,
        proof=PROOFS.get(best["proof"], PROOFS["none"]) if best else "",
        how_far=previews.how_far(figures, best) if best else "",
        # Of all that is said of a round only this names nobody.
        chance=[one for one in round_.reasons if one.startswith("Drawn ")] if best else [],
        record=_published(session, round_),
        can_be_redone=draw_records.can_be_redone(session, round_),
        later_groups=_later(session, round_),
    )


def _introduced(round_: Round) -> int | None:
    """How many people it was sent to; none where that is not known, or where they are fewer than five."""
    figures = round_.figures
    people = figures.get("people", 0) - figures.get("unplaced", 0)
    return people if round_.state is RoundState.SENT and people >= FEW else None


def _published(session: Session, round_: Round) -> Published | None:
    """Without the files, which can have many megabytes."""
    columns = (col(getattr(DrawRecord, name)) for name in Published._fields)
    row = session.execute(select_columns(*columns).where(col(DrawRecord.round_id) == round_.id)).first()
    return Published._make(row) if row else None


def _later(session: Session, round_: Round) -> int:
    """Groups that were matched while it went on."""
    counted = select(func.count()).select_from(Group).where(Group.round_id == round_.id, Group.top_up > 0)
    return session.exec(counted).one()
