"""Prism, a checking proxy: it compares every request and answer with an OpenAPI document."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from hatch_build import npm_of_the_wheel, npm_of_this_machine
from tests.support.live import free_port

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
TRIES = 300  # of a fifth of a second: Twilio's document is long


def install() -> str:
    """Put the locked Prism in place, unless it is there; the node that runs it."""
    node, npm = npm_of_this_machine() or npm_of_the_wheel()
    stamp = HERE / "node_modules" / "lock.sha256"
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == digest):
        print("installing Prism", file=sys.stderr, flush=True)
        quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([*npm, "ci", *quietly], cwd=HERE, check=True, stdout=sys.stderr)
        stamp.write_text(digest)
    return node


@contextmanager
def between(node: str, document: Path, upstream: str, log: Path) -> Iterator[str]:
    """The address of a Prism that lets through to `upstream` what the document allows, and nothing else."""
    port = free_port()
    asked = ["proxy", "--errors", "--cors=false", "--port", str(port), str(document), upstream]
    with log.open("w") as said:
        process = subprocess.Popen(
            [node, PROGRAM, *asked], stdout=said, stderr=said, stdin=subprocess.DEVNULL
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, log)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait(address: str, log: Path) -> None:
    asking = requests.Session()
    asking.mount("http://", HTTPAdapter(max_retries=Retry(TRIES, backoff_factor=0.1, backoff_max=0.2)))
    try:
        asking.get(address, timeout=5)
    except requests.ConnectionError as error:
        raise SystemExit(f"Prism did not start:\n{log.read_text()[-2000:]}") from error
