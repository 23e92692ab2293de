"""A client of a real server: cookies as a browser keeps them, and TLS where the address begins with https."""

import http.client
import socket
import ssl
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import Request

MOST_REDIRECTS = 5


@dataclass(frozen=True)
class Site:
    """`address` is what people type; the server behind it listens on `port` of this machine. `certificate` is
    trusted besides, for an https of our own.
    """

    address: str
    port: int
    certificate: str | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def connect(self, source: str) -> http.client.HTTPConnection:
        """A connection from `source`: every address that begins with 127 is this machine's."""
        line = http.client.HTTPConnection(self.host, timeout=60)
        line.sock = socket.create_connection(("127.0.0.1", self.port), 60, (source, 0))
        # As http.client does: a body would wait 40 ms for its headers to be acknowledged.
        line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.address.startswith("https"):
            context = ssl.create_default_context(cafile=self.certificate)
            plain, name = line.sock, urlsplit(self.address).hostname
            try:
                line.sock = context.wrap_socket(plain, server_hostname=name)
            except OSError:
                plain.close()
                raise
        line.auto_open = 0
        return line


@dataclass(frozen=True)
class Asked:
    path: str
    method: str

    @property
    def url(self) -> str:
        return self.path


@dataclass(frozen=True)
class Answer:
    """What a `werkzeug.test.TestResponse` says, of a real one."""

    request: Asked
    status_code: int
    headers: Any
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def location(self) -> str | None:
        found: str | None = self.headers.get("Location")
        return found

    @property
    def mimetype(self) -> str:
        return str(self.headers.get_content_type())


@dataclass
class HttpClient:
    """A browser without scripts, for `Visitor`. A redirect that leaves the site fails the test."""

    site: Site
    source: str = "127.0.0.1"
    cookies: CookieJar = field(default_factory=CookieJar)
    _line: http.client.HTTPConnection | None = None

    def get(self, path: str, **how: Any) -> Answer:
        return self.open(path, method="GET", **how)

    def post(self, path: str, **how: Any) -> Answer:
        return self.open(path, method="POST", **how)

    def open(
        self, path: str, *, method: str = "GET", data: Any = None, follow_redirects: bool = False
    ) -> Answer:
        answer = self._ask(path, method, data)
        for _ in range(MOST_REDIRECTS if follow_redirects else 0):
            if not (300 <= answer.status_code < 400 and answer.location):
                break
            path = self._here(urljoin(answer.request.path, answer.location))
            keeps = answer.status_code in (307, 308)
            answer = self._ask(path, method if keeps else "GET", data if keeps else None)
        return answer

    def unseen(self, path: str, **how: Any) -> Answer:
        """As `HouseClient` has it: here nobody looks at any page."""
        return self.open(path, **how)

    def _here(self, address: str) -> str:
        assert address.startswith("/"), f"a redirect leads to {address}"
        return address

    def _ask(self, path: str, method: str, data: Any) -> Answer:
        request = Request(self.site.address + path, method=method)  # for the cookies alone
        self.cookies.add_cookie_header(request)
        headers = dict(request.header_items())
        body = None
        if method == "POST":
            body = urlencode(data or {}, doseq=True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        response, read = self._over_the_line(path, method, body, headers)
        self.cookies.extract_cookies(response, request)  # type: ignore[arg-type]
        asked = Asked(urlsplit(path).path, method)
        return Answer(asked, response.status, response.headers, read)

    def _over_the_line(
        self, path: str, method: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """On the connection there is; a server may have closed it since the last answer."""
        try:
            return self._once(path, method, body, headers)
        except (http.client.NotConnected, http.client.RemoteDisconnected, ConnectionError):
            self.close()
            return self._once(path, method, body, headers)

    def _once(
        self, path: str, method: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        if self._line is None:
            self._line = self.site.connect(self.source)
        self._line.request(method, path, body, headers)
        response = self._line.getresponse()
        read = response.read()
        if response.will_close:
            self.close()
        return response, read

    def close(self) -> None:
        if self._line:
            self._line.close()
            self._line = None
