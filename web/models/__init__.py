"""Every table of the application. Messages have their own, in `notifications.tables`.

Table models do not validate: services do. Times are UTC, and enums are stored by value. People carry
opaque ids, because ids travel to providers, logs and the audit.
"""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from notifications import tables  # noqa: F401  (its tables belong to the same database)
from notifications.messages import Channel
from web.models.columns import ID_LENGTH, choice, document, moment, new_id, person_key


class Priority(StrEnum):
    """Which comes first when rounds are equally free of repeats: more fresh rounds later, or more crossing
    now.
    """

    FRESH = "fresh"
    CROSS = "cross"


class Programme(SQLModel, table=True):
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
    agreement_version: int = 1
    agreement_adopted_on: date
    agreement_review_on: date
    # Why its last change, in words everyone can read.
    agreement_reason: str = Field(default="", sa_type=Text)
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


class Schedule(SQLModel, table=True):
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


class Tick(SQLModel, table=True):
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


class Organisation(SQLModel, table=True):
    """One per programme: its organisers may rename and merge it without touching anybody else's."""

    __table_args__ = (UniqueConstraint("programme_id", "key"),)
    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id")
    name: str = Field(max_length=120)
    short_name: str = Field(default="", max_length=60)
    key: str = Field(max_length=120)


class OrganisationName(SQLModel, table=True):
    """Another way people write an organisation's name."""

    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    key: str = Field(primary_key=True, max_length=120)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)


class OrganisationDomain(SQLModel, table=True):
    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    domain: str = Field(primary_key=True, max_length=253)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)


class VideoKind(StrEnum):
    NONE = ""
    TEAMS = "Teams"
    MEET = "Meet"
    ZOOM = "Zoom"
    SKYPE = "Skype"
    OTHER = "other"


class Block(StrEnum):
    """A part of the week in which somebody is usually free."""

    MORNINGS = "mornings"
    LUNCHTIMES = "lunchtimes"
    AFTERNOONS = "afternoons"
    EVENINGS = "evenings"


