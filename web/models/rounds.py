"""Rounds, their groups, and who was left out."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import choice, document, moment, person_key
from web.models.programmes import Priority


class RoundState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    IMPORTED = "imported"


class Round(Base, table=True):
    """A draft until sent. The number is taken when drawn, so a programme has one draft at a time.

    `figures` is what it is worth, `best` what the best possible one would be; `reasons` speak of that one.
    """

    __table_args__ = (UniqueConstraint("programme_id", "number"),)
    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id")
    number: int
    state: RoundState = choice(RoundState, RoundState.DRAFT)
    version: int = 1
    seed: int = Field(sa_type=BigInteger)
    priority: Priority = choice(Priority, Priority.FRESH)
    # Of "how we match", when it was drawn; 0 where that is not known.
    matching_version: int = 0
    input_digest: str = Field(default="", max_length=64)
    figures: dict[str, Any] = document(dict)
    best: dict[str, Any] = document(dict)
    proof: dict[str, Any] = document(dict)
    reasons: list[str] = document(list)
    redraws: int = 0
    edits: int = 0
    drawn_at: datetime = moment(nullable=False)
    drawn_by: str = Field(max_length=60)
    sent_at: datetime | None = moment()
    sent_by: str | None = Field(default=None, max_length=60)
    # Written when it is sent; `web.services.rounds.introductions.Window` says what each is for.
    starts_on: date | None = None
    nudge_on: date | None = None
    cut_off_on: date | None = None
    check_in_on: date | None = None
    ask_again_on: date | None = None
    ends_on: date | None = None
    # Since when everybody who waited for somebody in it has been given them, or a word.
    topped_up_at: datetime | None = moment()
    # Counts of its messages, once they have been deleted: see `web.services.evidence.thinning`.
    messages_were: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSON(none_as_null=True), nullable=True)
    )


class DrawRecord(Base, table=True):
    """What a round was drawn from, so that it can be drawn and judged again. People and organisations are
    numbers there that stand nowhere else.

    `document`, `people` and `sent` are compressed: the organisers' file as drawn; of a draft, whose ids its
    numbers stand for; and the round as it was sent. All are gone when the programme has ended; `commitment`,
    the SHA-256 of nonce, seed and input, stays.
    """

    __tablename__ = "draw_record"
    # It stands beside its round because lists of rounds have no use for it, and it can have many megabytes.
    round_id: int = Field(sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True))
    commitment: str = Field(max_length=64)
    matcher_version: int
    document: bytes | None = Field(default=None, sa_type=LargeBinary)
    people: bytes | None = Field(default=None, sa_type=LargeBinary)
    sent: bytes | None = Field(default=None, sa_type=LargeBinary)


class Group(Base, table=True):
    __tablename__ = "conversation_group"  # "group" is a word of SQL
    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(
        sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    number: int
    why: str = Field(default="", sa_type=Text)
    repeats: int = 0
    crossing: int = 0
    first_mover: str | None = person_key(default=None)
    # Kept as it is when the rest of the draft is drawn again.
    locked: bool = False
    # How often its members have changed: messages and calendar entries of a changed group are new ones.
    edition: int = 0
    # Since when fewer than two of them are left.
    called_off_at: datetime | None = moment()
    # The number of the top-up that made it; 0 for the round's own draw.
    top_up: int = 0


class GroupMember(Base, table=True):
    group_id: int = Field(
        sa_column=Column(ForeignKey("conversation_group.id", ondelete="CASCADE"), primary_key=True)
    )
    person_id: str = person_key(primary_key=True, index=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    position: int = 0
    withdrew_at: datetime | None = moment()
    # As having met: not if the introduction was withdrawn before the round's cut-off.
    counts: bool = True


class LeftOut(Base, table=True):
    """Who was not in a round, and why: on purpose (paused, skipped) or because nobody could be found."""

    round_id: int = Field(sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True))
    person_id: str = person_key(primary_key=True, index=True)
    reason: str = Field(sa_type=Text)
    on_purpose: bool = True


class ThisOnce(Base, table=True):
    """Somebody whom an organiser put in a round, or left out of it, whatever else holds."""

    round_id: int = Field(sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True))
    person_id: str = person_key(primary_key=True, index=True)
    is_in: bool


class RoundChange(Base, table=True):
    """What made a draft's version what it is, in words that name people by their ids."""

    round_id: int = Field(sa_column=Column(ForeignKey("round.id", ondelete="CASCADE"), primary_key=True))
    version: int = Field(primary_key=True)
    what: str = Field(sa_type=Text)
    by: str = Field(max_length=60)
    at: datetime = moment(nullable=False)


class TopUp(Base, table=True):
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
