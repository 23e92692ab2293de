"""The organisations of a programme: how they are called, how they are recognised, and which are one."""

from typing import NoReturn

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug import Response

from notifications.foreign import storable
from web.forms.people import DomainForm, OrganisationNamesForm, OtherNameForm
from web.http.access import needs, recently_signed_in
from web.http.context import page_number, row_number, stop_past_the_end
from web.models import Organisation, Role
from web.pages.organise import pages
from web.services.common import paging, programmes
from web.services.imports import following
from web.services.organisations import doubts, organisations

A_PAGE = 500  # whoever looks for one in a programme of every council in the land has them on one
ARE_ONE = "{} is {} from now on, whoever writes it."


@pages.get("/<slug>/organisations")
@needs(Role.VIEWER)
def every_organisation() -> ResponseReturnValue:
    lines = paging.slice_of(organisations.overview(g.session, g.programme.id), page_number(), A_PAGE)
    stop_past_the_end(lines.rows)
    return render_template(
        "organise/organisations.html",
        programme=g.programme,
        role=g.role,
        lines=lines,
        doubts=doubts.of_programme(g.session, g.programme.id) if _may_change() else (),
    )


def _may_change() -> bool:
    return g.role is not Role.VIEWER and not g.programme.closed_at


@pages.get("/<slug>/organisations/<int:number>")
@needs(Role.ORGANISER)
def one_organisation(number: int) -> ResponseReturnValue:
    programmes.must_be_open(g.programme)  # there is nothing on it but what could be changed
    return _page(_organisation(number))


def _organisation(number: int) -> Organisation:
    """Whoever opened its page before it was merged is led to the one that it is part of."""
    found = organisations.one(g.session, g.programme.id, number)
    if found is None:
        _lead_on(number)
    return found


def _lead_on(number: int) -> NoReturn:
    kept = organisations.merged_into(g.session, g.programme.id, number)
    if kept is None:
        abort(404)
    if request.method == "POST":
        flash(f"Nothing was changed: it has been merged, and is {kept.name} now.", "error")
    abort(_back(kept.id))


def _page(organisation: Organisation, wrong: FlaskForm | None = None) -> ResponseReturnValue:
    """The page; `wrong` is the form on it that needs another look."""
    lines = organisations.overview(g.session, g.programme.id)
    forms = {
        "names": OrganisationNamesForm.of(organisation, formdata=None),
        "other": OtherNameForm(formdata=None),
        "domain": DomainForm(formdata=None),
    }
    for name, form in forms.items():
        if wrong and isinstance(wrong, type(form)):
            forms[name] = wrong
    page = render_template(
        "organise/organisation.html",
        programme=g.programme,
        line=next(line for line in lines if line.organisation.id == organisation.id),
        others=[line.organisation for line in lines if line.organisation.id != organisation.id],
        forms=forms,
        form=wrong,
    )
    return (page, 422) if wrong else page


@pages.post("/<slug>/organisations/<int:number>/rename")
@needs(Role.ORGANISER)
def rename_organisation(number: int) -> ResponseReturnValue:
    found = _organisation(number)
    form = OrganisationNamesForm.of(found)
    if not form.validate_on_submit() or form.overlooks():
        return _page(found, form)
    try:
        organisations.rename(
            g.session, found, form.name.data, form.short_name.data, by=current_user.id, now=g.now
        )
    except organisations.NotSo as error:
        form.name.errors = [str(error)]
        return _page(found, form)
    flash("Saved.")
    return _back(number)


@pages.post("/<slug>/organisations/<int:number>/names")
@needs(Role.ORGANISER)
def name_organisation(number: int) -> ResponseReturnValue:
    found, form = _organisation(number), OtherNameForm()
    if not form.validate_on_submit():
        return _page(found, form)
    try:
        organisations.know_as(g.session, found, form.other_name.data, by=current_user.id, now=g.now)
    except organisations.NotSo as error:
        form.other_name.errors = [str(error)]
        return _page(found, form)
    flash(f"Whoever writes {form.other_name.data} means {found.name}.")
    return _back(number)


@pages.post("/<slug>/organisations/<int:number>/names/remove")
@needs(Role.ORGANISER)
def forget_name(number: int) -> ResponseReturnValue:
    found = _organisation(number)
    spelling = storable(request.form.get("name", ""))
    organisations.unknow_as(g.session, found, spelling, by=current_user.id, now=g.now)
    flash("The name is removed. Whoever is in it by that name stays.")
    return _back(number)


@pages.post("/<slug>/organisations/<int:number>/domains")
@needs(Role.ORGANISER)
def attach_domain(number: int) -> ResponseReturnValue:
    found, form = _organisation(number), DomainForm()
    if not form.validate_on_submit():
        return _page(found, form)
    try:
        organisations.attach(g.session, found, form.domain.data, by=current_user.id, now=g.now)
    except organisations.NotSo as error:
        form.domain.errors = [str(error)]
        return _page(found, form)
    flash(f"Addresses at that domain speak for {found.name}.")
    return _back(number)


@pages.post("/<slug>/organisations/<int:number>/domains/remove")
@needs(Role.ORGANISER)
def detach_domain(number: int) -> ResponseReturnValue:
    found = _organisation(number)
    domain = storable(request.form.get("domain", ""))
    organisations.detach(g.session, found, domain, by=current_user.id, now=g.now)
    flash("The domain is removed.")
    return _back(number)


@pages.post("/<slug>/organisations/<int:number>/merge")
@needs(Role.ORGANISER)
@recently_signed_in(back=".one_organisation")
def merge_organisations(number: int) -> ResponseReturnValue:
    """`number` goes; the one chosen stays. A number that is free may be another organisation's by now, so the
    form says which one it was.
    """
    into, name = request.form.get("into", 0, type=row_number), storable(request.form.get("name", ""))
    here = organisations.one(g.session, g.programme.id, number)
    before = None if here else organisations.merged_into(g.session, g.programme.id, number)
    if before and before.id == into:  # by a first press
        flash(ARE_ONE.format(name, before.name))
        return _back(before.id)
    gone = _organisation(number)
    kept = _organisation(into) if into else gone
    if name != gone.name:
        flash(f"Nothing was changed. This is {gone.name} now: look again first.", "error")
        return _back(number)
    if kept.id == gone.id:
        flash("Nothing was changed. Choose the organisation that it is.", "error")
        return _back(number)
    following.merged(g.session, g.programme.id, kept.id, gone.id)
    try:
        organisations.merge(g.session, kept, gone, by=current_user.id, now=g.now)
    except organisations.NotSo as error:
        g.session.rollback()
        flash(f"Nothing was changed. {error}.", "error")
        return redirect(url_for(".every_organisation", slug=g.programme.slug), 303)
    flash(ARE_ONE.format(name, kept.name))
    return _back(kept.id)


@pages.post("/<slug>/organisations/<int:number>/apart")
@needs(Role.ORGANISER)
def tell_organisations_apart(number: int) -> ResponseReturnValue:
    """`number` and the one named in the form are two."""
    found = _organisation(number)
    from_ = request.form.get("from", 0, type=row_number)
    other = _organisation(from_) if from_ else found
    try:
        doubts.keep_apart(g.session, found, other, by=current_user.id, now=g.now)
    except organisations.NotSo as error:
        flash(f"Nothing was changed. {error}.", "error")
    else:
        flash(f"{found.name} and {other.name} are two. You are not asked again.")
    return redirect(url_for(".every_organisation", slug=g.programme.slug), 303)


def _back(number: int) -> Response:
    return redirect(url_for(".one_organisation", slug=g.programme.slug, number=number), 303)
