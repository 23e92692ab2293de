"""The top-up of a round: people whose partner cannot make it, and people who came late, are matched while it
goes on.

The same matcher, rules and history; nobody meets somebody again for it. Who finds nobody new joins a pair
that is happy to be three, or is told and comes first in the next round. It runs by itself on the morning
after the cut-off, and an organiser may run it at any time; only from the cut-off on is anybody told that
there is nobody.

The seed follows from the round's, so looking at a top-up twice, or sending what was looked at, is one draw.

    NoTopUp             the round is not going on, or nobody waits
    StaleTopUp          who waits, or who could take them in, changed after it was shown
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import CompoundSelect, Select, delete, union
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

import matcher
from notifications import messages, outbox
from web.models import (
    TAKING_PART,
    Answer,
    CheckIn,
    Group,
    GroupMember,
    LeftOut,
    Membership,
    Person,
    Programme,
    Purpose,
    Round,
    RoundState,
)
from web.models.rounds import TopUp
from web.services.common import audit, links, programmes, times
from web.services.common.contacts import recipient
from web.services.rounds import drafts, dropouts, introductions, pots, regrouping, rounds
from web.services.rounds.introductions import Party, Window
from web.services.rounds.pots import RoundPot

NOBODY = "We looked for somebody else for you, and there was nobody you have not met."
NOBODY_YET = "This round had begun when you joined, and there was nobody free whom you could meet."
FOUND_NOBODY = "nobody was free whom they have not met, in the top-up"  # for organisers
TOPPED_UP = "round topped up"
LONGEST_DRAW = timedelta(days=1)
LARGER = "One of you had nobody to talk with this time, and the others were happy to be one more."


class NoTopUp(rounds.RoundError):
    pass


class StaleTopUp(rounds.RoundError):
    pass


@dataclass(frozen=True)
class TopUpPlan:
    """What a top-up would do, by people's ids. `joins` are pairs of a running group's id and who joins it."""

    round: Round
    number: int
    seed: int
    pot: RoundPot
    found: matcher.TopUp
    groups: Sequence[Sequence[str]]
    joins: Sequence[tuple[int, str]]
    nobody: Sequence[str]

    @property
    def version(self) -> str:
        """Another one where anybody or anything in it is another."""
        document = json.dumps([self.number, self.pot.people, self.groups, self.joins, self.nobody])
        return hashlib.sha256(document.encode()).hexdigest()[:16]

    @property
    def waiting(self) -> int:
        return sum(len(group) for group in self.groups) + len(self.joins) + len(self.nobody)


def plan(
    session: Session, programme: Programme, number: int, *, now: datetime, lock: bool = False
) -> TopUpPlan:
    """What a top-up of a round would do now. O(people + history), and the draw of those who wait.

    Raises:
        NoTopUp: the round is not going on.
    """
    round_ = rounds.by_number(session, programme, number, lock=lock)
    if round_.state is not RoundState.SENT or times.today(now) >= Window.of_round(round_).ends_on:
        raise NoTopUp(f"Round {number} is not going on")
    let_down = _let_down(session, round_)
    pot = pots.gather(session, programme, times.today(now), lock=lock, in_round=let_down)
    waiting = set(session.scalars(_waits_for_somebody(round_))) & set(pot.people)
    open_groups = _open_groups(session, programme, round_, set(pot.people))
    pot = pot.only({*waiting, *(person for members in open_groups.values() for person in members)})
    index, ids = pot.index(), list(open_groups)
    running = np.full((len(ids), programme.group_size + 1), -1, np.int32)
    for row, group in enumerate(ids):
        running[row, : len(open_groups[group])] = [index[person] for person in open_groups[group]]
    sequence = _next(session, round_)
    seed = _seed(round_, sequence)
    found = matcher.top_up(pot.pot, running, seed, programme.group_size, programme.priority.value)
    return TopUpPlan(
        round_,
        sequence,
        seed,
        pot,
        found,
        [[pot.people[one] for one in row if one >= 0] for row in found.groups],
        [(ids[row], pot.people[person]) for row, person in found.joined],
        [pot.people[person] for person in found.left],
    )


def running(session: Session, programme: Programme, *, now: datetime) -> Round:
    """The newest round that goes on.

    Raises:
        NoTopUp: none does.
    """
    found = session.exec(
        select(Round)
        .where(
            Round.programme_id == programme.id,
            Round.state == RoundState.SENT,
            col(Round.ends_on) > times.today(now),
        )
        .order_by(col(Round.number).desc())
    ).first()
    if found is None:
        raise NoTopUp("No round is going on")
    return found


def _next(session: Session, round_: Round) -> int:
    latest = session.exec(select(func.max(TopUp.number)).where(TopUp.round_id == round_.id)).one()
    return (latest or 0) + 1


def _seed(round_: Round, number: int) -> int:
    digest = hashlib.sha256(f"{round_.seed} top-up {number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - drafts.SEED_BITS)


def waiting(session: Session, programme: Programme, round_: Round, today: date) -> int:
    """How many wait for the top-up of a round that goes on. Counted without drawing: O(groups of the round +
    those who wait).
    """
    if round_.topped_up_at or not round_.ends_on or today >= round_.ends_on:
        return 0
    let_down = _let_down(session, round_)
    wait = _waits_for_somebody(round_)
    return len(pots.who_is_in(session, programme, today, in_round=let_down, only=wait).people)


def promised(session: Session, programme: Programme, person: str, today: date) -> date | None:
    """The day of the top-up in which we look for somebody for one who is in no group of the running round, as
    their welcome told them; None for everybody else, and in a break, for which it waits.
    """
    if programme.paused_at:
        return None
    newest = select(Round).where(Round.programme_id == programme.id, Round.state == RoundState.SENT)
    round_ = session.exec(newest.order_by(col(Round.number).desc()).limit(1)).first()
    day = programmes.top_up_on(session, programme, today)
    if round_ is None or round_.topped_up_at or day is None:
        return None
    waits = _waits_for_somebody(round_).subquery()
    found = session.scalars(select(waits.c.person_id).where(waits.c.person_id == person)).first()
    return day if found else None


def _let_down(session: Session, round_: Round) -> set[str]:
    return set(session.scalars(_left_alone(round_)))


def _waits_for_somebody(round_: Round) -> CompoundSelect[Any]:
    """Ids: who was left alone in the round, and who was in no group of it, for want of a partner or because
    they came after the draw, or while it was going on. One who was invited before it, and says yes after it,
    came late.

    Once the round after it has been sent, only who was left alone: that one has had the others in it, or told
    them why not.
    """
    newest = ~_sent_after(round_).exists()
    left_out = select(LeftOut.person_id).where(LeftOut.round_id == round_.id)
    nobody_free = left_out.where(col(LeftOut.on_purpose).is_(False), newest)
    chose = left_out.where(
        col(LeftOut.on_purpose).is_(True),
        LeftOut.person_id == Membership.person_id,
        Membership.joined_at <= round_.drawn_at,
    ).exists()
    came_late = select(Membership.person_id).where(
        Membership.programme_id == round_.programme_id,
        Membership.joined_at > round_.drawn_at - LONGEST_DRAW,
        ~chose,
        newest,
    )
    without = union(nobody_free, came_late).subquery()
    grouped = _members(round_).where(GroupMember.person_id == without.c.person_id).exists()
    return union(_left_alone(round_), select(without.c.person_id).where(~grouped))


def _sent_after(round_: Round) -> SelectOfScalar[int]:
    """Ids of later rounds of its programme that have been sent."""
    later = Round.programme_id == round_.programme_id, Round.number > round_.number
    return select(Round.id).where(*later, Round.state == RoundState.SENT)


def _left_alone(round_: Round) -> Select[tuple[str]]:
    """Ids: who is left of a group that was called off, and is in no other."""
    stayed = _members(round_).where(col(GroupMember.withdrew_at).is_(None))
    alone = stayed.where(col(Group.called_off_at).is_not(None)).subquery()
    # Looked up person by person: a list of all who have somebody would be nearly everyone.
    has_somebody = stayed.where(
        col(Group.called_off_at).is_(None), GroupMember.person_id == alone.c.person_id
    ).exists()
    return select(alone.c.person_id).where(~has_somebody)


def _members(round_: Round) -> SelectOfScalar[str]:
    """Ids of all who were in a group of the round."""
    members = select(GroupMember.person_id).join(Group, col(Group.id) == GroupMember.group_id)
    return members.where(Group.round_id == round_.id)


def _open_groups(
    session: Session, programme: Programme, round_: Round, people: set[str]
) -> dict[int, list[str]]:
    """Groups that could take one more: all of them willing, and none has a date or has given up."""
    settled = select(CheckIn.group_id).where(CheckIn.answer != Answer.NOT_YET)
    rows = session.exec(
        select(Group.id, GroupMember.person_id, Membership.happy_in_three)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .join(Membership, col(Membership.person_id) == GroupMember.person_id)
        .where(
            Group.round_id == round_.id,
            Membership.programme_id == programme.id,
            col(Group.called_off_at).is_(None),
            col(GroupMember.withdrew_at).is_(None),
            col(Group.id).not_in(settled),
        )
        .order_by(col(Group.id), col(GroupMember.position))
    ).all()
    members: dict[int, list[str]] = {}
    for group, person, happy in rows:
        members.setdefault(group, []).append(person if happy and person in people else "")
    found: dict[int, list[str]] = {}
    seated: set[str] = set()
    for group, row in members.items():
        # Of two entries that were merged each may have a conversation: a draw knows one for each person.
        if all(row) and len(row) <= programme.group_size and seated.isdisjoint(row):
            found[group] = row
            seated.update(row)
    return found


def run(
    session: Session, programme: Programme, number: int, version: str | None, *, by: str, now: datetime
) -> TopUpPlan:
    """Introduce who was found, and from the cut-off on tell who was not. Once: who has a partner waits no
    more, and a second press of whoever looked at this `version` changes nothing.

    Without a `version` whatever is found now is right.

    Raises:
        NoTopUp: the round is not going on, or nobody waits in it.
        StaleTopUp: it is not what was shown as `version`.
        rounds.ProgrammePaused: nothing is sent meanwhile.
    """
    # As whoever sends a round: who goes meanwhile waits, and sees then that they are in a group.
    programme = programmes.held(session, programme.id)
    if programme.paused_at:
        raise rounds.ProgrammePaused(f"{programme.name} is paused: let it go on first")
    made = plan(session, programme, number, now=now, lock=True)
    subject = f"round {number}"
    if version and audit.was_done(session, programme.id, TOPPED_UP, subject, by=by, version=version):
        return made
    if version is not None and made.version != version:
        raise StaleTopUp("Somebody joined, dropped out or answered after you looked. Look at it again first")
    if not made.waiting:
        raise NoTopUp("Nobody waits for somebody to talk with")
    window = Window.of_round(made.round)
    rng = np.random.default_rng(made.seed)
    if made.groups or made.joins:
        _keep(session, made, by, now)
    _hold_messages(session, made)
    parties = [*_new_groups(session, programme, made, window, rng, now)]
    parties += _larger_groups(session, programme, made, window, rng, now)
    introductions.introduce(session, programme, made.round, parties, window, now=now)
    for party in parties:
        for member in party.members:
            _settle(session, programme, member.person_id)
    if now >= window.cut_off_at:
        made.round.topped_up_at = made.round.topped_up_at or now
        session.add(made.round)
        for person in made.nobody:
            tell_nobody(session, programme, made.round, person, now=now)
    audit.record(
        session,
        by,
        TOPPED_UP,
        now=now,
        programme=programme.id,
        subject=subject,
        version=made.version,
        groups=len(made.groups),
        joined=len(made.joins),
        nobody=len(made.nobody),
    )
    return made


def _hold_messages(session: Session, made: TopUpPlan) -> None:
    """All that are called off below, group by group."""
    groups = [group for group, _ in made.joins]
    there = session.exec(select(GroupMember.person_id).where(col(GroupMember.group_id).in_(groups))).all()
    outbox.hold_all_of(session, there)


def _keep(session: Session, made: TopUpPlan, by: str, now: datetime) -> None:
    drawn = made.found.drawn
    session.add(
        TopUp(
            round_id=made.round.id,
            number=made.number,
            seed=made.seed,
            input_digest=made.found.asked.digest(),
            figures=drawn.figures.to_json(),
            proof=json.loads(drawn.proof.to_json()),
            joined=len(made.joins),
            nobody=len(made.nobody),
            at=now,
            by=by,
        )
    )
    session.flush()


def _new_groups(
    session: Session,
    programme: Programme,
    made: TopUpPlan,
    window: Window,
    rng: np.random.Generator,
    now: datetime,
) -> list[Party]:
    last = session.exec(select(func.max(Group.number)).where(Group.round_id == made.round.id)).one()
    first = rounds.first_movers(session, programme.id, made.groups, made.seed)
    parties = []
    for place, people in enumerate(made.groups):
        group = Group(
            round_id=made.round.id,
            number=(last or 0) + 1 + place,
            first_mover=first[place],
            top_up=made.number,
        )
        session.add(group)
        session.flush()
        for position, person in enumerate(people):
            _seat(session, made, group, person, position)
        session.flush()
        regrouping.recount(session, made.round, group, dropouts.staying(session, group))
        session.flush()
        party = introductions.party(session, programme, group, window, rng, now=now)
        parties.append(party.because(introductions.why(made.pot, group, party.members)))
    return parties


def _larger_groups(
    session: Session,
    programme: Programme,
    made: TopUpPlan,
    window: Window,
    rng: np.random.Generator,
    now: datetime,
) -> list[Party]:
    parties = []
    for group_id, person in made.joins:
        group = session.get_one(Group, group_id)
        before = session.exec(
            select(GroupMember).where(
                GroupMember.group_id == group_id, col(GroupMember.withdrew_at).is_(None)
            )
        ).all()
        # Who has not heard of the group yet hears of it as it is now.
        never_told = introductions.never_told(session, group, (member.person_id for member in before))
        outbox.call_off(session, introductions.about(group), dropouts.ASKED_OF_A_GROUP)
        _seat(session, made, group, person, 1 + max(member.position for member in before))
        session.flush()
        group.edition += 1
        regrouping.recount(session, made.round, group, dropouts.staying(session, group))
        session.flush()
        party = introductions.party(
            session, programme, group, window, rng, now=now, why=LARGER, newcomers={person, *never_told}
        )
        parties.append(party)
    return parties


def _seat(session: Session, made: TopUpPlan, group: Group, person: str, position: int) -> None:
    organisation = made.pot.members[person].organisation_id
    session.add(
        GroupMember(group_id=group.id, person_id=person, organisation_id=organisation, position=position)
    )
    # Who had nobody when it was sent is in it now.
    out = delete(LeftOut).where(col(LeftOut.round_id) == made.round.id, col(LeftOut.person_id) == person)
    session.execute(out)


def _settle(session: Session, programme: Programme, person: str) -> None:
    membership = session.get_one(Membership, (programme.id, person))
    membership.let_down = False
    session.add(membership)


def tell_nobody(session: Session, programme: Programme, round_: Round, person: str, *, now: datetime) -> None:
    """There is nobody for them in this round: why, and that they come first in the next one. Once."""
    membership = session.get_one(Membership, (programme.id, person))
    if membership.standing not in TAKING_PART:
        return
    membership.let_down = True
    session.add(membership)
    waited = _called_off(session, round_, person)
    if waited and waited.called_off_at and waited.called_off_at >= Window.of_round(round_).cut_off_at:
        return  # they were told so at once
    if session.get(LeftOut, (round_.id, person)) is None:
        out = LeftOut(round_id=round_.id, person_id=person, reason=FOUND_NOBODY, on_purpose=False)
        session.add(out)
    message = messages.NotThisTime(
        programmes.facts(programme, messages.NotThisTime),
        NOBODY if waited else NOBODY_YET,
        programmes.next_round_on(programme, times.today(now)),
        links.make(session, Purpose.PAGE, person, now=now),
    )
    outbox.queue(
        session,
        message,
        recipient(session.get_one(Person, person)),
        # Who was told when the round was sent that it has nobody for them is not told again.
        subject=f"{introductions.about(waited)} nobody" if waited else f"round {round_.id}",
        programme=programme.slug,
        round=str(round_.id),
        now=now,
    )


def _called_off(session: Session, round_: Round, person: str) -> Group | None:
    """The latest group in which they were left alone."""
    return session.exec(
        select(Group)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .where(
            Group.round_id == round_.id,
            GroupMember.person_id == person,
            col(GroupMember.withdrew_at).is_(None),
            col(Group.called_off_at).is_not(None),
        )
        .order_by(col(Group.called_off_at).desc())
    ).first()


def due(session: Session, *, now: datetime) -> list[Round]:
    """Rounds whose cut-off has passed and which have not been topped up since. In a break nobody would hear
    whom they are to talk with.
    """
    passed = session.exec(
        select(Round)
        .join(Programme, col(Programme.id) == Round.programme_id)
        .where(
            Round.state == RoundState.SENT,
            col(Round.topped_up_at).is_(None),
            col(Round.cut_off_on) < times.today(now),
            col(Programme.paused_at).is_(None),
        )
    )
    # In the morning: nobody is written to in the middle of the night.
    return [round_ for round_ in passed if Window.of_round(round_).top_up_at <= now]


def run_by_itself(session: Session, round_id: int, *, now: datetime) -> None:
    """The top-up that follows the cut-off, once: a second call changes nothing."""
    programme = programmes.held(session, session.get_one(Round, round_id).programme_id)
    round_ = dropouts.lock(session, round_id)
    if round_.topped_up_at or programme.paused_at:
        return
    try:
        run(session, programme, round_.number, None, by=audit.SYSTEM, now=now)
    except NoTopUp:
        # Nobody waits, or it is over: then whoever waited is at least not left without a word.
        for person in sorted(_let_down(session, round_)):
            tell_nobody(session, programme, round_, person, now=now)
    round_.topped_up_at = now
    session.add(round_)
