"""Many people who press at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Everybody waits for everybody, then all act; what each gave back or raised."""
    ready = Barrier(count)

    def one(number: int) -> Any:
        ready.wait()
        try:
            return act(number)
        except Exception as error:  # noqa: BLE001  (the test looks at it)
            return error

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))
