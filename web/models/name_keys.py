"""Keeps each membership filed under its person's name, whoever changes either."""

from typing import Any

from sqlalchemy import Connection, event, inspect, select, update
from sqlmodel import col

from web.models.folding import folded
from web.models.people import Membership, Person


@event.listens_for(Membership, "before_insert")
def _file_under_the_name(_mapper: Any, connection: Connection, membership: Membership) -> None:
    name = connection.scalar(select(col(Person.name)).where(col(Person.id) == membership.person_id))
    membership.name_key = folded(name) if name else None


@event.listens_for(Person, "after_update")
def _file_under_the_new_name(_mapper: Any, connection: Connection, person: Person) -> None:
    if inspect(person).attrs.name.history.has_changes():
        key = None if person.erased_at else folded(person.name)
        places = update(Membership).where(col(Membership.person_id) == person.id)
        connection.execute(places.values(name_key=key))
