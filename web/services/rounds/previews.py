"""A round as an organiser sees it: its groups with reasons, its totals beside the best possible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from notifications import titles
from notifications.tables import State
from web.models import (
    TAKING_PART,
    Answer,
    CheckIn,
    Group,
    GroupMember,
    LeftOut,
    Membership,
    Organisation,
    Person,
    Programme,
    Round,
    RoundState,
    Standing,
)
from web.models.folding import looked_for
from web.models.rounds import TopUp
from web.services.common import phrases, times
from web.services.evidence import thinning
from web.services.organisations import doubts
from web.services.organisations.doubts import Doubt
from web.services.rounds import delivery_problems, draw_records, editing, pots, round_list, rounds, top_ups
from web.services.rounds.delivery_problems import Troubled
from web.services.rounds.introductions import Window
from web.services.rounds.round_list import Row

ON_ITS_WAY = (State.QUEUED, State.CLAIMED, State.SENDING, State.HELD)
# An organiser sees what became of a group, not who said what.
ANSWERED = {
    Answer.MET: "met",
    Answer.BOOKED: "have agreed a time",
    Answer.NOT_YET: "not yet",
    Answer.COULD_NOT: "could not make it",
    Answer.NO_REPLY: "no reply",
}
GROUPS_ON_A_PAGE = 100
MOST_FOUND = 200
# Up to so many people a draft's page looks by itself who has come or gone since; sending always does.
MOST_LOOKED_AT = 5_000
CROSSES = (" crosses organisations.", " cross organisations.")  # of `matcher.explain`
ARRIVED = (State.ACCEPTED, State.DELIVERED)


@dataclass(frozen=True)
class MemberShown:
    person: str
    name: str
    organisation: str
    moves_first: bool
    withdrew: bool = False


@dataclass(frozen=True)
class GroupView:
    """`top_up` is the number of the top-up that made it, or 0; `called_off`: fewer than two are left."""

    number: int
    members: Sequence[MemberShown]
    why: str
    first_mover: str
    is_larger: bool
    locked: bool
    repeats: int
    same_organisation: int
    answers: Sequence[str]
    top_up: int
    called_off: bool


@dataclass(frozen=True)
class Outside:
    """Somebody not in the round: `on_purpose` if they or an organiser said so. `may_come`: if put in."""

    person: str
    name: str
    organisation: str
    reason: str
    on_purpose: bool
    may_come: bool


@dataclass(frozen=True)
class Change:
    """What somebody did to a draft."""

    what: str
    by: str
    at: datetime


@dataclass(frozen=True)
class SinceThen:
    """What has changed since the draft was made: who is out or in by now, who must not meet; `rules` is the
    version of "how we match" in force, if it is another.
    """

    gone: Sequence[tuple[str, str]] = ()
    joined: Sequence[tuple[str, str]] = ()
    forbidden: Sequence[str] = ()
    rules: int | None = None

    @property
    def may_be_sent(self) -> bool:
        return not (self.gone or self.forbidden or self.rules)


@dataclass(frozen=True)
class Delivery:
    """How far the introductions are: counts of messages. `troubled` need a look.

    Of those a provider `sent`, some are known to have been `delivered`; not every provider tells. `cancelled`
    ones are not in the `total`: somebody in the group dropped out before they had gone.
    """

    total: int
    sent: int
    delivered: int
    waiting: int
    troubled: int
    cancelled: int


@dataclass(frozen=True)
class TopUpDone:
    """A top-up that took place, and what it takes to draw it again."""

    top_up: TopUp
    groups: int
    by: str


@dataclass(frozen=True)
class Preview:
    """A round; of its groups only one page, or those that hold somebody who was looked for. `now` is what
    came of it, as lists have it; its `figures` are those of the draw.
    """

    round: Round
    groups: Sequence[GroupView]
    page: int
    pages: int
    people: int
    now: Row
    locked: int
    outside: Sequence[Outside]
    reasons: Sequence[str]
    since: SinceThen
    changes: Sequence[Change]
    drawn_by: str
    delivery: Delivery | None
    troubled: Sequence[Troubled]
    top_ups: Sequence[TopUpDone] = ()
    has_record: bool = False

    @property
    def is_draft(self) -> bool:
        return self.round.state is RoundState.DRAFT

    @property
    def figures(self) -> dict[str, Any]:
        return self.round.figures

    @property
    def best(self) -> dict[str, Any]:
        """What the best possible round of these people would be: this one, if nobody changed anything."""
        return self.round.best or self.round.figures

    @property
    def is_as_drawn(self) -> bool:
        """Has nobody dropped out or been matched since?"""
        drawn = self.figures.get("people", 0) - self.figures.get("unplaced", 0)
        return (self.now.groups, self.now.people) == (self.figures.get("groups"), drawn)

    @property
    def is_best(self) -> bool:
        """Is it what the draw alone would have made? Not where something was locked or changed by hand."""
        return not (self.round.edits or self.locked)

    @property
    def left_out(self) -> Sequence[Outside]:
        return [one for one in self.outside if not one.on_purpose]

    @property
    def has_more_outside(self) -> bool:
        """Are there more who are not in it than a page lists?"""
        return len(self.outside) == MOST_FOUND

    @property
    def verdict(self) -> str:
        """How far a draft that was changed by hand is from the best possible one."""
        return how_far(self.figures, self.best)


def how_far(ours: dict[str, Any], best: dict[str, Any]) -> str:
    """In a sentence, by the referee's count."""
    possible = "best possible round" if best.get("every_mix", True) else "best round of such sizes"
    proven = possible if best["optimal"] else "best round found"
    repeats, crossing = ours["repeats"] - best["repeats"], best["cross"] - ours["cross"]
    mixed = (best.get("mixed") or 0) - (ours.get("mixed") or 0)
    alone = ours["unplaced"] - best["unplaced"]
    worse = [
        f"{phrases.counted(repeats, 'more pair has', 'more pairs have')} met before" if repeats > 0 else "",
        f"{phrases.counted(crossing, 'fewer pair crosses', 'fewer pairs cross')} organisations"
        if crossing > 0
        else "",
        f"{phrases.counted(mixed, 'fewer pair differs', 'fewer pairs differ')} in what else is mixed by"
        if mixed > 0
        else "",
        f"{phrases.counted(alone, 'more person is', 'more people are')} without a group" if alone > 0 else "",
    ]
    said = phrases.listing([each for each in worse if each])
    if said:
        return f"{said} than in the {proven}."
    if best["optimal"] and not ours.get("optimal", True):
        return (
            f"It is as good as the {proven} in repeats and crossing; in what counts after them it may not be."
        )
    return f"It is as good as the {proven}."


