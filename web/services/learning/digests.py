"""The digest of a round: what people learned in it, by email, to everyone who takes part and can be reached.

It has the words and the learnings of the round's story, and the figures of the hour it goes. An organiser
sends it. Who has had it is not sent it again; who joins later can still be.

NothingToSend       no such round, nothing to tell of it yet, or the programme has a break or has ended
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast
from sqlmodel import Session, col, exists, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications import messages, outbox
from notifications.tables import OutboxMessage
from web.models import (
    TAKING_PART,
    AuditEntry,
    Group,
    Learning,
    LearningState,
    Membership,
    Person,
    Programme,
    Purpose,
    Round,
    RoundState,
    RoundStory,
    Showing,
    Standing,
)
from web.services.common import audit, links, programmes, times
from web.services.common.contacts import recipient
from web.services.common.links import LinkWanted
from web.services.learning import learnings
from web.services.learning.learnings import Shown
from web.services.rounds import pots, round_list

SENT = "digest sent"  # in the audit
MOST = 10  # learnings in one email; its button leads to all of them


class NothingToSend(Exception):
    pass


@dataclass(frozen=True)
class ReadyDigest:
    """A round whose digest can go out, and how many have not had it yet."""

    round: Round
    people: int


def ready(
    session: Session, programme: Programme, *, now: datetime, number: int | None = None
) -> ReadyDigest | None:
    """The newest round, or the one with that number, that is over or of which something is on the wall."""
    if programme.paused_at or programme.closed_at:
        return None
    wanted = _worth_telling(programme, now)
    if number is not None:
        wanted = wanted.where(Round.number == number)
    round_ = session.exec(wanted.limit(1)).first()
    if round_ is None:
        return None
    waiting = select(func.count()).select_from(_without(programme, round_, now).subquery())
    return ReadyDigest(round_, session.exec(waiting).one())


def earlier(
    session: Session, programme: Programme, newest: ReadyDigest | None, *, now: datetime
) -> list[int]:
    """The numbers of the rounds before `newest` of which nobody has had the digest, newest first."""
    if newest is None:
        return []
    # The audit has a line for each digest; the outbox would have to look at every message of every round.
    had = exists().where(
        col(AuditEntry.programme_id) == programme.id,
        col(AuditEntry.action) == SENT,
        col(AuditEntry.subject) == "round " + cast(col(Round.number), String),
    )
    wanted = _worth_telling(programme, now).where(col(Round.number) < newest.round.number, ~had)
    return [row.number for row in session.exec(wanted)]


def _worth_telling(programme: Programme, now: datetime) -> SelectOfScalar[Round]:
    """Rounds that are over, or of which something is on the wall; newest first. None from so long ago that
    nobody knows any more who has had it.
    """
    is_over = col(Round.ends_on) < times.today(now)
    told_of = or_(is_over, col(Round.id).in_(_told_of())) if learnings.is_open(programme) else is_over
    wanted = select(Round).where(
        Round.programme_id == programme.id,
        Round.state == RoundState.SENT,
        col(Round.messages_were).is_(None),
        told_of,
    )
    return wanted.order_by(col(Round.number).desc())


def _told_of() -> SelectOfScalar[int]:
    rows = select(Group.round_id).join(Learning, col(Learning.group_id) == Group.id)
    return rows.where(Learning.state == LearningState.PUBLISHED)


def _without(programme: Programme, round_: Round, now: datetime) -> SelectOfScalar[Person]:
    """Who takes part, has an email address that works, and has not had the digest of this round."""
    had = select(OutboxMessage.person).where(
        OutboxMessage.kind == messages.Digest.kind, OutboxMessage.subject == _subject(round_)
    )
    return (
        select(Person)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(
            Membership.programme_id == programme.id,
            col(Membership.standing).in_(TAKING_PART),
            or_(Membership.standing != Standing.NOTIFIED, col(Membership.notified_at) <= now - pots.TOLD_FOR),
            col(Membership.silent_since).is_(None),
            or_(col(Membership.paused_until).is_(None), col(Membership.paused_until) <= times.today(now)),
            Person.unreachable == "",
            col(Person.email).is_not(None),
            col(Person.id).not_in(had),
        )
    )


def _subject(round_: Round) -> str:
    return f"round {round_.id} digest"


def send(session: Session, programme: Programme, number: int, *, by: str, now: datetime) -> int:
    """Queue it for everyone who has not had it; how many they are.

    Raises:
        NothingToSend: see there.
    """
    sent = send_some(session, programme, number, now=now)
    if sent:
        record(session, programme, number, sent, by=by, now=now)
    return sent


def record(
    session: Session, programme: Programme, number: int, people: int, *, by: str, now: datetime
) -> None:
    """That somebody had it sent, and to how many."""
    subject = f"round {number}"
    audit.record(session, by, SENT, now=now, programme=programme.id, subject=subject, people=people)


def send_some(
    session: Session, programme: Programme, number: int, *, now: datetime, most: int | None = None
) -> int:
    """Queue it for so many of those who have not had it; how many they are.

    Raises:
        NothingToSend: see there.
    """
    # Whoever erases themselves meanwhile waits, and is taken out of what is written here.
    programme = programmes.held(session, programme.id)
    found = ready(session, programme, now=now, number=number)
    if found is None:
        raise NothingToSend(f"There is nothing to tell of round {number} now")
    round_ = found.round
    people = session.exec(_without(programme, round_, now).order_by(col(Person.id)).limit(most)).all()
    story = session.get(RoundStory, round_.id)
    shows = learnings.is_open(programme)
    learned = (
        [_learned(one) for one in _published(session, round_, story.picked if story else ())] if shows else []
    )
    row = round_list.of_round(session, round_)
    pages = links.make_all(session, [LinkWanted(Purpose.PAGE, person.id) for person in people], now=now)
    orders = [
        outbox.Order(
            messages.Digest(
                programme=programmes.facts(programme, messages.Digest),
                round_name=f"round {round_.number}",
                learned=tuple(learned),
                wall=links.open_page(f"/p/{programme.slug}/learning") if shows else None,
                page=page,
                met=row.met,
                answered=row.answered,
                introduced=row.people,
                went=story.went if story else "",
                changes=story.changes if story else "",
                story=_page_of(programme, round_) if story and story.public_since else None,
                next_round=programmes.next_round_on(programme, times.today(now)),
            ),
            recipient(person, by_email_only=True),
            subject=_subject(round_),
            programme=programme.slug,
            round=str(round_.id),
        )
        for person, page in zip(people, pages, strict=True)
    ]
    return sum(id_ is not None for id_ in outbox.queue_all(session, orders, now=now))


def _page_of(programme: Programme, round_: Round) -> messages.Link:
    return links.open_page(f"/p/{programme.slug}/rounds/{round_.number}/story")


def _published(session: Session, round_: Round, picked: Sequence[int]) -> list[Shown]:
    """What an organiser picked for the story; the newest where nothing was picked, or none of it is left."""
    wanted = (
        select(Learning)
        .join(Group, col(Group.id) == Learning.group_id)
        .where(Group.round_id == round_.id, Learning.state == LearningState.PUBLISHED)
        .order_by(col(Learning.decided_at).desc(), col(Learning.id).desc())
        .limit(MOST)
    )
    chosen = session.exec(wanted.where(col(Learning.id).in_(picked))).all() if picked else ()
    return learnings.with_names(session, chosen or session.exec(wanted).all())


def _learned(one: Shown) -> messages.Learned:
    """With its author, if they said so. A partner is named on the wall alone: there they can take it back."""
    learning = one.learning
    named = one.author and learning.showing is Showing.WITH_NAME
    by = messages.Named(learning.person_id, one.author) if named else None
    return messages.Learned(learning.text or learning.link, by)
