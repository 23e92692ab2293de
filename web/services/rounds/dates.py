"""The days of a round, checked against each other, and moved while it is running.

BadDates            they cannot be; `.mistakes` says what, by day
"""

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from notifications import messages, outbox
from notifications.tables import OutboxMessage
from web.models import Group, Link, Programme, Purpose, Round, RoundState
from web.services.common import audit, links, times
from web.services.rounds import introductions, top_ups
from web.services.rounds.introductions import Window

# Which day comes after which, and what to say where it does not.
ORDER = (
    ("nudge_on", "starts_on", "The nudge comes after the first day"),
    ("cut_off_on", "starts_on", "The last day to say “I can’t make this round” comes after the first day"),
    ("check_in_on", "nudge_on", "We ask whether people met after the nudge"),
    (
        "check_in_on",
        "cut_off_on",
        "We ask whether people met after the last day to say “I can’t make this round”",
    ),
    ("ask_again_on", "check_in_on", "We ask again after we have asked"),
    ("ends_on", "ask_again_on", "The round ends after we have asked again"),
)
OVER = "This day has been, and what belongs to it is done"
LONGEST = timedelta(days=366)
# The settings that give a round its days.
DAYS_OF = {
    "nudge_on": "nudge_days",
    "cut_off_on": "cut_off_days",
    "check_in_on": "check_in_days",
    "ask_again_on": "ask_again_days",
    "ends_on": "window_days",
}


class BadDates(Exception):
    def __init__(self, mistakes: dict[str, str]) -> None:
        super().__init__("; ".join(mistakes.values()))
        self.mistakes = mistakes


def check(window: Window) -> None:
    """Do the days come in an order that makes sense?

    Raises:
        BadDates: they do not.
    """
    days = asdict(window)
    mistakes = {later: said for later, earlier, said in ORDER if days[later] <= days[earlier]}
    if mistakes:
        raise BadDates(mistakes)


def move(
    session: Session, programme: Programme, round_: Round, window: Window, *, by: str, now: datetime
) -> int:
    """Give a round that is running other days. What has not been sent moves with them; what has been is not
    sent again. How many messages moved.

    Raises:
        BadDates: an order that makes no sense, a day that has been, one in the past, or one far away.
    """
    before = Window.of_round(round_)
    check(window)
    if programme.closing_on and window.ends_on > programme.closing_on:
        raise BadDates({"ends_on": "The programme ends before this day"})
    _must_be_to_come(before, _changed(before, window), times.today(now))
    return _give(session, programme, round_, window, by=by, now=now)


def ask_after_break(
    session: Session,
    programme: Programme,
    *,
    since: datetime,
    by: str,
    now: datetime,
    last: date | None = None,
) -> None:
    """What a round was to bring in a break comes after it: what is left of such a round comes as long after
    the break as it would have come after its beginning, on `last` at the latest. In one that was to be over
    by now, and that people have heard of, nobody is looked for any more.
    """
    running = select(Round).where(
        Round.programme_id == programme.id,
        Round.state == RoundState.SENT,
        col(Round.ends_on) >= times.today(since),
    )
    for round_ in session.exec(running.order_by(col(Round.number))).all():
        before = Window.of_round(round_)
        unheard = outbox.waits(session, messages.Introduction, str(round_.id))
        if before.ends_on <= times.today(now) and not unheard:
            top_ups.run_by_itself(session, round_.id, now=now)
        window = _without_break(before, since, now, last or date.max, begins_anew=unheard)
        _give(session, programme, round_, window, by=by, now=now)
        if unheard:
            _suggest_days_to_come(session, round_, window, now)


