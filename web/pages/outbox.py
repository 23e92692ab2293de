"""The local outbox: every message as its reader would see it. Only on trial, only on this machine."""

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from notifications.providers import local
from web.house import house, page_number
from web.permissions import on_this_machine
from web.settings import is_loopback

pages = Blueprint("outbox", __name__, url_prefix="/outbox")
A_PAGE = 50
FORWARDED = ("forwarded", "x-forwarded-", "x-real-ip", "via")
# The mail's own styles are inline; nothing is fetched for it and its links open in the whole window.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation allow-popups"
)


@pages.before_request
def _only_here() -> None:
    """The bodies hold sign-in links: whoever comes from elsewhere, or through a proxy, finds nothing."""
    here = house().settings.is_trial and is_loopback(request.remote_addr or "")
    if not here or any(name.lower().startswith(FORWARDED) for name in request.headers.keys()):  # noqa: SIM118
        abort(404)


@pages.get("")
@on_this_machine
def listing() -> ResponseReturnValue:
    wanted = request.args.get("to", "").strip()
    page = page_number()
    found = local.inbox(g.session, to=wanted or None, limit=A_PAGE + 1, offset=(page - 1) * A_PAGE)
    return render_template(
        "outbox/list.html", messages=found[:A_PAGE], older=len(found) > A_PAGE, page=page, wanted=wanted
    )


def _one(number: int) -> local.Received:
    found = local.inbox(g.session, message_id=number)
    return found[0] if found else abort(404)


@pages.get("/<int:number>")
@on_this_machine
def message(number: int) -> ResponseReturnValue:
    found = _one(number)
    return render_template("outbox/message.html", message=found)


@pages.get("/<int:number>/html")
@on_this_machine
def html(number: int) -> ResponseReturnValue:
    found = _one(number)
    g.policy = MAIL_POLICY
    return found.html.replace("<head>", '<head><base target="_top">', 1)


@pages.get("/<int:number>/calendar.ics")
@on_this_machine
def calendar(number: int) -> ResponseReturnValue:
    found = _one(number)
    if not found.calendar:
        abort(404)
    return found.calendar, 200, {"Content-Type": "text/calendar; charset=utf-8"}
