"""The worker's half of every open form: look whether we know the address, and write to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from web.models import Request, RequestKind
from web.services.incoming import join_by_text
from web.services.organisers import accounts
from web.services.people import joining, own_details, own_link
from web.services.programmes import starting

ANSWERS = {
    RequestKind.JOIN: joining.answer,
    RequestKind.JOIN_BY_TEXT: join_by_text.answer,
    RequestKind.MY_LINK: own_link.answer_link,
    RequestKind.SIGN_IN: accounts.answer,
    RequestKind.NEW_ADDRESS: own_details.answer_new_address,
    RequestKind.START: starting.answer,
}
# What these say is needed until somebody presses the button in the answer.
KEPT = (RequestKind.JOIN, RequestKind.JOIN_BY_TEXT, RequestKind.NEW_ADDRESS, RequestKind.START)


HOUR, APART = timedelta(hours=1), timedelta(minutes=1)
PER_HOUR = 3


def answer_waiting(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Answer the oldest requests whose turn it is, each once; how many are done with.

    An address is written to once a minute and three times an hour. What it asks sooner waits for its minute.
    The same asked again, and what is more than the hour's share, is closed in silence.
    """
    done = 0
    for request in session.exec(_waiting(now, limit)).all():
        written = _written(session, request, now)
        again = any(_asks_the_same(request, one) for one in written)
        is_answered = not again and len(written) < PER_HOUR
        if is_answered and any(_is_after(one, now - APART) for one in written):
            continue
        _close(session, request, answered=is_answered, now=now)
        done += 1
    return done


def _waiting(now: datetime, limit: int) -> SelectOfScalar[Request]:
    """The oldest; last of all those whose addresses have been written to in the last minute: one of them may
    have asked for very much.
    """
    other = aliased(Request)
    lately = exists().where(
        col(other.address_key) == col(Request.address_key),
        col(other.answered).is_(True),
        col(other.handled_at) > now - APART,
    )
    waiting = select(Request).where(col(Request.handled_at).is_(None)).order_by(lately, col(Request.id))
    return waiting.limit(limit).with_for_update(skip_locked=True, of=Request)


def _written(session: Session, request: Request, now: datetime) -> Sequence[Request]:
    """What this address was answered in the last hour. A clock that was set forward, and right again, has
    answered in days to come.
    """
    answered = select(Request).where(
        Request.address_key == request.address_key,
        col(Request.answered).is_(True),
        col(Request.handled_at) > now - HOUR,
        col(Request.handled_at) <= now + APART,
    )
    return session.exec(answered).all()


def _asks_the_same(request: Request, other: Request) -> bool:
    """Is it the form that `other` was, sent again before its answer can have been read? What is not kept of
    that one counts as the same.
    """
    is_alike = (other.kind, other.programme_id) == (request.kind, request.programme_id)
    is_alike = is_alike and other.details in ({}, request.details)
    return is_alike and _is_after(other, request.received_at - APART)


def _is_after(answered: Request, moment: datetime) -> bool:
    return answered.handled_at is not None and answered.handled_at > moment


def _close(session: Session, request: Request, *, answered: bool, now: datetime) -> None:
    request.answered, request.handled_at = answered, now
    if answered:
        ANSWERS[request.kind](session, request, now=now)
    if request.kind not in KEPT or not answered:
        request.details = {}
    session.add(request)
    session.flush()
