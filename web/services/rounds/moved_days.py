"""Days of a rhythm in whose place organisers have set another one: such a day brings no second round."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from notifications.outbox import insert_on
from web.models import Programme, Rhythm, Schedule, Tick
from web.services.rounds import recurrence
from web.services.rounds.recurrence import Occasion

MOVED = "moved"


def note(session: Session, programme: Programme, before: date | None, on: date | None, now: datetime) -> None:
    """The next round was to begin on the day `before`, and begins on another one now. A day to which it
    comes back counts again.
    """
    plan = session.get(Schedule, programme.id)
    if on and (back := session.get(Tick, (programme.id, MOVED, on.isoformat()))):
        session.delete(back)
        session.flush()
    if plan is None or before is None or on is None or before == on:
        return
    planned = _moved_to(session, plan, before) or before
    if not _is_in(plan, planned):
        return
    row = {"programme_id": programme.id, "what": MOVED, "of": planned.isoformat(), "at": now}
    wanted = insert_on(session)(Tick).values(row | {"became": on.isoformat()})
    anew = wanted.on_conflict_do_update(
        index_elements=["programme_id", "what", "of"], set_={"became": on.isoformat(), "at": now}
    )
    session.execute(anew)


def _is_in(plan: Schedule, day: date) -> bool:
    return recurrence.following(plan, day - timedelta(days=1)) == day


def _moved_to(session: Session, plan: Schedule, on: date) -> date | None:
    """The day of the rhythm that was moved to this one."""
    return next((of for of, became in _moved(session, plan).items() if became == on), None)


def follow(session: Session, programme: Programme, agreed: str) -> None:
    """A schedule that is on goes by another rhythm after the round that is next; one that is off stays so.

    Where that round takes place on another day this once, moved by hand or by a holiday, the rhythm stays on
    the weekday that people know.
    """
    plan, on = session.get(Schedule, programme.id), programme.next_round_on
    if plan is None or not agreed or plan.rhythm == agreed:
        return
    if agreed == Rhythm.DATES:
        plan.dates = [on.isoformat()] if on else []
    elif on:
        meant = max(on, _moved_to(session, plan, on) or on)
        plan.first_on = recurrence.planned_by(plan, meant) or on
    plan.rhythm = Rhythm(agreed)
    session.add(plan)


def following(session: Session, plan: Schedule, day: date) -> date | None:
    """As `recurrence.following`, without the days that were moved."""
    moved, on = _moved(session, plan), recurrence.following(plan, day)
    while on and on in moved:
        on = recurrence.following(plan, on)
    return on


def coming(session: Session, plan: Schedule, after: date, count: int) -> list[Occasion]:
    """As `recurrence.coming`, with where days were moved to, and without those that the next round passes."""
    moved, found = _moved(session, plan), list[Occasion]()
    next_on = session.get_one(Programme, plan.programme_id).next_round_on or after
    # A year of a weekly rhythm: nobody puts a round off for longer.
    for one in recurrence.coming(plan, after, count + 52):
        if one.on in moved:
            found.append(replace(one, on=moved[one.on]))
        elif one.on is None or one.on >= next_on:
            found.append(one)
    return found[:count]


def _moved(session: Session, plan: Schedule) -> dict[date, date]:
    rows = select(Tick).where(Tick.programme_id == plan.programme_id, Tick.what == MOVED)
    return {tick.day: date.fromisoformat(tick.became) for tick in session.exec(rows)}