class Person(SQLModel, table=True):
    """Somebody who joined. Erasing leaves the id alone, so that others' history still holds."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=ID_LENGTH)
    name: str = Field(default="", max_length=80)
    email: str | None = Field(default=None, max_length=254)
    email_key: str | None = Field(default=None, unique=True, max_length=254)
    phone: str | None = Field(default=None, max_length=16, index=True)
    phone_verified_at: datetime | None = moment()
    channel: Channel = choice(Channel, Channel.EMAIL)
    video_kind: VideoKind = choice(VideoKind, VideoKind.NONE)
    video_handle: str = Field(default="", max_length=120)
    about: str = Field(default="", max_length=300)
    shares_email: bool = True
    shares_phone: bool = False
    shares_video: bool = False
    # Others have confirmed the same number; `web.models.shared_numbers` keeps it true.
    shares_number: bool = Field(default=False, index=True)
    # Values of `Block`; empty where they have not said, which is no wish.
    availability: list[str] = document(list)
    # Why we must not, or cannot, write to them on the channel they chose; empty while we can.
    unreachable: str = Field(default="", max_length=80, index=True)
    created_at: datetime = moment(nullable=False)
    # The day on which silence erases them: they have been warned.
    erase_on: date | None = Field(default=None, index=True)
    erased_at: datetime | None = moment()
    # Two entries turned out to be one person: this one is blank, and its links open the other's page.
    merged_into: str | None = Field(default=None, max_length=ID_LENGTH, index=True)


class Standing(StrEnum):
    """Invited people were imported and have not said yes: they are in no pot."""

    INVITED = "invited"
    ACTIVE = "active"
    LEFT = "left"
    SUSPENDED = "suspended"


# All that a list of people sorts and filters by: it need not look at the rows themselves.
LISTED_BY = "programme_id name_key person_id organisation_id standing paused_until skips_next".split()


class Membership(SQLModel, table=True):
    """A person in a programme. A pause here says nothing about another programme.

    `name_key` is the person's name as lists are sorted and searched, NULL once they are erased. It stands
    here so that one index gives a page of any programme; `web.models.name_keys` keeps it true.
    """

    __table_args__ = (
        Index("ix_membership_by_name", *LISTED_BY),
        Index("ix_membership_by_joining", "programme_id", "joined_at", "person_id"),
    )
    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    person_id: str = person_key(primary_key=True, index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    standing: Standing = choice(Standing, Standing.ACTIVE)
    skips_next: bool = False
    paused_until: date | None = None
    # Since when we have paused them, after two rounds in silence; until they come back.
    silent_since: date | None = None
    happy_in_three: bool = True
    # 1 is every round, 2 every second, 3 every third.
    every: int = 1
    let_down: bool = False
    joined_at: datetime = moment(nullable=False)
    left_at: datetime | None = moment()
    suspended_because: str = Field(default="", max_length=300)
    name_key: str | None = Field(default=None, max_length=120)


class NeverPair(SQLModel, table=True):
    """Two people who must not meet. `person_1` < `person_2`."""

    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    person_1: str = person_key(primary_key=True)
    person_2: str = person_key(primary_key=True, index=True)
    created_at: datetime = moment(nullable=False)


class RatherNot(SQLModel, table=True):
    """Whom a participant would rather not meet, in any programme: somebody they were introduced to, or an
    address as they typed it, which need not be anybody's yet.
    """

    id: int = Field(default=None, primary_key=True)
    person_id: str = person_key(index=True)
    other_id: str | None = person_key(default=None, index=True)
    email: str = Field(default="", max_length=254)
    email_key: str | None = Field(default=None, max_length=254, index=True)
    created_at: datetime = moment(nullable=False)


class RequestKind(StrEnum):
    JOIN = "join"
    MY_LINK = "my link"
    SIGN_IN = "sign in"
    NEW_ADDRESS = "new address"
    JOIN_BY_TEXT = "join by text"


class Request(SQLModel, table=True):
    """What somebody asked for at an open form, before anybody looked whether we know them.

    The worker looks. So the answer page costs and says the same for a known and an unknown address.
    """

    id: int = Field(default=None, primary_key=True)
    kind: RequestKind = choice(RequestKind)
    programme_id: int | None = Field(default=None, foreign_key="programme.id")
    address_key: str = Field(max_length=64, index=True)
    # Who this will be, if confirmed: the confirmation already names them, so that it can be forgotten by
    # name.
    person: str = Field(default_factory=new_id, max_length=ID_LENGTH)
    details: dict[str, Any] = document(dict)
    received_at: datetime = moment(nullable=False, index=True)
    handled_at: datetime | None = moment(index=True)
    answered: bool = False


class Purpose(StrEnum):
    """What a link opens. Its page's address and its life are in `web.services.common.links`."""

    CONFIRM = "confirm"
    INVITATION = "invitation"
    NEW_ADDRESS = "new address"
    PAGE = "page"
    FULL_PAGE = "full page"
    CONVERSATION = "conversation"
    CALENDAR = "calendar"
    CHECK_IN = "check-in"
    NEXT_ROUND = "next round"
    UNSUBSCRIBE = "unsubscribe"
    SIGN_IN = "sign in"
    ORGANISE = "organise"
    OUTBOX = "outbox"


class Link(SQLModel, table=True):
    """One link in one message. The token is made from this row and a key when needed, never stored."""

    id: int = Field(default=None, primary_key=True)
    purpose: Purpose = choice(Purpose)
    person: str = Field(max_length=ID_LENGTH, index=True)
    # Whose id the token was made with, where that is not `person`: two entries became one.
    signed_for: str | None = Field(default=None, max_length=ID_LENGTH)
    subject: int | None = None
    created_at: datetime = moment(nullable=False)
    expires_at: datetime | None = moment()
    used_at: datetime | None = moment()


class PhoneCode(SQLModel, table=True):
    id: int = Field(default=None, primary_key=True)
    person_id: str = person_key(index=True)
    phone: str = Field(max_length=16, index=True)
    digest: str = Field(max_length=64)
    created_at: datetime = moment(nullable=False)
    tries: int = 0
    used_at: datetime | None = moment()


