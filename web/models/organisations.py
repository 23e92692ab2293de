"""Organisations, and the names and domains they go by."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, UniqueConstraint
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import moment


class Organisation(Base, table=True):
    """One per programme: its organisers may rename and merge it without touching anybody else's."""

    __table_args__ = (UniqueConstraint("programme_id", "key"),)
    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id")
    name: str = Field(max_length=120)
    short_name: str = Field(default="", max_length=60)
    key: str = Field(max_length=120)


class OrganisationName(Base, table=True):
    """Another way people write an organisation's name."""

    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    key: str = Field(primary_key=True, max_length=120)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)


class OrganisationDomain(Base, table=True):
    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    domain: str = Field(primary_key=True, max_length=253)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)


class OrganisationsApart(Base, table=True):
    """Two that look like one, and an organiser says that they are two. `one` < `other`."""

    __tablename__ = "organisations_apart"
    one: int = Field(sa_column=Column(ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True))
    other: int = Field(
        sa_column=Column(ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True, index=True)
    )
    programme_id: int = Field(foreign_key="programme.id", index=True)
    since: datetime = moment(nullable=False)
