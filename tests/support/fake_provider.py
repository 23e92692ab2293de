"""A provider on loopback: it keeps what it is sent, and misbehaves when told to as networks do."""

import socket
import ssl
import struct
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Semaphore
from typing import Any

Answer = tuple[int, dict[str, str], bytes]

HANG, RESET, HALF, HTML = "hang", "reset", "half an answer", "a page with 200"
DRIP_HEAD, DRIP_BODY = "a header, a letter at a time", "a body, a letter at a time"
DRIP_SECONDS = 0.05
BEGUN = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: begun\r\n"
REST = {
    HALF: b"Content-Length: 900\r\n\r\n{", DRIP_HEAD: b"X-Slow: ", DRIP_BODY: b"Content-Length: 900\r\n\r\n",
}  # fmt: skip


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeProvider(ABC):
    """`troubles` are used up one call each, before any is accepted: an `Answer`, or a word from above.

    `hangs_up`: it ends each connection after an answer, without saying so. `connections` are those it had,
    `ended` is released once for each that is over.
    """

    troubles: deque[Answer | str] = field(default_factory=deque)
    calls: list[Call] = field(default_factory=list)
    url: str = ""
    hangs_up: bool = False
    connections: int = 0
    ended: Semaphore = field(default_factory=lambda: Semaphore(0))
    over: threading.Event = field(default_factory=threading.Event)

    @abstractmethod
    def accept(self, call: Call) -> Answer:
        """What the provider answers to a call that meets no trouble."""

    def spoil(self, call: Call) -> None:
        """A call whose answer will be spoilt. A fake that keeps a log may take it all the same."""
        return

    @contextmanager
    def serving(self, certificate: Path | None = None) -> Iterator[None]:
        """With a certificate for localhost and its key it speaks TLS."""
        server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": self}), self.ended)
        self.url = f"http://127.0.0.1:{server.server_port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            self.url = f"https://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield
        finally:
            self.over.set()
            server.shutdown()
            server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type["_Handler"], ended: Semaphore) -> None:
        super().__init__(address, handler)
        self._ended = ended

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        self._ended.release()

    def handle_error(self, *_: object) -> None:
        """A caller that hung up, or was killed, is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeProvider

    def setup(self) -> None:
        self.fake.connections += 1
        super().setup()

    def handle_call(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = Call(self.command, self.path, dict(self.headers.items()), body)
        self.fake.calls.append(call)
        trouble = self.fake.troubles.popleft() if self.fake.troubles else None
        if isinstance(trouble, str):
            self.close_connection = True
            self.fake.spoil(call)
            self.misbehave(trouble)
        else:
            self.answer(trouble or self.fake.accept(call))

    do_GET = do_POST = do_PUT = do_DELETE = handle_call  # noqa: N815  (the names http.server asks for)

    def answer(self, answer: Answer) -> None:
        status, headers, body = answer
        self.send_response(status)
        says_so = {"Connection": "close"} if self.close_connection else {}  # as it was asked for
        for name, value in (headers | {"Content-Length": str(len(body))} | says_so).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or self.fake.hangs_up

    def misbehave(self, trouble: str) -> None:
        if trouble == HANG:
            self.fake.over.wait(30)
        elif trouble == HTML:
            self.answer((200, {"Content-Type": "text/html"}, b"<h1>Welcome to the proxy</h1>"))
        elif trouble == RESET:
            # Linger off: the kernel sends a reset instead of a polite end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        else:
            self.wfile.write(BEGUN + REST[trouble])
            while trouble != HALF and not self.fake.over.wait(DRIP_SECONDS):
                self.wfile.write(b" ")

    def log_message(self, *_: object) -> None:
        pass


def nobody_there() -> str:
    """An address on loopback where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"
