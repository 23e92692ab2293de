"""Who takes part, and in which state."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from web.house import page_number
from web.models import Role
from web.pages.organise import pages
from web.permissions import needs
from web.services import rosters, times


@pages.get("/<slug>/people")
@needs(Role.VIEWER)
def everyone() -> ResponseReturnValue:
    page = page_number()
    wanted = request.args.get("search", "").strip()[:80]
    roster = rosters.search(
        g.session,
        g.programme,
        wanted,
        page=page,
        today=times.today(g.now),
        by_email=g.role is not Role.VIEWER,
    )
    return render_template(
        "organise/people.html", programme=g.programme, role=g.role, roster=roster, wanted=wanted, page=page
    )
