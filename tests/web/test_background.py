"""A worker's process, started by its command and ended by signals while it works."""

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from notifications import outbox
from notifications.messages import Channel, Recipient
from tests.support.commands import Running, running
from tests.support.databases import OpenDatabase
from tests.support.fake_provider import Answer, Call
from tests.support.fake_sendgrid import FakeSendGrid
from tests.support.letters import introduction
from tests.support.live import free_port
from tests.support.world import settings_at
from web.clock import utc_now
from web.settings import Settings

WAITING = 40  # letters that wait when the process is started
AT_MOST = 300  # seconds that anything here may take, on a machine that does much else
STARTED_BY = {"worker": "-m web.cli worker", "serve": "-m web.cli serve --port {port}"}


@dataclass
class Gated(FakeSendGrid):
    """Keeps every call waiting until it is let through."""

    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    open: threading.Event = field(default_factory=threading.Event)

    def accept(self, call: Call) -> Answer:
        self.came.release()
        assert self.open.wait(AT_MOST)
        return super().accept(call)


@pytest.fixture
def provider() -> Iterator[Gated]:
    fake = Gated()
    with fake.serving():
        yield fake
        fake.open.set()


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path, open_database: OpenDatabase, provider: Gated) -> Settings:
    """With letters that wait, and a SendGrid of ours."""
    file = tmp_path / "unmentoring.db"
    file.write_bytes(sqlite_template.read_bytes())
    letter = introduction(until=utc_now().date() + timedelta(days=30))
    readers = [Recipient(f"{n:08x}", "Amina", Channel.EMAIL, f"r{n}@example.org") for n in range(WAITING)]
    with open_database(f"sqlite:///{file}").write() as session:
        outbox.queue_all(session, [outbox.Order(letter, to, "g") for to in readers], now=utc_now())
    return settings_at(
        f"sqlite:///{file}",
        tmp_path,
        email_provider="sendgrid",
        sendgrid_api_key="SG.key",
        sendgrid_base_url=provider.url,
    )


def states(settings: Settings) -> Counter[str]:
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        found = Counter(connection.scalars(text("SELECT state FROM outbox_message")))
    engine.dispose()
    return found


@contextmanager
def calling(settings: Settings, provider: Gated, command: str, calls: int = 1) -> Iterator[Running]:
    """A process with so many calls in flight, in its first work after the start."""
    with running(settings, command) as process:
        for _ in range(calls):
            assert provider.came.acquire(timeout=AT_MOST)
        yield process


@pytest.mark.parametrize(
    ("started_by", "signals"),
    [("worker", ["SIGTERM", "SIGTERM", "SIGTERM"]), ("serve", ["SIGTERM", "SIGTERM"])],
    ids=["worker", "serve"],
)
def test_told_to_stop_it_finishes_the_call_in_flight_and_gives_back_the_rest(
    settings: Settings, provider: Gated, started_by: str, signals: list[str]
) -> None:
    with calling(settings, provider, STARTED_BY[started_by].format(port=free_port())) as process:
        process.tell(*(signal.Signals[name] for name in signals))
        provider.open.set()
        code = process.end()
    sent = len(provider.letters)
    # One may have been marked as being sent just before the signal came.
    assert (code, states(settings), sent <= 2) == (0, {"accepted": sent, "queued": WAITING - sent}, True)


def test_told_to_stop_while_it_is_loaded_it_ends_at_once_and_well(settings: Settings) -> None:
    with running(settings, STARTED_BY["worker"]) as process:
        process.until_it_heeds(signal.SIGTERM)
        process.tell(signal.SIGTERM)
        code = process.end()
    assert (code, process.said, states(settings)) == (0, "", {"queued": WAITING})


def test_its_threads_share_what_waited_when_it_was_started(settings: Settings, provider: Gated) -> None:
    with calling(settings, provider, "-m web.cli worker --threads 3", calls=3) as process:
        provider.open.set()
        process.tell(signal.SIGTERM)
        assert process.end() == 0


def test_it_stops_with_the_process_that_started_it(settings: Settings, provider: Gated) -> None:
    with calling(settings, provider, "-m web.cli worker --with-parent") as process:
        assert process.process.stdin
        process.process.stdin.close()
        provider.open.set()
        code = process.end()
    sent = len(provider.letters)
    assert (code, states(settings)) == (0, {"accepted": sent, "queued": WAITING - sent})
