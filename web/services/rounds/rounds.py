"""A round as it is kept: found by its number, with who is in it, who is left out, and what changed in it.

RoundError
    NoDraft             there is nothing to send
    StaleDraft          the draft or its people changed after it was shown; says what changed, and by whom
        Repeated        all that changed is what is asked for now: a button was pressed twice; `.change`
    NobodyToIntroduce   no group could be made
    ProgrammePaused     nothing is sent until an organiser lets the programme go on
    ProgrammeEnds       its end has been announced: no round is drawn any more

Drawing one is in `drafts`, changing it by hand in `editing`, sending it in `sending`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, func, select

from matcher import Pot
from notifications import bulk
from notifications.columns import table_of
from web.models import Group, GroupMember, LeftOut, Organiser, Person, Programme, Round, RoundState
from web.models.rounds import RoundChange
from web.services.common import phrases, times
from web.services.rounds.pots import RoundPot


class RoundError(Exception):
    pass


class NoDraft(RoundError):
    pass


class StaleDraft(RoundError):
    pass


class Repeated(StaleDraft):
    def __init__(self, said: str, change: RoundChange) -> None:
        super().__init__(said)
        self.change = change


class NobodyToIntroduce(RoundError):
    pass


class ProgrammePaused(RoundError):
    pass


class ProgrammeEnds(RoundError):
    pass


def remember(session: Session, round_: Round, what: str, *, by: str, now: datetime) -> None:
    """Say what made a draft's version what it is, for whoever looks at an older one."""
    session.add(RoundChange(round_id=round_.id, version=round_.version, what=what, by=by, at=now))
    session.flush()


def changes(session: Session, round_: Round, since: int = 0) -> Sequence[RoundChange]:
    """What was done to a draft after a version was shown, in order."""
    wanted = select(RoundChange).where(RoundChange.round_id == round_.id, RoundChange.version > since)
    return session.exec(wanted.order_by(col(RoundChange.version))).all()


def stale(session: Session, round_: Round | None, version: int | None, *asked: str) -> StaleDraft:
    """What to tell somebody whose page shows an older version, or a draft that is gone. `asked` is how what
    they ask for now would be remembered.
    """
    if round_ is None:
        return StaleDraft("Somebody threw this draft away or sent it. Look again first")
    done = changes(session, round_, version or 0)
    lines = [f"{name_of(session, change.by)} {change.what}, {times.clock(change.at)}" for change in done[-3:]]
    said = named(session, phrases.listing(lines)) if lines else "Somebody changed it"
    said = f"This round is no longer as it was on your page: {said}. Look at it again first"
    if len(done) == 1 and done[0].what in asked:
        return Repeated(said, done[0])
    return StaleDraft(said)


def name_of(session: Session, actor: str) -> str:
    """Who did something: an organiser's address, or what else acts."""
    found = session.get(Organiser, actor)
    return found.email if found else actor


def named(session: Session, text: str) -> str:
    """A stored sentence with names in it."""
    return phrases.with_names(text, names_of(session, phrases.ids_in(text)))


def names_of(session: Session, people: Iterable[str]) -> dict[str, str]:
    return dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(list(people)))).all())


def counts_of(pot: Pot, table: NDArray[np.int32]) -> tuple[list[int], list[int]]:
    """For each group how many of its pairs have met, and how many cross. O(pairs log history)."""
    i, j = np.triu_indices(table.shape[1], 1)
    first, second = table[:, i], table[:, j]
    real = (first >= 0) & (second >= 0)
    first, second = np.maximum(first, 0), np.maximum(second, 0)
    crosses = pot.organisation[first] != pot.organisation[second]
    met = pot.have_met(first, np.where(real, second, (first + 1) % max(pot.n, 1)))
    return (met & real).sum(axis=1).tolist(), (crosses & real).sum(axis=1).tolist()


def write_members(session: Session, pot: RoundPot, groups: Iterable[tuple[int, Sequence[str]]]) -> None:
    members = (
        {
            "group_id": group,
            "person_id": person,
            "organisation_id": pot.members[person].organisation_id,
            "position": position,
        }
        for group, people in groups
        for position, person in enumerate(people)
    )
    bulk.insert_rows(session, table_of(GroupMember), members)


def first_movers(session: Session, programme: int, groups: Sequence[Sequence[str]], seed: int) -> list[str]:
    """For each group the member who has been asked to write first least often; the seed decides between
    equals.
    """
    asked = dict(
        session.exec(
            select(Group.first_mover, func.count())
            .join(Round, col(Round.id) == Group.round_id)
            .where(Round.programme_id == programme, Round.state == RoundState.SENT)
            .group_by(col(Group.first_mover))
        ).all()
    )
    chance = iter(np.random.default_rng(seed).random(sum(map(len, groups))).tolist())
    return [min(group, key=lambda person: (asked.get(person, 0), next(chance))) for group in groups]


def write_left_out(session: Session, round_: Round, rows: Iterable[tuple[str, str, bool]]) -> None:
    """Each row is a person, the reason, and whether it is on purpose."""
    lines = (
        {"round_id": round_.id, "person_id": person, "reason": reason, "on_purpose": on_purpose}
        for person, reason, on_purpose in rows
    )
    bulk.insert_rows(session, table_of(LeftOut), lines)


def draft(session: Session, programme: Programme, *, lock: bool = False) -> Round | None:
    wanted = select(Round).where(Round.programme_id == programme.id, Round.state == RoundState.DRAFT)
    return session.exec(wanted.with_for_update() if lock else wanted).one_or_none()


def by_number(session: Session, programme: Programme, number: int, *, lock: bool = False) -> Round:
    wanted = select(Round).where(Round.programme_id == programme.id, Round.number == number)
    # Another organiser may have sent it while we waited for the lock: read the row as it is now.
    wanted = wanted.execution_options(populate_existing=True)
    found = session.exec(wanted.with_for_update() if lock else wanted).one_or_none()
    if found is None:
        raise NoDraft(f"There is no round {number}")
    return found


def members_of(
    session: Session, round_: Round, groups: Sequence[int] | None = None
) -> dict[int, list[GroupMember]]:
    """The members of each group of a round, or of some of its groups, in their places."""
    wanted = (
        select(GroupMember)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .where(Group.round_id == round_.id)
        .order_by(col(GroupMember.group_id), col(GroupMember.position))
    )
    rows = session.exec(wanted if groups is None else wanted.where(col(Group.id).in_(groups)))
    found: dict[int, list[GroupMember]] = {}
    for row in rows:
        found.setdefault(row.group_id, []).append(row)
    return found
