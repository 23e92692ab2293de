"""A test client that looks at every page any test fetches. `app.test_client_class = HouseClient`."""

import re
from hashlib import sha256
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.house_rules import findings

# A mail in the outbox is shown as its reader's mail program would: it has its own rules and its own tests.
A_MAIL = re.compile(r"/outbox/\d+/html|/organise/[\w-]+/settings/wording/\w+/html$")
TOKEN = re.compile(r'(name="csrf_token" value=")[^"]+')
NONCE = re.compile(r"'nonce-([^']+)'")


class HouseClient(FlaskClient):
    """Fails the test that fetched a page with something wrong on it, and says what and where."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.titles: dict[str, str] = {}

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        is_page = response.mimetype == "text/html" and response.data and response.location is None
        if is_page and not A_MAIL.match(response.request.path):
            self.look_at(response)
        return response

    def unseen(self, *args: Any, **kwargs: Any) -> TestResponse:
        """For what a browser would not do: nobody looks at the page that answers it."""
        return super().open(*args, **kwargs)

    def look_at(self, response: TestResponse) -> None:
        policy = response.headers.get("Content-Security-Policy", "")
        nonce = NONCE.search(policy)
        found = [*self.findings(response.text, nonce.group(1) if nonce else None)]
        if "default-src 'none'" not in policy:
            found.append("the Content-Security-Policy does not begin by forbidding everything")
        found += self.same_title_as_another(response)
        request = response.request
        assert not found, f"{request.method} {request.path}:\n  " + "\n  ".join(found)

    def findings(self, page: str, nonce: str | None) -> tuple[str, ...]:
        """Of pages that differ in nothing but their tokens one is read: reading takes 11 ms."""
        known: dict[bytes, tuple[str, ...]] = self.application.extensions.setdefault("pages read", {})
        alike = TOKEN.sub(r"\1…", page.replace(nonce, "…") if nonce else page)
        key = sha256(f"{nonce is None} {alike}".encode()).digest()
        if key not in known:
            known[key] = tuple(findings(page, self.application, nonce))
        return known[key]

    def same_title_as_another(self, response: TestResponse) -> list[str]:
        if response.status_code != 200 or response.request.method != "GET":
            return []
        title = re.search(r"<title>(.*?)</title>", response.text, re.DOTALL)
        path = response.request.path
        other = self.titles.setdefault(title.group(1) if title else "", path)
        place = [self.application.url_map.bind("").match(p)[0] for p in (path, other)]
        return [] if place[0] == place[1] else [f"{other} has the same title"]
