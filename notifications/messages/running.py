"""What is said about a programme, to its people, its organisers and the operator."""

from dataclasses import dataclass
from datetime import date, datetime

from notifications.messages.base import Message
from notifications.messages.parts import BY_EMAIL, Decided, Link, Programme, Rule


@dataclass(frozen=True)
class Proposal(Message):
    """A rule may change: `change` says how, in a sentence or two, `title` what it is about in a few words.

    People can object until `closes_at` at least. `urgent`: it is in force already. `amended`: another version
    was told of before. `reminder`: so was this one. `objected`: its reader did, to another version.
    """

    kind = "proposal"
    kept = True
    by_day = True

    programme: Programme
    title: str
    change: str
    reason: str
    closes_at: datetime
    answer: Link
    page: Link
    urgent: bool = False
    amended: bool = False
    reminder: bool = False
    objected: bool = False


@dataclass(frozen=True)
class PanelDrawn(Message):
    """To somebody drawn by chance: please judge an objection to a change, by `until`. `in_force`: `change`
    says what holds already, and the objection is to that.
    """

    kind = "panel"
    by_day = True
    kept = True

    programme: Programme
    change: str
    until: datetime
    panel: Link
    page: Link
    in_force: bool = False


@dataclass(frozen=True)
class ProposalNews(Message):
    """To who proposed a change or objected to it: that somebody objects, or what became of it, in sentences.
    `is_objection`: to what is in force already.
    """

    kind = "proposal_news"
    by_day = True
    bulk = False

    programme: Programme
    title: str
    news: str
    log: Link
    is_objection: bool = False


@dataclass(frozen=True)
class Review(Message):
    """Do these rules go on as they are? People can say so until `closes_at` at least. `may_drop`: it is one
    rule alone, in free words.
    """

    kind = "review"
    kept = True
    by_day = True

    programme: Programme
    rules: tuple[Rule, ...]
    closes_at: datetime
    answer: Link
    page: Link
    may_drop: bool = False


@dataclass(frozen=True)
class AgendaNews(Message):
    """To somebody who has told us what they would change: what became of each."""

    kind = "agenda_news"
    by_day = True
    kept = True

    programme: Programme
    decided: tuple[Decided, ...]
    page: Link


@dataclass(frozen=True)
class Closing(Message):
    """The programme ends, or `stays_open` after all. `details`: what becomes of everybody's, in sentences."""

    kind = "closing"
    by_day = True

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
class ReadSoon(Message):
    """To organisers: somebody has answered that a person has died, or that they despair; or, `of_harm`, that
    a partner did not treat them well. What it says, and of whom, is on the page alone. `stopped`: nothing is
    written to that address any more; `until`: or its owner is in no round before that day. `elsewhere`: its
    readers organise another programme, or none.
    """

    kind = "read_soon"
    channels = BY_EMAIL
    bulk = False

    programme: Programme
    page: Link
    stopped: bool = False
    until: date | None = None
    of_harm: bool = False
    elsewhere: bool = False


@dataclass(frozen=True)
class Alert(Message):
    """To the operator: no names, no addresses. `headline` is a line, `detail` a few sentences."""

    kind = "alert"
    channels = BY_EMAIL
    bulk = False

    headline: str
    detail: str
    page: Link | None = None
