"""What tells whoever runs the service how it is: workers that have swept, and what was counted."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import moment


class Heartbeat(Base, table=True):
    """A worker's process that was at work at `swept_at`. A row goes a day after its last sweep."""

    worker: str = Field(primary_key=True, max_length=20)
    started_at: datetime = moment(nullable=False)
    swept_at: datetime = moment(nullable=False, index=True)
    sweep_seconds: float


class Tally(Base, table=True):
    """How often something was done since counting began, and for how many seconds altogether."""

    what: str = Field(primary_key=True, max_length=20)
    label: str = Field(primary_key=True, max_length=80)
    times: int = Field(sa_type=BigInteger)
    seconds: float
