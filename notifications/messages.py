"""Every kind of message we send, as plain facts.

A message says what is true; `render` finds the words, `outbox` remembers it, `delivery` gets it there. People
are opaque ids here, links a purpose and an id: no token is stored, an address is made at delivery.

    Message
        Confirm Invitation JoinByText AlreadyIn Welcome MyLink SignIn Organise          getting in
        PhoneCode NewAddress AddressChanged
        HeadsUp Introduction TryOut PartnerGone TooLate NotThisTime Nudge CheckIn       a round
        Thanks Digest
        Paused Left Erased BeforeErasure                                                going away
        Proposal Closing DraftReady NotAsPlanned Reported Alert                         running a programme
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from pydantic import TypeAdapter
from typing_extensions import override

from notifications.parts import (
    BY_EMAIL,
    BY_TEXT,
    EITHER,
    LONDON,
    UNSUBSCRIBE,
    Channel,
    Learned,
    Link,
    Named,
    Partner,
    Programme,
    Promise,
    Recipient,
    Share,
    Slot,
    WhatNext,
    end_of,
    people_in,
)

# What messages are made of is had from here too.
__all__ = [
    "BY_EMAIL", "BY_TEXT", "EITHER", "LONDON", "UNSUBSCRIBE", "Channel", "Learned", "Link", "Named",
    "Partner", "Programme", "Promise", "Recipient", "Share", "Slot", "WhatNext", "end_of",
]  # fmt: skip


@dataclass(frozen=True)
class Message:
    """What each kind decides about itself.

    `deadline`  how long after it was due it is still worth sending
    `replies`   an answer to the email comes back to us (at the inbound domain)
    `bulk`      unsubscribe headers and a stop link are due
    `secret`    what it says, and to whom, is blanked as soon as a provider has it
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

    def people(self) -> frozenset[str]:
        """The opaque ids of everyone named in it, apart from its reader."""
        return frozenset(people_in(self))

    def expires(self, due: datetime) -> datetime:
        """The moment after which it must not be sent any more."""
        return due + self.deadline

    def to_json(self) -> str:
        return ADAPTERS[self.kind].dump_json(self).decode()

    @classmethod
    def kinds(cls) -> tuple[type["Message"], ...]:
        return KINDS


# Getting in


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
    deadline = timedelta(days=14)  # the link itself lives 30 days
    channels = BY_EMAIL

    programme: Programme
    answer: Link
    answer_by: date
    about: str = ""


@dataclass(frozen=True)
class JoinByText(Message):
    """The one answer to a text that asks to join: how to say yes, or what is missing still."""

    kind = "join_by_text"
    deadline = timedelta(hours=24)
    channels = BY_TEXT
    bulk = False

    programme: Programme
    confirm: Link
    incomplete: bool = False


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

    programme: Programme
    page: Link
    next_round: date | None = None
    top_up_on: date | None = None


@dataclass(frozen=True)
class MyLink(Message):
    """The answer to "send me my link", and to HELP. `page` is None when we do not know who asks."""

    kind = "my_link"
    deadline = timedelta(hours=2)
    bulk = False

    page: Link | None
    programmes: tuple[Programme, ...] = ()
    helps: bool = False
    shared: bool = False  # it answers a text from a number that several people have confirmed


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


# A round


@dataclass(frozen=True)
class HeadsUp(Message):
    """Some days before a round: you are in; skip or pause with one button."""

    kind = "heads_up"
    replies = True

    programme: Programme
    round_on: date
    page: Link
    skip: Link | None = None

    @override
    def expires(self, due: datetime) -> datetime:
        return min(due + self.deadline, end_of(self.round_on - timedelta(days=1)))


