"""A service on a public address that sends emails and no texts, as most do at first."""

from pathlib import Path

import pytest

from notifications.messages import Channel
from tests.support.visitor import Visitor
from tests.support.world import World, settings_at
from web.settings import Settings

JOIN = "Join Councils Unmentoring"
AMINA = {"name": "Amina", "email": "amina@example.org", "organisation": "Leeds", "agree": True}


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
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
    )


def choices(visitor: Visitor, name: str) -> list[str]:
    return visitor.page.xpath(f"//input[@name='{name}' and @type!='hidden']/@value")  # type: ignore[no-any-return]


def test_the_join_form_offers_no_texts(world: World) -> None:
    visitor = world.visitor().open("/p/councils/join")
    asked = {name: choices(visitor, name) for name in ("phone", "channel", "shares")}
    assert asked == {"phone": [], "channel": [], "shares": ["email", "video"]}


def test_somebody_joins(world: World) -> None:
    visitor = world.visitor().open("/p/councils/join")
    world.clock.turn(seconds=30)
    assert visitor.press(JOIN, **AMINA).path == "/p/councils/join/check-your-messages"


def test_what_is_not_offered_is_not_taken(world: World) -> None:
    visitor = world.visitor().open("/p/councils/join")
    world.clock.turn(seconds=30)
    visitor.press(JOIN, **AMINA | {"shares": "phone"})
    assert (visitor.status, len(visitor.mistakes)) == (422, 1)


def with_a_number(world: World) -> str:
    """Somebody from the days in which texts were sent."""
    return world.join("Amina", phone="+447700900123", channel=Channel.SMS, verified=True, shares_phone=True)


def test_a_number_from_before_is_kept_as_it_was_shared_and_email_is_written_to(world: World) -> None:
    amina = with_a_number(world)
    world.visitor().open(world.page_of(amina, full=True) + "/details").press("Save my details", about="Vans.")
    now = world.person(amina)
    assert (now.phone, now.shares_phone, now.channel) == ("+447700900123", True, Channel.EMAIL)


def test_a_number_from_before_can_be_taken_back(world: World) -> None:
    amina = with_a_number(world)
    world.visitor().open(world.page_of(amina, full=True) + "/details").press("Save my details", phone="")
    assert world.person(amina).phone is None


def test_my_details_open_and_are_saved(world: World) -> None:
    visitor = world.visitor().open(world.page_of(world.join("Amina"), full=True) + "/details")
    assert choices(visitor, "shares") == ["email", "video"]
    assert visitor.press("Save my details", about="Vans.").status == 200


def test_a_number_is_kept_and_no_code_is_promised(world: World) -> None:
    door = world.page_of(world.join("Amina", phone="+447700900123"), full=True)
    assert "this service sends no texts" in world.visitor().open(f"{door}/phone").text
