"""Organisers: who they are, what they may do in which programme, and how they sign in.

LastOwner           a programme keeps at least one owner
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from notifications import addresses, messages, outbox
from notifications.messages import Channel
from web.models import Link, Organiser, OrganiserRole, Programme, Purpose, Request, RequestKind, Role
from web.services.common import audit, links
from web.services.common.contacts import address_key
from web.services.organisers import organiser_sessions
from web.tokens import BadLink, Signer

RANK = {Role.VIEWER: 1, Role.ORGANISER: 2, Role.OWNER: 3}

# Asked for each of an organiser's pages, so put together once.
PLACE = (
    select(Programme, OrganiserRole.role)
    .join(OrganiserRole, col(OrganiserRole.programme_id) == Programme.id)
    .where(Programme.slug == bindparam("slug"), OrganiserRole.organiser_id == bindparam("organiser"))
)


class LastOwner(Exception):
    """Why this owner is needed, as a clause that begins a sentence."""


def by_email(session: Session, email: str) -> Organiser | None:
    key = addresses.email_key(email)
    return session.exec(select(Organiser).where(Organiser.email_key == key)).one_or_none()


def account(session: Session, email: str, *, now: datetime) -> Organiser:
    """Whoever organises by an address, made now if nobody does."""
    organiser = by_email(session, email) or Organiser(
        email=email, email_key=addresses.email_key(email), created_at=now
    )
    session.add(organiser)
    session.flush()
    return organiser


def add(
    session: Session, programme: Programme, email: str, role: Role, *, by: str, now: datetime
) -> Organiser:
    """Give somebody a role in a programme, in place of the one they may have had.

    Raises:
        LastOwner: that would leave the programme without an owner.
    """
    organiser = account(session, addresses.email(email), now=now)
    held = session.get(OrganiserRole, (organiser.id, programme.id)) or OrganiserRole(
        organiser_id=organiser.id, programme_id=programme.id, role=role, given_at=now
    )
    if held.role is Role.OWNER and role is not Role.OWNER:
        check_others_own(session, held)
    if RANK[role] < RANK[held.role]:
        lose(session, organiser.id, by=by, now=now)
    is_new = held not in session
    if held.role is role and not is_new:
        return organiser
    held.role = role
    session.add(held)
    session.flush()
    audit.record(
        session, by, "role given", now=now, programme=programme.id, subject=organiser.id, role=role.value
    )
    return organiser


def lose(session: Session, organiser: str, *, by: str, now: datetime) -> None:
    """Sign out whoever has lost a role, everywhere. What they may do is asked for with each page anyway; this
    ends what they left open. Who gave it up themselves goes on where they are.
    """
    if by != organiser:
        organiser_sessions.end_all(session, organiser, by=by, now=now)


def check_others_own(session: Session, held: OrganiserRole) -> None:
    """Raises LastOwner if nobody else owns the programme; who never signed in does not count for somebody
    who did.
    """
    owners = session.exec(
        select(OrganiserRole)
        .where(OrganiserRole.programme_id == held.programme_id, OrganiserRole.role == Role.OWNER)
        .with_for_update()
    ).all()
    others = [one for one in owners if one.organiser_id != held.organiser_id]
    if not any(one.taken_at or not held.taken_at for one in others):
        raise LastOwner(f"{'The others have not signed in yet' if others else 'Nobody else is an owner'}")


def role_in(session: Session, organiser: str, programme: Programme) -> Role | None:
    held = session.get(OrganiserRole, (organiser, programme.id))
    return held.role if held else None


def who_act(session: Session, programme: Programme) -> Sequence[Organiser]:
    """Its owners and organisers, who may read what people write; not its viewers."""
    wanted = select(Organiser).join(OrganiserRole, col(OrganiserRole.organiser_id) == Organiser.id)
    return session.exec(
        wanted.where(OrganiserRole.programme_id == programme.id, OrganiserRole.role != Role.VIEWER)
    ).all()


def place_of(session: Session, organiser: str, slug: str) -> tuple[Programme, Role] | None:
    """The programme of that name, and their role in it; None where there is no such programme, or no role."""
    found = session.execute(PLACE, {"organiser": organiser, "slug": slug}).one_or_none()
    return (found[0], found[1]) if found else None


def may(role: Role | None, needed: Role) -> bool:
    return role is not None and RANK[role] >= RANK[needed]


def programmes_of(session: Session, organiser: str) -> list[tuple[Programme, Role]]:
    rows = session.exec(
        select(Programme, OrganiserRole.role)
        .join(OrganiserRole, col(OrganiserRole.programme_id) == Programme.id)
        .where(OrganiserRole.organiser_id == organiser)
        .order_by(Programme.name)
    )
    return [(programme, Role(role)) for programme, role in rows]


def ask_to_sign_in(session: Session, email: str, *, signer: Signer, now: datetime) -> Request:
    request = Request(
        kind=RequestKind.SIGN_IN,
        address_key=address_key(signer, email),
        details={"email": email},
        received_at=now,
    )
    session.add(request)
    return request


def answer(session: Session, request: Request, *, now: datetime) -> None:
    """Send a sign-in link if the address is an organiser's; otherwise nothing at all."""
    organiser = by_email(session, request.details["email"])
    if organiser:
        to = messages.Recipient(organiser.id, "", Channel.EMAIL, email=organiser.email)
        message = messages.SignIn(sign_in_link(session, organiser, now=now))
        outbox.queue(session, message, to, subject=request.about, now=now)


def sign_in_link(session: Session, organiser: Organiser, *, now: datetime) -> messages.Link:
    return links.make(session, Purpose.SIGN_IN, organiser.id, now=now)


def sign_in(session: Session, link: Link, *, now: datetime) -> Organiser:
    """Use up a sign-in link, and take the roles that were offered. The caller has opened it, so it is neither
    expired nor used.

    Raises:
        BadLink: they have no role anywhere any more, and we have forgotten them.
    """
    link.used_at = now
    # Held, so that nobody signs in who is being forgotten: see `team.remove`.
    organiser = session.get(Organiser, link.person, with_for_update=True)
    if organiser is None:
        raise BadLink
    return enter(session, organiser, now=now)


def enter(session: Session, organiser: Organiser, *, now: datetime) -> Organiser:
    """Write down that somebody who has shown their mailbox signs in, and take the roles they were offered."""
    session.execute(
        update(OrganiserRole)
        .where(col(OrganiserRole.organiser_id) == organiser.id, col(OrganiserRole.taken_at).is_(None))
        .values(taken_at=now)
    )
    audit.record(session, organiser.id, "signed in", now=now, subject=organiser.id)
    return organiser
