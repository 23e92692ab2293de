"""`unmentoring serve` as somebody starts it to try it out, in a folder of its own and by no setting."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.live import free_port

OUTBOX = re.compile(r"^Its outbox opens by (http://\S+)$", re.MULTILINE)
ENDS_WITHIN = 40  # seconds
SETTINGS = ("PATH", "HOME", "LANG")
# What nginx sends by default, and what it is usually told to send.
BY_A_PROXY: dict[str, dict[str, str]] = {
    "as nginx comes": {"Connection": "close"},
    "as nginx is told": {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"},
    "by name": {"Host": "localhost", "Forwarded": "for=203.0.113.7"},
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Its address, and what it printed until it was ready."""
    port = free_port()
    folder = tmp_path_factory.mktemp("trial")
    command = [sys.executable, "-m", "web.cli", "serve", "--port", str(port), "--no-worker"]
    environment = {name: os.environ[name] for name in SETTINGS if name in os.environ}
    environment |= {"PYTHONPATH": str(Path.cwd()), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdout
        yield f"http://127.0.0.1:{port}", running.stdout.readline() + running.stdout.readline()
        running.terminate()
        running.wait(ENDS_WITHIN)


def test_the_link_it_prints_opens_the_outbox(served: tuple[str, str]) -> None:
    address, said = served
    browser = requests.Session()
    entered = browser.get(OUTBOX.findall(said)[0])
    assert (entered.status_code, entered.url) == (200, f"{address}/outbox")


@pytest.mark.parametrize("proxy", BY_A_PROXY)
def test_a_proxy_in_front_of_it_opens_it_to_nobody(served: tuple[str, str], proxy: str) -> None:
    assert requests.get(f"{served[0]}/outbox", headers=BY_A_PROXY[proxy]).status_code == 403
