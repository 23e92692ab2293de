"""Organisers and their roles."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import ID_LENGTH, choice, moment, new_id, person_key


class Role(StrEnum):
    VIEWER = "viewer"
    ORGANISER = "organiser"
    OWNER = "owner"


class Organiser(Base, table=True):
    id: str = Field(default_factory=new_id, primary_key=True, max_length=ID_LENGTH)
    email: str = Field(max_length=254)
    email_key: str = Field(unique=True, max_length=254)
    created_at: datetime = moment(nullable=False)
    # Since when they look after the whole installation; a command says so.
    operates_since: datetime | None = moment()


class OrganiserRole(Base, table=True):
    organiser_id: str = Field(foreign_key="organiser.id", primary_key=True, max_length=ID_LENGTH)
    programme_id: int = Field(foreign_key="programme.id", primary_key=True, index=True)
    role: Role = choice(Role)
    given_at: datetime | None = moment()
    # When they first signed in with it. Until then it has been offered, and its owner keeps nobody's place.
    taken_at: datetime | None = moment()


class OrganiserWas(Base, table=True):
    """Whom an organiser was by the address they organise with, and that entry has no more: it was erased,
    merged into another one, or has a new address. What its partners say is kept from them still. It goes
    with the account.
    """

    __tablename__ = "organiser_was"
    organiser_id: str = Field(foreign_key="organiser.id", primary_key=True, max_length=ID_LENGTH)
    person_id: str = person_key(primary_key=True, index=True)
