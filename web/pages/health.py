"""Is it alive, and is it ready? For whoever watches the service."""

from flask import Blueprint, g, jsonify
from flask.typing import ResponseReturnValue

from notifications import outbox
from web.db import DATABASE_AWAY
from web.house import house
from web.permissions import open_to_everyone, without_database

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
    oldest due message has waited.
    """
    try:
        if not house().database.is_current():
            return _not_ready("the database needs `unmentoring db upgrade`")
        waited = _oldest_waiting_seconds()
    except DATABASE_AWAY:
        return _not_ready("the database cannot be reached")
    if not house().queue_answers():
        return _not_ready("the queue cannot be reached")
    return jsonify(status="ready", oldest_waiting_seconds=waited)


def _oldest_waiting_seconds() -> int:
    with house().database.read() as session:
        since = outbox.oldest_waiting(session, g.now)
    return round((g.now - since).total_seconds()) if since else 0


def _not_ready(why: str) -> ResponseReturnValue:
    return jsonify(status=why), 503
