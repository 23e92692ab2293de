"""Pressed at night, on a site that is no trial: the round is sent, and its letters wait for the morning."""

from pathlib import Path

import pytest

from tests.support.world import World, settings_at
from web.settings import Settings

SENT_AT_NIGHT = "It is night: they go out from 8:00 on Tuesday 1 December."


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path, request: pytest.FixtureRequest) -> Settings:
    file = tmp_path / "unmentoring.db"
    file.write_bytes(sqlite_template.read_bytes())
    return settings_at(
        f"sqlite:///{file}",
        tmp_path,
        public_url="http://unmentoring.example.org",
        allowed_hosts=("localhost",),
        secret_key="k" * 32,
        email_provider="smtp",
        smtp_url="smtp://127.0.0.1:9",
        quiet_nights=getattr(request, "param", True),
    )


def sent_at_one(world: World) -> str:
    """What the organiser's page says who sends a round at one in the morning."""
    world.join_many(4)
    world.clock.turn(hours=-8)
    number = world.draw()
    page = world.organiser().open(f"/organise/councils/rounds/{number}")
    return page.press("Send 4 introductions").text


def test_a_press_at_one_in_the_morning_says_when(world: World) -> None:
    assert sent_at_one(world).count(SENT_AT_NIGHT) == 2


@pytest.mark.parametrize("settings", [False], indirect=True)
def test_where_nights_are_not_quiet_nothing_is_said_of_them(world: World) -> None:
    assert "It is night" not in sent_at_one(world)


def test_by_day_nothing_is_said_of_nights(world: World) -> None:
    world.join_many(4)
    page = world.organiser().open(f"/organise/councils/rounds/{world.draw()}")
    assert "It is night" not in page.press("Send 4 introductions").text
