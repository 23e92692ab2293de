"""Being signed in: one row for each browser, and its end when the row goes.

What a browser keeps is a random token; whoever kept a copy of it after signing out has nothing.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy
from sqlalchemy import ColumnElement, bindparam, delete
from sqlmodel import Session, col, select

from notifications.columns import table_of
from web.models import Organiser
from web.models.organiser_sessions import OrganiserSession
from web.services.common import audit

LIFE = timedelta(days=14)
TOKEN_BYTES = 32

_ROW, _WHO = table_of(OrganiserSession).c, table_of(Organiser).c
# Asked for each of an organiser's pages, so put together once.
SIGNED_IN = (
    sqlalchemy.select(_ROW.id, _ROW.organiser_id, _WHO.email, _ROW.signed_in_at, _WHO.operates_since)
    .join(Organiser, _WHO.id == _ROW.organiser_id)
    .where(_ROW.digest == bindparam("digest"), _ROW.expires_at > bindparam("now"))
)


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, by which row, since when; and since when they are an operator, if they are one."""

    number: int
    organiser: str
    email: str
    since: datetime
    operates_since: datetime | None = None


def begin(session: Session, organiser: Organiser, browser: str, *, now: datetime) -> tuple[str, SignedIn]:
    """Sign somebody in for two weeks; the token their browser is to keep, and what it stands for."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = OrganiserSession(
        digest=_digest(token),
        organiser_id=organiser.id,
        browser=browser,
        signed_in_at=now,
        expires_at=now + LIFE,
    )
    session.add(row)
    session.flush()
    return token, SignedIn(row.id, organiser.id, organiser.email, now, organiser.operates_since)


def find(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """Who is signed in with a token, if anybody is. One query, by an index."""
    given = {"digest": _digest(token), "now": now}
    found = session.connection().execute(SIGNED_IN, given).one_or_none()
    return SignedIn(*found) if found else None


def of_organiser(session: Session, organiser: str, *, now: datetime) -> Sequence[OrganiserSession]:
    """Where somebody is signed in, newest first."""
    return session.exec(
        select(OrganiserSession)
        .where(OrganiserSession.organiser_id == organiser, OrganiserSession.expires_at > now)
        .order_by(col(OrganiserSession.signed_in_at).desc(), col(OrganiserSession.id).desc())
    ).all()


def end(session: Session, organiser: str, number: int, *, now: datetime) -> bool:
    """Sign somebody out of one browser. False where that is not theirs, or over already."""
    mine = (col(OrganiserSession.id) == number) & (col(OrganiserSession.organiser_id) == organiser)
    if not _delete(session, mine):
        return False
    audit.record(session, organiser, "signed out", now=now, subject=organiser)
    return True


def end_all(session: Session, organiser: str, *, by: str, now: datetime) -> int:
    """Sign somebody out of every browser; of how many."""
    ended = _delete(session, col(OrganiserSession.organiser_id) == organiser)
    if ended:
        audit.record(session, by, "signed out everywhere", now=now, subject=organiser)
    return ended


def end_of_everybody(session: Session) -> None:
    """Who signed out after a backup was made must not be signed in again by its coming back."""
    session.execute(delete(OrganiserSession))


def forget_expired(session: Session, *, now: datetime) -> None:
    _delete(session, col(OrganiserSession.expires_at) <= now)


def _delete(session: Session, which: ColumnElement[bool]) -> int:
    gone = session.execute(delete(OrganiserSession).where(which).returning(col(OrganiserSession.id)))
    return len(gone.all())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
