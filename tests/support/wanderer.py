"""Somebody who follows whatever links a page shows, fills in its forms with whatever comes to mind, and
presses whatever there is to press; now and then twice.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.support.visitor import Visitor, path_of

SAID = (
    "", "yes", "3", "0", "-1", "99999999999999999999", "2026-12-20", "07700 900123", "person-003@example.org",
    "new@example.org", "https://example.org/a", "Amina Yusuf", "Łukasz ’s “café”", "Leeds City Council",
    "Ask the crews first.", "Tom made me feel unsafe", "<b>hi</b> {{ 7 }}", "\u202eabc", "x" * 400,
)  # fmt: skip
KEEPS = 0.6  # how often a field keeps what the page put into it
Fields = list[tuple[str, str]]


class Wanderer:
    """Comes in by one of their `doors`, which are asked for anew each time: letters bring more of them."""

    def __init__(self, visitor: Visitor, doors: Callable[[], list[str]], rng: random.Random) -> None:
        self.visitor, self.doors, self.rng = visitor, doors, rng
        self.trail: list[str] = []

    def step(self) -> str | None:
        """One click. What went wrong on our side by it, and how they came there."""
        forms, links = self._shown()
        if not (forms or links) or self.rng.random() < 0.1:
            return self._open(self.rng.choice(self.doors()))
        if forms and (not links or self.rng.random() < 0.5):
            return self._press(self.rng.choice(forms))
        return self._open(self.rng.choice(links))

    def _shown(self) -> tuple[list[Any], list[str]]:
        if not self.trail or self.visitor.answer.mimetype != "text/html":
            return [], []
        page, here = self.visitor.page, self.visitor.path
        links = [_address(link, here) for link in page.xpath("//a/@href") if _is_ours(link)]
        forms = [form for form in page.xpath("//form[.//button]") if "sign-out" not in form.get("action", "")]
        return forms, links

    def _open(self, address: str) -> str | None:
        return self._told(f"GET {address}", lambda: self.visitor.open(address))

    def _press(self, form: Any) -> str | None:
        button = self.rng.choice(form.xpath(".//button"))
        fields = [*self._filled_in(form), *_of_button(button)]
        action = button.get("formaction") or form.get("action") or path_of(self.visitor.answer.request.url)
        if form.get("method", "get").lower() == "get":
            return self._open(f"{urlsplit(action).path}?{urlencode(fields)}")
        trouble = self._told(f"POST {action} {fields}", lambda: self.visitor.post(action, fields))
        if trouble or self.rng.random() > 0.15:
            return trouble
        return self._told(f"POST {action} once more", lambda: self.visitor.post(action, fields))

    def _filled_in(self, form: Any) -> Iterator[tuple[str, str]]:
        radios: dict[str, list[Any]] = {}
        for field in form.xpath(".//input[@name]|.//textarea[@name]|.//select[@name]"):
            name, kind = field.get("name"), field.get("type", "text") if field.tag == "input" else field.tag
            if kind == "radio":
                radios.setdefault(name, []).append(field)
            elif kind == "checkbox":
                if (field.get("checked") is not None) != (self.rng.random() > KEEPS):
                    yield name, field.get("value", "y")
            elif kind != "file":
                yield name, self._said(field, kind)
        for name, choices in radios.items():
            yield name, self.rng.choice(choices).get("value", "")

    def _said(self, field: Any, kind: str) -> str:
        if kind == "select":
            return str(self.rng.choice(field.xpath(".//option/@value") or [""]))
        there = field.text_content() if kind == "textarea" else field.get("value", "")
        keeps = kind == "hidden" or (there and self.rng.random() < KEEPS)
        return str(there) if keeps else self.rng.choice(SAID)

    def _told(self, what: str, act: Callable[[], Any]) -> str | None:
        self.trail = [*self.trail[-4:], what]
        try:
            act()
            status = self.visitor.status
        except Exception as error:  # noqa: BLE001  (it is told)
            return f"{error!r} after {self.trail}"
        return f"{status} after {self.trail}" if status >= 500 else None


def _is_ours(link: str) -> bool:
    parts = urlsplit(link)
    is_page = parts.scheme in ("", "http") and parts.hostname in (None, "127.0.0.1")
    return is_page and not link.startswith("#") and "sign-out" not in link


def _address(link: str, here: str) -> str:
    return here + link if link.startswith("?") else path_of(link)


def _of_button(button: Any) -> Fields:
    return [(button.get("name"), button.get("value", ""))] if button.get("name") else []
