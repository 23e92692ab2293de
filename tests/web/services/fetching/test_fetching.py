"""A page is read in a process of its own: whatever it does there ends with it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.strange_site import StrangeSite, hanging, page
from web.services.fetching import fetching
from web.services.fetching.card import Card
from web.services.fetching.errors import Gone, Refused, Trouble
from web.services.fetching.fetching import Fetcher

FETCHER = Fetcher("https://councils.example.org", allow_loopback=True)


@pytest.fixture
def site() -> Iterator[StrangeSite]:
    with StrangeSite().serving() as made:
        yield made


def test_a_page_becomes_a_card(site: StrangeSite) -> None:
    site.pages["/it"] = page("<title>Sharing a van</title><meta name=author content='Jo Bloggs'>")
    assert FETCHER.look(f"{site.url}/it") == Card(title="Sharing a van", author="Jo Bloggs")


def test_we_say_who_asks_and_where_to_read_why() -> None:
    assert FETCHER.agent == "Unmentoring/1 (+https://councils.example.org/privacy)"


def test_what_is_gone_is_said(site: StrangeSite) -> None:
    with pytest.raises(Gone):
        FETCHER.look(f"{site.url}/it")


def test_this_machine_is_not_opened(site: StrangeSite) -> None:
    with pytest.raises(Refused):
        replace(FETCHER, allow_loopback=False).look(f"{site.url}/it")


def test_what_takes_too_long_is_ended(site: StrangeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_SECONDS", 1)
    site.pages["/it"] = hanging
    with pytest.raises(Trouble, match="too long"):
        FETCHER.look(f"{site.url}/it")


def test_what_takes_a_parser_minutes_ends_with_its_process(site: StrangeSite) -> None:
    attributes = " ".join(f"a{n}=1" for n in range(100_000))
    site.pages["/it"] = page(f"<p {attributes}>")
    with pytest.raises(Trouble, match="too"):
        FETCHER.look(f"{site.url}/it")


def test_a_reader_that_dies_is_trouble(site: StrangeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PROCESS", "web.services.fetching.nowhere")
    with pytest.raises(Trouble, match="too much"):
        FETCHER.look(f"{site.url}/it")
