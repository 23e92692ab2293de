"""Patterns that are compiled when they are first used."""

import re

import pytest

from notifications.lazy_patterns import lazy_pattern


def test_it_does_what_the_compiled_one_does() -> None:
    lazy, made = lazy_pattern(r"(v)(an)s?", re.IGNORECASE), re.compile(r"(v)(an)s?", re.IGNORECASE)
    assert lazy.findall("Vans, a van") == made.findall("Vans, a van")
    assert lazy.sub("bus", "Vans, a van") == made.sub("bus", "Vans, a van") == "bus, a bus"
    assert (lazy.pattern, lazy.flags, lazy.groups) == (made.pattern, made.flags, made.groups)


def test_it_is_compiled_once_and_at_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    real = re.compile
    monkeypatch.setattr(re, "compile", lambda *given: compiled.append(given[0]) or real(*given))
    lazy = lazy_pattern("van")
    assert compiled == []
    assert lazy.search("a van")
    assert not lazy.search("a bus")
    assert compiled == ["van"]


def test_what_is_no_pattern_says_so_when_it_is_used() -> None:
    lazy = lazy_pattern("(van")
    with pytest.raises(re.error):
        lazy.search("a van")
