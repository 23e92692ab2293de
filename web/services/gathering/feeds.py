"""Feeds that participants gave: looked at each day while a round, or the fortnight after it, lasts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select
from sqlmodel import Session, col, select

from web.models import (
    TAKING_PART,
    GatheringSource,
    Handle,
    HandleKind,
    Membership,
    Programme,
    Round,
    RoundState,
    SourceKind,
)
from web.services.common import leases, times
from web.services.fetching.errors import FetchError, Refused
from web.services.fetching.fetching import Fetcher
from web.services.fetching.found_posts import FoundPosts
from web.services.gathering import posts

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DueFeed:
    """A feed that is ours to look at, and which mentions lead to which programme."""

    handle_id: int
    feed: str
    hashtags: Mapping[str, frozenset[int]]
    pages: Mapping[str, frozenset[int]]


def is_due(session: Session, *, now: datetime) -> bool:
    return session.execute(_due(now)).first() is not None


def _due(now: datetime) -> Select[Handle]:
    """The one that has waited longest, of somebody who takes part where posts are gathered now."""
    ended = times.today(now - posts.AFTER_A_ROUND)
    in_time = (
        select(Membership.person_id)
        .join(Programme, col(Programme.id) == Membership.programme_id)
        .join(Round, col(Round.programme_id) == Programme.id)
        .where(
            col(Membership.person_id) == col(Handle.person_id),
            col(Membership.standing).in_(TAKING_PART),
            col(Programme.gathers).is_(True),
            col(Programme.closed_at).is_(None),
            col(Round.state) == RoundState.SENT,
            col(Round.ends_on) >= ended,
        )
        .exists()
    )
    due = (col(Handle.kind) == HandleKind.FEED) & (col(Handle.look_at) <= now) & leases.is_free(Handle, now)
    return select(Handle).where(due, in_time).order_by(col(Handle.look_at), col(Handle.id)).limit(1)


def claim(session: Session, *, public_url: str, now: datetime) -> DueFeed | None:
    """Of several workers one has it, and another if that one dies."""
    found = leases.taken(session, session.scalars(_due(now)).first(), now=now)
    if found is None:
        return None
    theirs = select(Programme).join(Membership, col(Membership.programme_id) == Programme.id)
    here = session.exec(
        theirs.where(
            Membership.person_id == found.person_id,
            col(Membership.standing).in_(TAKING_PART),
            col(Programme.gathers).is_(True),
        )
    ).all()
    named = session.exec(
        select(GatheringSource.hashtag, GatheringSource.programme_id).where(
            col(GatheringSource.programme_id).in_([one.id for one in here]), GatheringSource.hashtag != ""
        )
    ).all()
    hashtags = {(one.hashtag.casefold(), one.id) for one in here if one.hashtag} | set(named)
    pages = {(f"{public_url}/p/{one.slug}", one.id) for one in here}
    return DueFeed(found.id, found.name, _by_mention(hashtags), _by_mention(pages))


def _by_mention(pairs: set[tuple[str, int]]) -> dict[str, frozenset[int]]:
    words = {word for word, _ in pairs}
    return {word: frozenset(id_ for other, id_ in pairs if other == word) for word in words}


def look(due: DueFeed, fetcher: Fetcher) -> FoundPosts | FetchError:
    try:
        return fetcher.in_feed(due.feed, sorted(due.hashtags), sorted(due.pages))
    except FetchError as error:
        return error


def settle(
    session: Session, due: DueFeed, found: FoundPosts | FetchError, *, key: bytes, now: datetime
) -> None:
    """Keep what mentions a programme of theirs, if they still have us look there."""
    handle = session.get(Handle, due.handle_id)
    if handle is None or handle.name != due.feed:
        return
    handle.claimed_until, handle.looked_at = None, now
    if isinstance(found, FoundPosts):
        handle.trouble, handle.failures, handle.look_at = "", 0, now + A_DAY
        _keep(session, due, found, key, now)
    else:
        handle.trouble = str(found)[:200]
        handle.failures = 0 if isinstance(found, Refused) else handle.failures + 1
        handle.look_at = now + A_DAY * 2 ** min(handle.failures, 3)
    session.add(handle)


def _keep(session: Session, due: DueFeed, found: FoundPosts, key: bytes, now: datetime) -> None:
    leads_to = {**due.hashtags, **due.pages}
    for programme_id in frozenset().union(*leads_to.values()):
        mine = {mention for mention, programmes in leads_to.items() if programme_id in programmes}
        theirs = [post for post in found.posts if mine & set(post.mentions)]
        programme = session.get_one(Programme, programme_id)
        if theirs and posts.room(session, programme_id) >= len(theirs):
            posts.keep(session, programme, SourceKind.FEED, theirs, key=key, now=now)
