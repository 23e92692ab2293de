"""What the operator has chosen since: another provider, or more texts a day.

Of a provider that carries nothing here any more nobody learns that it works again. What it was in trouble
with would be told of for ever, and would keep quiet what is wrong now.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from notifications import destinations, pace
from notifications.carriers import Providers
from notifications.messages import Channel
from notifications.outbox import change, in_order
from notifications.sending import USED_UP
from notifications.tables import Destination, OutboxMessage, State

OURS = "local"
ROOM = 10  # segments: more than any text of ours has


def heed(session: Session, providers: Providers, now: datetime) -> None:
    """Forget the trouble of providers that nothing goes by any more, and let go what waited for tomorrow
    only because of a cap that has been raised.
    """
    carriers = [carrier for carrier in (providers.email, providers.sms) if carrier]
    names = {OURS, *(carrier.name for carrier in carriers)}
    for provider in _in_trouble(session, names, now):
        pace.start_again(session, provider)
    others = select(Destination.provider).where(col(Destination.provider).not_in(names)).distinct()
    for provider in session.exec(others).all():
        destinations.start_again(session, now, provider)
    if providers.sms:
        _let_texts_go(session, providers.sms.name, providers.sms_daily_cap, now)


def _in_trouble(session: Session, but: Collection[str], now: datetime) -> list[str]:
    return [row.provider for row in pace.trouble(session, now) if row.provider not in but]


def _let_texts_go(session: Session, provider: str, cap: int | None, now: datetime) -> None:
    if pace.is_used_up(session, provider, now, pace.Spend(ROOM, cap)):
        return
    put_off = in_order(
        col(OutboxMessage.state) == State.QUEUED,
        col(OutboxMessage.due_at) == pace.tomorrow(now),
        col(OutboxMessage.channel) == Channel.SMS,
        col(OutboxMessage.reason) == USED_UP,
    )
    change(session, put_off.values(due_at=now, reason=None))
