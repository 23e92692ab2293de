"""The port: what a provider is given, what it answers, and the two words it may refuse with.

An adapter raises `Temporary`, `Permanent` or `Uncertain` (see `notifications.errors`) and nothing else about
the world outside; any other exception is a fault of ours. Its codes stand in a table beside it.
"""

from collections.abc import Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlmodel import Session

# A call that takes longer is cut off, far within the lease: a slow worker is not taken for a dead one.
CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0

TRIES_ALONE = 5  # over nine minutes, of a message that is refused while others to the same place are not


@dataclass(frozen=True)
class Pattern:
    """What letters have in common, with marks where each has words of its own."""

    text: str
    html: str


@dataclass(frozen=True)
class OutgoingEmail:
    """`id` and `attempt` are ours and opaque: they come back in the provider's events, with the `origin` of
    the id (see `origins`). A letter with a `pattern` is that pattern with its `own` words for its marks.
    """

    id: int
    attempt: int
    kind: str
    to: str
    name: str
    subject: str
    text: str
    html: str
    reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    calendar: bytes | None = None
    calendar_method: str = "PUBLISH"
    origin: str = ""
    date: datetime | None = None
    pattern: Pattern | None = None
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OutgoingText:
    """`to` in E.164."""

    id: int
    attempt: int
    kind: str
    to: str
    text: str
    origin: str = ""


Outgoing = OutgoingEmail | OutgoingText


@dataclass(frozen=True)
class Accepted:
    """The provider has it. Its own id for the message, where it gives one."""

    provider_id: str | None = None


@dataclass(frozen=True)
class Absent:
    """The provider is certain that it never took this message."""


@dataclass(frozen=True)
class Sent:
    """A message a provider took, by its id and ours."""

    provider_id: str
    id: int
    attempt: int
    origin: str = ""


class Provider(Protocol):
    """`name` is stored with each message it takes."""

    @property
    def name(self) -> str: ...

    def send(self, outgoing: Outgoing) -> Accepted:
        """Hand it over, once, without trying again.

        Raises:
            Temporary, Permanent: it was not taken. Uncertain: it may have been.
        """
        ...


@runtime_checkable
class Batches(Provider, Protocol):
    """A provider that takes many letters in one call, all or none of them."""

    @property
    def batch_size(self) -> int: ...

    def alike(self, letter: OutgoingEmail) -> Hashable | None:
        """Letters with the same answer may share a call; None goes alone."""
        ...

    def send_many(self, letters: Sequence[OutgoingEmail]) -> Accepted:
        """As `send`, for all of them together."""
        ...


@runtime_checkable
class StaysOnTheLine(Protocol):
    """A provider whose connection may serve one message after another."""

    def staying(self) -> AbstractContextManager[None]:
        """Keep this thread's connection until the end; then it is closed."""
        ...


@runtime_checkable
class LooksUp(Protocol):
    """A provider that can be asked what became of a message whose sending was cut off."""

    def look_up(self, outgoing: Outgoing, since: datetime) -> Accepted | Absent | None:
        """None when the provider cannot tell. Raises like `send`."""
        ...


@runtime_checkable
class InTransaction(Protocol):
    """A provider that lives in our own database: what it takes and our record of it are one transaction."""

    @property
    def name(self) -> str: ...

    def keep(self, session: Session, outgoing: Outgoing, now: datetime) -> Accepted: ...
