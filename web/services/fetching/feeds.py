"""A feed that somebody keeps (RSS or Atom), and which of its entries mention us."""

import re
from calendar import timegm
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from web.services.fetching.answers import alike, author_of, sorted_out, words_of
from web.services.fetching.client import Answer
from web.services.fetching.errors import Refused
from web.services.fetching.found_posts import A_LOOK, FoundPost, FoundPosts, is_page
from web.services.fetching.reading import TITLE, clean

FEEDS = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
A_HASHTAG = re.compile(r"[#＃](\w+)")
# "#<span>vans</span>" is how Mastodon and its kin write it, "<span>#</span><span>vans</span>" WriteFreely.
INSIDE_A_WORD = re.compile(r"</?(?:a|b|em|i|mark|span|strong|wbr)\b[^<>]{0,500}>", re.IGNORECASE)
MOST_ENTRIES = 200  # of which any may mention us; feeds begin with the newest


def posts(answer: Answer, feed: str, hashtags: Collection[str], pages: Collection[str]) -> FoundPosts:
    """The entries that carry one of the hashtags or link to one of our `pages`; 40 at the most.

    Raises:
        Refused: it is no feed.
    """
    # What is beyond our bound of bytes is cut off: entries before that can be read still.
    read = feedparser.parse(answer.body, response_headers={"content-type": answer.media_type})
    if not read.version:
        raise Refused("it is no feed")
    written_by = read.feed.get("title")
    entries = read.entries[:MOST_ENTRIES]
    said = [(entry, mentions) for entry in entries if (mentions := _mentions(entry, hashtags, pages))]
    found = (_post(entry, mentions, feed, answer.url, written_by) for entry, mentions in said[:A_LOOK])
    kept, others = sorted_out(found)
    return FoundPosts(kept, "", len(said) > A_LOOK, others)


def _mentions(entry: Any, hashtags: Collection[str], pages: Collection[str]) -> tuple[str, ...]:
    whole = "\n".join([str(entry.get("title", "")), str(entry.get("summary", "")), *_contents(entry)])
    terms = [str(tag.get("term", "")).lstrip("#") for tag in entry.get("tags", ())]
    written = [*A_HASHTAG.findall(whole), *A_HASHTAG.findall(INSIDE_A_WORD.sub("", whole))]
    known = {alike(tag) for tag in (*terms, *written)}
    return tuple(
        [tag for tag in hashtags if alike(tag) in known] + [page for page in pages if _leads(whole, page)]
    )


def _leads(whole: str, page: str) -> bool:
    """Is the address there, and not only the beginning of another one?"""
    return re.search(re.escape(page) + r"(?![\w-])", whole) is not None


def _contents(entry: Any) -> list[str]:
    return [str(part.get("value", "")) for part in entry.get("content", ())]


def _post(
    entry: Any, mentions: tuple[str, ...], feed: str, base: str, written_by: object
) -> FoundPost | None:
    url = urljoin(base, str(entry.get("link", "")))
    if not is_page(url) or url == base:
        return None
    words = clean(entry.get("title"), TITLE) or words_of(entry.get("summary"))
    author = author_of(entry.get("author") or written_by, feed)
    return FoundPost(url, feed, author, words, _posted_at(entry), mentions=mentions)


def _posted_at(entry: Any) -> datetime | None:
    said = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return datetime.fromtimestamp(timegm(said), UTC) if said else None
    except (ValueError, OverflowError, TypeError, OSError):
        return None
