"""What messages are made of: people as opaque ids, links as a purpose and an id, and facts in small."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


BY_EMAIL = frozenset({Channel.EMAIL})
BY_TEXT = frozenset({Channel.SMS})
EITHER = frozenset({Channel.EMAIL, Channel.SMS})


class Promise(StrEnum):
    """What we do when we cannot know whether a provider took a message."""

    AT_LEAST_ONCE = "at least once"  # wait for evidence, then send again with the same links
    AT_MOST_ONCE = "at most once"  # never send again: the person asks for a new one


class WhatNext(StrEnum):
    """What happens to somebody whose partner cannot make this round."""

    GOING_ON = "going on"  # a three became a pair: the others talk without them
    LOOKING = "looking"  # the top-up is looking for somebody
    NEXT_ROUND = "next round"  # nobody is free now: first in line next time


class Says(StrEnum):
    """What our one short answer to a text is."""

    STRANGER = "we do not know this number"
    NO_SUCH_WORD = "nobody joins by that word"
    STARTED = "texts come again"
    SKIPS = "out of the next round"
    TAKES_PART = "in the next round"
    IN_NONE = "no coming round would have them in"
    DROPPED_OUT = "out of the running round"
    NOT_PASSED_ON = "their partner did not get it"
    ORGANISERS_READ = "an organiser reads it"
    NOTED = "the answer is kept"
    KEPT = "the learning is kept"
    DECIDED = "what they told us before was decided upon"
    NO_TALK = "there is no conversation to say it of"
    ANSWERED = "what they said of a proposal is kept"
    SAY_WHY = "an objection or a concern needs words"
    DECIDED_WITHOUT = "the proposal takes no answers any more"
    WITH_PANEL = "a panel has their objection as it is, or has decided about it"
    TAKES_NO_PART = "only people who take part answer proposals"
    AMENDED = "no objection to a version of a proposal that has been amended since"
    NOT_AN_ANSWER = "after a proposal, and no answer to it"
    KEPT_AS_CONCERN = "no objection, but something: kept as a concern"
    ON_ITS_PAGE = "after a review, which is answered on its page"


@dataclass(frozen=True)
class Link:
    """A door into the website. `links(link, person)` turns it into an address at delivery.

    `id` is 0 where the person alone decides, as in `UNSUBSCRIBE`. `short` is set by `render` in texts, where
    every letter costs: the web may answer with its shortest form or take no notice.
    """

    purpose: str
    id: int
    short: bool = False


UNSUBSCRIBE = Link("unsubscribe", 0)  # asked for by `render` itself, for mails that owe unsubscribe headers


@dataclass(frozen=True)
class Recipient:
    """Who is told, and how. `person` is an opaque id, `known_as` what they asked to be called.

    With both addresses given, a text whose number turns out to be bad falls back to email in the same row.
    Where others read texts to the same number, each says whom it is for. `email_key` is the email's canonical
    form, where it is known: finding it takes a tenth of a millisecond.
    """

    person: str
    name: str
    channel: Channel
    email: str | None = None
    phone: str | None = None
    shares_number: bool = False
    known_as: str = ""
    email_key: str | None = None


@dataclass(frozen=True)
class Programme:
    """`contact` is the organisers' address, shown in every message; `hashtag` without its #."""

    slug: str
    name: str
    contact: str
    hashtag: str = ""
    # Its own words for this kind of message, by part: see `wording`.
    wording: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Rule:
    """Something that a programme goes by: `says` has a sentence for each part of it."""

    title: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Decided:
    """What somebody said, and what became of it, in a sentence."""

    words: str
    became: str


@dataclass(frozen=True)
class Named:
    """Somebody a message speaks of by name. The id is kept so that erasing them blanks the message."""

    person: str
    name: str
    known_as: str = ""


@dataclass(frozen=True)
class Partner:
    """Somebody to talk with. Only what they ticked for partners to see: the rest is None."""

    person: str
    name: str
    organisation: str
    about: str = ""
    email: str | None = None
    phone: str | None = None
    video: str | None = None
    known_as: str = ""


@dataclass(frozen=True)
class Slot:
    """A time that would suit everyone in the group, aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Share:
    """A button that opens a network with the post already written. `url` is public: it holds no token."""

    name: str
    url: str


@dataclass(frozen=True)
class Learned:
    """One approved learning. `by` is None unless its author agreed to be named."""

    text: str
    by: Named | None = None


def end_of(day: date) -> datetime:
    """The last moment of a day in London, as UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, LONDON).astimezone(UTC)


# Where no person is looked for: most of what a message is made of.
NAMES_NOBODY = {str, int, bool, type(None), date, datetime, Link, Programme, Slot}


def people_in(thing: object) -> Iterator[str]:
    """The ids of everyone whom a message, or a part of one, names."""
    if isinstance(thing, Named | Partner):
        yield thing.person
    elif isinstance(thing, tuple):
        for part in thing:
            if type(part) not in NAMES_NOBODY:
                yield from people_in(part)
    elif hasattr(thing, "__dataclass_fields__"):
        for part in vars(thing).values():
            if type(part) not in NAMES_NOBODY:
                yield from people_in(part)
