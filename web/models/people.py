"""People, and what they take part in."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, literal_column, text
from sqlmodel import Field, col

from notifications.columns import Base
from notifications.messages import Channel
from web.models.columns import ID_LENGTH, choice, document, moment, new_id, person_key


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


class Person(Base, table=True):
    """Somebody who joined. Erasing leaves the id alone, so that others' history still holds."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=ID_LENGTH)
    name: str = Field(default="", max_length=80)
    # What they asked to be called, where that is not the first of their names.
    known_as: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})
    email: str | None = Field(default=None, max_length=254)
    email_key: str | None = Field(default=None, unique=True, max_length=254)
    phone: str | None = Field(default=None, max_length=16, index=True)
    phone_verified_at: datetime | None = moment()
    channel: Channel = choice(Channel, Channel.EMAIL)
    video_kind: VideoKind = choice(VideoKind, VideoKind.NONE)
    # A link to a Teams meeting of some years ago has 250 letters, and gateways we cannot read add to it.
    video_handle: str = Field(default="", max_length=1_000)
    about: str = Field(default="", max_length=300)
    shares_email: bool = True
    shares_phone: bool = False
    shares_video: bool = False
    # Others have confirmed the same number; `web.services.common.phone_numbers` keeps it true.
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
    """Invited people were imported and have not said yes: they are in no pot. Notified ones said yes to a
    scheme that an owner has taken over: they are in pots once they have been told for a while.
    """

    INVITED = "invited"
    NOTIFIED = "notified"
    ACTIVE = "active"
    LEFT = "left"
    SUSPENDED = "suspended"


TAKING_PART = (Standing.ACTIVE, Standing.NOTIFIED)
# All that a list of people sorts and filters by: it need not look at the rows themselves.
LISTED_BY = "programme_id name_key person_id organisation_id standing paused_until skips_next".split()
SELDOM = text("every > 1")


class Membership(Base, table=True):
    """A person in a programme. A pause here says nothing about another programme.

    `name_key` is the person's name as lists are sorted and searched, NULL once they are erased. It stands
    here so that one index gives a page of any programme; `web.services.common.names` keeps it true.
    """

    __table_args__ = (
        Index("ix_membership_by_name", *LISTED_BY),
        Index("ix_membership_by_joining", "programme_id", "joined_at", "person_id"),
        Index("ix_membership_seldom", "programme_id", sqlite_where=SELDOM, postgresql_where=SELDOM),
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
    # What they chose of the programme's `mix_choices`; empty where they have not said.
    mix_choice: str = Field(default="", max_length=60, sa_column_kwargs={"server_default": ""})
    joined_at: datetime = moment(nullable=False)
    left_at: datetime | None = moment()
    suspended_because: str = Field(default="", max_length=300)
    name_key: str | None = Field(default=None, max_length=120)
    # Of whom an owner took over from another scheme: when we wrote what we hold.
    notified_at: datetime | None = moment()
    # When we asked again whom we had invited.
    reminded_at: datetime | None = moment()


# Few, of a whole programme, as an index finds them: none does for "is not", nor for a value said apart.
CANNOT_BE_REACHED = col(Person.unreachable) > ""
NOT_EVERY_ROUND = col(Membership.every) > literal_column("1")


class NeverPair(Base, table=True):
    """Two people who must not meet. `person_1` < `person_2`."""

    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    person_1: str = person_key(primary_key=True)
    person_2: str = person_key(primary_key=True, index=True)
    created_at: datetime = moment(nullable=False)


class RatherNot(Base, table=True):
    """Whom a participant would rather not meet, in any programme: somebody they were introduced to, or an
    address as they typed it, which need not be anybody's yet.
    """

    id: int = Field(default=None, primary_key=True)
    person_id: str = person_key(index=True)
    other_id: str | None = person_key(default=None, index=True)
    email: str = Field(default="", max_length=254)
    email_key: str | None = Field(default=None, max_length=254, index=True)
    created_at: datetime = moment(nullable=False)


class PhoneCode(Base, table=True):
    id: int = Field(default=None, primary_key=True)
    person_id: str = person_key(index=True)
    phone: str = Field(max_length=16, index=True)
    digest: str = Field(max_length=64)
    created_at: datetime = moment(nullable=False)
    tries: int = 0
    used_at: datetime | None = moment()


class Consent(Base, table=True):
    """That somebody agreed to a wording, which version, when and where."""

    id: int = Field(default=None, primary_key=True)
    person_id: str = person_key(index=True)
    programme_id: int = Field(foreign_key="programme.id")
    wording: str = Field(max_length=40)
    version: str = Field(max_length=20)
    given_at: datetime = moment(nullable=False)
    source: str = Field(max_length=40)
