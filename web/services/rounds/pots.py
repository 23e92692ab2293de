"""Who is in for a round and what the matcher has to know of them, read from the tables."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain, combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import CompoundSelect, true
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import Select

from matcher import Pot
from matcher.explain import Labels, Reasons
from notifications.words import full_day
from web.models import (
    CANNOT_BE_REACHED,
    NOT_EVERY_ROUND,
    TAKING_PART,
    Agreement,
    Group,
    GroupMember,
    Membership,
    Organisation,
    Person,
    Programme,
    Round,
    RoundState,
    Standing,
    Subject,
)
from web.models.rounds import ThisOnce
from web.services.common import times
from web.services.rounds import never_pairs

Ints = NDArray[np.int32]
HOW_OFTEN = {1: "every round", 2: "every second round", 3: "every third round"}
HAPPENED = (RoundState.SENT, RoundState.IMPORTED)
THIS_ONCE = "left out by an organiser, this once"
TAKES_PART = "takes part in"  # every second round, or third
NOT_TOLD = "was told less than seven days ago that they are in"
TOLD_FOR = timedelta(days=7)  # before somebody taken over can be in a round
# The others wait in the database: drivers would hold a million of them at once, and SQLAlchemy once more.
SOME_AT_A_TIME = {"yield_per": 1_000}
NOT_YET, SILENT, SKIPS = "has not said yes yet", "paused after two rounds in silence", "skips this round"


class Member(NamedTuple):
    """What a draw has to know of a membership, by the names of its columns."""

    person_id: str
    organisation_id: int
    standing: Standing
    skips_next: bool
    paused_until: date | None
    silent_since: date | None
    happy_in_three: bool
    mix_choice: str
    let_down: bool
    joined_at: datetime
    notified_at: datetime | None


@dataclass(frozen=True)
class RoundPot:
    """A pot, and whose ids its numbers stand for.

    `people[i]` is the id of person i, in code-point order; `left_out` says in words why others are not in it,
    `left_out_once` who of them is out because an organiser says so. `decided` is everybody whom an organiser
    put in or out this once. `rules` is the version of "how we match" that was in force, and `mix_by` what it
    mixes by besides organisations.
    """

    programme: int
    number: int
    people: tuple[str, ...]
    members: dict[str, Member]
    organisations: dict[int, Organisation]
    pot: Pot
    met_before: dict[tuple[int, int], int] = field(repr=False)
    left_out: dict[str, str] = field(repr=False)
    decided: dict[str, bool] = field(repr=False, default_factory=dict)
    rules: int = 0
    mix_by: str = ""

    @property
    def left_out_once(self) -> list[str]:
        return [person for person, reason in self.left_out.items() if reason == THIS_ONCE]

    def labels(self) -> Labels:
        """People by id in braces, to be given their names when shown: what is stored names nobody."""
        organisations = [self.organisations[key] for key in _in_order(self.organisations)]
        return Labels(
            people=[placeholder(person) for person in self.people],
            organisations=[organisation.short_name or organisation.name for organisation in organisations],
            mix_by=self.mix_by,
        )

    def index(self) -> dict[str, int]:
        return {person: number for number, person in enumerate(self.people)}

    def only(self, people: Iterable[str]) -> "RoundPot":
        """The same pot with only these of its people."""
        kept = tuple(sorted(people))
        index = self.index()
        places = np.fromiter((index[person] for person in kept), np.int32, len(kept))
        return replace(self, people=kept, pot=self.pot.only(places))

    def reasons(self, size: int) -> Reasons:
        """Why groups of this size, by the past that the introductions tell of too."""
        code = {key: place for place, key in enumerate(_in_order(self.organisations))}
        met = {(code[one], code[other]): times for (one, other), times in self.met_before.items()}
        return Reasons(self.pot, self.labels(), size, met)

    def times_met(self, first: int, second: int) -> int:
        """In how many groups of earlier rounds two organisations (by id) came together."""
        return self.met_before.get((min(first, second), max(first, second)), 0)


def _in_order(organisations: Iterable[int]) -> list[int]:
    """The organisation code of the matcher is the place of its id in this list."""
    return sorted(organisations)


def placeholder(person: str) -> str:
    return "{" + person + "}"


def gather(
    session: Session,
    programme: Programme,
    today: date,
    *,
    lock: bool = False,
    once: Mapping[str, bool] | None = None,
    in_round: Collection[str] = (),
) -> RoundPot:
    """The pot for the programme's next round. O(people + history).

    What was decided by hand for its draft holds: who is in or out this once (with `once` in addition), and
    which groups are locked. With `lock` the memberships stay as they are until the transaction ends. Who is
    `in_round` is in for the one that goes on: what is said or decided of the next one does not count.
    """
    who = who_is_in(session, programme, today, lock=lock, once=once, in_round=in_round)
    organisations = {
        row.id: row
        for row in session.exec(select(Organisation).where(Organisation.programme_id == programme.id))
        if row.id is not None
    }
    history = _history(session, programme.id, who.people)
    return RoundPot(
        programme=programme.id,
        number=who.number,
        people=who.people,
        members=who.members,
        organisations=organisations,
        pot=_pot(session, programme, who.people, who.members, _in_order(organisations), history),
        met_before=_organisations_met(history),
        left_out=who.left_out,
        decided=who.decided,
        rules=rules_in_force(session, programme.id),
        mix_by=programme.mix_by,
    )


def rules_in_force(session: Session, programme: int) -> int:
    """The version of "how we match" that holds."""
    version = select(Agreement.version).where(
        Agreement.programme_id == programme, Agreement.subject == Subject.MATCHING
    )
    return session.exec(version).one()


@dataclass(frozen=True)
class Who:
    """Who is in for the next round, and why others are not; as in `RoundPot`."""

    number: int
    people: tuple[str, ...]
    members: dict[str, Member]
    left_out: dict[str, str]
    decided: dict[str, bool]


def who_is_in(
    session: Session,
    programme: Programme,
    today: date,
    *,
    lock: bool = False,
    once: Mapping[str, bool] | None = None,
    in_round: Collection[str] = (),
    only: CompoundSelect[Any] | None = None,
) -> Who:
    """As `gather`, without the past; of those `only` whose ids that selects, if it is given. O(people)."""
    decided = _decided(session, programme.id) | dict(once or {})
    here = col(Membership.programme_id) == programme.id
    here = here if only is None else here & col(Membership.person_id).in_(only)
    wanted = select(*(col(getattr(Membership, name)) for name in Member._fields)).where(here)
    wanted = wanted.order_by(col(Membership.person_id))
    wanted = wanted.with_for_update() if lock else wanted
    rows = session.execute(wanted, execution_options=SOME_AT_A_TIME)
    members = {row[0]: Member._make(row) for row in rows}
    number = next_number(session, programme.id)
    silent, rests = _unreachable(session, programme.id), resting(session, programme.id, number)
    left_out = {
        person: reason
        for person, row in members.items()
        if (reason := _why_out(row, silent.get(person, ""), rests.get(person), today, decided.get(person)))
        and not (person in in_round and _speaks_of_the_next(row, today) and not silent.get(person))
    }
    people = tuple(
        person for person, row in members.items() if row.standing in TAKING_PART and person not in left_out
    )
    return Who(number, people, members, left_out, decided)


def next_number(session: Session, programme: int) -> int:
    """The number of the round that comes after the last one that happened."""
    last = session.exec(
        select(Round.number)
        .where(Round.programme_id == programme, col(Round.state).in_(HAPPENED))
        .order_by(col(Round.number).desc())
    ).first()
    return (last or 0) + 1


def resting(session: Session, programme: int, number: int, person: str | None = None) -> dict[str, str]:
    """Whose turn has not come again by round `number`, in words: they take part in every second round or so.

    Everybody active, or only `person`.
    """
    rows = session.exec(who_rests(programme, number, person))
    return {member: f"{TAKES_PART} {HOW_OFTEN[every]}" for member, every in rows}


def who_rests(programme: int, number: int, person: str | None = None) -> Select[str, int]:
    """Those, with every how many rounds they take part, as a query."""
    last = func.max(Round.number)
    return (
        select(Membership.person_id, Membership.every)
        .join(GroupMember, col(GroupMember.person_id) == Membership.person_id)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(
            Membership.programme_id == programme,
            col(Membership.standing).in_(TAKING_PART),
            NOT_EVERY_ROUND,
            Membership.person_id == person if person else true(),
            Round.programme_id == programme,
            col(Round.state).in_(HAPPENED),
            col(GroupMember.counts).is_(True),
        )
        .group_by(col(Membership.person_id), col(Membership.every))
        .having(number - last < Membership.every)
    )


def _unreachable(session: Session, programme: int) -> dict[str, str]:
    rows = session.exec(
        select(Person.id, Person.unreachable)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.programme_id == programme, CANNOT_BE_REACHED)
    )
    return dict(rows.all())


def _decided(session: Session, programme: int) -> dict[str, bool]:
    """Whom organisers put into the draft, or out of it, this once."""
    rows = session.exec(
        select(ThisOnce.person_id, ThisOnce.is_in)
        .join(Round, col(Round.id) == ThisOnce.round_id)
        .where(Round.programme_id == programme, Round.state == RoundState.DRAFT)
    )
    return dict(rows.all())


def _locked(session: Session, programme: int) -> list[list[str]]:
    """The draft's locked groups."""
    rows = session.exec(
        select(GroupMember.group_id, GroupMember.person_id)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(Round.programme_id == programme, Round.state == RoundState.DRAFT, col(Group.locked))
    )
    groups: dict[int, list[str]] = {}
    for group, person in rows:
        groups.setdefault(group, []).append(person)
    return list(groups.values())


