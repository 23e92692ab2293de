"""What people agreed, what is proposed, and what they said to it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint
from sqlmodel import Field

from notifications.columns import Base
from web.models.columns import choice, document, moment, person_key

AUTHOR_LENGTH = 60


class Subject(StrEnum):
    """What an agreement is about. The words of all but `OTHER` are written from `settings`."""

    MATCHING = "matching"
    DAYS = "days"
    SHOWING = "showing"
    OTHER = "other"


class How(StrEnum):
    """How a version came into force."""

    BEGINNING = "beginning"  # with the programme, or when agreements began to be kept
    AT_ONCE = "at once"  # too few people to ask, or no round sent yet
    CONSENT = "consent"
    URGENT = "urgent"  # by an owner, until its review date at most
    BACK = "back"  # an urgent version went back by itself


class Agreement(Base, table=True):
    """Something a programme goes by. `version` is the number of the version in force."""

    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    subject: Subject = choice(Subject)
    version: int = 1


class Figure(StrEnum):
    """What we count of a round ourselves, and an agreement may be judged by."""

    MET = "met"  # of everyone introduced, in percent
    REPEATS = "repeats"  # conversations of people who had met before, in percent
    CROSSING = "crossing"  # conversations across organisations, in percent
    ANSWERED = "answered"  # of everyone introduced, in percent
    DAYS = "days"  # until half of those who met had met


class AgreementVersion(Base, table=True):
    """One version, kept for good. `driver` says why; `evaluation` when it has not worked, in words, or
    `figure`, one of `Figure` that would be on the wrong side of `bound`. `measured` is the last round of
    which that was counted. `renewed_on`: when it was last renewed by a review.
    """

    agreement_id: int = Field(foreign_key="agreement.id", primary_key=True)
    number: int = Field(primary_key=True)
    title: str = Field(default="", max_length=80)
    text: str = Field(default="", sa_type=Text)
    settings: dict[str, Any] = document(dict)
    driver: str = Field(default="", sa_type=Text)
    evaluation: str = Field(default="", sa_type=Text)
    figure: str = Field(default="", max_length=20)
    bound: int | None = None
    measured: int = 0
    how: How = choice(How)
    adopted_on: date
    renewed_on: date | None = None
    review_on: date


class ProposalState(StrEnum):
    """An open proposal may be objected to: that is seen from its objections."""

    DRAFT = "draft"  # a participant's, which nobody has seconded
    WAITING = "waiting"  # in line
    OPEN = "open"
    ADOPTED = "adopted"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # it reached fewer than half of those asked
    STOPPED = "stopped"  # what it would change has changed
    # Of an objection to what is in force:
    JUDGED = "judged"  # a panel has it
    UPHELD = "upheld"
    NOT_UPHELD = "not upheld"


class Proposal(Base, table=True):
    """A change that is proposed. `by` is the opaque id of its author, an organiser's unless
    `by_participant`. With `is_objection` nothing is proposed: its author objects to the agreement's
    `base_version`, which is in force, and only a panel is asked.

    Its clock: until `started_at` it waits for delivery, then people may object. `ends_at` is when the part
    that runs is over, None while the clock stands still; then `left_seconds` remain. `notice_seconds` is how
    long people may object once delivery has been waited for.
    """

    __table_args__ = (
        UniqueConstraint("programme_id", "number", name="uq_proposal_number"),
        Index("ix_proposal_state", "state", "programme_id"),
    )

    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id")
    number: int
    # None for an agreement that is not there yet.
    agreement_id: int | None = Field(default=None, foreign_key="agreement.id", index=True)
    subject: Subject = choice(Subject)
    # The version of the agreement that it would change.
    base_version: int = 0
    by: str = Field(max_length=AUTHOR_LENGTH, index=True)
    by_participant: bool = False
    state: ProposalState = choice(ProposalState)
    version: int = 1
    urgent: bool = False
    is_objection: bool = False
    # Panels are drawn from it; its SHA-256 is public from the day it opens.
    secret: str = Field(max_length=64)
    created_at: datetime = moment(nullable=False)
    opened_at: datetime | None = moment()
    version_opened_at: datetime | None = moment()
    started_at: datetime | None = moment()
    ends_at: datetime | None = moment()
    left_seconds: int = 0
    notice_seconds: int = 0
    # Not everybody has been told of this version yet, or reminded of it.
    telling: bool = False
    reminding: bool = False
    reminded: bool = False
    # The last step while somebody objected.
    stirred_at: datetime | None = moment()
    ended_at: datetime | None = moment()
    because: str = Field(default="", max_length=200)
    # How many were asked, had it delivered and answered, from its end on.
    counted: dict[str, int] = document(dict)


class ProposalVersion(Base, table=True):
    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True)
    number: int = Field(primary_key=True)
    title: str = Field(default="", max_length=80)
    text: str = Field(default="", sa_type=Text)
    settings: dict[str, Any] = document(dict)
    driver: str = Field(sa_type=Text)
    evaluation: str = Field(default="", sa_type=Text)
    figure: str = Field(default="", max_length=20)
    bound: int | None = None
    review_on: date
    made_at: datetime = moment(nullable=False)


class Second(Base, table=True):
    """A participant who wants a draft to be told to everybody."""

    __tablename__ = "proposal_second"

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True)
    person_id: str = person_key(primary_key=True, index=True)


class Asked(Base, table=True):
    """Somebody who took part when a proposal opened. Who joins later may answer and is not counted."""

    __tablename__ = "proposal_asked"

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True)
    person_id: str = person_key(primary_key=True, index=True)


class Stance(StrEnum):
    NO_OBJECTION = "no objection"
    CONCERN = "concern"
    OBJECTION = "objection"


class ProposalAnswer(Base, table=True):
    """What somebody said to one version. The words of an objection stand in `Objection`."""

    __tablename__ = "proposal_answer"

    proposal_id: int = Field(foreign_key="proposal.id", primary_key=True)
    version: int = Field(primary_key=True)
    person_id: str = person_key(primary_key=True, index=True)
    stance: Stance = choice(Stance)
    words: str = Field(default="", sa_type=Text)
    named: bool = False
    # Why others do not read it; it counts all the same.
    hidden_because: str = Field(default="", max_length=200)
    answered_at: datetime = moment(nullable=False)


class ObjectionState(StrEnum):
    OPEN = "open"
    HOLDS = "holds"  # a panel found so: amend or withdraw
    DOES_NOT_HOLD = "does not hold"  # a panel found so
    TAKEN_BACK = "taken back"  # by whoever raised it
    NOT_RENEWED = "not renewed"  # another version came, and it was not raised against that


class Objection(Base, table=True):
    id: int = Field(default=None, primary_key=True)
    proposal_id: int = Field(foreign_key="proposal.id", index=True)
    version: int
    person_id: str = person_key(index=True)
    words: str = Field(sa_type=Text)
    named: bool = False
    hidden_because: str = Field(default="", max_length=200)
    state: ObjectionState = choice(ObjectionState, ObjectionState.OPEN)
    panel_id: int | None = Field(default=None, foreign_key="proposal_panel.id")
    raised_at: datetime = moment(nullable=False)
    settled_at: datetime | None = moment()


class Panel(Base, table=True):
    """Participants drawn by chance to judge the objections to one version. Its clock is as a proposal's."""

    __tablename__ = "proposal_panel"

    id: int = Field(default=None, primary_key=True)
    proposal_id: int = Field(foreign_key="proposal.id", index=True)
    version: int
    convened_at: datetime = moment(nullable=False)
    ends_at: datetime | None = moment()
    left_seconds: int = 0
    ended_at: datetime | None = moment()


