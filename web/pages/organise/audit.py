"""Who did what, and when."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from web.http.access import needs
from web.http.context import page_number, stop_past_the_end
from web.models import Role
from web.pages.organise import pages
from web.services.programmes import audit_trail


@pages.get("/<slug>/audit")
@needs(Role.ORGANISER)
def read_audit() -> ResponseReturnValue:
    action, actor = (request.args.get(name, "")[:60] for name in ("what", "who"))
    trail = audit_trail.of_programme(g.session, g.programme, action=action, actor=actor, page=page_number())
    stop_past_the_end(trail.entries)
    return render_template(
        "organise/audit.html", programme=g.programme, role=g.role, trail=trail, what=action, who=actor
    )
