"""Who has gone quiet: two rounds without a sign pause somebody, kindly, until they come back themselves.

A sign is an answer of theirs, a reply, anything they did on their page; or a partner who says that they met
or have a date. Who did not get their introductions, or was never asked whether they met, cannot be silent.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications import messages, outbox, progress
from notifications.keywords import Word
from notifications.tables import OutboxMessage, Reply
from web.models import (
    TAKING_PART,
    Answer,
    AuditEntry,
    CheckIn,
    Group,
    GroupMember,
    Membership,
    Person,
    Programme,
    Purpose,
    Round,
    RoundState,
    Tick,
)
from web.services.common import audit, links, programmes, times
from web.services.common.contacts import recipient
from web.services.rounds import schedule

SILENCE = "silence"
ROUNDS = 2


def due(session: Session, *, now: datetime) -> list[int]:
    """Ids of the programmes whose newest round has ended and has not been looked at yet."""
    ended = (
        select(Round.programme_id, func.max(Round.number))
        .join(Programme, col(Programme.id) == Round.programme_id)
        .where(
            Round.state == RoundState.SENT,
            col(Round.ends_on) < times.today(now),
            col(Programme.paused_at).is_(None),
            col(Programme.closing_on).is_(None),
        )
        .group_by(col(Round.programme_id))
    )
    return [
        programme
        for programme, number in session.exec(ended)
        if not session.get(Tick, (programme, SILENCE, f"round {number}"))
    ]


def pause(session: Session, programme_id: int, *, now: datetime) -> int:
    """Pause who was silent in the newest round that has ended and in the one they were in before it, and
    tell them; once for each round. How many they are.
    """
    # Whoever leaves or erases themselves meanwhile waits, and is taken out of what is written here.
    programme = programmes.held(session, programme_id)
    rounds = _ended(session, programme, now)
    if not rounds:
        return 0
    newest = f"round {rounds[0].number}"
    if not schedule.once(session, programme, SILENCE, newest, now=now, became=""):
        return 0
    quiet = _silent(session, programme, rounds)
    for membership, person in quiet:
        membership.silent_since = times.today(now)
        session.add(membership)
        audit.record(
            session, audit.SYSTEM, "paused as silent", now=now, programme=programme.id, subject=person.id
        )
        page = links.make(session, Purpose.PAGE, person.id, now=now)
        message = messages.Paused(programmes.facts(programme, messages.Paused), page)
        outbox.queue(
            session,
            message,
            recipient(person),
            subject=f"silent {rounds[0].id}",
            programme=programme.slug,
            now=now,
        )
    return len(quiet)


def _ended(session: Session, programme: Programme, now: datetime) -> list[Round]:
    """Newest first."""
    wanted = select(Round).where(
        Round.programme_id == programme.id,
        Round.state == RoundState.SENT,
        col(Round.ends_on) < times.today(now),
    )
    return list(session.exec(wanted.order_by(col(Round.number).desc())))


def _silent(session: Session, programme: Programme, rounds: list[Round]) -> list[tuple[Membership, Person]]:
    members = session.exec(
        select(Membership, Person)
        .join(Person, col(Person.id) == Membership.person_id)
        .where(
            col(Membership.person_id).in_(_introduced(rounds[0])),
            Membership.programme_id == programme.id,
            col(Membership.standing).in_(TAKING_PART),
            col(Membership.silent_since).is_(None),
            Person.unreachable == "",
        )
    ).all()
    last = _last_rounds(session, rounds, [person.id for _, person in members])
    since = {person: min(round_.sent_at for round_ in of if round_.sent_at) for person, of in last.items()}
    alive = _signs(session, since)
    return [(membership, person) for membership, person in members if person.id in last.keys() - alive]


def _last_rounds(session: Session, rounds: list[Round], people: list[str]) -> dict[str, list[Round]]:
    """Who was in two rounds at least, was introduced and asked in both, and left no sign in either group."""
    wanted = set(people)
    found: dict[str, list[Round]] = {person: [] for person in people}
    for round_ in rounds:
        lively, reached = _lively(session, round_), _reached(session, round_)
        for person in _members(session, round_) & wanted:
            found[person].append(round_)
            if person in lively or person not in reached:
                del found[person]
                wanted.discard(person)
            elif len(found[person]) == ROUNDS:
                wanted.discard(person)
        if not wanted:
            break
    return {person: of for person, of in found.items() if len(of) == ROUNDS}


def _introduced(round_: Round) -> SelectOfScalar[str]:
    """Who was in a round; not who was in it only until an introduction was withdrawn in time."""
    rows = select(GroupMember.person_id).join(Group, col(Group.id) == GroupMember.group_id)
    return rows.where(Group.round_id == round_.id, col(GroupMember.counts).is_(True))


def _members(session: Session, round_: Round) -> set[str]:
    return set(session.exec(_introduced(round_)))


def _lively(session: Session, round_: Round) -> set[str]:
    """Who answered, and everyone in a group of which somebody says that they met or will."""
    answers = session.exec(
        select(CheckIn.group_id, CheckIn.person_id, CheckIn.answer)
        .join(Group, col(Group.id) == CheckIn.group_id)
        .where(Group.round_id == round_.id)
    ).all()
    together = {group for group, _, answer in answers if answer in (Answer.MET, Answer.BOOKED)}
    rows = select(GroupMember.group_id, GroupMember.person_id).join(
        Group, col(Group.id) == GroupMember.group_id
    )
    members = session.exec(rows.where(Group.round_id == round_.id))
    return {person for _, person, _ in answers} | {person for group, person in members if group in together}


def _reached(session: Session, round_: Round) -> set[str]:
    """Who had their introduction, and the question: in a break, say, it may have gone out to nobody."""

    def had(kind: str) -> set[str]:
        return set(
            session.exec(
                select(OutboxMessage.person).where(progress.arrived(session, [str(round_.id)], kind))
            )
        )

    return had(messages.Introduction.kind) & had(messages.CheckIn.kind)


def _signs(session: Session, since: dict[str, datetime]) -> set[str]:
    """Who did anything, or wrote back, after the moment given for them."""
    if not since:
        return set()
    first = min(since.values())
    # The audit knows somebody by the entry they had then.
    did = session.exec(
        select(func.coalesce(Person.merged_into, AuditEntry.actor), AuditEntry.at)
        .outerjoin(Person, col(Person.id) == AuditEntry.actor)
        .where(AuditEntry.at >= first)
    )
    # An absence, a receipt or a thumb is a machine's: nobody need be there for it.
    words = select(Reply.person, Reply.received_at).where(Reply.word != Word.NOTHING)
    wrote = session.exec(words.where(Reply.received_at >= first))
    return set(_after(since, did)) | set(_after(since, wrote))


def _after(since: dict[str, datetime], seen: Iterable[tuple[str | None, datetime]]) -> Iterable[str]:
    return (who for who, at in seen if who in since and at > since[who])
