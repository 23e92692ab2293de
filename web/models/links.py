"""Links in messages, and requests that wait for one to be followed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import ID_LENGTH, choice, document, moment, new_id


class RequestKind(StrEnum):
    JOIN = "join"
    MY_LINK = "my link"
    SIGN_IN = "sign in"
    NEW_ADDRESS = "new address"
    JOIN_BY_TEXT = "join by text"
    START = "start"


class Request(Base, table=True):
    """What somebody asked for at an open form, before anybody looked whether we know them.

    The worker looks. So the answer page costs and says the same for a known and an unknown address.
    """

    id: int = Field(default=None, primary_key=True)
    kind: RequestKind = choice(RequestKind)
    programme_id: int | None = Field(default=None, foreign_key="programme.id")
    address_key: str = Field(max_length=64, index=True)
    # Who this will be, if confirmed: the confirmation already names them, so that it can be forgotten by
    # name.
    person: str = Field(default_factory=new_id, max_length=ID_LENGTH)
    details: dict[str, Any] = document(dict)
    received_at: datetime = moment(nullable=False, index=True)
    handled_at: datetime | None = moment(index=True)
    answered: bool = False

    @property
    def about(self) -> str:
        """What our answer is about, as no other one is. SQLite gives the number of a row that was deleted to
        another one: without the moment, whoever asks again weeks later would have been told already.
        """
        return f"request {self.id} of {self.received_at.isoformat()}"


class Purpose(StrEnum):
    """What a link opens. Its page's address and its life are in `web.services.common.links`."""

    CONFIRM = "confirm"
    INVITATION = "invitation"
    NEW_ADDRESS = "new address"
    PAGE = "page"
    FULL_PAGE = "full page"
    CONVERSATION = "conversation"
    CALENDAR = "calendar"
    CHECK_IN = "check-in"
    NEXT_ROUND = "next round"
    UNSUBSCRIBE = "unsubscribe"
    SIGN_IN = "sign in"
    ORGANISE = "organise"
    OUTBOX = "outbox"
    PROPOSAL = "proposal"
    PANEL = "panel"
    REVIEW = "review"
    START = "start"
    DECIDE = "decide"


class Link(Base, table=True):
    """One link in one message. The token is made from this row and a key when needed, never stored."""

    id: int = Field(default=None, primary_key=True)
    purpose: Purpose = choice(Purpose)
    person: str = Field(max_length=ID_LENGTH, index=True)
    # Whose id the token was made with, where that is not `person`: two entries became one.
    signed_for: str | None = Field(default=None, max_length=ID_LENGTH)
    subject: int | None = None
    created_at: datetime = moment(nullable=False)
    expires_at: datetime | None = moment()
    used_at: datetime | None = moment()
