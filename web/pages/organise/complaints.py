"""What anybody complained about in how data are treated, for owners to answer."""

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.forms.complaints import OutcomeForm
from web.http.access import needs, outlives_its_programme
from web.models import Role
from web.models.complaints import Complaint
from web.pages.organise import pages
from web.services.people import complaints, timeline
from web.services.rounds import rounds

MEANWHILE = "It has been answered meanwhile: here is the answer. Yours was not sent."


@pages.get("/<slug>/complaints")
@needs(Role.OWNER)
def read_complaints() -> ResponseReturnValue:
    found = complaints.of_programme(g.session, g.programme)
    return render_template(
        "organise/complaints.html", programme=g.programme, found=found, in_words=complaints.IN_WORDS
    )


@pages.get("/<slug>/complaints/<int:number>")
@needs(Role.OWNER)
def one_complaint(number: int) -> ResponseReturnValue:
    return _page(_complaint(number), OutcomeForm())


@pages.post("/<slug>/complaints/<int:number>")
@needs(Role.OWNER)
@outlives_its_programme
def answer_complaint(number: int) -> ResponseReturnValue:
    found, form = _complaint(number), OutcomeForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    try:
        complaints.answer(g.session, g.programme, number, form.outcome.data, by=current_user.id, now=g.now)
    except complaints.Answered:
        flash(MEANWHILE, "error")
    else:
        flash("The answer is on its way." if found.email else "The answer stands on the complaint’s page.")
    return redirect(url_for(".one_complaint", slug=g.programme.slug, number=number), 303)


def _complaint(number: int) -> Complaint:
    found = complaints.one(g.session, g.programme, number)
    if found is None:
        abort(404)
    return found


def _page(found: Complaint, form: OutcomeForm) -> str:
    return render_template(
        "organise/complaint.html",
        programme=g.programme,
        complaint=found,
        about=complaints.IN_WORDS[found.about],
        form=form,
        known=complaints.is_known_here(g.session, found),
        letters=timeline.letters_to(g.session, [found.sender]),
        by=rounds.name_of(g.session, found.answered_by) if found.answered_by else "",
    )
