"""TRIAL_ALLOWLIST: a real carrier, and nobody but these is really written to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fake_smtp import FakeMailServer
from tests.support.world import World, settings_at
from web.settings import Settings

MINE, THEIRS = "amina@example.org", "tom@example.org"


@pytest.fixture
def mail_server() -> Iterator[FakeMailServer]:
    server = FakeMailServer()
    with server.serving():
        yield server


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path, mail_server: FakeMailServer) -> Settings:
    file = tmp_path / "unmentoring.db"
    file.write_bytes(sqlite_template.read_bytes())
    return settings_at(
        f"sqlite:///{file}",
        tmp_path,
        email_provider="smtp",
        smtp_url=mail_server.url,
        trial_allowlist=(MINE,),
    )


def test_only_who_is_on_the_list_is_really_written_to(world: World, mail_server: FakeMailServer) -> None:
    for email in (MINE, THEIRS):
        world.ask(world.details(email=email))
    world.work()
    really = [letter["To"].addresses[0].addr_spec for letter in mail_server.letters]
    assert (really, [one.to for one in world.inbox()]) == ([MINE], [THEIRS])
