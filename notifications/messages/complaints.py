"""What is said about a complaint about data. Nothing the form supplied is in it: we are no relay."""

from dataclasses import dataclass
from datetime import date

from notifications.messages.base import Message
from notifications.messages.parts import BY_EMAIL, Link, Programme


@dataclass(frozen=True)
class ComplaintReceived(Message):
    """To the address a complaint gave: we have it. Without a programme it is about the whole service."""

    kind = "complaint_received"
    channels = BY_EMAIL
    bulk = False
    secret = True

    programme: Programme | None
    reference: str
    answer_by: date
    page: Link


@dataclass(frozen=True)
class ComplaintAnswered(Message):
    """To the same address: what came of it, in an owner's words."""

    kind = "complaint_answered"
    channels = BY_EMAIL
    bulk = False
    secret = True

    programme: Programme | None
    reference: str
    outcome: str
    page: Link


@dataclass(frozen=True)
class ComplaintWaits(Message):
    """To owners: a complaint has come in, or is `due` within a week. What it says is on the page alone.
    Without a programme it is about the whole service, and goes to operators.
    """

    kind = "complaint_waits"
    channels = BY_EMAIL
    bulk = False

    programme: Programme | None
    answer_by: date
    page: Link
    due: bool = False
