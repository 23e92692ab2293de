"""The join form, sent over 16 connections at once. The floor is bare Flask with one insert, as safe on disk.

Both stand behind the same server with as many threads, and are asked by the same client.
"""

import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter
from urllib.parse import urlencode

from tests.benchmarks.rows import Row
from web.forms.open import QUICKEST_SECONDS

CONNECTIONS, EACH = 16, 60
PATH = "/p/localgov/join"
HIDDEN = re.compile(r'name="(csrf_token|started)"[^>]*value="([^"]+)"')
FORM = {
    "name": "Amina Shah", "organisation": "Leeds City Council", "channel": "email", "shares": "email",
    "happy_in_three": "y", "agree": "y", "video_kind": "",
}  # fmt: skip


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        floor, _ = measured("floor", Path(folder))
        ours, slowest = measured("ours", Path(folder))
    remark = f"{1 / ours:,.0f} a second, 99th percentile {slowest * 1000:.0f} ms, goal 50 ms"
    why = "ours checks the form and its CSRF token, and the floor takes anything"
    yield Row(f"join, {CONNECTIONS} at a time", ours, floor, 2.0, remark, why=why)


def measured(which: str, folder: Path) -> tuple[float, float]:
    """Seconds for one form on average, and the 99th percentile of what a person waits."""
    with server(which, folder / f"{which}.db") as port:
        visitors = [Visitor(port, number) for number in range(CONNECTIONS)]
        Event().wait(QUICKEST_SECONDS + 0.5)  # the form knows programs by their haste
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            began = perf_counter()
            waits = [wait for some in pool.map(Visitor.join, visitors) for wait in some]
            taken = perf_counter() - began
    return taken / len(waits), statistics.quantiles(waits, n=100)[98]


@contextmanager
def server(which: str, file: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.benchmarks.join_server", which, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        yield int(process.stdout.readline())
        process.stdin.close()


class Visitor:
    """One connection with a form that was opened on it."""

    def __init__(self, port: int, number: int) -> None:
        self.connection, self.number = HTTPConnection("127.0.0.1", port), number
        self.connection.request("GET", PATH)
        answer = self.connection.getresponse()
        self.hidden = dict(HIDDEN.findall(answer.read().decode()))
        self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]

    def join(self) -> list[float]:
        return [self._send(f"visitor{self.number}.{turn}@leeds.example") for turn in range(EACH)]

    def _send(self, email: str) -> float:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        began = perf_counter()
        self.connection.request("POST", PATH, urlencode(FORM | self.hidden | {"email": email}), headers)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        if answer.status != 303:
            raise SystemExit(f"the form was answered with {answer.status}: {page}")
        return perf_counter() - began
