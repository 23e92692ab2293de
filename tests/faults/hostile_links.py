"""Ten thousand links that somebody leaves to have us open what is none of ours, or never get back from it.

Nothing leaves this machine. Names mean what the trial says, anew at each question if it likes, as those of an
attacker do; who connects to a public address is led to a strange site on loopback, and who connects to any
other is written down and refused.
"""

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from random import Random
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import requests
from urllib3.util import connection

from tests.faults.trial import Outcome, Trial
from tests.support.strange_site import BAD, ODD, StrangeSite, leading_to, page
from web.services.fetching import client
from web.services.fetching.client import Client
from web.services.fetching.errors import FetchError
from web.services.fetching.look import look_at
from web.services.fetching.robots import Robots

PUBLIC = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
# Ours, of our network, of the machine's neighbours and of clouds: each range by an address in it.
PRIVATE = (
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.0.9", "172.31.255.1", "192.168.0.1",
    "169.254.169.254", "100.64.1.1", "192.0.0.8", "198.18.0.1", "192.88.99.1", "203.0.113.7", "224.0.0.251",
    "240.0.0.1", "255.255.255.255",
)  # fmt: skip
PRIVATE_6 = (
    "::1", "::", "fe80::1", "fd12:3456::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:db8::1", "2001::1", "100::1",
    "3fff::1", "5f00::1",
)  # fmt: skip
SECONDS = 0.2  # for a request, in the trial
TOO_LONG = 2.0
SLOW = 50  # one link in so many is to a site that takes its time
SLOW_TO_READ = {"many attributes"}  # the process that reads it has its own bound, and a test
PAGE = page("<title>A page</title><meta name=description content='Of a stranger.'>")


