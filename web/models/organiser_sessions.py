"""The table of organisers' sessions."""

from datetime import datetime

from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import ID_LENGTH, moment


class OrganiserSession(Base, table=True):
    """An organiser is signed in with one browser, from `signed_in_at` until `expires_at` or this row is gone.

    `digest` is of the token that the browser keeps: who reads the table, or a backup of it, is not signed in.
    """

    __tablename__ = "organiser_session"
    id: int = Field(default=None, primary_key=True)
    digest: str = Field(unique=True, max_length=64)
    organiser_id: str = Field(foreign_key="organiser.id", index=True, max_length=ID_LENGTH)
    # Such as "Firefox on Windows"; `web.http.browsers` has the words.
    browser: str = Field(max_length=60)
    signed_in_at: datetime = moment(nullable=False)
    expires_at: datetime = moment(nullable=False)
