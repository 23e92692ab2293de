"""Complaining about data: a form open to everyone, and a page that says how the complaint stands."""

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.forms.complaints import WHOLE_SERVICE, ComplaintForm
from web.forms.open import StartedForm
from web.http.access import open_to_everyone
from web.http.context import house
from web.models import Programme
from web.services.common import programmes
from web.services.people import complaints

AGAIN = "We could not tell that from a program’s. Look at it, and press the button once more"

pages = Blueprint("complaint", __name__, url_prefix="/complaint")


@pages.get("")
@open_to_everyone
def show() -> ResponseReturnValue:
    form = _form()
    form.programme.data = request.args.get("programme")
    return _page(form)


@pages.post("")
@open_to_everyone
def send() -> ResponseReturnValue:
    form = _form()
    valid = form.validate_on_submit()
    too_quick = _started().too_quick(form.started.data, g.now.timestamp())
    # Nobody's complaint is lost because a browser filled in what it should not: they press once more.
    if valid and (too_quick or form.was_filled_by_a_program()):
        form.form_errors.append(AGAIN)
        valid = False
    if not valid:
        return _page(form), 422
    made = complaints.complain(g.session, _chosen(form), form.told(), now=g.now)
    return redirect(url_for(".status", reference=made.reference_said), 303)


@pages.get("/<reference>")
@open_to_everyone
def status(reference: str) -> ResponseReturnValue:
    found = complaints.by_reference(g.session, reference)
    if found is None:
        abort(404)
    about = g.session.get(Programme, found.programme_id) if found.programme_id else None
    return render_template("complaint/status.html", complaint=found, about=about)


def _form() -> ComplaintForm:
    form = ComplaintForm()
    form.offer(programmes.every(g.session))
    return form


def _chosen(form: ComplaintForm) -> Programme | None:
    slug = form.programme.data
    return None if slug == WHOLE_SERVICE else programmes.by_slug(g.session, slug)


def _page(form: ComplaintForm) -> str:
    form.started.data = _started().stamp(g.now.timestamp())
    return render_template("complaint/form.html", form=form)


def _started() -> StartedForm:
    return StartedForm(house().settings.secret_key)
