"""A draft is drawn, kept and thrown away."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from matcher import Pot, Result, check, draw, explain, legal
from notifications import bulk, messages, outbox
from notifications.columns import table_of
from web.models import AuditEntry, Group, GroupMember, LeftOut, Programme, Round
from web.services.common import audit, phrases
from web.services.common.openers import Opens
from web.services.rounds import draw_records, pots
from web.services.rounds.draw_records import Recorded
from web.services.rounds.pots import RoundPot
from web.services.rounds.rounds import (
    NobodyToIntroduce,
    ProgrammeEnds,
    StaleDraft,
    counts_of,
    draft,
    first_movers,
    remember,
    stale,
    write_left_out,
    write_members,
)

SEED_BITS = 63
NONCE_BYTES = 32
DRAWN, CHANGED = "round drawn", "draft changed"  # each makes another version
DISCARDED = "draft discarded"
DREW, DREW_AGAIN = "drew it", "drew it again"


@dataclass(frozen=True)
class Drawn:
    """A round as the matcher made it, not yet stored. `best` is what it would be with nothing locked."""

    pot: RoundPot
    result: Result
    best: Result
    seed: int
    recorded: Recorded


def draw_next(read: Opens, programme: int, *, seed: int, today: date) -> Drawn:
    """The programme's next round, of those who are in it now. Drawing may take long: no session is open then.

    Raises:
        NobodyToIntroduce, matcher.Refused: see `compute`.
    """
    with read() as session:
        found = session.get_one(Programme, programme)
        pot = pots.gather(session, found, today)
    return compute(pot, found, seed=seed)


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
    best = best_of(pot, programme, seed) if len(pot.pot.locked) else result
    recorded = draw_records.of_draw(pot, result, programme, secrets.token_hex(NONCE_BYTES))
    return Drawn(pot, result, best, seed, recorded)


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
        return f"{phrases.counted(people, 'person is', 'people are')} in, and none of them may meet another"
    return f"{'Only one person' if people else 'Nobody'} is in the pot, and a round needs two"


def save_draft(
    session: Session,
    programme: Programme,
    drawn: Drawn,
    *,
    by: str,
    now: datetime,
    version: int | None = None,
    number: int | None = None,
) -> Round:
    """Keep a draw as the programme's draft, in place of the one that had `version`. `number` is that of the
    round that was to be drawn again: another one counts its versions anew.

    Raises:
        StaleDraft: somebody drew, edited or sent it meanwhile.
        Repeated: somebody drew it meanwhile, and nothing else was done.
        ProgrammeEnds: its end has been announced.
        matcher.Refused: the referee found a broken rule; nothing is written.
    """
    _stand_in_line(session, programme)
    unplaced = [person.person for person in drawn.result.unplaced]
    legal(drawn.pot.pot, drawn.result.groups, programme.group_size, unplaced)
    round_, locked = draft(session, programme, lock=True), len(drawn.pot.pot.locked)
    if number not in (None, drawn.pot.number):
        raise stale(session, None, None)
    around = f"{DREW_AGAIN} around {phrases.counted(locked, 'locked group')}" if locked else DREW_AGAIN
    if (round_.version if round_ else None) != version:
        raise stale(session, round_, version, around if version else DREW, DREW_AGAIN)
    if pots.next_number(session, drawn.pot.programme) != drawn.pot.number:
        raise StaleDraft("Somebody else sent this round while you were drawing. Look at it again first")
    before = _first_movers_of_locked(session, round_)
    round_ = _replace(session, programme, round_, drawn, by, now)
    _write_groups(session, round_, drawn, before)
    draw_records.keep(session, round_, drawn.recorded)
    _write_left_out(session, round_, drawn)
    remember(session, round_, around if locked or round_.redraws else DREW, by=by, now=now)
    audit.record(
        session,
        by,
        DRAWN,
        now=now,
        programme=programme.id,
        subject=f"round {round_.number}",
        seed=str(round_.seed),
        digest=round_.input_digest,
        commitment=drawn.recorded.commitment,
        groups=len(drawn.result.groups),
    )
    return round_


def _stand_in_line(session: Session, programme: Programme) -> None:
    """Two organisers may draw a first draft together, when there is no draft's row to wait for."""
    line = select(Programme).where(Programme.id == programme.id).with_for_update(key_share=True)
    if session.exec(line.execution_options(populate_existing=True)).one().closing_on:
        raise ProgrammeEnds(f"{programme.name} is closing: no more rounds are drawn")


def _before(session: Session, programme: Programme, number: int, *actions: str) -> int:
    """How often this was done to a round, in drafts that were thrown away as well."""
    done = select(func.count()).where(
        AuditEntry.programme_id == programme.id,
        col(AuditEntry.action).in_(actions),
        AuditEntry.subject == f"round {number}",
    )
    return session.exec(done).one()


def _replace(
    session: Session, programme: Programme, old: Round | None, drawn: Drawn, by: str, now: datetime
) -> Round:
    """The draft's row, filled anew; its number, and how often it was drawn, are kept.

    So is how often it was changed by hand, as long as something of that is left: a locked group, or somebody
    put in or out.
    """
    number = drawn.pot.number
    round_ = old or Round(
        programme_id=drawn.pot.programme,
        number=number,
        seed=0,
        drawn_at=now,
        drawn_by=by,
        # Another one than of any draft that was thrown away: a page may still show that.
        version=_before(session, programme, number, DRAWN, CHANGED) + 1,
    )
    if old:
        session.execute(delete(Group).where(col(Group.round_id) == old.id))
        session.execute(delete(LeftOut).where(col(LeftOut.round_id) == old.id))
        round_.version = old.version + 1
        if not len(drawn.pot.pot.locked) and not drawn.pot.decided:
            round_.edits = 0
    round_.redraws = _before(session, programme, number, DRAWN)
    result = drawn.result
    round_.seed, round_.drawn_at, round_.drawn_by = drawn.seed, now, by
    round_.matching_version = drawn.pot.rules
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
    reasons = pot.reasons(table.shape[1] - 1).round(table)
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
    bulk.insert_rows(session, table_of(Group), rows)
    made = select(Group.id).where(Group.round_id == round_.id).order_by(col(Group.number))
    ids = session.exec(made).all()
    write_members(session, pot, zip(ids, groups, strict=True))


def _write_left_out(session: Session, round_: Round, drawn: Drawn) -> None:
    unplaced = explain.unplaced(drawn.pot.pot, drawn.result, drawn.pot.labels())
    rows = [(drawn.pot.people[index], reason, False) for index, reason in unplaced]
    rows += [(person, reason, True) for person, reason in drawn.pot.left_out.items()]
    write_left_out(session, round_, rows)


def was_discarded(session: Session, programme: Programme, number: int) -> bool:
    """Has a draft of this number been thrown away?"""
    return _before(session, programme, number, DISCARDED) > 0


def discard(session: Session, programme: Programme, version: int, *, by: str, now: datetime) -> None:
    """Throw a draft away.

    Raises:
        StaleDraft: it changed after it was shown, or has just been sent or thrown away.
    """
    round_ = draft(session, programme, lock=True)
    if round_ is None or round_.version != version:
        raise stale(session, round_, version)
    audit.record(session, by, DISCARDED, now=now, programme=programme.id, subject=f"round {round_.number}")
    outbox.cancel(session, kind=messages.DraftReady.kind, programme=programme.slug)
    session.delete(round_)