class Consent(SQLModel, table=True):
    """That somebody agreed to a wording, which version, when and where."""

    id: int = Field(default=None, primary_key=True)
    person_id: str = person_key(index=True)
    programme_id: int = Field(foreign_key="programme.id")
    wording: str = Field(max_length=40)
    version: str = Field(max_length=20)
    given_at: datetime = moment(nullable=False)
    source: str = Field(max_length=40)


class RoundState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    IMPORTED = "imported"


class Round(SQLModel, table=True):
    """A draft until sent. The number is taken when drawn, so a programme has one draft at a time.

    `figures` is what it is worth, `best` what the best possible one would be; `reasons` speak of that one.
    """

    __table_args__ = (UniqueConstraint("programme_id", "number"),)
    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id")
    number: int
    state: RoundState = choice(RoundState, RoundState.DRAFT)
    version: int = 1
    seed: int = Field(sa_type=BigInteger)
    priority: Priority = choice(Priority, Priority.FRESH)
    input_digest: str = Field(default="", max_length=64)
    figures: dict[str, Any] = document(dict)
    best: dict[str, Any] = document(dict)
    proof: dict[str, Any] = document(dict)
    reasons: list[str] = document(list)
    redraws: int = 0
    edits: int = 0
    drawn_at: datetime = moment(nullable=False)
    drawn_by: str = Field(max_length=60)
    sent_at: datetime | None = moment()
    sent_by: str | None = Field(default=None, max_length=60)
    # Written when it is sent; `web.services.rounds.introductions.Window` says what each is for.
    starts_on: date | None = None
    nudge_on: date | None = None
    cut_off_on: date | None = None
    check_in_on: date | None = None
    ask_again_on: date | None = None
    ends_on: date | None = None
    # Since when everybody who waited for somebody in it has been given them, or a word.
    topped_up_at: datetime | None = moment()


