"""Public pages are made of what was true a second ago at most, and of nothing older than our own writes."""

from dataclasses import dataclass, field

import pytest

from tests.support.statements import statements
from tests.support.world import World
from web.http.recent import Recent


@dataclass
class Facts:
    """Says how often it was asked."""

    asked: int = 0
    written: int = 0
    seconds: float = 0.0
    recent: Recent = field(init=False)

    def __post_init__(self) -> None:
        self.recent = Recent(lambda: self.written, lambda: self.seconds)

    def of(self, key: str = "home") -> int:
        return self.recent.of(key, self._make)

    def _make(self) -> int:
        self.asked += 1
        return self.asked


def test_what_was_made_is_kept() -> None:
    facts = Facts()
    assert [facts.of(), facts.of()] == [1, 1]


def test_each_page_has_its_own() -> None:
    facts = Facts()
    assert [facts.of("home"), facts.of("wall")] == [1, 2]


def test_a_second_later_it_is_made_anew() -> None:
    facts = Facts()
    facts.of()
    facts.seconds = 1.0
    assert facts.of() == 2


def test_after_a_write_it_is_made_anew() -> None:
    facts = Facts()
    facts.of()
    facts.written += 1
    assert facts.of() == 2


def test_an_error_is_not_kept() -> None:
    facts = Facts()
    with pytest.raises(ZeroDivisionError):
        facts.recent.of("home", lambda: 1 // 0)
    assert facts.of() == 1


@pytest.mark.parametrize("ends", [True, False])
def test_a_write_is_told_however_it_ends(world: World, ends: bool) -> None:
    before = world.database.written
    try:
        with world.write():
            assert ends
    except AssertionError:
        pass
    assert world.database.written != before


@pytest.mark.parametrize("page", ["/p/councils/", "/p/councils/learning"])
def test_a_page_says_at_once_what_was_written(world: World, page: str) -> None:
    world.visitor().open(page)
    world.change(name="Another Name")
    assert "Another Name" in world.visitor().open(page).text


@pytest.mark.parametrize("page", ["/p/councils/", "/p/councils/learning"])
def test_a_page_that_was_just_made_asks_the_database_nothing(world: World, page: str) -> None:
    world.visitor().open(page)
    with statements(world.database) as asked:
        world.visitor().open(page)
    assert asked == []
