"""Links as people paste them: out of a mail that a gateway has rewritten, or by an app's "copy link"."""

from urllib.parse import quote

import pytest
from sqlmodel import select

from notifications.tables import Reply
from tests.support.by_text import text
from tests.support.world import World
from web.models import Purpose
from web.services.common import web_links

SAFE_LINK = (
    "https://eur03.safelinks.protection.outlook.com/?url=https%3A%2F%2Fblog.example.org%2Flearned%3Fa%3D1"
    "&data=05%7C02%7Camina.yusuf%40leeds.example%7C8a7b%7C0%7C0&sdata=Qx%3D&reserved=0"
)


@pytest.mark.parametrize(
    ("pasted", "direct"),
    [
        (SAFE_LINK, "https://blog.example.org/learned?a=1"),
        (SAFE_LINK.replace("/?", "/ap/t-59584e83/?"), "https://blog.example.org/learned?a=1"),
        ("https://urldefense.com/v3/__https://example.org/post__;!!AbC!tok$", "https://example.org/post"),
        (
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a-2Db&d=DwM",
            "https://example.org/a-b",
        ),
        ("https://www.google.com/url?q=https://example.org/x&sa=D", "https://example.org/x"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fx&h=AT0", "https://example.org/x"),
        (
            "https://www.linkedin.com/posts/amina-activity-71?utm_source=share&rcm=ACoAAAB1",
            "https://www.linkedin.com/posts/amina-activity-71",
        ),
        ("https://x.com/amina/status/17900?s=20&t=abc", "https://x.com/amina/status/17900"),
        ("https://amina.substack.com/p/bins?r=1a2b3c&utm_medium=web", "https://amina.substack.com/p/bins"),
        ("https://youtu.be/dQw4w9WgXcQ?si=abc&t=30", "https://youtu.be/dQw4w9WgXcQ?t=30"),
        ("https://mastodon.example/@amina/1122", "https://mastodon.example/@amina/1122"),
        ("https://bsky.app/profile/amina.example/post/3k", "https://bsky.app/profile/amina.example/post/3k"),
        ("https://example.org/?a=b%20c&&d&r=1&t=2", "https://example.org/?a=b%20c&&d&r=1&t=2"),
        ("https://www.google.com/search?q=https://example.org", "https://www.google.com/search?q=https://example.org"),
        ("https://evil.example/?url=https://example.org", "https://evil.example/?url=https://example.org"),
        ("https://[bad", "https://[bad"),
        ("blog.example.org/x", "blog.example.org/x"),
    ],
)  # fmt: skip
def test_a_pasted_link_becomes_that_of_the_page(pasted: str, direct: str) -> None:
    assert web_links.direct(pasted) == direct


def test_a_gateway_leads_to_nothing_but_the_web() -> None:
    link = SAFE_LINK.replace("https%3A%2F%2Fblog.example.org%2Flearned%3Fa%3D1", "javascript%3Aalert(1)")
    assert web_links.direct(link) == link


def test_in_a_sentence_the_full_stop_stays() -> None:
    said = "Met. See (https://example.org/?utm_source=a), or https://x.com/a/status/1?s=20."
    assert web_links.direct_in(said) == "Met. See (https://example.org/), or https://x.com/a/status/1."


def test_a_video_link_from_a_mail_is_not_too_long(world: World) -> None:
    """Of 400 letters it was refused, and nobody knows how to shorten it."""
    room = "https://zoom.example/j/5551112222?pwd=QnVz"
    link = SAFE_LINK.replace("https%3A%2F%2Fblog.example.org%2Flearned%3Fa%3D1", quote(room, safe=""))
    page = world.visitor().open(f"{world.page_of(world.join(), full=True)}/details")
    page.press("Save my details", video_handle=link, video_kind="Zoom")
    assert (page.mistakes, room in page.open(f"{page.path}").answer.text) == ([], True)


@pytest.mark.parametrize("where", ["link", "text"])
def test_whoever_asked_for_no_name_is_not_named_by_a_link_from_their_mail(world: World, where: str) -> None:
    """Safe Links carry the address of whom the mail was for: it stood on the wall."""
    world.join_many(2)
    world.round()
    person = world.groups()[0][0]
    door = world.door(Purpose.CHECK_IN, person, world.group_of(person))
    world.visitor().open(f"{door}?answer=met").press("Tell us", showing="without name", **{where: SAFE_LINK})
    world.organiser().open("/organise/councils/learning").press("Publish")
    wall = world.visitor().open("/p/councils/learning").answer.text
    assert ("https://blog.example.org/learned?a=1" in wall, "amina" in wall) == (True, False)


def test_what_comes_in_by_text_is_kept_without_whose_mail_it_came_from(world: World) -> None:
    """It may be a concern about a proposal, or for an organiser to read."""
    text(world, f"Have you seen {SAFE_LINK}?")
    with world.read() as session:
        kept = session.exec(select(Reply.text)).one()
    assert kept == "Have you seen https://blog.example.org/learned?a=1?"


OURS = "https://unmentoring.example/checkin/kwAAAA-AEmd_U0sQpT3vBwYxZaRc1dE"
WRITTEN = quote(OURS, safe="").replace("-", "%2D").replace("_", "%5F")


@pytest.mark.parametrize(
    "pasted",
    [
        OURS,
        f"https://eur03.safelinks.protection.outlook.com/?url={WRITTEN}&data=05",
        f"https://www.google.com/url?q={WRITTEN}",
        f"https://www.google.com/url?q={quote('https://www.google.com/url?q=' + WRITTEN, safe='')}",
    ],
)
def test_no_gateway_hides_a_link_of_ours_in_words_for_others(pasted: str) -> None:
    assert web_links.for_others(f"Look: {pasted}") == "Look:"
