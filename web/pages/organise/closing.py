"""Closing a programme: what will happen, the day, and the way back until then."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.forms.closing import CloseForm
from web.http.access import kept_form, needs, recently_signed_in
from web.models import Role
from web.pages.organise import pages
from web.services.common import phrases, programmes, times
from web.services.programmes import closings


@pages.get("/<slug>/close")
@needs(Role.OWNER)
def ask_to_close() -> ResponseReturnValue:
    typed, today = kept_form(), times.today(g.now)
    known = {} if typed else {"on": closings.usual(g.session, g.programme, today), "wall": "stays"}
    return _page(CloseForm(g.programme.name, formdata=typed, data=known))


def _page(form: CloseForm) -> ResponseReturnValue:
    page = render_template(
        "organise/close.html",
        programme=g.programme,
        role=g.role,
        form=form,
        telling=closings.waiting(g.session, g.programme),
        people=closings.concerned(g.session, g.programme),
        earliest=closings.earliest(g.session, g.programme, times.today(g.now)),
    )
    return page, 422 if form.errors else 200


@pages.post("/<slug>/close")
@needs(Role.OWNER)
@recently_signed_in(back=".ask_to_close")
def close() -> ResponseReturnValue:
    form = CloseForm(g.programme.name)
    if not form.validate_on_submit():
        return _page(form)
    try:
        people = closings.announce(
            g.session,
            g.programme,
            form.on.data,
            wall_stays=form.wall.data == "stays",
            by=current_user.id,
            now=g.now,
        )
    except programmes.BadSettings as error:
        form[error.field].errors = [error.message]
        return _page(form)
    if (g.programme.closing_on, g.programme.wall_stays) == (form.on.data, form.wall.data == "stays"):
        flash(f"The end is announced. {_telling(people)}".rstrip())
    else:
        flash("Nothing was changed: the end has been announced already, as it is below.", "error")
    return redirect(url_for(".ask_to_close", slug=g.programme.slug), 303)


@pages.post("/<slug>/close/keep-open")
@needs(Role.OWNER)
def keep_open() -> ResponseReturnValue:
    people = closings.take_back(g.session, g.programme, by=current_user.id, now=g.now)
    flash(f"The programme stays open. {_telling(people, ' so')}".rstrip())
    return redirect(url_for(".settings", slug=g.programme.slug), 303)


def _telling(people: int, what: str = "") -> str:
    """Nothing where a first press has told them."""
    return f"We are telling {phrases.counted(people, 'person', 'people')}{what}." if people else ""
