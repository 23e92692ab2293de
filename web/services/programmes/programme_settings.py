"""What organisers may change about their programme. Every change is checked, and written into the audit.

`programmes.BadSettings` says what cannot be, by field.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time

from sqlmodel import Session, col, select

from notifications import addresses, messages, outbox
from notifications.tables import OutboxMessage, State
from web.models import How, Membership, Programme, Proposal, ProposalState, Region, Rhythm, Schedule, Subject
from web.services.agreements import (
    agreements,
    asking,
    clock,
    deciding,
    lookup,
    objections,
    panels,
    reviews,
    rule_objections,
)
from web.services.agreements.agreements import ChangeWanted
from web.services.common import agreed_settings, audit, programmes, times
from web.services.common.agreed_settings import RHYTHM
from web.services.common.programmes import BadSettings
from web.services.imports import inviting
from web.services.rounds import dates, moved_days, recurrence, schedule

PAUSED = "the programme is paused"


@dataclass(frozen=True)
class About:
    """What everyone sees. `hashtag` without its #; `video_template` holds "{room}", or nothing; without a
    `join_word` people text the slug.
    """

    name: str
    about: str
    contact: str
    hashtag: str
    video_template: str
    join_word: str


@dataclass(frozen=True)
class SchedulePlan:
    """A schedule as an organiser describes it. `first_on` belongs to a rhythm, `on` to given dates."""

    rhythm: Rhythm
    first_on: date | None
    on: Sequence[date]
    at: time
    region: Region
    days_off: Sequence[tuple[date, date]]
    automatic: bool


def describe(session: Session, programme: Programme, about: About, *, by: str, now: datetime) -> None:
    """Change what everyone sees.

    Raises:
        BadSettings: people join another programme by that word.
    """
    other = programmes.by_join_word(session, about.join_word or programme.slug)
    if other and other.id != programme.id:
        raise BadSettings("join_word", "Another programme is joined by this word: choose another")
    told = asdict(about) | {"contact": addresses.email(about.contact)}
    if all(getattr(programme, name) == value for name, value in told.items()):
        return
    programme.sqlmodel_update(told)
    _changed(session, programme, "programme described", by, now)


def set_consent_days(session: Session, programme: Programme, days: int, *, by: str, now: datetime) -> None:
    """How long people can object to proposals from now on: one that is open keeps its time."""
    if programme.consent_days != days:
        programme.consent_days = days
        _changed(session, programme, "time to object set", by, now, days=days)


def move_next_round(
    session: Session, programme: Programme, on: date | None, *, by: str, now: datetime
) -> bool:
    """Set, move or take back the day of the next round. Whether people had been told of another day.

    Raises:
        BadSettings: not a day to come, one far away, or one that the schedule's calendar keeps free.
        programmes.Ends: its end has been announced.
    """
    programmes.must_go_on(programme)
    if on and on <= times.today(now):
        raise BadSettings("on", "Choose a day after today")
    if on and on > times.today(now) + recurrence.HORIZON:
        raise BadSettings("on", "Choose a day within three years")
    if on and (free := _kept_free(session.get(Schedule, programme.id), on)):
        raise BadSettings("on", free)
    moved_days.note(session, programme, programme.next_round_on, on, now)
    is_another, programme.next_round_on = programme.next_round_on != on, on
    if is_another:
        _changed(session, programme, "next round set", by, now, on=on.isoformat() if on else "")
    return schedule.moved(session, programme, now=now)


def _kept_free(plan: Schedule | None, on: date) -> str:
    """Why no round begins on a day; empty where one may."""
    holidays = times.bank_holidays(plan.region if plan else Region.ENGLAND_AND_WALES)
    if on in holidays:
        return f"{on.day} {on:%B} is a bank holiday. Choose another day"
    if plan and recurrence.is_off(plan, on):
        return f"{on.day} {on:%B} is one of your days off. Choose another day"
    return ""


def switch_on(
    session: Session,
    programme: Programme,
    plan: SchedulePlan,
    *,
    by: str,
    now: datetime,
    in_the_name_of: str = "",
) -> date:
    """Let rounds begin by themselves, from now on as an act of `in_the_name_of`, or of `by`. The first day:
    while the rhythm or the dates are what they were, the one that is set, as people may have been told.

    Raises:
        BadSettings: no day of it is still to come, a rhythm begins on one that has been, or another rhythm is
            agreed and people are asked first.
        programmes.Ends: its end has been announced.
    """
    programmes.must_go_on(programme)
    _must_be_agreed(session, programme, plan.rhythm)
    whose = in_the_name_of or by
    before = session.get(Schedule, programme.id)
    is_kept = before is not None and before.first_on == plan.first_on
    if plan.first_on and plan.first_on <= times.today(now) and not is_kept:
        raise BadSettings("first_on", "Choose a first day after today")
    stays = _still_to_come(programme, before, plan, now) if before else None
    kept = before or Schedule(programme_id=programme.id, rhythm=plan.rhythm, enabled_by=whose, enabled_at=now)
    kept.rhythm, kept.first_on, kept.at, kept.region = plan.rhythm, plan.first_on, plan.at, plan.region
    kept.dates = [day.isoformat() for day in plan.on]
    kept.days_off = _as_kept(plan.days_off)
    kept.automatic, kept.enabled_by, kept.enabled_at = plan.automatic, whose, now
    if stays and not recurrence.is_off(kept, stays):
        following: date | None = stays
    else:
        following = recurrence.following(kept, times.today(now))
    if following is None:
        field = "on" if plan.rhythm is Rhythm.DATES else "first_on"
        raise BadSettings(field, "No day of this is still to come")
    session.add(kept)
    session.flush()
    moved_days.note(session, programme, None, following, now)
    programme.next_round_on = following
    _agree_on_rhythm(session, programme, plan.rhythm, by, now)
    facts = {"rhythm": plan.rhythm.value, "automatic": plan.automatic, "on": following.isoformat()}
    _changed(session, programme, "schedule switched on", by, now, **facts)
    schedule.moved(session, programme, now=now)
    return following


def _still_to_come(programme: Programme, kept: Schedule, plan: SchedulePlan, now: datetime) -> date | None:
    """The day of the next round, not begun yet, where the plan has the rhythm and dates that are kept."""
    on, dates = programme.next_round_on, [day.isoformat() for day in plan.on]
    is_same = (kept.rhythm, kept.first_on, kept.dates) == (plan.rhythm, plan.first_on, dates)
    return on if on and is_same and now < times.london(on, kept.at) else None


def _must_be_agreed(session: Session, programme: Programme, rhythm: Rhythm) -> None:
    """Raises BadSettings: another is agreed, and people are asked before it changes."""
    agreed = agreed_settings.rhythm(session, programme)
    if agreed not in ("", rhythm) and not agreements.changes_at_once(session, programme):
        raise BadSettings(
            "rhythm", "How often rounds begin is agreed. Propose another rhythm under “Days of a round”"
        )


def _agree_on_rhythm(session: Session, programme: Programme, rhythm: Rhythm, by: str, now: datetime) -> None:
    """How often rounds begin is part of "our days"; a first rhythm, or a change in a small programme, is a
    version of it at once.
    """
    agreed = agreed_settings.of(session, programme, Subject.DAYS)
    if agreed[RHYTHM] == rhythm:
        return
    wanted = ChangeWanted(Subject.DAYS, "", agreed | {RHYTHM: rhythm.value})
    agreements.put_in_force(session, programme, wanted, How.AT_ONCE, by=by, now=now)


def set_days_off(
    session: Session, programme: Programme, days_off: Sequence[tuple[date, date]], *, by: str, now: datetime
) -> date | None:
    """Change only the days without a round of a schedule that is on. The next round keeps its day unless that
    is off now; gives it back.

    Raises:
        BadSettings: there is no schedule, or no day of it is left.
        programmes.Ends: its end has been announced.
    """
    programmes.must_go_on(programme)
    kept = session.get(Schedule, programme.id)
    if kept is None:
        raise BadSettings("days_off", "There is no schedule: switch one on first")
    kept.days_off = _as_kept(days_off)
    session.add(kept)
    if programme.next_round_on and recurrence.is_off(kept, programme.next_round_on):
        programme.next_round_on = recurrence.following(kept, times.today(now))
        if programme.next_round_on is None:
            raise BadSettings("days_off", "No day of the schedule is left")
        moved_days.note(session, programme, None, programme.next_round_on, now)
        schedule.moved(session, programme, now=now)
    _changed(session, programme, "days off set", by, now, stretches=len(days_off))
    return programme.next_round_on


def _as_kept(days_off: Sequence[tuple[date, date]]) -> list[list[str]]:
    return [[first.isoformat(), last.isoformat()] for first, last in days_off]


def switch_off(session: Session, programme: Programme, *, by: str, now: datetime) -> None:
    """Back to rounds by hand. The day that is set stays: people may have been told."""
    if kept := session.get(Schedule, programme.id):
        session.delete(kept)
        _changed(session, programme, "schedule switched off", by, now)


def pause(session: Session, programme: Programme, *, by: str, now: datetime) -> None:
    """Nothing begins by itself and no message of a round goes out until `go_on`."""
    programmes.must_go_on(programme)
    if programme.paused_at:
        return
    programme.paused_at = now
    outbox.hold(session, programme=programme.slug, reason=PAUSED, now=now)
    _changed(session, programme, "programme paused", by, now)


def go_on(session: Session, programme: Programme, *, by: str, now: datetime) -> int:
    """End a pause. A round whose moment passed meanwhile is not made up for. How many messages go out now."""
    if not programme.paused_at:
        return 0
    since, programme.paused_at = programme.paused_at, None
    kept = session.get(Schedule, programme.id)
    if programme.next_round_on and _has_gone_by(session, programme, programme.next_round_on, kept, now):
        programme.next_round_on = recurrence.following(kept, times.today(now)) if kept else None
        moved_days.note(session, programme, None, programme.next_round_on, now)
    _changed(session, programme, "programme goes on", by, now)
    _speak_of_days_to_come(session, programme, now)
    _say_to_nobody_who_is_back(session, programme)
    _ask_until_days_to_come(session, programme, since, now)
    inviting.date_anew(session, programme, now=now)
    dates.ask_after_break(session, programme, since=since, by=by, now=now)
    return outbox.release(session, programme=programme.slug, now=now)


def release_everything(session: Session, *, now: datetime) -> int:
    """End a hold of all messages, as after a restore. How many go out now.

    Whoever is asked about a rule reads of the days as they are by now; of a programme in a break, after it.
    """
    ids = session.exec(select(Programme.id).order_by(col(Programme.id))).all()
    for programme in [programmes.held(session, id_) for id_ in ids]:  # a worker sweeps meanwhile
        since = clock.held_since(session, programme)
        if since and not programme.paused_at:
            _ask_until_days_to_come(session, programme, since, now)
    return outbox.release(session, now=now)


def _speak_of_days_to_come(session: Session, programme: Programme, now: datetime) -> None:
    """Whoever joined in the break, was left without a partner before it, or is yet to read what others have
    learned, reads of the days as they are after it.
    """
    next_round = programmes.next_round_on(programme, times.today(now))
    top_up_on = programmes.top_up_on(session, programme, times.today(now))

    def welcome(message: messages.Welcome) -> messages.Welcome:
        return replace(message, next_round=next_round, top_up_on=top_up_on)

    def not_this_time(message: messages.NotThisTime) -> messages.NotThisTime:
        return replace(message, next_round=next_round)

    def partner_gone(message: messages.PartnerGone) -> messages.PartnerGone:
        return replace(message, next_round=next_round)

    def digest(message: messages.Digest) -> messages.Digest:
        return replace(message, next_round=next_round)

    outbox.rewrite(session, messages.Welcome, welcome, programme=programme.slug)
    outbox.rewrite(session, messages.NotThisTime, not_this_time, programme=programme.slug)
    outbox.rewrite(session, messages.PartnerGone, partner_gone, programme=programme.slug)
    outbox.rewrite(session, messages.Digest, digest, programme=programme.slug)


def _say_to_nobody_who_is_back(session: Session, programme: Programme) -> None:
    """Whoever was paused for silence just before the break, and came back in it, is not told any more."""
    kind, slug = messages.Paused.kind, programme.slug
    told = select(OutboxMessage.person).where(
        OutboxMessage.kind == kind, OutboxMessage.programme == slug, OutboxMessage.state == State.HELD
    )
    back = select(Membership.person_id).where(
        Membership.programme_id == programme.id,
        col(Membership.silent_since).is_(None),
        col(Membership.person_id).in_(told),
    )
    for person in session.exec(back).all():
        outbox.cancel(session, kind=kind, person=person, programme=slug)


def _ask_until_days_to_come(session: Session, programme: Programme, since: datetime, now: datetime) -> None:
    """Whoever is asked about a rule, or to judge an objection, reads of the days as they are by now."""
    for proposal in lookup.live(session, programme):
        if proposal.state is ProposalState.OPEN:
            asking.date_anew(session, programme, proposal, since=since, now=now)
            objections.wait_on(session, proposal, since=since, now=now)
        panels.date_anew(session, programme, proposal, since=since, now=now)
    for judged in rule_objections.judged(session, programme):
        objection = session.get_one(Proposal, judged)
        panels.date_anew(session, programme, objection, since=since, now=now)
    deciding.stay_while_held(session, programme, since=since, now=now)
    reviews.date_anew(session, programme, since=since, now=now)


def _has_gone_by(
    session: Session, programme: Programme, on: date, plan: Schedule | None, now: datetime
) -> bool:
    """Is it too late for the round of a day? On the day itself it is for one by schedule whose time has come,
    or of which people had no heads-up; by hand it can be sent until the day is over.
    """
    if plan is None or on != times.today(now):
        return on < times.today(now)
    is_told = schedule.told_of(session, programme, now) == on or not programme.heads_up_days
    return now >= times.london(on, plan.at) or not is_told


def _changed(
    session: Session, programme: Programme, action: str, by: str, now: datetime, **facts: int | str | bool
) -> None:
    session.add(programme)
    audit.record(session, by, action, now=now, programme=programme.id, subject=programme.slug, **facts)
