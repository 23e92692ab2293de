"""Who looks after the whole installation. Only a command makes somebody an operator.

NoSuchOperator      nobody of that address looks after it
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from notifications import addresses
from web.models import Organiser
from web.services.common import audit
from web.services.organisers import accounts, team


class NoSuchOperator(Exception):
    pass


def add(session: Session, email: str, *, by: str, now: datetime) -> Organiser:
    """Let somebody see how every programme is, and decide about those that are asked for. They sign in as
    organisers do, and have no role in any programme by it.
    """
    organiser = accounts.account(session, addresses.email(email), now=now)
    if organiser.operates_since is None:
        organiser.operates_since = now
        session.add(organiser)
        audit.record(session, by, "operator added", now=now, subject=organiser.id)
    return organiser


def remove(session: Session, email: str, *, by: str, now: datetime) -> None:
    """Who has no role in a programme either is forgotten, address and all.

    Raises:
        NoSuchOperator
    """
    organiser = accounts.by_email(session, email)
    if organiser is None or organiser.operates_since is None:
        raise NoSuchOperator(email)
    organiser.operates_since = None
    session.add(organiser)
    session.flush()
    audit.record(session, by, "operator removed", now=now, subject=organiser.id)
    accounts.lose(session, organiser.id, by=by, now=now)
    team.forget_unless_needed(session, organiser, by=by, now=now)


def every(session: Session) -> Sequence[Organiser]:
    """By address."""
    operators = select(Organiser).where(col(Organiser.operates_since).is_not(None))
    return session.exec(operators.order_by(Organiser.email)).all()
