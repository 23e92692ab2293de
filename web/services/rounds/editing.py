"""A draft, changed by hand: two people swapped, somebody moved, left out or put in, a group locked.

A change is planned first and kept afterwards. Planning asks the matcher what the best possible round of these
people is by now, which may take long and holds no lock; keeping refuses a plan whose draft has changed since.

What is refused: see `seating`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import delete
from sqlmodel import Session, col, select

from matcher import Refused, Result, Violation, legal
from matcher.counts import Counts, count, cross_bound
from matcher.pot import Ints
from matcher.rules import value
from web.models import (
    Group,
    GroupMember,
    LeftOut,
    Programme,
    Round,
)
from web.models.rounds import ThisOnce
from web.services.common import audit, phrases
from web.services.rounds import drafts, never_pairs, pots, rounds, seating
from web.services.rounds.pots import RoundPot, placeholder
from web.services.rounds.seating import NoSuchGroup, NotAllowed, Seats

NOBODY_LEFT = "nobody is left whom they may meet"


@dataclass(frozen=True)
class DraftPlan:
    """A draft as it would be after one change. `broken` says which rule it would break, if one.

    `groups` and `before` are people by group; `once` is who is now in or out by an organiser's word.
    """

    version: int
    what: str
    pot: RoundPot
    seats: Seats
    before: Mapping[int, Sequence[str]]
    once: Mapping[str, bool]
    counts: Counts
    bound: int
    best: Result
    broken: str = ""

    def figures(self) -> dict[str, Any]:
        """What the round is worth, counted by the referee; certified only where it equals the best."""
        best = self.best.figures.to_json()
        unplaced = len(self.seats.without_a_group())
        as_good = bool(best["optimal"] and self._is_as_good() and not self.broken)
        return best | {
            "groups": self.counts.groups,
            "pairs": self.counts.pairs,
            "repeats": self.counts.repeats,
            "cross": self.counts.cross,
            "cross_bound": self.bound,
            "unplaced": unplaced,
            "optimal": as_good,
            "proof": best["proof"] if as_good else "none",
            "method": "by hand",
            "equally_good_rounds": None,
            "fresh_rounds_left": None,
            "mixed": self.counts.mixed,
        }

    def _is_as_good(self) -> bool:
        """In all that is proved, also which repeats, who is in a three and what else is mixed by."""
        pot, size = self.pot.pot, self.seats.size
        ours, best = value(pot, self.seats.table(), size), value(pot, self.best.groups, size)
        same_groups = self.counts.groups == self.best.figures.groups
        return same_groups and ours.before_ahead() <= best.before_ahead()


def swap(
    session: Session, programme: Programme, version: int, first: str, second: str, *, today: date
) -> DraftPlan:
    """Plan that two people take each other's place. For what is raised see `_plan`."""
    what = f"swapped {placeholder(first)} and {placeholder(second)}"
    return _plan(session, programme, version, what, lambda seats: seats.swap(first, second), today=today)


def move(
    session: Session, programme: Programme, version: int, person: str, number: int, *, today: date
) -> DraftPlan:
    """Plan that somebody goes from a three to another group, which makes a three there."""
    what = f"moved {placeholder(person)} to group {number}"
    return _plan(session, programme, version, what, lambda seats: seats.move(person, number), today=today)


def leave_out(session: Session, programme: Programme, version: int, person: str, *, today: date) -> DraftPlan:
    """Plan a round without somebody, this once. They are told kindly when it is sent."""

    def change(seats: Seats) -> None:
        seated = any(person in group for group in seats.groups.values())
        if not seated and person not in seats.pot.members:
            raise NotAllowed("There is nobody like that in this programme")
        if seated:
            seats.take_out(person)

    what = f"left {placeholder(person)} out"
    return _plan(session, programme, version, what, change, today=today, once={person: False})


def bring_in(session: Session, programme: Programme, version: int, person: str, *, today: date) -> DraftPlan:
    """Plan a round with somebody who skips, is paused, or came after the draw; never who has not said yes."""

    def change(seats: Seats) -> None:
        if person not in seats.index:
            why = seats.pot.left_out.get(person, "not in this programme now")
            raise NotAllowed(f"{placeholder(person)} cannot be in this round: {why}")
        if person not in seats.without_a_group():
            raise NotAllowed(f"{placeholder(person)} is in this round already")
        seats.seat(person)
        if person in seats.without_a_group():
            raise NotAllowed(f"There is nobody whom {placeholder(person)} may meet")

    what = f"put {placeholder(person)} in"
    return _plan(session, programme, version, what, change, today=today, once={person: True})


