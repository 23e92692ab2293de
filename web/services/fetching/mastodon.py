"""Posts with a hashtag on a server of Mastodon or its kin, as it shows them to anybody without an account."""

import re
from typing import Any
from urllib.parse import quote, urlencode

from web.services.fetching.answers import alike, answered, author_of, dicts, moment, sorted_out, words_of
from web.services.fetching.client import Client, follow
from web.services.fetching.errors import Trouble
from web.services.fetching.found_posts import A_LOOK, LONGEST_HANDLE, FoundPost, FoundPosts, is_page
from web.services.fetching.reading import JSON

AN_ID = re.compile(r"[0-9A-Za-z_-]{1,80}")
AN_ACCOUNT = re.compile(r"[\w.-]+(@[\w.:-]+)?")


def posts(client: Client, server: str, hashtag: str, since: str, *, scheme: str = "https") -> FoundPosts:
    """The posts after `since`, 40 at the most; without it the newest ones. One request.

    Raises:
        Refused, Later, Trouble.
    """
    asked = urlencode({"limit": A_LOOK} | ({"min_id": since} if since else {}))
    address = f"{scheme}://{server}/api/v1/timelines/tag/{quote(hashtag, safe='')}?{asked}"
    said = answered(follow(client, address, JSON))
    if not isinstance(said, list):
        raise Trouble("it answers with no list of posts")
    found, others = sorted_out(_post(one, server, hashtag) for one in dicts(said[:A_LOOK]))
    newest = max((post.id for post in found), key=_age, default="")
    return FoundPosts(found, max(newest, since, key=_age), len(said) >= A_LOOK, others)


def _age(id_: str) -> tuple[int, str]:
    """Ids are numbers on Mastodon and sortable words on its kin: a longer number is a newer one."""
    return len(id_), id_


def _post(said: dict[str, Any] | None, server: str, hashtag: str) -> FoundPost | None:
    """None for what is not for everybody, does not carry the hashtag, or makes no sense."""
    if said is None or said.get("visibility") != "public" or said.get("reblog"):
        return None
    account, url, id_ = said.get("account"), said.get("url"), said.get("id")
    posted_at = moment(said.get("created_at"))
    tags = {alike(str(tag.get("name"))) for tag in dicts(said.get("tags")) if tag}
    if not isinstance(account, dict) or not is_page(url) or posted_at is None:
        return None
    handle = _handle(account.get("acct"), server)
    if not handle or not isinstance(id_, str) or not AN_ID.fullmatch(id_) or alike(hashtag) not in tags:
        return None
    # What is behind a warning is not shown before somebody has chosen to see it.
    words = words_of(said.get("spoiler_text")) or words_of(said.get("content"))
    author = author_of(account.get("display_name"), handle)
    return FoundPost(str(url), handle, author, words, posted_at, id_, (hashtag.casefold(),))


def _handle(account: object, server: str) -> str:
    """With its server, as others write it."""
    if not isinstance(account, str) or len(account) > LONGEST_HANDLE or not AN_ACCOUNT.fullmatch(account):
        return ""
    return (account if "@" in account else f"{account}@{server}").casefold()
