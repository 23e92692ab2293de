"""Two hundred clients that begin a request and do not end it, or ask and do not read, while somebody asks
whether we live.

The server is the command's own, in a process of its own. Each client goes on sending a byte now and then, as
one on a bad line would. Somebody who watches us comes anew each time, so a server that takes no more
connections is caught as well as one whose threads are all held.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice

from tests.faults.trial import Outcome, Trial, opened
from tests.support.live import free_port
from web.http.rendering import BUILT

CLIENTS = 200
WITHIN = 1.0  # seconds in which each answer has to come
BETWEEN = 0.05
START_SECONDS = 120
A_BODY = 1_000_000
STYLES = json.loads((BUILT / "manifest.json").read_text())["site.css"]
HEADERS = f"POST /my-page HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {A_BODY}\r\n\r\n".encode()
# How much of a request each kind of client sends before it becomes slow.
KINDS = {
    "says nothing": b"",
    "half a line": b"GET /p/coun",
    "half of its headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    "no body": HEADERS,
    "a bit of a body": HEADERS + b"x" * 30_000,
    "a body on disk": HEADERS + b"x" * 700_000,
    # Files, which are much to send and little to make: pages would be work, and not slowness.
    "does not read": f"GET /assets/{STYLES} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 8,
}


@dataclass
class Crowd:
    """The slow clients: each of them is connected as long as the server lets it."""

    port: int
    clients: list[socket.socket] = field(default_factory=list)
    gone: int = 0

    def come(self) -> None:
        for sent in islice(cycle(KINDS.values()), CLIENTS):
            client = socket.create_connection(("127.0.0.1", self.port), timeout=5)
            client.setblocking(False)
            with suppress(BlockingIOError):
                client.send(sent)
            self.clients.append(client)

    def drip(self) -> None:
        for client in self.clients:
            with suppress(OSError):
                client.send(b"x")

    def leave(self) -> None:
        for client in self.clients:
            client.close()


def fault(trial: Trial) -> Outcome:
    _prepare(trial)
    with _served(trial) as port:
        crowd = Crowd(port)
        try:
            crowd.come()
            waits, answers = _ask(crowd, seconds=trial.size(3, 60), patience=3 if trial.mutant else 10)
        finally:
            crowd.leave()
    worst = max(waits)
    return Outcome(
        f"{CLIENTS} slow clients of {len(KINDS)} kinds: asked {len(waits):,} times, answered "
        f"{dict(answers)}, after {worst:.2f} s at the latest",
        f"200 each time within {WITHIN:.0f} s",
        # In short, beside other tests, a time says little of the server: being answered at all does.
        set(answers) == {"200"} and (worst <= WITHIN or not trial.full),
    )


def _ask(crowd: Crowd, *, seconds: float, patience: float) -> tuple[list[float], Counter[str]]:
    """Whether we live, again and again; the first that is not answered is enough."""
    waits, answers = [], Counter[str]()
    until = time.monotonic() + seconds
    while time.monotonic() < until and set(answers) <= {"200"}:
        began = time.monotonic()
        answers[_answer(crowd.port, patience)] += 1
        waits.append(time.monotonic() - began)
        crowd.drip()
        time.sleep(BETWEEN)
    return waits, answers


def _answer(port: int, patience: float) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=patience) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError:
        return "nothing"


def _prepare(trial: Trial) -> None:
    database = opened(trial.url)
    database.upgrade()
    database.dispose()


@contextmanager
def _served(trial: Trial) -> Iterator[int]:
    port = free_port()
    said = {
        "DATABASE_URL": trial.url,
        "QUEUE_URL": f"sqlite:///{trial.folder / 'queue.db'}",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "web.cli", "serve", "--no-worker", "--port", str(port)]
    if trial.mutant:  # the server's own settings, as whoever serves `wsgi:app` by hand would have them
        command = [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", "--threads=8", "wsgi:app"]
    with subprocess.Popen(
        command, env=os.environ | said, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _wait_for_an_answer(port)
            yield port
        finally:
            server.kill()


def _wait_for_an_answer(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while _answer(port, patience=1) != "200":
        if time.monotonic() > until:
            raise TimeoutError(f"nothing was served within {START_SECONDS} s")
        time.sleep(0.1)
