"""What each kind of site says of a link: the forms are theirs, and what is said in them is made up."""

import json
from datetime import date
from urllib.parse import quote

import pytest

from web.services.fetching.card import Card, Kind
from web.services.fetching.client import Answer, Client
from web.services.fetching.errors import Gone, Refused
from web.services.fetching.look import OEMBED_DOORS, YOUTUBE, X, look_at
from web.services.fetching.reading import of_page
from web.services.fetching.robots import Robots


class Recorded(Client):
    """Answers out of a book. What is not in it is a 404."""

    def __init__(self, book: dict[str, str]) -> None:
        super().__init__("a test")
        self.book, self.asked = book, []

    def answer(self, url: str, accept: str, **_: object) -> Answer:
        self.asked.append(url)
        if url not in self.book:
            return Answer(url, 404, "text/plain", "", b"")
        if self.book[url].startswith("https://"):
            return Answer(self.book[url], 302, "text/html", "", b"")
        is_json = self.book[url].startswith("{")
        kind = "application/json" if is_json else "text/html"
        return Answer(url, 200, kind, "utf-8", self.book[url].encode())


def looked_at(link: str, **book: str) -> Card:
    client = Recorded(book)
    return look_at(link, client, Robots(client, "a test"))


TWEET = "https://x.com/jobloggs/status/17"
TOOT = "https://example.social/@jo/17"
VIDEO = "https://youtu.be/abc"
SKEET = "https://bsky.app/profile/jo.example.org/post/3k"
BLOG = "https://jo.example.org/vans"


def test_a_tweet_by_what_its_site_tells_programs() -> None:
    said = {
        "author_name": "Jo Bloggs",
        "html": '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">Their vans are ours on Fridays. '
        '<a href="https://t.co/1">https://t.co/1</a></p>&mdash; Jo Bloggs (@jobloggs) '
        f'<a href="{TWEET}">December 1, 2026</a></blockquote>',
        "type": "rich",
    }
    words = "Their vans are ours on Fridays. https://t.co/1"
    assert looked_at(TWEET, **{X + quote(TWEET, safe=""): json.dumps(said)}) == Card(
        Kind.POST, "", "Jo Bloggs", words, date(2026, 12, 1)
    )


@pytest.mark.parametrize("door", [X, OEMBED_DOORS["bsky.app"]])
def test_lines_of_a_post_are_not_run_together(door: str) -> None:
    link = TWEET if door == X else SKEET
    html = '<blockquote><p lang="en">Vans.<br>Lorries.<br><br>Bins.</p></blockquote>'
    said = {"author_name": "Jo", "html": html, "type": "rich"}
    card = looked_at(link, **{door + quote(link, safe=""): json.dumps(said)})
    assert card.sentence == "Vans. Lorries. Bins."


def test_a_post_on_bluesky() -> None:
    said = {
        "author_name": "Jo",
        "html": "<blockquote><p lang=en>Ask the bin crews.</p>&mdash; Jo (<a href='x'>@jo.example.org</a>) "
        "<a href='y'>December 1, 2026 at 10:04 AM</a></blockquote>",
        "type": "rich",
    }
    at = OEMBED_DOORS["bsky.app"] + quote(SKEET, safe="")
    assert looked_at(SKEET, **{at: json.dumps(said)}) == Card(
        Kind.POST, "", "Jo", "Ask the bin crews.", date(2026, 12, 1)
    )


@pytest.mark.parametrize(
    "link",
    [
        "https://www.youtube.com/@jobloggs",
        "https://bsky.app/profile/jo.example.org",
        "https://x.com/jobloggs",
        "https://vimeo.com/jobloggs",
    ],
)
def test_what_a_door_does_not_know_is_read_by_its_page(link: str) -> None:
    """It would say that a channel or a profile is gone."""
    assert looked_at(link, **{link: "<title>Jo Bloggs</title>"}).title == "Jo Bloggs"


