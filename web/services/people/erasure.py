"""Erasure: personal data leaves every table at once; an anonymous fact that a group existed stays."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import Session, col, func, select

from notifications import addresses, destinations, messages, outbox, rewording
from web import scrubbing
from web.models import (
    AgendaItem,
    AgendaState,
    Agreement,
    AgreementVersion,
    CheckIn,
    Consent,
    Finding,
    Group,
    GroupMember,
    Learning,
    LearningState,
    Link,
    Membership,
    NeverPair,
    Objection,
    ObjectionState,
    Person,
    PhoneCode,
    Programme,
    ProgrammeRequest,
    Proposal,
    ProposalAnswer,
    ProposalState,
    ProposalVersion,
    Report,
    Request,
    RequestKind,
    Review,
    ReviewAnswer,
    Round,
    RoundState,
    Second,
    Standing,
)
from web.services.common import audit, contacts, kept_from, passed_over, phone_numbers, programmes, tombstones
from web.services.common.contacts import recipient
from web.services.evidence import nameless
from web.services.gathering import handles
from web.services.imports import forgetting
from web.services.learning import mentions
from web.services.people import complaints, unnaming
from web.services.rounds import dropouts, never_pairs

ERASED = "Its author has erased what they told us."


def erase(
    session: Session,
    person: Person,
    *,
    by: str,
    now: datetime,
    asked: bool = False,
    farewell: bool = True,
    keep_closed_walls: bool = False,
) -> None:
    """Make a blank tombstone of somebody and forget every message that names them. A second call changes
    nothing.

    A last mail says that it is done, and whether they had `asked` for it; `notifications` blanks it, address
    and all, as soon as it is gone. With `keep_closed_walls` what they let us publish stays on the walls that
    outlive their programmes.
    """
    # First, as whoever comes by a link of theirs holds them first: they may have erased themselves.
    contacts.hold(session, person.id)
    if person.erased_at:
        return
    phone_numbers.hold(session, person.phone)
    last_word = _farewell(session, person) if farewell else None
    dropouts.wait_for_sendings(session, person.id)
    theirs = contacts.ids_with_number(session, person)
    dropouts.hold_rounds(session, *theirs, address_key=person.email_key, now=now)
    left_behind = dropouts.open_groups(session, person.id, now=now)
    unnaming.leave_out(session, person)
    outbox.forget(session, person.id)
    _forget_address(session, person)
    never_pairs.forget(session, person)
    forgetting.forget_person(session, person, now=now)
    mentions.forget(session, person, now=now)
    complaints.forget_person(session, person)
    handles.forget_person(session, person)
    _forget_learnings(session, person, keep_closed_walls)
    _forget_arguments(session, person, now)
    _forget_drafts(session, person, now)
    _delete_rows_about(session, person)
    _leave_everywhere(session, person, now)
    kept_from.remember(session, person.id, person.email_key)
    tombstones.make(session, person, now=now)
    audit.record(session, by, "erased", now=now, subject=person.id)
    session.flush()
    scrubbing.want(session)
    for group in left_behind:
        dropouts.withdraw(session, group, person.id, now=now)
    _forget_organisations(session, person)
    if last_word:
        farewell_letter, to = last_word
        message = replace(farewell_letter, talked=_talked(session, person), asked=asked)
        outbox.queue(session, message, to, subject="erased", now=now)


def erase_as_asked(session: Session, person: Person, *, by: str, key: bytes, now: datetime) -> None:
    """Erase somebody who wants it. What stays is a digest by which no later file invites them again to the
    programmes they were in: `key` is the suppression list's.
    """
    if person.email_key:
        theirs = session.exec(select(Membership.programme_id).where(Membership.person_id == person.id)).all()
        passed_over.invite_no_more(session, theirs, person.email_key, key=key, now=now)
    erase(session, person, by=by, asked=True, now=now)


def _delete_rows_about(session: Session, person: Person) -> None:
    for table in (CheckIn, Consent, PhoneCode):
        session.execute(delete(table).where(col(table.person_id) == person.id))
    session.execute(
        delete(Report).where((col(Report.person_id) == person.id) | (col(Report.about_id) == person.id))
    )
    for other in (Request, Link):
        session.execute(delete(other).where(col(other.person) == person.id))
    session.execute(
        delete(NeverPair).where(
            (col(NeverPair.person_1) == person.id) | (col(NeverPair.person_2) == person.id)
        )
    )


def _leave_everywhere(session: Session, person: Person, now: datetime) -> None:
    session.execute(
        update(Membership)
        .where(col(Membership.person_id) == person.id)
        .values(
            standing=Standing.LEFT,
            left_at=now,
            paused_until=None,
            silent_since=None,
            skips_next=False,
            suspended_because="",
            mix_choice="",
        )
    )


def _forget_organisations(session: Session, person: Person) -> None:
    for programme, theirs in nameless.of_person(session, person.id).items():
        # Of one that has closed everybody is erased: `closings` looks once, at the end.
        if session.get_one(Programme, programme).closed_at is None:
            nameless.forget(session, programme, theirs)


def _forget_learnings(session: Session, person: Person, keep_closed_walls: bool) -> None:
    theirs = delete(Learning).where(col(Learning.person_id) == person.id)
    if keep_closed_walls:
        walls = select(Programme.id).where(
            col(Programme.closed_at).is_not(None), col(Programme.wall_stays).is_(True)
        )
        published = col(Learning.state) == LearningState.PUBLISHED
        theirs = theirs.where(~(published & col(Learning.programme_id).in_(walls)))
    session.execute(theirs)


def _forget_arguments(session: Session, person: Person, now: datetime) -> None:
    """That somebody answered stays, without who they are; what they wrote goes. An objection without words
    cannot be judged: it is taken back. What nobody has decided about is decided about no more.
    """
    theirs = col(Objection.person_id) == person.id
    open_ = theirs & (col(Objection.state) == ObjectionState.OPEN)
    taken_back = {"state": ObjectionState.TAKEN_BACK, "settled_at": now}
    session.execute(update(Objection).where(open_).values(taken_back))
    session.execute(update(Objection).where(theirs).values(words="", named=False))
    answers = update(ProposalAnswer).where(col(ProposalAnswer.person_id) == person.id)
    session.execute(answers.values(words="", named=False))
    _forget_quotations(session, person)
    said = update(ReviewAnswer).where(col(ReviewAnswer.person_id) == person.id)
    session.execute(said.values(words=""))
    wished = col(AgendaItem.person_id) == person.id
    session.execute(delete(AgendaItem).where(wished & (col(AgendaItem.state) == AgendaState.OPEN)))
    session.execute(update(AgendaItem).where(wished).values(words="", person_id=None))
    session.execute(update(Finding).where(col(Finding.person_id) == person.id).values(reason=""))
    session.execute(delete(Second).where(col(Second.person_id) == person.id))


def _forget_quotations(session: Session, person: Person) -> None:
    """What came of a review quotes what each said to it, for organisers and as the reason of a proposal."""
    theirs = select(ReviewAnswer.words, Review.programme_id).join(
        Review, col(Review.id) == ReviewAnswer.review_id
    )
    said = session.exec(theirs.where(ReviewAnswer.person_id == person.id, ReviewAnswer.words != "")).all()
    for words, programme in set(said):
        proposed = select(Proposal.id).where(Proposal.programme_id == programme)
        agreed = select(Agreement.id).where(Agreement.programme_id == programme)
        places: tuple[tuple[Any, ColumnElement[bool]], ...] = (
            (AgendaItem.words, col(AgendaItem.programme_id) == programme),
            (ProposalVersion.driver, col(ProposalVersion.proposal_id).in_(proposed)),
            (AgreementVersion.driver, col(AgreementVersion.agreement_id).in_(agreed)),
        )
        for column, within in places:
            quoted = update(column.class_).where(within, column.contains(f"“{words}”", autoescape=True))
            session.execute(quoted.values({column: func.replace(column, f"“{words}”", "“…”")}))
        slug = session.get_one(Programme, programme).slug
        rewording.replace_in_all(session, mentions.ABOUT_AGREEMENTS, slug, f"“{words}”", "“…”")
    session.flush()


def _forget_drafts(session: Session, person: Person, now: datetime) -> None:
    """What they proposed and nobody was told of. What others were asked about stays: it is theirs as well."""
    untold = select(Proposal).where(
        Proposal.by == person.id,
        col(Proposal.is_objection).is_(False),
        col(Proposal.opened_at).is_(None),
        col(Proposal.state) != ProposalState.WAITING,
    )
    for proposal in session.exec(untold).all():
        words = update(ProposalVersion).where(col(ProposalVersion.proposal_id) == proposal.id)
        session.execute(words.values(title="Erased", text=ERASED, driver="", evaluation=""))
        if proposal.state is ProposalState.DRAFT:
            proposal.state, proposal.ended_at = ProposalState.WITHDRAWN, now
            proposal.counted = {"asked": 0, "delivered": 0, "answered": 0}
            session.add(proposal)
    session.flush()


def _forget_address(session: Session, person: Person) -> None:
    """Forms sent with their address that never became them: a second one, or one nobody has looked at yet.
    And programmes that they asked for.
    """
    if person.email_key is None:
        return
    outbox.forget_address(session, person.email_key)
    destinations.forget(session, person.email_key)
    typed = session.exec(select(Request).where(Request.kind != RequestKind.SIGN_IN)).all()
    for request in typed:
        typed_email = request.details.get("email")
        if typed_email and addresses.email_key(typed_email) == person.email_key:
            session.delete(request)
    session.execute(delete(ProgrammeRequest).where(col(ProgrammeRequest.email_key) == person.email_key))
    session.flush()


def _farewell(session: Session, person: Person) -> tuple[messages.Erased, messages.Recipient] | None:
    programme = session.exec(
        select(Programme)
        .join(Membership, col(Membership.programme_id) == Programme.id)
        .where(Membership.person_id == person.id)
    ).first()
    if programme is None or not (person.email or person.phone_verified_at):
        return None
    to = recipient(person, by_email_only=True)
    return messages.Erased(programmes.facts(programme)), to


def _talked(session: Session, person: Person) -> bool:
    """Does a conversation of theirs count? Not one that was called off in time, nor one of a draft."""
    counted = (
        select(Group.id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .join(Round, col(Round.id) == Group.round_id)
        .where(
            GroupMember.person_id == person.id,
            col(GroupMember.counts).is_(True),
            Round.state != RoundState.DRAFT,
        )
    )
    return session.exec(counted).first() is not None
