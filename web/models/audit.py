"""The chained record of who did what."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import document, moment


class AuditEntry(Base, table=True):
    """One thing done. `digest` covers the entry and the digest before it."""

    __table_args__ = (Index("ix_auditentry_actor", "actor", "at"),)
    id: int = Field(default=None, primary_key=True)
    at: datetime = moment(nullable=False)
    programme_id: int | None = Field(default=None, index=True)
    actor: str = Field(max_length=60)
    action: str = Field(max_length=60)
    subject: str = Field(default="", max_length=80, index=True)
    facts: dict[str, Any] = document(dict)
    digest: bytes = Field(sa_type=LargeBinary, unique=True)


class AuditHead(Base, table=True):
    """The end of the chain. Its one row is the lock that keeps the chain a chain."""

    id: int = Field(default=1, primary_key=True)
    entries: int = 0
    digest: bytes = Field(default=b"", sa_type=LargeBinary)
