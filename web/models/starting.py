"""Programmes that somebody would like to start, and the addresses that programmes once had."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import ID_LENGTH, choice, moment

REASON = 300  # letters


class StartState(StrEnum):
    """Taken: the address became another programme's meanwhile, and the founder is asked for another one."""

    WAITING = "waiting"
    TAKEN = "address taken"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"


class ProgrammeRequest(Base, table=True):
    """What a founder asked for and has confirmed by email. Until then it is a `Request`.

    `founder` is an id of its own, made for this request: their links and letters are under it, and who is
    nobody else's organiser yet keeps it as one.
    """

    __tablename__ = "programme_request"
    id: int = Field(default=None, primary_key=True)
    founder: str = Field(unique=True, max_length=ID_LENGTH)
    email: str = Field(max_length=254)
    email_key: str = Field(max_length=254, index=True)
    name: str = Field(max_length=80)
    slug: str = Field(max_length=40)
    contact: str = Field(max_length=254)
    why: str = Field(default="", sa_type=Text)
    helpers: str = Field(default="", sa_type=Text)
    state: StartState = choice(StartState, StartState.WAITING)
    # What the founder is told of why it was declined.
    reason: str = Field(default="", max_length=REASON)
    programme_id: int | None = Field(default=None, foreign_key="programme.id", index=True)
    confirmed_at: datetime = moment(nullable=False)
    decided_at: datetime | None = moment()
    decided_by: str = Field(default="", max_length=60)


class FormerAddress(Base, table=True):
    """An address that a programme had before it was renamed: it leads on, and is nobody else's."""

    __tablename__ = "former_address"
    slug: str = Field(primary_key=True, max_length=40)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    until: datetime = moment(nullable=False)