def _without_break(
    window: Window, since: datetime, now: datetime, last: date, *, begins_anew: bool
) -> Window:
    """As if the days of the break had not been, for what is left of a round: with the last day to drop out
    only where somebody hears of it after the break.
    """
    missed = [moment for moment in (window.check_in_at, window.ask_again_at) if since <= moment < now]
    if not missed and not begins_anew:
        return window
    late = times.today(now) - times.today(since)
    end = min(window.ends_on + late, last)
    again = min(window.ask_again_on + late, end - timedelta(days=1))
    moved = replace(window, ask_again_on=again, ends_on=end)
    if window.check_in_at < since:
        return moved
    check_in = min(window.check_in_on + late, again - timedelta(days=1))
    moved = replace(moved, check_in_on=check_in)
    before_it = check_in - timedelta(days=1)
    if window.nudge_at >= since:
        moved = replace(moved, nudge_on=min(window.nudge_on + late, before_it))
    if begins_anew and window.cut_off_at > since:
        moved = replace(moved, cut_off_on=min(window.cut_off_on + late, before_it))
    return moved


def _suggest_days_to_come(session: Session, round_: Round, window: Window, now: datetime) -> None:
    """Whoever is introduced only now reads of times that have not been."""
    times_of = introductions.times_to_suggest(session, round_, times.today(now), window.ends_on)

    def anew(message: messages.Introduction) -> messages.Introduction:
        return replace(message, slots=times_of.get(int(message.group), ()))

    outbox.rewrite(session, messages.Introduction, anew, round=str(round_.id))


def _give(
    session: Session, programme: Programme, round_: Round, window: Window, *, by: str, now: datetime
) -> int:
    changed = _changed(Window.of_round(round_), window)
    if not changed:
        return 0
    round_.sqlmodel_update(asdict(window))
    session.add(round_)
    _keep_links_open(session, round_, window)
    moved = _move_messages(session, round_, window)
    audit.record(
        session,
        by,
        "dates moved",
        now=now,
        programme=programme.id,
        subject=f"round {round_.number}",
        **{name: day.isoformat() for name, day in changed.items()},
    )
    return moved


def _changed(before: Window, after: Window) -> dict[str, date]:
    old, new = asdict(before), asdict(after)
    return {name: day for name, day in new.items() if day != old[name]}


def _must_be_to_come(before: Window, changed: dict[str, date], today: date) -> None:
    old = asdict(before)
    mistakes = {name: "Choose a day after today" for name, day in changed.items() if day <= today}
    mistakes |= {name: OVER for name in changed if old[name] <= today}
    last = before.starts_on + LONGEST
    far = "Choose a day within a year of the first"
    mistakes |= {name: far for name, day in changed.items() if day > last}
    if mistakes:
        raise BadDates(mistakes)


def _move_messages(session: Session, round_: Round, window: Window) -> int:
    again = col(OutboxMessage.subject).endswith(" again")
    questions = messages.CheckIn
    moved = outbox.move(session, questions, str(round_.id), window.check_in_at, ~again)
    moved += outbox.move(session, questions, str(round_.id), window.ask_again_at, again)

    def nudge(message: messages.Nudge) -> messages.Nudge:
        slots = tuple(slot for slot in message.slots if slot.start > window.nudge_at)
        cannot = message.cannot if window.nudge_at < window.cut_off_at else None
        return replace(message, until=window.ends_on, slots=slots, cannot=cannot)

    def introduction(message: messages.Introduction) -> messages.Introduction:
        return replace(message, until=window.ends_on)

    def gone(message: messages.PartnerGone) -> messages.PartnerGone:
        return replace(message, word_by=times.today(window.top_up_at)) if message.word_by else message

    moved += outbox.rewrite(session, messages.Nudge, nudge, round=str(round_.id), due=window.nudge_at)
    outbox.rewrite(session, messages.Introduction, introduction, round=str(round_.id))
    outbox.rewrite(session, messages.PartnerGone, gone, round=str(round_.id))
    return moved


def _keep_links_open(session: Session, round_: Round, window: Window) -> None:
    """The doors to a conversation and its question stay open as long after it is asked as they would have."""
    groups = select(Group.id).where(Group.round_id == round_.id)
    for purpose in (Purpose.CALENDAR, Purpose.CHECK_IN, Purpose.CONVERSATION):
        doors = update(Link).where(col(Link.purpose) == purpose, col(Link.subject).in_(groups))
        outbox.change(session, doors.values(expires_at=window.ask_again_at + links.LIFE[purpose]))