@pytest.mark.parametrize(
    "link",
    [
        "https://www.youtube.com/shorts/abc",
        "https://m.youtube.com/watch?app=desktop&v=abc",
        "https://youtube.com/live/abc?si=x",
        "https://youtu.be/abc?si=x",
    ],
)
def test_a_video_is_known_however_it_is_pasted(link: str) -> None:
    said = {"title": "Three vans", "author_name": "Jo", "type": "video"}
    assert looked_at(link, **{YOUTUBE + quote(link, safe=""): json.dumps(said)}).kind is Kind.VIDEO


def test_a_video() -> None:
    said = {"title": "Three vans", "author_name": "Jo", "type": "video", "html": "<iframe src=x></iframe>"}
    assert looked_at(VIDEO, **{YOUTUBE + quote(VIDEO, safe=""): json.dumps(said)}) == Card(
        Kind.VIDEO, "Three vans", "Jo"
    )


def test_a_toot_by_its_page_and_what_describes_it() -> None:
    at = "https://example.social/api/oembed?format=json&url=17"
    toot = f"""
    <title>Jo Bloggs: "Ask the …" - Example Social</title>
    <link href='{at}' rel='alternate' type='application/json+oembed'>
    <meta content="Jo Bloggs (@jo@example.social)" property="og:title">
    <meta content="Ask the bin crews." property="og:description">
    <meta content="2026-12-01T10:04:00Z" property="og:published_time">
    """
    described = {
        "type": "rich",
        "title": "New status by jo",
        "author_name": "Jo",
        "html": "<iframe></iframe>",
    }
    card = looked_at(TOOT, **{TOOT: toot, at: json.dumps(described)})
    assert (card.kind, card.author, card.sentence, card.published_on) == (
        Kind.POST, "Jo Bloggs (@jo@example.social)", "Ask the bin crews.", date(2026, 12, 1),
    )  # fmt: skip


def test_a_toot_has_no_title_of_its_server() -> None:
    toot = '<meta content="Jo Bloggs (@jo@example.social)" property="og:title">'
    assert looked_at(TOOT, **{TOOT: toot}).title == ""


def test_a_blog_by_what_it_says_in_its_head() -> None:
    blog = """
    <meta charset=utf-8><title>Vans | Jo's blog</title><meta property="og:title" content="Sharing a van">
    <meta name="author" content="Jo Bloggs"><meta name="description" content="What Kirklees does.">
    <meta property="article:published_time" content="2026-11-30T23:00:00+00:00">
    """
    assert looked_at(BLOG, **{BLOG: blog}) == Card(
        Kind.PAGE, "Sharing a van", "Jo Bloggs", "What Kirklees does.", date(2026, 11, 30)
    )


def test_a_day_in_its_data() -> None:
    blog = '<title>x</title><script type="application/ld+json">{"datePublished": "2026-11-30"}</script>'
    assert looked_at(BLOG, **{BLOG: blog}).published_on == date(2026, 11, 30)


def test_a_day_among_other_data() -> None:
    """As WordPress has it, by its plugin Yoast."""
    graph = {"@graph": [{"@type": "WebSite"}, {"@type": "Article", "datePublished": "2026-11-30T09:00:00Z"}]}
    blog = f'<title>x</title><script type="application/ld+json">{json.dumps(graph)}</script>'
    assert looked_at(BLOG, **{BLOG: blog}).published_on == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("Tuesday", None),
        ("12:30", None),
        ("December 2026", None),
        ("01/12/2026", None),
        ("1.12.26", None),
        ("13/12/2026", date(2026, 12, 13)),
        ("11/11/2026", date(2026, 11, 11)),
        ("1 December 2026", date(2026, 12, 1)),
        ("2026-12-01 09:00", date(2026, 12, 1)),
    ],
)
def test_a_day_that_is_not_said_is_none(said: str, day: date | None) -> None:
    blog = f'<title>x</title><meta name="date" content="{said}">'
    assert looked_at(BLOG, **{BLOG: blog}).published_on == day


