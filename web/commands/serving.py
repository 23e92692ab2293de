"""Serving on one machine: the web server here, the worker as a child, both gone when we are told to stop.

PortTaken       somebody else listens there; says how to choose another
"""

import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import FrameType

import structlog
import waitress
from flask import Flask
from waitress.server import BaseWSGIServer

from web.app import create_app
from web.db import Database
from web.queues import Bell, Waker
from web.settings import Settings
from web.sizes import KB, THROWN_AWAY_BYTES

THREADS = 8
# A thread is taken only once a request is there as a whole, so slow clients hold connections alone: there are
# enough of them for a thousand, each with little of its body in memory, and who sends nothing has to go.
PATIENCE = {
    "connection_limit": 1_000,
    "channel_timeout": 30,  # seconds
    "cleanup_interval": 5,
    "inbuf_overflow": 64 * KB,
    "outbuf_overflow": 256 * KB,
    "asyncore_use_poll": True,  # select() ends at 1,024 files
}
FILES = 4_096  # open at once: a connection, its body and its answer on disk; and what the application opens
LONGEST_STOP_SECONDS = 25
RESTART_AFTER_SECONDS = 1


class PortTaken(Exception):
    pass


class Child:
    """A process of ours, started again if it dies before we stop it. It writes to `log`, or where we do."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path | None = None
    ) -> None:
        self._command, self._environment, self._log = command, environment, log
        self._stopping = threading.Event()
        self._child = self._start()
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._child.pid

    def _start(self) -> subprocess.Popen[bytes]:
        # In a session of its own: Ctrl-C reaches us alone, and we ask it to finish what it holds. The pipe
        # tells it when we are gone without having asked.
        with self._log.open("ab") if self._log else nullcontext() as log:
            return subprocess.Popen(  # noqa: S603  (our own words)
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._child.wait()
            if self._stopping.wait(RESTART_AFTER_SECONDS):
                return
            structlog.get_logger().error("a process stopped by itself and is started again", pid=self.pid)
            self._child = self._start()

    def ask_to_stop(self) -> None:
        """It may finish what it holds."""
        self._stopping.set()
        self._child.terminate()

    def stop(self) -> None:
        """Ask it to stop, and wait; end it if that takes too long."""
        self.ask_to_stop()
        try:
            self._child.wait(LONGEST_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()


def worker_command(*, quiet: bool = False) -> list[str]:
    """The worker as a child: a process of its own, so that neither takes processor from the other's threads,
    and a worker that dies takes no page with it.
    """
    command = [sys.executable, "-m", "web.cli", "worker", "--with-parent"]
    return [*command, "--quiet"] if quiet else command


def serve(
    settings: Settings, *, host: str, port: int, worker: bool, ready: Callable[[], None], quiet: bool = False
) -> None:
    """Serve until interrupted. `ready` is called once connections are accepted; a `quiet` worker logs trouble
    alone.

    Raises:
        PortTaken: somebody else listens there.
        UpgradeError: the tables could not be brought to this version.
    """
    _bring_up_to_date(settings)
    _allow_files()
    waker = Waker(settings)
    app = create_app(settings, poke=Bell(waker), queue_answers=waker.queue_answers, queue_depth=waker.depth)
    server = listen(app, settings, host=host, port=port)
    signal.signal(signal.SIGTERM, _stop)
    if settings.alert_webhook:
        _watch(settings)
    child = Child(worker_command(quiet=quiet), settings.child_environment()) if worker else None
    if child:
        # At once: letters go out for as long as connections take to be closed.
        signal.signal(signal.SIGTERM, partial(_stop, child=child))
    try:
        ready()
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()
        if child:
            child.stop()


def _watch(settings: Settings) -> None:
    """Beside the pages: what a worker that dies leaves undone is told of too."""
    from web import watching

    threading.Thread(target=watching.watch, args=(settings, threading.Event()), daemon=True).start()


def listen(app: Flask, settings: Settings, *, host: str, port: int) -> BaseWSGIServer:
    """The server, listening but not yet answering.

    Raises:
        PortTaken: somebody else listens there, or this machine has no such address.
    """
    try:
        return waitress.create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            # What a proxy of ours says of a visitor is the application's to read; without one, nobody's.
            clear_untrusted_proxy_headers=not settings.proxy_hops,
            # It keeps all of a body, on disk where it is large, before we see any of it.
            max_request_body_size=THROWN_AWAY_BYTES,
            **PATIENCE,
        )
    except OSError as error:
        raise PortTaken(
            f"port {port} of {host} cannot be used: {error.strerror}. Say PORT=… for another"
        ) from error
    except ValueError as error:
        raise PortTaken(f"{host!r} is no address of this machine") from error


def _allow_files() -> None:
    """Raise what this process may hold open, as far as the machine lets us: many give 1,024 unasked."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _bring_up_to_date(settings: Settings) -> None:
    database = Database(settings.database_url)
    try:
        database.upgrade()
    finally:
        database.dispose()


def _stop(signal_: int, _frame: FrameType | None, *, child: Child | None = None) -> None:
    # Once: a second one would end us while we wait for the worker to finish what it holds.
    signal.signal(signal_, signal.SIG_IGN)
    if child:
        child.ask_to_stop()
    raise SystemExit(0)
