"""What the operator must hear of: a provider or place that refuses us, texts used up, messages that fail or
wait too long, a complaint that is due, a backup that was not made, holidays that end.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

from sqlmodel import Session

from notifications import destinations, messages, outbox, pace, progress, words
from notifications.messages import Channel
from web.services.background import last_backup
from web.services.common import phrases, times
from web.services.people import complaints

TOO_LONG = timedelta(minutes=30)
AN_HOUR = timedelta(hours=1)
FEW = 20  # messages in an hour, of which a share would say nothing
SHARE = 0.05
OPERATOR = "operator"
UNPROVEN = (
    "Codes and answers to strangers have used half of the daily cap of {cap} segments; confirmed people keep "
    "the other half. Many join at once? Then raise SMS_DAILY_CAP. Or somebody plays with numbers."
)


class Chosen(Protocol):
    """What the operator has chosen: who carries emails and texts, and how many texts a day at the most."""

    @property
    def email_provider(self) -> str: ...
    @property
    def sms_provider(self) -> str: ...
    @property
    def sms_daily_cap(self) -> int: ...


def look(session: Session, address: str, chosen: Chosen, *, now: datetime) -> int:
    """Write to the alert address about everything that is new; returns how many messages.

    Each matter is written about once, or once a day while it lasts. The mail goes by the provider that may be
    in trouble itself: it then arrives when that is mended, and `/health/ready` says it at once.
    """
    to = messages.Recipient(OPERATOR, "", Channel.EMAIL, email=address)
    found = list(matters(session, chosen, now=now))
    return sum(
        outbox.queue(session, messages.Alert(headline, detail), to, subject=subject, now=now) is not None
        for subject, headline, detail in found
    )


Matter = tuple[str, str, str]  # what it is called, once a matter or a day; a headline; a few sentences


def matters(session: Session, chosen: Chosen, *, now: datetime) -> Iterator[Matter]:
    """What an operator should hear of, as it is now."""
    yield from _providers(session, now)
    yield from _places(session)
    yield from _failures(session, {chosen.email_provider, chosen.sms_provider}, now)
    if not pace.trouble(session, now):
        yield from _waiting(session, now)
    yield from _cap(session, chosen.sms_provider, chosen.sms_daily_cap, now)
    yield from _complaints(session, now)
    yield from _backup(session, now)
    yield from _holidays(now)


def _providers(session: Session, now: datetime) -> Iterator[Matter]:
    for row in pace.trouble(session, now):
        if row.stopped:
            yield (
                f"stopped {row.provider} {row.stopped_at}",
                f"{row.provider} refuses us",
                (
                    f"{row.stopped}. Nothing is lost: messages wait until it is mended. Then "
                    "`unmentoring outbox release` lets them go."
                ),
            )
        elif row.failures >= pace.OPEN_AFTER:
            yield (
                f"away {row.provider} {times.today(now)}",
                f"{row.provider} does not answer",
                (
                    "We look again by ourselves. Messages wait, none is lost. Emails that it takes without "
                    "saying so in time arrive more than once."
                ),
            )
        elif row.paused_until and row.paused_until - now > TOO_LONG:
            yield (
                f"paused {row.provider} {times.today(now)}",
                f"{row.provider} takes no more until {row.paused_until:%H:%M} UTC",
                f"{row.paused_for}. Messages wait, and go on by themselves then. None is lost.",
            )


def _places(session: Session) -> Iterator[Matter]:
    """Of a provider that is stopped, that is said and no more."""
    for row in destinations.shut(session):
        if pace.stopped(session, row.provider) is None:
            # Without its name: a domain may be somebody's own, and this message outlives them.
            yield (
                f"shut {row.provider} {row.since}",
                "One receiving domain, or country, refuses our messages",
                (
                    f"{row.reason}. What is for it waits, and one message tries again each half hour; the "
                    "others go on. Nothing is lost. `unmentoring outbox list` says which it is. Once it is "
                    "mended, `unmentoring outbox release` lets them go at once."
                ),
            )


def _failures(session: Session, providers: set[str], now: datetime) -> Iterator[Matter]:
    since = now - AN_HOUR
    failed, total = progress.failures(session, providers, since)
    if total >= FEW and failed > SHARE * total:
        yield (
            f"failures {times.today(now)}",
            f"{failed:,} of {phrases.counted(total, 'message')} in an hour did not arrive",
            (
                "`unmentoring outbox list --state failed` says why. Once it is mended, "
                f"`unmentoring outbox retry --state failed --since {since:%Y-%m-%dT%H:%M}` sends them again."
            ),
        )


def _waiting(session: Session, now: datetime) -> Iterator[Matter]:
    since = progress.oldest_waiting(session, now)
    if since and now - since > TOO_LONG:
        minutes = round((now - since).total_seconds() / 60)
        yield (
            f"waiting {times.today(now)}",
            f"A message has waited for {minutes} minutes",
            "Look at `unmentoring outbox list --state queued` and at the log.",
        )


def _cap(session: Session, provider: str, cap: int, now: datetime) -> Iterator[Matter]:
    if not cap:
        return
    if pace.is_used_up(session, provider, now, pace.Spend(1, cap)):
        yield (
            f"cap {times.today(now)}",
            "Today's texts are used up",
            f"The daily cap of {cap} segments is reached. Texts go on tomorrow; SMS_DAILY_CAP raises it.",
        )
    elif pace.is_used_up(session, provider, now, pace.Spend(1, cap, unproven=True)):
        yield f"unproven {times.today(now)}", "No more codes are texted today", UNPROVEN.format(cap=cap)


def _complaints(session: Session, now: datetime) -> Iterator[Matter]:
    """The law's days run whether or not an owner looks."""
    for one in complaints.due(session, now):
        day = f"{one.answer_by.day} {one.answer_by:%B}"
        detail = f"It is to be answered by {day}. Whoever answers it has had a mail, with a link to it."
        yield complaints.about(one), "A complaint about data is due", detail


def _backup(session: Session, now: datetime) -> Iterator[Matter]:
    """Once for each that was the last: whoever backs the database up another way now is not told again."""
    if made := last_backup.overdue_since(session, now):
        yield (
            f"no backup since {times.today(made)}",
            "No backup has been made for three days",
            (
                f"The last is of {words.full_day(made)}. `journalctl --unit unmentoring-backup` may say what "
                "stopped it; `unmentoring db backup FILE` makes one."
            ),
        )


def _holidays(now: datetime) -> Iterator[Matter]:
    """Once for each last day: they come with a library, so only an upgrade brings more."""
    if last := times.holidays_end_on(times.today(now)):
        yield (
            f"holidays end on {last}",
            f"Bank holidays are known until {words.full_day(last)}",
            (
                "No round is moved out of the way of a later one, and no time suggested around it. They come "
                "with a new version of this service: upgrade before then."
            ),
        )
