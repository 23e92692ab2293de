"""Where somebody posts in public, as they told us: only posts of these are offered to them.

BadHandle           what cannot be a handle, a site or a feed; its words say what to do
"""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from web import scrubbing
from web.models import TAKING_PART, Consent, Handle, HandleKind, Membership, NotMyPost, Person
from web.services.common import audit
from web.services.fetching.found_posts import is_page
from web.services.gathering import posts
from web.services.learning import bylines

MOST = 10  # of a person
LONGEST = 500  # letters
WORDING = ("where you post", "1")
ON_MASTODON = re.compile(r"@?([\w.-]{1,60})@((?:[a-z0-9-]+\.)+[a-z0-9-]+)")
# As a browser shows it: a profile or a post of theirs, at their own server or, with its name, at another.
AT_MASTODON = re.compile(
    r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z0-9-]+)/(?:@|users/)([\w.-]{1,60})(?:@((?:[a-z0-9-]+\.)+[a-z0-9-]+))?"
    r"(?:/(?:statuses/)?\d+)?/?(?:[?#].*)?"
)
ON_BLUESKY = re.compile(
    r"(?:(?:https?://)?bsky\.app/profile/)?@?((?:[a-z0-9-]+\.)+[a-z0-9-]+)(?:/post/\w+)?/?(?:[?#].*)?"
)
A_FEED_S_SCHEME = re.compile(r"feed:(?://)?(?=\S)", re.IGNORECASE)  # as some browsers copy it
A_SITE = re.compile(r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*)/?")


class BadHandle(Exception):
    pass


def add(session: Session, person: Person, kind: HandleKind, said: str, *, now: datetime) -> None:
    """Remember it, and that they agreed to what we do with it, in each programme they take part in.

    Raises:
        BadHandle: it is none, or one too many.
    """
    name = spelled(kind, said)
    known = of_person(session, person)
    if any((one.kind, one.name) == (kind, name) for one in known):
        return
    if len(known) >= MOST:
        raise BadHandle(f"{MOST} are the most. Remove one first")
    session.add(Handle(person_id=person.id, kind=kind, name=name, added_at=now, look_at=now))
    here = select(Membership.programme_id).where(
        Membership.person_id == person.id, col(Membership.standing).in_(TAKING_PART)
    )
    wording, version = WORDING
    for programme in session.exec(here).all():
        agreed = Consent(
            person_id=person.id,
            programme_id=programme,
            wording=wording,
            version=version,
            given_at=now,
            source="own page",
        )
        session.add(agreed)
    audit.record(session, person.id, "handle added", now=now, subject=person.id, kind=kind.value)


def spelled(kind: HandleKind, said: str) -> str:
    """As `GatheredPost.handle` spells it.

    Raises:
        BadHandle.
    """
    given = said.strip()
    folded = given.casefold()
    if kind is HandleKind.MASTODON:
        if found := ON_MASTODON.fullmatch(folded):
            return f"{found[1]}@{found[2]}"
        if found := AT_MASTODON.fullmatch(folded):
            return f"{found[2]}@{found[3] or found[1]}"
        raise BadHandle("Enter your handle with its server, like @jo@mastodon.social")
    if kind is HandleKind.BLUESKY:
        if found := ON_BLUESKY.fullmatch(folded):
            return found[1]
        raise BadHandle("Enter your handle, like jo.bsky.social")
    if kind is HandleKind.SITE:
        found = A_SITE.fullmatch(folded)
        if found and bylines.is_many_peoples(found[1]):
            raise BadHandle(
                f"{found[1]} is many people’s. Enter the name of your own site, like jo.example.org"
            )
        if found:
            return found[1]
        raise BadHandle("Enter the name of your own site, like jo.example.org")
    given = A_FEED_S_SCHEME.sub("", given, count=1) if folded.startswith("feed:") else given
    whole = given if "://" in given else f"https://{given}"
    if len(whole) > LONGEST or not is_page(whole) or "." not in (urlsplit(whole).hostname or ""):
        raise BadHandle("Enter the address of a feed, like https://jo.example.org/feed.xml")
    return whole


def of_person(session: Session, person: Person) -> Sequence[Handle]:
    theirs = select(Handle).where(Handle.person_id == person.id)
    return session.exec(theirs.order_by(col(Handle.id))).all()


def remove(session: Session, person: Person, number: int, *, name: str | None = None, now: datetime) -> bool:
    """What their feed brought in goes with it; nothing happens if it is not there. False where it is another
    than the page said, by its `name`: SQLite gives numbers out again.
    """
    found = session.get(Handle, number)
    if found is None or found.person_id != person.id:
        return True
    if name not in (None, found.name):
        return False
    if found.kind is HandleKind.FEED:
        posts.forget_handles(session, [found.name])
    session.delete(found)
    scrubbing.want(session)
    audit.record(session, person.id, "handle removed", now=now, subject=person.id, kind=found.kind.value)
    return True


def forget_person(session: Session, person: Person) -> None:
    """Somebody is erased: their handles, and what nobody has claimed of them."""
    posts.forget_person(session, person)
    for row in of_person(session, person):
        session.delete(row)
    for no in session.exec(select(NotMyPost).where(NotMyPost.person_id == person.id)).all():
        session.delete(no)
    session.flush()


def move(session: Session, kept: str, gone: str) -> None:
    """Two entries turned out to be one person."""
    known = {(one.kind, one.name) for one in session.exec(select(Handle).where(Handle.person_id == kept))}
    for row in session.exec(select(Handle).where(Handle.person_id == gone)).all():
        if (row.kind, row.name) in known:
            session.delete(row)
        else:
            row.person_id = kept
            session.add(row)
    for no in session.exec(select(NotMyPost).where(NotMyPost.person_id == gone)).all():
        if session.get(NotMyPost, (no.post_id, kept)) is None:
            session.add(NotMyPost(post_id=no.post_id, person_id=kept))
        session.delete(no)
    session.flush()
