"""Counts that outlive the people."""

from datetime import datetime
from typing import Any

from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import document, moment


class KeptEvidence(Base, table=True):
    """What a programme's evidence was when last counted, where counting takes too long for a page.

    `whole` has every organisation by itself; `shown` what the page shows of them. Both are empty until it was
    counted once; `begun_at` is since when somebody counts.
    """

    programme_id: int = Field(foreign_key="programme.id", primary_key=True)
    counted_at: datetime | None = moment()
    begun_at: datetime | None = moment()
    shown: dict[str, Any] = document(dict)
    whole: dict[str, Any] = document(dict)
