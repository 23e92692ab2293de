"""Errors as pages that say what happened and what to do."""

from urllib.parse import urlencode

from flask import Flask, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from web.db import DATABASE_AWAY
from web.http import kept
from web.http.bodies import throw_away
from web.http.context import SAFE, PastTheEnd
from web.http.limits import minutes_left
from web.services.agreements.lookup import NoSuchProposal
from web.services.common import page_addresses
from web.services.common.programmes import Ends, NoSuchProgramme
from web.services.conversations.conversations import NotTheirs
from web.services.evidence.counting import BeingCounted
from web.services.learning.learnings import HasGone, NoSuchLearning
from web.services.learning.stories import NoSuchStory, StoryGone
from web.services.rounds.public_rounds import NoSuchRound
from web.sizes import said
from web.tokens import BadLink, ExpiredLink, UsedLink

OWN_PAGE = {403, 404, 410, 413, 422, 500, 503}
WORDS_TO_COPY = {403, 404}


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(429, _too_many)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(CSRFError, _without_token)
    app.register_error_handler(NoSuchProgramme, _no_such_programme)
    app.register_error_handler(Ends, _ends)
    app.register_error_handler(PastTheEnd, _past_the_end)
    app.register_error_handler(NoSuchProposal, lambda _error: _page(404))
    app.register_error_handler(NoSuchLearning, lambda _error: _page(404))
    app.register_error_handler(HasGone, lambda _error: (render_template("errors/gone.html"), 410))
    app.register_error_handler(NoSuchStory, lambda _error: _page(404))
    app.register_error_handler(StoryGone, lambda _error: (render_template("errors/story_gone.html"), 410))
    app.register_error_handler(NoSuchRound, lambda _error: _page(404))
    app.register_error_handler(BeingCounted, _being_counted)
    app.register_error_handler(NotTheirs, lambda _error: _page(404))
    app.register_error_handler(BadLink, _bad_link)
    for error in DATABASE_AWAY:
        app.register_error_handler(error, _database_away)


def _no_such_programme(error: NoSuchProgramme) -> ResponseReturnValue:
    """A programme that was renamed is where its old address leads. A form sent there keeps what was typed."""
    values = dict(request.view_args or {})
    address = page_addresses.moved_to(g.session, str(error)) if values.get("slug") == str(error) else None
    if address is None or request.endpoint is None:
        return _page(404)
    to = url_for(request.endpoint, **values | {"slug": address})
    if asked := request.query_string.decode("ascii", "ignore"):
        to = f"{to}?{asked}"
    return redirect(to, 301 if request.method in SAFE else 308)


def _past_the_end(_error: PastTheEnd) -> ResponseReturnValue:
    """The same list from its beginning."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return redirect(f"{request.path}?{urlencode(asked)}" if asked else request.path)


def _http(error: HTTPException) -> ResponseReturnValue:
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, DATABASE_AWAY):  # the commit failed, after the page had been made
        return _database_away(cause)
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    body, _ = _page(error.code if error.code in OWN_PAGE else 404 if error.code < 500 else 500)
    return (
        body,
        error.code,
        {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")},
    )


def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """How much may be sent, how much was, and what to do; to a program in one line."""
    throw_away()
    most, sent = said(g.most_bytes), request.content_length
    if request.blueprint == "webhooks":
        line = f"At most {most} are taken here; this has {said(sent) if sent else 'more'}.\n"
        return line, 413, {"Content-Type": "text/plain; charset=utf-8"}
    view = current_app.view_functions.get(request.endpoint or "")
    file: int | None = getattr(view, "file_bytes", None)
    page = render_template(
        "errors/413.html",
        most=said(file) if file else most,
        sent=sent and said(sent),
        is_file=file,
        signed_out=file and g.most_bytes < file,
    )
    return page, 413


def _without_token(_error: CSRFError) -> ResponseReturnValue:
    """The browser was closed, somebody signed in beside the form, or cookies are off."""
    form = kept.form()
    return (render_template("errors/not_taken.html", kept=form), 422) if form else _page(422)


def _page(code: int) -> tuple[str, int]:
    g.pop("programme", None)
    # Whatever a page of ours takes has been read by then, within its limits.
    form = kept.form() if request.endpoint and code in WORDS_TO_COPY else None
    return render_template(f"errors/{code}.html", kept=form), code


def _too_many(_error: HTTPException) -> ResponseReturnValue:
    return render_template("errors/429.html", minutes=minutes_left(), kept=kept.form()), 429


def _ends(error: Ends) -> ResponseReturnValue:
    return render_template("errors/ends.html", programme=error.programme, kept=kept.form()), 410


def _being_counted(_error: BeingCounted) -> ResponseReturnValue:
    return render_template("errors/being_counted.html"), 503, {"Retry-After": "60"}


def _bad_link(error: BadLink) -> ResponseReturnValue:
    used, expired = isinstance(error, UsedLink), isinstance(error, ExpiredLink)
    page = render_template(
        "errors/link.html", used=used, expired=expired, purpose=error.purpose, kept=kept.form()
    )
    return page, 410 if expired else 404


def _database_away(_error: Exception) -> ResponseReturnValue:
    g.pop("programme", None)
    return render_template("errors/503.html", kept=kept.form()), 503, {"Retry-After": "10"}
