"""What is said before, during and after a round."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from typing_extensions import override

from notifications.messages.base import Message
from notifications.messages.parts import (
    BY_EMAIL,
    BY_TEXT,
    Learned,
    Link,
    Named,
    Partner,
    Programme,
    Says,
    Share,
    Slot,
    WhatNext,
    end_of,
)


@dataclass(frozen=True)
class HeadsUp(Message):
    """Some days before a round: you are in; skip or pause with one button."""

    kind = "heads_up"
    by_day = True
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
    `pass_on`      a page that passes a message on to partners who have shared no way to be reached
    `no_time_shared` they have said when they are free, and share no part of the week
    `cannot`       None once it is too late to drop out
    `booked`       where they say that they have a date; None leaves it to the check-in
    `conversation` where a text's one link leads: this conversation as a page; `page` is the reader's own
    """

    kind = "introduction"
    by_day = True
    alone = True
    kept = True

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
    pass_on: Link | None = None

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
    by_day = False
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
    by_day = True
    kept = True

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

    @override
    def expires(self, due: datetime) -> datetime:
        # After that day the word itself has gone out.
        usual = due + self.deadline
        return min(usual, end_of(self.word_by)) if self.word_by else usual


@dataclass(frozen=True)
class TooLate(Message):
    """They want to drop out after the cut-off: whom to tell themselves, and the page that says what else.

    `conversation` is that page: there they tell us that it did not work out. `pass_on` as in an introduction.
    """

    kind = "too_late"

    programme: Programme
    partners: tuple[Partner, ...]
    until: date
    conversation: Link
    page: Link
    pass_on: Link | None = None

    @override
    def expires(self, due: datetime) -> datetime:
        return min(due + self.deadline, end_of(self.until))


@dataclass(frozen=True)
class PassedOn(Message):
    """What a partner wrote to somebody who has shared no way to be reached. `conversation` is the page on
    which the reader finds the partner; `page` is where they tick what partners may see.
    """

    kind = "passed_on"
    kept = True

    programme: Programme
    sender: Partner
    text: str
    conversation: Link
    page: Link


@dataclass(frozen=True)
class NotThisTime(Message):
    """Nobody is out of a round without a word: why, and when the next one is. `reason` is a sentence."""

    kind = "not_this_time"
    by_day = True
    kept = True

    programme: Programme
    reason: str
    next_round: date | None
    page: Link


@dataclass(frozen=True)
class Nudge(Message):
    """To the first mover, once, when nobody in the group has said booked or met. `pass_on` as in an
    introduction.
    """

    kind = "nudge"
    by_day = True
    kept = True

    programme: Programme
    partners: tuple[Partner, ...]
    until: date
    check_in: Link
    page: Link
    cannot: Link | None = None
    slots: tuple[Slot, ...] = ()
    pass_on: Link | None = None

    @override
    def expires(self, due: datetime) -> datetime:
        return min(due + self.deadline, end_of(self.until))


@dataclass(frozen=True)
class CheckIn(Message):
    """Did you meet? `again` is the second and last asking."""

    kind = "check_in"
    by_day = True
    replies = True
    kept = True

    programme: Programme
    partners: tuple[Named, ...]
    check_in: Link
    page: Link
    again: bool = False


@dataclass(frozen=True)
class Thanks(Message):
    """Thank you for telling us; here is what you said, and how to pass it on. `learning` may be empty.

    `talked`: did they say that they have met? `let_down`: or that they had no reply.
    """

    kind = "thanks"
    replies = True

    programme: Programme
    partners: tuple[Named, ...]
    learning: str
    check_in: Link
    page: Link
    wall: Link
    share: tuple[Share, ...] = ()
    talked: bool = True
    let_down: bool = False


@dataclass(frozen=True)
class TextAnswer(Message):
    """Our one short answer to a text that has no other: what became of it, or what to do instead.

    `page` is None when we do not know whose number it is. `join_word` is what to text where there is only one
    such word. Of `partners` no more is said than their introduction said. `until` then they are in no round,
    because of what they wrote.
    """

    kind = "text_answer"
    deadline = timedelta(hours=2)
    channels = BY_TEXT
    bulk = False

    says: Says
    programme: Programme | None = None
    page: Link | None = None
    partners: tuple[Partner, ...] = ()
    round_on: date | None = None
    join_word: str = ""
    until: date | None = None

    @property
    def unproven(self) -> bool:
        return self.page is None


@dataclass(frozen=True)
class PostFound(Message):
    """To somebody who told us where they post: something of theirs mentions the programme, at these hosts."""

    kind = "post_found"
    by_day = True
    kept = True

    programme: Programme
    hosts: tuple[str, ...]
    page: Link


@dataclass(frozen=True)
class Digest(Message):
    """What people learned in a round. `met`, `answered` and `introduced` count people; `round_name` as people
    say it. `went` and `changes` are the organisers' words, and `story` leads to all of it if it is public.
    Without a `wall` what people learned is shown to nobody.
    """

    kind = "digest"
    by_day = True
    kept = True
    channels = BY_EMAIL

    programme: Programme
    round_name: str
    learned: tuple[Learned, ...]
    wall: Link | None
    page: Link
    met: int | None = None
    answered: int | None = None
    next_round: date | None = None
    introduced: int | None = None
    went: str = ""
    changes: str = ""
    story: Link | None = None
