"""A programme with people in it, told through the real services, the real worker and the real outbox.

Tests that ask for `database_url`, `database` or `both_databases` run on SQLite and on PostgreSQL; all others
on a SQLite file of their own.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, inspect, select
from sqlmodel import Session

from notifications import origins
from notifications.messages import Link as MessageLink
from notifications.providers import local
from notifications.tables import OutboxMessage, State
from tests.support import past
from tests.support.agreeing import rows_that_disagree
from tests.support.databases import OpenDatabase
from tests.support.house_client import HouseClient
from tests.support.visitor import Visitor, path_of
from web.app import create_app
from web.db import Database
from web.http.context import KEY
from web.models import (
    Group,
    GroupMember,
    Membership,
    Person,
    Programme,
    Purpose,
    Role,
    Round,
)
from web.models import Link as LinkRow
from web.models.complaints import Matter
from web.services.common import links, phone_numbers, programmes, times
from web.services.organisers import accounts
from web.services.people import complaints, erasure, joining
from web.services.people.joining import Details
from web.services.programmes import closings, programme_settings
from web.services.rounds import drafts, rounds, sending
from web.settings import DEFAULT_KEY, Settings
from web.worker import Worker

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
SLUG, NAME = "councils", "Councils Unmentoring"
BY = "a test"
COUNCILS = ("Leeds City Council", "Kirklees Council", "Gwynedd Council", "Brent Council")
PUBLIC = "http://127.0.0.1:8000"
DOCUMENTS = """SELECT made.name, its.name FROM sqlite_master made, pragma_table_info(made.name) its
    WHERE made.type = 'table' AND its.type = 'JSON'"""
LINK = re.compile(r"http://127\.0\.0\.1:\d+/[^\s<>\"')]*")


@dataclass
class Clock:
    """Stands still until it is turned."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def both_databases(database_url: str) -> str:
    """`@pytest.mark.usefixtures("both_databases")` runs a test on SQLite and on PostgreSQL."""
    return database_url


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Settings:
    """On trial, with everything local."""
    return settings_at(_database(request, tmp_path, sqlite_template), tmp_path)


def settings_at(database_url: str, folder: Path, **other: Any) -> Settings:
    queue = f"sqlite:///{folder / 'queue.db'}"
    given = {"database_url": database_url, "queue_url": queue, "secret_key": DEFAULT_KEY}
    return Settings(**given | {"public_url": PUBLIC} | other)


