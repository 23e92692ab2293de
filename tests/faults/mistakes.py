"""Ours with one mistake in it, for as long as it is tried."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

Mistakes = Mapping[str, tuple[Any, str, Any]]  # by the mutant: where, what, and what stands there instead


@contextmanager
def mistaken(mistakes: Mistakes, mutant: str) -> Iterator[None]:
    """Without a mutant it is ours as it is."""
    if not mutant:
        yield
        return
    module, name, instead = mistakes[mutant]
    with mock.patch.object(module, name, instead):
        yield
