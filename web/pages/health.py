"""Is it alive, and is it ready? For whoever watches the service."""

from flask import Blueprint, g, jsonify
from flask.typing import ResponseReturnValue

from notifications import outbox, stoppages
from web.db import DATABASE_AWAY
from web.http.access import open_to_everyone, without_database
from web.http.context import house

pages = Blueprint("health", __name__, url_prefix="/health")


@pages.get("/live")
@open_to_everyone
@without_database
def live() -> ResponseReturnValue:
    return jsonify(status="alive")


@pages.get("/ready")
@open_to_everyone
@without_database
def ready() -> ResponseReturnValue:
    """200 while the database is there with this version's tables and the queue is there; says how long the
    oldest due message has waited, and what keeps a provider from going at full speed.
    """
    try:
        if not house().database.is_current():
            return _not_ready("the database needs `unmentoring db upgrade`")
        delivery = _delivery()
    except DATABASE_AWAY:
        return _not_ready("the database cannot be reached")
    if not house().queue_answers():
        return _not_ready("the queue cannot be reached")
    return jsonify(status="ready", **delivery)


def _delivery() -> dict[str, object]:
    with house().database.read() as session:
        since = outbox.oldest_waiting(session, g.now)
        slowed = stoppages.slowed(session, g.now)
    waited = round((g.now - since).total_seconds()) if since else 0
    return {"oldest_waiting_seconds": waited, "slowed": slowed}


def _not_ready(why: str) -> ResponseReturnValue:
    return jsonify(status=why), 503
