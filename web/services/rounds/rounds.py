"""Rounds: drawn as a draft, looked at, sent once.

RoundError
    NoDraft             there is nothing to send
    StaleDraft          the draft or its people changed after it was shown; says what changed, and by whom
    NobodyToIntroduce   no group could be made
    ProgrammePaused     nothing is sent until an organiser lets the programme go on

Changing a draft by hand is in `drafts`.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, update
from sqlmodel import Session, col, func, select

from matcher import Pot, Result, check, draw, explain, legal
from notifications import messages, outbox
from notifications.columns import table_of
from web.models import (
    AuditEntry,
    Group,
    GroupMember,
    LeftOut,
    Membership,
    Organiser,
    Person,
    Programme,
    Purpose,
    Round,
    RoundState,
    Schedule,
    Tick,
)
from web.models.drafts import RoundChange
from web.services.common import audit, links, phrases, programmes, times
from web.services.people.joining import recipient
from web.services.rounds import introductions, pots, recurrence
from web.services.rounds.introductions import Party, Window
from web.services.rounds.pots import RoundPot

SEED_BITS = 63
# The true reason may be that two people must not meet, which nobody is told: the organiser sees it.
AFTER_THE_DRAW = "This round was drawn just before you joined or came back. You come first in the next one."
NOT_THIS_TIME = "There was nobody free whom you could meet in this round. You come first in the next one."
THIS_ONCE = "The organisers left you out of it, this once: write to them if that surprises you."


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


class ProgrammeEnds(RoundError):
    pass


@dataclass(frozen=True)
class Drawn:
    """A round as the matcher made it, not yet stored. `best` is what it would be with nothing locked."""

    pot: RoundPot
    result: Result
    best: Result
    seed: int


def compute(pot: RoundPot, programme: Programme, *, seed: int) -> Drawn:
    """Draw, and have the referee look at the round, its figures and its proof. It may take long and holds no
    lock.

    Raises:
        NobodyToIntroduce: the pot is empty or nobody in it may meet anybody.
        matcher.Refused: the matcher has broken a rule, or claimed what its proof does not show.
    """
    result = draw(pot.pot, seed=seed, size=programme.group_size, priority=programme.priority.value)
    if not len(result.groups):
        raise NobodyToIntroduce(_why_nobody(pot))
    check(pot.pot, result)
    return Drawn(pot, result, best_of(pot, programme, seed) if len(pot.pot.locked) else result, seed)


def best_of(pot: RoundPot, programme: Programme, seed: int) -> Result:
    """The best possible round of these people, with nothing locked: what others are measured against."""
    return draw(
        _nothing_locked(pot.pot), seed=seed, size=programme.group_size, priority=programme.priority.value
    )


def _nothing_locked(pot: Pot) -> Pot:
    return pot.only(np.arange(pot.n)) if len(pot.locked) else pot


def _why_nobody(pot: RoundPot) -> str:
    people = len(pot.people)
    if people >= 2:
        return f"{people} people are in, and none of them may meet another"
    return f"{'Only one person' if people else 'Nobody'} is in the pot, and a round needs two"


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
        ProgrammeEnds: its end has been announced.
        matcher.Refused: the referee found a broken rule; nothing is written.
    """
    _stand_in_line(session, programme)
    unplaced = [person.person for person in drawn.result.unplaced]
    legal(drawn.pot.pot, drawn.result.groups, programme.group_size, unplaced)
    round_ = draft(session, programme, lock=True)
    if (round_.version if round_ else None) != version:
        raise stale(session, round_, version)
    if pots.next_number(session, drawn.pot.programme) != drawn.pot.number:
        raise StaleDraft("Somebody else sent this round while you were drawing. Look at it again first")
    before = _first_movers_of_locked(session, round_)
    round_ = _replace(session, programme, round_, drawn, by, now)
    _write_groups(session, round_, drawn, before)
    _write_left_out(session, round_, drawn)
    locked = len(drawn.pot.pot.locked)
    what = f"drew it again around {phrases.counted(locked, 'locked group')}" if locked else "drew it"
    remember(session, round_, what if locked or not round_.redraws else "drew it again", by=by, now=now)
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


def remember(session: Session, round_: Round, what: str, *, by: str, now: datetime) -> None:
    """Say what made a draft's version what it is, for whoever looks at an older one."""
    session.add(RoundChange(round_id=round_.id, version=round_.version, what=what, by=by, at=now))
    session.flush()


def changes(session: Session, round_: Round, since: int = 0) -> Sequence[RoundChange]:
    """What was done to a draft after a version was shown, in order."""
    wanted = select(RoundChange).where(RoundChange.round_id == round_.id, RoundChange.version > since)
    return session.exec(wanted.order_by(col(RoundChange.version))).all()


