"""What opens a session, for work that must not hold one all the time."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlmodel import Session

Opens = Callable[[], AbstractContextManager[Session]]
