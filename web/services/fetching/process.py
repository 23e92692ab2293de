"""The process that opens what strangers gave: it reads what to open from standard input, and writes what it
found.

Whatever a stranger's page does to memory, time or a parser, only this process ends of it.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from web.bounded import bound
from web.services.fetching import bluesky, mastodon
from web.services.fetching.client import Client, follow, good
from web.services.fetching.errors import FetchError, Gone, Later, Refused
from web.services.fetching.look import look_at
from web.services.fetching.reading import PAGES
from web.services.fetching.robots import Robots

MOST_MEMORY = 512 << 20  # bytes
MOST_SECONDS = 5  # of computing; most pages take a third of one

Asked = dict[str, Any]


def main() -> int:
    bound(MOST_MEMORY, MOST_SECONDS)
    asked = json.load(sys.stdin)
    json.dump(found(asked), sys.stdout, default=str)
    return 0


def found(asked: Asked) -> dict[str, Any]:
    """What was asked for, as `found`, or why it is not there, as `error`."""
    client = Client(asked["agent"], asked["own_host"], allow_loopback=asked["allow_loopback"])
    try:
        return {"found": asdict(ERRANDS[asked["what"]](client, asked))}
    except Later as error:
        return {"error": "later", "why": str(error), "seconds": error.seconds}
    except FetchError as error:
        kinds = {Gone: "gone", Refused: "refused"}
        return {"error": kinds.get(type(error), "trouble"), "why": str(error)}


def _page(client: Client, asked: Asked) -> Any:
    return look_at(asked["link"], client, Robots(client, asked["agent"]))


def _mastodon(client: Client, asked: Asked) -> Any:
    return mastodon.posts(client, asked["server"], asked["hashtag"], asked["since"], scheme=asked["scheme"])


def _bluesky(client: Client, asked: Asked) -> Any:
    return bluesky.posts(client, tuple(asked["login"]), asked["hashtag"], asked["since"], at=asked["server"])


def _feed(client: Client, asked: Asked) -> Any:
    from web.services.fetching import feeds  # its parser takes a while to load

    robots = Robots(client, asked["agent"])
    answer = good(follow(client, asked["link"], feeds.FEEDS, robots.check))
    return feeds.posts(answer, asked["link"], asked["hashtags"], asked["pages"])


def _mention(client: Client, asked: Asked) -> Any:
    from web.services.fetching import mentions

    robots = Robots(client, asked["agent"])
    answer = good(follow(client, asked["link"], ", ".join(PAGES), robots.check))
    return mentions.post(answer, asked["link"], asked["target"])


ERRANDS: dict[str, Callable[[Client, Asked], Any]] = {
    "page": _page,
    "mastodon": _mastodon,
    "bluesky": _bluesky,
    "feed": _feed,
    "mention": _mention,
}


if __name__ == "__main__":
    sys.exit(main())
