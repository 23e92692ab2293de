"""What a site asks of programs that read it, in its robots.txt (RFC 9309)."""

from urllib.parse import urljoin

from protego import Protego

from web.services.fetching.client import Client, follow
from web.services.fetching.errors import Refused, Trouble

TEXT = "text/plain"


class Robots:
    """Each site is asked once."""

    def __init__(self, client: Client, agent: str) -> None:
        # By its name alone: the rest of what it says of itself may have another program's name in it.
        self._client, self._agent = client, agent.partition("/")[0]
        self._rules: dict[str, Protego] = {}

    def check(self, url: str) -> None:
        """Pass by what a site lets programs read.

        Raises:
            Refused: the site asks programs to stay away from it. Trouble: it does not say for now.
        """
        file = urljoin(url, "/robots.txt")
        if file not in self._rules:
            self._rules[file] = Protego.parse(self._asked(file))
        if not self._rules[file].can_fetch(url, self._agent):
            raise Refused("its site asks programs not to read it")

    def _asked(self, file: str) -> str:
        """A site that has no such file, or shows it to nobody, forbids nothing."""
        found = follow(self._client, file, TEXT)
        if found.status >= 500:
            raise Trouble(f"robots.txt: {found.status}")
        return found.body.decode("utf-8-sig", "replace") if found.status == 200 else ""
