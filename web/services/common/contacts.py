"""How somebody is written to, and who is behind an address or a number."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CompoundSelect, union
from sqlmodel import Session, col, select

from notifications import addresses, messages
from notifications.messages import Channel
from web.models import Person, PhoneCode
from web.tokens import Signer


def address_key(signer: Signer, email: str) -> str:
    """An address as counters know it: a keyed digest."""
    return signer.digest("address", addresses.email_key(email))


def by_email(session: Session, email: str, *, lock: bool = False) -> Person | None:
    """Whose address it is. With `lock` nobody else changes them until commit, see `hold`."""
    wanted = select(Person).where(Person.email_key == addresses.email_key(email))
    known = session.exec(wanted).one_or_none()
    if lock and known:
        hold(session, known.id)
        known = session.exec(wanted).one_or_none()  # it may have been somebody else's meanwhile
    return known


def hold(session: Session, *people: str) -> Sequence[Person]:
    """Nobody else changes these until commit; what is known of them is read anew. In the order of their ids,
    so that two who hold them do not wait for each other, and before anything of theirs is written.

    Whoever shares a number with them, or will once they type in their code, is held with them: one cannot
    change without the others, see `phone_numbers`.
    """
    among = col(Person.id).in_(people)
    is_theirs = col(Person.phone_verified_at).is_not(None)
    numbers: CompoundSelect[Any] = union(
        select(Person.phone).where(among, is_theirs),
        select(PhoneCode.phone).where(col(PhoneCode.person_id).in_(people), col(PhoneCode.used_at).is_(None)),
    )
    sharing = select(Person.id).where(col(Person.phone).in_(numbers), is_theirs)
    # As one list of ids: PostgreSQL would look through everybody for "these or those".
    all_of_them = union(select(Person.id).where(among), sharing)
    held = select(Person).where(col(Person.id).in_(all_of_them)).order_by(Person.id)
    found = session.exec(held.with_for_update(key_share=True).execution_options(populate_existing=True)).all()
    return [person for person in found if person.id in people]


def recipient(person: Person, *, by_email_only: bool = False) -> messages.Recipient:
    """How a person is reached: by text only once the number is proven to be theirs."""
    texts = person.channel is Channel.SMS and person.phone_verified_at is not None and not by_email_only
    return messages.Recipient(
        person.id,
        person.name,
        Channel.SMS if texts or not person.email else Channel.EMAIL,
        email=person.email,
        phone=person.phone if person.phone_verified_at else None,
        shares_number=person.shares_number,
        known_as=person.known_as,
        email_key=person.email_key,
    )


def ids(session: Session, person: Person) -> list[str]:
    """Theirs, and those of entries that were merged into it: a message keeps the one it was written under."""
    merged = select(Person.id).where(Person.merged_into == person.id)
    return [person.id, *session.exec(merged)]


def ids_with_number(session: Session, person: Person) -> list[str]:
    """The same, and those of everybody who has confirmed the same number."""
    sharing = by_phone(session, person.phone) if person.phone and person.phone_verified_at else ()
    return [*ids(session, person), *(other.id for other in sharing if other.id != person.id)]


def by_phone(session: Session, phone: str) -> Sequence[Person]:
    """Everyone whose confirmed number it is: a phone may be shared."""
    verified = col(Person.phone_verified_at).is_not(None)
    return session.exec(select(Person).where(Person.phone == phone, verified).order_by(Person.id)).all()
