"""The audit as an organiser reads it: each entry in words, with the names of people who are still here."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from web.models import AuditEntry, Membership, Organiser, Person, Programme
from web.services.common import audit, phrases
from web.services.conversations import reports
from web.services.imports import known_elsewhere

A_PAGE = 50
A_DIGEST = re.compile(r"[0-9a-f]{64}")
AN_ID = re.compile(r"[0-9a-f]{20}")
A_PARTICIPANT = "a participant"


@dataclass(frozen=True)
class EntryShown:
    """One entry. `who` and `about` are names or what was recorded; `details` say the rest."""

    number: int
    at: datetime
    who: str
    what: str
    about: str
    details: Sequence[str]


@dataclass(frozen=True)
class Trail:
    entries: Sequence[EntryShown]
    page: int
    has_more: bool
    actions: Sequence[tuple[str, str]]
    actors: Sequence[tuple[str, str]]


def of_programme(session: Session, programme: Programme, *, action: str, actor: str, page: int) -> Trail:
    """A page of what was done in the programme or to somebody in it, newest first.

    `action` and `actor` are as recorded; empty means any.
    """
    where = [_concerns(programme)]
    where += [col(AuditEntry.action) == action] if action else []
    where += [col(AuditEntry.actor) == actor, col(AuditEntry.action) != reports.REPORTED] if actor else []
    rows = session.exec(
        select(AuditEntry)
        .where(*where)
        .order_by(col(AuditEntry.id).desc())
        .offset((page - 1) * A_PAGE)
        .limit(A_PAGE + 1)
    ).all()
    actors = _organisers_among(session, programme)
    names = _names(session, programme, rows[:A_PAGE]) | dict(actors)
    return Trail(
        [_told(entry, names) for entry in rows[:A_PAGE]],
        page,
        len(rows) > A_PAGE,
        [(one, audit.said(one)) for one in _actions(session, programme)],
        actors,
    )


def _concerns(programme: Programme) -> ColumnElement[bool]:
    people = select(Membership.person_id).where(Membership.programme_id == programme.id)
    said_elsewhere = known_elsewhere.is_one(programme.id, col(AuditEntry.subject))
    return or_(
        col(AuditEntry.programme_id) == programme.id,
        col(AuditEntry.programme_id).is_(None) & col(AuditEntry.subject).in_(people) & ~said_elsewhere,
    )


def _actions(session: Session, programme: Programme) -> list[str]:
    found = session.exec(
        select(AuditEntry.action).where(col(AuditEntry.programme_id) == programme.id).distinct()
    )
    return sorted(found, key=audit.said)


def _organisers_among(session: Session, programme: Programme) -> list[tuple[str, str]]:
    """Who has done something here and is an organiser still, somewhere."""
    acted = select(AuditEntry.actor).where(col(AuditEntry.programme_id) == programme.id)
    rows = session.exec(
        select(Organiser.id, Organiser.email).where(col(Organiser.id).in_(acted)).order_by(Organiser.email)
    )
    return list(rows)


def _names(session: Session, programme: Programme, entries: Iterable[AuditEntry]) -> dict[str, str]:
    ids = {text for entry in entries for text in _texts(entry) if AN_ID.fullmatch(text)}
    people = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids)))
    found = {person: name for person, name in people if name}
    written = known_elsewhere.as_written(session, programme.id, found)
    found |= {person: one.name for person, one in written.items()}
    organisers = session.exec(select(Organiser.id, Organiser.email).where(col(Organiser.id).in_(ids)))
    return found | dict(organisers.all())


def _texts(entry: AuditEntry) -> list[str]:
    facts = chain.from_iterable(
        value if isinstance(value, list) else [value] for value in entry.facts.values()
    )
    return [entry.actor, entry.subject, *(each for each in facts if isinstance(each, str))]


def _told(entry: AuditEntry, names: Mapping[str, str]) -> EntryShown:
    who, about = _named(entry.actor, names), _named(entry.subject, names)
    if entry.action == reports.REPORTED:
        who = A_PARTICIPANT  # an organiser may be whom it is about: the page of reports names who told
    details = [f"{name.replace('_', ' ')}: {_named(value, names)}" for name, value in entry.facts.items()]
    return EntryShown(
        entry.id, entry.at, who, audit.said(entry.action), "" if about == who else about, details
    )


def _named(value: Any, names: Mapping[str, str]) -> str:
    """An id as its name; one that nobody has any more as somebody who has left."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return phrases.listing([_named(each, names) for each in value])
    text = str(value)
    if A_DIGEST.fullmatch(text):
        return f"{text[:12]}…"
    return names.get(text, phrases.GONE) if AN_ID.fullmatch(text) else text
