"""What every page of one running application shares: its settings, its database, its clock.

PastTheEnd          a page of a list is asked for that has nothing on it
"""

from collections.abc import Callable, Sized
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import cast

from flask import Flask, Response, current_app, g, request
from sqlmodel import Session

from notifications import quiet_hours, words
from notifications.foreign import LARGEST_ID
from web.db import Database
from web.http.recent import Recent
from web.settings import Settings
from web.tokens import Signer

SAFE = ("GET", "HEAD", "OPTIONS")
KEY = "unmentoring"
LAST_PAGE = 100_000


class PastTheEnd(Exception):
    pass


@dataclass(frozen=True)
class House:
    """`clock` tells the time in UTC; `poke` wakes the worker, and may be lost without harm; `queue_answers`
    says whether it would be heard, `queue_depth` how many wake-ups nobody has taken yet, None while the
    queue is away; `recent` keeps what public pages were made of.
    """

    settings: Settings
    database: Database
    signer: Signer
    clock: Callable[[], datetime]
    poke: Callable[[], None]
    queue_answers: Callable[[], bool] = lambda: True
    queue_depth: Callable[[], int | None] = lambda: 0

    @cached_property
    def recent(self) -> Recent:
        return Recent(lambda: self.database.written)


def house() -> House:
    return cast(House, current_app.extensions[KEY])


def row_number(text: str) -> int:
    """For `type=` where a form or an address says which row, version or column. ValueError for what none is
    called.
    """
    number = int(text)
    if not 0 <= number <= LARGEST_ID:
        raise ValueError(f"no row is called {text}")
    return number


def page_number() -> int:
    """Which page of a list is wanted: the first, unless a sensible number says otherwise."""
    return min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)


def page_to_return_to() -> int | None:
    """The page of a list that a form on it leads back to; None for the first, which has no number."""
    return page_number() if page_number() > 1 else None


def stop_past_the_end(rows: Sized) -> None:
    """A list that has become shorter, or an address that was typed: "nobody found" would be untrue.

    Raises:
        PastTheEnd: there are no rows on this page, and it is not the first.
    """
    if not rows and page_number() > 1 and request.method in SAFE:
        raise PastTheEnd


def by_day(sentence: str) -> str:
    """A sentence on letters that are on their way. At night it adds when they go: see `quiet_hours`."""
    morning = quiet_hours.until(g.now) if house().settings.has_quiet_nights else None
    if morning is None:
        return sentence
    return f"{sentence} It is night: they go out from 8:00 on {words.day(morning)}.".strip()


def init_sessions(app: Flask) -> None:
    """`g.session` and `g.now` for every request.

    A safe method gets a session that cannot write. The others get one that commits if the answer is not an
    error, before that answer leaves, and then wakes the worker. A body is read before it is
    opened: who sends one slowly keeps nobody from writing.
    """
    app.before_request(_open)
    app.after_request(_settle)
    app.teardown_request(_close)


def _open() -> None:
    g.now = house().clock()
    if _opens_no_session():
        return
    if request.method not in SAFE:
        request.get_data()
    g.open_session = ExitStack()
    writes = request.method not in SAFE and not _brings_its_own_session()
    database = house().database
    g.session = g.open_session.enter_context(database.write() if writes else database.read())
    g.writes = writes  # only now: while the database is away there is nothing to commit or to roll back


def _brings_its_own_session() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "own_session", False))


def _opens_no_session() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "no_session", False))


def _settle(response: Response) -> Response:
    if g.get("writes"):
        session: Session = g.session
        if response.status_code < 400:
            session.commit()
        else:
            session.rollback()
        g.open_session.close()
        if response.status_code < 400:
            house().poke()
    return response


def _close(_error: BaseException | None) -> None:
    opened: ExitStack | None = g.pop("open_session", None)
    if opened is None:
        return
    if _error and g.get("writes"):
        g.session.rollback()
    opened.close()