class Group(SQLModel, table=True):
    __tablename__ = "conversation_group"  # "group" is a word of SQL
    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(
        sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    number: int
    why: str = Field(default="", sa_type=Text)
    repeats: int = 0
    crossing: int = 0
    first_mover: str | None = person_key(default=None)
    # Kept as it is when the rest of the draft is drawn again.
    locked: bool = False
    # How often its members have changed: messages and calendar entries of a changed group are new ones.
    edition: int = 0
    # Since when fewer than two of them are left.
    called_off_at: datetime | None = moment()
    # The number of the top-up that made it; 0 for the round's own draw.
    top_up: int = 0


class GroupMember(SQLModel, table=True):
    group_id: int = Field(
        sa_column=Column(ForeignKey("conversation_group.id", ondelete="CASCADE"), primary_key=True)
    )
    person_id: str = person_key(primary_key=True, index=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    position: int = 0
    withdrew_at: datetime | None = moment()
    # As having met: not if the introduction was withdrawn before the round's cut-off.
    counts: bool = True


class LeftOut(SQLModel, table=True):
    """Who was not in a round, and why: on purpose (paused, skipped) or because nobody could be found."""

    round_id: int = Field(sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True))
    person_id: str = person_key(primary_key=True, index=True)
    reason: str = Field(sa_type=Text)
    on_purpose: bool = True


class Answer(StrEnum):
    MET = "met"
    BOOKED = "booked"
    NOT_YET = "not yet"
    COULD_NOT = "could not"
    NO_REPLY = "no reply"


class CheckIn(SQLModel, table=True):
    """What one member of a group said about it. Each side's word is kept as given."""

    group_id: int = Field(
        sa_column=Column(ForeignKey("conversation_group.id", ondelete="CASCADE"), primary_key=True)
    )
    person_id: str = person_key(primary_key=True, index=True)
    answer: Answer = choice(Answer)
    may_name_me: bool = False
    booked_for: datetime | None = moment()
    first_answered_at: datetime = moment(nullable=False)
    answered_at: datetime = moment(nullable=False)


class KeptEvidence(SQLModel, table=True):
    """What a programme's evidence was when last counted, where counting takes too long for a page.

    `whole` has every organisation by itself; `shown` what the page shows of them. Both are empty until it was
    counted once; `begun_at` is since when somebody counts.
    """

    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    counted_at: datetime | None = moment()
    begun_at: datetime | None = moment()
    shown: dict[str, Any] = document(dict)
    whole: dict[str, Any] = document(dict)


class Showing(StrEnum):
    """May we show it?"""

    NO = "no"
    WITHOUT_NAME = "without name"
    WITH_NAME = "with name"


class LearningState(StrEnum):
    WAITING = "waiting"
    PUBLISHED = "published"
    DECLINED = "declined"


class Learning(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("group_id", "person_id"),
        Index("ix_learning_wall", "programme_id", "state", "decided_at"),
    )
    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id")
    group_id: int = Field(foreign_key="conversation_group.id")
    person_id: str = person_key(index=True)
    text: str = Field(default="", sa_type=Text)
    link: str = Field(default="", sa_type=Text)
    showing: Showing = choice(Showing, Showing.NO)
    state: LearningState = choice(LearningState, LearningState.WAITING)
    version: int = 1
    created_at: datetime = moment(nullable=False)
    decided_at: datetime | None = moment()
    decided_by: str | None = Field(default=None, max_length=60)


class Report(SQLModel, table=True):
    """What somebody told the organisers about somebody they were introduced to. Nobody else reads it."""

    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    group_id: int = Field(foreign_key="conversation_group.id")
    person_id: str = person_key(index=True)
    about_id: str = person_key(index=True)
    text: str = Field(sa_type=Text)
    created_at: datetime = moment(nullable=False)
    handled_at: datetime | None = moment()
    handled_by: str | None = Field(default=None, max_length=60)


class Role(StrEnum):
    VIEWER = "viewer"
    ORGANISER = "organiser"
    OWNER = "owner"


class Organiser(SQLModel, table=True):
    id: str = Field(default_factory=new_id, primary_key=True, max_length=ID_LENGTH)
    email: str = Field(max_length=254)
    email_key: str = Field(unique=True, max_length=254)
    created_at: datetime = moment(nullable=False)


class OrganiserRole(SQLModel, table=True):
    organiser_id: str = Field(foreign_key="organiser.id", primary_key=True, max_length=ID_LENGTH)
    programme_id: int = Field(foreign_key="programme.id", primary_key=True, index=True)
    role: Role = choice(Role)
    given_at: datetime | None = moment()
    # When they first signed in with it. Until then it has been offered, and its owner keeps nobody's place.
    taken_at: datetime | None = moment()


class AuditEntry(SQLModel, table=True):
    """One thing done. `digest` covers the entry and the digest before it."""

    __table_args__ = (Index("ix_auditentry_actor", "actor", "at"),)
    id: int = Field(default=None, primary_key=True)
    at: datetime = moment(nullable=False)
    programme_id: int | None = Field(default=None, index=True)
    actor: str = Field(max_length=60)
    action: str = Field(max_length=60)
    subject: str = Field(default="", max_length=80, index=True)
    facts: dict[str, Any] = document(dict)
    digest: bytes = Field(sa_type=LargeBinary, unique=True)


class AuditHead(SQLModel, table=True):
    """The end of the chain. Its one row is the lock that keeps the chain a chain."""

    id: int = Field(default=1, primary_key=True)
    entries: int = 0
    digest: bytes = Field(default=b"", sa_type=LargeBinary)


# The rest of the tables, and what keeps some of these true, stand in files of their own.
from web.models import (  # noqa: E402
    allowances,  # noqa: F401
    complaints,  # noqa: F401
    drafts,  # noqa: F401
    imports,  # noqa: F401
    name_keys,  # noqa: F401
    sessions,  # noqa: F401
    shared_numbers,  # noqa: F401
    top_ups,  # noqa: F401
)
