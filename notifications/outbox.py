"""The messages that are to be sent, being sent, or were sent: queued once, claimed, settled.

A row is written in the transaction that caused it, and is unique for its kind, subject and person, so nobody
is told the same thing twice whatever is clicked, crashed or restarted. The row keeps the facts; words are
found at delivery. Who else is named in it stands in a table of its own, so that forgetting somebody finds
every message. Its way from state to state is `tables.NEXT`, drawn in docs/states.md. What is counted and
listed of them stands in `progress`.

Nothing here commits: the door that opened the session does.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    case,
    delete,
    func,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Update
from sqlmodel import Session, col

from notifications import addresses, bulk
from notifications.bulk import bunches
from notifications.columns import table_of
from notifications.errors import NoWayThere
from notifications.messages import BY_KIND, Channel, Message, Recipient
from notifications.tables import (
    NOT_ARRIVED,
    UNSENT,
    WAITING,
    LocalMessage,
    OutboxHold,
    OutboxMessage,
    OutboxNamed,
    Reply,
    State,
)

Kind = TypeVar("Kind", bound=Message)

BULK = [name for name, kind in BY_KIND.items() if kind.bulk]
KEPT = [name for name, kind in BY_KIND.items() if kind.kept]
ONCE = ("kind", "subject", "person")  # nobody is told the same thing twice
EVERYTHING = "everything"  # the scope of a hold on the whole outbox
CAUSE_GONE = "its cause is gone"
WAS_CALLED_OFF = col(OutboxMessage.expires_at) <= col(OutboxMessage.sending_at)  # nothing is sent that late


@dataclass(frozen=True)
class Order:
    """One message for `queue_all`. Defaults as in `queue`."""

    message: Message
    to: Recipient
    subject: str
    programme: str | None = None
    round: str | None = None
    due: datetime | None = None


def queue(
    session: Session,
    message: Message,
    to: Recipient,
    *,
    subject: str,
    programme: str | None = None,
    round: str | None = None,  # noqa: A002
    due: datetime | None = None,
    now: datetime,
) -> int | None:
    """Remember to send it, once. The message's id, or None if this person already has one.

    A kind that cannot travel on the recipient's channel takes the other, if there is an address for it.

    Raises:
        NoWayThere: there is none.
    """
    ids = queue_all(session, [Order(message, to, subject, programme, round, due)], now=now)
    return ids[0]


def queue_all(session: Session, orders: Iterable[Order], *, now: datetime) -> list[int | None]:
    """`queue` for many at once: an id or None for each, in order. About 0.1 ms each.

    Raises:
        NoWayThere: as for `queue`; then none of them is queued.
    """
    holds = {hold.scope for hold in held(session)}
    ids: list[int | None] = []
    for some in bunches(orders):
        rows = [_row(order, holds, now) for order in some]
        made = _insert(session, rows)
        ids += (made.get((row["kind"], row["subject"], row["person"])) for row in rows)
        _name(session, some, ids[-len(some) :])
    return ids


def _row(order: Order, holds: set[str], now: datetime) -> dict[str, Any]:
    message, to = order.message, order.to
    channel = _channel(message, to)
    due = order.due or now
    stopped = EVERYTHING in holds or (order.programme in holds and message.bulk)
    return {
        "kind": message.kind,
        "subject": order.subject,
        "person": to.person,
        "programme": order.programme,
        "round": order.round,
        "channel": channel,
        "name": to.name,
        "known_as": to.known_as,
        "email": to.email,
        "phone": to.phone,
        "shares_number": to.shares_number,
        "address_key": _key(channel, to),
        "payload": message.to_json(),
        "state": State.HELD if stopped else State.QUEUED,
        "attempt": 0,
        "tries": 0,
        "crashes": 0,
        "resent": False,
        "due_at": due,
        "expires_at": message.expires(due),
        "queued_at": now,
    }


def _channel(message: Message, to: Recipient) -> Channel:
    """The channel asked for, or else the other one, as far as the kind and the addresses allow."""
    possible = {Channel.EMAIL: to.email, Channel.SMS: to.phone}
    wanted: tuple[Channel, ...] = (to.channel, Channel.EMAIL, Channel.SMS)
    for channel in wanted:
        if channel in message.channels and possible[channel]:
            return channel
    raise NoWayThere(message.kind, to.person)


def _key(channel: Channel, to: Recipient) -> str | None:
    known = to.email_key if channel is Channel.EMAIL else None
    return known or key_on(channel, to.email, to.phone)


def key_on(channel: str, email: str | None, phone: str | None) -> str | None:
    """The canonical form of the address in use on a channel."""
    if channel == Channel.EMAIL:
        return addresses.email_key(email) if email else None
    return phone


def _insert(session: Session, rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], int]:
    """Ids of the rows that were new, by what makes a message unique."""
    made = bulk.insert_rows(session, table_of(OutboxMessage), rows, once=ONCE, returning=("id", *ONCE))
    return {(kind, subject, person): id_ for id_, kind, subject, person in made}


def insert_on(session: Session) -> Callable[..., sqlite.Insert | postgresql.Insert]:
    """The INSERT of this session's database: both know ON CONFLICT, each in its own module."""
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


