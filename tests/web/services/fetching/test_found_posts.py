"""What servers tell programs of posts: the forms are theirs, and what is said in them is made up."""

import json
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

import pytest

from web.services.fetching import answers, bluesky, feeds, fetching, mastodon, mentions
from web.services.fetching.client import Answer, Client
from web.services.fetching.errors import Gone, Later, Refused, Trouble
from web.services.fetching.found_posts import FoundPost

WHEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SERVER = "example.social"
TARGET = "https://councils.example.org/p/councils/"
FEED = "https://jo.example/feed.xml"


class Server(Client):
    """Answers every question with the next of its answers."""

    def __init__(self, *answers: object, status: int = 200, retry_after: str = "") -> None:
        super().__init__("a test")
        self.answers, self.status, self.retry_after = list(answers), status, retry_after
        self.asked: list[str] = []
        self.sent: list[dict[str, str] | None] = []

    def answer(
        self, url: str, accept: str, *, sends: dict[str, str] | None = None, token: str = ""
    ) -> Answer:
        self.asked.append(url)
        self.sent.append(sends)
        body = json.dumps(self.answers.pop(0)).encode()
        return Answer(url, self.status, "application/json", "utf-8", body, self.retry_after)


def toot(number: int = 17, **other: Any) -> dict[str, Any]:
    """A status as Mastodon's API tells of it."""
    said = {
        "id": str(number),
        "created_at": "2026-11-20T09:30:00.000Z",
        "visibility": "public",
        "spoiler_text": "",
        "content": "<p>Their vans are ours on Fridays.</p><p><a href='#'>#<span>Unmentoring</span></a></p>",
        "url": f"https://{SERVER}/@jo/{number}",
        "account": {"acct": "Jo", "display_name": "Jo Bloggs"},
        "tags": [{"name": "unmentoring"}],
        "reblog": None,
    }
    return said | other


def on_mastodon(*said: object, since: str = "", **how: Any) -> Any:
    return mastodon.posts(Server(list(said), **how), SERVER, "Unmentoring", since)


def test_a_toot_is_a_post_with_its_server_in_its_handle() -> None:
    words = "Their vans are ours on Fridays. #Unmentoring"
    assert on_mastodon(toot()).posts == (
        FoundPost(
            f"https://{SERVER}/@jo/17", "jo@example.social", "Jo Bloggs", words, WHEN, "17", ("unmentoring",)
        ),
    )


def test_a_hashtag_is_asked_for_after_the_newest_known() -> None:
    server = Server([])
    mastodon.posts(server, SERVER, "née", "17")
    assert server.asked == [f"https://{SERVER}/api/v1/timelines/tag/n%C3%A9e?limit=40&min_id=17"]


def test_the_newest_is_the_longest_number() -> None:
    assert on_mastodon(toot(99), toot(100), since="98").newest == "100"


def test_an_empty_answer_forgets_nothing() -> None:
    assert on_mastodon(since="98").newest == "98"


@pytest.mark.parametrize(
    "odd",
    [
        {"visibility": "unlisted"}, {"visibility": "private"}, {"tags": []}, {"url": "javascript:alert(1)"},
        {"url": None}, {"account": None}, {"account": {"acct": "a b"}}, {"created_at": "soon"}, {"id": {}},
        {"id": None}, {"reblog": {}} | {"visibility": "direct"}, {"url": "https://u:p@example.social/1"},
    ],
)  # fmt: skip
def test_what_is_not_for_everybody_or_makes_no_sense_is_passed_over(odd: dict[str, Any]) -> None:
    assert on_mastodon(toot(**odd)).passed_over == 1


def test_a_post_said_twice_is_one() -> None:
    assert len(on_mastodon(toot(), toot()).posts) == 1


def test_forty_posts_are_a_look_and_that_is_known() -> None:
    assert on_mastodon(*(toot(number) for number in range(100, 140))).is_full


def test_what_is_behind_a_warning_stays_there() -> None:
    assert on_mastodon(toot(spoiler_text="Local politics")).posts[0].words == "Local politics"


def test_half_a_letter_in_a_post_keeps_no_other_from_being_found() -> None:
    found = on_mastodon(toot(17, content="<p>Vans \ud83d</p>"), toot(18))
    assert [post.words for post in found.posts] == ["Vans", "Their vans are ours on Fridays. #Unmentoring"]


def test_a_server_for_members_only_is_a_refusal() -> None:
    with pytest.raises(Refused, match="signed in"):
        on_mastodon(status=401)


def test_a_server_says_when_to_come_back() -> None:
    with pytest.raises(Later) as told:
        on_mastodon(status=429, retry_after="1200")
    assert told.value.seconds == 1200


def test_a_server_may_name_the_moment_by_its_own_clock() -> None:
    retry, date = "Fri, 20 Nov 2026 10:00:00 GMT", "Fri, 20 Nov 2026 09:30:00 GMT"
    answer = Answer("", 429, "", "", b"", retry, date)
    with pytest.raises(Later) as told:
        answers.answered(answer)
    assert told.value.seconds == 1800


def test_an_answer_that_is_no_list_is_trouble() -> None:
    with pytest.raises(Trouble):
        mastodon.posts(Server({"error": "no"}), SERVER, "unmentoring", "")


def skeet(**other: Any) -> dict[str, Any]:
    """A post as Bluesky's search tells of it."""
    said = {
        "uri": "at://did:plc:abc/app.bsky.feed.post/3kabc",
        "author": {"handle": "Jo.example", "displayName": "Jo Bloggs", "labels": []},
        "record": {"text": "2 < 3 vans #unmentoring", "createdAt": "2026-11-20T09:30:00Z"},
        "indexedAt": "2026-11-20T09:30:01.5Z",
        "labels": [],
    }
    return said | other


