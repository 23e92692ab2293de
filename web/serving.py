"""Serving on one machine: the web server here, the worker as a child, both gone when we are told to stop."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType

import structlog
import waitress

from web.app import create_app
from web.db import Database
from web.settings import Settings
from web.worker import waker

THREADS = 8
STDIN = 0
LONGEST_STOP_SECONDS = 25
RESTART_AFTER_SECONDS = 1


class PortTaken(Exception):
    pass


class WorkerProcess:
    """The worker as a child process, started again if it dies before we stop it.

    It is a process of its own because the queue's consumer takes the signal handlers for itself.
    """

    def __init__(self, settings: Settings) -> None:
        self._environment = settings.child_environment()
        self._stopping = threading.Event()
        self._child = self._start()
        threading.Thread(target=self._watch, daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes]:
        # In a session of its own: Ctrl-C reaches us alone, and we ask it to finish what it holds. The pipe
        # tells it when we are gone without having asked.
        command = [sys.executable, "-m", "web.cli", "worker", "--with-parent"]
        return subprocess.Popen(  # noqa: S603  (our own words)
            command, env=self._environment, stdin=subprocess.PIPE, start_new_session=True
        )

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._child.wait()
            if self._stopping.wait(RESTART_AFTER_SECONDS):
                return
            structlog.get_logger().error("the worker stopped by itself and is started again")
            self._child = self._start()

    def stop(self) -> None:
        """Ask it to finish what it holds; end it if that takes too long."""
        self._stopping.set()
        self._child.terminate()
        try:
            self._child.wait(LONGEST_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()


def stop_at_end_of_input() -> None:
    """In the child: stop as if told to when the parent is gone, however it went."""

    def watch() -> None:
        # Not sys.stdin: a thread that holds its lock at exit makes Python abort.
        while os.read(STDIN, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def serve(settings: Settings, *, host: str, port: int, worker: bool, ready: Callable[[], None]) -> None:
    """Serve until interrupted. `ready` is called once connections are accepted.

    Raises:
        PortTaken: somebody else listens there.
    """
    Database(settings.database_url).upgrade()
    app = create_app(settings, poke=waker(settings))
    try:
        server = waitress.create_server(app, host=host, port=port, threads=THREADS, ident=None)
    except OSError as error:
        raise PortTaken(
            f"port {port} of {host} cannot be used: {error.strerror}. Say PORT=… for another"
        ) from error
    signal.signal(signal.SIGTERM, _stop)
    child = WorkerProcess(settings) if worker else None
    try:
        ready()
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()
        if child:
            child.stop()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
