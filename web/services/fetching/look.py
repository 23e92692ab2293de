"""Looking at one link: what is asked of whom, in which order."""

import re
from urllib.parse import quote, urlsplit

from web.services.fetching import reading
from web.services.fetching.card import Card
from web.services.fetching.client import Client, follow, good
from web.services.fetching.errors import FetchError, Refused
from web.services.fetching.reading import JSON, PAGES
from web.services.fetching.robots import Robots

# Sites whose pages say nothing without their scripts, and where each tells programs what is on them. These
# doors are made for programs, so that robots.txt, which is about pages, is not asked.
X = "https://publish.twitter.com/oembed?omit_script=1&dnt=1&url="
YOUTUBE = "https://www.youtube.com/oembed?format=json&url="
OEMBED_DOORS = {
    "x.com": X,
    "twitter.com": X,
    "youtube.com": YOUTUBE,
    "youtu.be": YOUTUBE,
    "bsky.app": "https://embed.bsky.app/oembed?url=",
    "vimeo.com": "https://vimeo.com/api/oembed.json?url=",
}
# What these doors know; of all else, such as somebody's profile or channel, they say 404, though it is there.
# Source: oembed.com, providers.json.
BEHIND_DOORS = re.compile(
    r"/status(?:es)?/\d|//youtu\.be/\w|/(?:watch|shorts|live|embed|playlist|v)\b"
    r"|/profile/[^/]+/post/\w|vimeo\.com/.*\d{5}",
    re.IGNORECASE,
)
PREFIXES = ("www.", "m.", "mobile.")
# Where sites send whoever is not signed in or has not agreed to cookies: login.microsoftonline.com,
# accounts.google.com/ServiceLogin, linkedin.com/authwall, facebook.com/login.php, consent.yahoo.com. What it
# says there is about the gate, and not about what is behind it.
GATES = re.compile(
    r"//(?:accounts?|adfs|auth|consent|guce|idp|login|logon|signin|sso)\."
    r"|/(?:log-?[io]n|sign-?in|servicelogin|authwall|oauth2?|saml2?|sso|consent|zustimmung)(?:\.\w{3,4})?(?:[/?#]|$)",
    re.IGNORECASE,
)


def look_at(link: str, client: Client, robots: Robots) -> Card:
    """What is behind a link; an empty card if nothing says what it is.

    Raises:
        Refused, Gone, Trouble.
    """
    door = OEMBED_DOORS.get(_site(link))
    if door and BEHIND_DOORS.search(link):
        return reading.of_oembed(good(follow(client, door + quote(link, safe=""), JSON)))
    page = good(follow(client, link, ", ".join(PAGES), robots.check))
    if _is_a_gate(page.url) and not _is_a_gate(link):
        raise Refused("its site asks people to sign in or to agree first")
    card, described_at = reading.of_page(page)
    if not described_at:
        return card
    try:
        return card.filled_from(reading.of_oembed(good(follow(client, described_at, JSON, robots.check))))
    except FetchError:  # the page itself was there
        return card


def _is_a_gate(url: str) -> bool:
    return GATES.search(url.partition("?")[0]) is not None


def _site(link: str) -> str:
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:  # as whoever opens it will say
        return ""
    for prefix in PREFIXES:
        host = host.removeprefix(prefix)
    return host
