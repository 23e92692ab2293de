"""The real application behind a real server, with a worker that does at once what it is woken for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from typing_extensions import override

from tests.support.databases import OpenDatabase
from tests.support.live import free_port, serving
from tests.support.world import NAME, SLUG, World, settings_at
from web.app import create_app
from web.clock import utc_now
from web.http.context import KEY
from web.worker import Worker


class Clock:
    """The real time, and as far ahead of it as a test has turned it."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self._ahead

    @property
    def now(self) -> datetime:
        return self()

    def turn(self, **time: float) -> None:
        self._ahead += timedelta(**time)


class OneAtATime(Worker):
    """The test has it work, and so does its own thread: whoever comes second waits, and finds all of it done.
    Else a letter could be looked for that the other one has in hand.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self._turn = threading.Lock()

    @override
    def work(self) -> int:
        with self._turn:
            return super().work()


@dataclass
class LiveApp:
    """`world` tells stories in the same database; its visitors are not the browser."""

    address: str
    world: World
    worker: "WorkerThread"

    def at(self, path: str) -> str:
        return self.address + path

    @property
    def outbox(self) -> str:
        """The address that opens the outbox in the browser that comes by it."""
        return self.at(self.world.outbox_link())

    def mail_at(self, to: str, kind: str | None = None) -> str:
        """The outbox's page of the newest message somebody has."""
        self.worker.idle()
        return self.at(f"/outbox/{self.world.letter(to, kind).id}")


class WorkerThread:
    """Works when poked. `idle()` waits until all it was asked for is done."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._state = threading.Condition()
        self._asked, self._done = 0, 0
        self._working, self._stopping, self._held = False, False, False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def poke(self) -> None:
        with self._state:
            self._asked += 1
            self._state.notify_all()

    def idle(self) -> None:
        """Raises what the worker raised."""
        with self._state:
            asked = self._asked
            assert self._state.wait_for(lambda: self._done >= asked or self._error, timeout=30)
            if self._error:
                raise self._error

    def hold(self) -> None:
        """Do nothing until told to go on, as if there were much to do. Waits for the pass that is under way,
        which would do whatever is asked for meanwhile.
        """
        with self._state:
            self._held = True
            assert self._state.wait_for(lambda: not self._working, timeout=30)

    def go_on(self) -> None:
        with self._state:
            self._held = False
            self._state.notify_all()

    def stop(self) -> None:
        with self._state:
            self._stopping = True
            self._state.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._state:
                self._state.wait_for(lambda: (self._asked > self._done and not self._held) or self._stopping)
                if self._stopping:
                    return
                asked, self._working = self._asked, True
            try:
                self._worker.work()
            except Exception as error:  # noqa: BLE001  (kept for the test, which waits)
                self._error = error
            with self._state:
                self._done, self._working = asked, False
                self._state.notify_all()


@contextmanager
def live_app(folder: Path, template: Path, open_database: OpenDatabase) -> Iterator[LiveApp]:
    """A programme called councils on a free port, in a copy of a database with our tables in it."""
    port = free_port()
    file = folder / "live.db"
    file.write_bytes(template.read_bytes())
    settings = settings_at(f"sqlite:///{file}", folder, public_url=f"http://127.0.0.1:{port}")
    clock = Clock()
    worker = OneAtATime(settings, open_database(settings.database_url), clock)
    thread = WorkerThread(worker)
    app = create_app(settings, clock=clock, poke=thread.poke, limits=False)
    world = World(app, worker, clock)
    world.start(SLUG, NAME)
    try:
        with serving(app, port) as address:
            yield LiveApp(address, world, thread)
    finally:
        thread.stop()
        worker.database.dispose()
        app.extensions[KEY].database.dispose()
