"""What stands in two rows agrees: somebody's name and where lists file it, a number and who shares it."""

from collections import Counter

from sqlmodel import Session, col, select

from web.models import Membership, Person
from web.services.common import names


def rows_that_disagree(session: Session) -> list[tuple[str, object]]:
    """Ids of people, each with what is wrong."""
    filed = session.execute(
        select(col(Person.id), col(Person.name), col(Membership.name_key)).join(
            Membership, col(Membership.person_id) == col(Person.id)
        )
    ).all()
    misfiled = [(id_, key) for id_, name, key in filed if key != names.filed_under(name)]
    columns = (col(Person.id), col(Person.phone), col(Person.phone_verified_at), col(Person.shares_number))
    people = session.execute(select(*columns)).all()
    proven = Counter(phone for _, phone, verified_at, _ in people if verified_at)
    mistaken = [
        (id_, shares)
        for id_, phone, verified_at, shares in people
        if shares != bool(verified_at and proven[phone] > 1)
    ]
    return misfiled + mistaken
