"""The tables of a round while it is being made; the others are in `models`."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Column, ForeignKey, Text
from sqlmodel import Field, SQLModel

from web.models.columns import choice, moment, person_key


class ThisOnce(SQLModel, table=True):
    """Somebody whom an organiser put in a round, or left out of it, whatever else holds."""

    round_id: int = Field(sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True))
    person_id: str = person_key(primary_key=True, index=True)
    is_in: bool


class RoundChange(SQLModel, table=True):
    """What made a draft's version what it is, in words that name people by their ids."""

    round_id: int = Field(sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True))
    version: int = Field(primary_key=True)
    what: str = Field(sa_type=Text)
    by: str = Field(max_length=60)
    at: datetime = moment(nullable=False)


class Work(StrEnum):
    DRAW = "draw"
    SEND = "send"
    DIGEST = "digest"


class Errand(SQLModel, table=True):
    """A draw or a sending too large for a page to wait for: a worker does it. One at a time for a programme.

    `version` is that of the draft the page showed; `seed` draws the same round however often it is begun.
    `number` is the round that a digest tells of, and `done` to how many of its `people` it is on its way.
    `trouble` says what stopped it, until somebody asks again.
    """

    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    work: Work = choice(Work)
    version: int | None = None
    seed: int = Field(sa_type=BigInteger)
    number: int | None = None
    people: int
    done: int = 0
    step: int = 0
    by: str = Field(max_length=60)
    asked_at: datetime = moment(nullable=False)
    begun_at: datetime | None = moment()
    trouble: str = Field(default="", sa_type=Text)
