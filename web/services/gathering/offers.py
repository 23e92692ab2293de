"""A post is offered to whoever gave its handle, and becomes a learning of theirs if they say so. One
message a week at most tells them.

Whose a post is, is never guessed. A yes is looked at by an organiser like any learning, beside the post's own
handle. Where two say that a post is theirs it is neither's.

NoSuchOffer         it is not offered to them, or not any more
TwoClaims           somebody else says that the post is theirs, too
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from urllib.parse import urlsplit

from sqlalchemy import Select, exists, or_, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, func, select

from notifications import messages, outbox
from notifications.tables import OutboxMessage
from web.models import (
    TAKING_PART,
    Answer,
    GatheredPost,
    Handle,
    HandleKind,
    Learning,
    LearningState,
    Membership,
    NotMyPost,
    Person,
    Programme,
    Purpose,
    Showing,
    SourceKind,
)
from web.services.common import audit, links, programmes
from web.services.common.contacts import recipient
from web.services.conversations import conversations
from web.services.conversations.conversations import Conversation, Said
from web.services.gathering import posts
from web.services.learning import learnings
from web.services.learning.learnings import Shown

BECAUSE = "Two people say that this post is theirs."
LATEST = 5  # conversations that it may be about
BETWEEN = timedelta(days=7)  # messages about posts to one person, at least
# Whose posts of which kind a handle of which kind tells of.
KINDS = {
    HandleKind.MASTODON: SourceKind.MASTODON,
    HandleKind.BLUESKY: SourceKind.BLUESKY,
    HandleKind.SITE: SourceKind.WEBMENTION,
    HandleKind.FEED: SourceKind.FEED,
}


class NoSuchOffer(Exception):
    pass


class TwoClaims(Exception):
    pass


@dataclass(frozen=True)
class Offer:
    post: GatheredPost
    programme: Programme


def to(session: Session, person: Person, *, found_by: datetime | None = None) -> Sequence[Offer]:
    """What is offered to somebody, the newest first; of all, or of what was found by a moment. One query."""
    theirs = _offered().where(col(Person.id) == person.id).order_by(col(GatheredPost.id).desc())
    if found_by is not None:
        theirs = theirs.where(col(GatheredPost.found_at) <= found_by)
    return [Offer(post, programme) for post, programme, _ in session.execute(theirs)]


def _offered() -> Select[GatheredPost, Programme, Person]:
    """Posts with a handle that somebody gave, who takes part and has not said whether it is theirs."""
    kinds = [
        (col(Handle.kind) == handle) & (col(GatheredPost.kind) == post) for handle, post in KINDS.items()
    ]
    said_no = exists().where(
        col(NotMyPost.post_id) == col(GatheredPost.id), col(NotMyPost.person_id) == col(Person.id)
    )
    claimed = exists().where(
        col(Learning.programme_id) == col(GatheredPost.programme_id),
        col(Learning.link) == col(GatheredPost.url),
        col(Learning.person_id) == col(Person.id),
    )
    return (
        sql_select(GatheredPost, Programme, Person)
        .join(Programme, col(Programme.id) == col(GatheredPost.programme_id))
        .join(Membership, col(Membership.programme_id) == col(GatheredPost.programme_id))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .join(Handle, col(Handle.person_id) == col(Person.id))
        .where(
            col(Handle.name) == col(GatheredPost.handle),
            or_(*kinds),
            col(GatheredPost.learning_id).is_(None),
            col(Membership.standing).in_(TAKING_PART),
            col(Programme.closed_at).is_(None),
            ~said_no,
            ~claimed,
        )
    )


def tell(session: Session, *, now: datetime) -> None:
    """Tell people what has been found of theirs since they were last told, a programme's in one message a
    week. What was there before they gave its handle stood on their page when they did.
    """
    found = [tuple(row) for row in session.execute(_untold(now))]
    for (programme, person), rows in groupby(found, key=itemgetter(1, 2)):
        _tell_one(session, programme, person, [post for post, _, _ in rows], now)


def is_anybody_untold(session: Session, *, now: datetime) -> bool:
    return session.execute(_untold(now).limit(1)).first() is not None


def _untold(now: datetime) -> Select[GatheredPost, Programme, Person]:
    told_at = (
        sql_select(func.max(OutboxMessage.queued_at))
        .where(
            col(OutboxMessage.kind) == messages.PostFound.kind,
            col(OutboxMessage.person) == col(Person.id),
            col(OutboxMessage.programme) == col(Programme.slug),
        )
        .scalar_subquery()
    )
    return (
        _offered()
        .where(
            col(GatheredPost.found_at) >= col(Handle.added_at),
            told_at.is_(None) | ((told_at <= now - BETWEEN) & (col(GatheredPost.found_at) > told_at)),
            col(Person.unreachable) == "",
            col(Person.email).is_not(None) | col(Person.phone_verified_at).is_not(None),
        )
        .order_by(col(Programme.id), col(Person.id), col(GatheredPost.id))
    )


def _tell_one(
    session: Session, programme: Programme, person: Person, found: Sequence[GatheredPost], now: datetime
) -> None:
    message = messages.PostFound(
        programme=programmes.facts(programme),
        hosts=tuple(dict.fromkeys(urlsplit(post.url).hostname or "" for post in found)),
        page=links.make(session, Purpose.PAGE, person.id, now=now),
    )
    # With its moment: the number of one that was forgotten may be another's.
    to, subject = recipient(person), f"post {found[0].id} of {found[0].found_at.isoformat()}"
    outbox.queue(session, message, to, subject=subject, programme=programme.slug, now=now)


def one(session: Session, person: Person, number: int, *, found_by: datetime | None = None) -> Offer:
    """Raises NoSuchOffer."""
    found = next((offer for offer in to(session, person, found_by=found_by) if offer.post.id == number), None)
    if found is None:
        raise NoSuchOffer
    return found


def is_declined(session: Session, person: Person, number: int) -> bool:
    """Have they said that it is not theirs?"""
    return session.get(NotMyPost, (number, person.id)) is not None


def is_claimed(session: Session, person: Person, number: int) -> bool:
    """Have they said that it is theirs?"""
    post = session.get(GatheredPost, number)
    learning = session.get(Learning, post.learning_id) if post and post.learning_id else None
    return learning is not None and learning.person_id == person.id


def talks(session: Session, person: Person, offer: Offer) -> Sequence[Conversation]:
    """The conversations it may be about, the latest first."""
    theirs = conversations.history(session, person)
    return [talk for talk in theirs if talk.programme.id == offer.programme.id and talk.stands][:LATEST]


def claim(
    session: Session, person: Person, offer: Offer, talk: Conversation, showing: Showing, *, now: datetime
) -> None:
    """It is theirs, and about that conversation: its link stands beside what they wrote of it, shown as they
    ticked, once an organiser has looked.

    Raises:
        NoSuchOffer: the conversation is none that it may be about.
    """
    if talk.group.id not in {one.group.id for one in talks(session, person, offer)}:
        raise NoSuchOffer
    words = talk.learning.text if talk.learning else ""
    conversations.keep_learning(session, talk, Said(Answer.MET, words, offer.post.url, showing), now)
    session.flush()
    made = conversations.learning_of(session, talk.group.id, person.id)
    if made is None or made.link != offer.post.url:
        raise NoSuchOffer
    session.execute(  # what stood there before
        update(GatheredPost).where(col(GatheredPost.learning_id) == made.id).values(learning_id=None)
    )
    offer.post.learning_id = made.id
    session.add(offer.post)
    session.flush()
    _record(session, person, "post claimed", offer, now)
    settle_disputes(session, now=now)


def decline(session: Session, person: Person, offer: Offer, *, now: datetime) -> None:
    """It is not theirs, or not about what they learned: it is not offered to them again."""
    session.add(NotMyPost(post_id=offer.post.id, person_id=person.id))
    _record(session, person, "post not claimed", offer, now)


def _record(session: Session, person: Person, action: str, offer: Offer, now: datetime) -> None:
    subject, programme = f"post {offer.post.id}", offer.programme.id
    audit.record(session, person.id, action, now=now, programme=programme, subject=subject)


# Claims, for organisers


@dataclass(frozen=True)
class Beside:
    """The gathered post that a learning's link leads to. `claims` is how many say that it is theirs."""

    post: GatheredPost
    claims: int


