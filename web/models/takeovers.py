"""The record of taking over a scheme that ran elsewhere."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Text
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import choice, moment


class LawfulBasis(StrEnum):
    """On what the details of people who joined elsewhere are held: article 6 of the UK GDPR."""

    CONSENT = "consent"
    LEGITIMATE_INTERESTS = "legitimate interests"
    PUBLIC_TASK = "public task"


class Takeover(Base, table=True):
    """What an owner stated before the people of a file were taken in without an invitation.

    `asked_by` is who asked them (a role or an organisation, as the owner put it), `wording` what they were
    asked.
    """

    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    import_id: int = Field(foreign_key="import.id", unique=True)
    asked_by: str = Field(max_length=120)
    asked_on: date
    wording: str = Field(sa_type=Text)
    basis: LawfulBasis = choice(LawfulBasis)
    stated_by: str = Field(max_length=60)
    stated_at: datetime = moment(nullable=False)