def on_bluesky(*said: object) -> Any:
    server = Server({"accessJwt": "t0ken"}, {"posts": list(said)})
    return bluesky.posts(server, ("us.example", "app-pass"), "unmentoring", "", at=fetching.BLUESKY)


def test_a_post_on_bluesky_leads_to_its_page() -> None:
    url = "https://bsky.app/profile/jo.example/post/3kabc"
    newest = "2026-11-20T09:30:01.500Z"
    words = "2 < 3 vans #unmentoring"
    assert on_bluesky(skeet()).posts == (
        FoundPost(url, "jo.example", "Jo Bloggs", words, WHEN, newest, ("unmentoring",)),
    )


def test_who_shows_posts_only_to_people_signed_in_is_passed_over() -> None:
    hidden = {"handle": "jo.example", "labels": [{"val": "!no-unauthenticated"}]}
    assert on_bluesky(skeet(author=hidden)).posts == ()


def test_a_wrong_password_is_a_refusal_that_names_the_settings() -> None:
    with pytest.raises(Refused, match="BLUESKY_PASSWORD"):
        bluesky.posts(Server({}, status=401), ("us.example", "no"), "x", "", at=fetching.BLUESKY)


def in_feed(body: str) -> Any:
    answer = Answer(FEED, 200, "application/rss+xml", "", body.encode())
    return feeds.posts(answer, FEED, ["unmentoring"], [TARGET])


def rss(*items: str) -> str:
    return f"<rss version='2.0'><channel><title>Jo’s blog</title>{''.join(items)}</channel></rss>"


def item(words: str, link: str = "/vans") -> str:
    when = "<pubDate>Fri, 20 Nov 2026 09:30:00 GMT</pubDate>"
    return f"<item><title>Vans</title><link>{link}</link><description>{words}</description>{when}</item>"


def test_an_entry_that_links_to_us_is_a_post_of_its_feed() -> None:
    found = in_feed(rss(item(f"See &lt;a href='{TARGET}'&gt;them&lt;/a&gt;"), item("Roses", "/roses")))
    assert found.posts == (
        FoundPost("https://jo.example/vans", FEED, "Jo’s blog", "Vans", WHEN, mentions=(TARGET,)),
    )


def test_an_entry_with_the_hashtag_is_found_too() -> None:
    assert in_feed(rss(item("About #Unmentoring"))).posts[0].mentions == ("unmentoring",)


@pytest.mark.parametrize(
    "written", ["#<span>unmentoring</span>", '<span>#</span><span class="p-category">Unmentoring</span>']
)
def test_a_hashtag_in_several_pieces_is_one(written: str) -> None:
    marked_up = f'<p>On <a href="/tags/x" class="hashtag">{written}</a>.</p>'
    assert in_feed(rss(item(escape(marked_up)))).posts[0].mentions == ("unmentoring",)


def test_what_stands_behind_a_hashtag_in_the_next_line_is_no_part_of_it() -> None:
    assert in_feed(rss(item(escape("#unmentoring<br>vans")))).posts != ()


WELSH = "cyfarfôd"


def test_a_hashtag_with_an_accent_is_what_mastodon_calls_it() -> None:
    server = Server([toot(tags=[{"name": "cyfarfod"}])])
    assert mastodon.posts(server, SERVER, WELSH, "").posts[0].mentions == (WELSH,)


def test_a_blog_may_tag_without_the_accent() -> None:
    tagged = item("Vans").replace("</item>", "<category>cyfarfod</category></item>")
    answer = Answer(FEED, 200, "application/rss+xml", "", rss(tagged).encode())
    assert feeds.posts(answer, FEED, [WELSH], []).posts[0].mentions == (WELSH,)


def test_of_a_feed_without_end_the_beginning_is_read() -> None:
    whole = rss(*(item("About #unmentoring", f"/{number}") for number in range(100_000)))
    answer = Answer(FEED, 200, "application/rss+xml", "", whole.encode()[: 1 << 20])
    assert len(feeds.posts(answer, FEED, ["unmentoring"], []).posts) == 40


def test_a_page_is_no_feed() -> None:
    with pytest.raises(Refused):
        in_feed("<html><p>Vans</html>")


def mentioned(body: str, url: str = "https://www.jo.example/vans") -> FoundPost:
    answer = Answer(url, 200, "text/html", "utf-8", body.encode())
    return mentions.post(answer, "https://www.jo.example/vans", TARGET)


def test_a_page_that_links_to_us_is_a_post_of_its_host() -> None:
    found = mentioned(f"<title>Vans</title><a href='{TARGET}#top'>them</a>")
    assert found == FoundPost(
        "https://www.jo.example/vans", "jo.example", "jo.example", "Vans", mentions=(TARGET,)
    )


@pytest.mark.parametrize("added", ["?ref=jo.ghost.example", "?utm_source=substack&amp;utm_medium=email"])
def test_what_a_blog_adds_to_its_links_changes_none(added: str) -> None:
    assert mentioned(f"<title>Vans</title><a href='{TARGET}{added}'>x</a>").mentions == (TARGET,)


@pytest.mark.parametrize("said", [f"<p>{TARGET}</p>", f"<a href='{TARGET}learning'>x</a>", "<p>"])
def test_a_page_that_only_says_so_does_not_mention_us(said: str) -> None:
    with pytest.raises(Gone):
        mentioned(said)


def test_a_moved_page_belongs_to_where_it_is() -> None:
    moved = "https://other.example/vans"
    assert urlsplit(f"https://{mentioned(f'<a href={TARGET}>x</a>', moved).handle}").hostname == (
        "other.example"
    )
