"""Everything we hold about somebody, for them to take away: complete, and nothing private of anybody else.

A partner appears by name and organisation alone, as the introduction named them; what they let a reader see
of their addresses is in the introduction itself.
"""

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from notifications.tables import OutboxMessage, Reply
from web.models import (
    AgendaItem,
    AuditEntry,
    Consent,
    Finding,
    Learning,
    LeftOut,
    Objection,
    OrganiserWas,
    Person,
    Programme,
    ProgrammeRequest,
    Proposal,
    ProposalAnswer,
    ProposalVersion,
    Report,
    Review,
    ReviewAnswer,
    Round,
)
from web.services.common import phrases
from web.services.common.spreadsheets import safe_cell
from web.services.conversations import conversations
from web.services.gathering import handles
from web.services.people import complaints, participation
from web.services.rounds import never_pairs

Rows = list[dict[str, Any]]

# What is ours alone: it says nothing about them, or says it in another column.
OURS = {
    "email_key",
    "erased_at",
    "person_id",
    "programme_id",
    "organisation_id",
    "group_id",
    "decided_by",
    "about_id",
    "handled_by",
    "answered_by",
    "sender",
    "forget_when_answered",
    "proposal_id",
    "panel_id",
    "objection_id",
    "review_id",
    "agreement_id",
    "contested_because",  # somebody else's words, to the organisers alone
    "suspended_because",  # so are these, and they may say who complained
    "round_number",
    "raised",
    "settings",  # a participant proposes in words
    "founder",  # an id of the request's own
}


AN_ORGANISER = (
    "you organise by an address that was yours, and do not read what is said by those you talked with"
)


def everything(session: Session, person: Person) -> dict[str, Rows]:
    """Lists of plain rows, by what they are about. O(what they did)."""
    names = {programme.id: programme.name for programme in session.exec(select(Programme))}
    return {
        "details": [_plain(person)],
        "programmes": [_programme(section) for section in participation.sections(session, person)],
        "conversations": [_conversation(talk) for talk in conversations.history(session, person)],
        "learnings": _of(session, Learning, person, names),
        "rounds without you": _left_out(session, person, names),
        "reports": _of(session, Report, person, names),
        "complaints": [_plain(complaint) for complaint in complaints.of_person(session, person)],
        "rather not meet": [{"who": wish.words} for wish in never_pairs.wishes(session, person)],
        "proposals": _proposals(session, person, names),
        "answers to proposals": _answers(session, person, names),
        "objections": _objections(session, person, names),
        "judgements": _judgements(session, person),
        "answers to reviews": _reviews(session, person, names),
        "what you would change": _of(session, AgendaItem, person, names),
        "where you post": [_plain(handle) for handle in handles.of_person(session, person)],
        "programmes you asked for": _asked_for(session, person),
        "organising": _organising(session, person),
        "consents": _of(session, Consent, person, names),
        "messages to you": _messages(session, person),
        "messages from you": _replies(session, person),
        "what you did": _deeds(session, person, names),
    }


def _asked_for(session: Session, person: Person) -> Rows:
    """At /start, with the address that is theirs."""
    theirs = select(ProgrammeRequest).where(ProgrammeRequest.email_key == person.email_key)
    return [_plain(one) for one in session.exec(theirs.order_by(col(ProgrammeRequest.id)))]


def _organising(session: Session, person: Person) -> Rows:
    """Not by which address: it need not be theirs any more."""
    noted = select(OrganiserWas.organiser_id).where(OrganiserWas.person_id == person.id)
    return [{"noted": AN_ORGANISER} for _ in session.exec(noted)]


def as_json(held: Mapping[str, Rows]) -> bytes:
    return json.dumps(held, ensure_ascii=False, indent=2).encode()


