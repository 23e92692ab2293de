"""Somebody's name, and where lists file them by it.

Each of their memberships has the name as it is sorted and searched, so that one index gives a page of any
programme.
"""

from sqlmodel import Session, col, update

from web.models import Membership, Person
from web.models.folding import folded


def rename(session: Session, person: Person, name: str) -> None:
    """Somebody's name from now on, in every programme. Nobody lists who has none: they are erased."""
    if person.name == name:
        return
    person.name = name
    session.add(person)
    file = update(Membership).where(col(Membership.person_id) == person.id)
    session.execute(file.values(name_key=filed_under(name)))


def filed_under(name: str) -> str | None:
    return folded(name) if name else None
