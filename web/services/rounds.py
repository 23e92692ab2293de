"""Rounds: drawn as a draft, looked at, sent once.

RoundError
    NoDraft             there is nothing to send
    StaleDraft          the draft or its people changed after it was shown; says what changed
    NobodyToIntroduce   no group could be made
    ProgrammePaused     nothing is sent until an organiser lets the programme go on
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert
from sqlmodel import Session, col, func, select

from matcher import Result, draw, explain, legal
from matcher.referee import count
from notifications import messages, outbox
from web.models import (
    Group,
    GroupMember,
    LeftOut,
    Membership,
    Person,
    Programme,
    Purpose,
    Round,
    RoundState,
    Schedule,
    Tick,
)
from web.services import audit, introductions, links, pots, programmes, rhythm, times, words
from web.services.introductions import Party, Window
from web.services.joining import recipient
from web.services.pots import RoundPot

SEED_BITS = 63
# The true reason may be that two people must not meet, which nobody is told: the organiser sees it.
AFTER_THE_DRAW = "This round was drawn just before you joined or came back. You come first in the next one."
NOT_THIS_TIME = "There was nobody free whom you could meet in this round. You come first in the next one."


class RoundError(Exception):
    pass


class NoDraft(RoundError):
    pass


class StaleDraft(RoundError):
    pass


class NobodyToIntroduce(RoundError):
    pass


class ProgrammePaused(RoundError):
    pass


@dataclass(frozen=True)
class Drawn:
    """A round as the matcher made it, not yet stored."""

    pot: RoundPot
    result: Result
    seed: int


def compute(pot: RoundPot, programme: Programme, *, seed: int) -> Drawn:
    """Draw. It may take long and holds no lock.

    Raises:
        NobodyToIntroduce: the pot is empty or nobody in it may meet anybody.
    """
    result = draw(pot.pot, seed=seed, size=programme.group_size, priority=programme.priority.value)
    if not len(result.groups):
        raise NobodyToIntroduce(_why_nobody(pot))
    return Drawn(pot, result, seed)


def _why_nobody(pot: RoundPot) -> str:
    people = len(pot.people)
    if people >= 2:
        return f"{people} people are in, and none of them may meet another"
    return "Nobody is in the pot" if people == 0 else "Only one person is in the pot"


def save_draft(
    session: Session,
    programme: Programme,
    drawn: Drawn,
    *,
    by: str,
    now: datetime,
    version: int | None = None,
) -> Round:
    """Keep a draw as the programme's draft, in place of the one that had `version`.

    Raises:
        StaleDraft: somebody drew, edited or sent it meanwhile.
        matcher.Refused: the referee found a broken rule; nothing is written.
    """
    _stand_in_line(session, programme)
    unplaced = [person.person for person in drawn.result.unplaced]
    legal(drawn.pot.pot, drawn.result.groups, programme.group_size, unplaced)
    round_ = draft(session, programme, lock=True)
    if (round_.version if round_ else None) != version or _number_taken(session, drawn.pot):
        raise StaleDraft("Somebody else changed this round while you were drawing. Look at it again first")
    round_ = _replace(session, round_, drawn, by, now)
    _write_groups(session, round_, drawn)
    _write_left_out(session, round_, drawn)
    audit.record(
        session,
        by,
        "round drawn",
        now=now,
        programme=programme.id,
        subject=f"round {round_.number}",
        seed=str(round_.seed),
        digest=round_.input_digest,
        groups=len(drawn.result.groups),
    )
    return round_


def _stand_in_line(session: Session, programme: Programme) -> None:
    """Two organisers may draw a first draft together, when there is no draft's row to wait for."""
    line = select(Programme.id).where(Programme.id == programme.id)
    session.exec(line.with_for_update(key_share=True))


def _number_taken(session: Session, pot: RoundPot) -> bool:
    return pots.next_number(session, pot.programme) != pot.number


def _replace(session: Session, old: Round | None, drawn: Drawn, by: str, now: datetime) -> Round:
    """The draft's row, filled anew; its number, and how often it was drawn, are kept."""
    round_ = old or Round(
        programme_id=drawn.pot.programme, number=drawn.pot.number, seed=0, drawn_at=now, drawn_by=by
    )
    if old:
        session.execute(delete(Group).where(col(Group.round_id) == old.id))
        session.execute(delete(LeftOut).where(col(LeftOut.round_id) == old.id))
        round_.version, round_.redraws = old.version + 1, old.redraws + 1
    result = drawn.result
    round_.seed, round_.drawn_at, round_.drawn_by, round_.edits = drawn.seed, now, by, 0
    round_.input_digest = drawn.pot.pot.digest()
    round_.figures = result.figures.to_json()
    round_.proof = json.loads(result.proof.to_json())
    round_.reasons = list(explain.best(drawn.pot.pot, result, drawn.pot.labels()))
    session.add(round_)
    session.flush()
    return round_