class PanelMember(Base, table=True):
    __tablename__ = "panel_member"

    panel_id: int = Field(foreign_key="proposal_panel.id", primary_key=True)
    person_id: str = person_key(primary_key=True, index=True)


class Finding(Base, table=True):
    """What one member of a panel found about one objection, and why."""

    __tablename__ = "panel_finding"

    objection_id: int = Field(foreign_key="objection.id", primary_key=True)
    person_id: str = person_key(primary_key=True, index=True)
    holds: bool
    reason: str = Field(sa_type=Text)
    found_at: datetime = moment(nullable=False)


class Review(Base, table=True):
    """Everybody is asked whether agreements go on as they are. Its clock is as a proposal's.

    `telling`: not everybody has been asked yet.
    """

    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    asked_at: datetime = moment(nullable=False)
    ends_at: datetime | None = moment()
    left_seconds: int = 0
    telling: bool = True
    ended_at: datetime | None = moment(index=True)


class ReviewOutcome(StrEnum):
    """What a review comes to for one agreement."""

    ASKED = "asked"  # not known yet
    RENEWED = "renewed"  # nobody is for a change
    CHANGE = "change"  # somebody is: the organisers have it to propose
    UNHEARD = "unheard"  # it could not be delivered to half
    OVERTAKEN = "overtaken"  # another version came meanwhile


class Reviewed(Base, table=True):
    """One agreement of a review, in the version that was in force. `counted` from its end on."""

    review_id: int = Field(foreign_key="review.id", primary_key=True)
    agreement_id: int = Field(foreign_key="agreement.id", primary_key=True, index=True)
    version: int
    outcome: ReviewOutcome = choice(ReviewOutcome, ReviewOutcome.ASKED)
    until: date | None = None
    counted: dict[str, int] = document(dict)


class Verdict(StrEnum):
    KEEP = "keep"
    CHANGE = "change"
    DROP = "drop"  # of an agreement in free words


class ReviewAnswer(Base, table=True):
    __tablename__ = "review_answer"

    review_id: int = Field(foreign_key="review.id", primary_key=True)
    agreement_id: int = Field(foreign_key="agreement.id", primary_key=True)
    person_id: str = person_key(primary_key=True, index=True)
    verdict: Verdict = choice(Verdict)
    words: str = Field(default="", sa_type=Text)
    answered_at: datetime = moment(nullable=False)


class Raised(StrEnum):
    """What put something on the organisers' agenda."""

    SAID = "said"  # somebody, after a conversation
    MISSED = "missed"  # an evaluation, two rounds running
    REVIEW = "review"  # somebody is for a change


class AgendaState(StrEnum):
    OPEN = "open"
    PROPOSED = "proposed"
    DECLINED = "declined"
    DONE = "done"


class AgendaItem(Base, table=True):
    """Something that the organisers decide about: propose a change, decline it, or it is done.

    What somebody said has a `person_id` and the conversation's `group_id`; what was missed, a `version` and
    the `round_number` that showed it.
    """

    __tablename__ = "agenda_item"

    id: int = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programme.id", index=True)
    raised: Raised = choice(Raised)
    agreement_id: int | None = Field(default=None, foreign_key="agreement.id", index=True)
    version: int = 0
    round_number: int = 0
    person_id: str | None = person_key(default=None, index=True)
    group_id: int | None = Field(
        default=None,
        sa_column=Column(ForeignKey("conversation_group.id", ondelete="CASCADE"), index=True),
    )
    words: str = Field(default="", sa_type=Text)
    state: AgendaState = choice(AgendaState, AgendaState.OPEN)
    proposal_id: int | None = Field(default=None, foreign_key="proposal.id")
    because: str = Field(default="", max_length=200)
    raised_at: datetime = moment(nullable=False)
    settled_at: datetime | None = moment()
    # Since when who said it knows what became of it.
    told_at: datetime | None = moment()
