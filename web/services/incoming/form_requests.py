"""The worker's half of every open form: look whether we know the address, and write to it."""

from datetime import datetime

from sqlmodel import Session, col, select

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


def answer_waiting(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Answer the oldest waiting requests, each once; returns how many there were.

    An address that has had its share is not written to again: its request is closed in silence.
    """
    waiting = (
        select(Request)
        .where(col(Request.handled_at).is_(None))
        .order_by(col(Request.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.exec(waiting).all()
    for request in rows:
        request.answered = joining.may_be_answered(session, request)
        if request.answered:
            ANSWERS[request.kind](session, request, now=now)
        request.handled_at = now
        if request.kind not in KEPT or not request.answered:
            request.details = {}
        session.add(request)
        session.flush()
    return len(rows)