def _write_groups(session: Session, round_: Round, drawn: Drawn) -> None:
    rows = [row[row >= 0] for row in drawn.result.groups]
    first = _first_movers(session, drawn)
    reasons = explain.Reasons(drawn.pot.pot, drawn.pot.labels(), drawn.result.groups.shape[1] - 1)
    told = [
        _group_row(round_, drawn, number, members, first[number - 1], reasons)
        for number, members in enumerate(rows, start=1)
    ]
    ids = session.scalars(insert(Group).returning(col(Group.id), sort_by_parameter_order=True), told).all()
    members = [
        member for group, row in zip(ids, rows, strict=True) for member in _member_rows(group, drawn.pot, row)
    ]
    session.execute(insert(GroupMember), members)


def _group_row(
    round_: Round, drawn: Drawn, number: int, members: NDArray[np.int32], first: str, reasons: explain.Reasons
) -> dict[str, Any]:
    pot = drawn.pot.pot
    counts = count(pot, members[np.newaxis, :])
    return {
        "round_id": round_.id,
        "number": number,
        "why": reasons.group(members.tolist()),
        "repeats": counts.repeats,
        "crossing": counts.cross,
        "first_mover": first,
    }


def _member_rows(group: int, pot: RoundPot, members: NDArray[np.int32]) -> list[dict[str, Any]]:
    people = [pot.people[index] for index in members]
    return [
        {
            "group_id": group,
            "person_id": person,
            "organisation_id": pot.members[person].organisation_id,
            "position": position,
        }
        for position, person in enumerate(people)
    ]


def _first_movers(session: Session, drawn: Drawn) -> list[str]:
    """For each group the member who has been asked to write first least often; the seed decides between
    equals.
    """
    asked = dict(
        session.exec(
            select(Group.first_mover, func.count())
            .join(Round, col(Round.id) == Group.round_id)
            .where(Round.programme_id == drawn.pot.programme, Round.state == RoundState.SENT)
            .group_by(col(Group.first_mover))
        ).all()
    )
    rng = np.random.default_rng(drawn.seed)
    return [
        min(
            (drawn.pot.people[index] for index in row[row >= 0]),
            key=lambda person: (asked.get(person, 0), rng.random()),
        )
        for row in drawn.result.groups
    ]


def _write_left_out(session: Session, round_: Round, drawn: Drawn) -> None:
    unplaced = explain.unplaced(drawn.pot.pot, drawn.result, drawn.pot.labels())
    for index, reason in unplaced:
        session.add(
            LeftOut(round_id=round_.id, person_id=drawn.pot.people[index], reason=reason, on_purpose=False)
        )
    for person, reason in drawn.pot.left_out.items():
        session.add(LeftOut(round_id=round_.id, person_id=person, reason=reason))
    session.flush()


def draft(session: Session, programme: Programme, *, lock: bool = False) -> Round | None:
    wanted = select(Round).where(Round.programme_id == programme.id, Round.state == RoundState.DRAFT)
    return session.exec(wanted.with_for_update() if lock else wanted).one_or_none()


def discard(session: Session, programme: Programme, version: int, *, by: str, now: datetime) -> None:
    """Throw a draft away.

    Raises:
        StaleDraft: it changed after it was shown.
    """
    round_ = draft(session, programme, lock=True)
    if round_ is None:
        return
    if round_.version != version:
        raise StaleDraft("Somebody else changed this round. Look at it again first")
    audit.record(
        session, by, "draft discarded", now=now, programme=programme.id, subject=f"round {round_.number}"
    )
    outbox.cancel(session, kind=messages.DraftReady.kind, programme=programme.slug)
    session.delete(round_)


def send_round(
    session: Session, programme: Programme, number: int, version: int, *, by: str, now: datetime
) -> Round:
    """Turn a draft into introductions, once.

    Round, groups, who was left out, messages and audit entry are written together or not at all. A second
    call
    returns the round already sent.

    Raises:
        NoDraft: there is no such round.
        StaleDraft: the draft, or who is in it, changed after `version` was shown.
        ProgrammePaused: nothing is sent meanwhile.
        matcher.Refused: the groups break a rule; nothing is written.
    """
    round_ = by_number(session, programme, number, lock=True)
    if round_.state is RoundState.SENT:
        return round_
    if round_.state is RoundState.IMPORTED:
        raise NoDraft(f"Round {number} was imported: it took place before this service")
    if round_.version != version:
        raise StaleDraft("Somebody else changed this round after you opened it. Look at it again first")
    if programme.paused_at:
        raise ProgrammePaused(f"{programme.name} is paused: let it go on first")
    pot = pots.gather(session, programme, times.today(now), lock=True)
    window = Window.of(programme, times.today(now))
    parties = _parties(session, programme, round_, pot, window)
    _refuse_if_people_changed(pot, parties)
    indices = _indices(pot, parties)
    missing = np.setdiff1d(np.arange(pot.pot.n), indices)
    legal(pot.pot, indices, programme.group_size, missing.tolist())
    _mark_sent(round_, window, by, now)
    _use_up_date(session, programme, number, times.today(now))
    _tell_everyone(session, programme, round_, parties, pot, window, now)
    audit.record(
        session,
        by,
        "round sent",
        now=now,
        programme=programme.id,
        subject=f"round {round_.number}",
        groups=len(parties),
        people=sum(len(party.members) for party in parties),
    )
    return round_


