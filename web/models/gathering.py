"""Posts that mention a programme: where we look, what we found, and where participants say that they post."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Text, UniqueConstraint
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import choice, moment, person_key


class SourceKind(StrEnum):
    MASTODON = "mastodon"
    BLUESKY = "bluesky"
    WEBMENTION = "webmention"
    FEED = "feed"


class GatheringSource(Base, table=True):
    """Where a programme has us look for posts: a hashtag on a server, or what other sites tell us.

    `since` is the newest post that we have read there, as its server calls it. `result` is what the last look
    came to and `trouble` what kept us from looking, in words for organisers.
    """

    __tablename__ = "gathering_source"
    __table_args__ = (UniqueConstraint("programme_id", "kind", "server", "hashtag"),)
    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    kind: SourceKind = choice(SourceKind)
    server: str = Field(default="", max_length=253)
    hashtag: str = Field(default="", max_length=40)
    since: str = Field(default="", max_length=80)
    result: str = Field(default="", max_length=200)
    trouble: str = Field(default="", max_length=200)
    failures: int = 0
    looked_at: datetime | None = moment()
    look_at: datetime = moment(nullable=False, index=True)
    claimed_until: datetime | None = moment()
    added_by: str = Field(max_length=60)
    added_at: datetime = moment(nullable=False)


class GatheringServer(Base, table=True):
    """A server that we ask for posts: not again before `free_at`, whichever programme it is for."""

    __tablename__ = "gathering_server"
    host: str = Field(primary_key=True, max_length=253)
    free_at: datetime = moment(nullable=False)


class GatheredPost(Base, table=True):
    """A post that mentions a programme. It has no person and no group: it is for organisers alone, until its
    author claims it, as `learning_id`.

    `handle` is whose it is in its site's own words: jo@example.social, jo.bsky.social, the host of a site,
    or the address of a feed. `url_digest` tells its address from others.
    """

    __tablename__ = "gathered_post"
    __table_args__ = (UniqueConstraint("programme_id", "url_digest"),)
    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    kind: SourceKind = choice(SourceKind)
    url: str = Field(sa_type=Text)
    url_digest: str = Field(max_length=64)
    handle: str = Field(max_length=500, index=True)
    author: str = Field(default="", max_length=80)
    words: str = Field(default="", sa_type=Text)
    posted_at: datetime | None = moment()
    found_at: datetime = moment(nullable=False)
    asked_at: datetime | None = moment()
    learning_id: int | None = Field(
        default=None, sa_column=Column(ForeignKey("learning.id", ondelete="CASCADE"), unique=True)
    )
    look_at: datetime = moment(nullable=False, index=True)
    claimed_until: datetime | None = moment()
    missing_since: datetime | None = moment()
    failures: int = 0


class NotMyPost(Base, table=True):
    """A participant said that a post offered to them is not about what they learned."""

    __tablename__ = "not_my_post"
    post_id: int = Field(
        sa_column=Column(ForeignKey("gathered_post.id", ondelete="CASCADE"), primary_key=True)
    )
    person_id: str = person_key(primary_key=True, index=True)


class HandleKind(StrEnum):
    MASTODON = "mastodon"
    BLUESKY = "bluesky"
    SITE = "site"
    FEED = "feed"


class Handle(Base, table=True):
    """Where a participant posts in public, as they told us: as `GatheredPost.handle` spells it. A feed is
    read by us.
    """

    __table_args__ = (UniqueConstraint("person_id", "kind", "name"),)
    id: int = Field(default=None, primary_key=True)
    person_id: str = person_key(index=True)
    kind: HandleKind = choice(HandleKind)
    name: str = Field(max_length=500, index=True)
    added_at: datetime = moment(nullable=False)
    trouble: str = Field(default="", max_length=200)
    failures: int = 0
    looked_at: datetime | None = moment()
    look_at: datetime = moment(nullable=False, index=True)
    claimed_until: datetime | None = moment()


class Webmention(Base, table=True):
    """A site told us that its page `source` mentions our page `target`. A worker reads it at `look_at`; then
    there is none any more, and the row stays for an hour.
    """

    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    source: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    digest: str = Field(max_length=64, unique=True)
    host: str = Field(max_length=253, index=True)
    received_at: datetime = moment(nullable=False)
    look_at: datetime | None = moment(index=True)
    claimed_until: datetime | None = moment()
    failures: int = 0


class PassedOverKind(StrEnum):
    POST = "post"
    HANDLE = "handle"
    INVITATION = "invitation"


class PassedOver(Base, table=True):
    """What is not gathered again: a post that was dropped or forgotten, or whoever asked us not to; and whom
    a programme invites no more. Keyed digests, which can be compared and not read.
    """

    __tablename__ = "passed_over"
    mark: str = Field(primary_key=True, max_length=64)
    kind: PassedOverKind = choice(PassedOverKind)
    since: datetime = moment(nullable=False)
