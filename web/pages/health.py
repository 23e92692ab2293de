"""Is it alive, and is it ready? For whoever watches the service."""

from flask import Blueprint, g, jsonify
from flask.typing import ResponseReturnValue

from notifications import progress, stoppages
from web.db import DATABASE_AWAY
from web.http.access import open_to_everyone, without_database
from web.http.context import house
from web.services.background import heartbeats
from web.upgrading import UpgradeError

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
    """200 while the database is there with this version's tables, the queue is there and a worker is at work;
    says how long the oldest due message has waited, and what keeps a provider from going at full speed.
    """
    try:
        house().database.must_be_current()
        delivery, silent = _delivery()
    except UpgradeError as error:
        return _not_ready(str(error))
    except DATABASE_AWAY:
        return _not_ready("the database cannot be reached")
    if not house().queue_answers():
        return _not_ready("the queue cannot be reached")
    if silent:
        return _not_ready("no worker has swept for three minutes")
    return jsonify(status="ready", **delivery)


def _delivery() -> tuple[dict[str, object], bool]:
    """What is said of delivery, and whether nobody is there to do it."""
    with house().database.read() as session:
        silent = heartbeats.is_silent(session, g.now)
        since = progress.oldest_waiting(session, g.now)
        slowed = stoppages.slowed(session, g.now)
    waited = round((g.now - since).total_seconds()) if since else 0
    return {"oldest_waiting_seconds": waited, "slowed": slowed}, silent


def _not_ready(why: str) -> ResponseReturnValue:
    return jsonify(status=why), 503