def _why_out(
    row: Member, unreachable: str, rests: str | None, today: date, decided: bool | None
) -> str | None:
    """Why somebody is not in the pot on purpose; None for those in it and those who are not in at all.

    An organiser may put in who skips or is paused; who never agreed or cannot be reached stays out.
    """
    if row.standing is Standing.SUSPENDED:
        return "suspended by an organiser"
    if row.standing is Standing.INVITED:
        return NOT_YET
    if row.standing not in TAKING_PART:
        return None
    if unreachable:
        return f"cannot be reached: {unreachable}"
    if row.standing is Standing.NOTIFIED and not is_told(row.notified_at, today):
        return NOT_TOLD
    if decided:
        return None
    if row.silent_since:
        return SILENT
    if row.paused_until and row.paused_until > today:
        return f"paused until {full_day(row.paused_until)}"
    if row.skips_next:
        return SKIPS
    return rests or (THIS_ONCE if decided is False else None)


def is_told(notified_at: datetime | None, today: date) -> bool:
    """Has somebody taken over been told for long enough to be in a round?"""
    first = in_rounds_from(notified_at)
    return first is not None and first <= today


def in_rounds_from(notified_at: datetime | None) -> date | None:
    """The first day on which somebody taken over can be in a round, once they have had their letter."""
    return times.today(notified_at) + TOLD_FOR if notified_at else None


