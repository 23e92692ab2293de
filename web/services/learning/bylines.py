"""Does a link itself say who wrote what is behind it? "Without my name" hides nobody whose link does."""

import re
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from notifications import titles
from web.services.common.traces import TITLES, WORD, plain

WEB_LINK = re.compile(r"https?://[^\s<>\"'“”]+|\bwww\.[^\s<>\"'“”]+", re.IGNORECASE)
# Sites on which the first part of a path is whose account it is, but for these parts.
BY_ACCOUNT = set(
    """
    twitter.com x.com facebook.com instagram.com threads.net threads.com tiktok.com github.com gitlab.com
    codeberg.org dev.to tumblr.com about.me linktr.ee vimeo.com soundcloud.com twitch.tv pinterest.com
    pinterest.co.uk ko-fi.com patreon.com slideshare.net speakerdeck.com hackernoon.com
    """.split()
)
NOBODY = set(
    """
    i home search hashtag hashtags explore intent share sharer watch events groups p reel reels stories status
    posts about help privacy terms login tag tags topics collections sponsors orgs marketplace s l story.php
    permalink.php photo.php web
    """.split()
)
# Sites that give each writer a name in front of theirs.
BY_HOST = set(
    """
    wordpress.com blogspot.com blogspot.co.uk medium.com substack.com tumblr.com github.io gitlab.io ghost.io
    micro.blog bearblog.dev livejournal.com weebly.com wixsite.com typepad.com hashnode.dev write.as
    neocities.org
    """.split()
)
NO_WRITER = {"www", "link", "blog", "m", "mobile", "open", "help", "support", "news", "about", "l"}
# Words behind which stands whose page it is: bsky.app/profile/…, /author/…, /users/…
BEHIND = set("profile profiles author authors user users people person member members by".split())
BEHIND_AT = {"linkedin.com": {"in", "pub"}, "youtube.com": {"c", "channel"}, "reddit.com": {"u"}}
BETWEEN = r"[\W\d_]*"  # hyphens, dots and the like, in a name and between two
LINKEDIN_POST = re.compile(r"([a-z0-9-]+?)_[\w-]*activity", re.IGNORECASE)


def is_many_peoples(host: str) -> bool:
    """Do many write there, each in a part of it?"""
    return host in BY_ACCOUNT | BY_HOST | BEHIND_AT.keys()


def author_in(link: str, name: str = "") -> str:
    """The part of a link that says who wrote it, such as "@tomfield"; empty if none does.

    It is an account's name, as sites put it into their addresses, or the words of `name` close together.
    """
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    except ValueError:
        return ""
    path = [unquote(part) for part in parts.path.split("/") if part]
    rest = unquote(f"{parts.query} {parts.fragment}")
    return _account(host, path) or _spelled([host, *path, rest], name)


def author_of(text: str, link: str, name: str = "") -> str:
    """The same for a learning: its link, and those among its words."""
    found = (author_in(one, name) for one in (link, *WEB_LINK.findall(text)) if one)
    return next((author for author in found if author), "")


def _account(host: str, path: list[str]) -> str:
    for part in path:
        if len(part) > 1 and part[0] in "@~":
            return part
    at_linkedin = host.endswith("linkedin.com")
    behind = BEHIND.union(*(words for site, words in BEHIND_AT.items() if host.endswith(site)))
    for word, after in pairwise(path):
        if word.casefold() in behind:
            return after
    if path and host in BY_ACCOUNT and path[0].casefold() not in NOBODY:
        return path[0]
    if at_linkedin and len(path) > 1 and (post := LINKEDIN_POST.match(path[1])):
        return post[1]
    writer, _, site = host.partition(".")
    return host if site in BY_HOST and writer not in NO_WRITER else ""


def _spelled(parts: list[str], name: str) -> str:
    """The part in which somebody's first and last name stand side by side, in whichever order."""
    words = ["".join(WORD.findall(word)) for word in plain(titles.without(name)).split()]
    words = [word for word in words if word and word not in TITLES]
    if len(words) < 2:
        return ""
    first, last = (BETWEEN.join(word) for word in (words[0], words[-1]))
    initial = rf"(?<![^\W\d_]){first[0]}[._-]?{last}(?![^\W\d_])"
    near = re.compile(rf"{first}{BETWEEN}{last}|{last}{BETWEEN}{first}|{initial}")
    return next((part.strip() for part in parts if near.search(plain(part))), "")
