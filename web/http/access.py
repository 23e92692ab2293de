"""Who may open what. Every view says so here; a test walks the routes and fails on one that does not."""

import hmac
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from functools import wraps
from typing import Any, NoReturn

from flask import abort, current_app, g, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from web.http import kept
from web.http.context import house
from web.models import Programme, Purpose, Role
from web.services.common import links, page_addresses, programmes
from web.services.organisers import accounts, organiser_sessions
from web.sizes import FORM_BYTES
from web.tokens import BadLink

View = Callable[..., Any]
RECENT = timedelta(minutes=30)
OUTBOX_COOKIE = "outbox"
KEPT_LETTERS = 1500  # of a form, in a cookie that holds 4,000


class Access(StrEnum):
    """What somebody needs to be let in."""

    EVERYONE = "nothing"
    LINK = "a signed link from a message"
    SIGNED_IN = "a signed-in organiser"
    VIEWER = "viewer"
    ORGANISER = "organiser"
    OWNER = "owner"
    OPERATOR = "operator"
    PROVIDER = "a provider's signature"
    WATCHER = "a token of the operator's, for a program that watches"
    PRINTED_LINK = "the link that a command printed, on trial"


def open_to_everyone(view: View) -> View:
    return _decided(view, Access.EVERYONE)


def with_link(view: View) -> View:
    """The view opens the link in its address itself: what it may show depends on the link."""
    return _decided(view, Access.LINK)


def by_printed_link(view: View) -> View:
    """Only for a browser that came by the link to the outbox which a command printed, and has its cookie.

    Not even the machine itself is believed: a proxy in front of it speaks from a loopback address, and the
    server takes off what the proxy says about whom it speaks for.
    """

    @wraps(view)
    def guarded(**values: Any) -> Any:
        if not opens_outbox(request.cookies.get(OUTBOX_COOKIE, "")):
            return render_template("outbox/closed.html"), 403
        return view(**values)

    return _decided(guarded, Access.PRINTED_LINK)


def opens_outbox(token: str) -> bool:
    try:
        links.open_link(g.session, house().signer, token, Purpose.OUTBOX, now=g.now)
    except BadLink:
        return False
    return True


def signed_by_provider(view: View) -> View:
    """The view itself checks the signature, over the raw bytes."""
    return _decided(view, Access.PROVIDER)


def by_metrics_token(view: View) -> View:
    @wraps(view)
    def guarded(**values: Any) -> Any:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        wanted = (house().settings.metrics_token or "").encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode("utf-8", "replace"), wanted):
            return "", 401, {"WWW-Authenticate": "Bearer"}
        return view(**values)

    return _decided(guarded, Access.WATCHER)


def signed_in(view: View) -> View:
    @wraps(view)
    def guarded(**values: Any) -> Any:
        if not current_user.is_authenticated:
            return _to_sign_in()
        return view(**values)

    return _decided(guarded, Access.SIGNED_IN)


def operators_only(view: View) -> View:
    """Only for who looks after the whole installation. Everybody else learns nothing of the page."""

    @wraps(view)
    def guarded(**values: Any) -> Any:
        if not current_user.is_authenticated:
            return _to_sign_in()
        if not current_user.operates:
            abort(404)
        return view(**values)

    return _decided(guarded, Access.OPERATOR)


