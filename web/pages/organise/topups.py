"""A round's top-up: look at who would talk with whom, then introduce them."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.http.access import needs, recently_signed_in
from web.http.context import by_day
from web.models import Role
from web.pages.organise import pages
from web.pages.organise.numbered import of_a_round
from web.services.rounds import previews, rounds, top_ups


@pages.get("/<slug>/rounds/<int:number>/top-up")
@needs(Role.ORGANISER)
@of_a_round
def look_at_top_up(number: int) -> ResponseReturnValue:
    try:
        plan = top_ups.plan(g.session, g.programme, number, now=g.now)
    except rounds.RoundError as error:
        flash(f"{error}.", "error")
        return redirect(url_for(".every_round", slug=g.programme.slug), 303)
    return render_template(
        "organise/top_up.html",
        programme=g.programme,
        role=g.role,
        plan=plan,
        view=previews.of_top_up(g.session, plan, now=g.now),
    )


@pages.post("/<slug>/rounds/<int:number>/top-up")
@needs(Role.ORGANISER)
@recently_signed_in(back=".look_at_top_up")
@of_a_round
def top_up(number: int) -> ResponseReturnValue:
    version = request.form.get("version", "")
    try:
        top_ups.run(g.session, g.programme, number, version, by=current_user.id, now=g.now)
    except top_ups.StaleTopUp as error:
        g.session.rollback()
        flash(f"Nothing was sent. {error}.", "error")
        return redirect(url_for(".look_at_top_up", slug=g.programme.slug, number=number), 303)
    except rounds.RoundError as error:
        g.session.rollback()
        flash(f"{error}.", "error")
        return redirect(url_for(".every_round", slug=g.programme.slug), 303)
    flash(by_day("The introductions are on their way."))
    return redirect(url_for(".one_round", slug=g.programme.slug, number=number), 303)