def beside(session: Session, rows: Sequence[Learning]) -> dict[int, Beside]:
    """The posts behind the links of some learnings, by learning. One query, and none without links."""
    linked = [row for row in rows if row.link]
    if not linked:
        return {}
    every, _ = posts.with_claims()
    wanted = every.where(
        col(GatheredPost.programme_id).in_({row.programme_id for row in linked}),
        col(GatheredPost.url_digest).in_({posts.digest(row.link) for row in linked}),
    )
    found = {(post.programme_id, post.url): Beside(post, count) for post, count in session.exec(wanted)}
    known = {row.id: found.get((row.programme_id, row.link)) for row in linked}
    return {number: one for number, one in known.items() if one}


def must_be_one(session: Session, learning: Learning) -> None:
    """Raises TwoClaims."""
    if any(one.claims > 1 for one in beside(session, [learning]).values()):
        raise TwoClaims


def settle_disputes(session: Session, *, now: datetime) -> int:
    """Take off the wall what two say is theirs, until an organiser has looked; how many posts that concerns.

    A pasted link may claim, at any time, what somebody else has claimed.
    """
    every, claims = posts.with_claims()
    disputed = [post for post, _ in session.exec(every.where(claims > 1))]
    for post in disputed:
        post.learning_id = None
        session.add(post)
        on_the_wall = select(Learning).where(
            Learning.programme_id == post.programme_id,
            Learning.link == post.url,
            Learning.state == LearningState.PUBLISHED,
        )
        for learning in session.exec(on_the_wall).all():
            learnings.contest(session, Shown(learning, "", ""), BECAUSE, now=now)
    session.flush()
    return len(disputed)


def count(session: Session, programme: Programme) -> int:
    """How many posts wait in a programme."""
    waiting = select(func.count()).where(
        col(GatheredPost.programme_id) == programme.id, col(GatheredPost.learning_id).is_(None)
    )
    return session.exec(waiting).one()
