"""The local outbox: every message as its reader would see it, and answers to them. Only on trial, and only by
the printed link.
"""

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from notifications.providers import local
from web.forms.outbox import ReplyForm, TextForm
from web.http.access import OUTBOX_COOKIE, by_printed_link, opens_outbox, with_link
from web.http.context import house, page_number, stop_past_the_end
from web.services.common import programmes
from web.services.incoming import trying

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
    return _listing(TextForm(sender=_wanted() if _wanted().startswith("+") else ""))


def _wanted() -> str:
    return request.args.get("to", "").strip()


def _listing(form: TextForm) -> str:
    wanted = _wanted()
    page = page_number()
    found = local.inbox(g.session, to=wanted or None, limit=A_PAGE + 1, offset=(page - 1) * A_PAGE)
    stop_past_the_end(found)
    return render_template(
        "outbox/list.html",
        messages=found[:A_PAGE],
        older=len(found) > A_PAGE,
        page=page,
        wanted=wanted,
        form=form,
        texts_to=_texts_to(),
        to_join=programmes.to_join(g.session),
    )


def _texts_to() -> str | None:
    """The number that texts from here go to. Where a provider carries texts, ours would reach real phones."""
    settings = house().settings
    return settings.texts_to if settings.sms_provider == "local" else None


@pages.post("/texts")
@by_printed_link
def text_us() -> ResponseReturnValue:
    if _texts_to() is None:
        abort(404)
    form = TextForm()
    if not form.validate_on_submit():
        return _listing(form), 422
    number = str(form.sender.data)
    trying.text_us(g.session, number, str(form.words.data), signer=house().signer, now=g.now)
    flash(f"Your text from {number} is in. What we text back appears here within seconds: look again.")
    return redirect(url_for(".listing", to=number), 303)


def _one(number: int) -> local.Received:
    found = local.inbox(g.session, message_id=number)
    return found[0] if found else abort(404)


@pages.get("/<int:number>")
@by_printed_link
def message(number: int) -> ResponseReturnValue:
    return _message(_one(number), ReplyForm())


def _message(found: local.Received, form: ReplyForm) -> str:
    return render_template("outbox/message.html", message=found, form=form, answers_us=_answers_us(found))


def _answers_us(found: local.Received) -> bool:
    return trying.answers_us(g.session, found, signer=house().signer)


@pages.post("/<int:number>/reply")
@by_printed_link
def reply(number: int) -> ResponseReturnValue:
    found = _one(number)
    if not _answers_us(found):
        abort(404)
    form = ReplyForm()
    if not form.validate_on_submit():
        return _message(found, form), 422
    trying.reply(g.session, found, str(form.words.data), signer=house().signer, now=g.now)
    flash(f"Your answer from {found.to} is in. What comes of it appears here within seconds: look again.")
    return redirect(url_for(".listing", to=found.to), 303)


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
