"""The forms that pages show, found by reading the pages: a new form is found like the others."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import html

TOKEN, ID, NUMBER = re.compile(r"/[\w-]{25,}"), re.compile(r"/[0-9a-f]{20}\b"), re.compile(r"/\d+")
# Of a path: where it led to, and the HTML there; nothing if it is no page.
Fetch = Callable[[str], tuple[str, str]]
FIELDS = ".//input[@name]|.//select[@name]|.//textarea[@name]|.//button[@name]"


@dataclass(frozen=True)
class Field:
    """`kind` is an input's type, or the element's name. `value` is what a browser would send untouched."""

    name: str
    kind: str
    value: str = ""


@dataclass(frozen=True)
class Form:
    """`action` is a path, with the query a form of GET brings along."""

    method: str
    action: str
    fields: tuple[Field, ...]
    multipart: bool = False

    @property
    def kind(self) -> tuple[str, str, frozenset[str]]:
        """Forms of one kind differ only in whom or what they are about, and in what is in them."""
        return self.method, kind(self.action), frozenset(field.name for field in self.fields)


def kind(address: str) -> str:
    """The path with numbers, people and tokens taken out."""
    path = address.partition("?")[0]
    return NUMBER.sub("/1", ID.sub("/somebody", TOKEN.sub("/token", path)))


def forms_in(page: str, path: str) -> list[Form]:
    """Every form of a page that was found at `path`."""
    if not page.strip():
        return []
    found = []
    for each in html.document_fromstring(page).forms:
        fields = [_field(field) for field in each.xpath(FIELDS)]
        method = (each.get("method") or "get").upper()
        multipart = each.get("enctype") == "multipart/form-data"
        found.append(Form(method, urljoin(path, each.get("action") or path), tuple(fields), multipart))
    return found


def _field(element: html.HtmlElement) -> Field:
    kind_ = element.get("type", "text") if element.tag == "input" else str(element.tag)
    value = element.value if element.tag in ("select", "textarea") else element.get("value")
    return Field(element.get("name"), kind_, value if isinstance(value, str) else "")


def pages_from(fetch: Fetch, starts: Iterable[str], *, of_a_kind: int = 1) -> Iterator[tuple[str, str]]:
    """The pages that links lead to from `starts`, as path and HTML; so many of each kind."""
    seen: Counter[str] = Counter()
    known: set[str] = set()
    waiting = list(starts)
    while waiting:
        path = waiting.pop(0)
        if path in known or seen[kind(path)] >= of_a_kind:
            continue
        known.add(path)
        seen[kind(path)] += 1
        there, page = fetch(path)
        if page:
            yield there, page
            waiting += links_in(page, there)


def links_in(page: str, path: str) -> list[str]:
    """The paths on this site that a page leads to, with their queries."""
    found = []
    for each in html.document_fromstring(page).xpath("//a/@href"):
        address = urlsplit(urljoin(path, each))
        if not address.scheme and not address.netloc:
            found.append(address.path + (f"?{address.query}" if address.query else ""))
    return found
