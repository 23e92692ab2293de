"""What `rounds` measures: a draft sent as the worker does it. A program of its own.

python -m tests.benchmarks.round_sender DATABASE_URL        prints what it took as JSON
"""

import json
import sys
from datetime import UTC, datetime

from sqlalchemy import text

from web.loading import all_to_stay

with all_to_stay():  # as a worker loads them
    from tests.benchmarks.rows import both_times, most_memory, processor_of
    from web.db import Database
    from web.services.common import programmes
    from web.services.rounds import rounds, sending

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def send(database: Database) -> None:
    """As the worker does it."""
    with database.write() as session:
        programme = programmes.by_slug(session, "large")
        draft = rounds.draft(session, programme)
        assert draft is not None
        sending.send_round(session, programme, draft.number, draft.version, by="bench", now=NOW)


def main(url: str) -> None:
    database = Database(url)
    server = None
    if database.file is None:
        with database.read() as session:
            # The pool has one connection, and so one process serves all that follows.
            server = int(session.scalar(text("SELECT pg_backend_pid()")) or 0)
    before = processor_of(server) if server else 0.0
    taken = both_times(lambda: send(database))
    served = processor_of(server) - before if server else 0.0
    print(json.dumps({
        "processor": taken.processor + served,
        "server": served,
        "clock": taken.clock,
        "megabytes": most_memory(),
    }))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
