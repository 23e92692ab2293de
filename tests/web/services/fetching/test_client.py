"""Nothing that a stranger's site answers holds us up, fills us, or leads us where we may not go."""

import time
from collections.abc import Iterator

import pytest

from tests.support.strange_site import BAD, ODD, StrangeSite, leading_to, page
from web.services.fetching import client, errors
from web.services.fetching.client import Client, follow, good
from web.services.fetching.errors import Gone, Refused, Trouble
from web.services.fetching.look import look_at
from web.services.fetching.robots import Robots

AGENT = "Unmentoring/1 (+https://councils.example.org/privacy)"
TOO_LONG = 2.0  # seconds, with a limit of a quarter for each request


@pytest.fixture
def site() -> Iterator[StrangeSite]:
    with StrangeSite().serving() as made:
        yield made


@pytest.fixture
def here() -> Client:
    return Client(AGENT, allow_loopback=True)


def opened(here: Client, url: str) -> client.Answer:
    return good(follow(here, url, "text/html", Robots(here, AGENT).check))


@pytest.mark.parametrize("how", BAD)
def test_whatever_is_wrong_is_said_soon(
    here: Client, site: StrangeSite, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "SECONDS", 0.25)
    site.pages["/bad"] = BAD[how]
    began = time.monotonic()
    with pytest.raises(errors.FetchError):
        opened(here, f"{site.url}/bad")
    assert time.monotonic() - began < TOO_LONG


@pytest.mark.parametrize("how", ODD)
def test_of_whatever_is_odd_a_megabyte_at_most_is_read(here: Client, site: StrangeSite, how: str) -> None:
    site.pages["/odd"] = ODD[how]
    assert len(opened(here, f"{site.url}/odd").body) <= client.MOST_BYTES


@pytest.mark.parametrize("how", ODD)
def test_whatever_is_odd_is_a_short_card(here: Client, site: StrangeSite, how: str) -> None:
    site.pages["/odd"] = ODD[how]
    card = look_at(f"{site.url}/odd", here, Robots(here, AGENT))
    assert [
        len(text) for text in (card.title, card.author, card.sentence) if len(text) > 280 or "<" in text
    ] == []


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_what_is_not_there_is_gone(here: Client, site: StrangeSite, status: str) -> None:
    site.pages["/it"] = page("", status=status)
    with pytest.raises(Gone):
        opened(here, f"{site.url}/it")


@pytest.mark.parametrize("status", ["401 No", "403 Forbidden", "451 Law"])
def test_what_is_kept_from_us_is_not_gone(here: Client, site: StrangeSite, status: str) -> None:
    site.pages["/it"] = page("", status=status)
    with pytest.raises(Refused):
        opened(here, f"{site.url}/it")


def test_three_redirects_are_followed(here: Client, site: StrangeSite) -> None:
    site.pages |= {"/1": leading_to("/2"), "/2": leading_to("/3"), "/3": leading_to("/4"), "/4": page("here")}
    assert opened(here, f"{site.url}/1").body == b"here"


def test_four_are_not(here: Client, site: StrangeSite) -> None:
    site.pages |= {f"/{n}": leading_to(f"/{n + 1}") for n in range(1, 5)} | {"/5": page("here")}
    with pytest.raises(Trouble):
        opened(here, f"{site.url}/1")


@pytest.mark.parametrize(
    ("rules", "may"),
    [
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: unmentoring\nDisallow: /blog", False),
        ("User-agent: *\nDisallow: /\nAllow: /blog/", True),
        ("User-agent: somebody\nDisallow: /", True),
        ("User-agent: privacy\nDisallow: /", True),  # a word of what we say of ourselves, and not our name
        ("\ufeffUser-agent: *\nDisallow: /", False),  # as Windows saves it
        ("\0\0<html>", True),
    ],
)
def test_robots_are_obeyed(here: Client, site: StrangeSite, rules: str, may: bool) -> None:
    site.pages |= {"/robots.txt": page(rules, "text/plain"), "/blog/1": page("here")}
    read = True
    try:
        opened(here, f"{site.url}/blog/1")
    except Refused:
        read = False
    assert (read, "/blog/1" in site.asked) == (may, may)


def test_where_a_redirect_leads_is_asked_too(here: Client, site: StrangeSite) -> None:
    with StrangeSite({"/robots.txt": page("User-agent: *\nDisallow: /", "text/plain")}).serving() as other:
        site.pages["/1"] = leading_to(f"{other.url}/secret")
        with pytest.raises(Refused):
            opened(here, f"{site.url}/1")
        assert other.asked == ["/robots.txt"]


def test_robots_that_are_in_trouble_say_not_now(here: Client, site: StrangeSite) -> None:
    site.pages |= {"/robots.txt": page("", status="503 Later"), "/it": page("here")}
    with pytest.raises(Trouble):
        opened(here, f"{site.url}/it")


def test_no_cookie_is_kept(here: Client, site: StrangeSite) -> None:
    site.pages |= {"/1": page("", status="302 Found", Location="/2", Set_Cookie="a=b"), "/2": page("here")}
    opened(here, f"{site.url}/1")
    assert list(here._session.cookies) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://0177.0.0.1/",
        "http://0/", "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::7f00:1]/",
        "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1]/", "http://[fd00::1]/",
        "http://[fec0::1]/", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/",
        "http://169.254.169.254/latest/", "http://100.64.0.1/", "http://198.18.0.1/", "http://224.0.0.1/",
        "http://240.0.0.1/", "http://255.255.255.255/", "http://0.0.0.0/", "http://[ff02::1]/",
        "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "ftp://example.org/", "file:///etc/passwd",
        "javascript:alert(1)", "//example.org/", "example.org", "", "http://", "http://a@example.org/",
        "http://:@example.org/", "http://example.org:22/", "http://example.org:99999/", "http://[bad/",
        "http://example.org/" + "a" * 2_000, "https://councils.example.org/me/x", "https://COUNCILS.example.org./",
    ],
)  # fmt: skip
def test_no_address_but_a_public_one_is_opened(url: str) -> None:
    with pytest.raises(Refused):
        follow(Client(AGENT, "councils.example.org"), url, "text/html")
