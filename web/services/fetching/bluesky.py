"""Posts with a hashtag on Bluesky, as somebody signed in there finds them: its search is for nobody else."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from web.services.fetching.answers import alike, answered, author_of, dicts, moment, sorted_out
from web.services.fetching.client import Client
from web.services.fetching.errors import Refused, Trouble
from web.services.fetching.found_posts import A_LOOK, LONGEST_HANDLE, FoundPost, FoundPosts
from web.services.fetching.reading import JSON, clean

POST = re.compile(r"at://[\w:.%-]+/app\.bsky\.feed\.post/([\w.~:-]{1,60})")
A_HANDLE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
NOT_FOR_EVERYBODY = "!no-unauthenticated"
WORDS = 500  # letters


def posts(client: Client, login: tuple[str, str], hashtag: str, since: str, *, at: str) -> FoundPosts:
    """The newest posts after `since`, 40 at the most, found by the account `login`, at the server `at`. Two
    requests.

    Raises:
        Refused, Later, Trouble.
    """
    identifier, password = login
    opened = client.answer(
        f"{at}/xrpc/com.atproto.server.createSession",
        JSON,
        sends={"identifier": identifier, "password": password},
    )
    if opened.status in (400, 401):
        raise Refused("it does not know BLUESKY_HANDLE with BLUESKY_PASSWORD")
    session = answered(opened)
    token = session.get("accessJwt") if isinstance(session, dict) else None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise Trouble("it signs us in without a token")
    asked = {"q": f"#{hashtag}", "tag": hashtag, "sort": "latest", "limit": A_LOOK}
    address = f"{at}/xrpc/app.bsky.feed.searchPosts?{urlencode(asked | ({'since': since} if since else {}))}"
    said = answered(client.answer(address, JSON, token=token))
    if not isinstance(said, dict) or not isinstance(said.get("posts"), list):
        raise Trouble("it answers with no list of posts")
    found, others = sorted_out(_post(one, hashtag) for one in dicts(said["posts"][:A_LOOK]))
    newest = max((post.id for post in found), default="")
    return FoundPosts(found, max(newest, since), len(said["posts"]) >= A_LOOK, others)


def _post(said: dict[str, Any] | None, hashtag: str) -> FoundPost | None:
    """None for what its author shows only to people who are signed in, or what makes no sense."""
    author, record = (said or {}).get("author"), (said or {}).get("record")
    if said is None or not isinstance(author, dict) or not isinstance(record, dict):
        return None
    at, posted_at = POST.fullmatch(str(said.get("uri"))), moment(record.get("createdAt"))
    handle, words = str(author.get("handle")).casefold(), clean(_escaped(record.get("text")), WORDS)
    good = at and posted_at and len(handle) <= LONGEST_HANDLE and A_HANDLE.fullmatch(handle)
    if not good or not at or not posted_at or _is_hidden(author) or _is_hidden(said):
        return None
    if alike(hashtag) not in _tags(record):
        return None
    url = f"https://bsky.app/profile/{handle}/post/{at[1]}"
    name = author_of(author.get("displayName"), handle)
    return FoundPost(url, handle, name, words, posted_at, _indexed(said, posted_at), (hashtag.casefold(),))


def _escaped(text: object) -> object:
    """It is plain text: what looks like markup is meant as it stands."""
    return text.replace("&", "&amp;").replace("<", "&lt;") if isinstance(text, str) else text


def _is_hidden(labelled: dict[str, Any]) -> bool:
    return any(label and label.get("val") == NOT_FOR_EVERYBODY for label in dicts(labelled.get("labels")))


def _tags(record: dict[str, Any]) -> set[str]:
    given = record.get("tags")
    outline = [str(tag) for tag in given] if isinstance(given, list) else []
    inline = re.findall(r"[#＃](\w+)", str(record.get("text")))
    return {alike(tag) for tag in (*outline, *inline)}


def _indexed(said: dict[str, Any], posted_at: datetime) -> str:
    at = moment(said.get("indexedAt")) or posted_at
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
