"""What is not gathered again: posts that were dropped, forgotten or taken away, and whoever asked us not to.
And who said no to a programme's invitation, or erased themselves, and is not invited to it again.

The list holds keyed digests: it can answer "is this on it?" and cannot be read.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from notifications.outbox import insert_on
from web.models import PassedOver, PassedOverKind

KEEP_POSTS = timedelta(days=365)  # by then no round is open in which they could be found


def add(session: Session, kind: PassedOverKind, texts: Collection[str], *, key: bytes, now: datetime) -> None:
    """`texts` are addresses of posts, or handles, or what `invitation` says."""
    for text in texts:
        row = {"mark": _mark(kind, text, key), "kind": kind, "since": now}
        session.execute(insert_on(session)(PassedOver).values(row).on_conflict_do_nothing())


def among(session: Session, kind: PassedOverKind, texts: Collection[str], *, key: bytes) -> set[str]:
    """Which of these are on the list. One query."""
    marks = {_mark(kind, text, key): text for text in texts}
    if not marks:
        return set()
    found = session.exec(select(PassedOver.mark).where(col(PassedOver.mark).in_(marks)))
    return {marks[mark] for mark in found}


def invite_no_more(
    session: Session, programmes: Iterable[int], email_key: str, *, key: bytes, now: datetime
) -> None:
    """From now on no file of these programmes' organisers invites that address."""
    said_no = [invitation(programme, email_key) for programme in programmes]
    add(session, PassedOverKind.INVITATION, said_no, key=key, now=now)


def invitation(programme: int, email_key: str) -> str:
    """Somebody's invitation to a programme, as a text for this list."""
    return f"{programme} {email_key}"


def any_of(session: Session, kind: PassedOverKind, *, key: bytes) -> Callable[[str], bool]:
    """Whether a text is on the list, for many of them: asks the database once, and never again."""
    listed = set(session.exec(select(PassedOver.mark).where(PassedOver.kind == kind)))
    return lambda text: bool(listed) and _mark(kind, text, key) in listed


def forget_old(session: Session, *, now: datetime) -> None:
    """Who asked us not to is passed over for good."""
    posts = col(PassedOver.kind) == PassedOverKind.POST
    session.execute(delete(PassedOver).where(posts, col(PassedOver.since) < now - KEEP_POSTS))


def _mark(kind: PassedOverKind, text: str, key: bytes) -> str:
    return hmac.new(key, f"{kind}:{text.casefold()}".encode(), hashlib.sha256).hexdigest()
