"""Inviting the people of a file, a batch at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from notifications import bulk, messages, outbox
from notifications.columns import table_of
from notifications.messages import Channel
from notifications.tables import OutboxMessage, State
from web.models import (
    Link,
    Membership,
    Organisation,
    OrganisationName,
    PassedOverKind,
    Person,
    Programme,
    Purpose,
    Standing,
)
from web.models.columns import new_id
from web.models.imports import Import, ImportRow, Outcome
from web.services.common import links, mixing, names, passed_over, programmes, times
from web.services.common.links import LinkWanted
from web.services.imports import doubles, takeovers
from web.services.organisations import organisations

Found = dict[str, Any]


def waiting(session: Session, job: Import, limit: int) -> Sequence[ImportRow]:
    """The next rows to be invited: the new ones first, and then those an organiser says are somebody else."""
    of_import = select(ImportRow).where(col(ImportRow.import_id) == job.id).order_by(col(ImportRow.number))
    # One outcome at a time: with "or", each batch would pass over all the rows before it.
    new = session.scalars(of_import.where(col(ImportRow.outcome) == Outcome.NEW).limit(limit)).all()
    others = of_import.where(col(ImportRow.outcome) == Outcome.LIKELY, col(ImportRow.is_someone_else))
    return [*new, *session.scalars(others.limit(limit - len(new)))]


def invite(session: Session, job: Import, rows: Sequence[ImportRow], *, key: bytes, now: datetime) -> int:
    """Write a batch of people as invited, or as notified where an owner takes a scheme over, each with a
    message, and say how many. About 1 ms each.

    Whoever has joined since the file was checked is left as they are, and whoever has said no since, to
    another file say, is not asked again. `key` is the suppression list's.
    """
    programme, takeover = session.get_one(Programme, job.programme_id), takeovers.of_import(session, job)
    by_key = {row.cells["email_key"]: row for row in rows}
    there = {
        person.email_key: person
        for person in session.scalars(select(Person).where(col(Person.email_key).in_(by_key)))
    }
    members = _members_among(session, programme, [person.id for person in there.values()])
    ids = {email: there[email].id if email in there else new_id() for email in by_key}
    refused = _who_said_no(session, programme, by_key, key=key)
    wanted = [email for email in by_key if ids[email] not in members and email not in refused]
    new = [by_key[email].cells | {"id": ids[email]} for email in wanted if email not in there]
    # Who is taken over has ticked nothing: partners see nothing but their name.
    _write_people(session, new, now, shares_email=takeover is None)
    # Who is known from another programme keeps their own name, whatever the file calls them.
    called = {
        email: {"name": there[email].name, "known_as": there[email].known_as} if email in there else {}
        for email in wanted
    }
    joining = [by_key[email].cells | {"id": ids[email]} | called[email] for email in wanted]
    standing = Standing.NOTIFIED if takeover else Standing.INVITED
    places = _write_members(session, programme, joining, job, standing, now)
    if takeover:
        names_of = _named(session, set(places.values()))
        told = [(_reader(one), names_of[places[one["id"]]]) for one in joining]
        takeovers.tell(session, programme, takeover, told, now=now)
    else:
        emails = [(ids[email], by_key[email].cells["email"]) for email in wanted]
        _write_invitations(session, programme, job, emails, now)
    known = {email: ids[email] for email in by_key if email in there}
    _note_outcomes(session, by_key, {email: ids[email] for email in wanted}, known)
    session.expire_all()
    return len(wanted)


def _members_among(session: Session, programme: Programme, people: Collection[str]) -> set[str]:
    """Whoever of these, by their ids, is in the programme already."""
    here = col(Membership.programme_id) == programme.id, col(Membership.person_id).in_(people)
    return set(session.scalars(select(col(Membership.person_id)).where(*here)))


def _note_outcomes(
    session: Session, by_key: Mapping[str, ImportRow], taken: Mapping[str, str], known: Mapping[str, str]
) -> None:
    """What became of each row: who was `taken` in, or had been `known`, by their ids."""
    done: list[Found] = [
        {
            "import_id": row.import_id,
            "number": row.number,
            "outcome": Outcome.TAKEN if email in taken else Outcome.HERE,
            "person_id": taken.get(email) or known.get(email),
            "why": "",
            "cells": _kept(row) if email in taken else {},
        }
        for email, row in by_key.items()
    ]
    session.execute(update(ImportRow), done)


def _who_said_no(session: Session, programme: Programme, emails: Collection[str], *, key: bytes) -> set[str]:
    texts = {passed_over.invitation(programme.id, email): email for email in emails}
    return {
        texts[said] for said in passed_over.among(session, PassedOverKind.INVITATION, texts.keys(), key=key)
    }


def _kept(row: ImportRow) -> Found:
    """What the file said of somebody who takes part in another programme, or may until they answer: see
    `known_elsewhere`.
    """
    return {name: row.cells[name] for name in ("name", "email", "phone", "known_as")}


def _reader(one: Found) -> messages.Recipient:
    """By email alone, whatever else is known of them."""
    return messages.Recipient(
        one["id"], one["name"], Channel.EMAIL, email=one["email"], known_as=one.get("known_as", "")
    )


def _named(session: Session, organisations: set[int]) -> dict[int, str]:
    rows = session.execute(
        select(col(Organisation.id), col(Organisation.name)).where(col(Organisation.id).in_(organisations))
    )
    return {number: name for number, name in rows}  # noqa: C416  (a row is no pair to mypy)


def _write_people(session: Session, new: Sequence[Found], now: datetime, *, shares_email: bool) -> None:
    # What they have in common is worked out once.
    alike = Person(id="", created_at=now, shares_email=shares_email).model_dump()
    columns = ("id", "name", "known_as", "email", "email_key", "phone")
    rows = (alike | {name: one.get(name, "") for name in columns} for one in new)
    bulk.insert_rows(session, table_of(Person), rows)


def _write_members(
    session: Session,
    programme: Programme,
    new: Sequence[Found],
    job: Import,
    standing: Standing,
    now: datetime,
) -> dict[str, int]:
    """Give each a place, and say in which organisation."""
    organisation = _organisations(session, programme.id, {one["target"] for one in new}, job)
    alike = Membership(
        programme_id=programme.id, person_id="", organisation_id=0, standing=standing, joined_at=now
    ).model_dump()
    rows = [
        alike
        | {
            "person_id": one["id"],
            "organisation_id": organisation[one["target"]],
            "name_key": names.filed_under(one["name"]),
            "mix_choice": mixing.choice(programme, job.mix_answers.get(one.get("mix", ""), "")),
        }
        for one in new
    ]
    bulk.insert_rows(session, table_of(Membership), rows)
    return {row["person_id"]: row["organisation_id"] for row in rows}


def _organisations(session: Session, programme: int, targets: set[str], job: Import) -> dict[str, int]:
    """What the file's names were taken for, as organisations: added where new, with what we now know of
    their spellings.
    """
    there = organisations.register(session, programme).by_key
    found: dict[str, int] = {}
    for entry in job.organisations:
        target, key = entry["taken_for"], entry["key"]
        if target not in targets:
            continue
        if target not in found:
            known = there.get(target[1:]) if target.startswith("=") else target
            found[target] = int(known) if known else _new(session, programme, target[1:], job)
            there.setdefault(target.removeprefix("="), str(found[target]))
        if key not in there:
            session.add(OrganisationName(programme_id=programme, key=key, organisation_id=found[target]))
            there[key] = str(found[target])
    session.flush()
    return found | {target: int(target) for target in targets - found.keys()}


def _new(session: Session, programme: int, key: str, job: Import) -> int:
    name = next(entry["name"] for entry in job.organisations if entry["key"] == key)
    return organisations.find_or_add(session, programme, name).id


def _write_invitations(
    session: Session, programme: Programme, job: Import, new: Sequence[tuple[str, str]], now: datetime
) -> None:
    wanted = [LinkWanted(Purpose.INVITATION, person, programme.id) for person, _ in new]
    outbox.queue_all(
        session,
        [
            outbox.Order(
                invitation(programme, link, now=now),
                messages.Recipient(person, "", Channel.EMAIL, email=email),
                f"import {job.id}",
                programme.slug,
            )
            for link, (person, email) in zip(links.make_all(session, wanted, now=now), new, strict=True)
        ],
        now=now,
    )


def targets(job: Import) -> dict[str, str]:
    return doubles.targets(job.organisations)


def invitation(programme: Programme, answer: messages.Link, *, now: datetime) -> messages.Invitation:
    """What organisers ask of whom they would like to have, with a link made at the same moment."""
    return messages.Invitation(programmes.facts(programme), answer, _answer_by(now), programme.about)


def _answer_by(made_at: datetime) -> date:
    """The last day on which its link works to the end."""
    return times.today(made_at + links.LIFE[Purpose.INVITATION]) - timedelta(days=1)


def date_anew(session: Session, programme: Programme, *, now: datetime) -> None:
    """Whoever was invited or taken over in a break, and hears of it now, has as long to answer as anybody."""
    told = select(col(OutboxMessage.person)).where(
        col(OutboxMessage.programme) == programme.slug,
        col(OutboxMessage.kind).in_((messages.Invitation.kind, messages.TakenOver.kind)),
        col(OutboxMessage.state) == State.HELD,
    )
    doors = update(Link).where(
        col(Link.purpose) == Purpose.INVITATION, col(Link.subject) == programme.id, col(Link.person).in_(told)
    )
    outbox.change(session, doors.values(expires_at=now + links.LIFE[Purpose.INVITATION]))
    invited = update(Membership).where(
        col(Membership.programme_id) == programme.id,
        col(Membership.standing) == Standing.INVITED,
        col(Membership.person_id).in_(told),
    )
    outbox.change(session, invited.values(joined_at=now))

    def anew(was: messages.Invitation) -> messages.Invitation:
        return replace(was, answer_by=_answer_by(now))

    outbox.rewrite(session, messages.Invitation, anew, programme=programme.slug)
