"""Standing in line for what may have no row yet: a number, a name, an address that is to be given."""

from sqlmodel import Session, func, select


def stand(session: Session, name: str) -> None:
    """Nobody else comes by here with this name until the caller's transaction has ended. SQLite has one
    writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
