"""Which address the page of a programme may have: /p/ADDRESS/.

An address is a promise to whoever reads it on a poster: none looks like another programme's, none like a page
of ours, and one that was given up leads on and is nobody else's.
"""

import re
from datetime import datetime

from sqlmodel import Session, col, select

from notifications import outbox
from web.models import FormerAddress, Programme
from web.services.common import lines

ADDRESS = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
# The first words of our own pages, and what people would take for the service itself. The last stands for the
# whole outbox: to pause a programme of that name would be to pause everybody's messages.
RESERVED = frozenset(
    f"""
    p me my-page m confirm checkin conversation next-round unsubscribe proposal panel review complaint
    organise sign-in signed-in sign-out outbox health metrics webhooks webmention static assets start operate
    privacy code-of-conduct accessibility contact robots favicon well-known learning rounds join
    about account admin administrator api contact-us help home login mail new official operator owner
    root security service settings support terms unmentoring www
    {outbox.EVERYTHING}
    """.split()
)
# Signs that are read as another one, in small letters. No two digits become the same letter.
_READ_AS = str.maketrans("012589i", "olzsbgl")


def looks_like(address: str) -> str:
    """What two addresses have in common that people take for each other: council-x, councilx, counci1-x."""
    bare = address.replace("-", "").translate(_READ_AS)
    return bare.replace("rn", "m").replace("vv", "w")


def why_not(session: Session, address: str, *, own: int | None = None) -> str:
    """Why a programme cannot have this address, as a sentence without its full stop; empty where it can.

    `own` is the id of a programme that is renamed: what it has, or once had, is in nobody's way.
    """
    if not ADDRESS.fullmatch(address):
        return "Use 1 to 40 small letters from a to z, digits and hyphens, with no hyphen at the ends"
    if looks_like(address) in {looks_like(word) for word in RESERVED}:
        return f"“{address}” looks like a page of this service"
    for other, programme in _all(session):
        if programme != own and other == address:
            return f"“{address}” is another programme’s address"
        if programme != own and looks_like(other) == looks_like(address):
            return f"“{address}” looks like “{other}”, which is another programme’s address"
    return ""


def moved_to(session: Session, address: str) -> str | None:
    """Where the programme is now that was once at this address."""
    now_at = (
        select(Programme.slug)
        .join(FormerAddress, col(FormerAddress.programme_id) == Programme.id)
        .where(FormerAddress.slug == address)
    )
    return session.exec(now_at).one_or_none()


def give_up(session: Session, programme: Programme, address: str, *, now: datetime) -> None:
    """Move a programme to another address; its old one leads there."""
    if again := session.get(FormerAddress, address):
        session.delete(again)
        session.flush()
    session.add(FormerAddress(slug=programme.slug, programme_id=programme.id, until=now))
    programme.slug = address
    session.add(programme)
    session.flush()


def _all(session: Session) -> list[tuple[str, int]]:
    now = session.exec(select(Programme.slug, Programme.id)).all()
    before = session.exec(select(FormerAddress.slug, FormerAddress.programme_id)).all()
    return [*now, *before]


def hold(session: Session) -> None:
    """Nobody else gives an address away until the caller's transaction has ended."""
    lines.stand(session, "addresses of programmes")
