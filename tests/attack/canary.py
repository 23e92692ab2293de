"""A site with holes, so that a scan which finds nothing anywhere is known to be a bad scan. Loopback only.

Never serve it to anybody: what is asked for is put into SQL, HTML, a file's name and a redirect as it comes.
"""

import sqlite3
import sys
from pathlib import Path

import waitress
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

PAGE = """<!doctype html><html lang="en"><title>Canary</title>
<a href="/person?id=1">One</a> <a href="/hello?name=Amina">Hello</a> <a href="/read?file=notes.txt">Notes</a>
<a href="/go?to=/hello">Go</a>
<form method="post" action="/search"><input name="name" value="Amina"><button>Search</button></form></html>"""


def canary(folder: Path) -> Flask:
    app = Flask(__name__)
    (folder / "notes.txt").write_text("Ask the bin crews first.")
    file = folder / "canary.db"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE person (id INTEGER, name TEXT)")
        made.executemany("INSERT INTO person VALUES (?, ?)", [(1, "Amina"), (2, "Tom")])

    def ask(statement: str) -> str:
        with sqlite3.connect(file) as database:
            return ", ".join(str(row[0]) for row in database.execute(statement))

    @app.get("/")
    def home() -> str:
        return PAGE

    @app.get("/person")
    def person() -> str:
        return ask("SELECT name FROM person WHERE id = " + request.args.get("id", "0"))

    @app.post("/search")
    def search() -> str:
        return ask("SELECT name FROM person WHERE name = '" + request.form.get("name", "") + "'")

    @app.get("/hello")
    def hello() -> str:
        return f"<!doctype html><title>Hello</title><h1>Hello {request.args.get('name', '')}</h1>"

    @app.get("/read")
    def read() -> ResponseReturnValue:
        return (folder / request.args.get("file", "notes.txt")).read_text(errors="replace"), {
            "Content-Type": "text/html"
        }

    @app.get("/go")
    def go() -> ResponseReturnValue:
        return redirect(request.args.get("to", "/"))

    return app


if __name__ == "__main__":
    server = waitress.create_server(canary(Path(sys.argv[1])), listen=f"127.0.0.1:{sys.argv[2]}", threads=8)
    print("listening", flush=True)
    server.run()
