"""What came of a conversation."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import choice, moment, person_key


class Answer(StrEnum):
    MET = "met"
    BOOKED = "booked"
    NOT_YET = "not yet"
    COULD_NOT = "could not"
    NO_REPLY = "no reply"


class CheckIn(Base, table=True):
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


class Showing(StrEnum):
    """May we show it?"""

    NO = "no"
    WITHOUT_NAME = "without name"
    WITH_NAME = "with name"


class LearningState(StrEnum):
    WAITING = "waiting"
    PUBLISHED = "published"
    DECLINED = "declined"
    CONTESTED = "contested"  # off the wall until an organiser has looked


class Learning(Base, table=True):
    __table_args__ = (
        UniqueConstraint("group_id", "person_id"),
        Index("ix_learning_wall", "programme_id", "state", "decided_at"),
        Index("ix_learning_link", "id", sqlite_where=text("link <> ''"), postgresql_where=text("link <> ''")),
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
    contested_because: str = Field(default="", sa_type=Text)


class Report(Base, table=True):
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
