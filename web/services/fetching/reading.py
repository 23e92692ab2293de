"""What a page says of itself: the few facts that a link to it is shown with.

Strangers wrote it. Every fact is plain text of bounded length here, and no picture, script or style of theirs
goes any further.
"""

import html
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import nh3
from charset_normalizer import from_bytes
from dateutil import parser as dates
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from notifications import foreign
from web.services.fetching.card import Card, Kind
from web.services.fetching.client import Answer

PAGES = ("text/html", "application/xhtml+xml")
JSON = "application/json"
OEMBED = "application/json+oembed"
TITLE, AUTHOR, SENTENCE = 150, 80, 280  # letters
YEARS = range(1990, 2100)
EITHER_DAY = re.compile(r"(?!0?(\d{1,2})[/.-]0?\1\b)(?:0?\d|1[0-2])[/.-](?:0?\d|1[0-2])[/.-](?:\d\d){1,2}\b")
# Two days without anything in common: what comes out alike was said, and not assumed.
ASSUMED = (datetime(2000, 1, 1), datetime(2001, 2, 2))  # noqa: DTZ001  (a day, wherever it is)
LOOKED_AT = 4_096  # bytes in which a page says how it is written
# "Jo Bloggs (@jo@example.social)": the title of a post on Mastodon and its kin is who wrote it.
BY_HANDLE = re.compile(r"\(@[\w.-]+@[\w.-]+\)\s*$")
SAID = re.compile(rb"<meta[^>]+charset=[\"' ]*([\w-]+)", re.IGNORECASE)
# Letters that are not seen, or that turn the direction of what follows, and what no feed can hold.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")


def of_page(answer: Answer) -> tuple[Card, str]:
    """The card of a page, and where its site describes it as oEmbed, if it does; nothing of anything else."""
    if answer.media_type not in PAGES or not answer.body.strip():
        return Card(), ""
    page = parsed(answer)
    return (Card(), "") if page is None else (_of_page(page), _described_at(page, answer.url))


def of_oembed(answer: Answer) -> Card:
    """The card of an oEmbed answer in JSON. Its HTML is read for its words and a date."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return Card()
    if not isinstance(said, dict):
        return Card()
    words, on = _of_embedded(str(said.get("html") or ""))
    is_video = said.get("type") == "video"
    return Card(
        Kind.VIDEO if is_video else Kind.POST if words else Kind.PAGE,
        clean(said.get("title"), TITLE),
        clean(said.get("author_name"), AUTHOR),
        "" if is_video else words,
        on,
    )


def clean(given: object, most: int) -> str:
    """Its words in one line, without markup and letters nobody sees, cut at `most`."""
    if not isinstance(given, str):
        return ""
    whole = given[: most * 20].encode(errors="ignore").decode()  # JSON can have half a letter
    words = html.unescape(nh3.clean(whole, tags=set()))
    words = " ".join(UNSEEN.sub("", words).split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def parsed(answer: Answer) -> HtmlElement | None:
    """Its page as a tree; None where it is nothing at all."""
    text = foreign.decoded(answer.body, _encoding(answer))
    try:
        return document_fromstring(text.encode(), parser=HTMLParser(encoding="utf-8", no_network=True))
    except (etree.ParserError, ValueError):
        return None


def _encoding(answer: Answer) -> str:
    """As its server says, or else the page; what neither says is UTF-8, or guessed."""
    if answer.charset:
        return answer.charset
    if found := SAID.search(answer.body[:LOOKED_AT]):
        name = found[1].decode()
        # Whoever can read that in ASCII does not read UTF-16 (WHATWG, HTML, "prescan a byte stream").
        return "utf-8" if name.lower().startswith("utf-16") else name
    try:
        answer.body.decode()
    except UnicodeDecodeError as error:
        if error.end < len(answer.body) - 4:  # and not cut in the middle of a letter
            best = from_bytes(answer.body[: 16 * LOOKED_AT]).best()
            return best.encoding if best else "utf-8"
    return "utf-8"


def _of_page(page: HtmlElement) -> Card:
    said = dict(_described(page))
    kind = Kind.VIDEO if said.get("og:type", "").startswith("video") else Kind.PAGE
    title = _first(said, "og:title", "twitter:title") or page.findtext(".//title") or ""
    author = _first(said, "author", "article:author", "dc.creator", "twitter:creator")
    if BY_HANDLE.search(title):
        kind, title, author = Kind.POST, "", title
    return Card(
        kind,
        clean(title, TITLE),
        "" if author.startswith("http") else clean(author, AUTHOR),
        clean(_first(said, "og:description", "twitter:description", "description"), SENTENCE),
        _day(_first(said, "article:published_time", "og:published_time", "date", "dc.date", "datepublished"))
        or _day(_by_json(page)),
    )


def _described(page: HtmlElement) -> Iterator[tuple[str, str]]:
    """Names and contents of its `meta`, the first of each name last, so that it counts."""
    for meta in reversed(page.findall(".//meta")):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        if name and (content := meta.get("content")):
            yield name.strip().lower(), content


def _first(said: dict[str, str], *names: str) -> str:
    return next((said[name] for name in names if said.get(name, "").strip()), "")


def _by_json(page: HtmlElement) -> str:
    """When it was published, where only its JSON-LD says so."""
    for script in page.findall(".//script[@type='application/ld+json']"):
        try:
            said = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for one in _items(said):
            if isinstance(on := one.get("datePublished"), str):
                return on
    return ""


def _items(said: object) -> Iterator[dict[str, Any]]:
    """Each thing that is told of. WordPress, by Yoast, writes them into one `@graph`."""
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, dict):
            inside = one.get("@graph")
            yield one
            yield from (part for part in inside if isinstance(part, dict)) if isinstance(inside, list) else ()


def _day(given: str) -> date | None:
    """None for less than a whole day, such as "Tuesday", which a parser would take for the next one; and for
    01/12/2026, which is in December here and in January across the sea.
    """
    if EITHER_DAY.match(given.strip()):
        return None
    try:
        found, again = (dates.parse(given[:40], default=assumed).date() for assumed in ASSUMED)
    except (ValueError, OverflowError):
        return None
    return found if found == again and found.year in YEARS else None


def _described_at(page: HtmlElement, url: str) -> str:
    """Only on the page's own host: elsewhere it would be somebody else's word."""
    for link in page.findall(".//link[@rel='alternate']"):
        if link.get("type") == OEMBED and (at := urljoin(url, link.get("href") or "")):
            return at if _host(at) == _host(url) else ""
    return ""


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _of_embedded(given: str) -> tuple[str, date | None]:
    """The words of an embedded post, and its day, which is the last link under it."""
    if not given.strip():
        return "", None
    try:
        root: Any = document_fromstring(given)
    except (etree.ParserError, ValueError):
        return "", None
    for line in root.iter("br"):
        line.tail = " " + (line.tail or "")
    words = " ".join(part.text_content() for part in root.iter("p"))
    links = [link.text_content() for link in root.iter("a")]
    return clean(html.escape(words), SENTENCE), _day(links[-1]) if links else None
