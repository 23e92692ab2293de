"""The story of a round: made by the program, edited by an organiser, read by everybody if they say so.

    made ──► edited ──► public ──► taken back, and public again

What was counted is kept as it was when an organiser last saved it, with the day: numbers that moved with
each answer would tell everybody who watches them who has just answered. What people learned is read anew each
time, so that what is off the wall is off every story too.

NoSuchStory         no such round was sent, or its story has never been public
StoryGone           it was public, and is not any more
StoryChanged        somebody else changed it after it was shown
TooFewToTell        fewer than five people were in the round: its numbers would point at them
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from notifications import secrets
from web.models import (
    Agreement,
    AgreementVersion,
    Group,
    Learning,
    LearningState,
    Organisation,
    OrganisingTime,
    Programme,
    Round,
    RoundStory,
)
from web.services.common import audit, phrases, programmes, times
from web.services.evidence import counting
from web.services.evidence.findings import FEW, Evidence, hours_of
from web.services.learning import learnings
from web.services.learning.learnings import Shown
from web.services.rounds import round_list, rounds

THINGS = 3  # learned, in one story
TO_CHOOSE_FROM = 50
LONGEST = 1500  # letters of each of its two texts


class NoSuchStory(Exception):
    pass


class StoryGone(Exception):
    pass


class StoryChanged(Exception):
    pass


class TooFewToTell(Exception):
    pass


@dataclass(frozen=True)
class StoryFigures:
    """What was counted of a round, in people, hours and ties between organisations; `bridges_by_chance` where
    there is something to compare. `map` has organisations and ties of all rounds so far, as everybody may see
    them.
    """

    introduced: int
    answered: int
    met: int
    hours: float
    hours_organised: float
    new_ties: int
    bridges: int
    bridges_by_chance: float | None
    map: Evidence

    @property
    def counted_at(self) -> datetime:
        return self.map.counted_at

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "map": self.map.to_json()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "StoryFigures":
        return cls(**{**kept, "map": Evidence.from_json(kept["map"])})


@dataclass(frozen=True)
class StoryWords:
    """What an organiser writes: how it `went`, what `changes` next, and which learnings were `picked`."""

    went: str
    changes: str
    picked: Sequence[int] = ()


@dataclass(frozen=True)
class StoryShown:
    """`version` is 0 as long as nobody has saved it. `learned` are at most three, and published."""

    round: Round
    words: StoryWords
    told: StoryFigures
    learned: Sequence[Shown]
    version: int = 0
    public_since: datetime | None = None
    edited_at: datetime | None = None

    @property
    def may_be_public(self) -> bool:
        return self.told.introduced >= FEW


# Reading


def of_round(session: Session, programme: Programme, round_: Round, *, now: datetime) -> StoryShown:
    """As an organiser last saved it; made by the program until somebody does. Counts afresh until then.

    Raises:
        BeingCounted.
    """
    row = session.get(RoundStory, round_.id)
    if row is None:
        told = count(session, programme, round_, now=now)
        words = _words(session, programme, round_, told, now)
        return StoryShown(round_, words, told, _learned(session, programme, round_, ()))
    return _kept(session, programme, round_, row)


def public(session: Session, programme: Programme, number: int) -> StoryShown:
    """The story that everybody can read.

    Raises:
        NoSuchStory, StoryGone.
    """
    round_ = session.exec(
        select(Round).where(Round.programme_id == programme.id, Round.number == number)
    ).one_or_none()
    row = session.get(RoundStory, round_.id) if round_ else None
    if round_ is None or row is None or not (row.public_since or row.withdrawn_at):
        raise NoSuchStory
    if row.public_since is None:
        raise StoryGone
    return _kept(session, programme, round_, row)


def public_numbers(session: Session, programme: Programme, numbers: Sequence[int]) -> set[int]:
    """Of which of these rounds can everybody read the story?"""
    wanted = (
        select(Round.number)
        .join(RoundStory, col(RoundStory.round_id) == Round.id)
        .where(Round.programme_id == programme.id, col(Round.number).in_(numbers))
        .where(col(RoundStory.public_since).is_not(None))
    )
    return set(session.exec(wanted))


def _kept(session: Session, programme: Programme, round_: Round, row: RoundStory) -> StoryShown:
    words = StoryWords(row.went, row.changes, row.picked)
    learned = _learned(session, programme, round_, row.picked)
    told = StoryFigures.from_json(row.counted)
    return StoryShown(round_, words, told, learned, row.version, row.public_since, row.edited_at)


def choices(session: Session, programme: Programme, round_: Round) -> list[Shown]:
    """What is published of a round, newest first: an organiser picks from it."""
    return _published(session, programme, round_, most=TO_CHOOSE_FROM)


def _learned(session: Session, programme: Programme, round_: Round, picked: Sequence[int]) -> list[Shown]:
    """What was picked, in that order; the newest where nothing was. Never what is not published."""
    return _published(session, programme, round_, picked, most=THINGS)


def _published(
    session: Session, programme: Programme, round_: Round, picked: Sequence[int] = (), *, most: int
) -> list[Shown]:
    if not learnings.is_open(programme):
        return []
    wanted = (
        select(Learning)
        .join(Group, col(Group.id) == Learning.group_id)
        .where(Group.round_id == round_.id, Learning.state == LearningState.PUBLISHED)
        .order_by(col(Learning.decided_at).desc(), col(Learning.id).desc())
        .limit(most)
    )
    rows = session.exec(wanted.where(col(Learning.id).in_(picked)) if picked else wanted).all()
    return learnings.with_pages(session, sorted(rows, key=lambda row: _place(picked, row.id)))


def _place(picked: Sequence[int], learning: int) -> int:
    return picked.index(learning) if learning in picked else 0


# Counting and first words


def count(session: Session, programme: Programme, round_: Round, *, now: datetime) -> StoryFigures:
    """What a story tells, counted now; where counting takes long, as it was last counted.

    Raises:
        BeingCounted.
    """
    found = counting.of_programme(session, programme, now=now)
    counted = next((one for one in found.rounds if one.number == round_.number), None)
    joined = found.bridges.of_round(round_.number) if found.bridges else None
    introduced, answered, met = (
        (counted.introduced, counted.answered, counted.met) if counted else _live(session, round_)
    )
    return StoryFigures(
        introduced=introduced,
        answered=answered,
        met=met,
        hours=hours_of(met),
        hours_organised=_minutes(session, round_) / 60,
        new_ties=int(joined.ties.ours) if joined else 0,
        bridges=int(joined.bridges.ours) if joined else 0,
        bridges_by_chance=joined.bridges.mean if joined else None,
        map=found.for_everybody(),
    )


def _live(session: Session, round_: Round) -> tuple[int, int, int]:
    """Of a round that was sent after everything was last counted."""
    row = round_list.of_round(session, round_)
    return row.people, row.answered, row.met


def _minutes(session: Session, round_: Round) -> int:
    noted = select(func.sum(OrganisingTime.minutes)).where(OrganisingTime.round_id == round_.id)
    return session.exec(noted).one() or 0


def _words(
    session: Session, programme: Programme, round_: Round, told: StoryFigures, now: datetime
) -> StoryWords:
    """What the program writes, for an organiser to go on from."""
    went = ""
    if told.introduced >= FEW:
        went = f"{phrases.counted(told.introduced, 'person', 'people')} were introduced to somebody new."
    if told.new_ties:
        pairs = phrases.counted(told.new_ties, "pair of organisations", "pairs of organisations")
        went += f" {pairs} met for the first time."
    changes = _agreed_since(session, programme, round_)
    if on := programmes.next_round_on(programme, times.today(now)):
        changes.append(f"The next round begins on {on.day} {on:%B %Y}.")
    return StoryWords(went, "\n".join(changes))


def _agreed_since(session: Session, programme: Programme, round_: Round) -> list[str]:
    """What the programme has agreed to change since a round was sent."""
    if round_.sent_at is None:
        return []
    changed = (
        select(AgreementVersion.title)
        .join(Agreement, col(Agreement.id) == AgreementVersion.agreement_id)
        .where(Agreement.programme_id == programme.id, AgreementVersion.number > 1)
        .where(col(AgreementVersion.adopted_on) >= times.today(round_.sent_at), AgreementVersion.title != "")
        .order_by(col(AgreementVersion.adopted_on))
        .limit(THINGS)
    )
    return [f"We have agreed to change “{title}”." for title in session.exec(changed)]


# Writing


def edit(
    session: Session,
    programme: Programme,
    round_: Round,
    words: StoryWords,
    version: int,
    *,
    by: str,
    now: datetime,
) -> None:
    """Keep an organiser's words, and count again.

    Raises:
        StoryChanged.
    """
    row = _changed(session, programme, round_, version, by, now)
    row.went, row.changes = (secrets.without(said).strip() for said in (words.went, words.changes))
    ours = {one.learning.id for one in choices(session, programme, round_)}
    row.picked = [one for one in words.picked if one in ours][:THINGS]
    _record(session, programme, round_, "story edited", by, now)


def publish(
    session: Session, programme: Programme, round_: Round, version: int, *, by: str, now: datetime
) -> None:
    """Let everybody read it, as it was shown. What is public stays so.

    Raises:
        StoryChanged, TooFewToTell.
    """
    if not of_round(session, programme, round_, now=now).may_be_public:
        raise TooFewToTell
    rounds.by_number(session, programme, round_.number, lock=True)
    row = session.get(RoundStory, round_.id, populate_existing=True)
    if row and row.public_since:
        return
    if row is None or row.version != version:
        row = _changed(session, programme, round_, version, by, now)
    row.public_since = now
    row.withdrawn_at = None
    session.add(row)
    _record(session, programme, round_, "story published", by, now)


def withdraw(session: Session, programme: Programme, round_: Round, *, by: str, now: datetime) -> None:
    """Nobody but organisers reads it any more. What is not public stays so."""
    row = session.get(RoundStory, round_.id)
    if row is None or row.public_since is None:
        return
    row.public_since, row.withdrawn_at = None, now
    session.add(row)
    _record(session, programme, round_, "story withdrawn", by, now)


def _changed(
    session: Session, programme: Programme, round_: Round, version: int, by: str, now: datetime
) -> RoundStory:
    """The row, one version further and counted now; made if there was none.

    Raises:
        StoryChanged, BeingCounted.
    """
    # Two organisers may save at one time: whoever has the round's row is first.
    rounds.by_number(session, programme, round_.number, lock=True)
    row = session.get(RoundStory, round_.id, populate_existing=True)
    if (row.version if row else 0) != version:
        raise StoryChanged
    try:
        told = count(session, programme, round_, now=now)
    except counting.BeingCounted:
        if row is None:
            raise
        told = StoryFigures.from_json(row.counted)  # what was typed is worth more than fresh figures
    if row is None:
        words = _words(session, programme, round_, told, now)
        row = RoundStory(round_id=round_.id, programme_id=programme.id, edited_at=now, edited_by=by)
        row.went, row.changes = words.went, words.changes
    row.counted, row.version = told.to_json(), version + 1
    row.edited_at, row.edited_by = now, by
    session.add(row)
    return row


def _record(
    session: Session, programme: Programme, round_: Round, action: str, by: str, now: datetime
) -> None:
    audit.record(session, by, action, now=now, programme=programme.id, subject=f"round {round_.number}")


# Organising time


def noted(session: Session, round_: Round, by: str) -> OrganisingTime | None:
    """What this organiser noted for the round."""
    return session.get(OrganisingTime, (round_.id, by))


def note_time(
    session: Session,
    round_: Round,
    minutes: int,
    organisation: Organisation | None,
    *,
    by: str,
    now: datetime,
) -> None:
    """What an organiser gave to a round, in place of what they noted before; 0 takes it back."""
    before = noted(session, round_, by)
    if before and not minutes:
        session.delete(before)
    elif minutes:
        row = before or OrganisingTime(round_id=round_.id, by=by, minutes=minutes, noted_at=now)
        row.minutes, row.noted_at = minutes, now
        row.organisation_id = organisation.id if organisation else None
        session.add(row)
    subject, programme = f"round {round_.number}", round_.programme_id
    audit.record(
        session, by, "organising time noted", now=now, programme=programme, subject=subject, minutes=minutes
    )
