"""What is left of a person's entry once their details are gone: an id that others' history points to."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from notifications.messages import Channel
from web.models import Person, VideoKind
from web.services.common import names, phone_numbers

BLANK: dict[str, object] = {
    "name": "",
    "known_as": "",
    "email": None,
    "email_key": None,
    "phone": None,
    "phone_verified_at": None,
    "channel": Channel.EMAIL,
    "video_kind": VideoKind.NONE,
    "video_handle": "",
    "about": "",
    "shares_email": False,
    "shares_phone": False,
    "shares_video": False,
    "shares_number": False,
    "availability": [],
    "unreachable": "",
    "erase_on": None,
}


def make(session: Session, person: Person, *, now: datetime) -> None:
    """Of somebody. Others with their number learn that it is theirs alone."""
    phone_numbers.give(session, person, None)
    names.rename(session, person, "")
    for field, value in BLANK.items():
        setattr(person, field, value)
    person.erased_at = now
    session.add(person)


def count(session: Session) -> int:
    """How many people have been erased."""
    return session.exec(select(func.count()).where(col(Person.erased_at).is_not(None))).one()
