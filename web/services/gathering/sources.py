"""Where a programme has us look for posts: named by its organisers, and looked at by a worker.

A server is asked once in 15 minutes at the most, for all programmes together, and not before it says.

BadSource           what cannot be named; `.field` and `.message`
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select
from sqlmodel import Session, col, or_, select

from notifications import outbox
from web.models import GatheringServer, GatheringSource, Programme, Round, RoundState, SourceKind
from web.services.common import audit, leases, phrases, times
from web.services.fetching.errors import FetchError, Later, Refused
from web.services.fetching.fetching import Fetcher
from web.services.fetching.found_posts import A_LOOK, FoundPosts
from web.services.gathering import posts

BETWEEN = timedelta(minutes=15)
A_DAY = timedelta(days=1)
MOST = 10  # sources of a programme
TAKEN_AWAY = "source taken away"
BLUESKY = "bsky.social"
LOOKED_AT = (SourceKind.MASTODON, SourceKind.BLUESKY)
A_SERVER = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
FULL = f"{posts.MOST_WAITING} posts wait to be read: drop some, or choose a hashtag of your own"
EMPTY = "nothing there, or nothing for people without an account: asked again tomorrow"


class BadSource(Exception):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def add(
    session: Session,
    programme: Programme,
    kind: SourceKind,
    *,
    server: str = "",
    hashtag: str = "",
    by: str,
    now: datetime,
) -> GatheringSource:
    """Have us look there from now on, while the programme agrees to gathering at all.

    Raises:
        BadSource: it is no server or hashtag, known already, or one too many.
    """
    known = of_programme(session, programme)
    host = {SourceKind.MASTODON: _server(server), SourceKind.BLUESKY: BLUESKY}.get(kind, "")
    tag = hashtag.removeprefix("#").casefold() if kind in LOOKED_AT else ""
    if kind is SourceKind.MASTODON and not A_SERVER.fullmatch(host):
        raise BadSource("server", "Enter the name of a server, such as mastodon.social")
    if kind in LOOKED_AT and not re.fullmatch(r"\w{1,40}", tag):
        raise BadSource("hashtag", "Enter a hashtag: letters, digits and underscores only")
    if any((one.kind, one.server, one.hashtag) == (kind, host, tag) for one in known):
        raise BadSource("server", "We look there already")
    if len(known) >= MOST:
        raise BadSource("server", f"{MOST} places are the most. Take one away first")
    made = GatheringSource(
        programme_id=programme.id, kind=kind, server=host, hashtag=tag, look_at=now, added_by=by, added_at=now
    )
    session.add(made)
    session.flush()
    _record(session, programme, "source added", made, by, now)
    return made


def _server(said: str) -> str:
    return re.sub(r"^https?://|/.*$", "", said.strip().casefold())


def remove(session: Session, programme: Programme, number: int, *, by: str, now: datetime) -> None:
    """What was found there stays in the queue. A second press changes nothing. Raises LookupError."""
    found = session.get(GatheringSource, number)
    if found is None and audit.was_done(session, programme.id, TAKEN_AWAY, f"source {number}"):
        return
    if found is None or found.programme_id != programme.id:
        raise LookupError(number)
    session.delete(found)
    _record(session, programme, TAKEN_AWAY, found, by, now)


def _record(
    session: Session, programme: Programme, action: str, source: GatheringSource, by: str, now: datetime
) -> None:
    subject = f"source {source.id}"
    facts = {"kind": source.kind.value}
    audit.record(session, by, action, now=now, programme=programme.id, subject=subject, **facts)


def of_programme(session: Session, programme: Programme) -> Sequence[GatheringSource]:
    wanted = select(GatheringSource).where(GatheringSource.programme_id == programme.id)
    return session.exec(wanted.order_by(col(GatheringSource.id))).all()


def takes_webmentions(session: Session, programme: Programme) -> bool:
    """May other sites tell us now that they mention the programme?"""
    if not programme.gathers or programme.closed_at:
        return False
    wanted = select(GatheringSource.id).where(
        GatheringSource.programme_id == programme.id, GatheringSource.kind == SourceKind.WEBMENTION
    )
    return session.exec(wanted.limit(1)).first() is not None


# By the worker


@dataclass(frozen=True)
class DueSource:
    """A source that is ours to look at."""

    source_id: int
    kind: SourceKind
    server: str
    hashtag: str
    since: str


def is_due(session: Session, *, now: datetime) -> bool:
    return session.execute(_due(now)).first() is not None


def _due(now: datetime) -> Select[GatheringSource]:
    """What has waited longest of those whose server is free, whose programme agreed and has a round of which
    people may tell.
    """
    ended = times.today(now - posts.AFTER_A_ROUND)
    in_time = (
        select(Round.id)
        .where(
            col(Round.programme_id) == col(GatheringSource.programme_id),
            col(Round.state) == RoundState.SENT,
            col(Round.ends_on) >= ended,
        )
        .exists()
    )
    return (
        select(GatheringSource)
        .join(Programme, col(Programme.id) == GatheringSource.programme_id)
        .outerjoin(GatheringServer, col(GatheringServer.host) == GatheringSource.server)
        .where(
            col(GatheringSource.kind).in_(LOOKED_AT),
            col(GatheringSource.look_at) <= now,
            leases.is_free(GatheringSource, now),
            col(Programme.gathers).is_(True),
            col(Programme.closed_at).is_(None),
            or_(col(GatheringServer.free_at).is_(None), col(GatheringServer.free_at) <= now),
            in_time,
        )
        .order_by(col(GatheringSource.look_at), col(GatheringSource.id))
        .limit(1)
    )


def claim(session: Session, *, now: datetime) -> DueSource | None:
    """Of several workers one has it, with its server; another, if that one dies, once the server is free."""
    found = session.scalars(_due(now)).first()
    if found is None or not _take_server(session, found.server, now):
        return None
    if leases.taken(session, found, now=now) is None:
        return None
    return DueSource(found.id, found.kind, found.server, found.hashtag, found.since)


def _take_server(session: Session, host: str, now: datetime) -> bool:
    until = {"free_at": now + BETWEEN}
    taken = (
        outbox.insert_on(session)(GatheringServer)
        .values(host=host, **until)
        .on_conflict_do_update(index_elements=["host"], set_=until, where=col(GatheringServer.free_at) <= now)
        .returning(col(GatheringServer.host))
    )
    return session.execute(taken).first() is not None


def look(due: DueSource, fetcher: Fetcher) -> FoundPosts | FetchError:
    asks: dict[SourceKind, Callable[[], FoundPosts]] = {
        SourceKind.MASTODON: lambda: fetcher.on_mastodon(due.server, due.hashtag, due.since),
        SourceKind.BLUESKY: lambda: fetcher.on_bluesky(due.hashtag, due.since),
    }
    try:
        return asks[due.kind]()
    except FetchError as error:
        return error


def settle(
    session: Session, due: DueSource, found: FoundPosts | FetchError, *, key: bytes, now: datetime
) -> None:
    """Keep what was found, if we are still to look there, and say what the look came to."""
    source = session.get(GatheringSource, due.source_id)
    if source is None:
        return
    source.claimed_until, source.looked_at = None, now
    if isinstance(found, FoundPosts):
        _keep(session, source, found, key, now)
    elif isinstance(found, Later):
        source.trouble, source.look_at = str(found), _free_again(session, source.server, found, now)
    elif isinstance(found, Refused):
        source.trouble, source.look_at, source.failures = _said(found), now + A_DAY, 0
    else:
        source.failures += 1
        source.trouble = f"it did not answer as it should: {_said(found)}"[:200]
        source.look_at = now + min(BETWEEN * 4 ** min(source.failures - 1, 4), A_DAY)
    session.add(source)


def _keep(session: Session, source: GatheringSource, found: FoundPosts, key: bytes, now: datetime) -> None:
    programme = session.get_one(Programme, source.programme_id)
    source.trouble, source.failures, source.look_at = "", 0, now + BETWEEN
    if not (found.posts or found.passed_over or source.since):
        source.result, source.look_at = EMPTY, now + A_DAY
        return
    room = posts.room(session, programme.id)
    if room < len(found.posts):
        # Where we were stays, so that nothing is missed once there is room.
        source.trouble, source.look_at = FULL, now + A_DAY
        return
    new = posts.keep(session, programme, source.kind, found.posts, key=key, now=now)
    source.since, source.result = found.newest, _result(found, new)


def _result(found: FoundPosts, new: int) -> str:
    seen = phrases.counted(len(found.posts), "post")
    parts = [f"{seen}, {new} of them new"]
    if found.passed_over:
        parts.append(f"{found.passed_over} passed over, not for everybody or without sense")
    if found.is_full:
        parts.append(f"a look takes {A_LOOK} at the most, and there may be more")
    return "; ".join(parts)


def _said(error: FetchError) -> str:
    return str(error)[:150]


def _free_again(session: Session, host: str, asked: Later, now: datetime) -> datetime:
    """Its server says when to come back, and that holds for every programme."""
    until = now + max(timedelta(seconds=asked.seconds), BETWEEN)
    server = session.get_one(GatheringServer, host)
    server.free_at = until
    session.add(server)
    return until
