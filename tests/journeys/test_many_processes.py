"""`make many`: PostgreSQL, three workers and two web processes, as somebody at this machine sees them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import requests
from lxml import html

from tests.support.live import free_port

ACCEPTED = re.compile(r"message (\d+) of kind introduction is accepted")
ADDRESS = re.compile(r"^ +(.+?) {2,}(http://\S+)$", re.MULTILINE)
PROCESS = re.compile(r"process (\d+), says what it does in (\S+)\.")
SENT = re.compile(r"(\d+) of (\d+) introductions sent")
SENT_WITHIN, ENDS_WITHIN = 60, 40  # seconds


@dataclass
class Many:
    """The command, running. `said` is what it printed until it was ready."""

    process: subprocess.Popen[str]
    port: int
    said: str = ""
    browser: requests.Session = field(default_factory=requests.Session)

    def listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Stop with"):
                return

    @property
    def doors(self) -> dict[str, str]:
        return dict(ADDRESS.findall(self.said))

    def at(self, other: int, path: str) -> str:
        return self.browser.get(f"http://127.0.0.1:{self.port + other}{path}").text

    def press(self, page: requests.Response, button: str) -> requests.Response:
        """The form around the button that begins with these words."""
        tree = html.fromstring(page.text, base_url=page.url)
        tree.make_links_absolute()
        pressed = next(each for each in tree.xpath("//form//button") if button in each.text_content())
        form = next(pressed.iterancestors("form"))
        answer = self.browser.post(form.action or page.url, data=form.form_values())
        answer.raise_for_status()
        return answer

    def logs_of(self, who: str) -> str:
        files = [Path(f"{file}.log") for _, file in PROCESS.findall(self.said) if who in file]
        return "".join(file.read_text() for file in files)


@contextmanager
def many(folder: str) -> Iterator[Many]:
    port = _two_free_ports()
    command = [sys.executable, "-W", "ignore", "-m", "tools.many", "--port", str(port)]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": folder}
    )
    with running:
        try:
            yield Many(running, port)
        finally:
            running.terminate()


def test_what_is_sent_at_one_web_process_goes_out_once_by_three_workers_and_shows_at_the_other() -> None:
    with TemporaryDirectory(prefix="unmentoring-") as folder:
        with many(folder) as running:
            running.listen()
            signed_in = running.press(running.browser.get(running.doors["Sign in as organiser"]), "Sign in")
            draft = running.press(signed_in, "Draw a round")
            running.press(draft, "introductions")
            told, shown = _until_all_are_told(running)
            running.process.send_signal(signal.SIGTERM)
            status = running.process.wait(ENDS_WITHIN)
        left = [int(pid) for pid, _ in PROCESS.findall(running.said) if psutil.pid_exists(int(pid))]
        left += [one.pid for one in psutil.process_iter(["cmdline"]) if folder in str(one.info["cmdline"])]
    accepted = Counter(ACCEPTED.findall(running.logs_of("worker-")))
    assert (told, set(accepted.values()), len(accepted), status, left) == (41, {1}, 41, 0, []), shown


def _until_all_are_told(running: Many) -> tuple[int, str]:
    """How many introductions of the new round the other web process shows as sent, once all are; its page."""
    until, shown = time.monotonic() + SENT_WITHIN, ""
    while time.monotonic() < until:
        page = html.fromstring(running.at(1, "/organise/localgov/rounds/5"))
        shown = " ".join(page.text_content().split())
        if (told := SENT.search(shown)) and told[1] == told[2]:
            return int(told[1]), shown
    raise AssertionError(f"not all are sent: {shown}")


def _two_free_ports() -> int:
    """The first of two ports side by side."""
    while True:
        port = free_port()
        with suppress(OSError), socket.socket() as held:
            held.bind(("127.0.0.1", port + 1))
            return port
