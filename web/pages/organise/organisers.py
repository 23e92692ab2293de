"""Who runs the programme: asking somebody to help, changing what they may do, letting them go."""

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.forms.organisers import InviteForm, RoleForm
from web.http.access import kept_form, needs, outlives_its_programme, recently_signed_in
from web.models import Organiser, Role
from web.pages.organise import pages
from web.services.organisers import accounts, team


@pages.get("/<slug>/organisers")
@needs(Role.ORGANISER)
def everybody_who_organises() -> ResponseReturnValue:
    return _list(InviteForm(formdata=kept_form()))


def _list(form: InviteForm) -> str:
    return render_template(
        "organise/organisers.html",
        programme=g.programme,
        role=g.role,
        members=team.of_programme(g.session, g.programme),
        me=current_user.id,
        form=form,
    )


@pages.post("/<slug>/organisers/invite")
@needs(Role.OWNER)
@outlives_its_programme
@recently_signed_in(back=".everybody_who_organises")
def invite_organiser() -> ResponseReturnValue:
    form = InviteForm()
    if not form.validate_on_submit():
        return _list(form), 422
    by = g.session.get_one(Organiser, current_user.id)
    try:
        team.invite(g.session, g.programme, form.email.data, Role(form.role.data), by=by, now=g.now)
        flash(f"A link to sign in is on its way to {form.email.data}.")
    except team.HoldsMore as error:
        form.email.errors = [f"{error}. Open their page in the list above to change what they may do"]
        return _list(form), 422
    except team.TooManyInvited:
        form.email.errors = ["Twenty were invited today, which is enough. Invite more from tomorrow"]
        return _list(form), 422
    return _back()


@pages.get("/<slug>/organisers/<organiser>")
@needs(Role.VIEWER)
def one_organiser(organiser: str) -> ResponseReturnValue:
    """A viewer sees themselves: who else runs the programme is not theirs to know."""
    if organiser != current_user.id and not accounts.may(g.role, Role.ORGANISER):
        abort(403)
    found = _member(organiser)
    form = RoleForm(formdata=kept_form(), role=found.held.role.value)
    return render_template(
        "organise/organiser.html",
        programme=g.programme,
        role=g.role,
        member=found,
        me=current_user.id,
        form=form,
    )


@pages.post("/<slug>/organisers/<organiser>/role")
@needs(Role.OWNER)
@outlives_its_programme
@recently_signed_in(back=".one_organiser")
def change_role(organiser: str) -> ResponseReturnValue:
    found, form = _member(organiser), RoleForm()
    if form.validate_on_submit():
        try:
            role = Role(form.role.data)
            team.change(g.session, g.programme, organiser, role, by=current_user.id, now=g.now)
            flash(f"{found.organiser.email} is {team.CALLED[role]} now.")
        except accounts.LastOwner as error:
            _refuse(error)
    return _back()


@pages.post("/<slug>/organisers/<organiser>/remove")
@needs(Role.VIEWER)
@outlives_its_programme
@recently_signed_in(back=".one_organiser")
def remove_organiser(organiser: str) -> ResponseReturnValue:
    """An owner lets anybody go; everybody else only themselves."""
    is_me = organiser == current_user.id
    if not is_me and not accounts.may(g.role, Role.OWNER):
        abort(403)
    found = _member(organiser)
    email = found.organiser.email
    try:
        team.remove(g.session, g.programme, organiser, by=current_user.id, now=g.now)
    except accounts.LastOwner as error:
        _refuse(error)
        return _back()
    flash(f"You no longer organise {g.programme.name}." if is_me else f"{email} no longer organises.")
    return redirect(url_for(".home"), 303) if is_me else _back()


def _member(organiser: str) -> team.TeamMember:
    try:
        return team.member(g.session, g.programme, organiser)
    except team.NoSuchOrganiser:
        abort(404)


def _refuse(error: accounts.LastOwner) -> None:
    flash(f"{error}, and a programme needs one: make somebody else an owner first.", "error")


def _back() -> ResponseReturnValue:
    return redirect(url_for(".everybody_who_organises", slug=g.programme.slug), 303)