@dataclass(frozen=True)
class Introduction(Message):
    """Meet your partner, or partners. One for each person, never one mail to both.

    `group`        opaque id of the group: the calendar entry's identity
    `sequence`     0 at first; rises when the group changes, and the words then say that it changed
    `first_mover`  the id of whoever writes first: the reader or one of the partners
    `why`          a sentence or two on why these people
    `until`        the last day of the round; the introduction is not sent after it
    `gone`         who is no longer in a group that changed, as far as they may be named
    `no_time_shared` they have said when they are free, and share no part of the week
    `cannot`       None once it is too late to drop out
    `booked`       where they say that they have a date; None leaves it to the check-in
    `conversation` where a text's one link leads: this conversation as a page; `page` is the reader's own
    """

    kind = "introduction"

    programme: Programme
    group: str
    sequence: int
    partners: tuple[Partner, ...]
    first_mover: str
    why: str
    slots: tuple[Slot, ...]
    until: date
    starts_on: date
    prompts: tuple[str, ...]
    video_room: str | None
    page: Link
    check_in: Link
    cannot: Link | None = None
    calendar_link: Link | None = None
    conversation: Link | None = None
    booked: Link | None = None
    gone: tuple[Named, ...] = ()
    no_time_shared: bool = False

    @override
    def expires(self, due: datetime) -> datetime:
        # No 72 hours here: late is better than never while the round is open, and wrong afterwards.
        return end_of(self.until)


@dataclass(frozen=True, kw_only=True)
class TryOut(Introduction):
    """An introduction of a draft, sent to the organiser alone: what `reader` would read if it were sent now.

    Its links lead back to the draft, and an answer to it goes to nobody.
    """

    kind = "try_out"
    wording = "introduction"
    channels = BY_EMAIL
    bulk = False

    reader: Named


@dataclass(frozen=True)
class PartnerGone(Message):
    """Somebody in your group cannot make it, and what happens now. Withdraws the calendar entry of a pair.

    `gone` is empty when they have been erased: then nobody is named. `staying` are the others of a three who
    still talk with you. `sequence` is one more than the introduction's. `word_by`: on that day at the latest
    we say whether we have found somebody else.
    """

    kind = "partner_gone"

    programme: Programme
    group: str
    sequence: int
    gone: tuple[Named, ...]
    what_next: WhatNext
    page: Link
    staying: tuple[Named, ...] = ()
    next_round: date | None = None
    word_by: date | None = None
    introduced: bool = True


@dataclass(frozen=True)
class TooLate(Message):
    """They want to drop out after the cut-off: whom to tell themselves, and the page that says what else.

    `conversation` is that page: there they tell us that it did not work out.
    """

    kind = "too_late"

    programme: Programme
    partners: tuple[Partner, ...]
    until: date
    conversation: Link
    page: Link

    @override
    def expires(self, due: datetime) -> datetime:
        return min(due + self.deadline, end_of(self.until))


@dataclass(frozen=True)
class NotThisTime(Message):
    """Nobody is out of a round without a word: why, and when the next one is. `reason` is a sentence."""

    kind = "not_this_time"

    programme: Programme
    reason: str
    next_round: date | None
    page: Link


@dataclass(frozen=True)
class Nudge(Message):
    """To the first mover, once, when nobody in the group has said booked or met."""

    kind = "nudge"

    programme: Programme
    partners: tuple[Partner, ...]
    until: date
    check_in: Link
    page: Link
    cannot: Link | None = None
    slots: tuple[Slot, ...] = ()

    @override
    def expires(self, due: datetime) -> datetime:
        return min(due + self.deadline, end_of(self.until))


@dataclass(frozen=True)
class CheckIn(Message):
    """Did you meet? `again` is the second and last asking."""

    kind = "check_in"
    replies = True

    programme: Programme
    partners: tuple[Named, ...]
    check_in: Link
    page: Link
    again: bool = False


@dataclass(frozen=True)
class Thanks(Message):
    """Thank you for telling us; here is what you said, and how to pass it on. `learning` may be empty."""

    kind = "thanks"
    replies = True

    programme: Programme
    partners: tuple[Named, ...]
    learning: str
    check_in: Link
    page: Link
    wall: Link
    share: tuple[Share, ...] = ()


