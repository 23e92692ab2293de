"""Who sits with whom in a draft, while that is being changed: in memory, within the rules.

RoundError
    NotAllowed          it cannot be done, or would break a rule; says which
    NoSuchGroup         the draft has no group of this number
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlmodel import Session, select

from matcher import Pot
from matcher.pot import Ints, Longs
from web.models import Group, Programme, Round
from web.services.rounds import rounds
from web.services.rounds.pots import RoundPot, placeholder
from web.services.rounds.rounds import RoundError

# What it costs to sit beside somebody: each weighs more than all of the next together.
FORBIDDEN, MET, UNWILLING, SAME, ALIKE = 10**9, 10**6, 10**3, 20, 1


class NotAllowed(RoundError):
    pass


class NoSuchGroup(RoundError):
    pass


@dataclass
class Seats:
    """Who sits with whom, while that is being changed. People by id, groups by their row's id; a new one's is
    below 0.
    """

    pot: RoundPot
    size: int
    groups: dict[int, list[str]]
    numbers: Mapping[int, int]
    locked: frozenset[int]

    def __post_init__(self) -> None:
        self.index = self.pot.index()

    def group_of(self, person: str) -> int:
        found = next((key for key, group in self.groups.items() if person in group), None)
        if found is None:
            raise NotAllowed(f"{placeholder(person)} is in no group of this draft")
        return found

    def swap(self, first: str, second: str) -> None:
        """Each takes the other's place."""
        one, other = self.group_of(first), self.group_of(second)
        if one == other:
            raise NotAllowed(f"{placeholder(first)} and {placeholder(second)} are in one group already")
        self._unlocked(one, other)
        sizes = {person: len(self.groups[key]) for person, key in ((first, one), (second, other))}
        self._willing(first, sizes[second], was=sizes[first])
        self._willing(second, sizes[first], was=sizes[second])
        places = {first: second, second: first}
        for key in (one, other):
            self.groups[key] = [places.get(person, person) for person in self.groups[key]]

    def move(self, person: str, number: int) -> None:
        """From a group that can spare somebody to one that has room."""
        here = self.group_of(person)
        there = next((key for key, each in self.numbers.items() if each == number), None)
        if there is None:
            raise NoSuchGroup(f"There is no group {number}")
        if here == there:
            raise NotAllowed(f"{placeholder(person)} is in that group already")
        self._unlocked(here, there)
        stay, join = [each for each in self.groups[here] if each != person], self.groups[there]
        if len(stay) < 2:
            raise NotAllowed(f"{placeholder(stay[0])} would be left alone. Swap two people instead")
        if len(join) > self.size:
            raise NotAllowed(f"Group {number} is full: there are at most {self.size + 1} people in one")
        for each in (person, *join):
            self._willing(each, len(join) + 1, was=len(stay) + 1 if each == person else len(join))
        self.groups[here], self.groups[there] = stay, [*join, person]

    def take_out(self, person: str) -> None:
        """Out of their group; whoever would be alone then finds another."""
        here = self.group_of(person)
        self._unlocked(here)
        self.groups[here].remove(person)
        if len(self.groups[here]) < 2:
            for alone in self.groups.pop(here):
                self.seat(alone)

    def seat(self, person: str) -> None:
        """Find the place that changes least: beside somebody alone, or somebody of a three, else as a third.

        Who may sit nowhere stays without a group.
        """
        alone = [(0, [other]) for other in self.without_a_group() if other != person]
        free = [(key, group) for key, group in self.groups.items() if key not in self.locked]
        spared = [(key, [other]) for key, group in free if len(group) > self.size for other in group]
        roomy = [(key, group) for key, group in free if len(group) <= self.size]
        if place := self._best(person, alone) or self._best(person, spared):
            key, partner = place
            if key:
                self.groups[key].remove(partner[0])
            self.groups[min(0, *self.groups) - 1] = [person, *partner]
        elif place := self._best(person, roomy, as_third=True):
            self.groups[place[0]].append(person)

    def without_a_group(self) -> list[str]:
        seated = {person for group in self.groups.values() for person in group}
        return [person for person in self.pot.people if person not in seated]

    def table(self) -> Ints:
        """The groups as the matcher has them; also those that are too large for rules made since."""
        width = max([self.size + 1, *map(len, self.groups.values())])
        rows = [[self.index[person] for person in group] for group in self.groups.values()]
        return np.array([row + [-1] * (width - len(row)) for row in rows], np.int32).reshape(-1, width)

    def _unlocked(self, *keys: int) -> None:
        for key in keys:
            if key in self.locked:
                raise NotAllowed(f"Group {self.numbers[key]} is locked. Unlock it first")

    def _willing(self, person: str, size: int, *, was: int) -> None:
        membership = self.pot.members.get(person)
        if size > max(was, self.size) and membership and not membership.happy_in_three:
            raise NotAllowed(f"{placeholder(person)} would rather not be in a three")

    def _best(
        self, person: str, places: Sequence[tuple[int, list[str]]], *, as_third: bool = False
    ) -> tuple[int, list[str]] | None:
        """The place, a group's key and who is there, that costs least; None where each is forbidden."""
        me = self.index.get(person)
        if me is None or not places:
            return None
        width = max(len(people) for _, people in places)
        beside = np.array(
            [[self.index.get(p, me) for p in people] + [me] * (width - len(people)) for _, people in places],
            np.int32,
        )
        cost = self._cost(me, beside, as_third)
        cheapest = int(cost.argmin())
        return None if cost[cheapest] >= FORBIDDEN else places[cheapest]

    def _cost(self, me: int, beside: Ints, as_third: bool) -> Longs:
        """What it costs to sit with each row of others; where it says `me` there is nobody."""
        pot, somebody = self.pot.pot, beside != me
        other = np.where(somebody, beside, (me + 1) % pot.n)
        each = cost_of(pot, np.full_like(other, me), other)
        if as_third:
            each = each + UNWILLING * pot.no_trio[other].astype(np.int64)
        cost: Longs = np.where(somebody, each, 0).sum(axis=1)
        return cost


def cost_of(pot: Pot, one: Ints, other: Ints) -> Longs:
    """What each pair costs, as numbers of which the worst kind weighs most."""
    same, alike = pot.codes[one] == pot.codes[other], pot.kinds[one] == pot.kinds[other]
    cost: Longs = FORBIDDEN * pot.must_not_meet(one, other) + MET * pot.have_met(one, other) + SAME * same
    return cost + ALIKE * alike if pot.mixes else cost


def seats_of(session: Session, programme: Programme, round_: Round, pot: RoundPot) -> Seats:
    """Who sits with whom in a draft."""
    rows = session.exec(select(Group.id, Group.number, Group.locked).where(Group.round_id == round_.id)).all()
    members = rounds.members_of(session, round_)
    return Seats(
        pot=pot,
        size=programme.group_size,
        groups={key: [member.person_id for member in members[key]] for key, _, _ in rows},
        numbers={key: number for key, number, _ in rows},
        locked=frozenset(key for key, _, locked in rows if locked),
    )
