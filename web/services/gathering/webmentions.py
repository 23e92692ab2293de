"""Other sites tell us that a page of theirs mentions one of ours: Webmention, a W3C Recommendation.

    told ─► read by a worker ─► kept like any post that was found; updated, or taken away, when told again

BadMention          what cannot be; its words go to the sender
TooManyMentions     its host has told us so much that it must wait, in `.seconds`
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Select, and_, delete
from sqlmodel import Session, col, func, or_, select

from notifications import outbox
from web.models import GatheringSource, LinkPreview, Programme, SourceKind, Webmention
from web.services.common import leases, page_addresses, programmes
from web.services.fetching.errors import FetchError, Gone, Trouble
from web.services.fetching.fetching import Fetcher
from web.services.fetching.found_posts import FoundPost, is_page
from web.services.gathering import posts, sources

# Told within an hour. A stranger may tell us of pages of somebody else's, which we would all open.
MOST_OF_A_HOST = 100
MOST = 5_000  # waiting, of all
AN_HOUR = timedelta(hours=1)
TRIES = 3
AGAIN = timedelta(minutes=10)  # and six times as long after each more
FOR_GOOD = ("410", "it does not mention us")


class BadMention(Exception):
    pass


class TooManyMentions(Exception):
    def __init__(self, seconds: int) -> None:
        super().__init__("Too many of your mentions wait here. Tell us later")
        self.seconds = seconds


def told(session: Session, source: str, target: str, *, public_url: str, now: datetime) -> None:
    """Have a worker read whether `source` mentions `target`. Told twice while it waits, it waits once; told
    again when it has been read, it is read again, ten minutes after the last time at the earliest.

    Raises:
        BadMention, TooManyMentions.
    """
    programme = _programme(session, target, public_url)
    if not is_page(source):
        raise BadMention("source is no address of a page")
    host = (urlsplit(source).hostname or "").rstrip(".")
    if host == urlsplit(public_url).hostname:
        raise BadMention("source is one of our own pages")
    mark = hashlib.sha256(f"{source}\n{target}".encode()).hexdigest()
    if known := session.exec(select(Webmention).where(Webmention.digest == mark)).first():
        if known.look_at is None:
            known.look_at, known.received_at = max(now, known.received_at + AGAIN), now
            session.add(known)
        return
    _must_have_room(session, host, now)
    row = {"programme_id": programme.id, "source": source, "target": target, "digest": mark, "host": host}
    times = {"received_at": now, "look_at": now, "failures": 0}
    session.execute(outbox.insert_on(session)(Webmention).values(row | times).on_conflict_do_nothing())


def _programme(session: Session, target: str, public_url: str) -> Programme:
    """Whose page it is, if it may be mentioned: the programme's own, or what people learned."""
    path = target.partition("#")[0].partition("?")[0].removeprefix(public_url)
    parts = path.split("/")
    if not target.startswith(f"{public_url}/p/") or len(parts) < 3 or len(target) > posts.LONGEST_ADDRESS:
        raise BadMention("target is no page of ours that can be mentioned")
    try:
        programme = programmes.by_slug(session, page_addresses.moved_to(session, parts[2]) or parts[2])
    except programmes.NoSuchProgramme as error:
        raise BadMention("target is no page of ours that can be mentioned") from error
    if parts[3:4] not in ([], [""], ["learning"]) or not sources.takes_webmentions(session, programme):
        raise BadMention("target takes no Webmentions")
    return programme


def _must_have_room(session: Session, host: str, now: datetime) -> None:
    lately = select(func.count()).where(
        col(Webmention.host) == host, col(Webmention.received_at) > now - AN_HOUR
    )
    every = select(func.count()).where(col(Webmention.look_at).is_not(None))
    if session.exec(lately).one() >= MOST_OF_A_HOST or session.exec(every).one() >= MOST:
        raise TooManyMentions(round(AN_HOUR.total_seconds()))


# By the worker


@dataclass(frozen=True)
class DueMention:
    """A mention that is ours to read."""

    id: int
    source: str
    target: str


def is_due(session: Session, *, now: datetime) -> bool:
    return session.execute(_due(now)).first() is not None


def _due(now: datetime) -> Select[Webmention]:
    return (
        select(Webmention)
        .where(col(Webmention.look_at) <= now, leases.is_free(Webmention, now))
        .order_by(col(Webmention.look_at), col(Webmention.id))
        .limit(1)
    )


def claim(session: Session, *, now: datetime) -> DueMention | None:
    """Of several workers one has it, and another if that one dies."""
    found = leases.taken(session, session.scalars(_due(now)).first(), now=now)
    return DueMention(found.id, found.source, found.target) if found else None


def look(due: DueMention, fetcher: Fetcher) -> FoundPost | FetchError:
    try:
        return fetcher.mention(due.source, due.target)
    except FetchError as error:
        return error


def settle(
    session: Session, due: DueMention, found: FoundPost | FetchError, *, key: bytes, now: datetime
) -> None:
    """Keep the page as a post, or take away what we kept of it. What is in trouble is read again, three times
    in all.
    """
    told = session.get(Webmention, due.id)
    if told is None:
        return
    if isinstance(found, Trouble) and told.failures + 1 < TRIES:
        told.claimed_until, told.look_at = None, now + AGAIN * 6**told.failures
        told.failures += 1
        session.add(told)
        return
    programme = session.get_one(Programme, told.programme_id)
    if isinstance(found, FoundPost):
        posts.keep(session, programme, SourceKind.WEBMENTION, [found], key=key, now=now)
    _look_at_what_is_known(session, programme, due.source, found, key, now)
    _say(session, programme, told.host, found, now)
    # It stays for an hour, so that its host's are counted.
    told.look_at, told.claimed_until, told.failures = None, None, 0
    session.add(told)


def _look_at_what_is_known(
    session: Session, programme: Programme, url: str, found: FoundPost | FetchError, key: bytes, now: datetime
) -> None:
    """What has gone for good goes here at once; what may have changed or gone is looked at now."""
    known = posts.at(session, programme.id, url)
    if known is None:
        return
    if isinstance(found, Gone) and str(found) in FOR_GOOD:
        posts.take_away(session, known, key=key, now=now)
    elif known.learning_id is None:
        known.look_at = now
        session.add(known)
    elif preview := session.get(LinkPreview, known.learning_id):
        preview.look_at = now
        session.add(preview)


def _say(
    session: Session, programme: Programme, host: str, found: FoundPost | FetchError, now: datetime
) -> None:
    """On the organisers' page, as of any source."""
    wanted = select(GatheringSource).where(
        GatheringSource.programme_id == programme.id, GatheringSource.kind == SourceKind.WEBMENTION
    )
    for source in session.exec(wanted).all():
        good = isinstance(found, FoundPost)
        source.looked_at, source.trouble = now, ""
        source.result = f"told by {host}: {'it mentions us' if good else str(found)}"[:200]
        session.add(source)


def forget_old(session: Session, *, now: datetime) -> None:
    """What was read is no longer counted; what could not be read for a day is let go of."""
    read = and_(col(Webmention.look_at).is_(None), col(Webmention.received_at) <= now - AN_HOUR)
    unread = col(Webmention.received_at) < now - timedelta(days=1)
    session.execute(delete(Webmention).where(or_(read, unread)))
