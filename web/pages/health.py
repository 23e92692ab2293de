"""Is it alive, and is it ready? For whoever watches the service."""

from flask import Blueprint, g, jsonify
from flask.typing import ResponseReturnValue

from notifications import outbox
from web.house import house
from web.permissions import open_to_everyone

pages = Blueprint("health", __name__, url_prefix="/health")


@pages.get("/live")
@open_to_everyone
def live() -> ResponseReturnValue:
    return jsonify(status="alive")


@pages.get("/ready")
@open_to_everyone
def ready() -> ResponseReturnValue:
    """200 once the tables are this version's; says how long the oldest due message has waited."""
    current = house().database.is_current()
    since = outbox.oldest_waiting(g.session, g.now) if current else None
    body = jsonify(
        status="ready" if current else "the database needs `unmentoring db upgrade`",
        oldest_waiting_seconds=round((g.now - since).total_seconds()) if since else 0,
    )
    return body, 200 if current else 503
