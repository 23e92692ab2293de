"""Links in messages: made as rows, sent as tokens, opened by their page."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from notifications import bulk, messages
from notifications.columns import table_of
from notifications.foreign import LARGEST_ID
from web.models import Link, Purpose
from web.models.columns import new_id
from web.services.common import contacts
from web.tokens import BadLink, ExpiredLink, Signer, UsedLink, link_id

PATHS = {
    Purpose.CONFIRM: "/confirm/{}",
    Purpose.INVITATION: "/confirm/{}",
    Purpose.NEW_ADDRESS: "/confirm/{}",
    Purpose.PAGE: "/me/{}",
    Purpose.FULL_PAGE: "/me/{}",
    Purpose.CONVERSATION: "/conversation/{}",
    Purpose.CALENDAR: "/conversation/{}/calendar.ics",
    Purpose.CHECK_IN: "/checkin/{}",
    Purpose.NEXT_ROUND: "/next-round/{}",
    Purpose.SIGN_IN: "/organise/sign-in/{}",
    Purpose.ORGANISE: "/organise/sign-in/{}",
    Purpose.OUTBOX: "/outbox/open/{}",
    Purpose.PROPOSAL: "/proposal/{}",
    Purpose.PANEL: "/panel/{}",
    Purpose.REVIEW: "/review/{}",
    Purpose.START: "/start/confirm/{}",
    Purpose.DECIDE: "/start/decide/{}",
}
# What has a page of its own behind a conversation's link: the same link, and so the same token.
ROOMS = {
    "cannot": "/conversation/{}/cannot",
    "booked": "/conversation/{}/booked",
    "write": "/conversation/{}/write",
}
SHORT = "/m/{}"
KEEP_EXPIRED = timedelta(days=400)  # until then they say that they are too old, and offer a fresh one
LIFE = {
    Purpose.CONFIRM: timedelta(hours=48),
    Purpose.INVITATION: timedelta(days=30),
    Purpose.NEW_ADDRESS: timedelta(hours=48),
    Purpose.PAGE: timedelta(days=400),
    Purpose.FULL_PAGE: timedelta(hours=2),
    Purpose.CONVERSATION: timedelta(days=90),
    Purpose.CALENDAR: timedelta(days=90),
    Purpose.CHECK_IN: timedelta(days=30),
    Purpose.NEXT_ROUND: timedelta(days=30),
    Purpose.SIGN_IN: timedelta(minutes=15),
    Purpose.ORGANISE: timedelta(days=7),
    Purpose.OUTBOX: timedelta(days=400),
    Purpose.PROPOSAL: timedelta(days=90),
    Purpose.PANEL: timedelta(days=30),
    Purpose.REVIEW: timedelta(days=90),
    Purpose.START: timedelta(days=90),  # what was asked for stays under it; it confirms for two days
    Purpose.DECIDE: timedelta(days=30),
}


@dataclass(frozen=True)
class LinkWanted:
    """A link to be made. Its life begins when its message goes out: `usable_from`, or now."""

    purpose: Purpose
    person: str
    subject: int | None = None
    usable_from: datetime | None = None

    def row(self, now: datetime) -> dict[str, Any]:
        return {
            "purpose": self.purpose,
            "person": self.person,
            "subject": self.subject,
            "created_at": now,
            "expires_at": (self.usable_from or now) + LIFE[self.purpose],
        }


def make_all(session: Session, wanted: Sequence[LinkWanted], *, now: datetime) -> list[messages.Link]:
    """New links, in the order in which they were asked for. About 20 µs each."""
    if not wanted:
        return []
    ids = _insert(session, [one.row(now) for one in wanted])
    return [messages.Link(one.purpose, id_) for one, id_ in zip(wanted, ids, strict=True)]


def live_anew(session: Session, purpose: Purpose, subject: int, *, now: datetime) -> None:
    """After a break, in which what they lead to stood still: they live as long as new ones from now on."""
    doors = update(Link).where(col(Link.purpose) == purpose, col(Link.subject) == subject)
    session.execute(
        doors.values(expires_at=now + LIFE[purpose]), execution_options={"synchronize_session": False}
    )


def end(
    session: Session, person: str, *purposes: Purpose, besides: Collection[int] = (), now: datetime
) -> None:
    """These links of a person open nothing from now on, but for those about `besides`."""
    still = col(Link.purpose).in_(purposes) & (col(Link.expires_at) > now)
    others = col(Link.subject).is_(None) | col(Link.subject).not_in(besides)
    ended = update(Link).where(col(Link.person) == person, still, others).values(expires_at=now)
    session.execute(ended, execution_options={"synchronize_session": False})


def _insert(session: Session, rows: list[dict[str, Any]]) -> Sequence[int]:
    """The ids of new rows, in their order."""
    table = table_of(Link)
    if session.get_bind().dialect.name == "postgresql":
        return [id_ for (id_,) in sorted(bulk.insert_rows(session, table, rows, returning=["id"]))]
    # SQLite gives ids back in order for one row at a time only. Nobody else writes: we know the next ones.
    first = (session.scalar(select(func.max(Link.id))) or 0) + 1
    ids = range(first, first + len(rows))
    bulk.insert_rows(session, table, ({"id": id_, **row} for id_, row in zip(ids, rows, strict=True)))
    return ids


def make(
    session: Session, purpose: Purpose, person: str, *, now: datetime, subject: int | None = None
) -> messages.Link:
    """A new link for `person`."""
    return make_all(session, [LinkWanted(purpose, person, subject)], now=now)[0]


def open_link(session: Session, signer: Signer, token: str, *purposes: Purpose, now: datetime) -> Link:
    """The link a token stands for.

    Raises:
        ExpiredLink: it was good once.
        UsedLink: it works once, and has been used.
        BadLink: cut, changed, or for another kind of page.
    """
    row = behind(session, signer, token)
    if purposes and row.purpose not in purposes:
        raise BadLink
    if row.expires_at and row.expires_at <= now:
        raise ExpiredLink(row.purpose)
    if row.used_at:
        raise UsedLink(row.purpose)
    return row


def behind(session: Session, signer: Signer, token: str) -> Link:
    """The row a token speaks of, whatever has become of it. Who is going to write has it for themselves, and
    its person before it: whatever is pressed at once by one person's links is done one after the other.

    Raises:
        BadLink: cut, changed or unknown.
    """
    number = link_id(token)
    # A token has room for more than the column.
    row = session.get(Link, number) if number <= LARGEST_ID else None
    if row and is_writing(session):
        # In this order, because whoever erases a person deletes all their links.
        contacts.hold(session, row.person)
        row = session.get(Link, number, with_for_update=True, populate_existing=True)
    if row is None or not signer.verify(token, row.purpose, row.signed_for or row.person):
        raise BadLink
    return row


def is_writing(session: Session) -> bool:
    """May rows be locked? Not while a page is only looked at."""
    return bool(session.connection().get_execution_options().get("writing", True))


def usable(
    session: Session, purpose: Purpose, person: str, *, now: datetime
) -> dict[int | None, messages.Link]:
    """Links of one kind that a person can still use, by what they are about: the newest of each."""
    rows = session.exec(
        select(Link)
        .where(Link.purpose == purpose, Link.person == person, col(Link.used_at).is_(None))
        .where(col(Link.expires_at) > now)
        .order_by(col(Link.id))
    )
    return {row.subject: messages.Link(purpose=purpose, id=row.id) for row in rows if row.id is not None}


def delete_some(session: Session, *, now: datetime, most: int) -> int:
    """Retention: delete links that have led nowhere for `KEEP_EXPIRED`; how many. Those to a conversation
    stay: they tell who had been introduced to it by when. So does the newest: no id is given out twice.
    """
    newest = select(func.max(Link.id)).scalar_subquery()
    some = (
        select(Link.id)
        .where(
            col(Link.expires_at) < now - KEEP_EXPIRED,
            Link.purpose != Purpose.CONVERSATION,
            col(Link.id) < newest,
        )
        .limit(most)
    )
    ids = session.exec(some).all()
    session.execute(delete(Link).where(col(Link.id).in_(ids)))
    return len(ids)


def open_page(path: str) -> messages.Link:
    """A link to a page open to everyone: its purpose is its path."""
    return messages.Link(purpose=path, id=0)


def room(name: str, conversation: messages.Link) -> messages.Link:
    """A link to one of the `ROOMS` behind a conversation's link. In a letter tried out: back to the draft."""
    if conversation.purpose.startswith("/"):
        return conversation
    return messages.Link(purpose=name, id=conversation.id)


def address_maker(signer: Signer, public_url: str) -> Callable[[messages.Link, str], str]:
    """How a link in a message becomes an address, for `notifications.render`."""

    def address(link: messages.Link, person: str) -> str:
        if link.purpose.startswith("/"):
            return public_url + link.purpose
        purpose = Purpose.CONVERSATION if link.purpose in ROOMS else Purpose(link.purpose)
        if purpose is Purpose.UNSUBSCRIBE:
            return f"{public_url}/unsubscribe/{signer.standing_token(purpose, person)}"
        token = signer.token(link.id, purpose, person)
        path = ROOMS.get(link.purpose, PATHS[purpose])
        return public_url + (SHORT if link.short else path).format(token)

    return address


def outbox_address(session: Session, signer: Signer, public_url: str, *, now: datetime) -> str:
    """A new address that opens the local outbox in the browser that comes by it, for a command to print.

    The link belongs to nobody. A random id stands in the person's place, and is what keeps the address from
    being guessed: everybody knows the key of a try-out.
    """
    nobody = new_id()
    return address_maker(signer, public_url)(make(session, Purpose.OUTBOX, nobody, now=now), nobody)
