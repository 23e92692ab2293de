"""The local outbox: every message as its reader would see it. Only on trial, and only by the printed link."""

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from notifications.providers import local
from web.house import page_number
from web.permissions import OUTBOX_COOKIE, by_printed_link, opens_outbox, with_link

pages = Blueprint("outbox", __name__, url_prefix="/outbox")
A_PAGE = 50
# The mail's own styles are inline; nothing is fetched for it and its links open in the whole window.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'; "
    "sandbox allow-top-navigation-by-user-activation allow-popups"
)


@pages.get("/open/<token>")
@with_link
def enter(token: str) -> ResponseReturnValue:
    """By the link that a command printed. The cookie is the link itself: the session could be forged, because
    everybody knows the key of a try-out.
    """
    if not opens_outbox(token):
        return render_template("outbox/closed.html"), 403
    answer = redirect(url_for(".listing"), 303)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    answer.set_cookie(OUTBOX_COOKIE, token, path="/outbox", secure=secure, httponly=True, samesite="Lax")
    return answer


@pages.get("")
@by_printed_link
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
@by_printed_link
def message(number: int) -> ResponseReturnValue:
    found = _one(number)
    return render_template("outbox/message.html", message=found)


@pages.get("/<int:number>/html")
@by_printed_link
def html(number: int) -> ResponseReturnValue:
    found = _one(number)
    g.policy = MAIL_POLICY
    return found.html.replace("<head>", '<head><base target="_top">', 1)


@pages.get("/<int:number>/calendar.ics")
@by_printed_link
def calendar(number: int) -> ResponseReturnValue:
    found = _one(number)
    if not found.calendar:
        abort(404)
    return found.calendar, 200, {"Content-Type": "text/calendar; charset=utf-8"}
