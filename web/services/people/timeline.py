"""One person's story, for the organisers: rounds and partners, messages, consents, what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from notifications import progress
from notifications.tables import OutboxMessage, State
from web.models import (
    Answer,
    AuditEntry,
    CheckIn,
    Consent,
    Group,
    GroupMember,
    NeverPair,
    Organiser,
    Person,
    Programme,
    Round,
    RoundState,
)
from web.services.common import audit, phrases
from web.services.imports import known_elsewhere
from web.services.rounds import delivery_problems, keeping_apart, never_pairs, previews

AT_MOST = 50
IN_WORDS = {
    State.QUEUED: "waits to be sent",
    State.HELD: "held back",
    State.CLAIMED: "about to be sent",
    State.SENDING: "about to be sent",
    State.ACCEPTED: "sent",
    State.FAILED_TEMPORARILY: "sent, not there yet",
    State.DELIVERED: "delivered",
    State.CANCELLED: "cancelled",
    **delivery_problems.IN_WORDS,
}


@dataclass(frozen=True)
class Talk:
    """A round somebody was in. What became of it is of the group: nobody's answer is shown as theirs."""

    round: Round
    partners: str
    became: str


@dataclass(frozen=True)
class Letter:
    kind: str
    channel: str
    state: str
    reason: str
    when: datetime


@dataclass(frozen=True)
class Deed:
    """An entry of the audit."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class Apart:
    """Somebody they must not meet. `set_by_us`: by an organiser, who may take it back. `same_phone`: both
    have confirmed one number. Else it is the wish of one of the two, and nobody learns whose.
    """

    id: str
    name: str
    set_by_us: bool
    same_phone: bool


@dataclass(frozen=True)
class Story:
    talks: Sequence[Talk]
    letters: Sequence[Letter]
    consents: Sequence[Consent]
    deeds: Sequence[Deed]
    apart: Sequence[Apart]


def of_person(session: Session, programme: Programme, person: Person, *, only_here: bool = False) -> Story:
    """What this programme knows of somebody; also what was told under an id merged into theirs. `only_here`:
    of what they did, nothing that is about more than this programme.
    """
    ids = [person.id, *session.exec(select(Person.id).where(Person.merged_into == person.id))]
    return Story(
        talks=_talks(session, programme, person.id),
        letters=letters_to(session, ids, programme),
        consents=session.exec(
            select(Consent)
            .where(Consent.person_id == person.id, Consent.programme_id == programme.id)
            .order_by(col(Consent.given_at))
        ).all(),
        deeds=_deeds(session, programme, ids, only_here=only_here),
        apart=_apart(session, programme, person.id),
    )


def _talks(session: Session, programme: Programme, person: str) -> list[Talk]:
    rows = session.exec(
        select(Round, Group)
        .join(Group, col(Group.round_id) == Round.id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .where(
            Round.programme_id == programme.id,
            Round.state != RoundState.DRAFT,
            GroupMember.person_id == person,
        )
        .order_by(col(Round.number).desc())
    ).all()
    groups = [group.id for _, group in rows]
    others, became = _others(session, groups, person), _became(session, groups)
    return [
        Talk(round_, phrases.listing(others.get(group.id, [])), phrases.listing(became.get(group.id, [])))
        for round_, group in rows
    ]


def _others(session: Session, groups: Sequence[int], person: str) -> dict[int, list[str]]:
    rows = session.exec(
        select(GroupMember.group_id, Person.name)
        .join(Person, col(Person.id) == GroupMember.person_id)
        .where(col(GroupMember.group_id).in_(groups), GroupMember.person_id != person)
        .order_by(col(GroupMember.position))
    )
    found: dict[int, list[str]] = {}
    for group, name in rows:
        found.setdefault(group, []).append(name or phrases.GONE)
    return found


def _became(session: Session, groups: Sequence[int]) -> dict[int, list[str]]:
    rows = session.exec(
        select(CheckIn.group_id, CheckIn.answer).where(col(CheckIn.group_id).in_(groups)).distinct()
    )
    found: dict[int, list[str]] = {}
    for group, answer in rows:
        found.setdefault(group, []).append(previews.ANSWERED[Answer(answer)])
    return {group: sorted(said) for group, said in found.items()}


def letters_to(session: Session, ids: Sequence[str], programme: Programme | None = None) -> list[Letter]:
    """The newest first. Sign-in and code messages of other programmes are nobody's business here."""
    rows: list[OutboxMessage] = []
    for person in ids:
        rows += progress.listing(
            session, person=person, programme=programme.slug if programme else None, limit=AT_MOST
        )
    rows.sort(key=lambda row: row.queued_at, reverse=True)
    return [
        Letter(
            kind=row.kind.replace("_", " "),
            channel="text" if row.channel == "sms" else row.channel,
            state=IN_WORDS[State(row.state)],
            reason=row.reason or "",
            when=row.settled_at or row.accepted_at or row.due_at,
        )
        for row in rows[:AT_MOST]
    ]


def _deeds(session: Session, programme: Programme, ids: Sequence[str], *, only_here: bool) -> list[Deed]:
    here = [AuditEntry.programme_id == programme.id]
    rows = session.exec(
        select(AuditEntry, Organiser.email)
        .outerjoin(Organiser, col(Organiser.id) == AuditEntry.actor)
        .where(
            _tells_of(ids),
            or_(*here, *([] if only_here else [col(AuditEntry.programme_id).is_(None)])),
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(AT_MOST)
    )
    return [
        Deed(
            entry.at,
            "they themselves" if entry.actor in ids else email or entry.actor,
            audit.said(entry.action),
        )
        for entry, email in rows
    ]


def _tells_of(ids: Sequence[str]) -> ColumnElement[bool]:
    """Entries about them, and those in which they are the other of two."""
    two = col(AuditEntry.action).in_((keeping_apart.KEPT, keeping_apart.LET))
    return or_(col(AuditEntry.subject).in_(ids), two & col(AuditEntry.facts)["other"].as_string().in_(ids))


def _apart(session: Session, programme: Programme, person: str) -> list[Apart]:
    """A wish, or a number, of somebody who has not said yes here is what they told another programme."""
    pairs = [pair for pair in never_pairs.never_pairs(session, programme) if person in pair]
    others = {(set(pair) - {person}).pop() for pair in pairs}
    set_by_us = session.exec(
        select(NeverPair.person_1, NeverPair.person_2).where(
            NeverPair.programme_id == programme.id,
            or_(NeverPair.person_1 == person, NeverPair.person_2 == person),
        )
    ).all()
    ours = {one for pair in set_by_us for one in pair}
    same_phone = never_pairs.on_the_phone_of(session, person)
    written = known_elsewhere.as_written(session, programme.id, {person, *others} if others else ())
    same_phone = {one for one in same_phone if not {person, one} & written.keys()}
    others = {one for one in others if one in ours or not {person, one} & written.keys()}
    rows = session.exec(
        select(Person.id, Person.name).where(col(Person.id).in_(others)).order_by(Person.name)
    )
    names = {id_: written[id_].name if id_ in written else name for id_, name in rows}
    return [Apart(id_, name or phrases.GONE, id_ in ours, id_ in same_phone) for id_, name in names.items()]
