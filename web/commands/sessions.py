"""How a command comes by a session: it opens one, and commits when it ends well."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from web.db import Database
from web.settings import Settings

BY = "the command line"


@contextmanager
def opening() -> Iterator[Database]:
    base = Database(Settings.from_env().database_url)
    try:
        yield base
    finally:
        base.dispose()


def writing(command: Callable[..., None]) -> Callable[..., None]:
    """Hand the command a session that commits when it ends well."""

    @wraps(command)
    def opened(**options: Any) -> None:
        with opening() as base, base.write() as session:
            command(session, **options)

    return opened


def reading(command: Callable[..., None]) -> Callable[..., None]:
    @wraps(command)
    def opened(**options: Any) -> None:
        with opening() as base, base.read() as session:
            command(session, **options)

    return opened