def stale(session: Session, round_: Round | None, version: int | None) -> StaleDraft:
    """What to tell somebody whose page shows an older version, or a draft that is gone."""
    if round_ is None:
        return StaleDraft("Somebody threw this draft away or sent it. Look again first")
    done = changes(session, round_, version or 0)[-3:]
    told = [f"{name_of(session, change.by)} {change.what}, {times.clock(change.at)}" for change in done]
    said = named(session, phrases.listing(told)) if told else "Somebody changed it"
    return StaleDraft(f"This round is no longer as it was on your page: {said}. Look at it again first")


def name_of(session: Session, actor: str) -> str:
    """Who did something: an organiser's address, or what else acts."""
    found = session.get(Organiser, actor)
    return found.email if found else actor


def named(session: Session, text: str) -> str:
    """A stored sentence with names in it."""
    return phrases.with_names(text, names_of(session, phrases.ids_in(text)))


def names_of(session: Session, people: Iterable[str]) -> dict[str, str]:
    return dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(list(people)))).all())


def _stand_in_line(session: Session, programme: Programme) -> None:
    """Two organisers may draw a first draft together, when there is no draft's row to wait for."""
    line = select(Programme).where(Programme.id == programme.id).with_for_update(key_share=True)
    if session.exec(line.execution_options(populate_existing=True)).one().closing_on:
        raise ProgrammeEnds(f"{programme.name} is closing: no more rounds are drawn")


def _draws_before(session: Session, programme: Programme, number: int) -> int:
    """How often this round was drawn, in drafts that were thrown away as well."""
    drawn = select(func.count()).where(
        AuditEntry.programme_id == programme.id,
        AuditEntry.action == "round drawn",
        AuditEntry.subject == f"round {number}",
    )
    return session.exec(drawn).one()


def _replace(
    session: Session, programme: Programme, old: Round | None, drawn: Drawn, by: str, now: datetime
) -> Round:
    """The draft's row, filled anew; its number, and how often it was drawn, are kept.

    So is how often it was changed by hand, as long as something of that is left: a locked group, or somebody
    put in or out.
    """
    round_ = old or Round(
        programme_id=drawn.pot.programme, number=drawn.pot.number, seed=0, drawn_at=now, drawn_by=by
    )
    if old:
        session.execute(delete(Group).where(col(Group.round_id) == old.id))
        session.execute(delete(LeftOut).where(col(LeftOut.round_id) == old.id))
        round_.version = old.version + 1
        if not len(drawn.pot.pot.locked) and not drawn.pot.decided:
            round_.edits = 0
    round_.redraws = _draws_before(session, programme, drawn.pot.number)
    result = drawn.result
    round_.seed, round_.drawn_at, round_.drawn_by = drawn.seed, now, by
    round_.input_digest = drawn.pot.pot.digest()
    round_.figures = result.figures.to_json()
    set_best(round_, drawn.pot, drawn.best)
    round_.proof = json.loads(result.proof.to_json())
    session.add(round_)
    session.flush()
    return round_


def set_best(round_: Round, pot: RoundPot, best: Result) -> None:
    """Keep what the best possible round would be, with its proof and what would make it better."""
    round_.best = best.figures.to_json()
    round_.proof = json.loads(best.proof.to_json())
    round_.reasons = list(explain.best(_nothing_locked(pot.pot), best, pot.labels()))


def _first_movers_of_locked(session: Session, round_: Round | None) -> dict[frozenset[str], str]:
    """Who writes first in each locked group: a locked group stays as it is."""
    if round_ is None:
        return {}
    rows = session.exec(
        select(GroupMember.group_id, GroupMember.person_id, Group.first_mover)
        .join(Group, col(Group.id) == GroupMember.group_id)
        .where(Group.round_id == round_.id, col(Group.locked))
    )
    groups: dict[int, tuple[set[str], str]] = {}
    for group, person, first in rows:
        groups.setdefault(group, (set(), first or ""))[0].add(person)
    return {frozenset(people): first for people, first in groups.values()}


def _write_groups(
    session: Session, round_: Round, drawn: Drawn, locked: Mapping[frozenset[str], str]
) -> None:
    pot, table = drawn.pot, drawn.result.groups
    groups = [[pot.people[index] for index in row if index >= 0] for row in table.tolist()]
    first = first_movers(session, pot.programme, groups, drawn.seed)
    kept = {frozenset(row[row >= 0].tolist()) for row in pot.pot.locked}
    reasons = explain.Reasons(pot.pot, pot.labels(), table.shape[1] - 1).round(table)
    repeats, crossing = counts_of(pot.pot, table)
    rows = [
        {
            "round_id": round_.id,
            "number": place + 1,
            "why": reasons[place],
            "repeats": repeats[place],
            "crossing": crossing[place],
            "first_mover": locked.get(frozenset(group), first[place]),
            "locked": frozenset(int(index) for index in table[place] if index >= 0) in kept,
        }
        for place, group in enumerate(groups)
    ]
    # Asked for afterwards: SQLite gives ids back in order only for one row at a time.
    session.execute(insert(table_of(Group)), rows)
    made = select(Group.id).where(Group.round_id == round_.id).order_by(col(Group.number))
    ids = session.exec(made).all()
    write_members(session, pot, zip(ids, groups, strict=True))


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
    members = [
        {
            "group_id": group,
            "person_id": person,
            "organisation_id": pot.members[person].organisation_id,
            "position": position,
        }
        for group, people in groups
        for position, person in enumerate(people)
    ]
    if members:
        session.execute(insert(table_of(GroupMember)), members)


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


