"""What happens next, what needs me, how the last round went."""

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.http.access import needs, signed_in
from web.models import Role
from web.pages.organise import pages
from web.services.organisers import accounts
from web.services.programmes import dashboards


@pages.get("/")
@signed_in
def home() -> ResponseReturnValue:
    mine = accounts.programmes_of(g.session, current_user.id)
    if not mine and current_user.operates:
        return redirect(url_for("operate.home"), 303)
    if len(mine) == 1:
        return redirect(url_for(".dashboard", slug=mine[0][0].slug), 303)
    return render_template("organise/home.html", mine=mine)


@pages.get("/<slug>/")
@needs(Role.VIEWER)
def dashboard() -> ResponseReturnValue:
    board = dashboards.of_programme(g.session, g.programme, now=g.now, role=g.role, reader=current_user.id)
    return render_template("organise/dashboard.html", programme=g.programme, role=g.role, board=board)
