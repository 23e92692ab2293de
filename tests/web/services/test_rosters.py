"""Who is in, and how many, as an organiser sees it."""

from datetime import timedelta

import pytest

from notifications.messages import Channel
from tests.support.world import World
from web.models import Membership, Person
from web.services import participation, reach, rosters, times

pytestmark = pytest.mark.usefixtures("both_databases")


def tally(world: World) -> dict[str, int]:
    with world.read() as session:
        counts = rosters.tally(session, world.programme(session), times.today(world.now))
    return {name: count for name, count in counts.items() if count}


def test_everybody_is_counted_once(world: World) -> None:
    _, skips, paused, silent, left = world.join_many(5)
    with world.write() as session:
        of = {person: session.get_one(Membership, (1, person)) for person in (skips, paused, left)}
        participation.skip_next(session, of[skips], True, now=world.now)
        participation.pause(session, of[paused], times.today(world.now) + timedelta(days=30), now=world.now)
        participation.leave(session, of[left], now=world.now)
        key = world.worker.signer.suppression_key()
        reach.stop(session, session.get_one(Person, silent), Channel.EMAIL, key=key, now=world.now)
    assert tally(world) == {"in": 1, "skips": 1, "paused": 1, "unreachable": 1, "left": 1}


@pytest.mark.parametrize(("by_email", "found"), [(True, 1), (False, 0)])
def test_addresses_are_searched_only_by_those_who_see_them(world: World, by_email: bool, found: int) -> None:
    world.join("Amina Yusuf", "Leeds", email="somebody@leeds.example.org")
    with world.read() as session:
        roster = rosters.search(
            session,
            world.programme(session),
            "somebody@",
            page=1,
            today=times.today(world.now),
            by_email=by_email,
        )
    assert roster.total == found
