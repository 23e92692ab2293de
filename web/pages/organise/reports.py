"""What participants told the organisers about somebody."""

from flask import abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from web.http.access import needs
from web.http.context import page_number, page_to_return_to, stop_past_the_end
from web.models import Role
from web.pages.organise import pages
from web.services.conversations import reports


@pages.get("/<slug>/reports")
@needs(Role.ORGANISER)
def read_reports() -> ResponseReturnValue:
    told = reports.every(g.session, g.programme, current_user.id, page=page_number())
    stop_past_the_end(told.rows)
    return render_template("organise/reports.html", programme=g.programme, role=g.role, told=told)


@pages.post("/<slug>/reports/<int:number>/done")
@needs(Role.ORGANISER)
def handle_report(number: int) -> ResponseReturnValue:
    try:
        reports.handle(g.session, g.programme, number, by=current_user.id, now=g.now)
    except reports.NoSuchReport:
        abort(404)
    flash("Marked as dealt with.")
    return redirect(url_for(".read_reports", slug=g.programme.slug, page=page_to_return_to()), 303)
