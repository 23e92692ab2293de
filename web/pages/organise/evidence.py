"""Does it work: figures and pictures, and the same as files."""

from flask import Response, g, render_template
from flask.typing import ResponseReturnValue

from web.http.access import needs, recently_signed_in
from web.models import Role
from web.pages.organise import pages
from web.services.common import spreadsheets
from web.services.evidence import counting, evidence_files, maps

ON_THE_HEAT_MAP, IN_THE_TABLE = 20, 25


@pages.get("/<slug>/evidence")
@needs(Role.VIEWER)
def does_it_work() -> ResponseReturnValue:
    found = counting.of_programme(g.session, g.programme, now=g.now)
    if g.role is Role.VIEWER:
        found = found.for_viewers()
    heated = found.top(ON_THE_HEAT_MAP)
    return render_template(
        "organise/evidence.html",
        programme=g.programme,
        role=g.role,
        evidence=found,
        ties=sorted(found.ties, key=lambda tie: (-tie.met, -tie.introduced))[:IN_THE_TABLE],
        network=maps.network(found),
        heat=maps.heat_map(heated),
    )


@pages.get("/<slug>/evidence/rounds.csv")
@needs(Role.ORGANISER)
@recently_signed_in(back=".does_it_work")
def evidence_of_rounds() -> ResponseReturnValue:
    found = counting.whole(g.session, g.programme, now=g.now)
    return _file(evidence_files.rounds(found), "rounds.csv", "text/csv")


@pages.get("/<slug>/evidence/organisations.csv")
@needs(Role.ORGANISER)
@recently_signed_in(back=".does_it_work")
def evidence_of_organisations() -> ResponseReturnValue:
    found = counting.whole(g.session, g.programme, now=g.now)
    return _file(evidence_files.organisations(found), "organisations.csv", "text/csv")


@pages.get("/<slug>/evidence/ties.csv")
@needs(Role.ORGANISER)
@recently_signed_in(back=".does_it_work")
def evidence_of_ties() -> ResponseReturnValue:
    found = counting.whole(g.session, g.programme, now=g.now)
    return _file(evidence_files.ties(found), "ties.csv", "text/csv")


@pages.get("/<slug>/evidence/bridges.csv")
@needs(Role.ORGANISER)
@recently_signed_in(back=".does_it_work")
def evidence_of_bridges() -> ResponseReturnValue:
    found = counting.whole(g.session, g.programme, now=g.now)
    return _file(evidence_files.bridges(found), "bridges.csv", "text/csv")


@pages.get("/<slug>/evidence/hours.csv")
@needs(Role.ORGANISER)
@recently_signed_in(back=".does_it_work")
def evidence_of_hours() -> ResponseReturnValue:
    found = counting.whole(g.session, g.programme, now=g.now)
    return _file(evidence_files.hours(found), "hours.csv", "text/csv")


@pages.get("/<slug>/evidence/network.graphml")
@needs(Role.ORGANISER)
@recently_signed_in(back=".does_it_work")
def evidence_as_graph() -> ResponseReturnValue:
    found = counting.whole(g.session, g.programme, now=g.now)
    return _file(evidence_files.graph(found), "network.graphml", "application/xml")


def _file(content: str, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{g.programme.slug}-{name}"'}
    mark = spreadsheets.AS_UTF_8 if kind == "text/csv" else ""
    return Response(mark + content, mimetype=kind, headers=headers)