def _plan(
    session: Session,
    programme: Programme,
    version: int,
    what: str,
    change: Callable[[Seats], object],
    *,
    today: date,
    once: Mapping[str, bool] | None = None,
    may_break: bool = False,
) -> DraftPlan:
    """`what` the change is, in words. O(people + history), and a draw.

    Raises:
        StaleDraft: the draft is not the one that was shown.
        Repeated: this change has been made to it, and nothing else.
        NotAllowed: see there.
    """
    round_ = _current(session, programme, version, what)
    pot = pots.gather(session, programme, today, once=once)
    seats = seating.seats_of(session, programme, round_, pot)
    before = {key: tuple(group) for key, group in seats.groups.items()}
    try:
        change(seats)
        _nobody_has_gone(seats)
    except NotAllowed as refused:
        raise NotAllowed(rounds.named(session, str(refused))) from None
    if not seats.groups:
        raise NotAllowed("Then nobody would be left to meet. Throw the draft away instead")
    table, missing = seats.table(), [seats.index[person] for person in seats.without_a_group()]
    broken = _broken(session, seats, table, missing)
    if broken and not may_break:
        raise NotAllowed(broken)
    return DraftPlan(
        version=version,
        what=what,
        pot=pot,
        seats=seats,
        before=before,
        once=once or {},
        counts=count(pot.pot, table),
        bound=cross_bound(pot.pot, table, missing),
        best=drafts.best_of(pot, programme, round_.seed),
        broken=broken,
    )


def _current(session: Session, programme: Programme, version: int, what: str, *, lock: bool = False) -> Round:
    round_ = rounds.draft(session, programme, lock=lock)
    if round_ is None or round_.version != version:
        raise rounds.stale(session, round_, version, what)
    return round_


def _nobody_has_gone(seats: Seats) -> None:
    gone = [placeholder(p) for group in seats.groups.values() for p in group if p not in seats.index]
    if gone:
        verb = "is" if len(gone) == 1 else "are"
        who = phrases.listing(gone)
        raise NotAllowed(f"{who} {verb} no longer in this round. Take them out or draw again")


def _broken(session: Session, seats: Seats, table: Ints, missing: Sequence[int]) -> str:
    """The rules the groups would break, by the referee's word; empty if none."""
    try:
        legal(seats.pot.pot, table, seats.size, missing)
    except Refused as refused:
        sentences = [_in_words(seats.pot, violation) for violation in refused.violations]
        return rounds.named(session, "; ".join(sentences))
    return ""


def _in_words(pot: RoundPot, violation: Violation) -> str:
    people = phrases.listing([placeholder(pot.people[index]) for index in violation.people])
    said = {
        "never": "must not meet",
        "size": "are too many or too few for a group",
        "locked": "are locked together",
    }
    return f"{people} {said.get(violation.rule, violation.text)}"


def keep(
    session: Session, programme: Programme, plan: DraftPlan, *, by: str, now: datetime, by_hand: bool = True
) -> Round:
    """Write a plan. The version rises, and whoever looks at the older one is told what was done.

    Raises:
        StaleDraft: somebody changed or sent the draft since it was planned.
        Repeated: somebody made the same change since.
    """
    round_ = _current(session, programme, plan.version, plan.what, lock=True)
    _write_groups(session, round_, plan)
    _write_who_is_out(session, round_, plan)
    drafts.set_best(round_, plan.pot, plan.best)
    round_.figures = plan.figures()
    round_.edits += by_hand
    _note(session, programme, round_, plan.what, by=by, now=now)
    return round_


def _note(
    session: Session, programme: Programme, round_: Round, what: str, *, by: str, now: datetime
) -> None:
    round_.version += 1
    session.add(round_)
    rounds.remember(session, round_, what, by=by, now=now)
    audit.record(
        session,
        by,
        "draft changed",
        now=now,
        programme=programme.id,
        subject=f"round {round_.number}",
        what=what,
        edits=round_.edits,
    )


