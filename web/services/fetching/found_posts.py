"""A post as its site tells programs of it. Every fact is a stranger's word."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

LONGEST_URL, LONGEST_HANDLE = 2_000, 250
A_LOOK = 40  # posts that one look takes at the most


@dataclass(frozen=True)
class FoundPost:
    """`handle` is its author in their site's own words, `mentions` are the hashtags (folded, without #) and
    the addresses of ours that it was found by. `id` is what its server calls it.
    """

    url: str
    handle: str
    author: str = ""
    words: str = ""
    posted_at: datetime | None = None
    id: str = ""
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True)
class FoundPosts:
    """What one look found. `newest` is where the next look begins, `is_full` says that there may be more, and
    `passed_over` counts what is not for everybody or makes no sense.
    """

    posts: tuple[FoundPost, ...] = ()
    newest: str = ""
    is_full: bool = False
    passed_over: int = 0


def is_page(url: object) -> bool:
    """Could it be the address of somebody's page?"""
    if not isinstance(url, str) or len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False
