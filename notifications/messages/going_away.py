"""What is said to people who pause, leave or are erased."""

from dataclasses import dataclass
from datetime import date

from notifications.messages.base import Message
from notifications.messages.parts import Link, Programme


@dataclass(frozen=True)
class Paused(Message):
    """Out of the coming rounds for now, kindly, with the way back.

    `silent`: we paused them after two rounds without an answer; otherwise they asked for it. `until` None
    means until they come back themselves.
    """

    kind = "paused"
    by_day = True
    kept = True

    programme: Programme
    page: Link
    until: date | None = None
    silent: bool = True


@dataclass(frozen=True)
class Left(Message):
    """You have left the programme. `rejoin` is None where the programme takes nobody new."""

    kind = "left"
    bulk = False

    programme: Programme
    rejoin: Link | None = None


@dataclass(frozen=True)
class Erased(Message):
    """Everything about you is gone, and after this message so is your address. `talked`: a conversation of
    theirs counts, and stays without a name. `asked`: it was their wish, and not a programme's end or long
    silence.
    """

    kind = "erased"
    bulk = False
    secret = True

    programme: Programme
    talked: bool = True
    asked: bool = True


@dataclass(frozen=True)
class BeforeErasure(Message):
    """We have not heard from you for long: we erase your details unless you say stay."""

    kind = "before_erasure"
    by_day = True

    programme: Programme
    erased_on: date
    page: Link
