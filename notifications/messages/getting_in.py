"""What is said to people on their way in, and about how they are reached."""

from dataclasses import dataclass
from datetime import date, timedelta

from notifications.messages.base import Message
from notifications.messages.parts import BY_EMAIL, BY_TEXT, Link, Programme, Promise


@dataclass(frozen=True)
class Confirm(Message):
    """To whoever was named in the join form. It carries nothing the form supplied: we are no relay."""

    kind = "confirm"
    deadline = timedelta(hours=24)  # the link itself lives 48 h
    channels = BY_EMAIL
    bulk = False

    programme: Programme
    confirm: Link


@dataclass(frozen=True)
class Invitation(Message):
    """To whom organisers would like to have, in their words: unasked for, so stopped like any bulk mail."""

    kind = "invitation"
    by_day = True
    kept = True
    deadline = timedelta(days=14)  # the link itself lives 30 days
    channels = BY_EMAIL

    programme: Programme
    answer: Link
    answer_by: date
    about: str = ""


@dataclass(frozen=True)
class TakenOver(Message):
    """To whom an owner took over from another scheme: what we hold, who asked them and when, and one press to
    leave or to take part.
    """

    kind = "taken_over"
    by_day = True
    kept = True
    deadline = timedelta(days=7)
    channels = BY_EMAIL

    programme: Programme
    name: str
    organisation: str
    email: str
    asked_by: str
    asked_on: date
    answer: Link


@dataclass(frozen=True)
class JoinByText(Message):
    """The one answer to a text that asks to join: how to say yes, or what is missing still. `which` are known
    organisations of which theirs may be one.
    """

    kind = "join_by_text"
    deadline = timedelta(hours=24)
    channels = BY_TEXT
    bulk = False

    programme: Programme
    confirm: Link
    incomplete: bool = False
    which: tuple[str, ...] = ()

    @property
    def unproven(self) -> bool:
        return True


@dataclass(frozen=True)
class AlreadyIn(Message):
    """The answer to somebody who joins a second time. The page looks the same to them."""

    kind = "already_in"
    deadline = timedelta(hours=24)
    bulk = False

    programme: Programme
    page: Link


@dataclass(frozen=True)
class Welcome(Message):
    """You are in: when the first round is, and where your page is.

    `top_up_on`: a round goes on, and on that day we look in it for whoever came late.
    """

    kind = "welcome"
    kept = True

    programme: Programme
    page: Link
    next_round: date | None = None
    top_up_on: date | None = None


@dataclass(frozen=True)
class MyLink(Message):
    """The answer to "send me my link", and to HELP from who takes part. `page` is None when we do not know
    who asks.
    """

    kind = "my_link"
    deadline = timedelta(hours=2)
    bulk = False

    page: Link | None
    programmes: tuple[Programme, ...] = ()
    helps: bool = False
    shared: bool = False  # it answers a text from a number that several people have confirmed

    @property
    def unproven(self) -> bool:
        return self.page is None


@dataclass(frozen=True)
class SignIn(Message):
    """An organiser's way in: 15 minutes, once."""

    kind = "sign_in"
    deadline = timedelta(minutes=15)
    promise = Promise.AT_MOST_ONCE
    channels = BY_EMAIL
    bulk = False
    secret = True

    sign_in: Link


@dataclass(frozen=True)
class Organise(Message):
    """Somebody offers a role in a programme: a week, once. `role` as in "an organiser"; `by` an address."""

    kind = "organise"
    deadline = timedelta(days=7)
    channels = BY_EMAIL
    bulk = False
    secret = True

    programme: Programme
    role: str
    may: str
    by: str
    sign_in: Link


@dataclass(frozen=True)
class PhoneCode(Message):
    """Proves that a number is theirs. The only text an unverified number ever gets."""

    kind = "phone_code"
    deadline = timedelta(minutes=10)
    promise = Promise.AT_MOST_ONCE
    channels = BY_TEXT
    bulk = False
    secret = True

    programme: Programme
    code: str

    @property
    def unproven(self) -> bool:
        return True


@dataclass(frozen=True)
class NewAddress(Message):
    """To a changed address: is it really yours?"""

    kind = "new_address"
    deadline = timedelta(hours=24)
    channels = BY_EMAIL
    bulk = False

    confirm: Link


@dataclass(frozen=True)
class AddressChanged(Message):
    """To the old address or number, so that nobody is moved away in silence."""

    kind = "address_changed"
    bulk = False
    secret = True

    programme: Programme | None = None


@dataclass(frozen=True)
class TextsStopped(Message):
    """STOP came from a number that several people have: to each of them, as one knows nothing of it."""

    kind = "texts_stopped"
    channels = BY_EMAIL
    bulk = False

    page: Link
