"""Posts that mention a programme, from finding them to forgetting them. Organisers alone read them.

    found ─► claimed by its author, a learning ─► gone there: gone here
      └────► dropped, or 30 days without a claim, or gone there: forgotten, and not gathered again

NoSuchPost          it has been dropped, forgotten or claimed meanwhile
NotSeenLately       a claimed post is looked at again before it is published
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, delete, update
from sqlmodel import Session, col, func, or_, select

from notifications import secrets
from web import scrubbing
from web.models import (
    GatheredPost,
    Handle,
    Learning,
    LearningState,
    LinkPreview,
    PassedOverKind,
    Person,
    Programme,
    Round,
    RoundState,
    SourceKind,
)
from web.services.common import audit, leases, passed_over, times
from web.services.fetching.card import Card
from web.services.fetching.errors import FetchError, Gone, Refused
from web.services.fetching.fetching import Look
from web.services.fetching.found_posts import FoundPost
from web.services.learning import previews

AFTER_A_ROUND = timedelta(days=14)
KEEP = timedelta(days=30)
MOST_WAITING = 500  # posts of a programme that an organiser has yet to read
LONGEST_ADDRESS = 2_000  # letters
A_CLOCK_AHEAD = timedelta(days=1)
AGAIN = timedelta(days=7)
A_DAY = timedelta(days=1)  # a post that is missing twice, so far apart, is gone
FRESH = timedelta(hours=36)
DROPPED = "post dropped"


class NoSuchPost(Exception):
    pass


class NotSeenLately(Exception):
    pass


def open_since(session: Session, programme_id: int, now: datetime) -> datetime | None:
    """When the first of the rounds began of which posts may tell now: from its introductions to 14 days after
    its end. None where there is none.
    """
    today = times.today(now - AFTER_A_ROUND)
    begun = select(func.min(Round.sent_at)).where(
        Round.programme_id == programme_id, Round.state == RoundState.SENT, col(Round.ends_on) >= today
    )
    return session.exec(begun).one()


def keep(
    session: Session,
    programme: Programme,
    kind: SourceKind,
    found: Iterable[FoundPost],
    *,
    key: bytes,
    now: datetime,
) -> int:
    """Keep what was posted since the round began and is not passed over; how many were not known yet. What is
    known and has no author among us is kept as it reads now.
    """
    since = open_since(session, programme.id, now)
    if since is None or not programme.gathers:
        return 0
    first_day = times.london(times.today(since), time(0))
    new = [
        post for post in found if post.posted_at is None or first_day <= post.posted_at <= now + A_CLOCK_AHEAD
    ]
    handles = passed_over.among(
        session, PassedOverKind.HANDLE, {one for post in new for one in (post.handle, post.url)}, key=key
    )
    dropped = passed_over.among(
        session, PassedOverKind.POST, {_here(programme.id, p.url) for p in new}, key=key
    )
    return sum(
        _keep(session, programme, kind, post, now)
        for post in new
        if not {post.handle, post.url} & handles and _here(programme.id, post.url) not in dropped
    )


def _here(programme_id: int, url: str) -> str:
    """What one programme drops another may keep."""
    return f"{programme_id} {url}"


def _keep(session: Session, programme: Programme, kind: SourceKind, post: FoundPost, now: datetime) -> bool:
    known = at(session, programme.id, post.url)
    if known is None:
        row = GatheredPost(
            programme_id=programme.id,
            kind=kind,
            url=post.url,
            url_digest=digest(post.url),
            handle=post.handle,
            author=post.author,
            words=secrets.without(post.words),
            posted_at=post.posted_at,
            found_at=now,
            look_at=now + AGAIN,
        )
        session.add(row)
        session.flush()
        return True
    # A server that tells of a known post under another name lies: whose it is was said when it was found.
    if known.learning_id is None and known.handle == post.handle:
        known.words, known.author = secrets.without(post.words), post.author
        session.add(known)
    return False


def digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def at(session: Session, programme_id: int, url: str) -> GatheredPost | None:
    """The post at an address, if it was found."""
    wanted = select(GatheredPost).where(
        GatheredPost.programme_id == programme_id, GatheredPost.url_digest == digest(url)
    )
    return session.exec(wanted).one_or_none()


def room(session: Session, programme_id: int) -> int:
    """How many more an organiser may be given to read."""
    waiting = select(func.count()).where(
        col(GatheredPost.programme_id) == programme_id, col(GatheredPost.learning_id).is_(None)
    )
    return MOST_WAITING - session.exec(waiting).one()


# For organisers


@dataclass(frozen=True)
class Queued:
    """A post that waits for its author. `claims` counts who says that it is theirs by its link: of two,
    neither is believed.
    """

    post: GatheredPost
    claims: int


def with_claims() -> tuple[Any, Any]:
    """Every post with how many say by their link that it is theirs, and that number as a column.

    Counted for all links at once: post by post it means to look through all learnings for each.
    """
    linked = (col(Learning.link) != "") & col(Learning.link).in_(select(GatheredPost.url))
    counted = (
        select(
            Learning.programme_id,
            Learning.link,
            func.count(func.distinct(col(Learning.person_id))).label("people"),
        )
        .where(linked, col(Learning.state) != LearningState.DECLINED)
        .group_by(col(Learning.programme_id), col(Learning.link))
        .subquery()
    )
    claims = func.coalesce(counted.c.people, 0)
    is_its = (counted.c.programme_id == GatheredPost.programme_id) & (counted.c.link == GatheredPost.url)
    return select(GatheredPost, claims).outerjoin(counted, is_its), claims


def queue(session: Session, programme: Programme) -> Sequence[Queued]:
    """What nobody has claimed by its handle, or more than one, the newest first. One query."""
    every, _ = with_claims()
    wanted = every.where(
        col(GatheredPost.programme_id) == programme.id, col(GatheredPost.learning_id).is_(None)
    ).order_by(col(GatheredPost.found_at).desc(), col(GatheredPost.id).desc())
    return [Queued(post, count) for post, count in session.exec(wanted)]


def one(session: Session, programme: Programme, number: int) -> GatheredPost:
    """Raises NoSuchPost."""
    found = session.get(GatheredPost, number)
    if found is None or found.programme_id != programme.id or found.learning_id is not None:
        raise NoSuchPost
    return found


def drop(session: Session, programme: Programme, number: int, *, key: bytes, by: str, now: datetime) -> None:
    """It is not read here again. A second press changes nothing.

    Raises:
        NoSuchPost.
    """
    # Asked first: a number that is free may be another post's by now.
    is_gone = session.get(GatheredPost, number) is None
    if is_gone and audit.was_done(session, programme.id, DROPPED, _subject(number)):
        return
    post = one(session, programme, number)
    _forget(session, [post], key=key, now=now)
    _record(session, programme, DROPPED, post, by, now)


def ask(session: Session, programme: Programme, number: int, *, by: str, now: datetime) -> GatheredPost:
    """Note that an organiser asks its author in public, where it stands. We never post.

    Raises:
        NoSuchPost.
    """
    post = one(session, programme, number)
    if post.asked_at is None:
        post.asked_at = now
        session.add(post)
        _record(session, programme, "post asked for", post, by, now)
    return post


def sentence(programme: Programme, public_url: str) -> str:
    """What an organiser may answer to a post, in public."""
    page = f"{public_url}/p/{programme.slug}"
    return (
        f"Thank you for this! May we show it on {page}/learning? If you take part, say on your page that it "
        f"is yours ({page}/my-page sends you the link). If not, we show nothing of it."
    )


def _record(
    session: Session, programme: Programme, action: str, post: GatheredPost, by: str, now: datetime
) -> None:
    audit.record(session, by, action, now=now, programme=programme.id, subject=_subject(post.id))


def _subject(number: int) -> str:
    return f"post {number}"


# Looking again, and forgetting


def _forget(session: Session, found: Sequence[GatheredPost], *, key: bytes, now: datetime) -> None:
    marks = [_here(post.programme_id, post.url) for post in found]
    passed_over.add(session, PassedOverKind.POST, marks, key=key, now=now)
    for post in found:
        session.delete(post)
    session.flush()
    if found:
        scrubbing.want(session)


def forget_old(session: Session, *, key: bytes, now: datetime) -> int:
    """Forget what nobody has claimed in 30 days; how many those were."""
    every, claims = with_claims()
    old = every.where(
        col(GatheredPost.learning_id).is_(None), col(GatheredPost.found_at) < now - KEEP, claims == 0
    )
    found = [post for post, _ in session.exec(old)]
    _forget(session, found, key=key, now=now)
    return len(found)


def forget_gone(session: Session, *, key: bytes, now: datetime) -> int:
    """A claimed post that has gone from its site goes from here: its learning goes, or keeps only the words
    that its author wrote to us. How many those were. A claim that was left behind for another link is none.
    """
    wanted = (
        select(GatheredPost, Learning)
        .join(Learning, col(Learning.id) == GatheredPost.learning_id)
        .outerjoin(LinkPreview, col(LinkPreview.learning_id) == Learning.id)
        .where(
            or_(col(LinkPreview.why) == previews.NOT_THERE, col(Learning.link) != col(GatheredPost.url)),
        )
    )
    gone = 0
    for post, learning in session.exec(wanted).all():
        if learning.link != post.url:
            post.learning_id = None
            session.add(post)
        else:
            take_away(session, post, key=key, now=now)
            gone += 1
    session.flush()
    return gone


def take_away(session: Session, post: GatheredPost, *, key: bytes, now: datetime) -> None:
    """Its own site says that it has gone for good, or does not mention us any more."""
    learning = session.get(Learning, post.learning_id) if post.learning_id is not None else None
    _forget(session, [post], key=key, now=now)
    if learning:
        _take_away(session, learning, now)


def _take_away(session: Session, learning: Learning, now: datetime) -> None:
    subject, programme = f"learning {learning.id}", learning.programme_id
    if learning.text:
        learning.link, learning.version = "", learning.version + 1
        session.add(learning)
    else:
        session.delete(learning)
    session.flush()
    audit.record(session, audit.SYSTEM, "post gone", now=now, programme=programme, subject=subject)


def look_again(session: Session, *, now: datetime) -> None:
    """What waits to be published is looked at each day, so that nothing is published that has gone."""
    waiting = (
        select(col(GatheredPost.learning_id))
        .join(Learning, col(Learning.id) == GatheredPost.learning_id)
        .where(Learning.state == LearningState.WAITING)
    )
    session.execute(
        update(LinkPreview)
        .where(
            col(LinkPreview.learning_id).in_(waiting),
            col(LinkPreview.looked_at) <= now - A_DAY,
            col(LinkPreview.look_at) > now,
            col(LinkPreview.failures) == 0,
        )
        .values(look_at=now)
    )


def must_be_there(session: Session, learning: Learning, *, now: datetime) -> None:
    """Pass by what is no gathered post, and one that was seen on its site in the last day or so. Another is
    looked at at once.

    Raises:
        NotSeenLately.
    """
    gathered = select(GatheredPost.id).where(GatheredPost.learning_id == learning.id)
    if session.exec(gathered).first() is None:
        return
    preview = session.get(LinkPreview, learning.id)
    if preview and preview.looked_at and preview.missing_since is None and preview.looked_at > now - FRESH:
        return
    if preview:
        preview.look_at = now
        session.add(preview)
    raise NotSeenLately


@dataclass(frozen=True)
class DueLook:
    """A post nobody has claimed, to see whether it is still there."""

    post_id: int
    url: str


def claim_look(session: Session, *, now: datetime) -> DueLook | None:
    """Of several workers one has it, and another if that one dies."""
    found = leases.taken(session, session.scalars(_look_due(now)).first(), now=now)
    return DueLook(found.id, found.url) if found else None


def is_look_due(session: Session, *, now: datetime) -> bool:
    return session.execute(_look_due(now)).first() is not None


def _look_due(now: datetime) -> Select[GatheredPost]:
    unclaimed = (col(GatheredPost.learning_id).is_(None), col(GatheredPost.look_at) <= now)
    due = select(GatheredPost).where(*unclaimed, leases.is_free(GatheredPost, now))
    return due.order_by(col(GatheredPost.look_at), col(GatheredPost.id)).limit(1)


def look(due: DueLook, look_at: Look) -> Card | FetchError:
    try:
        return look_at(due.url)
    except FetchError as error:
        return error


def settle_look(
    session: Session, due: DueLook, found: Card | FetchError, *, key: bytes, now: datetime
) -> None:
    """Gone twice, a day apart, is gone; whoever is silent or refuses us is not."""
    post = session.get(GatheredPost, due.post_id)
    if post is None:
        return
    post.claimed_until = None
    if isinstance(found, Gone):
        if post.missing_since and now - post.missing_since >= A_DAY:
            _forget(session, [post], key=key, now=now)
            return
        post.missing_since, post.look_at = post.missing_since or now, now + A_DAY
    elif isinstance(found, Card | Refused):
        post.missing_since, post.failures, post.look_at = None, 0, now + AGAIN
    else:
        post.failures += 1
        post.look_at = now + min(A_DAY * 2 ** min(post.failures, 3), AGAIN)
    session.add(post)


# Erasing


def erase(session: Session, handle_or_address: str, *, key: bytes, by: str, now: datetime) -> int:
    """Forget whatever was gathered of a handle or at an address, published or not, in every programme, and
    gather nothing of it again. How many posts those were.
    """
    said = handle_or_address.strip().removeprefix("@")
    names = {said, said.casefold()}
    wanted = select(GatheredPost).where(
        or_(
            col(GatheredPost.handle).in_(names),
            col(GatheredPost.url_digest).in_([digest(name) for name in names]),
        )
    )
    found = session.exec(wanted).all()
    learnings = [post.learning_id for post in found if post.learning_id is not None]
    _forget(session, found, key=key, now=now)
    passed_over.add(session, PassedOverKind.HANDLE, names, key=key, now=now)
    for learning in session.exec(select(Learning).where(col(Learning.id).in_(learnings))).all():
        _take_away(session, learning, now)
    audit.record(session, by, "posts erased", now=now, posts=len(found))
    return len(found)


def forget_person(session: Session, person: Person) -> None:
    """Somebody is erased: what nobody has claimed of the handles they gave goes with them."""
    names = session.exec(select(Handle.name).where(Handle.person_id == person.id)).all()
    forget_handles(session, names)


def forget_handles(session: Session, names: Collection[str]) -> None:
    unclaimed = col(GatheredPost.learning_id).is_(None)
    if names:
        session.execute(delete(GatheredPost).where(unclaimed, col(GatheredPost.handle).in_(names)))
