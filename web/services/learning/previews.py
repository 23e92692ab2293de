"""What the links of learnings lead to: looked at by a worker, and let onto the wall by an organiser.

Nothing that a page says is public before an organiser has seen it: a page that says something else after that
is shown as it was, and as changed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, delete, select
from sqlmodel import Session, col, or_

from notifications import outbox, secrets
from web.models import GatheredPost, Learning, LearningState, LinkPreview, Showing
from web.services.common import audit, leases
from web.services.fetching.card import NOTHING as NO_CARD
from web.services.fetching.card import Card
from web.services.fetching.errors import FetchError, Gone, Refused
from web.services.fetching.fetching import Look

AGAIN = timedelta(days=7)
IF_MISSING = timedelta(days=1)  # a page that is missing twice, so far apart, is gone
AFTER_TROUBLE = timedelta(minutes=5)  # and four times as long after each more
LOOKED_AFTER = (LearningState.WAITING, LearningState.PUBLISHED, LearningState.CONTESTED)
NOT_THERE = "it is not there any more"
CARD = TypeAdapter(Card)


@dataclass(frozen=True)
class Due:
    """A link that is ours to look at."""

    learning_id: int
    link: str


def claim(session: Session, *, now: datetime) -> Due | None:
    """The link that has waited longest. Of several workers one has it, and another if that one dies."""
    found = session.execute(_due(now)).first()
    if found is None:
        return None
    due = Due(*found)
    session.execute(
        delete(LinkPreview).where(
            col(LinkPreview.learning_id) == due.learning_id, col(LinkPreview.link) != due.link
        )
    )
    until = now + leases.PATIENCE
    begun = {"learning_id": due.learning_id, "link": due.link, "look_at": now, "claimed_until": until}
    nothing = {"seen": {}, "shown": {}, "why": "", "dropped": False, "failures": 0}
    mine = (
        outbox.insert_on(session)(LinkPreview)
        .values(begun | nothing)
        .on_conflict_do_update(
            index_elements=["learning_id"],
            set_={"claimed_until": until},
            where=leases.is_free(LinkPreview, now),
        )
        .returning(col(LinkPreview.learning_id))
    )
    return due if session.execute(mine).first() else None


def is_due(session: Session, *, now: datetime) -> bool:
    return session.execute(_due(now)).first() is not None


def _due(now: datetime) -> Select[int, str]:
    looked_at = col(LinkPreview.learning_id)
    never = looked_at.is_(None) | (col(LinkPreview.link) != col(Learning.link))
    # Of a gathered post it is to be known when it goes, whether or not more than its link is shown.
    gathered = select(col(GatheredPost.id)).where(col(GatheredPost.learning_id) == looked_at).exists()
    is_followed = col(LinkPreview.dropped).is_(False) | gathered
    again = (col(LinkPreview.look_at) <= now) & is_followed & leases.is_free(LinkPreview, now)
    return (
        select(col(Learning.id), col(Learning.link))
        .outerjoin(LinkPreview, looked_at == Learning.id)
        .where(
            col(Learning.link) != "",
            col(Learning.showing) != Showing.NO,
            col(Learning.state).in_(LOOKED_AFTER),
            or_(never, again),
        )
        .order_by(col(LinkPreview.look_at).asc().nulls_first(), col(Learning.id))
        .limit(1)
    )


def look(due: Due, look_at: Look) -> Card | FetchError:
    try:
        return look_at(due.link)
    except FetchError as error:
        return error


def settle(session: Session, due: Due, found: Card | FetchError, *, now: datetime) -> None:
    """Keep what was found, if its learning is still there with the same link."""
    preview = session.get(LinkPreview, due.learning_id)
    if preview is None or preview.link != due.link:
        return
    preview.claimed_until, preview.looked_at = None, now
    if isinstance(found, Card):
        _keep(preview, found, now)
    elif isinstance(found, Gone):
        _miss(preview, now)
    elif isinstance(found, Refused):
        # What is shown stays: a site that lets programs in no longer has not taken its page away.
        preview.why, preview.look_at, preview.failures = str(found)[:200], now + AGAIN, 0
    else:
        preview.look_at = now + min(AFTER_TROUBLE * 4 ** min(preview.failures, 6), AGAIN)
        preview.failures += 1
    session.add(preview)


def _keep(preview: LinkPreview, card: Card, now: datetime) -> None:
    preview.seen = _as_row(card) if card else {}
    preview.why = "" if card else "its page does not say what it is"
    preview.look_at, preview.missing_since, preview.failures = now + AGAIN, None, 0


def _miss(preview: LinkPreview, now: datetime) -> None:
    preview.missing_since = preview.missing_since or now
    preview.failures, preview.look_at = 0, now + IF_MISSING
    if now - preview.missing_since >= IF_MISSING:
        preview.seen, preview.shown = {}, {}
        preview.why, preview.look_at = NOT_THERE, now + AGAIN


def _as_row(card: Card) -> dict[str, str | None]:
    facts: dict[str, str | None] = CARD.dump_python(card, mode="json")
    # A page may show what a private link of ours is: nobody is to be let in by it.
    return {name: secrets.without(value) if value else value for name, value in facts.items()}


@dataclass(frozen=True)
class Behind:
    """What is behind a learning's link. `seen` is what its page says now, `shown` what an organiser let onto
    the wall; each is an empty card where there is nothing. `why` says why nothing could be read, and `mark`
    is that of what is seen. `own_author` is whose post it is, where its author gave it as theirs.
    """

    seen: Card = NO_CARD
    shown: Card = NO_CARD
    why: str = ""
    dropped: bool = False
    mark: str = ""
    own_author: str = ""

    @property
    def has_changed(self) -> bool:
        """Does the page say something else than what is shown of it?"""
        return bool(self.shown) and bool(self.seen) and self.seen != self.shown

    @property
    def waits(self) -> bool:
        """Was it read only after its learning was published, or has it changed since?"""
        return bool(self.seen) and not self.dropped and self.seen != self.shown


NOTHING = Behind()


def behind(session: Session, rows: Sequence[Learning]) -> dict[int, Behind]:
    """What is behind the links of some learnings. One query, and none where nobody gave a link."""
    links = {row.id: row.link for row in rows if row.link}
    if not links:
        return {}
    found = session.execute(
        select(LinkPreview, col(GatheredPost.author))
        .outerjoin(GatheredPost, col(GatheredPost.learning_id) == LinkPreview.learning_id)
        .where(col(LinkPreview.learning_id).in_(links))
    )
    return {
        one.learning_id: _behind(one, author or "")
        for one, author in found
        if one.link == links[one.learning_id]
    }


def _behind(preview: LinkPreview, own_author: str) -> Behind:
    seen, shown = _card(preview.seen), _card(preview.shown)
    return Behind(seen, shown, preview.why, preview.dropped, _mark(preview.seen), own_author)


def _mark(seen: dict[str, Any]) -> str:
    """Tells one state of a page from another."""
    return sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:16] if seen else ""


def _card(facts: dict[str, Any]) -> Card:
    return CARD.validate_python(facts) if facts else NO_CARD


def let_out(session: Session, learning: Learning, mark: str | None, *, by: str, now: datetime) -> None:
    """Put what its page says onto the wall beside its link, if it still says what whoever decided has read:
    that of `mark`. Without a mark nothing of it is shown from now on.
    """
    preview = session.get(LinkPreview, learning.id)
    if preview is None or preview.link != learning.link:
        return
    preview.dropped = mark is None
    preview.shown = preview.seen if mark == _mark(preview.seen) else {}
    session.add(preview)
    audit.record(
        session,
        by,
        "link preview decided",
        now=now,
        programme=learning.programme_id,
        subject=f"learning {learning.id}",
        shown=bool(preview.shown),
    )


def forget_unneeded(session: Session) -> None:
    """Of learnings that have no link any more, or that stay between their author and us."""
    kept = select(col(Learning.id)).where(col(Learning.link) != "", col(Learning.showing) != Showing.NO)
    session.execute(delete(LinkPreview).where(col(LinkPreview.learning_id).not_in(kept)))
