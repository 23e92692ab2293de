"""Rounds that were talked about, written straight into the tables: for counting, not for stories."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlmodel import Session

from notifications.columns import table_of
from tests.support.world import World
from web.models import (
    Answer,
    CheckIn,
    Group,
    GroupMember,
    Membership,
    Organisation,
    Person,
    Programme,
    Round,
    RoundState,
    Standing,
)
from web.services.common import names
from web.services.evidence import counting
from web.services.organisations import organisations

# Who somebody is of, and what they say; None says nothing.
Talker = tuple[str, Answer | None]
HEARD_AFTER = timedelta(days=5, hours=1)


def add_round(
    session: Session,
    programme: Programme,
    groups: Sequence[Sequence[Talker]],
    *,
    number: int,
    sent_at: datetime,
    state: RoundState = RoundState.SENT,
    days: int = 21,
) -> None:
    """A round in which everybody is somebody new."""
    round_ = Round(
        programme_id=programme.id,
        number=number,
        state=state,
        seed=1,
        drawn_at=sent_at,
        drawn_by="a test",
        sent_at=sent_at,
        ends_on=(sent_at + timedelta(days=days)).date() if state is RoundState.SENT else None,
    )
    known: dict[str, Organisation] = {}
    for talkers in groups:
        for name, _ in talkers:
            known[name] = known.get(name) or organisations.find_or_add(session, programme.id, name)
    session.add(round_)
    session.flush()
    made = [Group(round_id=round_.id, number=place) for place, _ in enumerate(groups, start=1)]
    people = [[Person(name="Somebody", created_at=sent_at) for _ in talkers] for talkers in groups]
    session.add_all([*made, *(person for group in people for person in group)])
    session.flush()
    for group, talkers, members in zip(made, groups, people, strict=True):
        for position, ((name, answer), person) in enumerate(zip(talkers, members, strict=True)):
            session.add(
                Membership(
                    programme_id=programme.id,
                    person_id=person.id,
                    organisation_id=known[name].id,
                    standing=Standing.ACTIVE,
                    joined_at=sent_at,
                    name_key=names.filed_under("Somebody"),
                )
            )
            session.add(
                GroupMember(
                    group_id=group.id,
                    person_id=person.id,
                    organisation_id=known[name].id,
                    position=position,
                )
            )
            if answer:
                heard = sent_at + HEARD_AFTER
                session.add(
                    CheckIn(
                        group_id=group.id,
                        person_id=person.id,
                        answer=answer,
                        first_answered_at=heard,
                        answered_at=heard,
                    )
                )
    session.flush()


def make_large(world: World) -> None:
    """So many groups that no page counts them."""
    with world.write() as session:
        many = [{"round_id": 1, "number": number} for number in range(100, counting.LARGE + 101)]
        session.execute(insert(table_of(Group)), many)
