"""What a learning has besides its words: an address of its own, and what its link leads to."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import document, moment


class LearningPage(Base, table=True):
    """A learning's own address, from its first publication on. It outlives it, to say that it is gone."""

    __tablename__ = "learning_page"
    key: str = Field(primary_key=True, max_length=16)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    learning_id: int | None = Field(
        default=None, sa_column=Column(ForeignKey("learning.id", ondelete="SET NULL"), unique=True)
    )


class LinkPreview(Base, table=True):
    """What the link of a learning leads to, as its page said when a worker looked.

    `seen` is what the page says now, and `shown` what an organiser has let onto the wall: fields of
    `fetching.cards.Card`, or nothing. `why` says what kept us from reading it.
    """

    __tablename__ = "link_preview"
    learning_id: int = Field(
        sa_column=Column(ForeignKey("learning.id", ondelete="CASCADE"), primary_key=True)
    )
    link: str = Field(sa_type=Text)
    seen: dict[str, Any] = document(dict)
    shown: dict[str, Any] = document(dict)
    why: str = Field(default="", max_length=200)
    dropped: bool = False
    looked_at: datetime | None = moment()
    look_at: datetime = moment(nullable=False, index=True)
    claimed_until: datetime | None = moment()
    missing_since: datetime | None = moment()
    failures: int = 0
