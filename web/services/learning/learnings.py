"""Learnings: what people learned, looked at by an organiser, shown on the wall.

NoSuchLearning      nothing was ever at that address
HasGone             something was, and is not any more
NotToShow           its author said it stays between them and us
NothingToShow       neither words nor a link are left in it
ChangedMeanwhile    the author or another organiser changed it after it was shown
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_urlsafe
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from notifications import secrets
from web.models import (
    CheckIn,
    GroupMember,
    Learning,
    LearningPage,
    LearningState,
    Organisation,
    Person,
    Programme,
    Showing,
)
from web.services.common import audit, kept_from, phrases, written_names
from web.services.fetching.card import Card
from web.services.learning import bylines, previews
from web.services.learning.previews import NOTHING, Behind

SOMEBODY = "somebody"  # who reads the wall, whoever it is
UNDECIDED = (LearningState.WAITING, LearningState.CONTESTED)
OLDEST = (col(Learning.created_at), col(Learning.id))
LATELY = 20  # of what was declined; a slip is seen soon
KEY_BYTES = 12  # of chance in the address of a learning


class NoSuchLearning(Exception):
    pass


class HasGone(Exception):
    pass


class NotToShow(Exception):
    pass


class NothingToShow(Exception):
    pass


class ChangedMeanwhile(Exception):
    pass


@dataclass(frozen=True)
class Shown:
    """A learning with the names its readers may see: `author` and `partners` are empty where nobody
    agreed. `byline` is what a link of it, or the page behind it, says of an author who is not to be named.
    `key` is that of its own page, from its first publication on.
    """

    learning: Learning
    author: str
    partners: str
    byline: str = ""
    key: str = ""
    behind: Behind = NOTHING

    @property
    def preview(self) -> Card:
        """What the wall says of its link: without an author where none is to be named, and with the author of
        a post who gave it as theirs.
        """
        shown, own = self.behind.shown, self.behind.own_author
        if own and shown:
            return replace(shown, author=shown.author or own)
        return shown if self.learning.showing is Showing.WITH_NAME else replace(shown, author="")

    @property
    def host(self) -> str:
        """Where its link really leads."""
        return urlsplit(self.learning.link).hostname or ""


def of_programme(session: Session, programme: Programme, state: LearningState) -> list[Shown]:
    """All in this state, the oldest first, for organisers."""
    wanted = select(Learning).where(Learning.programme_id == programme.id, Learning.state == state)
    return _for_organisers(session, session.exec(wanted.order_by(*OLDEST)).all())


@dataclass(frozen=True)
class Undecided:
    """How many learnings wait for organisers, were taken down until one has looked, and wait but stay between
    their author and us.
    """

    waiting: int
    contested: int
    kept: int

    @property
    def to_look_at(self) -> int:
        return self.waiting + self.contested


def undecided(session: Session, programme: Programme, reader: str) -> Undecided:
    """Of what this organiser, by id, may read."""
    stays, state = col(Learning.showing) == Showing.NO, col(Learning.state)
    counted = (
        select(state, stays, func.count())
        .where(Learning.programme_id == programme.id, state.in_(UNDECIDED), may_read(programme, reader))
        .group_by(state, stays)
    )
    found = {(state, stays): number for state, stays, number in session.exec(counted)}
    waiting, contested = ([found.get((one, stays), 0) for stays in (False, True)] for one in UNDECIDED)
    return Undecided(waiting[0], sum(contested), waiting[1])


def to_look_at(session: Session, programme: Programme, reader: str, *, first: int, most: int) -> list[Shown]:
    """Of those so many from `first` on: what waits, then what was taken down, each the oldest first."""
    waits = (col(Learning.state) == LearningState.WAITING) & (col(Learning.showing) != Showing.NO)
    is_contested = col(Learning.state) == LearningState.CONTESTED
    wanted = (
        select(Learning)
        .where(Learning.programme_id == programme.id, waits | is_contested, may_read(programme, reader))
        .order_by(is_contested, *OLDEST)
        .offset(first)
        .limit(most)
    )
    return _for_organisers(session, session.exec(wanted).all())


def _for_organisers(session: Session, rows: Sequence[Learning]) -> list[Shown]:
    return [_with_byline(session, one) for one in with_pages(session, rows)]


def may_read(programme: Programme, reader: str) -> ColumnElement[bool]:
    """May this organiser, by id, read it? Not what a partner of theirs wrote and nobody has published, while
    another one reads it: it may be about them.
    """
    partners = kept_from.partners_of(
        col(Learning.person_id), col(GroupMember.group_id) == col(Learning.group_id)
    )
    has_been_open = col(Learning.state).in_((LearningState.PUBLISHED, LearningState.CONTESTED))
    circles = kept_from.surely(partners), kept_from.alike(partners)
    return has_been_open | ~kept_from.is_kept(programme, reader, circles)


def to_decide(session: Session, programme: Programme, number: int, reader: str) -> Learning | None:
    """A learning that this organiser may read and decide about; None where there is none."""
    here = (Learning.id == number, Learning.programme_id == programme.id)
    return session.exec(select(Learning).where(*here, may_read(programme, reader))).one_or_none()


def declined(session: Session, programme: Programme, reader: str) -> list[Shown]:
    """What organisers decided not to show lately, newest first. What its author keeps to themselves is left
    out.
    """
    wanted = (
        select(Learning)
        .where(
            Learning.programme_id == programme.id,
            Learning.state == LearningState.DECLINED,
            Learning.showing != Showing.NO,
            may_read(programme, reader),
        )
        .order_by(col(Learning.decided_at).desc(), col(Learning.id).desc())
        .limit(LATELY)
    )
    return with_names(session, session.exec(wanted).all())


def _with_byline(session: Session, shown: Shown) -> Shown:
    """For organisers: a link may say who wrote it, though its author wishes for no name."""
    if shown.learning.showing is not Showing.WITHOUT_NAME:
        return shown
    author = session.get(Person, shown.learning.person_id)
    said = byline(shown.learning, author.name if author else "")
    return replace(shown, byline=said or shown.behind.seen.author)


def byline(learning: Learning, name: str) -> str:
    """What its links say of an author of that name; empty if they say nothing."""
    return bylines.author_of(learning.text, learning.link, name)


def with_pages(session: Session, rows: Sequence[Learning]) -> list[Shown]:
    """As `with_names`, with what is behind their links, and the keys of their pages. Three queries."""
    behind, keys = previews.behind(session, rows), _keys(session, rows)
    return [
        replace(one, behind=behind.get(one.learning.id, NOTHING), key=keys.get(one.learning.id, ""))
        for one in with_names(session, rows)
    ]


def _keys(session: Session, rows: Sequence[Learning]) -> dict[int | None, str]:
    if not rows:
        return {}
    ids = [row.id for row in rows]
    wanted = select(LearningPage.learning_id, LearningPage.key).where(col(LearningPage.learning_id).in_(ids))
    return dict(session.exec(wanted).all())


def at(session: Session, programme: Programme, key: str) -> Shown:
    """The learning on a page of its own.

    Raises:
        NoSuchLearning, HasGone.
    """
    page = session.get(LearningPage, key)
    if page is None or page.programme_id != programme.id:
        raise NoSuchLearning
    learning = session.get(Learning, page.learning_id) if page.learning_id else None
    if learning is None:
        raise HasGone
    if learning.state is not LearningState.PUBLISHED or not is_open(programme):
        raise NoSuchLearning
    return with_pages(session, [learning])[0]


def is_open(programme: Programme) -> bool:
    """Does it show what people learned? A programme that ended keeps what it agreed to keep."""
    return programme.wall_is_open or programme.closed_at is not None


def with_names(session: Session, rows: Sequence[Learning]) -> list[Shown]:
    """Who may be named: an author who said so; then a partner too, if that partner said so. One query."""
    groups = {row.group_id for row in rows if row.showing is Showing.WITH_NAME}
    members = _members(session, groups) if groups else {}
    return [
        _shown(row, members.get(row.group_id, []) if row.showing is Showing.WITH_NAME else []) for row in rows
    ]


@dataclass(frozen=True)
class Author:
    """Somebody of a group, as the public may know them, and whether a partner may say so."""

    person: str
    called: str
    may_be_named: bool


def _members(session: Session, groups: set[int]) -> dict[int, list[Author]]:
    rows = session.exec(
        select(GroupMember.group_id, Person, Organisation, CheckIn.may_name_me)
        .join(Person, col(GroupMember.person_id) == Person.id)
        .join(Organisation, col(Organisation.id) == GroupMember.organisation_id)
        .outerjoin(
            CheckIn, (col(CheckIn.group_id) == GroupMember.group_id) & (col(CheckIn.person_id) == Person.id)
        )
        .where(col(GroupMember.group_id).in_(groups))
        .order_by(col(GroupMember.group_id), col(GroupMember.position))
    )
    found: dict[int, list[Author]] = {}
    for group, person, organisation, agreed in rows:
        found.setdefault(group, []).append(Author(person.id, _public(person, organisation), bool(agreed)))
    return found


def _shown(learning: Learning, members: Sequence[Author]) -> Shown:
    author = next((one.called for one in members if one.person == learning.person_id), "")
    partners = [one.called for one in members if one.person != learning.person_id and one.may_be_named]
    return Shown(learning, author, phrases.listing([called for called in partners if called]))


def _public(person: Person, organisation: Organisation) -> str:
    """What they are called, or their first name, as they were asked, and their organisation: enough to be
    recognised by those who know them.
    """
    called = person.known_as or written_names.first(person.name)
    return f"{called}, {organisation.short_name or organisation.name}" if called else ""


def publish(
    session: Session,
    learning: Learning,
    *,
    text: str,
    version: int,
    by: str,
    now: datetime,
    with_link: bool = True,
    page_says: str | None = None,
) -> None:
    """Show it on the wall, in the organiser's edit of the words (personal data taken out), and without its
    link if they say so. What the page behind it says is shown if it is still that of the mark `page_says`.

    Raises:
        NotToShow, NothingToShow, ChangedMeanwhile.
    """
    if learning.showing is Showing.NO:
        raise NotToShow
    shown, link = secrets.without(text).strip(), learning.link if with_link else ""
    is_same = (shown, link) == (learning.text, learning.link)
    if is_same and _is_decided(learning, LearningState.PUBLISHED, version, by):
        return
    if learning.version != version:
        raise ChangedMeanwhile
    if not shown and not link:
        raise NothingToShow
    learning.text, learning.link = shown, link
    _decide(session, learning, LearningState.PUBLISHED, version=version, by=by, now=now, edited=not is_same)
    _give_a_page(session, learning)
    previews.let_out(session, learning, page_says, by=by, now=now)


def _give_a_page(session: Session, learning: Learning) -> None:
    if not _keys(session, [learning]):
        key = token_urlsafe(KEY_BYTES)
        session.add(LearningPage(key=key, programme_id=learning.programme_id, learning_id=learning.id))


def contest(session: Session, shown: Shown, because: str, *, now: datetime) -> None:
    """Take it off the wall until an organiser has looked: somebody says that it is theirs."""
    learning = shown.learning
    learning.contested_because = secrets.without(because).strip()
    _decide(session, learning, LearningState.CONTESTED, version=learning.version, by=SOMEBODY, now=now)


def decline(session: Session, learning: Learning, *, version: int, by: str, now: datetime) -> None:
    """Not for the wall; or off it again.

    Raises:
        ChangedMeanwhile.
    """
    if _is_decided(learning, LearningState.DECLINED, version, by):
        return
    _decide(session, learning, LearningState.DECLINED, version=version, by=by, now=now)


def look_again(session: Session, learning: Learning, *, version: int, by: str, now: datetime) -> None:
    """What was declined waits anew. Of anything else nothing changes.

    Raises:
        ChangedMeanwhile.
    """
    if learning.state is LearningState.DECLINED:
        _decide(session, learning, LearningState.WAITING, version=version, by=by, now=now)


def _is_decided(learning: Learning, state: LearningState, version: int, by: str) -> bool:
    """Is it what a first press of theirs on the same page made of it?"""
    return (learning.state, learning.version, learning.decided_by) == (state, version + 1, by)


def _decide(
    session: Session,
    learning: Learning,
    state: LearningState,
    *,
    version: int,
    by: str,
    now: datetime,
    **facts: bool,
) -> None:
    if learning.version != version:
        raise ChangedMeanwhile
    learning.state, learning.decided_at, learning.decided_by = state, now, by
    if state is not LearningState.CONTESTED:
        learning.contested_because = ""
    learning.version += 1
    session.add(learning)
    audit.record(
        session,
        by,
        f"learning {state.value}",
        now=now,
        programme=learning.programme_id,
        subject=f"learning {learning.id}",
        **facts,
    )
