"""How somebody is written to, and who is behind an address or a number."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from notifications import addresses, messages
from notifications.messages import Channel
from web.models import Person
from web.tokens import Signer


def address_key(signer: Signer, email: str) -> str:
    """An address as counters know it: a keyed digest."""
    return signer.digest("address", addresses.email_key(email))


def by_email(session: Session, email: str, *, lock: bool = False) -> Person | None:
    """Whose address it is. With `lock` nobody else changes them until commit."""
    wanted = select(Person).where(Person.email_key == addresses.email_key(email))
    if lock:
        wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.exec(wanted).one_or_none()


def hold(session: Session, *people: str) -> Sequence[Person]:
    """Nobody else changes these until commit; what is known of them is read anew. In the order of their ids,
    so that two who hold them do not wait for each other, and before anything of theirs is written.
    """
    held = select(Person).where(col(Person.id).in_(people)).order_by(Person.id)
    return session.exec(held.with_for_update(key_share=True).execution_options(populate_existing=True)).all()


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


def by_phone(session: Session, phone: str) -> Sequence[Person]:
    """Everyone whose confirmed number it is: a phone may be shared."""
    verified = col(Person.phone_verified_at).is_not(None)
    return session.exec(select(Person).where(Person.phone == phone, verified).order_by(Person.id)).all()
