"""Starting up, and answering a page. Their floors are Flask itself, and a bare template of it."""

import logging
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import structlog
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlmodel import SQLModel

from tests.benchmarks.rows import Row, median_time
from web.app import create_app
from web.clock import utc_now
from web.commands import demo_story
from web.db import Database
from web.settings import DEFAULT_KEY, Settings, environment_with

BARE = "<!DOCTYPE html><title>{{ title }}</title><ul>{% for one in many %}<li>{{ one }}</li>{% endfor %}</ul>"
NEVER_OPENED = {"DATABASE_URL": "sqlite:///never-opened.db"}
# Flask, and as many bare tables of SQLModel as ours: nothing that stands on them starts sooner.
STANDS_ON = """
import gc, types
gc.disable()
import flask
from sqlmodel import Field, SQLModel
for number in range({tables}):
    columns = {{f"column_{{one}}": str for one in range({columns})}}
    body = {{"__annotations__": {{"id": int, **columns}}, "id": Field(default=None, primary_key=True)}}
    types.new_class(f"Table{{number}}", (SQLModel,), {{"table": True}}, lambda space: space.update(body))
"""


def rows() -> Iterator[Row]:
    start = importing("import wsgi")
    yield Row("start the web application", start, importing("import flask"), 3.0, "floor: import flask")
    tables = SQLModel.metadata.tables.values()
    columns = sum(len(table.columns) for table in tables) // len(tables) - 1
    program = STANDS_ON.format(tables=len(tables), columns=columns)
    remark = f"floor: flask, and {len(tables)} bare tables"
    yield Row("start the web application, its tables", start, importing(program), None, remark)
    with TemporaryDirectory() as folder:
        client = demo_client(Path(folder))
        floor, _ = answering(bare_client(), "/")
        why = "ours reads its database, and writes a whole page around what it says"
        for name, path in (("programme page", "/p/localgov/"), ("wall", "/p/localgov/learning")):
            middle, slowest = answering(client, path)
            yield Row(
                name, middle, floor, 2.0, f"99th percentile {slowest * 1000:.1f} ms, goal 30 ms", why=why
            )


def importing(code: str) -> float:
    """As gunicorn does it, of what is compiled."""
    command, ours = [sys.executable, "-c", code], environment_with(NEVER_OPENED)
    return median_time(lambda: subprocess.run(command, check=True, env=ours), repeat=5)


def bare_client() -> FlaskClient:
    app = Flask("bare")
    many = [f"line {number}" for number in range(20)]
    app.add_url_rule("/", view_func=lambda: render_template_string(BARE, title="Bare", many=many))
    return app.test_client()


def demo_client(folder: Path) -> FlaskClient:
    settings = Settings(database_url=f"sqlite:///{folder / 'demo.db'}", secret_key=DEFAULT_KEY)
    database = Database(settings.database_url)
    database.upgrade()
    demo_story.make(settings, database, now=utc_now(), say=lambda _: None)
    app = create_app(settings, poke=lambda: None, limits=False)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    return app.test_client()


def answering(client: FlaskClient, path: str, times: int = 300) -> tuple[float, float]:
    """The median and the 99th percentile of so many requests, one after another."""
    taken = []
    for _ in range(times):
        began = perf_counter()
        answer = client.get(path, base_url="http://127.0.0.1:8000")
        taken.append(perf_counter() - began)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98]
