"""What may be done only so often a day: counted as it is done, never by counting rows afterwards."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete
from sqlmodel import Session, col

from notifications.columns import table_of
from notifications.outbox import insert_on
from web.models.allowances import Allowance
from web.services.common import times


class What(StrEnum):
    NUMBERS = "new numbers"  # of a person
    ADDRESSES = "new addresses"  # of a person
    CODES = "codes"  # to a number
    ANSWERS = "answers"  # to a number that asks to join
    STRANGERS = "letters"  # to an address that nobody has confirmed, whatever form names it
    LINKS = "links by text"  # to a person, whoever asks for them
    ORGANISERS = "organisers"  # invited to a programme
    PROGRAMMES = "programmes"  # asked for from a network, or by a mailbox


MOST = {
    What.NUMBERS: 3,
    What.ADDRESSES: 3,
    What.CODES: 3,
    What.ANSWERS: 3,
    What.STRANGERS: 6,
    What.LINKS: 5,
    What.ORGANISERS: 20,
    What.PROGRAMMES: 3,
}


def take(session: Session, what: What, whose: str, *, now: datetime) -> bool:
    """Use one more of today's. False, and nothing is counted, when they are used up.

    Of two who take the last one at the same moment, one gets it.
    """
    table = table_of(Allowance)
    first = insert_on(session)(table).values(what=what, whose=whose, used_on=times.today(now), used=1)
    another = first.on_conflict_do_update(
        index_elements=["what", "whose", "used_on"],
        set_={"used": table.c.used + 1},
        where=table.c.used < MOST[what],
    )
    return session.connection().execute(another.returning(table.c.used)).first() is not None


def forget_yesterdays(session: Session, *, now: datetime) -> None:
    session.execute(delete(Allowance).where(col(Allowance.used_on) < times.today(now)))
