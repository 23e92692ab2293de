"""What anybody complained about in how data are treated, for owners and operators to answer."""

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.forms.complaints import OutcomeForm
from web.http.access import needs, outlives_its_programme
from web.http.context import page_number, stop_past_the_end
from web.models import Programme, Role
from web.models.complaints import Complaint
from web.pages.organise import pages
from web.services.common import times
from web.services.people import complaints, timeline
from web.services.rounds import rounds

MEANWHILE = "It has been answered meanwhile: here is the answer. Yours was not sent."


@pages.get("/<slug>/complaints")
@needs(Role.OWNER)
def read_complaints() -> ResponseReturnValue:
    return listing(g.programme)


@pages.get("/<slug>/complaints/<int:number>")
@needs(Role.OWNER)
def one_complaint(number: int) -> ResponseReturnValue:
    return page(g.programme, number, OutcomeForm())


@pages.post("/<slug>/complaints/<int:number>")
@needs(Role.OWNER)
@outlives_its_programme
def answer_complaint(number: int) -> ResponseReturnValue:
    form = OutcomeForm()
    if not answer_by_form(g.programme, number, form):
        return page(g.programme, number, form), 422
    return redirect(url_for(".one_complaint", slug=g.programme.slug, number=number), 303)


# Of a programme, for its owners; without one of the whole service, for operators


def listing(programme: Programme | None) -> str:
    found = complaints.readable(g.session, programme, page=page_number())
    stop_past_the_end(found.rows)
    return render_template(
        "organise/complaints.html",
        programme=programme,
        found=found,
        in_words=complaints.IN_WORDS,
        today=times.today(g.now),
    )


def answer_by_form(programme: Programme | None, number: int, form: OutcomeForm) -> bool:
    """Send what the form says, unless somebody else has meanwhile; it says which. False where the form is not
    filled in.
    """
    found = _complaint(programme, number)
    if not form.validate_on_submit():
        return False
    try:
        complaints.answer(g.session, programme, number, form.outcome.data, by=current_user.id, now=g.now)
    except complaints.Answered:
        flash(MEANWHILE, "error")
    else:
        flash("The answer is on its way." if found.email else "The answer stands on the complaint’s page.")
    return True


def _complaint(programme: Programme | None, number: int) -> Complaint:
    found = complaints.one(g.session, programme, number)
    if found is None:
        abort(404)
    return found


def page(programme: Programme | None, number: int, form: OutcomeForm) -> str:
    found = _complaint(programme, number)
    return render_template(
        "organise/complaint.html",
        programme=programme,
        complaint=found,
        about=complaints.IN_WORDS[found.about],
        ownerless=_ownerless(programme, found),
        form=form,
        known=complaints.is_known_here(g.session, found),
        letters=timeline.letters_to(g.session, [found.sender]),
        by=rounds.name_of(g.session, found.answered_by) if found.answered_by else "",
    )


def _ownerless(programme: Programme | None, complaint: Complaint) -> Programme | None:
    """The programme that a complaint is about, where whoever reads it comes by another way."""
    if complaint.programme_id is None or (programme and programme.id == complaint.programme_id):
        return None
    found: Programme = g.session.get_one(Programme, complaint.programme_id)
    return found
