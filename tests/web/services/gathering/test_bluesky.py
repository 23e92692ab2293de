"""Bluesky is searched as the operator's account there, and not at all without one."""

from collections.abc import Iterator

import pytest

from tests.support.strange_site import StrangeSite, page
from web.services.fetching.errors import Refused
from web.services.fetching.fetching import Fetcher
from web.settings import Settings

LOGIN = '{"accessJwt": "t0ken"}'
POSTS = (
    '{"posts": [{"uri": "at://did:plc:abc/app.bsky.feed.post/3k", "author": {"handle": "jo.example"},'
    ' "record": {"text": "Vans #unmentoring", "createdAt": "2026-12-01T09:00:00Z"}}]}'
)


@pytest.fixture
def server() -> Iterator[StrangeSite]:
    with StrangeSite().serving() as made:
        made.pages["/xrpc/com.atproto.server.createSession"] = page(LOGIN, "application/json")
        search = "/xrpc/app.bsky.feed.searchPosts?q=%23unmentoring&tag=unmentoring&sort=latest&limit=40"
        made.pages[search] = page(POSTS, "application/json")
        yield made


def test_a_search_finds_posts(server: StrangeSite) -> None:
    settings = Settings(bluesky_handle="@us.example", bluesky_password="an app password")
    login = settings.bluesky_login
    fetcher = Fetcher(
        settings.public_url, allow_loopback=True, bluesky_login=login, bluesky_server=server.url
    )
    assert [post.handle for post in fetcher.on_bluesky("unmentoring", "").posts] == ["jo.example"]


def test_without_an_account_nothing_is_asked() -> None:
    with pytest.raises(Refused, match="BLUESKY_HANDLE"):
        Fetcher(Settings().public_url).on_bluesky("unmentoring", "")


def test_a_handle_without_its_password_is_no_account() -> None:
    assert Settings(bluesky_handle="us.example").bluesky_login is None
