"""Killed before and after every statement, every commit and every call, one after the other.

Each story is counted in a run without a kill; then every point of it is tried on a copy of the database, in a
process that ends there and then. After a kill of a page all of it has happened or nothing. Then whoever
pressed presses again, the provider tells what it took, and another worker carries on: what stands at the end
must be what stands after a run in which nothing went wrong. What the provider took is in a file, as it would
be with the provider.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfile

from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, event, make_url, text

from notifications import origins, receipts, reconcile
from notifications.providers import sendgrid
from notifications.providers.local import Local
from notifications.receipts import Event, What
from tests.faults import checker
from tests.faults.checker import Picture
from tests.faults.kills import FORK
from tests.faults.stories import LEAVER, SIGNER, STORIES, Act, Story
from tests.faults.trial import Outcome, Trial, opened
from tests.faults.witnesses import KILLED, Executioner, Witness
from tests.faults.worlds import world_of
from tests.support.world import World
from web import db
from web.http.context import KEY
from web.worker import Worker

MINUTES = (1, 2, 4, 7, 1, 15)  # between two looks of the worker that carries on
SHORT = 2  # points of each story
AUTOCOMMIT = {"isolation_level": "AUTOCOMMIT"}


def fault(trial: Trial) -> Outcome:
    points, tried, broken = dict[str, int](), 0, list[str]()
    with _copies(trial) as copies, world_of(replace(trial, url=copies.url), **SETTINGS) as world:
        witness = Witness(trial.folder / "undisturbed.log", Executioner())
        world.worker.providers = replace(world.worker.providers, email=witness)
        # Else each of the processes to come would compile its pages anew.
        world.app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(trial.folder))
        for story in STORIES:
            act = story.prepare(world)
            _close(world)
            house = House(trial, story, act, world, copies)
            points[story.name] = house.count()
            for point in _some(points[story.name], trial):
                tried += 1
                broken += [f"{story.name} at {point}: {what}" for what in house.kill(point)]
            if broken and trial.mutant:
                break
            act(world)
    counted = ", ".join(f"{name} {number}" for name, number in points.items())
    return Outcome(
        f"{tried} of {sum(points.values())} points in {len(STORIES)} stories ({counted}): {len(broken)} "
        f"broken invariants{': ' if broken else ''}{'; '.join(broken[:3])}",
        "300 or more points, no broken invariant: all or nothing, and in the end as if nothing had happened",
        not broken and sum(points.values()) >= 300,
    )


SETTINGS = {
    "email_provider": "sendgrid",
    "sendgrid_api_key": "SG.key",
    "sendgrid_webhook_key": SIGNER.public_key,
}


def _some(points: int, trial: Trial) -> list[int]:
    """All of them; in short a few, at other places with another seed."""
    if trial.full:
        return list(range(1, points + 1))
    step = points / SHORT
    return sorted({int(step * n + trial.seed * 7 % step) + 1 for n in range(SHORT)})


def _close(world: World) -> None:
    """A database that is copied, and a process that is forked, has no connection open."""
    world.database.dispose()
    world.app.extensions[KEY].database.dispose()


@dataclass
class House:
    """A story in its own processes, on copies of the database as it is when the story begins."""

    trial: Trial
    story: Story
    act: Act
    world: World
    copies: "SQLiteCopies | PostgreSQLCopies"

    def count(self) -> int:
        """Run it undisturbed, pressed once and twice, and keep what stands then. How many points it has."""
        with self._copy() as url:
            self.before = self._picture(url)
            self._fork(self._run, url, None)
            self.after = self._picture(url)
            number = int(self._passed.read_text())
            self._fork(self._carry_on, url, False)
            self.ends = [self._picture(url)]
        if self.story.whole:
            with self._copy() as url:
                self._fork(self._run, url, None)
                self._fork(self._carry_on, url, True)
                self.ends.append(self._picture(url))
        return number

    def kill(self, point: int) -> list[str]:
        """What is broken after a kill at a point."""
        found = []
        with self._copy() as url:
            if self._fork(self._run, url, point) != KILLED:
                found.append("was not reached")
            if self.story.whole and self._picture(url) not in (self.before, self.after):
                found.append("half of it happened")
            if self._fork(self._carry_on, url, True):
                found.append("could not be carried on")
            if not self._is_an_end(self._picture(url)):
                found.append("did not end as it should")
        return found

    def _is_an_end(self, picture: Picture) -> bool:
        if not self.story.reports:  # without evidence a letter may go twice
            return picture | {"twice": 0} in [end | {"twice": 0} for end in self.ends]
        return picture in self.ends

    @property
    def _log(self) -> Path:
        return self.trial.folder / "witness.log"

    @property
    def _passed(self) -> Path:
        return self.trial.folder / "passed"

    def _picture(self, url: str) -> Picture:
        return checker.picture(url, self._log, LEAVER)

    @contextmanager
    def _copy(self) -> Iterator[str]:
        self._log.write_text("")
        with self.copies.copy() as url:
            yield url

    def _fork(self, work: Callable[..., None], url: str, given: object) -> int | None:
        process = FORK.Process(target=work, args=(url, given))
        process.start()
        process.join()
        return process.exitcode

    def _run(self, url: str, at: int | None) -> None:
        executioner = Executioner(at)
        executioner.watch(self._move_in(url, executioner))
        self.act(self.world)
        self._passed.write_text(str(executioner.passed))

    def _carry_on(self, url: str, press: bool) -> None:
        """Half an hour goes by; what the provider took since it reported last comes in at every look."""
        database, world = self._move_in(url, Executioner()), self.world
        if press:
            self.act(world)
        for minutes in MINUTES:
            world.clock.turn(minutes=minutes)
            if self.story.reports:
                self._report(database)
            world.worker.work()
            worker = world.worker
            reconcile.reconcile(database.write, worker.providers, worker.address, worker.clock)

    def _report(self, database: db.Database) -> None:
        took = {call.message for call in checker.calls(self._log)}
        now = self.world.now
        with database.write() as session:
            known = origins.known(session)
            told = [
                Event(sendgrid.NAME, f"took-{id_}", What.ACCEPTED, now, id_, origin=known.of(id_))
                for id_ in took
            ]
            receipts.take(session, told, key=self.world.worker.providers.key, now=now)

    def _move_in(self, url: str, executioner: Executioner) -> db.Database:
        """Make the application and the worker of this process live in that copy."""
        database, world = opened(url), self.world
        if self.trial.mutant == "no transaction":
            _commit_at_once(database)
        worker = Worker(world.worker.settings, database, world.clock)
        carrier = self.story.carrier
        email = carrier(self._log, executioner) if carrier else Local()
        worker.providers = replace(worker.providers, email=email)
        world.app.extensions[KEY] = replace(world.app.extensions[KEY], database=database)
        world.worker = worker
        return database


def _commit_at_once(database: db.Database) -> None:
    """Every statement stands by itself."""
    if database.file:
        event.remove(database.engine, "begin", db._begin_sqlite)
    else:
        database.engine = database.engine.execution_options(**AUTOCOMMIT)


class SQLiteCopies:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "master.db"
        self.url = f"sqlite:///{self.file}"

    @contextmanager
    def copy(self) -> Iterator[str]:
        copy = self.file.with_name("copy.db")
        copyfile(self.file, copy)
        yield f"sqlite:///{copy}"
        for left in copy.parent.glob("copy.db*"):
            left.unlink()


class PostgreSQLCopies:
    def __init__(self, url: str) -> None:
        self.server = make_url(url).difference_update_query(["options"])
        self.admin = create_engine(self.server).execution_options(**AUTOCOMMIT)
        self._say("DROP DATABASE IF EXISTS points_master WITH (FORCE)")
        self._say("CREATE DATABASE points_master")
        self.url = self._address("points_master")

    @contextmanager
    def copy(self) -> Iterator[str]:
        self._say("CREATE DATABASE points_copy TEMPLATE points_master")
        yield self._address("points_copy")
        self._say("DROP DATABASE points_copy WITH (FORCE)")

    def _address(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)

    def _say(self, words: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(words))
        self.admin.dispose()  # before anybody is forked


@contextmanager
def _copies(trial: Trial) -> Iterator[SQLiteCopies | PostgreSQLCopies]:
    if "sqlite" in trial.url:
        yield SQLiteCopies(trial.folder)
        return
    copies = PostgreSQLCopies(trial.url)
    yield copies
    copies._say("DROP DATABASE points_master WITH (FORCE)")
