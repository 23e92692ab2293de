"""One learning on a page of its own, and how anybody has it taken down."""

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.forms.learning import TakeDownForm
from web.http.access import open_to_everyone
from web.models import Programme
from web.services.common import programmes
from web.services.learning import learnings
from web.services.learning.learnings import Shown

pages = Blueprint("learning", __name__, url_prefix="/p/<slug>/learning")


@pages.get("/<key>")
@open_to_everyone
def one(slug: str, key: str) -> ResponseReturnValue:
    programme, shown = _found(slug, key)
    return render_template("programme/one_learning.html", programme=programme, card=card(shown))


@pages.route("/<key>/take-down", methods=["GET", "POST"])
@open_to_everyone
def take_down(slug: str, key: str) -> ResponseReturnValue:
    """Whoever says that it is theirs is believed until an organiser has looked."""
    programme, shown = _found(slug, key)
    form = TakeDownForm()
    if form.validate_on_submit():
        learnings.contest(g.session, shown, form.because.data, now=g.now)
        return redirect(url_for(".taken_down", slug=slug), 303)
    page = render_template(
        "programme/take_down.html", programme=programme, card=card(shown), form=form, key=key
    )
    return page, 422 if form.errors else 200


@pages.get("/taken-down")
@open_to_everyone
def taken_down(slug: str) -> ResponseReturnValue:
    return render_template("programme/taken_down.html", programme=programmes.by_slug(g.session, slug))


def _found(slug: str, key: str) -> tuple[Programme, Shown]:
    programme = programmes.by_slug(g.session, slug)
    return programme, learnings.at(g.session, programme, key)


def card(shown: Shown) -> dict[str, object]:
    """A learning as the card part wants it."""
    return {
        "words": shown.learning.text,
        "by": ", with ".join(filter(None, [shown.author, shown.partners])),
        "link": shown.learning.link,
        "link_host": shown.host,
        "preview": shown.preview,
        "has_changed": shown.behind.has_changed,
        "key": shown.key,
        "id": shown.learning.id,
        "on": shown.learning.decided_at,
    }
