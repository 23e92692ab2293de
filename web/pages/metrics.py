"""How it goes, for a program that watches. Only where METRICS_TOKEN is set."""

from flask import Blueprint, Response, current_app, g

from web.db import DATABASE_AWAY
from web.http.access import by_metrics_token, without_database
from web.http.context import house
from web.services.background import gauges

pages = Blueprint("metrics", __name__)
KEY = "unmentoring requests"


@pages.get("/metrics")
@by_metrics_token
@without_database
def metrics() -> Response:
    """OpenMetrics, whatever is away."""
    from web.http.metrics import CONTENT_TYPE_LATEST, everything

    found = None
    try:
        if house().database.is_current():
            with house().database.read() as session:
                found = gauges.of(session, g.now)
    except DATABASE_AWAY:
        found = None
    said = everything(current_app.extensions[KEY], found, house().queue_depth(), g.now)
    return Response(said, content_type=CONTENT_TYPE_LATEST)
