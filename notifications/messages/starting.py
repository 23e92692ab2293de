"""What is said to whoever starts a programme, and to the operator who decides about it."""

from dataclasses import dataclass
from datetime import timedelta

from notifications.messages.base import Message
from notifications.messages.parts import BY_EMAIL, Link, Programme


@dataclass(frozen=True)
class StartConfirm(Message):
    """To whoever was named as a founder. It carries nothing the form supplied: we are no relay."""

    kind = "start_confirm"
    deadline = timedelta(hours=24)  # the link itself confirms for 48 h
    channels = BY_EMAIL
    bulk = False

    confirm: Link


@dataclass(frozen=True)
class StartAsked(Message):
    """To the operator: somebody has asked for a programme, called `name`, or has begun one. `address` is its
    page's. Who it is stands on the page alone.
    """

    kind = "start_asked"
    channels = BY_EMAIL
    bulk = False

    name: str
    address: str
    has_begun: bool
    page: Link


@dataclass(frozen=True)
class StartNews(Message):
    """To a founder: what has become of their request for a programme called `name`. `became` is "declined",
    "expired" or "address taken"; `reason` is the operator's.
    """

    kind = "start_news"
    channels = BY_EMAIL
    bulk = False

    name: str
    became: str
    reason: str
    page: Link


@dataclass(frozen=True)
class ProgrammeBegun(Message):
    """To a founder: the programme is there, and they own it. The link signs in, once, within a week."""

    kind = "programme_begun"
    deadline = timedelta(days=7)
    channels = BY_EMAIL
    bulk = False
    secret = True

    programme: Programme
    sign_in: Link