def _write_left_out(session: Session, round_: Round, drawn: Drawn) -> None:
    unplaced = explain.unplaced(drawn.pot.pot, drawn.result, drawn.pot.labels())
    rows = [(drawn.pot.people[index], reason, False) for index, reason in unplaced]
    rows += [(person, reason, True) for person, reason in drawn.pot.left_out.items()]
    write_left_out(session, round_, rows)


def write_left_out(session: Session, round_: Round, rows: Iterable[tuple[str, str, bool]]) -> None:
    """Each row is a person, the reason, and whether it is on purpose."""
    told = [
        {"round_id": round_.id, "person_id": person, "reason": reason, "on_purpose": on_purpose}
        for person, reason, on_purpose in rows
    ]
    if told:
        session.execute(insert(table_of(LeftOut)), told)


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
        raise stale(session, round_, version)
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
        raise stale(session, round_, version)
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
    return parties(session, programme, round_, groups, pot, window)


def parties(
    session: Session,
    programme: Programme,
    round_: Round,
    groups: Sequence[Group],
    pot: RoundPot,
    window: Window,
) -> list[Party]:
    """Groups with everything needed to write to their members."""
    keys = [group.id for group in groups]
    members = members_of(session, round_, keys if len(keys) == 1 else None)
    theirs = select(GroupMember.person_id).join(Group, col(Group.id) == GroupMember.group_id)
    theirs = theirs.where(Group.round_id == round_.id)
    people = {
        person.id: person for person in session.exec(select(Person).where(col(Person.id).in_(theirs))).all()
    }
    rng, days = np.random.default_rng(round_.seed), times.suggestable_days(window.starts_on, window.ends_on)
    return [
        Party(
            group,
            members[group.id],
            people,
            pot.organisations,
            times.suggest(days, introductions.shared_hours(people, members[group.id]), rng),
            introductions.why(pot, group, members[group.id]),
            introductions.room(programme, secrets.token_hex(8)),
        )
        for group in groups
        if group.id is not None
    ]


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


def _refuse_if_people_changed(pot: RoundPot, parties: Sequence[Party]) -> None:
    still_in = set(pot.people)
    gone = [
        party.people[member.person_id].name or phrases.GONE
        for party in parties
        for member in party.members
        if member.person_id not in still_in
    ]
    if gone:
        verb = "is" if len(gone) == 1 else "are"
        raise StaleDraft(f"{phrases.listing(gone)} {verb} no longer in this round. Draw again")


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
    """Introductions for those in a group, a word for those who could be in one and are not; flags reset."""
    introductions.introduce(session, programme, round_, parties, window, now=now)
    placed = {member.person_id for party in parties for member in party.members}
    waiting = [person for person in (*pot.people, *pot.left_out_once) if person not in placed]
    for person in waiting:
        _tell_not_this_time(session, programme, round_, person, now)
    in_it = select(GroupMember.person_id).join(Group, col(Group.id) == GroupMember.group_id)
    here = col(Membership.programme_id) == programme.id
    for who, flags in (
        (col(Membership.person_id).in_(in_it.where(Group.round_id == round_.id)), {"let_down": False}),
        (col(Membership.person_id).in_(waiting), {"let_down": True}),
        (col(Membership.skips_next), {"skips_next": False}),
    ):
        session.execute(update(Membership).where(here, who).values(flags))
    session.flush()


def _use_up_date(session: Session, programme: Programme, number: int, today: date) -> None:
    """The day this round was planned for is used, also when people were told of it and it is sent earlier."""
    planned = programme.next_round_on
    told = session.get(Tick, (programme.id, "heads-up", f"round {number}"))
    if planned and (planned <= today or (told and told.became == planned.isoformat())):
        schedule = session.get(Schedule, programme.id)
        programme.next_round_on = recurrence.following(schedule, max(planned, today)) if schedule else None
        session.add(programme)
    for kind in (messages.HeadsUp, messages.DraftReady):
        outbox.cancel(session, kind=kind.kind, programme=programme.slug)


def _tell_not_this_time(
    session: Session, programme: Programme, round_: Round, who: str, now: datetime
) -> None:
    out = session.get(LeftOut, (round_.id, who))
    reason = (THIS_ONCE if out.on_purpose else NOT_THIS_TIME) if out else AFTER_THE_DRAW
    if out is None:
        out = LeftOut(
            round_id=round_.id,
            person_id=who,
            reason="joined or came back after the draw",
            on_purpose=False,
        )
        session.add(out)
    person = session.get_one(Person, who)
    message = messages.NotThisTime(
        programmes.facts(programme, messages.NotThisTime),
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
