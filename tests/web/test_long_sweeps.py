"""A worker whose sweep takes long is heard of meanwhile: nobody is woken because there is much to do."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.support.world import World
from web import background
from web.services.background import heartbeats


@dataclass
class Seconds:
    """What the process takes for `time`."""

    passed: float = 0.0

    def monotonic(self) -> float:
        return self.passed


@dataclass
class Slow:
    """A worker with three steps, each of which takes so long. It looks after each whether it is heard of."""

    world: World
    time: Seconds
    each: int
    silent: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database, self.clock = self.world.database, self.world.clock

    def keep_up(self, after_each: Callable[[], None]) -> None:
        for _ in range(3):
            self.time.passed += self.each
            self.world.clock.turn(seconds=self.each)
            after_each()
            with self.world.read() as session:
                self.silent.append(heartbeats.is_silent(session, self.world.now))


def swept(world: World, monkeypatch: pytest.MonkeyPatch, each: int) -> list[bool]:
    slow = Slow(world, Seconds(), each)
    monkeypatch.setattr(background, "time", slow.time)
    background.Process(world.worker.settings, 1)._sweep(slow)  # type: ignore[arg-type]
    with world.read() as session:
        return [*slow.silent, heartbeats.is_silent(session, world.now)]


def test_between_steps_of_two_minutes_it_is_heard_of(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert swept(world, monkeypatch, each=120) == [False] * 4


def test_a_short_sweep_is_heard_of_once_at_its_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert swept(world, monkeypatch, each=10) == [True, True, True, False]
