"""Our commands as an operator starts them: processes of their own, with their settings in the environment."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from web.settings import Settings


@dataclass
class Running:
    """A process that was started. `said` is what it has written to standard error so far."""

    process: subprocess.Popen[str]
    said: str = ""

    def until(self, *words: str) -> str:
        """Read on until all these words were written, or it has ended."""
        assert self.process.stderr
        while not all(each in self.said for each in words) and (line := self.process.stderr.readline()):
            self.said += line
        return self.said

    def until_it_heeds(self, what: signal.Signals) -> None:
        """Until it catches the signal."""
        while not catches(self.process.pid, what):
            assert self.process.poll() is None

    def tell(self, *signals: signal.Signals) -> None:
        for each in signals:
            self.process.send_signal(each)

    def end(self) -> int:
        """Wait for its end; the exit code, below zero if a signal ended it."""
        assert self.process.stderr
        self.said += self.process.stderr.read()
        return self.process.wait()


def catches(process: int, what: signal.Signals) -> bool:
    """Does it by now? The kernel knows. One that is gone does not."""
    try:
        told = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
    caught = next(line.split()[1] for line in told.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (what - 1) & 1)


def environment_of(settings: Settings) -> dict[str, str]:
    """What a process is given to have these settings."""
    given = settings.model_dump(exclude_defaults=True)
    ours = {name.upper(): _written(value) for name, value in given.items()}
    return os.environ | {"PUBLIC_URL": settings.public_url} | ours


def _written(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


@contextmanager
def running(settings: Settings, command: str) -> Iterator[Running]:
    """Start `python <command>`, and end it afterwards whatever became of the test."""
    words = [sys.executable, *command.split()]
    given = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, env=environment_of(settings), text=True, **given) as process:  # type: ignore[call-overload]
        try:
            yield Running(process)
        finally:
            process.kill()
