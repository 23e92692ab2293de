"""What `joining` measures: our application, or the least that could take a form. A program of its own.

python -m tests.benchmarks.join_server ours|floor FILE.db      prints its port, ends with its standard input
"""

import logging
import os
import sqlite3
import sys
import threading

import structlog
import waitress
from flask import Flask, redirect, request

from web.loading import all_to_stay

with all_to_stay():  # as an operator's server loads them
    from web.app import create_app
    from web.clock import utc_now
    from web.commands.serving import THREADS
    from web.db import Database
    from web.services.common import programmes
    from web.settings import DEFAULT_KEY, Settings


def ours(file: str) -> Flask:
    settings = Settings(database_url=f"sqlite:///{file}", secret_key=DEFAULT_KEY)
    database = Database(settings.database_url)
    database.upgrade()
    with database.write() as session:
        programmes.add(session, "localgov", "Local", contact="team@example.org", now=utc_now(), by="bench")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    return create_app(settings, poke=lambda: None, limits=False)


def floor(file: str) -> Flask:
    """Flask, and one row in a file that is as safe as ours: written ahead, synced, by one at a time."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE request (id INTEGER PRIMARY KEY, details TEXT)")
    lock, local, app = threading.Lock(), threading.local(), Flask("floor")

    @app.get("/p/localgov/join")
    def form() -> str:
        return ""

    @app.post("/p/localgov/join")
    def join():  # type: ignore[no-untyped-def]
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(file)
            local.connection.execute("PRAGMA synchronous=FULL")
        with lock, local.connection as connection:
            connection.execute("INSERT INTO request (details) VALUES (?)", (str(request.form.to_dict()),))
        return redirect("/", 303)

    return app


def main(which: str, file: str) -> None:
    # Sixteen wait for eight threads all the time: it says so at each form.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = {"ours": ours, "floor": floor}[which](file)
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=THREADS)
    print(server.effective_port, flush=True)
    threading.Thread(target=server.run, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
