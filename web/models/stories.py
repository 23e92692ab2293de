"""What organisers tell of a round, and the time they gave to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import document, moment


class RoundStory(Base, table=True):
    """What is told of one round, once an organiser has touched what the program made.

    `picked` are the ids of at most three learnings; what is not published any more is passed over. `counted`
    is what was counted when it was last saved, `learning.stories.StoryFigures` as JSON. While `public_since`
    stands, everybody can read it; `withdrawn_at` is since when they cannot any more.
    """

    __tablename__ = "round_story"
    round_id: int = Field(sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True))
    programme_id: int = Field(foreign_key="programme.id", index=True)
    went: str = Field(default="", sa_type=Text)
    changes: str = Field(default="", sa_type=Text)
    picked: list[int] = document(list)
    counted: dict[str, Any] = document(dict)
    version: int = 1
    edited_at: datetime = moment(nullable=False)
    edited_by: str = Field(max_length=60)
    public_since: datetime | None = moment()
    withdrawn_at: datetime | None = moment()


class OrganisingTime(Base, table=True):
    """How many minutes an organiser gave to a round, as they noted it, and for which organisation if any."""

    __tablename__ = "organising_time"
    round_id: int = Field(sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True))
    by: str = Field(primary_key=True, max_length=60)
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id", index=True)
    minutes: int
    noted_at: datetime = moment(nullable=False)
