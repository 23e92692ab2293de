"""A person's own details, changed by themselves.

TooManyAddresses    three new addresses a person a day
AskedForAnother     a new address that is not the one they asked for last
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from notifications import addresses, messages, outbox
from notifications.messages import Channel
from web.models import Link, Person, Purpose, Request, RequestKind, VideoKind
from web.services.common import allowances, audit, kept_from, links, names, phone_numbers, written_names
from web.services.common.allowances import What
from web.services.common.contacts import address_key, by_email, recipient
from web.services.people import complaints, invitations, phone_codes, reachability
from web.tokens import Signer


class TooManyAddresses(Exception):
    pass


class AskedForAnother(Exception):
    pass


@dataclass(frozen=True)
class Edit:
    """What the edit form may change. `phone` is in E.164."""

    name: str
    known_as: str
    email: str
    phone: str | None
    channel: Channel
    video_kind: VideoKind
    video_handle: str
    about: str
    shares_email: bool
    shares_phone: bool
    shares_video: bool


def edit(session: Session, person: Person, change: Edit, *, signer: Signer, now: datetime) -> bool:
    """Change what is known of somebody. A new email address waits until it is confirmed from its own mailbox,
    and a new number until its code is typed in where the one they have is the only way to them.

    Returns whether such a confirmation has been asked for: the worker sends it, within the limits of every
    open form.

    Raises:
        TooManyAddresses: it would be the fourth today; nothing is changed.
    """
    moves = bool(change.email) and addresses.email_key(change.email) != person.email_key
    if moves and not allowances.take(session, What.ADDRESSES, person.id, now=now):
        raise TooManyAddresses
    phone_numbers.hold(session, person.phone, change.phone)
    if reachability.stopped(session, person, key=signer.suppression_key()):
        reachability.hold_rounds(session, person, now=now)
    values, before = asdict(change), person.model_dump()
    email, phone = values.pop("email"), values.pop("phone")
    names.rename(session, person, written_names.in_order(values.pop("name")))
    if not phone_codes.is_only_way(person):
        phone_numbers.give(session, person, phone)
    for field, value in values.items():
        setattr(person, field, value)
    session.add(person)
    if moves or person.model_dump() != before:
        audit.record(session, person.id, "edited details", now=now, subject=person.id)
    outbox.readdress(session, recipient(person))
    if not moves:
        person.email = email or person.email
        return False
    request = Request(
        kind=RequestKind.NEW_ADDRESS,
        address_key=address_key(signer, email),
        person=person.id,
        details={"email": email},
        received_at=now,
    )
    session.add(request)
    return True


def answer_new_address(session: Session, request: Request, *, now: datetime) -> None:
    """Write to the new address; the name is left out, because whoever typed the address chose the name."""
    if not allowances.take(session, What.STRANGERS, request.address_key, now=now):
        return
    confirm = links.make(session, Purpose.NEW_ADDRESS, request.person, now=now, subject=request.id)
    to = messages.Recipient(request.person, "", Channel.EMAIL, email=request.details["email"])
    outbox.queue(session, messages.NewAddress(confirm), to, subject=request.about, now=now)


def request_behind(session: Session, link: Link) -> Request:
    """What a link to confirm a new address is about.

    Raises:
        AskedForAnother: they may have mistyped this one, and whoever reads its mailbox is not to become them.
    """
    asked = _asked_for(session, link.person)
    request = session.get(Request, link.subject)
    if request is None or not asked or request.address_key != asked[0].address_key:
        raise AskedForAnother
    return request


def waiting_address(session: Session, person: str, *, now: datetime) -> str | None:
    """The new address that can be confirmed still, or will be written to."""
    asked = _asked_for(session, person)
    last = asked[0].address_key if asked else None
    alive = now - links.LIFE[Purpose.NEW_ADDRESS]
    waits = (
        one.details.get("email")
        for one in asked
        if one.address_key == last and (one.handled_at is None or one.handled_at > alive)
    )
    return next(filter(None, waits), None)


def _asked_for(session: Session, person: str) -> Sequence[Request]:
    """The newest first."""
    asked = select(Request).where(Request.person == person, Request.kind == RequestKind.NEW_ADDRESS)
    return session.exec(asked.order_by(col(Request.received_at).desc(), col(Request.id).desc())).all()


def forget_new_address(session: Session, person: str, email: str, *, now: datetime) -> bool:
    """Take back a new address: no letter that has gone there, or waits to, changes anything. False where
    another one waits, or none.
    """
    if waiting_address(session, person, now=now) != email:
        return False
    for request in _asked_for(session, person):
        session.delete(request)
    links.end(session, person, Purpose.NEW_ADDRESS, now=now)
    outbox.cancel(session, kind=messages.NewAddress.kind, person=person)
    audit.record(session, person, "took back an address", now=now, subject=person)
    return True


def confirm_new_address(session: Session, person: Person, request: Request, *, now: datetime) -> bool:
    """Move somebody to the address whose mailbox pressed the button, and tell the old one.

    Returns False, and changes nothing, where somebody else has that address by now.
    """
    reachability.hold_rounds(session, person, now=now)
    email, before = request.details.get("email"), recipient(person, by_email_only=True)
    key_before = person.email_key
    if not email or by_email(session, email):
        return False
    try:
        with session.begin_nested():
            person.email, person.email_key = email, addresses.email_key(email)
            session.add(person)
    except IntegrityError:  # whose it is was confirmed at this very moment
        return False
    complaints.follow(session, key_before, person.email_key)
    kept_from.remember(session, person.id, key_before)
    outbox.queue(session, messages.AddressChanged(), before, subject=request.about, now=now)
    request.details = {}
    outbox.readdress(session, recipient(person))
    invitations.left_mailbox(session, person, now=now)
    audit.record(session, person.id, "changed address", now=now, subject=person.id)
    return True
