"""Where a link leads that somebody pasted: without the gateway that rewrote it, and without what it tells of
whoever copied it.

Microsoft's Safe Links, which many councils have, put the reader's own email address into each link of a mail.
Whoever copies one from there, and asks for no name, would be named on the page.
"""

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from notifications import secrets

# In a sentence: the full stop or bracket at its end is none of it.
A_LINK = re.compile(r"https?://[^\s<>\"'“”„«»]*[^\s<>\"'“”„«».,;:!?)\]]", re.IGNORECASE)
MOST = 3  # gateways, one in another
# Gateways that carry the address in their query: by host and what it ends with, and path; in which field.
# Sources: Microsoft, "Safe Links"; Proofpoint, "URLDefenseDecode"; the addresses that each of them makes.
CARRIED = (
    (r".+\.safelinks\.protection\.(outlook\.com|office365\.us)", "/", ("url",)),
    (r"statics\.teams\.cdn\.(office\.net|live\.net)", "/evergreen-assets/safelinks/", ("url",)),
    (r"(www\.)?google\.[a-z.]{2,6}", "/url", ("q", "url")),
    (r"lm?\.facebook\.com|l\.(instagram|messenger)\.com|l\.threads\.(net|com)", "/", ("u",)),
    (r"www\.linkedin\.com", "/(redir/redirect|safety/go)", ("url",)),
    (r"slack-redir\.net", "/link", ("url",)),
    (r"linkprotect\.cudasvc\.com", "/url", ("a",)),
)
BY_PROOFPOINT = re.compile(r"https://urldefense(?:\.proofpoint)?\.com/v2/url\?u=([^&]+)", re.IGNORECASE)
# Its third kind writes what it leaves out as "*": of such a link nothing is guessed.
BY_PROOFPOINT_3 = re.compile(r"https://urldefense\.(?:com|us)/v3/__([^*]+?)__;", re.IGNORECASE)
# Who copied or sent it, for the eyes of those who count: by host, or anywhere.
ANYWHERE = re.compile(r"utm_\w+|fbclid|gclid|igshid?|mc_[ce]id|mkt_tok|_hs(enc|mi)|rcm")
AT = (
    (r"(.+\.)?substack\.com", re.compile("r")),
    (r"(www\.|m\.)?youtube\.com|youtu\.be|open\.spotify\.com", re.compile("si")),
    (r"((www|mobile)\.)?(x|twitter)\.com", re.compile("[st]")),
)


def direct(link: str) -> str:
    """The same page by its own address. Whatever is no link, or cannot be read, stays as it is."""
    for _ in range(MOST):
        inner = _carried(link)
        if inner is None or not inner.startswith(("https://", "http://")):
            break
        link = inner
    return _without_traces(link)


def direct_in(text: str) -> str:
    """Words with each link in them made `direct`."""
    return A_LINK.sub(lambda found: direct(found[0]), text)


def for_others(text: str) -> str:
    """Words as others may read them: each link `direct`, and none of ours, nor a code of ours.

    Ours are looked for before, because an address cut by a mail is put together then, and again afterwards: a
    gateway may have written one so that its letters stand there only once it is undone.
    """
    return secrets.without(direct_in(secrets.without(text)))


def _carried(link: str) -> str | None:
    if found := BY_PROOFPOINT_3.match(link):
        return found[1]
    if found := BY_PROOFPOINT.match(link):
        return unquote(found[1].replace("-", "%").replace("_", "/"))
    parts = _parts(link)
    if parts is None:
        return None
    host, path, query = parts
    fields = next((fields for where, at, fields in CARRIED if _is(host, where) and re.match(at, path)), ())
    given = dict(parse_qsl(query))
    return next((given[field] for field in fields if field in given), None)


def _without_traces(link: str) -> str:
    parts = _parts(link)
    if parts is None or not parts[2]:
        return link
    host, _, query = parts
    pairs = parse_qsl(query, keep_blank_values=True)
    traces = [ANYWHERE, *(trace for where, trace in AT if _is(host, where))]
    kept = [(name, value) for name, value in pairs if not any(trace.fullmatch(name) for trace in traces)]
    if len(kept) == len(pairs):
        return link  # letter by letter: it may be signed
    return urlsplit(link)._replace(query=urlencode(kept)).geturl()


def _parts(link: str) -> tuple[str, str, str] | None:
    try:
        parts = urlsplit(link)
        return (parts.hostname or "").rstrip("."), parts.path, parts.query
    except ValueError:
        return None


def _is(host: str, where: str) -> bool:
    return re.fullmatch(where, host) is not None
