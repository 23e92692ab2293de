"""A programme that gathers posts, and servers that show what a test puts there."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from tests.support.world import BY, World
from web.models import GatheredPost, GatheringSource, Handle, HandleKind, Programme, SourceKind
from web.services.fetching.card import Card
from web.services.fetching.errors import FetchError, Gone
from web.services.fetching.fetching import Fetcher
from web.services.fetching.found_posts import FoundPost, FoundPosts
from web.services.gathering import posts, sources

SERVER, HASHTAG, HANDLE = "example.social", "unmentoring", "jo@example.social"
URL = f"https://{SERVER}/@jo/17"


@dataclass
class FakeServers:
    """Stands in for a `Fetcher`: answers with what it was last told, and remembers what it was asked."""

    answer: FoundPosts | FetchError = field(default_factory=FoundPosts)
    pages: dict[str, Card | FetchError] = field(default_factory=dict)
    mentions: dict[str, FoundPost | FetchError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def on_mastodon(self, server: str, hashtag: str, since: str) -> FoundPosts:
        return self._answered(f"{server} #{hashtag} {since}".strip(), self.answer)

    def on_bluesky(self, hashtag: str, since: str) -> FoundPosts:
        return self._answered(f"bluesky #{hashtag} {since}".strip(), self.answer)

    def in_feed(self, feed: str, hashtags: Any, pages: Any) -> FoundPosts:
        return self._answered(f"{feed} {' '.join([*hashtags, *pages])}".strip(), self.answer)

    def mention(self, source: str, target: str) -> FoundPost:
        return self._answered(f"{source} {target}", self.mentions.get(source, Gone("404")))

    def look(self, link: str) -> Card:
        return self._answered(link, self.pages.get(link, Gone("404")))

    def _answered(self, asked: str, answer: Any) -> Any:
        self.asked.append(asked)
        if isinstance(answer, FetchError):
            raise answer
        return answer


def a_post(world: World, **other: Any) -> FoundPost:
    made = FoundPost(URL, HANDLE, "Jo Bloggs", "Vans, not vents.", world.now, "17", (HASHTAG,))
    return replace(made, **other)


def begin_gathering(world: World, servers: FakeServers | Fetcher | None = None) -> FakeServers:
    """Two people have been introduced, and the programme looks for posts on a server."""
    servers = servers or FakeServers()
    world.worker.fetcher, world.worker.look = servers, servers.look
    world.change(gathers=True, hashtag=HASHTAG)
    world.join("Amina Smith", "Leeds City Council")
    world.join("Tom Field", "Kirklees Council")
    world.round()
    add_source(world)
    return servers


def add_source(world: World, kind: SourceKind = SourceKind.MASTODON, server: str = SERVER) -> None:
    with world.write() as session:
        here = world.programme(session)
        sources.add(session, here, kind, server=server, hashtag=HASHTAG, by=BY, now=world.now)


def find(world: World, servers: FakeServers, *found: FoundPost, **how: Any) -> None:
    """Have the worker look now, whenever it looked last."""
    world.clock.turn(days=1)
    servers.answer = FoundPosts(found, **({"newest": "17"} | how))
    world.worker.gather()


def queued(world: World) -> list[str]:
    with world.read() as session:
        return [one.post.url for one in posts.queue(session, world.programme(session))]


def source(world: World, number: int = 1) -> GatheringSource:
    with world.read() as session:
        return session.get_one(GatheringSource, number)


def first_post(world: World) -> GatheredPost | None:
    with world.read() as session:
        return posts.at(session, world.programme(session).id, URL)


A_QUARTER = timedelta(minutes=15)


def gathered_in(session: Session, programme: Programme, person: str, *, now: datetime) -> GatheredPost:
    """A place we look at, and a post of somebody who gave its handle. Written as rows."""
    at, handle = {"look_at": now + timedelta(days=7)}, f"{programme.slug}@{SERVER}"
    place = {"kind": SourceKind.MASTODON, "server": SERVER, "hashtag": HASHTAG, "added_by": BY}
    session.add(GatheringSource(programme_id=programme.id, added_at=now, **place, **at))
    session.add(Handle(person_id=person, kind=HandleKind.MASTODON, name=handle, added_at=now, **at))
    url = f"https://{SERVER}/@{programme.slug}/1"
    wrote = {"url": url, "url_digest": posts.digest(url), "handle": handle, "words": "Vans!"}
    post = GatheredPost(programme_id=programme.id, kind=SourceKind.MASTODON, found_at=now, **wrote, **at)
    session.add(post)
    session.flush()
    return post