def _write_groups(session: Session, round_: Round, plan: DraftPlan) -> None:
    """Only what changed: rows of groups that are no more go, new ones come last."""
    groups, before = plan.seats.groups, plan.before
    gone = [key for key in before if key not in groups]
    changed = [key for key, people in groups.items() if list(before.get(key, ())) != people]
    session.execute(delete(GroupMember).where(col(GroupMember.group_id).in_([*gone, *changed])))
    session.execute(delete(Group).where(col(Group.id).in_(gone)))
    rows = dict(_rows(session, round_, plan, changed))
    session.flush()
    rounds.write_members(session, plan.pot, [(row.id, groups[key]) for key, row in rows.items()])


def _rows(
    session: Session, round_: Round, plan: DraftPlan, keys: Sequence[int]
) -> Iterator[tuple[int, Group]]:
    if not keys:
        return
    pot, groups = plan.pot, plan.seats.groups
    reasons = pot.reasons(plan.seats.size)
    first = rounds.first_movers(session, pot.programme, [groups[key] for key in keys], round_.seed)
    number = max(plan.seats.numbers.values())
    for key, mover in zip(keys, first, strict=True):
        if key < 0:
            number += 1
            row = Group(round_id=round_.id, number=number)
        else:
            row = session.get_one(Group, key)
        members = [plan.seats.index[person] for person in groups[key]]
        counts = count(pot.pot, np.array([members], np.int32))
        row.why, row.repeats, row.crossing = reasons.group(members), counts.repeats, counts.cross
        if row.first_mover not in groups[key]:
            row.first_mover = mover
        session.add(row)
        session.flush()
        yield key, row


def _write_who_is_out(session: Session, round_: Round, plan: DraftPlan) -> None:
    seats = plan.seats
    had = {person for group in plan.before.values() for person in group}
    seated = {person for group in seats.groups.values() for person in group}
    for person, is_in in plan.once.items():
        session.merge(ThisOnce(round_id=round_.id, person_id=person, is_in=is_in))
    news = [*plan.once, *(seated - had), *(had - seated)]
    session.execute(
        delete(LeftOut).where(col(LeftOut.round_id) == round_.id, col(LeftOut.person_id).in_(news))
    )
    left_out = plan.pot.left_out
    rounds.write_left_out(
        session,
        round_,
        [
            (person, left_out.get(person, f"{placeholder(person)}: {NOBODY_LEFT}"), person in left_out)
            for person in dict.fromkeys(news)
            if person not in seated and person in plan.pot.members
        ],
    )


def lock(
    session: Session, programme: Programme, version: int, number: int, locked: bool, *, by: str, now: datetime
) -> Round:
    """Keep a group as it is while the rest is drawn again, or let it go.

    Raises:
        StaleDraft: the draft is not the one that was shown.
        Repeated: this has been done to it, and nothing else.
        NoSuchGroup
    """
    what = f"{'locked' if locked else 'unlocked'} group {number}"
    round_ = _current(session, programme, version, what, lock=True)
    group = session.exec(select(Group).where(Group.round_id == round_.id, Group.number == number)).first()
    if group is None:
        raise NoSuchGroup(f"There is no group {number}")
    group.locked = locked
    session.add(group)
    _note(session, programme, round_, what, by=by, now=now)
    return round_


def recount(session: Session, programme: Programme, version: int, what: str, *, today: date) -> DraftPlan:
    """Plan no change, for what is best possible may be another round by now; it may break a new rule."""
    return _plan(session, programme, version, what, lambda _: None, today=today, may_break=True)


def forbidden_pairs(session: Session, programme: Programme, round_: Round) -> list[tuple[str, str]]:
    """Who must not meet by now, and sits in one group of the draft."""
    never = never_pairs.never_pairs(session, programme)
    people = {person for pair in never for person in pair}
    rows = session.exec(
        select(GroupMember.person_id, GroupMember.group_id)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .where(Group.round_id == round_.id, col(GroupMember.person_id).in_(people))
    )
    group = dict(rows.all())
    return sorted(pair for pair in never if group.get(pair[0], -1) == group.get(pair[1], -2))
