"""People are erased by their own pages while the service runs: how long any raw file still tells of them.

The service is the operator's own, and pages are read all the while: a reader of an older state keeps
SQLite's `-wal` file from being emptied. Every file in the service's folder is searched, its log too.
PostgreSQL's files are its own, with copies that its vacuum takes away in its time: there every row is
searched.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import col, select

from tests.faults import checker
from tests.faults.trial import Outcome, Trial, opened
from tests.support.canary import make_crowd, words_of
from tests.support.http_client import HttpClient
from tests.support.visitor import Visitor
from tests.support.world import NAME, SLUG, settings_at
from tests.worlds.installations import Installation
from tests.worlds.running import Running, running
from web.app import create_app
from web.clock import utc_now
from web.models import Membership, Person, Purpose
from web.services.common import links, names, programmes
from web.services.organisations import organisations

CONTACT = "hello@councils.example"
WITHIN = 60.0  # seconds after the page said that it is done
LOOK_EVERY = 0.25
READERS = 3
PAGES = ("/", f"/p/{SLUG}/", f"/p/{SLUG}/learning", f"/p/{SLUG}/how-we-match")
# The mistakes: SQLite's files are left as they are, and a row keeps a line that somebody wrote of themselves.
MISTAKES = {
    "sqlite": """
from web import scrubbing

scrubbing.scrub = lambda *_, **__: True
""",
    "postgresql": """
from web.services.common import tombstones

del tombstones.BLANK["about"]
""",
}
TABLES_POSTGRESQL = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"


def fault(trial: Trial) -> Outcome:
    crowd, leaving = trial.size(600, 5000), trial.size(3, 30)
    kind = "sqlite" if trial.url.startswith("sqlite") else "postgresql"
    folder = trial.folder / "installation"
    folder.mkdir()
    url = f"sqlite:///{folder / 'unmentoring.db'}" if kind == "sqlite" else trial.url
    ids = _prepare(url, crowd)
    routes = create_app(settings_at(f"sqlite:///{trial.folder / 'routes.db'}", trial.folder), limits=False)
    # Not "local": there the mailboxes, with the last letter to whoever was erased, are in the same file.
    one = Installation(kind, "smtp", "loopback", "waitress")
    with running(one, folder, url, routes, _mistake(trial, kind, folder)) as made:
        made.begin()
        raw = _files(folder) if kind == "sqlite" else _rows(trial.url)
        told_before = sum(_tells(raw(), number) for number in range(leaving))
        with _read_all_the_while(made):
            waits = [_erase(made, id_, number, raw) for number, id_ in enumerate(ids[:leaving])]
        kept = sum(_tells(raw(), number) for number in range(leaving, leaving + 20))
        made.end()
    left = sum(wait is None for wait in waits)
    worst = max((wait for wait in waits if wait is not None), default=0.0)
    return Outcome(
        f"{leaving} of {crowd:,} people erased, of whom {told_before} could be read before: {left} still can "
        f"after {WITHIN:.0f} s, the last was gone after {worst:.1f} s; of 20 who stay {kept} can be read",
        f"{leaving} before, 0 within {WITHIN:.0f} s, 20 who stay",
        (told_before, left, kept) == (leaving, 0, 20),
    )


def _prepare(url: str, crowd: int) -> list[str]:
    """A programme with so many people in it; their ids."""
    database = opened(url)
    database.upgrade()
    with database.write() as session:
        programme = programmes.add(session, SLUG, NAME, contact=CONTACT, now=utc_now(), by="operator")
        session.flush()
        ids = make_crowd(session, crowd)
        place = organisations.add(session, programme.id, "Leeds City Council")
        session.add_all(
            Membership(
                programme_id=programme.id,
                person_id=id_,
                organisation_id=place.id,
                joined_at=utc_now(),
                name_key=names.filed_under(name),
            )
            for id_, name in session.execute(select(Person.id, Person.name).where(col(Person.id).in_(ids)))
        )
    database.dispose()
    return ids


def _mistake(trial: Trial, kind: str, folder: Path) -> dict[str, str]:
    if not trial.mutant:
        return {}
    (folder / "sitecustomize.py").write_text(MISTAKES[kind])
    return {"PYTHONPATH": str(folder)}


def _erase(made: Running, person: str, number: int, raw: Callable[[], bytes]) -> float | None:
    """They press the button on their own page. Seconds until nothing tells of them, or None."""
    world = made.world
    with world.write() as session:
        link = links.make(session, Purpose.FULL_PAGE, person, now=utc_now())
    door = world.path(link, person)
    world.visitor().open(f"{door}/erase").press("Erase everything about me")
    began = time.monotonic()
    while time.monotonic() < began + WITHIN:
        if not _tells(raw(), number):
            return time.monotonic() - began
        time.sleep(LOOK_EVERY)
    return None


def _tells(raw: bytes, number: int) -> bool:
    return any(word.encode() in raw for word in words_of(number).values())


def _files(folder: Path) -> Callable[[], bytes]:
    """All that lies in the service's folder, at that moment."""

    def look() -> bytes:
        return b"\n".join(file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file())

    return look


def _rows(url: str) -> Callable[[], bytes]:
    def look() -> bytes:
        tables = [row[0] for row in checker.ask(url, TABLES_POSTGRESQL)]
        rows = (checker.ask(url, f'SELECT t::text FROM "{table}" t') for table in tables)
        return "\n".join(str(row[0]) for table in rows for row in table).encode()

    return look


@contextmanager
def _read_all_the_while(made: Running) -> Iterator[None]:
    over = threading.Event()

    def read() -> None:
        client = HttpClient(made.site, "127.0.0.99")
        visitor, pages = Visitor.over(client), itertools.cycle(PAGES)
        while not over.is_set():
            visitor.open(next(pages))
        client.close()

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        over.set()
        for reader in readers:
            reader.join()