def _speaks_of_the_next(row: Member, today: date) -> bool:
    """Would only a skip, a rhythm or an organiser's choice leave them out?"""
    paused = row.silent_since or (row.paused_until and row.paused_until > today)
    return row.standing in TAKING_PART and not paused


@dataclass(frozen=True)
class _History:
    """Every membership of a group that happened, ordered by group. All columns have one length.

    `known` is the person's place in the pot, -1 of who is not in it. An introduction that was withdrawn
    before its round's cut-off did not happen.
    """

    rounds: Ints
    groups: Ints
    known: Ints
    organisations: Ints


def _history(session: Session, programme: int, people: Sequence[str]) -> _History:
    wanted = (
        select(Round.number, Group.id, GroupMember.person_id, GroupMember.organisation_id)
        .join(Group, col(Group.round_id) == Round.id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .where(
            Round.programme_id == programme,
            col(Round.state).in_(HAPPENED),
            col(GroupMember.counts).is_(True),
        )
    )
    place = dict(zip(people, range(len(people)), strict=True)).get
    nothing = np.zeros((4, 0), np.int32)
    # A bunch at a time: a million rows at once are out of the processor's cache when they are looked at.
    bunches = (
        np.fromiter(chain.from_iterable((r, g, place(who, -1), o) for r, g, who, o in rows), np.int32)
        .reshape(-1, 4)
        .T
        for rows in session.connection().execute(wanted, execution_options=SOME_AT_A_TIME).partitions()
    )
    rounds, groups, known, organisations = np.concatenate([nothing, *bunches], axis=1)
    order = np.lexsort((known, groups))
    return _History(rounds[order], groups[order], known[order], organisations[order])


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int32)


