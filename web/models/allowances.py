"""The table of what may be done so often a day."""

from datetime import date

from sqlmodel import Field

from notifications.columns import Base


class Allowance(Base, table=True):
    """So much of `what` has been used on a day (London): by a person, under their opaque id, or for a number,
    under a keyed digest of it. The sweep drops yesterday's.
    """

    what: str = Field(primary_key=True, max_length=20)
    whose: str = Field(primary_key=True, max_length=64)
    used_on: date = Field(primary_key=True)
    used: int
