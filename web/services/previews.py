"""A round as an organiser sees it: its groups with reasons, its totals beside the best possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from notifications import outbox
from notifications.tables import State
from web.models import (
    Answer,
    CheckIn,
    Group,
    GroupMember,
    LeftOut,
    Membership,
    Organisation,
    Organiser,
    Person,
    Programme,
    Round,
    RoundState,
)
from web.services import deliveries, pots, rounds, times, words
from web.services.deliveries import Troubled

ON_ITS_WAY = (State.QUEUED, State.CLAIMED, State.SENDING, State.HELD)
# An organiser sees what became of a group, not who said what.
ANSWERED = {
    Answer.MET: "met",
    Answer.BOOKED: "have a date",
    Answer.NOT_YET: "not yet",
    Answer.COULD_NOT: "could not make it",
    Answer.NO_REPLY: "no reply",
}
ARRIVED = (State.ACCEPTED, State.DELIVERED)


@dataclass(frozen=True)
class Member:
    person: str
    name: str
    organisation: str
    moves_first: bool


@dataclass(frozen=True)
class GroupView:
    number: int
    members: Sequence[Member]
    why: str
    first_mover: str
    is_larger: bool
    repeats: int
    same_organisation: int
    answers: Sequence[str]


@dataclass(frozen=True)
class Outside:
    """Somebody not in the round: `on_purpose` if they or an organiser said so."""

    name: str
    organisation: str
    reason: str
    on_purpose: bool


@dataclass(frozen=True)
class Delivery:
    """How far the introductions are: counts of messages. `troubled` need a look."""

    total: int
    arrived: int
    waiting: int
    troubled: int


@dataclass(frozen=True)
class Preview:
    round: Round
    groups: Sequence[GroupView]
    outside: Sequence[Outside]
    reasons: Sequence[str]
    joined_since: Sequence[str]
    drawn_by: str
    delivery: Delivery | None
    troubled: Sequence[Troubled]

    @property
    def is_draft(self) -> bool:
        return self.round.state is RoundState.DRAFT

    @property
    def people(self) -> int:
        return sum(len(group.members) for group in self.groups)

    @property
    def figures(self) -> dict[str, Any]:
        return self.round.figures

    @property
    def left_out(self) -> Sequence[Outside]:
        return [one for one in self.outside if not one.on_purpose]


@dataclass(frozen=True)
class Row:
    """A round in the list of rounds."""

    round: Round
    groups: int
    people: int
    answered: int
    met: int


def of_round(session: Session, programme: Programme, number: int, *, now: datetime) -> Preview:
    """Everything about one round.

    Raises:
        rounds.NoDraft: there is no such round.
    """
    round_ = rounds.by_number(session, programme, number)
    names, organisations = _names(session, round_)
    draft = round_.state is RoundState.DRAFT
    return Preview(
        round=round_,
        groups=_groups(session, programme, round_, names, organisations),
        outside=_outside(session, round_, programme, names),
        reasons=[words.with_names(reason, names) for reason in round_.reasons],
        joined_since=_joined_since(session, programme, now, names) if draft else (),
        drawn_by=_organiser(session, round_.drawn_by),
        delivery=None if draft else delivery(session, round_),
        troubled=() if draft else deliveries.of_round(session, round_),
    )


def _names(session: Session, round_: Round) -> tuple[dict[str, str], dict[int, str]]:
    people = dict(
        session.exec(
            select(Person.id, Person.name)
            .join(Membership, col(Membership.person_id) == Person.id)
            .where(Membership.programme_id == round_.programme_id)
        ).all()
    )
    organisations = {
        row.id: row.short_name or row.name
        for row in session.exec(select(Organisation).where(Organisation.programme_id == round_.programme_id))
        if row.id is not None
    }
    return people, organisations


def _groups(
    session: Session,
    programme: Programme,
    round_: Round,
    names: dict[str, str],
    organisations: dict[int, str],
) -> list[GroupView]:
    members = rounds.members_of(session, round_)
    answers = _answers(session, round_)
    groups = session.exec(select(Group).where(Group.round_id == round_.id).order_by(col(Group.number)))
    return [
        _group(programme, group, members[group.id], names, organisations, answers.get(group.id, []))
        for group in groups
        if group.id is not None
    ]


def _group(
    programme: Programme,
    group: Group,
    members: Sequence[GroupMember],
    names: dict[str, str],
    organisations: dict[int, str],
    answers: Sequence[str],
) -> GroupView:
    shown = [
        Member(
            member.person_id,
            names.get(member.person_id) or words.GONE,
            organisations.get(member.organisation_id, ""),
            member.person_id == group.first_mover,
        )
        for member in members
    ]
    pairs = len(members) * (len(members) - 1) // 2
    first = next((member.name.split()[0] for member in shown if member.moves_first and member.name), "")
    return GroupView(
        number=group.number,
        members=shown,
        why=words.with_names(group.why, names),
        first_mover=first,
        is_larger=len(members) > programme.group_size,
        repeats=group.repeats,
        same_organisation=pairs - group.crossing,
        answers=answers,
    )


def _answers(session: Session, round_: Round) -> dict[int, list[str]]:
    rows = session.exec(
        select(CheckIn.group_id, CheckIn.answer)
        .join(Group, col(Group.id) == CheckIn.group_id)
        .where(Group.round_id == round_.id)
    )
    found: dict[int, list[str]] = {}
    for group, answer in rows:
        found.setdefault(group, []).append(ANSWERED[Answer(answer)])
    return found


def _outside(session: Session, round_: Round, programme: Programme, names: dict[str, str]) -> list[Outside]:
    rows = session.exec(
        select(LeftOut, Person, Organisation)
        .join(Person, col(Person.id) == LeftOut.person_id)
        .join(
            Membership,
            (col(Membership.person_id) == Person.id) & (Membership.programme_id == programme.id),
        )
        .join(Organisation, col(Organisation.id) == Membership.organisation_id)
        .where(LeftOut.round_id == round_.id)
        .order_by(Person.name)
    )
    return [
        Outside(
            person.name or words.GONE,
            organisation.short_name or organisation.name,
            words.with_names(row.reason, names),
            row.on_purpose,
        )
        for row, person, organisation in rows
    ]


def _joined_since(session: Session, programme: Programme, now: datetime, names: dict[str, str]) -> list[str]:
    """Who is in by now and was not when the draft was drawn."""
    pot = pots.gather(session, programme, times.today(now))
    draft = rounds.draft(session, programme)
    placed = (
        {row.person_id for rows in rounds.members_of(session, draft).values() for row in rows}
        if draft
        else set()
    )
    told = (
        set(session.exec(select(LeftOut.person_id).where(LeftOut.round_id == draft.id))) if draft else set()
    )
    return [names.get(person, "") for person in pot.people if person not in placed | told]


def _organiser(session: Session, organiser: str) -> str:
    found = session.get(Organiser, organiser)
    return found.email if found else organiser


def delivery(session: Session, round_: Round) -> Delivery:
    counts = outbox.counts(session, round=str(round_.id), kind="introduction")
    total = sum(counts.values()) - counts.get(State.CANCELLED, 0)
    arrived = sum(counts.get(state, 0) for state in ARRIVED)
    waiting = sum(counts.get(state, 0) for state in ON_ITS_WAY)
    return Delivery(total, arrived, waiting, total - arrived - waiting)


def every(session: Session, programme: Programme) -> list[Row]:
    """All rounds of a programme, newest first."""
    groups = _count(session, programme, func.count(func.distinct(Group.id)))
    people = _count(session, programme, func.count(col(GroupMember.person_id)), members=True)
    answered = _check_ins(session, programme)
    met = _check_ins(session, programme, CheckIn.answer == Answer.MET)
    rows = session.exec(
        select(Round).where(Round.programme_id == programme.id).order_by(col(Round.number).desc())
    )
    return [
        Row(
            row,
            groups.get(row.id, 0),
            people.get(row.id, 0),
            answered.get(row.id, 0),
            met.get(row.id, 0),
        )
        for row in rows
    ]


def _count(
    session: Session, programme: Programme, what: Any, *, members: bool = False
) -> dict[int | None, int]:
    query = select(Round.id, what).join(Group, col(Group.round_id) == Round.id)
    if members:
        query = query.join(GroupMember, col(GroupMember.group_id) == Group.id)
    return dict(session.exec(query.where(Round.programme_id == programme.id).group_by(col(Round.id))).all())


def _check_ins(session: Session, programme: Programme, *where: Any) -> dict[int | None, int]:
    query = (
        select(Round.id, func.count())
        .join(Group, col(Group.round_id) == Round.id)
        .join(CheckIn, col(CheckIn.group_id) == Group.id)
        .where(Round.programme_id == programme.id, *where)
        .group_by(col(Round.id))
    )
    return dict(session.exec(query).all())
