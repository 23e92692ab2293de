"""Does a page really mention one of ours, as its site told us by Webmention?"""

from datetime import UTC, datetime, time
from urllib.parse import urljoin, urlsplit

from web.services.fetching import reading
from web.services.fetching.answers import WORDS, author_of
from web.services.fetching.client import Answer
from web.services.fetching.errors import Gone, Refused
from web.services.fetching.found_posts import FoundPost, is_page
from web.services.fetching.reading import PAGES, clean

LEADS = (
    ("a", "href"),
    ("link", "href"),
    ("area", "href"),
    ("img", "src"),
    ("audio", "src"),
    ("video", "src"),
)


def post(answer: Answer, source: str, target: str) -> FoundPost:
    """The page as a post that mentions `target`. Its handle is the host that it is on in the end.

    Raises:
        Refused: it is no page. Gone: it does not mention us, or not any more.
    """
    if answer.media_type not in PAGES or not is_page(answer.url):
        raise Refused("it is no page")
    page = reading.parsed(answer)
    if page is None or not any(
        _same(urljoin(answer.url, found.get(name) or ""), target)
        for tag, name in LEADS
        for found in page.iter(tag)
    ):
        raise Gone("it does not mention us")
    card, _ = reading.of_page(answer)
    host = (urlsplit(answer.url).hostname or "").removeprefix("www.")
    words = clean(" – ".join(filter(None, [card.title, card.sentence])), WORDS)
    on = datetime.combine(card.published_on, time(12), UTC) if card.published_on else None
    return FoundPost(source, host, author_of(card.author, host), words, on, mentions=(target,))


def _same(link: str, target: str) -> bool:
    """Ghost and newsletters add "?ref=…" or "?utm_source=…" to each link that leads away. Pages of ours that
    can be mentioned have no query.
    """
    there, _, asked = target.partition("#")[0].partition("?")
    found, _, with_it = link.partition("#")[0].partition("?")
    return found.rstrip("/") == there.rstrip("/") and asked in ("", with_it)
