"""The clock of a proposal and of a panel: it stands still while the programme, or the outbox, is held."""

from datetime import datetime, timedelta
from typing import Protocol

from sqlmodel import Session

from notifications import outbox
from web.models import Programme


class Timed(Protocol):
    """`ends_at` while it runs; None while it stands still, with `left_seconds` remaining."""

    ends_at: datetime | None
    left_seconds: int


def held_since(session: Session, programme: Programme) -> datetime | None:
    """Since when no message of the programme goes out; None while they do."""
    scopes = (outbox.EVERYTHING, programme.slug)
    since = [hold.since for hold in outbox.held(session) if hold.scope in scopes]
    since += [programme.paused_at] if programme.paused_at else []
    return min(since, default=None)


def run(timed: Timed, time: timedelta, *, held: datetime | None, now: datetime) -> None:
    """Set it to a time that begins now, or once nothing is held any more."""
    timed.left_seconds = round(time.total_seconds())
    timed.ends_at = None if held else now + time


def keep(timed: Timed, *, held: datetime | None, now: datetime) -> None:
    """Stop it where messages are held since before its end, and let it go on where they are not."""
    if held and timed.ends_at and held < timed.ends_at:
        timed.left_seconds, timed.ends_at = round((timed.ends_at - held).total_seconds()), None
    elif not held and timed.ends_at is None:
        timed.ends_at = now + timedelta(seconds=timed.left_seconds)


def left(timed: Timed, now: datetime) -> timedelta:
    """How much of it remains; nothing or less once it is over."""
    return timed.ends_at - now if timed.ends_at else timedelta(seconds=timed.left_seconds)


def remaining(timed: Timed, *, held: datetime | None, now: datetime) -> timedelta:
    """The same where nobody has looked since messages were held, or went out again."""
    return timed.ends_at - held if held and timed.ends_at and held < timed.ends_at else left(timed, now)


def leave_at_least(timed: Timed, least: timedelta, *, held: datetime | None, now: datetime) -> None:
    if remaining(timed, held=held, now=now) < least:
        run(timed, least, held=held, now=now)
