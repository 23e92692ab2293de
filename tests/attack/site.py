"""The demo's site as `unmentoring serve` serves it, without limits on forms, and an owner signed in to it.

Prints one line of JSON once it listens: the address, the owner's cookie, and a request for every form there
is, which is what sqlmap is given. Limits are an argument of `create_app` and no setting, so no operator can
turn them off. Time stands still after 25 minutes, so that the owner has signed in lately to the end.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.attack.scans import AWAY
from tests.support.forms import Form, forms_in, pages_from
from tests.support.visitor import Visitor
from web import logs
from web.app import create_app
from web.clock import utc_now
from web.commands import demo_story
from web.commands.serving import listen
from web.db import Database
from web.settings import DEFAULT_KEY, Settings

SIGNED_IN_LATELY = timedelta(minutes=25)


def main(folder: Path, port: int) -> None:
    logs.configure(logs.WARNINGS)
    settings = Settings(database_url=f"sqlite:///{folder / 'demo.db'}", secret_key=DEFAULT_KEY).at_port(
        port, {}
    )
    database = Database(settings.database_url)
    database.upgrade()
    demo_story.make(settings, database, now=utc_now(), say=lambda _: None)
    end = utc_now() + SIGNED_IN_LATELY
    app = create_app(settings, clock=lambda: min(utc_now(), end), limits=False)
    with database.write() as session:
        doors = dict(demo_story.doors(session, settings, now=utc_now()))
    owner = Visitor(app).open(doors.pop("Sign in as organiser")).press("Sign in")
    cookie = owner.client.get_cookie("session")
    assert cookie is not None, f"nobody is signed in: {owner.text}"
    forms = every_form(owner, [owner.path, *(urlsplit(door).path for door in doors.values())])
    server = listen(app, settings, host="127.0.0.1", port=port)
    known = {
        "address": f"http://127.0.0.1:{port}",
        "start": owner.path,
        "cookie": f"session={cookie.value}",
        "requests": [request(form, port, cookie.value) for form in forms],
    }
    print(json.dumps(known), flush=True)
    server.run()


def every_form(owner: Visitor, starts: list[str]) -> list[Form]:
    """One of each kind, but for those that would end the owner's own session."""
    found: dict[Any, Form] = {}

    def fetch(path: str) -> tuple[str, str]:
        answer = owner.client.get(path, follow_redirects=True)
        is_page = answer.status_code == 200 and answer.mimetype == "text/html"
        return answer.request.path, answer.text if is_page else ""

    for path, page in pages_from(fetch, starts):
        for form in forms_in(page, path):
            if not any(word in form.action for word in AWAY):
                found.setdefault(form.kind, form)
    return list(found.values())


def request(form: Form, port: int, cookie: str) -> str:
    """The form as a browser would send it, in the words of HTTP."""
    sent = urlencode({field.name: field.value or "1" for field in form.fields if field.kind != "file"})
    path = form.action if form.method == "POST" else f"{form.action.partition('?')[0]}?{sent}"
    lines = [f"{form.method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Cookie: session={cookie}"]
    if form.method == "POST":
        lines.append("Content-Type: application/x-www-form-urlencoded")
    return "\n".join(lines) + "\n\n" + (sent if form.method == "POST" else "")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
