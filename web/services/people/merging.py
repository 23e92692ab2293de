"""Two entries that are one person become one, and nothing of either's history is lost.

The entry that goes is left as a tombstone that says into whom it went. Its everyday links open the other's
page from then on: a link keeps the id it was signed with, and changes only whose it is. What it had asked
for ends, and so does each link that shows whose a mailbox or a phone is: it shows nothing of the other's.

NotOne              they cannot be one person, or not here and now; says why
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, insert, literal, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from notifications import outbox
from notifications.tables import NOT_ARRIVED, WAITING, OutboxMessage, OutboxNamed, Reply, State
from web import scrubbing
from web.models import (
    AgendaItem,
    Asked,
    CheckIn,
    Consent,
    Finding,
    Group,
    GroupMember,
    Learning,
    LeftOut,
    Link,
    Membership,
    NeverPair,
    Objection,
    ObjectionState,
    Panel,
    PanelMember,
    Person,
    PhoneCode,
    Programme,
    Proposal,
    ProposalAnswer,
    Purpose,
    RatherNot,
    Report,
    Request,
    ReviewAnswer,
    Round,
    RoundState,
    Second,
    Stance,
    Standing,
    VideoKind,
)
from web.models.imports import ImportRow
from web.models.rounds import RoundChange, ThisOnce
from web.services.common import audit, contacts, kept_from, links, phone_numbers, programmes, tombstones
from web.services.evidence import nameless
from web.services.gathering import handles
from web.services.imports import known_elsewhere
from web.services.people import complaints
from web.services.rounds import dropouts

# Who is in stays in; who said yes once is not asked again; a suspension is not undone by the way.
RANK = (Standing.SUSPENDED, Standing.ACTIVE, Standing.NOTIFIED, Standing.LEFT, Standing.INVITED)
# By these somebody shows that a mailbox or a phone is theirs.
OF_A_MAILBOX = (Purpose.CONFIRM, Purpose.INVITATION, Purpose.NEW_ADDRESS, Purpose.FULL_PAGE)


class NotOne(Exception):
    pass


def check(session: Session, programme: Programme, kept: Person, gone: Person) -> None:
    """Raises NotOne when merging them would break something."""
    if kept.id == gone.id:
        raise NotOne("That is the same entry")
    for said in known_elsewhere.as_written(session, programme.id, (kept.id, gone.id)).values():
        raise NotOne(f"{said.name} has not said yes here. Until then their entry is merged with no other")
    if drafted := _drafted(session, kept.id, gone.id):
        raise NotOne(f"Round {drafted} is drawn with them in it. Send it or throw it away first")
    if together := _met_in(session, kept.id, gone.id):
        raise NotOne(f"They were introduced to each other in round {together}, so they are two people")
    if _is_elsewhere(session, programme, gone):
        raise NotOne(f"{gone.name} takes part in another programme too, or did. Keep that entry instead")


def _drafted(session: Session, *people: str) -> int | None:
    """The number of a draft that any of them is in."""
    return session.execute(
        select(col(Round.number))
        .join(Group, col(Group.round_id) == Round.id)
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .where(col(Round.state) == RoundState.DRAFT, col(GroupMember.person_id).in_(people))
        .limit(1)
    ).scalar()


def _met_in(session: Session, one: str, other: str) -> int | None:
    """The number of a round in which both were in one group."""
    mine, theirs = aliased(GroupMember), aliased(GroupMember)
    return session.execute(
        select(col(Round.number))
        .join(Group, col(Group.round_id) == Round.id)
        .join(mine, col(mine.group_id) == Group.id)
        .join(theirs, col(theirs.group_id) == Group.id)
        .where(col(mine.person_id) == one, col(theirs.person_id) == other)
        .limit(1)
    ).scalar()


def _is_elsewhere(session: Session, programme: Programme, person: Person) -> bool:
    other = select(func.count()).where(
        col(Membership.person_id) == person.id, col(Membership.programme_id) != programme.id
    )
    return bool(session.execute(other).scalar_one())


def merge(
    session: Session, programme: Programme, kept: Person, gone: Person, *, by: str, now: datetime
) -> None:
    """Make `gone` part of `kept`. Details of `kept` stand; what it lacks is taken from the other.

    Raises:
        NotOne: see `check`; nothing is changed then.
    """
    _hold(session, kept, gone)
    phone_numbers.hold(session, kept.phone, gone.phone)
    programmes.held(session, programme.id)
    check(session, programme, kept, gone)  # now that nobody brings them together meanwhile
    theirs = [one for entry in (kept, gone) for one in contacts.ids_with_number(session, entry)]
    dropouts.hold_rounds(session, *theirs, now=now)
    address = gone.email_key
    _details(session, programme, kept, gone)
    complaints.follow(session, address, kept.email_key)
    kept_from.follow(session, gone.id, kept.id)
    if address != kept.email_key:
        kept_from.remember(session, kept.id, address)
    left = _membership(session, programme, kept, gone)
    _move_history(session, programme, kept.id, gone.id)
    _move_links_and_messages(session, kept.id, gone.id, now)
    session.execute(update(Person).where(col(Person.merged_into) == gone.id).values(merged_into=kept.id))
    tombstones.make(session, gone, now=now)
    gone.merged_into = kept.id
    session.add_all([kept, gone])
    session.flush()
    reached = contacts.recipient(kept)
    # What waits keeps the id its links are signed for.
    for person in contacts.ids(session, kept):
        outbox.readdress(session, replace(reached, person=person))
    _say_once(session, kept.id, gone.id)
    nameless.forget(session, programme.id, {left})
    scrubbing.want(session)
    audit.record(session, by, "merged", now=now, programme=programme.id, subject=kept.id, merged=gone.id)


def _hold(session: Session, kept: Person, gone: Person) -> None:
    """Nobody else changes either until commit: they may be erasing themselves, or be merged the other way
    round.
    """
    known = {*contacts.ids(session, kept), *contacts.ids(session, gone)}
    contacts.hold(session, *known)
    by_now = {*contacts.ids(session, kept), *contacts.ids(session, gone)}
    # Who was merged into one of them while we waited is not held, and would be changed out of order.
    if kept.erased_at or gone.erased_at or by_now != known:
        raise NotOne("One of the two was erased or merged a moment ago")


def _details(session: Session, programme: Programme, kept: Person, gone: Person) -> None:
    phone, verified_at = gone.phone, gone.phone_verified_at
    phone_numbers.give(session, gone, None)  # first, so that nobody takes the two for sharing it
    if phone and not kept.phone:
        # A number opens the whole page, in programmes whose owners have not been asked too: a code proves it.
        verified_at = None if _is_elsewhere(session, programme, kept) else verified_at
        phone_numbers.give(session, kept, phone, verified_at=verified_at)
    if (
        not kept.email
        and _showed_mailbox(session, programme, gone)
        and not _is_elsewhere(session, programme, kept)
    ):
        address, key = gone.email, gone.email_key
        gone.email = gone.email_key = None
        session.flush()  # one of them has it at a time
        kept.email, kept.email_key = address, key
    if not kept.video_handle and gone.video_handle:
        kept.video_kind, kept.video_handle = VideoKind(gone.video_kind), gone.video_handle
    kept.about = kept.about or gone.about
    kept.known_as = kept.known_as or gone.known_as
    kept.availability = kept.availability or gone.availability


def _showed_mailbox(session: Session, programme: Programme, person: Person) -> bool:
    """Was it them who said yes here? Of who was only invited, an organiser gave the address."""
    place = session.get_one(Membership, (programme.id, person.id))
    return place.standing in (Standing.ACTIVE, Standing.LEFT, Standing.SUSPENDED)


def _membership(session: Session, programme: Programme, kept: Person, gone: Person) -> int:
    """One place instead of two; the organisation of the one that goes."""
    stays = session.get_one(Membership, (programme.id, kept.id))
    goes = session.get_one(Membership, (programme.id, gone.id))
    first = min(stays, goes, key=lambda one: RANK.index(one.standing))
    stays.standing, stays.left_at, stays.notified_at = first.standing, first.left_at, first.notified_at
    stays.suspended_because = stays.suspended_because or goes.suspended_because
    stays.mix_choice = stays.mix_choice or goes.mix_choice
    stays.let_down = stays.let_down or goes.let_down
    if goes.standing is Standing.ACTIVE and not goes.silent_since:
        stays.silent_since = None  # they are there, by the other mailbox
    stays.joined_at = min(stays.joined_at, goes.joined_at)
    session.add(stays)
    session.delete(goes)
    session.flush()
    return goes.organisation_id


def _move_history(session: Session, programme: Programme, kept: str, gone: str) -> None:
    for table in (GroupMember, CheckIn, Learning, Consent):
        _rename(session, table.person_id, kept, gone)
    _rename(session, Group.first_mover, kept, gone)
    for column in (ImportRow.person_id, Report.person_id, Report.about_id):
        _rename(session, column, kept, gone)
    session.execute(delete(Request).where(col(Request.person) == gone))
    session.execute(delete(PhoneCode).where(col(PhoneCode.person_id) == gone))
    _move_arguments(session, kept, gone)
    for of_round in (LeftOut, ThisOnce):
        rounds = select(col(of_round.round_id)).where(col(of_round.person_id) == kept)
        twice = delete(of_round).where(col(of_round.person_id) == gone, col(of_round.round_id).in_(rounds))
        session.execute(twice)
        _rename(session, of_round.person_id, kept, gone)
    handles.move(session, kept, gone)
    _never_pairs(session, kept, gone)
    _wishes(session, kept, gone)
    _stored_reasons(session, programme, kept, gone)


def _rename(session: Session, column: Any, kept: str, gone: str) -> None:
    session.execute(
        update(column.class_).where(column == gone).values({column.key: kept}),
        execution_options={"synchronize_session": False},
    )


def _move_arguments(session: Session, kept: str, gone: str) -> None:
    """What either said to proposals and reviews. Where both said something, the later counts."""
    for answer in session.scalars(select(ProposalAnswer).where(col(ProposalAnswer.person_id) == gone)).all():
        key = (answer.proposal_id, answer.version, kept)
        other = session.get(ProposalAnswer, key)
        if other is None or other.answered_at < answer.answered_at:
            session.merge(ProposalAnswer(**answer.model_dump() | {"person_id": kept}))
        session.delete(answer)
    session.flush()
    _move_reviews(session, kept, gone)
    _one_objection_each(session, kept, gone)
    for table, of in ((Asked, "proposal_id"), (Second, "proposal_id"), (PanelMember, "panel_id"),
                       (Finding, "objection_id")):  # fmt: skip
        has = select(col(getattr(table, of))).where(col(table.person_id) == kept)
        twice = delete(table).where(col(table.person_id) == gone, col(getattr(table, of)).in_(has))
        session.execute(twice)
        _rename(session, table.person_id, kept, gone)
    _rename(session, Proposal.by, kept, gone)
    _leave_own_panels(session, kept)


def _leave_own_panels(session: Session, person: str) -> None:
    """Who proposed something, or objects to it, judges nothing there, though another entry was drawn."""
    proposed = select(col(Proposal.id)).where(col(Proposal.by) == person)
    objected = select(col(Objection.proposal_id)).where(col(Objection.person_id) == person)
    concerned = proposed.union(objected)
    open_ = select(col(Objection.id)).where(
        col(Objection.proposal_id).in_(concerned), col(Objection.state) == ObjectionState.OPEN
    )
    sitting = select(col(Panel.id)).where(
        col(Panel.proposal_id).in_(concerned), col(Panel.ended_at).is_(None)
    )
    found, seat = col(Finding.objection_id).in_(open_), col(PanelMember.panel_id).in_(sitting)
    session.execute(delete(Finding).where(found, col(Finding.person_id) == person))
    session.execute(delete(PanelMember).where(seat, col(PanelMember.person_id) == person))


def _move_reviews(session: Session, kept: str, gone: str) -> None:
    said = select(ReviewAnswer).where(col(ReviewAnswer.person_id) == gone)
    for answer in session.scalars(said).all():
        other = session.get(ReviewAnswer, (answer.review_id, answer.agreement_id, kept))
        if other is None or other.answered_at < answer.answered_at:
            session.merge(ReviewAnswer(**answer.model_dump() | {"person_id": kept}))
        session.delete(answer)
    session.flush()
    _rename(session, AgendaItem.person_id, kept, gone)


def _one_objection_each(session: Session, kept: str, gone: str) -> None:
    """Of two that are open to one version the later stays; an answer without an objection takes both back."""
    both = select(Objection).where(col(Objection.person_id).in_((kept, gone)))
    open_: dict[tuple[int, int], list[Objection]] = {}
    for objection in session.scalars(both.order_by(col(Objection.raised_at))).all():
        objection.person_id = kept
        if objection.state is ObjectionState.OPEN:
            open_.setdefault((objection.proposal_id, objection.version), []).append(objection)
    for (proposal, version), raised in open_.items():
        answer = session.get(ProposalAnswer, (proposal, version, kept))
        # An objection to what is in force has no answer beside it.
        still = raised[-1:] if answer is None or answer.stance is Stance.OBJECTION else []
        for objection in raised:
            if objection not in still:
                objection.state, objection.settled_at = ObjectionState.TAKEN_BACK, objection.raised_at
    session.flush()


def _never_pairs(session: Session, kept: str, gone: str) -> None:
    rows = session.scalars(
        select(NeverPair).where((col(NeverPair.person_1) == gone) | (col(NeverPair.person_2) == gone))
    ).all()
    for row in rows:
        other = row.person_2 if row.person_1 == gone else row.person_1
        session.delete(row)
        first, second = sorted((kept, other))
        if other != kept and session.get(NeverPair, (row.programme_id, first, second)) is None:
            session.add(
                NeverPair(
                    programme_id=row.programme_id, person_1=first, person_2=second, created_at=row.created_at
                )
            )
    session.flush()


def _wishes(session: Session, kept: str, gone: str) -> None:
    """Whom they would rather not meet, and who would rather not meet them: by address, too, until now."""
    address = select(col(Person.email_key)).where(col(Person.id) == gone).scalar_subquery()
    session.execute(
        update(RatherNot)
        .where(col(RatherNot.other_id).is_(None), col(RatherNot.email_key) == address)
        .values(other_id=kept),
        execution_options={"synchronize_session": False},
    )
    _rename(session, RatherNot.person_id, kept, gone)
    _rename(session, RatherNot.other_id, kept, gone)
    session.execute(delete(RatherNot).where(col(RatherNot.person_id) == col(RatherNot.other_id)))


def _stored_reasons(session: Session, programme: Programme, kept: str, gone: str) -> None:
    """Reasons hold ids in braces, to be given names when shown."""
    rounds = session.scalars(select(Round).where(col(Round.programme_id) == programme.id)).all()
    for round_ in rounds:
        if any(gone in reason for reason in round_.reasons):
            round_.reasons = [reason.replace(gone, kept) for reason in round_.reasons]
    ids = [round_.id for round_ in rounds]
    stored = ((Group, Group.why), (LeftOut, LeftOut.reason), (RoundChange, RoundChange.what))
    for table, column in ((table, col(text)) for table, text in stored):
        said = update(table).where(col(table.round_id).in_(ids), column.contains(gone))
        session.execute(
            said.values({column: func.replace(column, gone, kept)}),
            execution_options={"synchronize_session": False},
        )


def _move_links_and_messages(session: Session, kept: str, gone: str, now: datetime) -> None:
    links.end(session, gone, *OF_A_MAILBOX, now=now)
    signed = func.coalesce(col(Link.signed_for), col(Link.person))
    session.execute(
        update(Link).where(col(Link.person) == gone).values(signed_for=signed, person=kept),
        execution_options={"synchronize_session": False},
    )
    _rename(session, Reply.person, kept, gone)
    # Whoever is forgotten later is to be forgotten under both ids.
    known = select(col(OutboxNamed.message_id)).where(col(OutboxNamed.person) == kept)
    theirs = select(col(OutboxNamed.message_id), literal(kept)).where(
        col(OutboxNamed.person) == gone, col(OutboxNamed.message_id).not_in(known)
    )
    session.execute(insert(OutboxNamed).from_select(["message_id", "person"], theirs))


def _say_once(session: Session, kept: str, gone: str) -> None:
    """What both were to be told of one thing, and has not gone out to the one that goes, is told once."""
    told = aliased(OutboxMessage)
    both = (col(told.kind) == col(OutboxMessage.kind)) & (col(told.subject) == col(OutboxMessage.subject))
    in_vain = col(told.state).in_((*NOT_ARRIVED, State.CANCELLED))
    twice = exists().where(col(told.person) == kept, both, ~in_vain)
    theirs = col(OutboxMessage.person) == gone, col(OutboxMessage.state).in_(WAITING)
    stop = outbox.in_order(*theirs, col(OutboxMessage.kind).in_(outbox.BULK), twice)
    outbox.change(session, stop.values(state=State.CANCELLED, reason="merged: they are told once"))


def survivor(session: Session, person: str) -> Person | None:
    """Who somebody is by now: themselves, or whom they were merged into."""
    found = session.get(Person, person)
    return session.get(Person, found.merged_into) if found and found.merged_into else found