def _database(request: pytest.FixtureRequest, folder: Path, template: Path) -> str:
    if "database_url" in request.fixturenames:
        return str(request.getfixturevalue("database_url"))
    file = folder / "unmentoring.db"
    file.write_bytes(template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def apps() -> dict[Settings, Flask]:
    """Applications that were made, by what they were made for, but for their database and queue."""
    return {}


@pytest.fixture
def app(
    settings: Settings, clock: Clock, apps: dict[Settings, Flask], open_database: OpenDatabase
) -> Iterator[Flask]:
    """The whole application, without limits on open forms. It is made once, and moves into each test's own
    database: putting it together takes longer than most tests.
    """
    alike = settings.model_copy(update={"database_url": "", "queue_url": ""})
    if alike not in apps:
        apps[alike] = fresh_app(settings)
    made = apps[alike]
    database = open_database(settings.database_url)
    made.extensions[KEY] = replace(
        made.extensions[KEY], settings=settings, database=database, clock=clock, poke=lambda: None
    )
    yield made
    made.extensions[KEY].database.dispose()


def fresh_app(settings: Settings) -> Flask:
    """An application of one's own, for a test that changes it."""
    made = create_app(settings, limits=False)
    made.extensions[KEY].database.dispose()
    made.test_client_class = HouseClient
    return made


@pytest.fixture
def client(app: Flask) -> HouseClient:
    made = app.test_client()
    assert isinstance(made, HouseClient)
    return made


@pytest.fixture
def worker(app: Flask, settings: Settings, clock: Clock) -> Worker:
    return Worker(settings, app.extensions[KEY].database, clock)


@pytest.fixture
def world(app: Flask, worker: Worker, clock: Clock) -> Iterator["World"]:
    """A programme called councils, and nobody in it yet."""
    made = World(app, worker, clock)
    made.start(SLUG, NAME)
    yield made
    with made.read() as session:
        assert rows_that_disagree(session) == []


@pytest.fixture
def organiser(world: "World") -> Visitor:
    """Somebody who organises councils, signed in."""
    return world.organiser()


@dataclass
class World:
    """Tells stories. `slug` is the programme that is meant where none is named."""

    app: Flask
    worker: Worker
    clock: Clock
    slug: str = SLUG
    invented: int = field(default=0)

    @property
    def database(self) -> Database:
        return self.worker.database

    @property
    def now(self) -> datetime:
        return self.clock.now

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self.database.write() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self.database.read() as session:
            yield session

    def work(self) -> int:
        return self.worker.work()

    def visitor(self) -> Visitor:
        return Visitor(self.app)

    # Programmes and organisers

    def pause(self) -> None:
        with self.write() as session:
            programme_settings.pause(session, self.programme(session), by=BY, now=self.now)

    def go_on(self) -> None:
        """After a pause."""
        with self.write() as session:
            programme_settings.go_on(session, self.programme(session), by=BY, now=self.now)

    def announce_the_end(self) -> date:
        """As soon as may be; its last day."""
        with self.write() as session:
            programme = self.programme(session)
            last = closings.earliest(session, programme, times.today(self.now))
            closings.announce(session, programme, last, wall_stays=True, by=BY, now=self.now)
        return last

    def start(self, slug: str, name: str, **settings: Any) -> None:
        with self.write() as session:
            programmes.add(
                session, slug, name, contact="hello@councils.example", now=self.now, by=BY, **settings
            )

    def change(self, **values: Any) -> None:
        """Change the programme's settings."""
        with self.write() as session:
            self.programme(session).sqlmodel_update(values)

    def programme(self, session: Session, slug: str | None = None) -> Programme:
        return programmes.by_slug(session, slug or self.slug)

    def appoint(self, email: str, role: Role = Role.OWNER, slug: str | None = None) -> str:
        """Give somebody a role; their id."""
        with self.write() as session:
            return accounts.add(session, self.programme(session, slug), email, role, by=BY, now=self.now).id

    def organiser(
        self, email: str = "organiser@councils.example", role: Role = Role.OWNER, slug: str | None = None
    ) -> Visitor:
        """Somebody with a role, signed in by the link from their mail."""
        who = self.appoint(email, role, slug)
        return self.visitor().sign_in(self.door(Purpose.SIGN_IN, who))

    # People

    def details(self, name: str = "", organisation: str = "", **other: Any) -> Details:
        """What the join form of an invented person says."""
        self.invented += 1
        return Details(
            **{
                "name": name or f"Person {self.invented:03}",
                "organisation": organisation or COUNCILS[self.invented % len(COUNCILS)],
                "email": f"person-{self.invented:03}@example.org",
            }
            | other
        )

    def join(self, name: str = "", organisation: str = "", slug: str | None = None, **other: Any) -> str:
        """Somebody fills in the form, has the mail and presses the button; their id.

        With `verified=True` they have typed in the code as well.
        """
        verified = other.pop("verified", False)
        request = self.ask(self.details(name, organisation, **other), slug)
        self.work()
        return self._confirm(request, verified=verified)

    def join_many(
        self, count: int, slug: str | None = None, *, verified: bool = False, **other: Any
    ) -> list[str]:
        """Several people, from each organisation in turn, whose mails go out together."""
        people = [self.details(**other) for _ in range(count)]
        return self.join_together(*people, slug=slug, verified=verified)

    def join_together(self, *people: Details, slug: str | None = None, verified: bool = False) -> list[str]:
        """These people, whose mails go out together; their ids."""
        requests = [self.ask(each, slug) for each in people]
        self.work()
        return [self._confirm(request, verified=verified) for request in requests]

    def _confirm(self, request: int, *, verified: bool) -> str:
        with self.write() as session:
            link = session.exec(_confirmation(request)).scalar_one()
            person = joining.confirm(session, link, source="web form", now=self.now)
            if verified:
                phone_numbers.prove(session, person, now=self.now)
        return person.id

    def ask(self, details: Details, slug: str | None = None) -> int:
        """The join form is sent; nobody has looked at it yet. The request's id."""
        with self.write() as session:
            request = joining.ask_to_join(
                session, self.programme(session, slug), details, signer=self.worker.signer, now=self.now
            )
            session.flush()
            return request.id

    def erase(self, *people: str) -> None:
        """Without a last word to them."""
        for person in people:
            with self.write() as session:
                found = session.get_one(Person, person)
                erasure.erase(session, found, by=BY, now=self.now, farewell=False)

    def person(self, person: str) -> Person:
        with self.read() as session:
            return session.get_one(Person, person)

    def membership(self, person: str, slug: str | None = None) -> Membership:
        with self.read() as session:
            return session.get_one(Membership, (self.programme(session, slug).id, person))

    def complain(
        self,
        email: str = "somebody@example.org",
        text: str = "Why was my line shown?",
        *,
        whole_service: bool = False,
    ) -> str:
        """A complaint about data by the form; its reference."""
        told = complaints.ComplaintMade(Matter.USE, text, email)
        with self.write() as session:
            about = None if whole_service else self.programme(session)
            return complaints.complain(session, about, told, now=self.now).reference

    # Links

    def door(self, purpose: Purpose, person: str, subject: int | None = None) -> str:
        """The path behind a fresh link, as a message would carry it."""
        with self.write() as session:
            link = links.make(session, purpose, person, now=self.now, subject=subject)
        return self.path(link, person)

    def path(self, link: MessageLink, person: str) -> str:
        return links.address_maker(self.worker.signer, "")(link, person)

    def outbox_link(self) -> str:
        """The path that a command prints, and that opens the outbox in the browser that comes by it."""
        with self.write() as session:
            return path_of(links.outbox_address(session, self.worker.signer, "", now=self.now))

    def origin(self, message: int) -> str:
        """Whose numbering the id of a message is, as providers give it back."""
        with self.read() as session:
            return origins.known(session).of(message)

    def page_of(self, person: str, *, full: bool = False) -> str:
        return self.door(Purpose.FULL_PAGE if full else Purpose.PAGE, person)

    # Rounds

    def draw(self, seed: int = 1) -> int:
        """Draw a draft, in place of the one there may be; its number."""
        with self.read() as session:
            programme = self.programme(session)
            old = rounds.draft(session, programme)
        drawn = drafts.draw_next(self.read, programme.id, seed=seed, today=times.today(self.now))
        with self.write() as session:
            kept = drafts.save_draft(
                session, programme, drawn, by=BY, now=self.now, version=old.version if old else None
            )
            return kept.number

    def send(self, number: int) -> None:
        with self.write() as session:
            programme = self.programme(session)
            found = rounds.by_number(session, programme, number)
            sending.send_round(session, programme, number, found.version, by=BY, now=self.now)

    def round(self, seed: int = 1) -> int:
        """Draw, send and deliver; the round's number."""
        number = self.draw(seed)
        self.send(number)
        self.work()
        return number

    def groups(self, number: int = 1) -> list[list[str]]:
        """The ids of each group's members, in their places."""
        with self.read() as session:
            round_ = rounds.by_number(session, self.programme(session), number)
            members = rounds.members_of(session, round_)
        return [[member.person_id for member in members[key]] for key in sorted(members)]

    def group_of(self, person: str, number: int = 1) -> int:
        with self.read() as session:
            wanted = (
                select(Group.id)
                .join(GroupMember, GroupMember.group_id == Group.id)
                .join(Round, Round.id == Group.round_id)
                .where(GroupMember.person_id == person, Round.number == number)
            )
            return int(session.execute(wanted).scalar_one())

    def partners_of(self, person: str, number: int = 1) -> list[str]:
        group = next(group for group in self.groups(number) if person in group)
        return [other for other in group if other != person]

    # The outbox, as people read it

    def inbox(self, to: str | None = None, kind: str | None = None) -> list[local.Received]:
        """What arrived, newest first; `to` is an address or a number."""
        with self.read() as session:
            return local.inbox(session, to=to, kind=kind, limit=1000)

    def letter(self, to: str, kind: str | None = None) -> local.Received:
        """The newest message somebody has, after the worker has looked."""
        self.work()
        found = self.inbox(to, kind)
        assert found, f"nothing of kind {kind} for {to}; there is {[(m.to, m.kind) for m in self.inbox()]}"
        return found[0]

    def report_delivered(self, *to: str) -> None:
        """The provider tells that these have had their newest introduction."""
        self.work()
        for address in to:
            newest = self.letter(address, "introduction").id
            with self.write() as session:
                session.get_one(OutboxMessage, newest).state = State.DELIVERED

    def link_in(self, message: local.Received, door: str) -> str:
        """The path of the first link in a message that begins with `door`, like "/confirm/"."""
        paths = links_in(message)
        return next(path for path in paths if path.startswith(door))

    # Everything at once

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, in order."""
        return dump(self.database)


def _confirmation(request: int) -> Any:
    confirming = select(LinkRow).where(LinkRow.purpose == Purpose.CONFIRM, LinkRow.subject == request)
    # The newest: SQLite gives the number of a request that was deleted, years later, to another one.
    return confirming.order_by(LinkRow.id.desc()).limit(1)  # type: ignore[attr-defined]


def links_in(message: local.Received) -> list[str]:
    """The paths of our own links in the words of a message, in order."""
    words = message.sms or message.text
    return [path_of(found.rstrip(".,")) for found in LINK.findall(words)]


def dump(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in order, as the database has it; documents are unfolded, so that words can
    be looked for in them.
    """
    with database.engine.connect() as connection:
        documents = _documents(connection)
        return {
            name: sorted(_unfolded(past.read(connection, name), documents[name]), key=repr)
            for name in inspect(connection).get_table_names()
        }


def _documents(connection: Connection) -> dict[str, set[str]]:
    """The columns in which SQLite keeps documents, by table: as text, with numbers for letters beyond ASCII.
    PostgreSQL's are unfolded by its driver.
    """
    found: dict[str, set[str]] = defaultdict(set)
    if connection.dialect.name == "sqlite":
        for table, column in connection.exec_driver_sql(DOCUMENTS):
            found[table].add(column)
    return found


def _unfolded(table: past.Rows, documents: set[str]) -> list[tuple[Any, ...]]:
    return [
        tuple(
            json.loads(value) if value and column in documents else value
            for column, value in zip(table.columns, row, strict=True)
        )
        for row in table.rows
    ]
