"""How a command comes by a session: it opens one, and commits when it ends well."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click

from notifications.foreign import LARGEST_ID
from web.db import Database
from web.settings import Settings

BY = "the command line"
ROUND_NUMBER = click.IntRange(1, LARGEST_ID)


@contextmanager
def opening() -> Iterator[Database]:
    """The database, of whatever version it is."""
    base = Database(Settings.from_env().database_url)
    try:
        yield base
    finally:
        base.dispose()


@contextmanager
def opening_current() -> Iterator[Database]:
    """The same, of this version.

    Raises:
        UpgradeError: it is of another one.
    """
    with opening() as base:
        base.must_be_current()
        yield base


def writing(command: Callable[..., Iterator[str]]) -> Callable[..., None]:
    """Hand the command a session that commits when it ends well; what it yields is printed after that."""

    @wraps(command)
    def opened(**options: Any) -> None:
        with opening_current() as base:
            with base.write() as session:
                done = list(command(session, **options))
            for line in done:
                click.echo(line)

    return opened


def reading(command: Callable[..., None]) -> Callable[..., None]:
    @wraps(command)
    def opened(**options: Any) -> None:
        with opening_current() as base, base.read() as session:
            command(session, **options)

    return opened
