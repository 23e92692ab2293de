"""How answers of servers and sites that tell of posts are read. Every fact is a stranger's word."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from dateutil import parser as dates

from web.services.fetching import reading
from web.services.fetching.client import Answer
from web.services.fetching.errors import Later, Refused, Trouble
from web.services.fetching.found_posts import FoundPost
from web.services.fetching.reading import AUTHOR

WORDS = 500  # letters
BETWEEN_WORDS = re.compile(r"</p>|<br\s*/?>|</li>|</div>", re.IGNORECASE)
# Letters that no accent can be taken off.
WITHOUT_ACCENTS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ł": "l", "ı": "i"}
)
LONGEST_WAIT = 7 * 24 * 3600  # seconds that a server may ask us to stay away


def sorted_out(found: Iterable[FoundPost | None]) -> tuple[tuple[FoundPost, ...], int]:
    """Each post once, and how many others there were that are none."""
    kept: dict[str, FoundPost] = {}
    others = 0
    for post in found:
        if post is None:
            others += 1
        else:
            kept.setdefault(post.url, post)
    return tuple(kept.values()), others


def answered(found: Answer) -> Any:
    """What a server's door for programs says, as JSON.

    Raises:
        Refused: it wants no programs without an account, or has no such door. Later, Trouble.
    """
    if found.status == 429 or (found.status == 503 and found.retry_after):
        raise Later("it asks us to come back later", _seconds(found.retry_after, found.date))
    if found.status in (401, 403):
        raise Refused("it shows its posts only to people who are signed in there")
    if found.status in (404, 410):
        raise Refused("it has no such door for programs")
    if found.status != 200:
        raise Trouble(str(found.status))
    try:
        return json.loads(found.body)
    except (ValueError, RecursionError) as error:
        raise Trouble("it answers in no JSON that we can read") from error


def _seconds(retry_after: str, date: str) -> int:
    """Seconds, or until the moment it names by its own clock; 15 minutes where neither makes sense."""
    try:
        if retry_after.strip().isdigit():
            return min(int(retry_after[:12]), LONGEST_WAIT)
        left: float = (dates.parse(retry_after[:40]) - dates.parse(date[:40])).total_seconds()
        return max(0, min(round(left), LONGEST_WAIT))
    except (ValueError, OverflowError, TypeError):
        return 900


def alike(hashtag: str) -> str:
    """What spellings of a hashtag have in common. Mastodon knows #Cyfarfôd as cyfarfod, and blogs make such
    words of their tags. Source: mastodon/mastodon, app/lib/hashtag_normalizer.rb.
    """
    letters = unicodedata.normalize("NFKD", hashtag.casefold().translate(WITHOUT_ACCENTS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def moment(given: object) -> datetime | None:
    """A moment in UTC; None for what is none."""
    try:
        said: datetime = dates.isoparse(str(given)[:40])
        return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def words_of(markup: object) -> str:
    """The words of a post that is written in HTML."""
    return reading.clean(BETWEEN_WORDS.sub(" ", markup), WORDS) if isinstance(markup, str) else ""


def dicts(given: object) -> Iterator[dict[str, Any] | None]:
    """What of a list can be read; None for the rest. Nothing of what is no list."""
    for one in given if isinstance(given, list) else []:
        yield one if isinstance(one, dict) else None


def author_of(given: object, handle: str) -> str:
    return reading.clean(given, AUTHOR) or reading.clean(handle, AUTHOR)
