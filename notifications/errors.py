"""What can go wrong in this room.

NotificationError
    BadAddress          not an email address, or not a number we can write to; says what to do
    NoWayThere          this kind of message cannot reach this recipient: `.kind`, `.person`
    ProviderError       a provider did not take a message; `.reason` in plain words
        Temporary       not sent; try again
        Permanent       not sent, and trying again will not help
        Uncertain       cut off: it may have been sent
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from notifications.messages import Channel

# Locked, full, broken or gone; PostgreSQL calls it an internal error when a server takes no writing.
DATABASE_AWAY = (OperationalError, InternalError, InterfaceError)


class NotificationError(Exception):
    pass


class BadAddress(NotificationError):
    """`str()` of it is a sentence for the person who typed it."""


class NoWayThere(NotificationError):
    def __init__(self, kind: str, person: str) -> None:
        super().__init__(f"no address for {kind} to person {person}")
        self.kind = kind
        self.person = person


@dataclass
class ProviderError(NotificationError):
    """`reason` is shown to organisers: no address, number or token in it. `code` is the provider's own."""

    reason: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.reason} ({self.code})" if self.code else self.reason


@dataclass
class Temporary(ProviderError):
    """Not sent. `wait` is what the provider asked for, or None for our own schedule.

    `pause`   nobody should call this provider before `wait` is over
    `outage`  it could not be reached at all, or said it is down: counts towards the breaker
    `stop`    the provider refuses us altogether (credentials, configuration): stop it and alert; no message
              is to blame
    `policy`  we are refused, by the provider or only by the place this message goes to, if this one has been
              refused that often before: see `destinations`
    `tries`   give up after this many, where the provider says more will not help
    """

    wait: timedelta | None = None
    pause: bool = False
    outage: bool = False
    stop: bool = False
    policy: int | None = None
    tries: int | None = None


@dataclass
class Permanent(ProviderError):
    """Not sent, and it never will be like this.

    `fall_back`  the address is bad, another channel may do
    `suppress`   its owner has told the provider to stop, or the address is dead: do not write there again
    """

    fall_back: Channel | None = None
    suppress: bool = False


@dataclass
class Uncertain(ProviderError):
    """The connection broke after the message had left. Only evidence can tell."""
