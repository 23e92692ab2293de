"""The answer of a provider that is not in the database yet.

A call cannot be taken back: whoever drops its answer, because the database is away at just that moment, has
the message sent again though it was known better. So a process keeps it for as long as it lives, and hands
over nothing else meanwhile.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from sqlmodel import Session

from notifications.errors import DATABASE_AWAY

Sessions = Callable[[], AbstractContextManager[Session]]
Outcome = TypeVar("Outcome")


class Unwritten:
    """What one thread has been told last. One call is in flight at a time, so there is one answer at most.
    Beside it stands what is known of messages that had not left.
    """

    def __init__(self) -> None:
        self._write: Callable[[Session], object] | None = None

    def __bool__(self) -> bool:
        return self._write is not None

    def keep(self, write: Callable[[Session], object]) -> None:
        """From the answer on, until a transaction that wrote it down is committed."""
        assert self._write is None  # noqa: S101  (nobody makes a call before)
        self._write = write

    def too(self, write: Callable[[Session], object]) -> None:
        """And this after it: what else is known of the same messages, and could not be said either."""
        before = self._write

        def both(session: Session) -> None:
            if before:
                before(session)
            write(session)

        self._write = both

    @contextmanager
    def together(self, sessions: Sessions) -> Iterator[Session]:
        """A transaction that says it first, and then something else."""
        with sessions() as session:
            if self._write:
                self._write(session)
            yield session
        self._write = None

    def at_once(self, sessions: Sessions, write: Callable[[Session], Outcome]) -> Outcome:
        """A transaction that says it, and nothing else."""
        self._write = None
        try:
            with sessions() as session:
                return write(session)
        except DATABASE_AWAY:
            # Anything else would fail each time, and nothing else would go: then evidence has to tell.
            self._write = write
            raise

    def once_more(self, sessions: Sessions) -> None:
        """The same, of what could not be written before, if there is any."""
        if self._write:
            self.at_once(sessions, self._write)
