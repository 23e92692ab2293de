"""Requests to addresses that strangers gave: few, short, and only to machines on the public internet."""

import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv6Network, ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError

from web.services.fetching.errors import Gone, Refused, Trouble

SECONDS = 5  # for a request, its redirects apart
RING_AGAIN = 0.1
MOST_BYTES = 1 << 20  # of an answer, unpacked; what comes after is not read
MOST_REDIRECTS = 3
MOST_LETTERS = 2_000  # of an address
A_CHUNK = 16 << 10
GONE = (404, 410)
NEVER = (401, 402, 403, 451)
# What is handed out to networks; the rest of IPv6 is for machines among themselves, or leads into IPv4.
PUBLIC_V6 = IPv6Network("2000::/3")


@dataclass(frozen=True)
class Answer:
    """What came back. `url` is where it came from in the end; `body` at most `MOST_BYTES` of it. `date` is
    the time by its server's clock.
    """

    url: str
    status: int
    media_type: str
    charset: str
    body: bytes
    retry_after: str = ""
    date: str = ""


class Client:
    """Opens addresses in the name of `agent`. `own_host` is never opened: it is ours. A test may serve pages
    on this machine, and says `allow_loopback`.
    """

    def __init__(self, agent: str, own_host: str = "", *, allow_loopback: bool = False) -> None:
        self._own_host, self._allow_loopback = own_host, allow_loopback
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": agent, "Accept-Encoding": "gzip"})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http", "https"):
            adapter = _ToThePublic(is_https_proto=scheme == "https", allow_loopback=allow_loopback)
            self._session.mount(f"{scheme}://", adapter)

    def answer(
        self, url: str, accept: str, *, sends: dict[str, str] | None = None, token: str = ""
    ) -> Answer:
        """One answer, whatever its status; a redirect is an answer with where it leads to as its `url`. What
        is sent goes as JSON, and with a token we say who we are.

        Raises:
            Refused, Trouble.
        """
        try:
            with within(SECONDS), closing(self._open(url, accept, sends, token)) as response:
                leads_to = self._session.get_redirect_target(response)
                return Answer(
                    urljoin(url, leads_to) if leads_to else url,
                    response.status_code,
                    *_type_of(response.headers.get("Content-Type", "")),
                    b"" if leads_to else _body(response),
                    response.headers.get("Retry-After", ""),
                    response.headers.get("Date", ""),
                )
        except InvalidIPAddress as error:
            raise Refused("it leads to no public machine") from error
        except requests.exceptions.InvalidURL as error:
            raise Refused("it is no address") from error
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise Trouble(type(error).__name__) from error

    def _open(self, url: str, accept: str, sends: dict[str, str] | None, token: str) -> requests.Response:
        headers = {"Accept": accept} | ({"Authorization": f"Bearer {token}"} if token else {})
        return self._session.request(
            "GET" if sends is None else "POST",
            url,
            headers=headers,
            json=sends,
            stream=True,
            allow_redirects=False,
            timeout=SECONDS,
        )

    def check(self, url: str) -> None:
        """Pass by what may be the address of a public page, as far as its letters tell.

        Raises:
            Refused.
        """
        try:
            parts = urlsplit(url)
            host, port, credentials = parts.hostname, parts.port, "@" in parts.netloc
        except ValueError as error:
            raise Refused("it is no address") from error
        if parts.scheme not in ("http", "https") or not host or credentials or len(url) > MOST_LETTERS:
            raise Refused("it is no address of a page")
        if host.rstrip(".") == self._own_host:
            raise Refused("it is one of our own pages")
        if port not in (None, 80, 443) and not self._allow_loopback:
            raise Refused("it leads to no web server")


class _ToThePublic(IPFilterAdapter):
    """Connects to the address it has looked at, which leaves no time for a name to change its mind.

    The library refuses what is private by its list. We ask for what is public besides.
    """

    def build_connection_pool_key_attributes(self, *args: Any, **other: Any) -> tuple[Any, Any]:
        host, pool = super().build_connection_pool_key_attributes(*args, **other)
        address = ip_address(host["host"].strip("[]"))
        is_public = address in PUBLIC_V6 if address.version == 6 else address.is_global
        if not (is_public or (self._allow_loopback and address.is_loopback)):
            raise InvalidIPAddress(address)
        return host, pool


def follow(client: Client, url: str, accept: str, before: Callable[[str], None] | None = None) -> Answer:
    """What an address leads to in the end, whatever its status. `before` is asked about every address on the
    way.

    Raises:
        Refused, Trouble.
    """
    for _ in range(MOST_REDIRECTS + 1):
        client.check(url)
        if before:
            before(url)
        found = client.answer(url, accept)
        if found.url == url:
            return found
        url = found.url
    raise Trouble("it leads on and on")


def good(found: Answer) -> Answer:
    """The same, if it is a page.

    Raises:
        Refused, Gone, Trouble.
    """
    if found.status in GONE:
        raise Gone(str(found.status))
    if found.status in NEVER:
        raise Refused(f"its site answers {found.status}")
    if found.status != 200:
        raise Trouble(str(found.status))
    return found


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Whatever happens inside ends after so long, byte by byte as it may come. In the main thread only."""

    def too_slow(_signal: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, too_slow)
    # And again: where memory is just being tidied, Python swallows what is raised.
    signal.setitimer(signal.ITIMER_REAL, seconds, RING_AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _body(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(A_CHUNK):
        body += chunk
        if len(body) >= MOST_BYTES:
            break
    return bytes(body[:MOST_BYTES])


def _type_of(header: str) -> tuple[str, str]:
    """Media type and charset, both as they may be: a stranger wrote them."""
    media_type, _, rest = header.partition(";")
    name, _, charset = rest.partition("=")
    return media_type.strip().lower(), charset.strip(" \"'") if name.strip().lower() == "charset" else ""
