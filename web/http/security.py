"""What guards every request: headers, form tokens, hosts, proxies, sizes and rates."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, abort, g, request
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from notifications.foreign import LARGEST_ID
from web.http.bodies import init_bodies
from web.http.limits import init_limits
from web.http.unchanged import init_unchanged
from web.services.organisers import organiser_sessions
from web.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Nothing is loaded from elsewhere. `frame-src` is for the outbox, which shows mails in a frame of their own.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def init_security(app: Flask, settings: Settings, *, limits: bool = True) -> None:
    public = urlsplit(settings.public_url)
    https = public.scheme == "https"
    app.url_map.converters["int"] = Number
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=[key for key in [settings.secret_key_previous] if key],
        SESSION_COOKIE_NAME="__Host-session" if https else "session",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=organiser_sessions.LIFE,
        # Otherwise each answer to an organiser sets it anew, feeds that others may cache among them.
        SESSION_REFRESH_EACH_REQUEST=False,
        TRUSTED_HOSTS=_hosts(settings, public.hostname or ""),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # we send no Referer, by our own policy
    )
    app.wsgi_app = AnyHostForHealth(app.wsgi_app, public.netloc)  # type: ignore[method-assign]
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxy_hops, x_proto=settings.proxy_hops, x_host=settings.proxy_hops
        )
    init_unchanged(app)
    app.after_request(_own_policy)  # before Talisman's, so it runs after it
    Talisman(
        app,
        force_https=False,  # the proxy in front does that; here it would break health checks
        strict_transport_security=https,
        strict_transport_security_max_age=31_536_000,
        strict_transport_security_include_subdomains=settings.hsts_subdomains,
        session_cookie_secure=https,
        content_security_policy=POLICY,
        content_security_policy_nonce_in=["script-src"],
        referrer_policy="no-referrer",
        frame_options="DENY",
        permissions_policy={"browsing-topics": "()", "camera": "()", "geolocation": "()", "microphone": "()"},
    )
    init_limits(app, settings, limits=limits)
    init_bodies(app)
    # After Talisman, so that the page that refuses a form has its nonce.
    CSRFProtect(app)
    app.before_request(_refuse_what_cannot_be_stored)
    app.after_request(_no_store)
    app.after_request(_redirect_to_a_path)


class AnyHostForHealth:
    """Watchers ask a container or a machine by its address, which nobody can list beforehand. /health/ and
    /metrics alone answer them, as if they had asked for `host`: their pages show nothing of what a request
    calls us.
    """

    def __init__(self, wsgi_app: "WSGIApplication", host: str) -> None:
        self._app, self._host = wsgi_app, host

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith("/health/") or path == "/metrics":
            environ["HTTP_HOST"] = self._host
        return self._app(environ, start_response)


def _refuse_what_cannot_be_stored() -> None:
    """PostgreSQL has no letter for zero, so nothing can be found under it."""
    if "\0" in request.path or any("\0" in value for value in request.args.values()):
        abort(404)


class Number(IntegerConverter):
    """A number in an address, as far as the columns of our ids go."""

    def __init__(self, map: Map, fixed_digits: int = 0, min: int = 0, max: int = LARGEST_ID) -> None:  # noqa: A002
        super().__init__(map, fixed_digits, min, max)


def _hosts(settings: Settings, public: str) -> list[str]:
    hosts = [public, *settings.allowed_hosts]
    return [*hosts, "localhost", "127.0.0.1", "[::1]"] if settings.is_trial else hosts


def _own_policy(response):  # type: ignore[no-untyped-def]  # Flask's own signature
    """A view that shows somebody else's document sets `g.policy` to a stricter one of its own."""
    if policy := g.get("policy"):
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _redirect_to_a_path(response):  # type: ignore[no-untyped-def]  # Flask's own signature
    # The router writes in front of a path what the request called us: its port, and http behind a proxy.
    if response.location and response.location.startswith(request.host_url):
        response.location = "/" + response.location.removeprefix(request.host_url).lstrip("/")
    return response


def _no_store(response):  # type: ignore[no-untyped-def]  # Flask's own signature
    # Pages behind links and sign-in belong to one person: no cache in between keeps them.
    response.headers.setdefault("Cache-Control", "no-store")
    return response
