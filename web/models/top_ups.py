"""The table of top-ups. It belongs to `web.models`, which names it at its end."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from web.models.columns import document, moment


class TopUp(SQLModel, table=True):
    """People matched while a round goes on: whose partner could not make it, and who came late.

    Drawn like a round, from a seed that follows from the round's. Its groups are the round's groups.
    """

    __tablename__ = "top_up"
    __table_args__ = (UniqueConstraint("round_id", "number"),)
    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), nullable=False))
    number: int
    seed: int = Field(sa_type=BigInteger)
    input_digest: str = Field(default="", max_length=64)
    figures: dict[str, Any] = document(dict)
    proof: dict[str, Any] = document(dict)
    joined: int = 0
    nobody: int = 0
    at: datetime = moment(nullable=False)
    by: str = Field(max_length=60)
