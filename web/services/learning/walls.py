"""The wall: what is published of what people learned, newest first, and finding something on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from web.models import (
    Group,
    GroupMember,
    Learning,
    LearningState,
    LinkPreview,
    Organisation,
    Programme,
    Round,
    Showing,
)
from web.services.learning import learnings
from web.services.learning.learnings import Shown

A_PAGE = 20


@dataclass(frozen=True)
class WallSearch:
    """What a reader looks for: words, a round by its number, an organisation by its id."""

    text: str = ""
    round_number: int | None = None
    organisation: int | None = None

    @property
    def is_everything(self) -> bool:
        return self == EVERYTHING


EVERYTHING = WallSearch()


@dataclass(frozen=True)
class WallChoices:
    """What there is something of: numbers of rounds, newest first, and ids and names of organisations."""

    rounds: Sequence[int]
    organisations: Sequence[tuple[int, str]]

    @property
    def rounds_said(self) -> list[tuple[int, str]]:
        return [(number, f"round {number}") for number in self.rounds]


def wall(
    session: Session,
    programme: Programme,
    wanted: WallSearch = EVERYTHING,
    *,
    page: int = 1,
    size: int = A_PAGE,
) -> tuple[list[Shown], bool]:
    """One page of published learnings, newest first, and whether there are older ones. None while the
    programme has agreed to show none.
    """
    if not learnings.is_open(programme):
        return [], False
    found = (
        _narrowed(select(Learning).where(*_published(programme)), wanted)
        .order_by(col(Learning.decided_at).desc(), col(Learning.id).desc())
        .offset((page - 1) * size)
        .limit(size + 1)
    )
    rows = session.exec(found).all()
    return learnings.with_pages(session, rows[:size]), len(rows) > size


def count(session: Session, programme: Programme, wanted: WallSearch) -> int:
    """How many fit."""
    if not learnings.is_open(programme):
        return 0
    fits = _narrowed(select(Learning.id).where(*_published(programme)), wanted)
    return session.exec(select(func.count()).select_from(fits.subquery())).one()


def choices(session: Session, programme: Programme) -> WallChoices:
    rounds = (
        select(Round.number)
        .join(Group, col(Group.round_id) == Round.id)
        .join(Learning, col(Learning.group_id) == Group.id)
        .where(*_published(programme))
        .distinct()
        .order_by(col(Round.number).desc())
    )
    from_there = (
        select(Organisation.id, Organisation.name)
        .join(GroupMember, col(GroupMember.organisation_id) == Organisation.id)
        .join(Learning, _wrote())
        .where(*_published(programme), Learning.showing == Showing.WITH_NAME)
        .distinct()
        .order_by(Organisation.name)
    )
    return WallChoices(session.exec(rounds).all(), session.exec(from_there).all())


def _published(programme: Programme) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Learning.programme_id) == programme.id,
        col(Learning.state) == LearningState.PUBLISHED,
    )


def _narrowed(found: SelectOfScalar, wanted: WallSearch) -> SelectOfScalar:  # type: ignore[type-arg]
    if wanted.text:
        found = found.outerjoin(LinkPreview, col(LinkPreview.learning_id) == Learning.id)
        found = found.where(_says(wanted.text))
    if wanted.round_number is not None:
        found = found.join(Group, col(Group.id) == Learning.group_id)
        found = found.join(Round, col(Round.id) == Group.round_id)
        found = found.where(Round.number == wanted.round_number)
    if wanted.organisation is not None:
        # Whoever wished for no name is not to be found by where they are from.
        found = found.join(GroupMember, _wrote()).where(Learning.showing == Showing.WITH_NAME)
        found = found.where(GroupMember.organisation_id == wanted.organisation)
    return found


def _says(words: str) -> ColumnElement[bool]:
    """Its words, its link, or what is shown of the page behind it."""
    page = col(LinkPreview.shown)
    places = (col(Learning.text), col(Learning.link), page["title"].as_string(), page["sentence"].as_string())
    return or_(*(place.icontains(words, autoescape=True) for place in places))


def _wrote() -> ColumnElement[bool]:
    return (col(GroupMember.group_id) == col(Learning.group_id)) & (
        col(GroupMember.person_id) == col(Learning.person_id)
    )
