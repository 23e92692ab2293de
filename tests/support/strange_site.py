"""A web site of a stranger's on loopback: each of its paths answers with whatever bytes a test gives it."""

import gzip
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Part = bytes | float  # what is sent, or for how many seconds nothing is
Page = Callable[[], Iterator[Part]]
DRIP_SECONDS = 0.05
NO_ROBOTS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class StrangeSite:
    """`pages` are whole answers by path, or makers of their parts. What is not among them is a 404."""

    pages: dict[str, bytes | Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: int = 0
    url: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def serving(self) -> Iterator["StrangeSite"]:
        site = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                site.answer(self.rfile.readline().decode(), self.connection)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, block_on_close = True, False

        with Server(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            self.url = f"http://127.0.0.1:{server.server_address[1]}"
            try:
                yield self
            finally:
                self.over.set()
                server.shutdown()

    def answer(self, line: str, connection: socket.socket) -> None:
        path = line.split(" ")[1]
        self.asked.append(path)
        given = self.pages.get(path, NO_ROBOTS)
        with suppress(OSError):
            for part in [given] if isinstance(given, bytes) else given():
                if self.over.is_set() or (isinstance(part, float) and self.over.wait(part)):
                    return
                if isinstance(part, bytes):
                    connection.sendall(part)
                    self.sent += len(part)


def page(
    body: bytes | str, kind: str = "text/html; charset=utf-8", status: str = "200 OK", **headers: str
) -> bytes:
    """An answer as a web server gives it."""
    raw = body.encode() if isinstance(body, str) else body
    given = {"Content-Type": kind, "Content-Length": str(len(raw)), "Connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return f"HTTP/1.1 {status}\r\n".encode() + _lines(given) + b"\r\n" + raw


def leading_to(path: str) -> bytes:
    return page(b"", status="302 Found", Location=path)


def zipped(body: bytes) -> bytes:
    return page(gzip.compress(body, 1), Content_Encoding="gzip")


def _lines(headers: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def hanging() -> Iterator[Part]:
    yield 60.0


def half_an_answer() -> Iterator[Part]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\n<title>Ha"


def endless_headers() -> Iterator[Part]:
    yield b"HTTP/1.1 200 OK\r\nX-Slow: "
    while True:
        yield b"x"
        yield DRIP_SECONDS


def endless_drip() -> Iterator[Part]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    while True:
        yield b" "
        yield DRIP_SECONDS


def endless_body() -> Iterator[Part]:
    """As fast as it is taken."""
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>No end</title>"
    while True:
        yield b"x" * 65_536


def no_http() -> Iterator[Part]:
    yield b"220 mail.example.org ESMTP\r\n"


BAD = {
    "hangs": hanging,
    "half an answer": half_an_answer,
    "headers without end": endless_headers,
    "a body without end, a letter at a time": endless_drip,
    "another protocol": no_http,
    "a header of a megabyte": page("", X_Long="x" * 1_000_000),
    "10,000 headers": page("", **{f"X-{n}": "x" for n in range(10_000)}),
    "gzip that is none": page("not zipped", Content_Encoding="gzip"),
    "chunks that are none": page("zzzz", Transfer_Encoding="chunked"),
    "leads to itself": leading_to("/bad"),
    "leads nowhere": leading_to("http://"),
    "leads to a file": leading_to("file:///etc/passwd"),
    "leads to a mail server": leading_to("gopher://127.0.0.1:25/"),
    "leads inside": leading_to("http://169.254.169.254/latest/meta-data/"),
    "an error": page("", status="500 Oh"),
    "too many": page("", status="429 Slow", Retry_After="9"),
}  # fmt: skip
# Pages of which something may be read, in whatever state.
ODD = {
    "a body without end": endless_body,
    "40 MB, zipped": zipped(b"<title>Big</title>" + b" " * 40_000_000),
    "a wrong length": page("<title>x</title>", Content_Length="-5"),
    "no length": page("<title>x</title>", Content_Length="many"),
    "nothing": page(""),
    "blanks": page("   "),
    "a title of 10,000 letters": page(f"<title>{'a' * 10_000}</title>"),
    "a title with markup": page("<title>a<script>alert(1)</script><b>c</title>"),
    "deep": page("<div>" * 100_000),
    "many attributes": page("<p " + " ".join(f"a{n}=1" for n in range(20_000)) + ">"),
    "many metas": page("<meta property=og:title content=x>" * 30_000),
    "another charset": page("<title>\u4e60</title>".encode("gb18030"), "text/html; charset=GB18030"),
    "no such charset": page("<title>x</title>", "text/html; charset=nonesuch"),
    "a charset that is code": page("<title>\\x41</title>", "text/html; charset=unicode_escape"),
    "zeros": page(b"<title>\0\0x</title>"),
    "entities": page("<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><title>&b;</title>"),
    "a picture": page(b"\x89PNG", "image/png"),
    "JSON, deep": page("<script type='application/ld+json'>" + "[" * 100_000 + "</script>"),
    "a day that is none": page("<title>x</title><meta property='article:published_time' content='9999999'>"),
}  # fmt: skip
