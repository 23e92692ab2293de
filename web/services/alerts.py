"""What the operator must hear of: a provider that refuses us, texts used up, a message waiting too long."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session

from notifications import messages, outbox, pace
from notifications.messages import Channel
from web.services import times

TOO_LONG = timedelta(minutes=30)
OPERATOR = "operator"


def look(session: Session, address: str, *, sms_provider: str, sms_cap: int, now: datetime) -> int:
    """Write to the alert address about everything that is new; returns how many messages.

    Each matter is written about once, or once a day while it lasts. The mail goes by the provider that may be
    in trouble itself: it then arrives when that is mended, and `/health/ready` says it at once.
    """
    to = messages.Recipient(OPERATOR, "", Channel.EMAIL, email=address)
    found = [*_providers(session, now), *_waiting(session, now), *_cap(session, sms_provider, sms_cap, now)]
    return sum(
        outbox.queue(session, messages.Alert(headline, detail), to, subject=subject, now=now) is not None
        for subject, headline, detail in found
    )


Matter = tuple[str, str, str]


def _providers(session: Session, now: datetime) -> Iterator[Matter]:
    for row in pace.trouble(session, now):
        if row.stopped:
            yield (
                f"stopped {row.provider} {row.stopped_at}",
                f"{row.provider} refuses us",
                f"{row.stopped}. Nothing is lost: messages wait until it is mended.",
            )
        else:
            yield (
                f"away {row.provider} {times.today(now)}",
                f"{row.provider} does not answer",
                "We look again by ourselves. Messages wait, none is lost.",
            )


def _waiting(session: Session, now: datetime) -> Iterator[Matter]:
    since = outbox.oldest_waiting(session, now)
    if since and now - since > TOO_LONG:
        minutes = round((now - since).total_seconds() / 60)
        yield (
            f"waiting {times.today(now)}",
            f"A message has waited for {minutes} minutes",
            "Look at `unmentoring outbox list --state queued` and at the log.",
        )


def _cap(session: Session, provider: str, cap: int, now: datetime) -> Iterator[Matter]:
    if cap and pace.capped_until(session, provider, now, pace.Spend(1, cap)):
        yield (
            f"cap {times.today(now)}",
            "Today's texts are used up",
            f"The daily cap of {cap} segments is reached. Texts go on tomorrow; SMS_DAILY_CAP raises it.",
        )