def by_number(session: Session, programme: Programme, number: int, *, lock: bool = False) -> Round:
    wanted = select(Round).where(Round.programme_id == programme.id, Round.number == number)
    # Another organiser may have sent it while we waited for the lock: read the row as it is now.
    wanted = wanted.execution_options(populate_existing=True)
    found = session.exec(wanted.with_for_update() if lock else wanted).one_or_none()
    if found is None:
        raise NoDraft(f"There is no round {number}")
    return found


def _parties(
    session: Session, programme: Programme, round_: Round, pot: RoundPot, window: Window
) -> list[Party]:
    groups = session.exec(select(Group).where(Group.round_id == round_.id).order_by(col(Group.number))).all()
    members = members_of(session, round_)
    people = {
        person.id: person
        for person in session.exec(
            select(Person)
            .join(GroupMember, col(GroupMember.person_id) == Person.id)
            .join(Group, col(Group.id) == GroupMember.group_id)
            .where(Group.round_id == round_.id)
        )
    }
    rng, days = np.random.default_rng(round_.seed), times.suggestable_days(window.starts_on, window.ends_on)
    return [
        Party(
            group,
            members[group.id],
            people,
            pot.organisations,
            times.suggest(days, rng),
            introductions.why(pot, group, members[group.id]),
            introductions.room(programme, secrets.token_hex(8)),
        )
        for group in groups
        if group.id is not None
    ]


def members_of(session: Session, round_: Round) -> dict[int, list[GroupMember]]:
    """The members of each group of a round, in their places."""
    rows = session.exec(
        select(GroupMember)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .where(Group.round_id == round_.id)
        .order_by(col(GroupMember.group_id), col(GroupMember.position))
    )
    found: dict[int, list[GroupMember]] = {}
    for row in rows:
        found.setdefault(row.group_id, []).append(row)
    return found


def _refuse_if_people_changed(pot: RoundPot, parties: Sequence[Party]) -> None:
    still_in = set(pot.people)
    gone = [
        party.people[member.person_id].name or words.GONE
        for party in parties
        for member in party.members
        if member.person_id not in still_in
    ]
    if gone:
        verb = "is" if len(gone) == 1 else "are"
        raise StaleDraft(f"{words.listing(gone)} {verb} no longer in this round. Draw again")


def _indices(pot: RoundPot, parties: Sequence[Party]) -> NDArray[np.int32]:
    index = pot.index()
    width = max(len(party.members) for party in parties)
    rows = [
        [index[member.person_id] for member in party.members] + [-1] * (width - len(party.members))
        for party in parties
    ]
    return np.array(rows, np.int32)


def _mark_sent(round_: Round, window: Window, by: str, now: datetime) -> None:
    round_.state, round_.sent_at, round_.sent_by = RoundState.SENT, now, by
    round_.version += 1
    round_.sqlmodel_update(asdict(window))


def _tell_everyone(
    session: Session,
    programme: Programme,
    round_: Round,
    parties: Sequence[Party],
    pot: RoundPot,
    window: Window,
    now: datetime,
) -> None:
    """Introductions for those in a group, a word for those who wanted one and have none; flags reset."""
    placed = set()
    introductions.introduce(session, programme, round_, parties, window, now=now)
    for party in parties:
        placed |= {member.person_id for member in party.members}
    for person in pot.people:
        pot.members[person].let_down = person not in placed
        if person not in placed:
            _tell_not_this_time(session, programme, round_, pot.members[person], now)
    for person in pot.left_out:
        pot.members[person].skips_next = False
    session.flush()


def _use_up_date(session: Session, programme: Programme, number: int, today: date) -> None:
    """The day this round was planned for is used, also when people were told of it and it is sent earlier."""
    planned = programme.next_round_on
    told = session.get(Tick, (programme.id, "heads-up", f"round {number}"))
    if planned and (planned <= today or (told and told.became == planned.isoformat())):
        schedule = session.get(Schedule, programme.id)
        programme.next_round_on = rhythm.following(schedule, max(planned, today)) if schedule else None
        session.add(programme)
    for kind in (messages.HeadsUp, messages.DraftReady):
        outbox.cancel(session, kind=kind.kind, programme=programme.slug)


def _tell_not_this_time(
    session: Session, programme: Programme, round_: Round, membership: Membership, now: datetime
) -> None:
    out = session.get(LeftOut, (round_.id, membership.person_id))
    reason = NOT_THIS_TIME if out else AFTER_THE_DRAW
    if out is None:
        out = LeftOut(
            round_id=round_.id,
            person_id=membership.person_id,
            reason="joined or came back after the draw",
            on_purpose=False,
        )
        session.add(out)
    person = session.get_one(Person, membership.person_id)
    message = messages.NotThisTime(
        programmes.facts(programme),
        reason,
        programmes.next_round_on(programme, times.today(now)),
        links.make(session, Purpose.PAGE, person.id, now=now),
    )
    outbox.queue(
        session,
        message,
        recipient(person),
        subject=f"round {round_.id}",
        programme=programme.slug,
        round=str(round_.id),
        now=now,
    )
