"""An operator's pages: how the installation is, and the programmes that somebody asks for."""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.forms.starting import DeclineForm
from web.http.access import operators_only
from web.http.context import house
from web.models import Programme, ProgrammeRequest
from web.pages.start import approved, declined
from web.services.programmes import overview, starting

pages = Blueprint("operate", __name__, url_prefix="/operate")


@pages.get("/")
@operators_only
def home() -> str:
    return render_template(
        "operate/home.html",
        found=overview.of_installation(g.session, now=g.now),
        who_starts=house().settings.who_starts,
        now=g.now,
    )


@pages.get("/requests/<int:number>")
@operators_only
def look(number: int) -> str:
    return _page(_asked(number), DeclineForm())


@pages.post("/requests/<int:number>")
@operators_only
def approve(number: int) -> ResponseReturnValue:
    flash(approved(_asked(number), by=current_user.id))
    return redirect(url_for(".home"), 303)


@pages.post("/requests/<int:number>/decline")
@operators_only
def decline(number: int) -> ResponseReturnValue:
    asked, form = _asked(number), DeclineForm()
    if not form.validate_on_submit():
        return _page(asked, form), 422
    flash(declined(asked, form.reason.data or "", by=current_user.id))
    return redirect(url_for(".home"), 303)


def _asked(number: int) -> ProgrammeRequest:
    asked = starting.by_number(g.session, number)
    if asked is None:
        abort(404)
    return asked


def _page(asked: ProgrammeRequest, form: DeclineForm) -> str:
    programme = g.session.get(Programme, asked.programme_id) if asked.programme_id else None
    return render_template("operate/request.html", asked=asked, programme=programme, form=form)
