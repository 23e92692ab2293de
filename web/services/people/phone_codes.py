"""The code that is texted to a number, and typed in by who holds the phone.

BadCode         not the code we sent, too old, or tried too often; says what to do
TooManyCodes    three codes a number a day, and three numbers a person
"""

import hmac
import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from notifications import messages, outbox
from notifications.messages import Channel
from web.models import Person, PhoneCode, Programme
from web.services.common import allowances, audit, phone_numbers, programmes
from web.services.common.allowances import What
from web.services.common.contacts import recipient
from web.tokens import Signer

TRIES_A_CODE = 5
CODE_LIFE = timedelta(minutes=10)
NEW_NUMBER_LIFE = timedelta(days=1)


class BadCode(Exception):
    pass


class TooManyCodes(Exception):
    pass


def awaits_code(person: Person) -> bool:
    """Is there a number that texts would go to, or partners would see, once it is known to be theirs?"""
    wanted = person.channel is Channel.SMS or person.shares_phone
    return bool(person.phone and wanted and not person.phone_verified_at)


def unproven(session: Session, person: Person, *, now: datetime) -> str | None:
    """The number they gave and have not proven to be theirs.

    Whoever has no email address keeps the number they have, as the only way to them, until the code for the
    new one is typed in; a day at the most.
    """
    if not person.phone_verified_at:
        return person.phone
    newest = session.exec(_of_person(person)).first() if is_only_way(person) else None
    if newest is None or newest.phone == person.phone or newest.used_at:
        return None
    return newest.phone if newest.created_at > now - NEW_NUMBER_LIFE else None


def take_back(session: Session, person: Person, phone: str, *, now: datetime) -> bool:
    """Forget a number that they gave and have not proven to be theirs. False where it is not that one, or
    nothing else is known by which we reach them.
    """
    if unproven(session, person, now=now) != phone or not (person.email or is_only_way(person)):
        return False
    codes = update(PhoneCode).where(col(PhoneCode.person_id) == person.id, col(PhoneCode.used_at).is_(None))
    if person.phone == phone:
        phone_numbers.give(session, person, None)
        person.channel, person.shares_phone = Channel.EMAIL, False
    session.add(person)
    session.execute(codes.values(used_at=now))
    outbox.cancel(session, kind=messages.PhoneCode.kind, person=person.id)
    outbox.readdress(session, recipient(person))
    audit.record(session, person.id, "took back a number", now=now, subject=person.id)
    return True


def is_only_way(person: Person) -> bool:
    """Is the number they have confirmed all that we can reach them by?"""
    return person.email is None and person.phone_verified_at is not None


def send_code(
    session: Session, person: Person, phone: str, programme: Programme, *, signer: Signer, now: datetime
) -> None:
    """Text six digits to a number somebody gave.

    Raises:
        TooManyCodes: the number has had three today, or this is their fourth new number.
    """
    newest = session.exec(_of_person(person)).first()
    is_new = newest is None or newest.phone != phone
    if is_new and not allowances.take(session, What.NUMBERS, person.id, now=now):
        raise TooManyCodes
    if not allowances.take(session, What.CODES, signer.digest("number", phone), now=now):
        raise TooManyCodes
    code = f"{secrets.randbelow(10**6):06}"
    row = PhoneCode(
        person_id=person.id, phone=phone, digest=signer.digest("phone code", code), created_at=now
    )
    session.add(row)
    session.flush()
    to = messages.Recipient(person.id, person.name, Channel.SMS, phone=phone, known_as=person.known_as)
    message = messages.PhoneCode(programmes.facts(programme), code)
    outbox.queue(session, message, to, subject=f"code {row.id}", programme=programme.slug, now=now)


def _codes(session: Session, person: Person, now: datetime) -> SelectOfScalar[PhoneCode]:
    """The codes for the number they are to prove, the newest first: the only one that counts."""
    return _of_person(person).where(PhoneCode.phone == unproven(session, person, now=now))


def _of_person(person: Person) -> SelectOfScalar[PhoneCode]:
    """All their codes, the newest first."""
    return select(PhoneCode).where(PhoneCode.person_id == person.id).order_by(col(PhoneCode.id).desc())


def _is_good(code: PhoneCode, now: datetime) -> bool:
    return not code.used_at and code.created_at >= now - CODE_LIFE and code.tries < TRIES_A_CODE


def code_is_out(session: Session, person: Person, *, now: datetime) -> bool:
    """Is there a code that they can type in?"""
    newest = session.exec(_codes(session, person, now)).first()
    return newest is not None and _is_good(newest, now)


def check_code(session: Session, person: Person, typed: str, *, signer: Signer, now: datetime) -> None:
    """Believe a number to be theirs if they know the newest code.

    Raises:
        BadCode: wrong, older than ten minutes, or the sixth try. The try counts: commit it.
    """
    row = session.exec(_codes(session, person, now).with_for_update()).first()
    if row is None or not _is_good(row, now):
        raise BadCode("That code is no longer good. Ask for a new one")
    row.tries += 1
    session.add(row)
    if not hmac.compare_digest(signer.digest("phone code", re.sub(r"[\s.-]", "", typed)), row.digest):
        raise BadCode("That is not the code we sent. Check the text and try again")
    row.used_at = now
    phone_numbers.give(session, person, row.phone, verified_at=now)
    outbox.readdress(session, recipient(person))
    audit.record(session, person.id, "verified phone", now=now, subject=person.id)