@dataclass(frozen=True)
class TopUpView:
    """What a top-up would do, by names. `final`: who finds nobody is told so at once."""

    groups: Sequence[Sequence[str]]
    joins: Sequence[tuple[str, Sequence[str]]]
    nobody: Sequence[str]
    introductions: int
    final: bool


def of_round(
    session: Session, programme: Programme, number: int, *, now: datetime, page: int = 1, wanted: str = ""
) -> Preview:
    """Everything about one round; of its groups a page, or those with somebody whose name holds `wanted`.

    Raises:
        rounds.NoDraft: there is no such round.
    """
    round_ = rounds.by_number(session, programme, number)
    names, organisations = _names(session, round_)
    draft = round_.state is RoundState.DRAFT
    groups, people, locked = session.exec(
        select(
            func.count(func.distinct(Group.id)),
            func.count(col(GroupMember.person_id)),
            func.count(func.distinct(Group.id)).filter(col(Group.locked)),
        )
        .join(GroupMember, col(GroupMember.group_id) == Group.id)
        .where(Group.round_id == round_.id)
    ).one()
    return Preview(
        round=round_,
        groups=_groups(session, programme, round_, names, organisations, page, wanted),
        page=page,
        pages=1 if wanted else -(-groups // GROUPS_ON_A_PAGE),
        people=people,
        now=round_list.of_round(session, round_),
        locked=locked,
        outside=_outside(session, round_, programme, names),
        reasons=_with_doubts(
            [phrases.with_names(reason, names) for reason in round_.reasons],
            _doubts(session, programme, round_) if draft else (),
        ),
        since=_since(session, programme, round_, now, names) if draft else SinceThen(),
        changes=[
            Change(phrases.with_names(each.what, names), rounds.name_of(session, each.by), each.at)
            for each in (rounds.changes(session, round_) if draft else ())
        ],
        drawn_by=rounds.name_of(session, round_.drawn_by),
        delivery=None if draft else delivery(session, round_),
        troubled=() if draft else delivery_problems.of_round(session, round_),
        top_ups=() if draft else _top_ups(session, round_),
        has_record=not draft and draw_records.can_be_redone(session, round_),
    )


def _doubts(session: Session, programme: Programme, round_: Round) -> list[Doubt]:
    """Organisations that may be one, of which people stand in one group: they cross only if they are two."""
    doubtful = {doubt.both: doubt for doubt in doubts.of_programme(session, programme.id)}
    if not doubtful:
        return []
    one, other = aliased(GroupMember), aliased(GroupMember)
    pairs = session.execute(
        select(one.organisation_id, other.organisation_id)
        .join(other, col(one.group_id) == col(other.group_id))
        .join(Group, col(Group.id) == one.group_id)
        .where(
            Group.round_id == round_.id,
            one.organisation_id < other.organisation_id,
            col(one.organisation_id).in_(set().union(*doubtful)),
        )
        .distinct()
    )
    together = {frozenset(pair) for pair in pairs}
    return [doubt for both, doubt in doubtful.items() if both in together]


def _with_doubts(reasons: Sequence[str], doubtful: Sequence[Doubt]) -> list[str]:
    """What is said of crossing holds only if organisations that may be one are two."""
    unless = phrases.listing([f"{doubt.other.name} and {doubt.kept.name} are one" for doubt in doubtful[:3]])
    return [
        f"{reason.removesuffix('.')}, unless {unless}." if unless and reason.endswith(CROSSES) else reason
        for reason in reasons
    ]


def _top_ups(session: Session, round_: Round) -> list[TopUpDone]:
    rows = session.exec(select(TopUp).where(TopUp.round_id == round_.id).order_by(col(TopUp.number)))
    groups = dict(
        session.exec(
            select(Group.top_up, func.count()).where(Group.round_id == round_.id).group_by(col(Group.top_up))
        ).all()
    )
    return [TopUpDone(row, groups.get(row.number, 0), rounds.name_of(session, row.by)) for row in rows]


def of_top_up(session: Session, plan: top_ups.TopUpPlan, *, now: datetime) -> TopUpView:
    names, organisations = _names(session, plan.round)

    def said(person: str) -> str:
        organisation = organisations[plan.pot.members[person].organisation_id]
        return f"{name}, {organisation}" if (name := names.get(person)) else phrases.GONE

    members = rounds.members_of(session, plan.round)
    joins = [
        (said(person), [said(row.person_id) for row in members[group] if not row.withdrew_at])
        for group, person in plan.joins
    ]
    return TopUpView(
        groups=[[said(person) for person in group] for group in plan.groups],
        joins=joins,
        nobody=[said(person) for person in plan.nobody],
        introductions=sum(len(group) for group in plan.groups) + sum(1 + len(pair) for _, pair in joins),
        final=now >= Window.of_round(plan.round).cut_off_at,
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
    page: int,
    wanted: str,
) -> list[GroupView]:
    query = select(Group).where(Group.round_id == round_.id).order_by(col(Group.number))
    if wanted:
        part = looked_for(wanted)
        found = [person for person, name in names.items() if part in looked_for(name)]
        with_them = select(GroupMember.group_id).where(col(GroupMember.person_id).in_(found[:MOST_FOUND]))
        query = query.where(col(Group.id).in_(with_them))
    else:
        query = query.offset((page - 1) * GROUPS_ON_A_PAGE)
    groups = session.exec(query.limit(GROUPS_ON_A_PAGE)).all()
    keys = [group.id for group in groups]
    members = rounds.members_of(session, round_, keys)
    answers = _answers(session, keys)
    return [
        _group(programme, group, members[group.id], names, organisations, answers.get(group.id, []))
        for group in groups
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
        MemberShown(
            member.person_id,
            names.get(member.person_id) or phrases.GONE,
            # Where somebody was from who has been erased can be their name in other words.
            organisations.get(member.organisation_id, "") if names.get(member.person_id) else "",
            member.person_id == group.first_mover,
            member.withdrew_at is not None,
        )
        for member in members
    ]
    there = sum(not member.withdrew for member in shown)
    pairs = there * (there - 1) // 2
    first = next((titles.without(member.name) for member in shown if member.moves_first and member.name), "")
    return GroupView(
        number=group.number,
        members=shown,
        why=phrases.with_names(group.why, names),
        first_mover=first,
        is_larger=there > programme.group_size,
        locked=group.locked,
        repeats=group.repeats,
        same_organisation=0 if group.called_off_at else pairs - group.crossing,
        answers=answers,
        top_up=group.top_up,
        called_off=group.called_off_at is not None,
    )


def _answers(session: Session, groups: Sequence[int]) -> dict[int, list[str]]:
    rows = session.exec(select(CheckIn.group_id, CheckIn.answer).where(col(CheckIn.group_id).in_(groups)))
    found: dict[int, list[str]] = {}
    for group, answer in rows:
        found.setdefault(group, []).append(ANSWERED[Answer(answer)])
    return found


def _outside(session: Session, round_: Round, programme: Programme, names: dict[str, str]) -> list[Outside]:
    rows = session.exec(
        select(LeftOut, Person, Organisation, Membership.standing)
        .join(Person, col(Person.id) == LeftOut.person_id)
        .join(
            Membership,
            (col(Membership.person_id) == Person.id) & (Membership.programme_id == programme.id),
        )
        .join(Organisation, col(Organisation.id) == Membership.organisation_id)
        .where(LeftOut.round_id == round_.id)
        .order_by(col(LeftOut.on_purpose), Person.name)
        .limit(MOST_FOUND)
    )
    return [
        Outside(
            person.id,
            person.name or phrases.GONE,
            (organisation.short_name or organisation.name) if person.name else "",
            phrases.with_names(row.reason, names),
            row.on_purpose,
            row.on_purpose and Standing(standing) in TAKING_PART and not person.unreachable,
        )
        for row, person, organisation, standing in rows
    ]


def _since(
    session: Session, programme: Programme, round_: Round, now: datetime, names: dict[str, str]
) -> SinceThen:
    pairs = editing.forbidden_pairs(session, programme, round_)
    forbidden = [f"{names.get(a, phrases.GONE)} and {names.get(b, phrases.GONE)}" for a, b in pairs]
    in_force = pots.rules_in_force(session, programme.id)
    rules = in_force if in_force != round_.matching_version else None
    if round_.figures.get("people", 0) > MOST_LOOKED_AT:
        return SinceThen(forbidden=forbidden, rules=rules)  # sending looks at all of them anyway
    people = pots.who_is_in(session, programme, times.today(now)).people
    in_groups = select(GroupMember.person_id).join(Group, col(Group.id) == GroupMember.group_id)
    placed = set(session.exec(in_groups.where(Group.round_id == round_.id)))
    # Whoever skipped, was paused or had not said yes when it was drawn, and is in by now, has come back.
    nobody_free = select(LeftOut.person_id).where(
        LeftOut.round_id == round_.id, col(LeftOut.on_purpose).is_(False)
    )
    known = placed.union(session.exec(nobody_free))
    return SinceThen(
        gone=[(person, names.get(person) or phrases.GONE) for person in sorted(placed - set(people))],
        joined=[(person, names.get(person, "")) for person in people if person not in known],
        forbidden=forbidden,
        rules=rules,
    )


def delivery(session: Session, round_: Round) -> Delivery:
    counts = thinning.introductions(session, round_)
    cancelled = counts.get(State.CANCELLED, 0)
    total = sum(counts.values()) - cancelled
    sent = sum(counts.get(state, 0) for state in ARRIVED)
    waiting = sum(counts.get(state, 0) for state in ON_ITS_WAY)
    return Delivery(total, sent, counts.get(State.DELIVERED, 0), waiting, total - sent - waiting, cancelled)
