"""Work too long for a page to wait for."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Text
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import choice, moment


class Work(StrEnum):
    DRAW = "draw"
    SEND = "send"
    DIGEST = "digest"
    REMIND = "remind"


class Errand(Base, table=True):
    """A draw or a sending too large for a page to wait for: a worker does it. One at a time for a programme.

    `version` is that of the draft the page showed, and `number` its round; `seed` draws the same round
    however often it is begun. Of a digest `number` is the round that it tells of, and `done` to how many of
    its `people`, or of those who are reminded of their invitation, it is on its way.
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