def _name(session: Session, orders: Sequence[Order], ids: Sequence[int | None]) -> None:
    named = [
        {"message_id": id_, "person": person}
        for order, id_ in zip(orders, ids, strict=True)
        if id_ is not None
        for person in order.message.people() | {order.to.person}
    ]
    bulk.insert_rows(session, table_of(OutboxNamed), named)


def in_order(*where: ColumnElement[bool]) -> Update:
    """An update of the messages that fit, which takes them in the order of their ids, as whoever delivers
    them does. On PostgreSQL two who take several in orders of their own would wait for each other, and one of
    them would have to come back: after a call that told a provider of a letter, say.
    """
    ids = _held(select(col(OutboxMessage.id)).where(*where))
    return update(OutboxMessage).where(col(OutboxMessage.id).in_(ids))


def _held(ids: Select[Any]) -> Select[Any]:
    # Rows that only point at a message, as who is named in it, do not wait for it.
    return ids.order_by(col(OutboxMessage.id)).with_for_update(key_share=True)


def hold_all_of(session: Session, people: Sequence[str], *, address_key: str | None = None) -> None:
    """Every message that names one of these people, or goes to this address, for us alone until commit. For
    whoever changes them in several statements, each of which would begin again with the lowest id.
    """
    if session.get_bind().dialect.name != "postgresql":
        return  # one writer
    named = select(col(OutboxNamed.message_id)).where(col(OutboxNamed.person).in_(people))
    to_it = select(col(OutboxMessage.id)).where(col(OutboxMessage.address_key) == address_key)
    theirs = union(named, to_it) if address_key else named
    session.execute(_held(select(col(OutboxMessage.id)).where(col(OutboxMessage.id).in_(theirs))))


