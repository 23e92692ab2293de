"""Where somebody posts, as they write it."""

import pytest

from web.models import HandleKind
from web.services.gathering.handles import BadHandle, spelled


@pytest.mark.parametrize(
    ("kind", "said", "name"),
    [
        (HandleKind.MASTODON, "@Jo@Mastodon.social", "jo@mastodon.social"),
        (HandleKind.MASTODON, "https://mastodon.social/@jo/", "jo@mastodon.social"),
        (HandleKind.MASTODON, "mastodon.social/@jo", "jo@mastodon.social"),
        (HandleKind.MASTODON, "https://mastodon.social/@jo/115123456789", "jo@mastodon.social"),
        (HandleKind.MASTODON, "https://mastodon.social/users/jo", "jo@mastodon.social"),
        (HandleKind.MASTODON, "https://mastodon.social/@jo@hachyderm.io", "jo@hachyderm.io"),
        (HandleKind.MASTODON, "https://threads.net/@jo?xmt=1", "jo@threads.net"),
        (HandleKind.BLUESKY, "@jo.bsky.social", "jo.bsky.social"),
        (HandleKind.BLUESKY, "https://bsky.app/profile/jo.bsky.social/post/3kabc?ref=x", "jo.bsky.social"),
        (HandleKind.BLUESKY, "https://bsky.app/profile/jo.bsky.social", "jo.bsky.social"),
        (HandleKind.BLUESKY, "bsky.app/profile/jo.bsky.social", "jo.bsky.social"),
        (HandleKind.SITE, "https://www.jo.example.org/", "jo.example.org"),
        (HandleKind.SITE, "jo.wordpress.com", "jo.wordpress.com"),
        (HandleKind.FEED, "jo.example.org/feed", "https://jo.example.org/feed"),
        (HandleKind.FEED, "feed://jo.example.org/feed", "https://jo.example.org/feed"),
        (HandleKind.FEED, "feed:http://jo.example.org/feed", "http://jo.example.org/feed"),
    ],
)
def test_a_handle_is_known_as_people_copy_it(kind: HandleKind, said: str, name: str) -> None:
    assert spelled(kind, said) == name


@pytest.mark.parametrize("said", ["medium.com", "https://www.x.com", "wordpress.com", "linkedin.com"])
def test_a_site_on_which_many_write_is_nobodys_own(said: str) -> None:
    with pytest.raises(BadHandle, match="is many people’s"):
        spelled(HandleKind.SITE, said)