def as_spreadsheets(held: Mapping[str, Rows], now: datetime) -> bytes:
    """A ZIP file with one CSV for each list that holds anything."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in held.items():
            if rows:
                entry = zipfile.ZipInfo(f"{name}.csv", now.timetuple()[:6])
                # The mark at the start tells spreadsheets that it is UTF-8.
                archive.writestr(entry, _sheet(rows).encode("utf-8-sig"), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _sheet(rows: Rows) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows({key: safe_cell(_cell(value)) for key, value in row.items()} for row in rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _plain(row: Any) -> dict[str, Any]:
    """A row in words a reader and a program can take: dates as ISO, choices as their values."""
    return {
        name.replace("_", " "): _said(value) for name, value in row.model_dump().items() if name not in OURS
    }


def _said(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _of(session: Session, table: Any, person: Person, names: Mapping[int, str]) -> Rows:
    rows = session.exec(select(table).where(table.person_id == person.id).order_by(table.id))
    return [{"programme": names[row.programme_id], **_plain(row)} for row in rows]


def _programme(section: participation.Section) -> dict[str, Any]:
    member = section.membership
    return {
        "programme": section.programme.name,
        "organisation": section.organisation.name,
        **_plain(member),
    }


def _conversation(talk: conversations.Conversation) -> dict[str, Any]:
    return {
        "programme": talk.programme.name,
        "round": talk.round.number,
        "introduced at": _said(talk.round.sent_at),
        "with": [
            f"{partner.name}, {talk.organisations[partner.id].name}" if partner.name else phrases.GONE
            for partner in talk.partners
        ],
        "you write first": talk.reader_moves_first,
        "your answer": _said(talk.check_in.answer) if talk.check_in else None,
        "answered at": _said(talk.check_in.answered_at) if talk.check_in else None,
        "may name you": talk.check_in.may_name_me if talk.check_in else None,
    }


def _proposals(session: Session, person: Person, names: Mapping[int, str]) -> Rows:
    """Each version of what they proposed."""
    rows = session.exec(
        select(ProposalVersion, Proposal)
        .join(Proposal, col(Proposal.id) == ProposalVersion.proposal_id)
        .where(
            Proposal.by == person.id,
            col(Proposal.by_participant).is_(True),
            col(Proposal.is_objection).is_(False),
        )
        .order_by(col(ProposalVersion.proposal_id), col(ProposalVersion.number))
    )
    return [_about(row, proposal, names) | {"state": proposal.state.value} for row, proposal in rows]


def _answers(session: Session, person: Person, names: Mapping[int, str]) -> Rows:
    rows = session.exec(
        select(ProposalAnswer, Proposal)
        .join(Proposal, col(Proposal.id) == ProposalAnswer.proposal_id)
        .where(ProposalAnswer.person_id == person.id)
        .order_by(col(ProposalAnswer.answered_at))
    )
    return [_about(row, proposal, names) for row, proposal in rows]


def _objections(session: Session, person: Person, names: Mapping[int, str]) -> Rows:
    rows = session.exec(
        select(Objection, Proposal)
        .join(Proposal, col(Proposal.id) == Objection.proposal_id)
        .where(Objection.person_id == person.id)
        .order_by(col(Objection.id))
    )
    return [_about(row, proposal, names) for row, proposal in rows]


def _about(row: Any, proposal: Proposal, names: Mapping[int, str]) -> dict[str, Any]:
    return {"programme": names[proposal.programme_id], "proposal": proposal.number, **_plain(row)}


def _judgements(session: Session, person: Person) -> Rows:
    """What they found about objections, as members of panels."""
    rows = session.exec(select(Finding).where(Finding.person_id == person.id).order_by(col(Finding.found_at)))
    return [_plain(row) for row in rows]


def _reviews(session: Session, person: Person, names: Mapping[int, str]) -> Rows:
    rows = session.exec(
        select(ReviewAnswer, Review.programme_id)
        .join(Review, col(Review.id) == ReviewAnswer.review_id)
        .where(ReviewAnswer.person_id == person.id)
        .order_by(col(ReviewAnswer.answered_at), col(ReviewAnswer.agreement_id))
    )
    return [{"programme": names[programme], **_plain(row)} for row, programme in rows]


def _left_out(session: Session, person: Person, names: Mapping[int, str]) -> Rows:
    rows = session.exec(
        select(LeftOut, Round)
        .join(Round, col(Round.id) == LeftOut.round_id)
        .where(LeftOut.person_id == person.id, col(Round.sent_at).is_not(None))
        .order_by(col(Round.id))
    )
    return [
        {
            "programme": names[of.programme_id],
            "round": of.number,
            # Another reason may be somebody else's wish, which is theirs.
            "why": row.reason if row.on_purpose else "nobody could be found for you",
        }
        for row, of in rows
    ]


def _is_theirs(id_: Mapped[str], person: Person) -> ColumnElement[bool]:
    """Does it stand under their entry, or under one that was merged with it?"""
    merged = select(Person.id).where(Person.merged_into == person.id)
    return (id_ == person.id) | id_.in_(merged)


def _messages(session: Session, person: Person) -> Rows:
    rows = session.exec(
        select(OutboxMessage)
        .where(_is_theirs(col(OutboxMessage.person), person))
        .order_by(col(OutboxMessage.id))
    )
    return [
        {
            "kind": row.kind.replace("_", " "),
            "by": row.channel,
            "to": row.phone if row.channel == "sms" else row.email,
            "state": row.state,
            "queued at": _said(row.queued_at),
            "sent at": _said(row.accepted_at),
        }
        for row in rows
    ]


def _replies(session: Session, person: Person) -> Rows:
    rows = session.exec(select(Reply).where(Reply.person == person.id).order_by(col(Reply.id)))
    return [{"by": row.channel, "text": row.text, "received at": _said(row.received_at)} for row in rows]


def _deeds(session: Session, person: Person, names: Mapping[int, str]) -> Rows:
    theirs = select(AuditEntry).where(_is_theirs(col(AuditEntry.actor), person))
    rows = session.exec(theirs.order_by(col(AuditEntry.id)))
    return [
        {"at": _said(row.at), "what": row.action, "programme": names.get(row.programme_id or 0)}
        for row in rows
    ]
