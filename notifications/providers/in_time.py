"""An answer counts as one thing to wait for, however slowly it trickles in.

A socket's timeout bounds each read of it: a provider that sends a byte a second never runs into it, and holds
a worker for as long as it likes. Here the timeout bounds the whole answer. Connecting and sending have bounds
of their own in the standard library.
"""

import io
import time
from functools import cached_property, partial
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from socket import socket
from ssl import SSLContext, create_default_context
from typing import Any
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, Request, build_opener

from requests import Session
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection as PooledConnection
from urllib3.connection import HTTPSConnection as PooledTlsConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from notifications.providers.lines import Line, Lines


class _UntilItsTime(io.RawIOBase):
    def __init__(self, sock: socket) -> None:
        self._sock, self._raw = sock, sock.makefile("rb", buffering=0)
        timeout = sock.gettimeout()
        self._until = None if timeout is None else time.monotonic() + timeout

    @override
    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._until is not None:
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer did not end in time")
            self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    @override
    def close(self) -> None:
        self._raw.close()
        super().close()


def reading(sock: socket) -> io.BufferedReader:
    """What comes in from now on, until the socket's timeout has passed once. Raises TimeoutError then."""
    return io.BufferedReader(_UntilItsTime(sock))


class _Answer(HTTPResponse):
    def __init__(self, sock: socket, *how: Any, **else_: Any) -> None:
        super().__init__(sock, *how, **else_)
        self.fp.close()
        self.fp = reading(sock)

    @override
    def read(self, amt: int | None = None) -> bytes:
        """As ever, but an answer that breaks off is hung up on at once, not when its memory is tidied."""
        try:
            return super().read(amt)
        except (OSError, HTTPException):
            self.close()
            raise


class _Plain(Line):
    response_class = _Answer


class _Tls(Line, HTTPSConnection):
    response_class = _Answer


class _PlainHandler(HTTPHandler):
    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    @override
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(self._lines.to, connect=_Plain), req)


class _TlsHandler(HTTPSHandler):
    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    @cached_property
    def _context_of_all(self) -> SSLContext:
        """One for all calls: to read the machine's certificates takes longer than a call."""
        return create_default_context()

    @override
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(self._lines.to, connect=_Tls), req, context=self._context_of_all)


def opener(lines: Lines) -> OpenerDirector:
    """For clients on urllib."""
    return build_opener(_PlainHandler(lines), _TlsHandler(lines))


class _PooledPlain(PooledConnection):
    response_class = _Answer


class _PooledTls(PooledTlsConnection):
    response_class = _Answer


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PooledPlain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _PooledTls


class _Adapter(HTTPAdapter):
    @override
    def init_poolmanager(self, *how: Any, **else_: Any) -> None:
        super().init_poolmanager(*how, **else_)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}


def session() -> Session:
    """For clients on requests. Each call has a connection of its own.

    One that the other side has closed meanwhile would make the next message uncertain.
    """
    made = Session()
    made.headers["Connection"] = "close"
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter())
    return made
