"""A number that stands in two places is one number."""

import json
import re

from sqlmodel import select

from notifications import messages
from notifications.tables import OutboxMessage
from tests.support.world import World
from web.models import Group, Membership, Round
from web.services.evidence import counting
from web.services.people import participation
from web.services.rounds import dropouts, previews, round_list

PAGES = "/organise/councils"


def leave(world: World, person: str) -> None:
    with world.write() as session:
        place = session.get_one(Membership, (world.programme(session).id, person))
        participation.leave(session, place, now=world.now)


def met_often(world: World) -> None:
    """Leeds has met Gwynedd three times, and twice by people who have left since."""
    for _ in range(2):
        gone = [world.join("", place) for place in ("Leeds City Council", "Cyngor Gwynedd")]
        world.round()
        world.clock.turn(days=30)
        for person in gone:
            leave(world, person)
    for place in ("Leeds City Council", "Cyngor Gwynedd"):
        world.join("", place)
    world.round()
    world.clock.turn(days=30)


def often(text: str) -> str:
    """How often two organisations have met, by a text."""
    found = re.search(r"(once|twice|not met before|\w+ times)", text)
    return found[1] if found else text


def test_draft_test_letter_and_introduction_tell_of_one_history(world: World) -> None:
    met_often(world)
    for place in ("Leeds City Council", "Cyngor Gwynedd"):
        world.join("", place)
    number = world.draw()
    with world.write() as session:
        round_ = session.exec(select(Round).where(Round.number == number)).one()
        why = [often(one.why) for one in session.exec(select(Group).where(Group.round_id == round_.id))]
    world.send(number)
    world.work()
    with world.read() as session:
        sent = session.exec(
            select(OutboxMessage).where(
                OutboxMessage.kind == messages.Introduction.kind, OutboxMessage.round == str(round_.id)
            )
        )
        told = [often(json.loads(message.payload or "")["why"]) for message in sent]
    assert set(told) == set(why) == {"three times"}


def dropped_out(world: World) -> int:
    """A round of six after one has dropped out; its number."""
    world.join_many(6)
    number = world.round()
    with world.write() as session:
        dropouts.cannot_make_it(
            session, world.group_of(world.groups()[0][0]), world.groups()[0][0], now=world.now
        )
    world.work()
    return number


def test_page_list_and_first_page_count_a_round_alike_after_a_drop_out(world: World) -> None:
    number = dropped_out(world)
    with world.read() as session:
        here = world.programme(session)
        page = previews.of_round(session, here, number, now=world.now).now
        listed = round_list.every(session, here)[0]
        evidence = counting.count(session, here, now=world.now).rounds[0]
    assert (
        (page.groups, page.people) == (listed.groups, listed.people) == (evidence.groups, evidence.introduced)
    )


def test_the_page_says_what_was_drawn_where_it_is_no_longer_so(world: World) -> None:
    number = dropped_out(world)
    page = world.organiser().open(f"{PAGES}/rounds/{number}")
    assert "It was drawn with 3 groups of 6 people" in page.text


def test_a_round_as_it_was_drawn_says_nothing_of_that(world: World) -> None:
    world.join_many(4)
    page = world.organiser().open(f"{PAGES}/rounds/{world.round()}")
    assert "It was drawn with" not in page.text


def test_who_has_answered_is_among_who_was_introduced(world: World) -> None:
    """An answer of somebody whose introduction was withdrawn in time counts nowhere."""
    number = dropped_out(world)
    with world.read() as session:
        row = round_list.of_round(session, session.exec(select(Round).where(Round.number == number)).one())
    assert row.answered <= row.people
