"""The table of complaints about data."""

import secrets
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Text
from sqlmodel import Field

from notifications.columns import Base
from notifications.messages import LONDON
from web.models.columns import ID_LENGTH, choice, moment, new_id

ANSWER_WITHIN = timedelta(days=30)
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none that is read as another
REFERENCE_LENGTH = 12  # 60 bits: whoever knows one may read the answer


def new_reference() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(REFERENCE_LENGTH))


class Matter(StrEnum):
    """What a complaint is about."""

    HELD = "held"
    ERASE = "erase"
    CORRECT = "correct"
    USE = "use"
    SEEN = "seen"
    POST = "post"
    OTHER = "other"


class Complaint(Base, table=True):
    """What somebody, known to us or not, complains about in how we treat data.

    Without a programme it is about the whole service. `sender` is an opaque id for our messages to them:
    nobody is looked up by the address they gave. `email_key` goes by the address that somebody of that one
    has now. `forget_when_answered`: its sender was erased meanwhile.
    """

    id: int = Field(default=None, primary_key=True)
    reference: str = Field(default_factory=new_reference, unique=True, max_length=20)
    programme_id: int | None = Field(default=None, foreign_key="programme.id", index=True)
    sender: str = Field(default_factory=new_id, max_length=ID_LENGTH)
    about: Matter = choice(Matter)
    text: str = Field(sa_type=Text)
    # The handle or address of a post that it is about.
    post: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    email: str | None = Field(default=None, max_length=254)
    email_key: str | None = Field(default=None, max_length=254, index=True)
    received_at: datetime = moment(nullable=False)
    outcome: str = Field(default="", sa_type=Text)
    answered_at: datetime | None = moment()
    answered_by: str | None = Field(default=None, max_length=60)
    forget_when_answered: bool = False

    @property
    def answer_by(self) -> date:
        """The last day on which to answer."""
        return self.received_at.astimezone(LONDON).date() + ANSWER_WITHIN

    @property
    def reference_said(self) -> str:
        """In fours, as people read it to each other."""
        return "-".join(self.reference[at : at + 4] for at in range(0, len(self.reference), 4))