@dataclass(frozen=True)
class Digest(Message):
    """What people learned in a round. `met` and `answered` count people; `round_name` as people say it."""

    kind = "digest"
    channels = BY_EMAIL

    programme: Programme
    round_name: str
    learned: tuple[Learned, ...]
    wall: Link
    page: Link
    met: int | None = None
    answered: int | None = None
    next_round: date | None = None


# Going away


@dataclass(frozen=True)
class Paused(Message):
    """Out of the coming rounds for now, kindly, with the way back.

    `silent`: we paused them after two rounds without an answer; otherwise they asked for it. `until` None
    means until they come back themselves.
    """

    kind = "paused"

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
    theirs counts, and stays without a name.
    """

    kind = "erased"
    bulk = False
    secret = True

    programme: Programme
    talked: bool = True


@dataclass(frozen=True)
class BeforeErasure(Message):
    """We have not heard from you for long: we erase your details unless you say stay."""

    kind = "before_erasure"

    programme: Programme
    erased_on: date
    page: Link


# Running a programme


@dataclass(frozen=True)
class Proposal(Message):
    """The matching settings may change: what, why, and until when an objection can be raised.

    `urgent`: already in force, with `closes_on` as its review date.
    """

    kind = "proposal"

    programme: Programme
    change: str
    reason: str
    closes_on: date
    agreement: Link
    page: Link
    urgent: bool = False


@dataclass(frozen=True)
class Closing(Message):
    """The programme ends, or `stays_open` after all. `details`: what becomes of everybody's, in sentences."""

    kind = "closing"

    programme: Programme
    on: date
    details: str
    page: Link
    stays_open: bool = False


@dataclass(frozen=True)
class DraftReady(Message):
    """To organisers: a scheduled draw waits for their look. `summary` is a sentence of counts."""

    kind = "draft_ready"
    channels = BY_EMAIL
    bulk = False

    programme: Programme
    round_on: date
    summary: str
    draft: Link


@dataclass(frozen=True)
class NotAsPlanned(Message):
    """To organisers: the round of a day did not begin by itself. `reason` is a sentence or two."""

    kind = "not_as_planned"
    channels = BY_EMAIL
    bulk = False

    programme: Programme
    round_on: date
    reason: str
    next_round: date | None
    page: Link


@dataclass(frozen=True)
class Reported(Message):
    """To organisers: a participant has reported somebody. What it says, and of whom, is on the page alone."""

    kind = "reported"
    channels = BY_EMAIL
    bulk = False

    programme: Programme
    reports: Link


@dataclass(frozen=True)
class Alert(Message):
    """To the operator: no names, no addresses. `headline` is a line, `detail` a few sentences."""

    kind = "alert"
    channels = BY_EMAIL
    bulk = False

    headline: str
    detail: str
    page: Link | None = None


KINDS: tuple[type[Message], ...] = (
    Confirm, Invitation, JoinByText, AlreadyIn, Welcome, MyLink, SignIn, Organise, PhoneCode, NewAddress,
    AddressChanged,
    HeadsUp, Introduction, TryOut, PartnerGone, TooLate, NotThisTime, Nudge, CheckIn, Thanks, Digest,
    Paused, Left, Erased, BeforeErasure,
    Proposal, Closing, DraftReady, NotAsPlanned, Reported, Alert,
)  # fmt: skip
BY_KIND: dict[str, type[Message]] = {kind.kind: kind for kind in KINDS}
ADAPTERS: dict[str, TypeAdapter[Message]] = {kind.kind: TypeAdapter(kind) for kind in KINDS}


def from_json(kind: str, payload: str) -> Message:
    """The message `to_json` wrote.

    Raises:
        KeyError: no such kind. pydantic.ValidationError: not what that kind holds.
    """
    return ADAPTERS[kind].validate_json(payload)