@pytest.mark.parametrize(
    "gate",
    [
        "https://login.microsoftonline.com/common/oauth2/authorize?client_id=1",
        "https://accounts.google.com/v3/signin/identifier?continue=x",
        "https://jo.example.org/c/portal/login?p_l_id=1",
        "https://www.facebook.com/login.php?next=x",
        "https://www.linkedin.com/authwall?trk=x",
        "https://consent.yahoo.com/v2/collectConsent?sessionId=1",
    ],
)
def test_a_page_to_sign_in_is_not_the_page_behind_it(gate: str) -> None:
    with pytest.raises(Refused):
        looked_at(BLOG, **{BLOG: gate, gate: "<title>Sign in to your account</title>"})


@pytest.mark.parametrize(
    "moved", ["https://jo.example.org/2026/login-problems", "https://jo.example.org/vans?from=/login"]
)
def test_a_page_that_only_speaks_of_signing_in_is_one(moved: str) -> None:
    assert looked_at(BLOG, **{BLOG: moved, moved: "<title>Vans</title>"}).title == "Vans"


@pytest.mark.parametrize(
    ("charset", "codec", "words"),
    [
        ("ISO-8859-1", "cp1252", "It’s £5 – a “van”"),
        ("us-ascii", "utf-8", "It’s £5"),
        ("us-ascii", "cp1252", "It’s £5"),
        ("ISO-8859-9", "cp1254", "Işık – 5 €"),
        ("gb2312", "gb18030", "朱镕基"),
        ("x-sjis", "cp932", "髙橋"),
    ],
)
@pytest.mark.parametrize("in_its_head", [True, False])
def test_a_charset_is_what_browsers_take_it_for(
    charset: str, codec: str, words: str, in_its_head: bool
) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
    body = f"<head>{meta if in_its_head else ''}<title>{words}</title></head>".encode(codec)
    card, _ = of_page(Answer(BLOG, 200, "text/html", "" if in_its_head else charset, body))
    assert card.title == words


def test_what_has_only_a_title() -> None:
    assert looked_at(BLOG, **{BLOG: "<title>Vans &amp; lorries</title>"}) == Card(title="Vans & lorries")


def test_what_says_nothing_is_no_card() -> None:
    assert not looked_at(BLOG, **{BLOG: "<p>Hello"})


def test_what_is_gone_is_gone() -> None:
    with pytest.raises(Gone):
        looked_at(BLOG)


def test_a_site_may_not_have_another_describe_its_page() -> None:
    link = (
        '<title>x</title><link rel="alternate" type="application/json+oembed" href="https://evil.example/o">'
    )
    client = Recorded({BLOG: link})
    look_at(BLOG, client, Robots(client, "a test"))
    assert "https://evil.example/o" not in client.asked


@pytest.mark.parametrize(
    "said", ["{", "{}", '{"html": 5, "title": []}', '{"html": "' + "<" * 5_000 + '"}', "[" * 9_000]
)
def test_a_description_that_says_nothing_is_no_card(said: str) -> None:
    assert not looked_at(TWEET, **{X + quote(TWEET, safe=""): said})


def test_letters_that_nobody_sees_are_left_out() -> None:
    assert looked_at(BLOG, **{BLOG: "<title>Va\u200bns \u202eevil</title>"}).title == "Vans evil"


@pytest.mark.parametrize("letter", ["\\ufffe", "\\uffff", "\\ud800", "\\u0001", "&#xFFFE;"])
def test_a_letter_that_no_feed_can_hold_is_left_out(letter: str) -> None:
    """One of these in what a site says, and the Atom feed of the whole page was an error of ours."""
    said = f'{{"title": "Va{letter}ns", "author_name": "J{letter}o", "type": "video"}}'
    found = looked_at(TWEET, **{X + quote(TWEET, safe=""): said})
    assert (found.title, found.author) == ("Vans", "Jo")
