"""An operator's pages: how the installation is, the programmes that somebody asks for, complaints about the
whole service, and replies that nobody who organises may read.
"""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.forms.complaints import OutcomeForm
from web.forms.starting import DeclineForm
from web.http.access import operators_only, signed_in
from web.http.context import house
from web.models import Programme, ProgrammeRequest
from web.models.starting import StartState
from web.pages.organise import complaints as complaint_pages
from web.pages.start import approved, declined
from web.services.people import complaints, to_read, to_read_elsewhere
from web.services.programmes import overview, starting

pages = Blueprint("operate", __name__, url_prefix="/operate")


@pages.get("/")
@operators_only
def home() -> str:
    waiting, first = complaints.next_due(g.session, None)
    return render_template(
        "operate/home.html",
        complaints=waiting,
        first_complaint=first,
        replies=to_read_elsewhere.how_many(g.session, current_user.id),
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
    asked, form = _asked(number), DeclineForm()
    if asked.state is StartState.WAITING and form.stops_a_yes():
        return _page(asked, form), 422
    flash(approved(asked, by=current_user.id))
    return redirect(url_for(".home"), 303)


@pages.post("/requests/<int:number>/decline")
@operators_only
def decline(number: int) -> ResponseReturnValue:
    asked, form = _asked(number), DeclineForm()
    if not form.validate_on_submit():
        return _page(asked, form), 422
    flash(declined(asked, form.reason.data or "", by=current_user.id))
    return redirect(url_for(".home"), 303)


@pages.get("/complaints")
@operators_only
def read_complaints() -> str:
    return complaint_pages.listing(None)


@pages.get("/complaints/<int:number>")
@operators_only
def one_complaint(number: int) -> str:
    return complaint_pages.page(None, number, OutcomeForm())


@pages.post("/complaints/<int:number>")
@operators_only
def answer_complaint(number: int) -> ResponseReturnValue:
    form = OutcomeForm()
    if not complaint_pages.answer_by_form(None, number, form):
        return complaint_pages.page(None, number, form), 422
    return redirect(url_for(".one_complaint", number=number), 303)


@pages.get("/replies")
@signed_in
def read_replies() -> str:
    """Nothing for whoever has none to read. Where nobody operates the service, owners have."""
    key = house().signer.suppression_key()
    waiting = to_read_elsewhere.waiting(g.session, current_user.id, key=key)
    return render_template("operate/replies.html", waiting=waiting)


@pages.post("/replies/<int:number>/done")
@signed_in
def handle_reply(number: int) -> ResponseReturnValue:
    try:
        to_read_elsewhere.finish(g.session, number, by=current_user.id, now=g.now)
    except to_read.NoSuchReply:
        abort(404)
    flash("Marked as dealt with.")
    return redirect(url_for(".read_replies"), 303)


def _asked(number: int) -> ProgrammeRequest:
    asked = starting.by_number(g.session, number)
    if asked is None:
        abort(404)
    return asked


def _page(asked: ProgrammeRequest, form: DeclineForm) -> str:
    programme = g.session.get(Programme, asked.programme_id) if asked.programme_id else None
    return render_template("operate/request.html", asked=asked, programme=programme, form=form)
