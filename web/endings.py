"""What a transaction does last, right before it is committed: nothing else is waited for by then."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session

Act = Callable[[], None]


class WritingSession(Session):
    """A session that writes, and has an end at which something may be left to do."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._last: list[Act] = []

    def commit(self) -> None:
        acts, self._last = self._last, []
        for act in acts:
            act()
        super().commit()

    def rollback(self) -> None:
        self._last = []
        super().rollback()

    def leave(self, act: Act) -> None:
        self._last.append(act)


def at_the_end(session: Session, act: Act) -> None:
    """Do it last; at once in a savepoint, which may be given up, and in a session that has no such end."""
    if isinstance(session, WritingSession) and not session.in_nested_transaction():
        session.leave(act)
    else:
        act()
