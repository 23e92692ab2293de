"""A page of a list that is read from its beginning: which it is, and of how many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import literal
from sqlmodel import Session, func, select

Row = TypeVar("Row")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Paged(Generic[Row]):
    """`total` is how many rows all pages have, of `size` each."""

    rows: Sequence[Row]
    total: int
    page: int
    size: int

    @property
    def has_more(self) -> bool:
        return self.page * self.size < self.total

    @property
    def first(self) -> int:
        return (self.page - 1) * self.size + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    def each(self, what: Callable[[Row], Other]) -> "Paged[Other]":
        return Paged([what(one) for one in self.rows], self.total, self.page, self.size)


def paged(session: Session, wanted: Any, page: int, size: int) -> Paged[Any]:
    """A page of what a statement finds, in its order."""
    before = (page - 1) * size
    rows = session.exec(wanted.offset(before).limit(size)).all()
    # A page that is not full is the last: who looked for it has looked at everything.
    is_last = len(rows) < size and (rows or not before)
    return Paged(rows, before + len(rows) if is_last else how_many(session, wanted), page, size)


def slice_of(rows: Sequence[Row], page: int, size: int) -> Paged[Row]:
    """A page of what is in memory anyway."""
    before = (page - 1) * size
    return Paged(rows[before : before + size], len(rows), page, size)


def how_many(session: Session, wanted: Any) -> int:
    found = wanted.with_only_columns(literal(1)).order_by(None).subquery()
    return session.exec(select(func.count()).select_from(found)).one()