def _pairs(history: _History) -> tuple[Ints, Ints]:
    """Rows of the history that stand for two members of one group."""
    firsts, seconds, offset = [], [], 1
    while (same := history.groups[offset:] == history.groups[: len(history.groups) - offset]).any():
        first = np.flatnonzero(same).astype(np.int32)
        firsts.append(first)
        seconds.append(first + offset)
        offset += 1
    empty = np.zeros(0, np.int32)
    return np.concatenate([empty, *firsts]), np.concatenate([empty, *seconds])


def _organisations_met(history: _History) -> dict[tuple[int, int], int]:
    first, second = _pairs(history)
    one, other = history.organisations[first], history.organisations[second]
    # Two ids in one number, which is sorted ten times as fast as rows of two.
    pairs = np.minimum(one, other).astype(np.int64) << 32 | np.maximum(one, other)
    known, counts = np.unique(pairs, return_counts=True)
    low = (1 << 32) - 1
    return {
        (pair >> 32, pair & low): count for pair, count in zip(known.tolist(), counts.tolist(), strict=True)
    }


def _pot(
    session: Session,
    programme: Programme,
    people: Sequence[str],
    members: dict[str, Member],
    organisations: Sequence[int],
    history: _History,
) -> Pot:
    code = {key: place for place, key in enumerate(organisations)}
    index = {person: number for number, person in enumerate(people)}
    known = history.known
    first, second = _pairs(history)
    # Somebody who left is not in the pot: their pairs are passed over.
    met = np.stack([history.rounds[first], known[first], known[second]], axis=1)
    never = [
        (index[one], index[other])
        for one, other in sorted(never_pairs.never_pairs(session, programme))
        if one in index and other in index
    ]
    rows = [members[person] for person in people]
    return Pot(
        _ints(code[row.organisation_id] for row in rows),
        met[(met[:, 1:] >= 0).all(axis=1)],
        np.array(never, np.int32).reshape(-1, 2),
        trio_turns=_trio_turns(known, history.groups, len(people), programme.group_size),
        no_trio=np.fromiter((not row.happy_in_three for row in rows), np.bool_, len(rows)),
        let_down=np.fromiter((row.let_down for row in rows), np.bool_, len(rows)),
        newcomer=~np.isin(np.arange(len(people)), known),
        mix=_answers(programme, rows),
        locked=_still_whole(_locked(session, programme.id), index, never, programme.group_size + 1),
    )


def _answers(programme: Programme, rows: Iterable[Member]) -> Ints:
    """Everybody's choice by its place, -1 of who has not said."""
    place = {choice: number for number, choice in enumerate(programme.mix_choices)}
    return _ints(place.get(row.mix_choice, -1) for row in rows)


def _still_whole(
    groups: Iterable[Sequence[str]], index: Mapping[str, int], never: Iterable[tuple[int, int]], width: int
) -> Ints:
    """Locked groups of which nobody has gone since, in which nobody must not meet, and that are not too large
    for rules made since: the others are let go.
    """
    banned = {frozenset(pair) for pair in never}
    rows = [
        [index[person] for person in group] + [-1] * (width - len(group))
        for group in groups
        if len(group) <= width
        and all(person in index for person in group)
        and not any(frozenset((index[a], index[b])) in banned for a, b in combinations(group, 2))
    ]
    return np.array(rows, np.int32).reshape(-1, width)


def _trio_turns(known: Ints, groups: Ints, people: int, size: int) -> Ints:
    """How often each person was in a group larger than the programme's, counted where it happened."""
    if not len(groups):
        return np.zeros(people, np.int32)
    _, place, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    in_larger = known[(sizes[place] > size) & (known >= 0)]
    return np.bincount(in_larger, minlength=people).astype(np.int32)
