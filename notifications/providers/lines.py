"""A connection that serves one call after another, for clients on urllib, which hangs up after each.

Kept by a thread while it stays, which is for as long as it makes call after call. One that the other side has
ended meanwhile is not used again, nor one whose last answer was not read to its end.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from socket import socket
from typing import Any

from typing_extensions import override
from urllib3.util import wait_for_read


class Line(HTTPConnection):
    """Rests after an answer, where urllib does not find it, and goes on with `wakes`."""

    stays = False
    _resting: socket | None = None

    @override
    def set_tunnel(self, *where: Any, **how: Any) -> None:
        """Through somebody else's proxy it serves one call: a tunnel cannot be begun twice."""
        self.stays = False
        super().set_tunnel(*where, **how)

    @override
    def request(
        self, method: str, url: str, body: Any = None, headers: Mapping[str, Any] = {}, **how: Any
    ) -> None:
        if self.stays:  # urllib says "close" to everybody
            headers = {name: value for name, value in headers.items() if name.lower() != "connection"}
        super().request(method, url, body, headers, **how)

    @override
    def getresponse(self) -> HTTPResponse:
        answer = super().getresponse()
        if self.stays:
            self._resting, self.sock = self.sock, None
        return answer

    def wakes(self) -> bool:
        """Does the other side still listen? What can be read before we have asked anything is its goodbye."""
        sock, self._resting = self._resting, None
        if sock is None:
            return False
        if wait_for_read(sock, 0):
            sock.close()
            return False
        sock.settimeout(self.timeout)
        self.sock = sock
        return True

    @override
    def close(self) -> None:
        if self._resting:
            self._resting.close()
            self._resting = None
        super().close()


class Lines(threading.local):
    """The line of each thread that stays."""

    staying = False
    host = ""
    line: Line | None = None

    @contextmanager
    def stay(self) -> Iterator[None]:
        """Keep this thread's connection from one call to the next, until the end."""
        self.staying = True
        try:
            yield
        finally:
            self.staying = False
            self.hang_up()

    def to(self, host: str, connect: Callable[..., Line], **how: Any) -> Line:
        """The line that was kept, or a new one."""
        if self.line and self.host == host and self.line.wakes():
            return self.line
        self.hang_up()
        made = connect(host, **how)
        made.stays = self.staying
        if self.staying:
            self.line, self.host = made, host
        return made

    def hang_up(self) -> None:
        """After a call that went wrong, too: nobody knows what may still come."""
        if self.line:
            self.line.close()
            self.line = None
