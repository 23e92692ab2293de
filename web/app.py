"""The application: every part put together, once for each call."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, got_request_exception, request
from flask_login import LoginManager

from web import reporting
from web.clock import utc_now
from web.db import Database
from web.http.context import KEY, House, init_sessions
from web.http.limits import limit_open_forms
from web.http.rendering import init_look
from web.http.routing import Route
from web.http.security import init_security
from web.logs import init_logs
from web.pages import errors, register, webhooks, webmention
from web.pages.me import leaving
from web.pages.organise.sign_in import load_organiser
from web.settings import Settings
from web.tokens import signer_of

OPEN_FORMS = (
    "complaint.send", "join.send", "learning.take_down", "me.send_link", "organise.ask_to_sign_in",
    "start.send",
)  # fmt: skip


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    poke: Callable[[], None] = lambda: None,
    queue_answers: Callable[[], bool] = lambda: True,
    queue_depth: Callable[[], int | None] = lambda: 0,
    limits: bool = True,
) -> Flask:
    """The WSGI application. `poke` wakes the worker, which otherwise looks every minute; `queue_answers` is
    what /health/ready asks, and `queue_depth` what /metrics does.
    """
    app = Flask("web", static_folder=None)
    app.url_rule_class = Route
    database = Database(settings.database_url)
    app.extensions[KEY] = House(
        settings, database, signer_of(settings), clock, poke, queue_answers, queue_depth
    )
    init_logs(app)
    _report_errors(app, settings)
    init_security(app, settings, limits=limits)
    init_sessions(app)
    init_look(app)
    _init_login(app)
    register(app, settings)
    errors.register(app)
    # A mail program unsubscribes without a cookie, so without a form token: RFC 8058. The signed link is the
    # proof.
    app.extensions["csrf"].exempt(leaving.unsubscribe)
    app.extensions["csrf"].exempt(webhooks.pages)
    app.extensions["csrf"].exempt(webmention.pages)
    limit_open_forms(app, settings, *OPEN_FORMS)
    return app


def _report_errors(app: Flask, settings: Settings) -> None:
    def tell(_app: Flask, exception: BaseException) -> None:
        reporting.tell(settings, exception, request.url_rule.rule if request.url_rule else "none")

    if settings.sentry_dsn:
        reporting.begin(settings)
        got_request_exception.connect(tell, app, weak=False)


def _init_login(app: Flask) -> None:
    login = LoginManager(app)
    login.session_protection = None  # people change networks; the cookie is signed and short-lived
    login.user_loader(load_organiser)