def needs(role: Role) -> Callable[[View], View]:
    """Only for organisers with at least `role` in the programme named by `slug`.

    Somebody without any role there learns nothing, not even whether the programme exists.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(slug: str, **values: Any) -> Any:
            if not current_user.is_authenticated:
                return _to_sign_in()
            place = accounts.place_of(g.session, current_user.id, slug)
            if place is None:
                _follow_renamed(slug)
            g.programme, g.role = place
            if not accounts.may(g.role, role):
                abort(403)
            if not getattr(view, "outlives", False):
                stop_if_closed(g.programme)
            return view(**values)

        return _decided(guarded, Access(role.value))

    return decorate


def _follow_renamed(slug: str) -> NoReturn:
    """Whoever has a role in a programme that was at this address once is led on; others find nothing.

    Raises:
        programmes.NoSuchProgramme
    """
    address = page_addresses.moved_to(g.session, slug)
    if address is None or accounts.place_of(g.session, current_user.id, address) is None:
        abort(404)
    raise programmes.NoSuchProgramme(slug)


def stop_if_closed(programme: Programme) -> None:
    """A programme that has ended can be looked at, and nothing in it changes any more: the form of a change
    is not shown either.

    Raises:
        programmes.Ends
    """
    if request.url_rule and "POST" in (request.url_rule.methods or ()):
        programmes.must_be_open(programme)


def outlives_its_programme(view: View) -> View:
    """Below `needs`: may still be done once the programme has ended."""
    view.outlives = True  # type: ignore[attr-defined]
    return view


def recently_signed_in(*, back: str) -> Callable[[View], View]:
    """Below `needs`: asks to sign in again when that was 30 minutes ago or longer.

    For what cannot be taken back: sending, exporting, erasing. Afterwards the organiser is at the page
    `back`, named like ".one_round" and with the values this view's address shares with it, where
    `kept_form()` has what they had typed; what is too long for a cookie waits on a page. Nothing is done by
    itself.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> Any:
            if is_recent():
                return view(**values)
            fits = _interrupt(_address(back, {"slug": g.programme.slug, **values}))
            if not fits and (form := kept.form()) and form.words:
                return render_template("errors/not_taken.html", kept=form, sign_in="again"), 403
            return redirect(url_for("organise.sign_in_again"), 303)

        guarded.recent = True  # type: ignore[attr-defined]
        return guarded

    return decorate


def is_recent() -> bool:
    """Did whoever is signed in do so less than 30 minutes ago?"""
    return bool(g.now - current_user.since < RECENT)


def kept_form() -> MultiDict[str, str] | None:
    """What was typed before signing in again sent its author away from this page; given out once."""
    kept = session.get("interrupted")
    if not kept or not kept["fields"] or kept["by"] != current_user.id or kept["page"] != request.path:
        return None
    del session["interrupted"]
    return MultiDict((name, value) for name, value in kept["fields"])


def _interrupt(page: str) -> bool:
    """Note what was interrupted. Did what was typed fit into the cookie?"""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    small = sum(len(name) + len(value) for name, value in typed) <= KEPT_LETTERS
    session["next"] = page
    session["interrupted"] = {"by": current_user.id, "page": page, "fields": typed if small else []}
    return small


def _address(endpoint: str, values: dict[str, Any]) -> str:
    full = f"{request.blueprint}{endpoint}" if endpoint.startswith(".") else endpoint
    wanted = {name for rule in current_app.url_map.iter_rules(full) for name in rule.arguments}
    return url_for(full, **{name: value for name, value in values.items() if name in wanted})


def takes_files(most_bytes: int) -> Callable[[View], View]:
    """The view takes a file, from somebody who is signed in."""

    def decorate(view: View) -> View:
        view.file_bytes = most_bytes  # type: ignore[attr-defined]
        return takes_bodies(most_bytes + FORM_BYTES, _is_signed_in)(view)

    return decorate


def _is_signed_in() -> bool:
    """Asked before the request has a session of its own: that is opened when the body has been read."""
    token = session.get("_user_id")
    if not token:
        return False
    with house().database.read() as reading:
        return organiser_sessions.find(reading, token, now=house().clock()) is not None


def takes_bodies(most_bytes: int, knows_sender: Callable[[], bool] = lambda: True) -> Callable[[View], View]:
    """The view takes so much from whom it knows. From others, and by every other view, no more than 64 kB."""

    def decorate(view: View) -> View:
        view.most_bytes, view.knows_sender = most_bytes, knows_sender  # type: ignore[attr-defined]
        return view

    return decorate


def holds_no_lock(view: View) -> View:
    """The view works long and opens its own writing session for the moment it needs one."""
    view.own_session = True  # type: ignore[attr-defined]
    return view


def without_database(view: View) -> View:
    """The view answers while the database is away: it has no `g.session`."""
    view.no_session = True  # type: ignore[attr-defined]
    return view


def _to_sign_in() -> Any:
    if (form := kept.form()) and form.words:
        return render_template("errors/not_taken.html", kept=form, sign_in="in"), 403
    wanted = request.path if request.method == "GET" else None
    return redirect(url_for("organise.sign_in", next=wanted), 303)


def _decided(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
