"""Replies that we do not understand, for organisers to read and deal with."""

from collections.abc import Callable

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.http.access import needs, outlives_its_programme
from web.http.context import house, page_number, page_to_return_to, stop_past_the_end
from web.models import Role, Showing
from web.pages.organise import pages
from web.services.people import to_read, to_read_elsewhere

NOT_SHOWN = (
    "It stands with their conversation. They have not been asked whether it may be shown: it waits under "
    "Learning once they say so in their check-in."
)


@pages.get("/<slug>/replies")
@needs(Role.ORGANISER)
def read_replies() -> ResponseReturnValue:
    key = house().signer.suppression_key()
    waiting = to_read.of_programme(g.session, g.programme, current_user.id, key=key, page=page_number())
    stop_past_the_end(waiting.rows)
    return render_template(
        "organise/replies.html",
        programme=g.programme,
        waiting=waiting,
        elsewhere=to_read_elsewhere.how_many(g.session, current_user.id),
        dealt_with=to_read.dealt_with(g.session, g.programme, current_user.id),
    )


@pages.post("/<slug>/replies/<int:number>/done")
@needs(Role.ORGANISER)
@outlives_its_programme
def handle_reply(number: int) -> ResponseReturnValue:
    def finish() -> str:
        to_read.finish(g.session, g.programme, number, by=current_user.id, now=g.now)
        return "Marked as dealt with."

    return _after(finish)


@pages.post("/<slug>/replies/<int:number>/learning")
@needs(Role.ORGANISER)
def take_reply_for_learning(number: int) -> ResponseReturnValue:
    def keep() -> str:
        by = current_user.id
        showing = to_read.keep_as_learning(g.session, g.programme, number, by=by, now=g.now)
        return NOT_SHOWN if showing is Showing.NO else "It waits under Learning, to be looked at."

    return _after(keep)


def _after(act: Callable[[], str]) -> ResponseReturnValue:
    try:
        flash(act())
    except to_read.NoSuchReply:
        abort(404)
    except to_read.DealtWith:
        flash("Somebody has dealt with it meanwhile.", "error")
    return redirect(url_for(".read_replies", slug=g.programme.slug, page=page_to_return_to()), 303)