def change(session: Session, statement: Update) -> int:
    """Run a conditional update and say how many rows it changed. Loaded objects are not refreshed."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    return cast(CursorResult[Any], result).rowcount


def forget(session: Session, person: str) -> int:
    """Blank every message that names somebody, as reader or otherwise. How many there were.

    What they sent back goes too. What had not been sent is cancelled: a message without its facts cannot be.
    Kept are opaque ids, states and times.
    """
    return forget_all(session, [person])


def forget_all(session: Session, people: Sequence[str]) -> int:
    """The same for many at once: a few statements for each bunch of them, not for each of them."""
    count = 0
    for some in bunches(people):
        named = select(col(OutboxNamed.message_id)).where(col(OutboxNamed.person).in_(some)).distinct()
        ids = list(session.scalars(named))
        for few in bunches(ids):
            _cancel_and_blank(session, few)
        session.execute(delete(Reply).where(col(Reply.person).in_(some)))
        count += len(ids)
    return count


def forget_address(session: Session, address_key: str) -> int:
    """Blank every message to an address, whoever it was thought to be for. How many there were."""
    to_it = select(col(OutboxMessage.id)).where(col(OutboxMessage.address_key) == address_key)
    ids = [id_ for id_ in session.scalars(to_it) if id_ is not None]
    for some in bunches(ids):
        _cancel_and_blank(session, some)
    return len(ids)


def _cancel_and_blank(session: Session, ids: Sequence[int]) -> None:
    waiting = col(OutboxMessage.state).in_((*WAITING, State.UNCERTAIN))
    stop = in_order(col(OutboxMessage.id).in_(ids), waiting)
    change(session, stop.values(state=State.CANCELLED, reason="somebody it named was erased"))
    blank(session, ids)


def blank(session: Session, ids: Sequence[int], *, keep_local: bool = False) -> None:
    """Take the content and the addresses out of messages, and out of the local mailbox."""
    gone = dict.fromkeys(("payload", "name", "known_as", "email", "phone", "address_key"))
    change(session, in_order(col(OutboxMessage.id).in_(ids)).values(gone))
    if keep_local:  # it is the reader's copy, not ours
        return
    session.execute(delete(LocalMessage).where(col(LocalMessage.message_id).in_(ids)))
    session.execute(delete(OutboxNamed).where(col(OutboxNamed.message_id).in_(ids)))


def blank_older_than(session: Session, before: datetime) -> int:
    """Retention: blank what was over before a moment, and say how many messages that were.

    What nobody settled, like a text that stayed uncertain or a message that was cancelled, counts from when
    it was queued.
    """
    idle = is_over() & (col(OutboxMessage.queued_at) < before)
    old = select(col(OutboxMessage.id)).where(
        or_(col(OutboxMessage.settled_at) < before, idle), col(OutboxMessage.payload).is_not(None)
    )
    ids = [id_ for id_ in session.scalars(old) if id_ is not None]
    for some in bunches(ids):
        blank(session, some)
    return len(ids)


def is_over() -> ColumnElement[bool]:
    """Which messages nothing more becomes of by itself, as a condition."""
    return col(OutboxMessage.state).not_in((*WAITING, State.SENDING))


def never_went(session: Session, kind: str, subject: str, person: str) -> bool:
    """Was somebody to be told something, and has it not been tried, or was it given up before it was?"""
    row = select(col(OutboxMessage.id)).where(
        col(OutboxMessage.kind) == kind,
        col(OutboxMessage.subject) == subject,
        col(OutboxMessage.person) == person,
        col(OutboxMessage.state).in_((*UNSENT, State.CANCELLED)),
    )
    return session.scalars(row).first() is not None


def delete_some(session: Session, round: str, most: int) -> int:  # noqa: A002
    """Retention: delete messages of a round that are over; how many. Whoever calls knows that none of them is
    queued again: nothing is left that would stop a second.
    """
    some = select(col(OutboxMessage.id)).where(col(OutboxMessage.round) == round, is_over()).limit(most)
    ids = session.scalars(some).all()
    session.execute(delete(OutboxMessage).where(col(OutboxMessage.id).in_(ids)))
    return len(ids)


def cancel(
    session: Session,
    *,
    kind: str | None = None,
    subject: str | None = None,
    person: str | None = None,
    programme: str | None = None,
    due_before: datetime | None = None,
    held: bool = False,
    states: Collection[State] = UNSENT,
) -> int:
    """Do not send what has not been sent, where all that is given holds. How many there were.

    What expired before it was sent is not sent either when somebody wants such sent after all.

    `held`: only what waits because its programme, or the whole outbox, is paused.

    Raises:
        ValueError: nothing is given; that would cancel everything.
    """
    given = {"kind": kind, "subject": subject, "person": person, "programme": programme}
    where = [col(getattr(OutboxMessage, name)) == value for name, value in given.items() if value is not None]
    if due_before is not None:
        where.append(col(OutboxMessage.due_at) < due_before)
    if held:
        where.append(col(OutboxMessage.state) == State.HELD)
    if not where:
        raise ValueError("cancel what? Give a kind, a subject or a person")
    return _cancel(session, where, states)


def call_off(session: Session, subject: str, kinds: Iterable[str]) -> int:
    """Do not send what waits about a subject, in whichever edition ("group 7", "group 7 2", "group 7 again"),
    nor again what did not arrive. How many messages there were.
    """
    where = [
        (col(OutboxMessage.subject) == subject) | col(OutboxMessage.subject).startswith(f"{subject} "),
        col(OutboxMessage.kind).in_(kinds),
    ]
    return _cancel(session, where, (*WAITING, *NOT_ARRIVED))


def _cancel(session: Session, where: Sequence[ColumnElement[bool]], states: Iterable[State]) -> int:
    # What is with its provider at this moment may have gone out. If it is refused, it is not tried again.
    under_way = col(OutboxMessage.state) == State.SENDING
    stop = in_order(*where, under_way | col(OutboxMessage.state).in_(states)).values(
        state=case((under_way, OutboxMessage.state), else_=State.CANCELLED),
        reason=case((under_way, OutboxMessage.reason), else_=CAUSE_GONE),
        expires_at=case((under_way, OutboxMessage.sending_at), else_=OutboxMessage.expires_at),
    )
    done = stop.returning(col(OutboxMessage.state))
    states_now = session.scalars(done, execution_options={"synchronize_session": False}).all()
    return states_now.count(State.CANCELLED)


def readdress(session: Session, to: Recipient) -> int:
    """What waits for somebody goes where they are reached now. How many messages there were.

    Only rounds' messages and their like: a confirmation goes to the address it is about.
    """
    waiting = select(OutboxMessage).where(
        col(OutboxMessage.person) == to.person,
        col(OutboxMessage.state).in_((State.QUEUED, State.HELD)),
        col(OutboxMessage.kind).in_(BULK),
    )
    moved = 0
    in_turn = waiting.order_by(col(OutboxMessage.id)).execution_options(populate_existing=True)
    for row in session.scalars(in_turn).all():
        channel = _channel(row.message(), to)
        reached = {"email": to.email, "phone": to.phone, "shares_number": to.shares_number}
        reached |= {"channel": channel, "address_key": _key(channel, to)}
        # A worker may have taken it meanwhile: then it is on its way to where it was.
        still = update(OutboxMessage).where(
            col(OutboxMessage.id) == row.id, col(OutboxMessage.state) == row.state
        )
        moved += change(session, still.values(name=to.name, known_as=to.known_as, **reached))
    return moved


def move(
    session: Session,
    kind: type[Message],
    round: str,  # noqa: A002
    due: datetime,
    *where: ColumnElement[bool],
) -> int:
    """Put off, or bring forward, what has not been sent of a round. How many messages there were."""
    waiting = in_order(*_unsent(kind, round), *where)
    return change(session, waiting.values(due_at=due, expires_at=due + kind.deadline))


def waits(session: Session, kind: type[Message], round: str) -> bool:  # noqa: A002
    """Has something of a round not been sent yet?"""
    return (
        session.scalars(select(col(OutboxMessage.id)).where(*_unsent(kind, round)).limit(1)).first()
        is not None
    )


def rewrite(
    session: Session,
    kind: type[Kind],
    anew: Callable[[Kind], Kind],
    *,
    round: str | None = None,  # noqa: A002
    programme: str | None = None,
    subject: str | None = None,
    due: datetime | None = None,
) -> int:
    """Change the facts of what has not been sent of a round, a programme or a subject of it, and when it is
    due. How many there were.

    `anew` keeps the people a message names.
    """
    moved = 0
    unsent = select(OutboxMessage).where(*_unsent(kind, round, programme, subject))
    for row in session.scalars(unsent.order_by(col(OutboxMessage.id))).all():
        was, at = row.message(), due or row.due_at
        if not isinstance(was, kind):
            continue
        message = anew(was)
        # A worker may have taken it meanwhile: then it goes as it was.
        still = update(OutboxMessage).where(
            col(OutboxMessage.id) == row.id, col(OutboxMessage.state) == row.state
        )
        facts = {"payload": message.to_json(), "due_at": at, "expires_at": message.expires(at)}
        moved += change(session, still.values(facts))
    return moved


def _unsent(
    kind: type[Message],
    round: str | None = None,  # noqa: A002
    programme: str | None = None,
    subject: str | None = None,
) -> tuple[ColumnElement[bool], ...]:
    given = {"kind": kind.kind, "round": round, "programme": programme, "subject": subject}
    where = [col(getattr(OutboxMessage, name)) == value for name, value in given.items() if value is not None]
    return (*where, col(OutboxMessage.state).in_((State.QUEUED, State.HELD)))


def hold(session: Session, *, programme: str | None = None, reason: str, now: datetime) -> int:
    """Pause a programme's messages, or the whole outbox. How many of them wait now.

    What is queued later is held too. A message being sent this moment goes out. A paused programme still
    answers: what somebody asked for this minute, like a code or a link to confirm, is not held.
    """
    scope = programme or EVERYTHING
    if session.get(OutboxHold, scope) is None:
        session.add(OutboxHold(scope=scope, reason=reason, since=now))
        session.flush()
    where = [col(OutboxMessage.state) == State.QUEUED]
    if programme:
        where += [col(OutboxMessage.programme) == programme, col(OutboxMessage.kind).in_(BULK)]
    return change(session, in_order(*where).values(state=State.HELD, reason=reason))


def release(session: Session, *, programme: str | None = None, now: datetime) -> int:
    """End a pause. How many messages are free to go: none that another pause still holds."""
    standing = session.get(OutboxHold, programme or EVERYTHING)
    if standing is not None:
        session.delete(standing)
        session.flush()
    still = {each.scope for each in held(session)}
    if EVERYTHING in still:
        return 0
    freed = [col(OutboxMessage.state) == State.HELD]
    if programme:
        freed.append(col(OutboxMessage.programme) == programme)
    if still:
        # A message of no programme is in no list, and NOT IN says "unknown" of NULL.
        freed.append(func.coalesce(col(OutboxMessage.programme), "").not_in(still))
    if programme:
        _put_in_time(session, freed, now)
    return change(session, in_order(*freed).values(state=State.QUEUED, reason=None))


def _put_in_time(session: Session, freed: Sequence[ColumnElement[bool]], now: datetime) -> None:
    """What a break has kept for longer than it is usually worth sending is due now."""
    late = select(OutboxMessage).where(
        *freed, col(OutboxMessage.kind).in_(KEPT), col(OutboxMessage.expires_at) <= now
    )
    for row in session.scalars(late).all():
        row.due_at, row.expires_at = now, row.message().expires(now)
    session.flush()


def rename_programme(session: Session, before: str, now: str) -> None:
    """A programme is called otherwise: its messages, and its pause, are found under its new name."""
    ours = in_order(col(OutboxMessage.programme) == before)
    session.execute(ours.values(programme=now).execution_options(synchronize_session=False))
    session.execute(update(OutboxHold).where(col(OutboxHold.scope) == before).values(scope=now))


def is_held(session: Session) -> bool:
    """Is the whole outbox paused, as after a restore?"""
    return everything_held(session) is not None


def everything_held(session: Session) -> OutboxHold | None:
    """The pause of the whole outbox, while there is one."""
    return session.get(OutboxHold, EVERYTHING)


def held(session: Session) -> list[OutboxHold]:
    """The pauses in force, oldest first."""
    return list(session.scalars(select(OutboxHold).order_by(col(OutboxHold.since))))
