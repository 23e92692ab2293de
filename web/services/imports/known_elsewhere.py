"""Whom a file brought in who takes part in another programme. Until they say yes here, those who run this one
see what their file said of them. What somebody told another programme is not theirs to read, nor that they
did.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select
from sqlmodel.sql.expression import SelectOfScalar

from web.models import Consent, Membership, Person, Standing
from web.models.imports import Import, ImportRow, Outcome


@dataclass(frozen=True)
class AsWritten:
    """What the file said of somebody."""

    name: str
    email: str
    phone: str | None = None
    known_as: str = ""

    def instead_of(self, person: Person) -> Person:
        """Somebody to be shown in their place; it is in no session."""
        return Person(
            id=person.id,
            name=self.name,
            email=self.email,
            phone=self.phone,
            known_as=self.known_as,
            created_at=person.created_at,
        )


def _ids(programme_id: Any, *conditions: Callable[[Any], ColumnElement[bool]]) -> SelectOfScalar[str]:
    """Theirs, in one programme. Who is active has said yes."""
    here, other = aliased(Membership), aliased(Membership)
    return select(here.person_id).where(
        col(here.programme_id) == programme_id,
        col(here.standing) != Standing.ACTIVE,
        col(here.name_key).is_not(None),
        exists().where(col(other.person_id) == col(here.person_id), col(other.programme_id) != programme_id),
        ~exists().where(
            col(Consent.person_id) == col(here.person_id), col(Consent.programme_id) == programme_id
        ),
        *(condition(here) for condition in conditions),
    )


def is_one(programme_id: Any, person: Any) -> ColumnElement[bool]:
    """Is the id in this column one of theirs? Looked at row by row: it costs nothing where nobody asks."""
    return _ids(programme_id, lambda here: col(here.person_id) == person).exists()


def as_written(
    session: Session, programme_id: int, people: Collection[str] | None = None
) -> dict[str, AsWritten]:
    """Of all of them, or of those among `people`, by their ids. One query."""
    if people is not None and not people:
        return {}
    among = [] if people is None else [lambda here: col(here.person_id).in_(people)]
    taken = (
        select(ImportRow.person_id, ImportRow.cells)
        .join(Import, col(Import.id) == ImportRow.import_id)
        .where(Import.programme_id == programme_id, ImportRow.outcome == Outcome.TAKEN)
        .subquery()
    )
    wanted = (
        select(Person.id, Person.email, taken.c.cells)
        .outerjoin(taken, taken.c.person_id == Person.id)
        .where(col(Person.id).in_(_ids(programme_id, *among)))
    )
    found: dict[str, AsWritten] = {}
    for id_, email, cells in session.exec(wanted):
        # Of who was invited before it was kept there is their address alone.
        found[id_] = AsWritten(**(cells or {"name": email or "", "email": email or ""}))
    return found


def forget(session: Session, person: str, programme_id: int) -> None:
    """They have said yes, and from now on are who they say; or no."""
    here = select(Import.id).where(Import.programme_id == programme_id)
    theirs = update(ImportRow).where(col(ImportRow.person_id) == person, col(ImportRow.import_id).in_(here))
    session.execute(theirs.values(cells={}), execution_options={"synchronize_session": False})
