"""What it takes to look whether a reply is kept from an organiser, in a large programme."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from notifications.keywords import Word
from notifications.messages import Channel
from notifications.tables import Reply
from tests.support.consenting import take_part
from tests.support.statements import steps_of
from tests.support.world import World
from web.models import Group, GroupMember, Membership, Organiser, Role, Round, RoundState
from web.services.people import to_read, to_read_elsewhere


def mine(session: Session, world: World) -> int:
    return to_read.waiting(session, world.programme(session), _organiser(session))


def elsewhere(session: Session, world: World) -> int:
    return to_read_elsewhere.how_many(session, _organiser(session))


def _organiser(session: Session) -> str:
    return session.exec(select(Organiser.id).order_by(Organiser.email)).first() or ""


@pytest.mark.parametrize("ask", [mine, elsewhere])
def test_for_a_reply_nobody_looks_through_everybody(
    world: World, ask: Callable[[Session, World], int]
) -> None:
    """Of an organiser who takes part: in a programme of 1,000 each that waited took a second of each page."""
    steps = []
    for people in (20, 400):
        world.clock.turn(minutes=1)
        with world.write() as session:
            made = people_who_met(session, world, people)
            session.add(said(made[-1], f"{people}", world))
        world.appoint(f"person-000@{world.slug}.example", Role.ORGANISER)
        world.appoint(f"person-001@{world.slug}.example")
        with world.read() as session:
            steps.append(steps_of(session, lambda: ask(session, world)))
    assert steps[1] < 4 * steps[0]


def people_who_met(session: Session, world: World, people: int) -> list[str]:
    """In pairs, in a round of their own."""
    programme = world.programme(session)
    begin = len(session.exec(select(Membership.person_id)).all())
    made = take_part(session, programme, people, now=world.now, begin=begin)
    facts = {"drawn_at": world.now, "drawn_by": "a test", "sent_at": world.now}
    round_ = Round(programme_id=programme.id, number=begin + 1, seed=1, state=RoundState.SENT, **facts)
    session.add(round_)
    session.flush()
    groups = [Group(round_id=round_.id, number=place + 1) for place in range(people // 2)]
    session.add_all(groups)
    session.flush()
    where = session.get_one(Membership, (programme.id, made[0])).organisation_id
    for place, person in enumerate(made):
        group = groups[place // 2].id
        session.add(GroupMember(group_id=group, person_id=person, organisation_id=where))
    session.flush()
    return made


def said(person: str, number: str, world: World) -> Reply:
    words = {"text": "STOP. He was rude.", "word": Word.STOP, "to_read": True}
    return Reply(channel=Channel.SMS, source_id=number, person=person, received_at=world.now, **words)
