"""The two nights on which clocks change: a schedule for every half hour of them, and two who look at it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from tests.faults import checker
from tests.faults.trial import Outcome, Trial
from tests.faults.worlds import world_of
from tests.support.world import BY, World
from web.models import Programme, Rhythm, Role, Schedule
from web.services.common import programmes, times
from web.services.organisers import accounts
from web.services.rounds import schedule

OWNER = "owner@councils.example"
NIGHTS = (date(2026, 10, 25), date(2027, 3, 28))  # back, and forward
HALF_HOURS = [time(minutes // 60, minutes % 60) for minutes in range(0, 24 * 60, 30)]
LONDON = ZoneInfo("Europe/London")
LOOK_EVERY = timedelta(minutes=15)
LATEST = timedelta(minutes=30)  # a time that the clock leaps over may come that much after the leap
DONE = (
    "SELECT programme_id, at FROM auditentry WHERE action IN ('round began by itself', 'round did not begin')"
)


def fault(trial: Trial) -> Outcome:
    with world_of(trial) as world, _mistake(trial.mutant):
        planned = {key: moment for night in NIGHTS for key, moment in _plan(world, night).items()}
        for night in NIGHTS:
            _live_through(world, night)
        rows = checker.ask(trial.url, DONE)
    fired = Counter(programme for programme, _ in rows)
    late = [_utc(at) - planned[programme] for programme, at in rows]
    once = sum(fired[programme] == 1 for programme in planned)
    first, last = min(late, default=timedelta()), max(late, default=timedelta())
    return Outcome(
        f"{len(planned)} schedules: {once} fired once, {len(planned.keys() - fired.keys())} never, "
        f"{sum(many > 1 for many in fired.values())} more than once; none early: {first >= timedelta()}, "
        f"the latest by {last}",
        f"{len(planned)} fire once, none early, none more than {LATEST} late",
        once == len(planned) == len(rows) and timedelta() <= first <= last <= LATEST,
    )


def _plan(world: World, night: date) -> dict[int, datetime]:
    """A programme for each half hour of a day, and the moment at which the wall's clock has come to it."""
    world.clock.now = datetime.combine(night - timedelta(days=20), time(9), UTC)
    moments = {}
    with world.write() as session:
        for half_hour in HALF_HOURS:
            slug = f"at-{night:%m}-{half_hour:%H-%M}"
            made = programmes.add(session, slug, slug, contact=OWNER, now=world.now, by=BY,
                                  next_round_on=night, heads_up_days=0)  # fmt: skip
            owner = accounts.add(session, made, OWNER, Role.OWNER, by=BY, now=world.now).id
            kept = Schedule(programme_id=made.id, rhythm=Rhythm.DATES, dates=[night.isoformat()])  # type: ignore[call-arg]
            kept.sqlmodel_update({"at": half_hour, "enabled_by": owner, "enabled_at": world.now})
            session.add(kept)
            moments[made.id] = _first_minute(night, half_hour)
    return moments


def _first_minute(night: date, at: time) -> datetime:
    moment = datetime.combine(night, time(), UTC) - timedelta(hours=2)
    while moment.astimezone(LONDON).replace(tzinfo=None) < datetime.combine(night, at):
        moment += timedelta(minutes=1)
    return moment


def _live_through(world: World, night: date) -> None:
    """From the evening before to the morning after. Two workers see what is due before either acts."""
    moment = datetime.combine(night, time(), UTC) - timedelta(hours=2)
    while moment < datetime.combine(night, time(), UTC) + timedelta(hours=26):
        with world.read() as session:
            due = schedule.due(session, now=moment)
            seen = [schedule.prepare(session, one, seed=1, now=moment) for one in due for _worker in range(2)]
        for ready in seen:
            if ready:
                with world.write() as session:
                    schedule.fire(session, ready, now=moment)
        moment += LOOK_EVERY


def _utc(at: datetime | str) -> datetime:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def _mistake(mutant: str) -> Iterator[None]:
    honest = schedule.due
    if mutant == "by the clock on the wall":
        schedule.due = _like_cron
    try:
        yield
    finally:
        schedule.due = honest


def _like_cron(session, *, now: datetime) -> list[int]:  # type: ignore[no-untyped-def]
    """What is due is what the clock on the wall shows."""
    wall = now.astimezone(times.LONDON)
    rows = select(Programme.id).join(Schedule, col(Schedule.programme_id) == Programme.id)
    return list(session.exec(rows.where(Programme.next_round_on == wall.date(), Schedule.at == wall.time())))
