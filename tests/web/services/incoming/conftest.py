"""Two people, one of whom texts: before they met, introduced, and asked how it went."""

import pytest

from notifications.messages import Channel
from tests.support.by_text import PHONE
from tests.support.world import World


@pytest.fixture
def amina(world: World) -> str:
    return world.join("Amina Yusuf", "Leeds City Council", phone=PHONE, channel=Channel.SMS, verified=True)


@pytest.fixture
def tom(world: World) -> str:
    return world.join("Tom Field", "Kirklees Council", email="tom@example.org")


@pytest.fixture
def pair(world: World, amina: str, tom: str) -> tuple[str, str]:
    """Amina, by text, and Tom have been introduced."""
    world.round()
    return amina, tom


@pytest.fixture
def asked(world: World, pair: tuple[str, str]) -> str:
    """Amina has been asked whether they met."""
    world.clock.turn(days=14, hours=1)
    world.work()
    return pair[0]
