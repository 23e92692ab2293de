"""What each kind of message decides about itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic_core import to_json

from notifications.messages.parts import EITHER, Channel, Promise, people_in


@dataclass(frozen=True)
class Message:
    """What each kind decides about itself.

    `deadline`  how long after it was due it is still worth sending
    `replies`   an answer to the email comes back to us (at the inbound domain)
    `bulk`      unsubscribe headers and a stop link are due
    `secret`    what it says, and to whom, is blanked as soon as a provider has it
    `by_day`    it waits for the morning: see `quiet_hours`
    `kept`      held in a break, it is worth sending after it, however long that was
    `alone`     a calendar file comes with each: it never shares a provider's call with others
    `wording`   whose template it uses; its own if empty
    """

    kind: ClassVar[str]
    wording: ClassVar[str] = ""
    deadline: ClassVar[timedelta] = timedelta(hours=72)
    promise: ClassVar[Promise] = Promise.AT_LEAST_ONCE
    channels: ClassVar[frozenset[Channel]] = EITHER
    replies: ClassVar[bool] = False
    bulk: ClassVar[bool] = True
    secret: ClassVar[bool] = False
    by_day: ClassVar[bool] = False
    kept: ClassVar[bool] = False
    alone: ClassVar[bool] = False

    @property
    def unproven(self) -> bool:
        """Does it go to an address that nobody has proven to be theirs? A code, an answer to a stranger."""
        return False

    def people(self) -> frozenset[str]:
        """The opaque ids of everyone named in it, apart from its reader."""
        return frozenset(people_in(self))

    def expires(self, due: datetime) -> datetime:
        """The moment after which it must not be sent any more."""
        return due + self.deadline

    def to_json(self) -> str:
        return to_json(self).decode()
