"""Whom somebody in a draft could change places with, and what would come of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from sqlmodel import Session

from matcher.pot import Ints, Longs
from web.models import NeverPair, Programme
from web.services.common import phrases
from web.services.rounds import never_pairs, pots, rounds, seating
from web.services.rounds.seating import FORBIDDEN, Seats

MOST_OFFERED = 200


class Effect(StrEnum):
    FINE = "No worse than now"
    WORSE = "They would meet again, or have more in common"
    AGAINST = "A rule is in the way"


@dataclass(frozen=True)
class Choice:
    person: str
    name: str
    organisation: str
    group: int


@dataclass(frozen=True)
class Place:
    """Another group with room for somebody from a three."""

    number: int
    people: str


@dataclass(frozen=True)
class Never:
    """Somebody they must not meet; `may_go` if organisers said so, who may take it back, `same_phone` if both
    have confirmed one number.
    """

    person: str
    name: str
    may_go: bool
    same_phone: bool


@dataclass(frozen=True)
class Choices:
    """What can be done with one person of a draft. `partners` are who they are to talk with."""

    person: str
    name: str
    organisation: str
    group: int | None
    locked: bool
    partners: Sequence[tuple[str, str]]
    swaps: dict[Effect, list[Choice]]
    more: int
    places: Sequence[Place]
    never: Sequence[Never]


def of_person(
    session: Session, programme: Programme, number: int, person: str, *, today: date, wanted: str = ""
) -> Choices:
    """The best swaps first, at most 200; those whose name holds `wanted`, if it is given.

    Raises:
        NoDraft: there is no such round, or nobody of that id in the programme.
    """
    round_ = rounds.by_number(session, programme, number)
    pot = pots.gather(session, programme, today)
    if person not in pot.members:
        raise rounds.NoDraft("There is nobody of that id")
    seats = seating.seats_of(session, programme, round_, pot)
    group = next((key for key, people in seats.groups.items() if person in people), None)
    partners = [each for each in seats.groups[group] if each != person] if group is not None else []
    pairs = [pair for pair in sorted(never_pairs.never_pairs(session, programme)) if person in pair]
    same_phone = never_pairs.on_the_phone_of(session, person)
    ranked = _ranked(seats, group, person) if group is not None and person in seats.index else []
    named = rounds.names_of(
        session,
        {person, *partners, *(each for pair in pairs for each in pair)}
        | {each for people in seats.groups.values() for each in people},
    )
    found = [each for each in ranked if wanted.casefold() in named.get(each[0], "").casefold()]
    swaps: dict[Effect, list[Choice]] = {}
    for other, key, effect in found[:MOST_OFFERED]:
        name = named.get(other) or phrases.GONE
        choice = Choice(other, name, _place(pot, other), seats.numbers[key])
        swaps.setdefault(effect, []).append(choice)
    return Choices(
        person=person,
        name=named.get(person) or phrases.GONE,
        organisation=_place(pot, person) if named.get(person) else "",
        group=None if group is None else seats.numbers[group],
        locked=group in seats.locked,
        partners=[(each, named.get(each) or phrases.GONE) for each in partners],
        swaps=swaps,
        more=max(len(found) - MOST_OFFERED, 0),
        places=_roomy(seats, group, named) if len(partners) > 1 else (),
        never=[
            Never(
                other,
                named.get(other) or phrases.GONE,
                bool(session.get(NeverPair, (programme.id, *pair))),
                other in same_phone,
            )
            for pair in pairs
            for other in pair
            if other != person
        ],
    )


def _place(pot: pots.RoundPot, person: str) -> str:
    organisation = pot.organisations[pot.members[person].organisation_id]
    return organisation.short_name or organisation.name


def _roomy(seats: Seats, here: int | None, names: dict[str, str]) -> list[Place]:
    return [
        Place(seats.numbers[key], phrases.listing([names.get(each) or phrases.GONE for each in people]))
        for key, people in seats.groups.items()
        if key != here and key not in seats.locked and len(people) <= seats.size
    ][:MOST_OFFERED]


def _ranked(seats: Seats, here: int, person: str) -> list[tuple[str, int, Effect]]:
    """Everybody in another group, with that group's key, what cost least first; else as the groups stand."""
    if here in seats.locked:
        return []
    rows = [
        (other, key)
        for key, people in seats.groups.items()
        if key != here and key not in seats.locked
        for other in people
        if other in seats.index and all(each in seats.index for each in people)
    ]
    if not rows or not all(each in seats.index for each in seats.groups[here]):
        return []
    me = seats.index[person]
    others = np.array([seats.index[other] for other, _ in rows], np.int32)
    mine = _table([[seats.index[each] for each in seats.groups[here] if each != person]] * len(rows), me)
    theirs = _table(
        [[seats.index[each] for each in seats.groups[key] if each != other] for other, key in rows], me
    )
    before = _cost(seats, np.full_like(others, me), mine, me) + _cost(seats, others, theirs, me)
    after = _cost(seats, others, mine, me) + _cost(seats, np.full_like(others, me), theirs, me)
    unwilling = _unwilling(seats, here, rows, person)
    effect = np.where((after >= FORBIDDEN) | unwilling, 2, np.where(after > before, 1, 0))
    order = np.lexsort((np.arange(len(rows)), after - before, effect))
    kinds = list(Effect)
    return [(*rows[place], kinds[int(effect[place])]) for place in order]


def _unwilling(seats: Seats, here: int, rows: Sequence[tuple[str, int]], person: str) -> np.ndarray:
    """Whether somebody who would rather not be in a three would come into one."""
    size, members = len(seats.groups[here]), seats.pot.members
    return np.array(
        [
            (len(seats.groups[key]) > max(size, seats.size) and not members[person].happy_in_three)
            or (size > max(len(seats.groups[key]), seats.size) and not members[other].happy_in_three)
            for other, key in rows
        ]
    )


def _table(rows: list[list[int]], nobody: int) -> Ints:
    width = max(len(row) for row in rows)
    return np.array([row + [nobody] * (width - len(row)) for row in rows], np.int32)


def _cost(seats: Seats, person: Ints, beside: Ints, nobody: int) -> Longs:
    """What it costs each person to sit with a row of others; where it says `nobody` there is none."""
    pot = seats.pot.pot
    real = beside != nobody
    one = np.broadcast_to(person[:, None], beside.shape)
    other = np.where(real & (beside != one), beside, (one + 1) % pot.n)
    each = seating.cost_of(pot, one, other)
    cost: Longs = np.where(real, each, 0).sum(axis=1)
    return cost
