"""Have a link looked at, by a process of its own."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from web.services.fetching import process
from web.services.fetching.card import Card
from web.services.fetching.errors import Gone, Refused, Trouble

MOST_SECONDS = 15  # by the clock: a page, what describes it, and its robots.txt
CARD = TypeAdapter(Card)
ERRORS = {"gone": Gone, "refused": Refused, "trouble": Trouble}

Look = Callable[[str], Card]


@dataclass(frozen=True)
class Fetcher:
    """Looks at links in the name of a service that people reach at `public_url`, and never at its own pages.
    About 0.3 s of processor each.
    """

    public_url: str
    allow_loopback: bool = False

    @property
    def agent(self) -> str:
        """Says who asks, and where to read why."""
        return f"Unmentoring/1 (+{self.public_url}/privacy)"

    def look(self, link: str) -> Card:
        """What is behind a link; an empty card if nothing there says what it is.

        Raises:
            Refused, Gone, Trouble.
        """
        asked = {
            "link": link,
            "agent": self.agent,
            "own_host": urlsplit(self.public_url).hostname or "",
            "allow_loopback": self.allow_loopback,
        }
        try:
            done = subprocess.run(  # noqa: S603  (our own words)
                [sys.executable, "-m", process.__name__],
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
        return _card(json.loads(done.stdout))


def _card(found: dict[str, Any]) -> Card:
    if "card" not in found:
        raise ERRORS[found["error"]](found["why"])
    return CARD.validate_python(found["card"])
