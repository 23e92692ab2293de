"""Have a link or a server looked at, by a process of its own."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from web.services.fetching.card import Card
from web.services.fetching.errors import Gone, Later, Refused, Trouble
from web.services.fetching.found_posts import FoundPost, FoundPosts

PROCESS = "web.services.fetching.process"  # by its name: what it loads is its own
BLUESKY = "https://bsky.social"
MOST_SECONDS = 15  # by the clock: a page, what describes it, and its robots.txt
CARD, POST, POSTS = TypeAdapter(Card), TypeAdapter(FoundPost), TypeAdapter(FoundPosts)
ERRORS = {"gone": Gone, "refused": Refused, "trouble": Trouble}

Look = Callable[[str], Card]


@dataclass(frozen=True)
class Fetcher:
    """Looks at links in the name of a service that people reach at `public_url`, and never at its own pages.
    About 0.3 s of processor each. Every look raises Refused, Gone, Later or Trouble.

    `bluesky_login` is an account of the operator's there, its handle and password.
    """

    public_url: str
    allow_loopback: bool = False
    bluesky_login: tuple[str, str] | None = None
    bluesky_server: str = BLUESKY

    @property
    def agent(self) -> str:
        """Says who asks, and where to read why."""
        return f"Unmentoring/1 (+{self.public_url}/privacy)"

    def look(self, link: str) -> Card:
        """What is behind a link; an empty card if nothing there says what it is."""
        return CARD.validate_python(self._asked("page", link=link))

    def on_mastodon(self, server: str, hashtag: str, since: str) -> FoundPosts:
        """The posts with a hashtag that a server shows to everybody, after the one called `since`."""
        scheme = "http" if self.allow_loopback else "https"
        found = self._asked("mastodon", server=server, hashtag=hashtag, since=since, scheme=scheme)
        return POSTS.validate_python(found)

    def on_bluesky(self, hashtag: str, since: str) -> FoundPosts:
        """The posts with a hashtag on Bluesky, after the moment `since`."""
        if self.bluesky_login is None:
            raise Refused("BLUESKY_HANDLE and BLUESKY_PASSWORD are not set")
        asked = {"login": self.bluesky_login, "server": self.bluesky_server}
        return POSTS.validate_python(self._asked("bluesky", hashtag=hashtag, since=since, **asked))

    def in_feed(self, feed: str, hashtags: Collection[str], pages: Collection[str]) -> FoundPosts:
        """The entries of a feed that carry one of the hashtags or link to one of our pages."""
        found = self._asked("feed", link=feed, hashtags=list(hashtags), pages=list(pages))
        return POSTS.validate_python(found)

    def mention(self, source: str, target: str) -> FoundPost:
        """The page `source`, if it mentions our page `target`; Gone if it does not."""
        return POST.validate_python(self._asked("mention", link=source, target=target))

    def _asked(self, what: str, **of: object) -> dict[str, Any]:
        asked = of | {
            "what": what,
            "agent": self.agent,
            "own_host": urlsplit(self.public_url).hostname or "",
            "allow_loopback": self.allow_loopback,
        }
        try:
            done = subprocess.run(  # noqa: S603  (our own words)
                [sys.executable, "-m", PROCESS],
                input=json.dumps(asked),
                capture_output=True,
                text=True,
                timeout=MOST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Trouble("it takes too long") from error
        if done.returncode:
            logging.getLogger(__name__).warning("a page ended the process that read it: %s", done.returncode)
            raise Trouble("reading it takes too much")
        return _found(json.loads(done.stdout))


def _found(said: dict[str, Any]) -> dict[str, Any]:
    if "seconds" in said:
        raise Later(said["why"], said["seconds"])
    if "error" in said:
        raise ERRORS[said["error"]](said["why"])
    found: dict[str, Any] = said["found"]
    return found
