"""What public pages were made of a moment ago, kept for who asks next."""

from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Any, TypeVar, cast

from cachetools import TTLCache

A_MOMENT = 1.0  # seconds
MOST = 500  # pages
Facts = TypeVar("Facts")


class Recent:
    """Keeps facts for a second, and no longer than until something is written by this process.

    What another process has written is seen a second later at the most. `written` is a number that changes
    with each write. What is kept is only read: it belongs to no session any more.
    """

    def __init__(self, written: Callable[[], int], seconds: Callable[[], float] = monotonic) -> None:
        self._written = written
        self._kept: TTLCache[Hashable, Any] = TTLCache(MOST, A_MOMENT, timer=seconds)
        self._lock = Lock()

    def of(self, key: Hashable, make: Callable[[], Facts]) -> Facts:
        """What `make` says, or said less than a second ago: anything but None. No error is kept."""
        key = (self._written(), key)
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                return cast("Facts", kept)
        made = make()
        with self._lock:
            self._kept[key] = made
        return made
