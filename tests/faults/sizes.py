"""Files and bodies of every size, a byte more than may be among them, at every door of an installation.

Each server is the operator's own command, in processes of its own. What is sent in chunks does not say
beforehand how long it is.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
from flask import Flask

from tests.faults.trial import Outcome, Trial
from tests.support.world import fresh_app, settings_at
from tests.worlds.installations import Installation
from tests.worlds.running import Running, running
from web.db import Database
from web.services.common import decoding, spreadsheets
from web.services.common.spreadsheets import BadFile
from web.settings import Settings
from web.sizes import EVENT_BYTES, FILE_BYTES, FORM_BYTES, KB, MAIL_BYTES, MB, said
from web.tokens import signer_of

SERVERS = ("waitress", "gunicorn")
ONE_ROW = 100
SHORT = (ONE_ROW, FORM_BYTES + 1, MB + 1, FILE_BYTES + 1)
SIZES = (ONE_ROW, FORM_BYTES - 1, FORM_BYTES, FORM_BYTES + 1, MB, 31 * MB, FILE_BYTES, FILE_BYTES + 1)
HEADERS = {
    "people": "name,organisation,email,notes",
    "history": "round,person_1,person_2,notes",
}
NOTES = 1500  # letters in a row: a file of 31 MB has 20,000 rows
WITHIN = 2.0  # seconds, for a file that is none
# Mistakes, made by every process of an installation as it starts.
MISTAKES = {
    "the bound of forms for files": "import web.http.bodies\n\nweb.http.bodies.AT_ONCE = 0\n",
    "leaves measuring to Werkzeug": """
from flask import g, request
from web.http import bodies

def measure():
    g.most_bytes = request.max_content_length = bodies._most()

