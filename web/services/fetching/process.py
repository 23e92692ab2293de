"""The process that opens a link: it reads what to open from standard input, and writes what it found.

Whatever a stranger's page does to memory, time or a parser, only this process ends of it.
"""

import json
import sys
from typing import Any

from web.bounded import bound
from web.services.fetching.client import Client
from web.services.fetching.errors import FetchError, Gone, Refused
from web.services.fetching.look import look_at
from web.services.fetching.robots import Robots

MOST_MEMORY = 512 << 20  # bytes
MOST_SECONDS = 5  # of computing; most pages take a third of one


def main() -> int:
    bound(MOST_MEMORY, MOST_SECONDS)
    asked = json.load(sys.stdin)
    json.dump(_found(asked), sys.stdout, default=str)
    return 0


def _found(asked: dict[str, Any]) -> dict[str, Any]:
    client = Client(asked["agent"], asked["own_host"], allow_loopback=asked["allow_loopback"])
    try:
        return {"card": vars(look_at(asked["link"], client, Robots(client, asked["agent"])))}
    except FetchError as error:
        kinds = {Gone: "gone", Refused: "refused"}
        return {"error": kinds.get(type(error), "trouble"), "why": str(error)}


if __name__ == "__main__":
    sys.exit(main())
