"""Programmes and their calendar."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import Text, false
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import choice, document, moment

# What people are asked that is mixed by besides organisations, and one of its choices, in characters.
LONGEST_MIX, LONGEST_CHOICE = 40, 60


class Priority(StrEnum):
    """Which comes first when rounds are equally free of repeats: more fresh rounds later, or more crossing
    now.
    """

    FRESH = "fresh"
    CROSS = "cross"


class Programme(Base, table=True):
    id: int = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=40)
    name: str = Field(max_length=80)
    contact: str = Field(max_length=254)
    about: str = Field(default="", sa_type=Text)
    hashtag: str = Field(default="", max_length=40)
    # What people text after JOIN; the slug where it is empty.
    join_word: str = Field(default="", max_length=40)
    video_template: str = Field(default="", max_length=200)
    prompts: list[str] = document(list)
    group_size: int = 2
    priority: Priority = choice(Priority, Priority.FRESH)
    # One more thing to mix by, as people are asked for it, and what they choose from; empty for nothing.
    mix_by: str = Field(default="", max_length=LONGEST_MIX, sa_column_kwargs={"server_default": ""})
    mix_choices: list[str] = document(list)
    # The dates of its rounds, in days before (`heads_up_days`) and after their first day; `ask_again_days` is
    # counted from the check-in. A round sent keeps dates of its own.
    heads_up_days: int = 2
    nudge_days: int = 5
    cut_off_days: int = 7
    check_in_days: int = 14
    ask_again_days: int = 4
    window_days: int = 21
    next_round_on: date | None = None
    # While this stands, nothing begins by itself and nothing planned is sent.
    paused_at: datetime | None = moment()
    # Its last day, once its end has been announced; since when people are being told of that, or of its being
    # taken back, and of which day. `closed_at` is when it ended, `emptied_at` when everybody was erased who
    # takes part nowhere else; `ended_with` are the figures of its page at the end.
    closing_on: date | None = None
    telling_since: datetime | None = moment()
    telling_of: date | None = None
    closed_at: datetime | None = moment()
    emptied_at: datetime | None = moment()
    wall_stays: bool = True
    ended_with: dict[str, int] = document(dict)
    # An organiser's words in place of ours: by kind of message, then by part. See `notifications.wording`.
    wording: dict[str, dict[str, str]] = document(dict)
    # Is what was learned shown to everyone while the programme runs?
    wall_is_open: bool = True
    # Do we look for posts that mention it?
    gathers: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    # How long people may object to a proposal.
    consent_days: int = 7
    created_at: datetime = moment(nullable=False)


class Rhythm(StrEnum):
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    DATES = "dates"


class Region(StrEnum):
    """Whose bank holidays are kept free."""

    ALL = "all"
    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


class Schedule(Base, table=True):
    """When a programme's rounds begin by themselves. A programme without one is run by hand.

    `first_on` gives the rhythm its day; `dates` are the days of `Rhythm.DATES`; `days_off` are pairs of first
    and last day without a round. All in ISO 8601. `enabled_by` is whose act each draw is.
    """

    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    rhythm: Rhythm = choice(Rhythm)
    first_on: date | None = None
    at: time = Field(default=time(9, 0))
    dates: list[str] = document(list)
    region: Region = choice(Region, Region.ENGLAND_AND_WALES)
    days_off: list[list[str]] = document(list)
    automatic: bool = False
    enabled_by: str = Field(max_length=60)
    enabled_at: datetime = moment(nullable=False)


class Tick(Base, table=True):
    """Something that the calendar brought about, once: the row is the once.

    `what` it was, `of` which day or round, and what became of it in words for organisers.
    """

    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    what: str = Field(primary_key=True, max_length=20)
    of: str = Field(primary_key=True, max_length=20)
    at: datetime = moment(nullable=False)
    became: str = Field(default="", max_length=200)

    @property
    def day(self) -> date:
        """Of which day, where it is one."""
        return date.fromisoformat(self.of)
