"""Is a service at work with a database that is about to be replaced or moved? One that is down is not,
however it went: what a machine that died has left open stands still.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from web.db import Database
from web.services.background import heartbeats

LATELY = timedelta(seconds=90)  # workers sweep every minute
# Known by the user and the name with which we come ourselves: psql, pg_dump and who watches have others. The
# server's own clock says when: a connection that stands still may be a dead machine's.
OTHERS = text(
    """SELECT count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
    AND datname = current_database() AND usename = current_user
    AND application_name = current_setting('application_name')
    AND (state <> 'idle' OR state_change > clock_timestamp() - make_interval(secs => :lately))"""
)
LOOKS = 20
LOOK_AGAIN = text("SELECT pg_sleep(0.1), pg_stat_clear_snapshot()")


def is_busy(connection: Connection) -> bool:
    """Has another connection of ours to this PostgreSQL done anything in the last minute and a half? One that
    was closed a moment ago is there for some milliseconds more, so it takes two seconds to say yes.
    """
    for _ in range(LOOKS):
        if not connection.execute(OTHERS, {"lately": LATELY.total_seconds()}).scalar_one():
            return False
        connection.execute(LOOK_AGAIN)
    return True


def is_at_work(database: Database, now: datetime) -> bool:
    """Has a worker swept lately or, on PostgreSQL, any process of ours done something?"""
    with database.read() as session:
        swept = heartbeats.last(session, now)
        has_swept = swept is not None and abs(now - swept) < LATELY
        return has_swept or (database.file is None and is_busy(session.connection()))