@dataclass
class Internet:
    """What names mean and where connections end. `asked` counts how often each name was looked up."""

    site: StrangeSite
    means: dict[str, list[str]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    reached: list[str] = field(default_factory=list)

    def look_up(self, host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        """As getaddrinfo: numbers in whatever notation by the system's own rules, names by ours."""
        if host in self.means:
            answers = self.means[host]
            address = answers[min(self.asked[host], len(answers) - 1)]
            self.asked[host] += 1
            host = address
        return REAL_LOOK_UP(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)

    def connect(self, where: tuple[str, int], *how: Any, **options: Any) -> socket.socket:
        address = ip_address(str(self.look_up(*where)[0][4][0]).partition("%")[0])
        if str(address) not in PUBLIC:
            self.reached.append(str(address))
            raise ConnectionRefusedError
        return REAL_CONNECT(("127.0.0.1", urlsplit(self.site.url).port), *how, **options)


REAL_LOOK_UP, REAL_CONNECT = socket.getaddrinfo, connection.create_connection


@contextmanager
def internet() -> Iterator[Internet]:
    with StrangeSite().serving() as site:
        made = Internet(site)
        with (
            mock.patch.object(socket, "getaddrinfo", made.look_up),
            mock.patch.object(connection, "create_connection", made.connect),
            mock.patch.object(client, "SECONDS", SECONDS),
        ):
            yield made


@dataclass
class Attacker:
    """Thinks of links: each kind puts on its site and into its names what it needs."""

    net: Internet
    rng: Random
    made: int = 0

    def link(self) -> tuple[str, str]:
        """The kind of a link, and the link."""
        self.made += 1
        if self.made % SLOW == 0:
            return "a strange site", self.strange()
        how: dict[str, Callable[[], str]] = {
            "a number": self.number, "a name": self.name, "a name that changes its mind": self.rebinding,
            "a redirect": self.redirect, "no web page": self.no_page,
        }  # fmt: skip
        kind = self.rng.choice(list(how))
        return kind, how[kind]()

    def number(self) -> str:
        return f"http://{self.written(self.private())}/{self.rng.randrange(10**6)}"

    def private(self) -> str:
        return self.rng.choice(PRIVATE + PRIVATE_6)

    def written(self, address: str) -> str:
        """An address in one of the ways in which a resolver understands it."""
        found = ip_address(address)
        if isinstance(found, IPv6Address):
            return f"[{self.rng.choice([str(found), found.exploded])}]"
        return self.rng.choice(NOTATIONS)(found)

    def name(self, *means: str) -> str:
        name = f"n{self.made}.example"
        self.net.means[name] = list(means) or [self.private()]
        return f"http://{name}/"

    def rebinding(self) -> str:
        """Public when it is looked at, and ours when it is connected to."""
        self.net.site.pages["/"] = PAGE
        return self.name(*[self.rng.choice(PUBLIC)] * self.rng.randint(1, 3), self.private())

    def redirect(self) -> str:
        """Over one to four of its own pages to what is ours."""
        steps = self.rng.randint(1, 4)
        start = self.name(self.rng.choice(PUBLIC))
        base = f"/{self.made}"
        for step in range(steps):
            to = f"{start}{base[1:]}/{step + 1}" if step + 1 < steps else self.number()
            self.net.site.pages[f"{base}/{step}"] = leading_to(to)
        return f"{start}{base[1:]}/0"

    def no_page(self) -> str:
        inside = self.written(self.private())
        return self.rng.choice(
            [
                f"ftp://{inside}/", "file:///etc/passwd", f"gopher://{inside}:25/_x", f"http://a:b@{inside}/",
                f"http://example.org:22@{inside}/", f"http://{inside}:22/", f"//{inside}/", f"http:{inside}",
                f"http://{inside}\\@example.org/", f"http://example.org#@{inside}/", f"http://{inside}%00.example.org/",
                f"dict://{inside}/", f"http:///{inside}/", f"http://[{inside}]/", f"jar:http://{inside}!/",
                "http://" + "a" * 3_000, f"http://{inside}\r\nHost: x/", "http://example.org:-1/", "\0",
            ]
        )  # fmt: skip

    def strange(self) -> str:
        bad = BAD | ODD
        how = bad[self.rng.choice(sorted(set(bad) - SLOW_TO_READ))]
        self.net.site.pages[f"/{self.made}"] = how
        return f"{self.name(self.rng.choice(PUBLIC))}{self.made}"


def _hexadecimal(found: IPv4Address) -> str:
    return hex(int(found))


def _octal(found: IPv4Address) -> str:
    return ".".join(f"0{int(part):o}" for part in str(found).split("."))


NOTATIONS: tuple[Callable[[IPv4Address], str], ...] = (
    str,
    _hexadecimal,
    _octal,
    lambda found: str(int(found)),
    lambda found: f"{found.packed[0]}.{int(found) & 0xFFFFFF}",
    lambda found: f"[::ffff:{found}]",
    lambda found: f"{found}.",
)


def fault(trial: Trial) -> Outcome:
    links, kinds, opened = trial.size(600, 10_000), Counter[str](), 0
    wrong: list[str] = []
    with internet() as net, MUTANTS.get(trial.mutant, _as_it_is)():
        attacker = Attacker(net, Random(trial.seed))
        slowest = (0.0, "", "")
        for _ in range(links):
            kind, link = attacker.link()
            kinds[kind] += 1
            began, sent = time.monotonic(), net.site.sent
            opened += _open(link, wrong)
            slowest = max(slowest, (time.monotonic() - began, kind, link[:60]))
            if net.site.sent - sent > 16 * client.MOST_BYTES:
                wrong.append(f"read {net.site.sent - sent:,} bytes of {link}")
    kept = not (net.reached or wrong) and slowest[0] < TOO_LONG and opened
    said = ", ".join(f"{kind} {count:,}" for kind, count in sorted(kinds.items()))
    return Outcome(
        f"{links:,} hostile links ({said}): {len(net.reached)} reached what is not public "
        f"{sorted(set(net.reached))[:5] or ''}, slowest {slowest[0]:.2f} s ({slowest[1]}) "
        f"with {SECONDS} s for a request, "
        f"{opened:,} were read, {len(wrong)} other errors {wrong[:3] or ''}",
        f"0 reached, none over {TOO_LONG} s, none but the errors that are known",
        bool(kept),
    )


def _open(link: str, wrong: list[str]) -> bool:
    """Was there a page to read? Anything but our own errors is one of ours."""
    visit = Client("Unmentoring/1 (+https://councils.example.org/privacy)", "councils.example.org")
    try:
        return bool(look_at(link, visit, Robots(visit, "Unmentoring/1")))
    except FetchError:
        return False
    except Exception as error:  # noqa: BLE001  (counted)
        wrong.append(f"{type(error).__name__} of {link[:80]!r}")
        return False


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


@contextmanager
def _looks_and_then_asks_again() -> Iterator[None]:
    """The address is looked at, and the name connected to: it may mean something else by then."""
    checks = client._ToThePublic.build_connection_pool_key_attributes

    def careless(self: Any, request: Any, *how: Any, **options: Any) -> tuple[Any, Any]:
        host, pool = checks(self, request, *how, **options)
        return {**host, "host": urlsplit(request.url).hostname}, pool

    with mock.patch.object(client._ToThePublic, "build_connection_pool_key_attributes", careless):
        yield


@contextmanager
def _follows_redirects_by_itself() -> Iterator[None]:
    """The first address is looked at, and where it leads is left to a library that looks at none."""

    def careless(self: Client, url: str, *_how: Any) -> requests.Response:
        leads_to = self._session.get(url, stream=True, allow_redirects=False, timeout=SECONDS)
        to = self._session.get_redirect_target(leads_to)
        return requests.get(to, stream=True, timeout=SECONDS) if to else leads_to

    with mock.patch.object(Client, "_open", careless):
        yield


@contextmanager
def _trusts_a_list_of_private_addresses() -> Iterator[None]:
    """What is not on the list that everybody knows is taken for public."""
    known = ("127.", "10.", "192.168.", "172.16.", "::1")

    def careless(hostname: str, port: int, *, allow_loopback: bool) -> str:
        found = str(socket.getaddrinfo(hostname, port)[0][4][0])
        if found.startswith(known):
            raise requests.exceptions.ConnectionError
        return f"[{found}]" if ":" in found else found

    with (
        mock.patch("requests_hardened.ip_filter_adapter.filter_host", careless),
        mock.patch.object(client, "ip_address", return_value=ip_address(PUBLIC[0])),
    ):
        yield


MUTANTS = {
    "looks, and asks again": _looks_and_then_asks_again,
    "redirects are a library's": _follows_redirects_by_itself,
    "a list of private addresses": _trusts_a_list_of_private_addresses,
}
