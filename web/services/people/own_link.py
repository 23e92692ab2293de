"""A fresh link to one's own page, for whoever asks for it by an address or a number.

TooManyLinks    three fresh links a person an hour, and five by text a day
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from notifications import messages, outbox
from notifications.messages import Channel
from notifications.tables import OutboxMessage
from web.models import Person, Purpose, Request, RequestKind
from web.services.common import allowances, links, programmes
from web.services.common.allowances import What
from web.services.common.contacts import address_key, by_email, by_phone, recipient
from web.services.people.participation import sections
from web.tokens import Signer

LINKS_AN_HOUR = 3


class TooManyLinks(Exception):
    pass


def ask_for_link(session: Session, address: str, *, signer: Signer, now: datetime) -> Request:
    """Keep that somebody wants their link, by an email address or a number in E.164: the same statements
    whoever it is.
    """
    is_phone = address.startswith("+") and "@" not in address
    request = Request(
        kind=RequestKind.MY_LINK,
        address_key=signer.digest("number", address) if is_phone else address_key(signer, address),
        details={"phone" if is_phone else "email": address},
        received_at=now,
    )
    session.add(request)
    return request


def answer_link(session: Session, request: Request, *, now: datetime) -> None:
    """Write to the address: your page, or that we do not know you. A number nobody confirmed gets nothing.

    Texts cost money and wake people, and anybody can ask: they have a bound of their own.
    """
    if "phone" in request.details:
        for one in by_phone(session, request.details["phone"]):
            if allowances.take(session, What.LINKS, one.id, now=now):
                send_full_page(session, one, subject=request.about, now=now, by_text=True)
        return
    email = request.details["email"]
    person = by_email(session, email)
    subject = request.about
    if person is None:
        if not allowances.take(session, What.STRANGERS, request.address_key, now=now):
            return
        to = messages.Recipient(request.person, "", Channel.EMAIL, email=email)
        outbox.queue(session, messages.MyLink(None), to, subject=subject, now=now)
        return
    send_full_page(session, person, subject=subject, now=now)


def send_fresh_link(session: Session, person: Person, *, now: datetime) -> None:
    """A fresh link for who has their page open already: one a minute, and three an hour.

    Raises:
        TooManyLinks: three have gone out in the hour before, or five by text today.
    """
    asked = select(func.count()).where(
        OutboxMessage.person == person.id,
        OutboxMessage.kind == messages.MyLink.kind,
        col(OutboxMessage.queued_at) > now - timedelta(hours=1),
    )
    if session.exec(asked).one() >= LINKS_AN_HOUR:
        raise TooManyLinks
    if not person.email and not allowances.take(session, What.LINKS, person.id, now=now):
        raise TooManyLinks
    # The minute is part of what makes the message the only one.
    send_full_page(session, person, subject=f"fresh {now:%Y-%m-%dT%H:%M}", now=now)


def send_full_page(
    session: Session, person: Person, *, subject: str, now: datetime, by_text: bool = False
) -> None:
    """A fresh link to the address on file, which opens everything for two hours. By email where there is one,
    unless a text was asked for.
    """
    known = tuple(programmes.facts(section.programme) for section in sections(session, person))
    page = links.make(session, Purpose.FULL_PAGE, person.id, now=now)
    to = recipient(person, by_email_only=not by_text)
    if by_text:
        to = replace(to, channel=Channel.SMS)
    outbox.queue(session, messages.MyLink(page, known), to, subject=subject, now=now)