bodies._measure = measure
""",
}

SHOWN_BY = dict(zip(MISTAKES, SERVERS, strict=True))  # waitress counts what comes in chunks itself


@dataclass(frozen=True)
class Tried:
    door: str
    size: int
    expected: str
    status: str
    seconds: float

    def __str__(self) -> str:
        right = "" if self.status == self.expected else f" instead of {self.expected}"
        return f"{self.door:<28} {self.size:>10,} bytes: {self.status}{right}, {self.seconds:.2f} s"


def fault(trial: Trial) -> Outcome:
    """In short the sizes that were once refused and the first beyond the bound, for each server."""
    routes = fresh_app(settings_at(f"sqlite:///{trial.folder / 'routes.db'}", trial.folder))
    database = Database(trial.url)
    database.upgrade()
    database.dispose()
    servers = (SHOWN_BY[trial.mutant],) if trial.mutant else SERVERS
    found = {server: list(_at(trial, server, routes)) for server in servers}
    tried = [(server, one) for server, several in found.items() for one in several]
    wrong = [(server, one) for server, one in tried if one.status != one.expected]
    return Outcome(
        f"{len(tried)} bodies at the doors of {' and '.join(servers)}, {len(wrong)} answered otherwise"
        + "".join(f"\n        {server:<9} {one}" for server, one in (tried if trial.full else wrong)),
        "taken up to the bound, a page or a line that says 413 beyond it, never a broken connection",
        not wrong,
    )


def _at(trial: Trial, server: str, routes: Flask) -> Iterator[Tried]:
    folder = trial.folder / server
    folder.mkdir()
    kind = "sqlite" if trial.url.startswith("sqlite") else "postgresql"
    one = Installation(kind, "local", "loopback", server)
    with running(one, folder, trial.url, routes, _mistake(trial, folder)) as made:
        made.begin()
        made.command("programme", "add", server, "--name", server)
        made.world.slug = server
        yield from _pages(made, SIZES if trial.full else SHORT)
        yield from _bodies(made, (-1, 0, 1) if trial.full else (0, 1))
        if trial.full:
            yield from _commands(made, folder)


def _mistake(trial: Trial, folder: Path) -> Mapping[str, str]:
    """Python runs a `sitecustomize` on its path before anything of ours."""
    if not trial.mutant:
        return {}
    (folder / "sitecustomize.py").write_text(MISTAKES[trial.mutant])
    return {"PYTHONPATH": str(folder)}


def sheet(kind: str, size: int) -> bytes:
    """A file of exactly that size. Its rows are long, so that few have to be invited."""
    rows, left, number = [HEADERS[kind]], size - len(HEADERS[kind]) - 1, 0
    while left > 0:
        number += 1
        cells = (
            f"Person {number},Brent,p{number}-{size}@example.org," if kind == "people" else "1,a@b.uk,c@b.uk,"
        )
        letters = left - len(cells) - 1 if left < 2 * NOTES else NOTES - len(cells)
        rows.append(cells + "x" * letters)
        left -= len(rows[-1]) + 1
    return ("\n".join(rows) + "\n").encode()


def _pages(made: Running, sizes: tuple[int, ...]) -> Iterator[Tried]:
    visitor = made.world.organiser()
    address, page = made.site.address, f"/organise/{made.world.slug}/import"
    fields = {"csrf_token": visitor.token(page)}
    cookies = {one.name: one.value for one in visitor.client.cookies}
    with requests.Session() as line:
        line.cookies.update(cookies)
        for kind in HEADERS:
            for size in sizes:
                body, told = _multipart(fields | {"kind": kind}, sheet(kind, size))
                for chunked in (False, True):
                    began = time.monotonic()
                    status = _answer(line, address + page, body, told, chunked=chunked)
                    expected = "413 with words" if size > FILE_BYTES else "200"
                    yield Tried(
                        _door(f"{kind} by page", chunked), size, expected, status, time.monotonic() - began
                    )


def _door(name: str, chunked: bool) -> str:
    return f"{name}, in chunks" if chunked else name


def _multipart(fields: Mapping[str, str], file: bytes) -> tuple[bytes, dict[str, str]]:
    prepared = requests.Request(
        "POST", "http://x", data=fields, files={"file": ("sheet.csv", file)}
    ).prepare()
    assert isinstance(prepared.body, bytes)
    return prepared.body, {"Content-Type": prepared.headers["Content-Type"]}


def _answer(
    line: requests.Session, address: str, body: bytes, told: Mapping[str, str], *, chunked: bool
) -> str:
    sent = (body[at : at + 64 * KB] for at in range(0, len(body), 64 * KB)) if chunked else body
    try:
        answer = line.post(address, data=sent, headers=told, timeout=120)
    except requests.ConnectionError:
        return "a broken connection"
    in_words = answer.status_code == 413 and ("may have up to" in answer.text or "At most" in answer.text)
    return f"{answer.status_code}{' with words' if in_words else ''}"


def _bodies(made: Running, around: tuple[int, ...]) -> Iterator[Tried]:
    """What programs send: refused for what it is, or for its size before anybody looks."""
    key = signer_of(Settings.from_env(made.variables)).inbound_secrets()[0]
    doors = {
        "/webhooks/sendgrid/events": (EVENT_BYTES, "403"),
        "/webhooks/notify": (EVENT_BYTES, "403"),
        f"/webhooks/sendgrid/inbound?key={key}": (MAIL_BYTES, "200"),
        "/webhooks/sendgrid/inbound": (FORM_BYTES, "404"),
    }
    with requests.Session() as line:
        for path, (most, taken) in doors.items():
            for size in (most + more for more in around):
                for chunked in (False, True):
                    began = time.monotonic()
                    status = _answer(line, made.site.address + path, b"x" * size, {}, chunked=chunked)
                    expected = "413 with words" if size > most else taken
                    name = _door(path.partition("?")[0].removeprefix("/webhooks/"), chunked)
                    yield Tried(name, size, expected, status, time.monotonic() - began)


def _commands(made: Running, folder: Path) -> Iterator[Tried]:
    for kind in HEADERS:
        for size in SIZES:
            file = folder / f"{kind}.csv"
            file.write_bytes(sheet(kind, size))
            began = time.monotonic()
            try:
                status = (
                    made.command(kind, "import", str(file), "--programme", made.world.slug) and "taken in"
                )
            except AssertionError as error:
                status = "refused with words" if f"at most {said(FILE_BYTES)}" in str(error) else str(error)
            expected = "refused with words" if size > FILE_BYTES else "taken in"
            yield Tried(f"{kind} by command", size, expected, status, time.monotonic() - began)


# Files that are none


def _none(megabytes: int) -> dict[str, tuple[bytes, str]]:
    """Files of that size that take a careless reader minutes, and what has to be said of each."""
    size, row = megabytes * MB, b"Person,Brent Council and its libraries,p@example.org\n"
    top = b"name,organisation,email\n"
    long, rows = "letters in a row", "at most 1,048,576 rows"
    return {
        "one line": (top + b"a" * size, long),
        "commas": (top + b"," * size, long),
        "no header but commas": (b"," * size, long),
        "100,000 columns": (b"name," * 100_000, long),
        "300 columns": (top + (b"," * 300 + b"\n") * (size // 301), "at most 200 columns"),
        "quotation marks": (top + b'"' * size, long),
        "an open quotation": (top + b'"' + row * (size // len(row)), "no other one ends it"),
        "NULs": (b"\0" * size, "no text has"),
        "a zip": (b"PK\x03\x04" + b"x" * size, "a zipped file"),
        "every delimiter": (b",;\t|" * (size // 4), long),
        "empty lines": (top + b"\n" * max(size, MB + 100), rows),
        "one letter a row": (top + b"a\n" * max(size // 2, MB + 100), rows),
        "spaces": (top + (b"a" + b" " * 90_000 + b"\n") * (size // 90_000), "letters in a cell"),
        "no spreadsheet at all": (bytes(range(1, 256)) * (size // 255), "no text has"),
        "UTF-16 of one line": (("a" * (size // 2)).encode("utf-16"), long),
        "a hint and nothing": (b"sep=" + b";" * size, "the file is empty"),
    }


def files_that_are_none(trial: Trial) -> Outcome:
    """Read as the worker reads it, to its end, in this process."""
    honest = spreadsheets.LONGEST_ROW  # type: ignore[attr-defined]
    if trial.mutant:
        spreadsheets.LONGEST_ROW = FILE_BYTES  # type: ignore[attr-defined]
    try:
        files = _none(trial.size(2, 30))
        found = {name: _refused(raw, words) for name, (raw, words) in files.items()}
    finally:
        spreadsheets.LONGEST_ROW = honest  # type: ignore[attr-defined]
    worst = max(seconds for _, seconds in found.values())
    wrong = [name for name, (good, _) in found.items() if not good]
    times = ", ".join(f"{name} {seconds:.2f} s" for name, (_, seconds) in found.items())
    return Outcome(
        f"{len(files)} files of {trial.size(2, 30)} MB, not refused as they should: {wrong or 'none'}; "
        f"the slowest took {worst:.2f} s" + (f": {times}" if trial.full else ""),
        f"each refused with its reason within {WITHIN:.0f} s",
        not wrong and (worst <= WITHIN or not trial.full),
    )


def _refused(raw: bytes, words: str) -> tuple[bool, float]:
    began = time.monotonic()
    try:
        for _ in spreadsheets.parse("f.csv", decoding.decode("f.csv", raw)).rows:
            pass
    except BadFile as error:
        return words in str(error), time.monotonic() - began
    return False, time.monotonic() - began
