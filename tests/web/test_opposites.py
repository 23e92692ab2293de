"""Two people do opposite things at the same moment, on PostgreSQL: each is done, or refused in words. Nobody
is asked to come back because two of us waited for each other.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from notifications.messages import Channel
from tests.support.together import together
from tests.support.world import BY, World
from web.models import Membership, Person
from web.services.people import erasure, merging, participation, reachability
from web.services.people.merging import NotOne
from web.services.rounds import dropouts

pytestmark = [
    pytest.mark.usefixtures("database_url"),
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),  # SQLite has one writer at a time
]
Act = Callable[[], Any]


def failures(*acts: Act, but: type[Exception] = NotOne) -> list[Exception]:
    """What all of these come to at once, besides being done or refused."""
    answers = together(len(acts), lambda turn: acts[turn]())
    return [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, but)]


def leave(world: World, person: str) -> None:
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, person)), now=world.now)


def cannot(world: World, person: str, group: int) -> None:
    with world.write() as session:
        dropouts.cannot_make_it(session, group, person, now=world.now)


def erase(world: World, person: str) -> None:
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, person), by=BY, now=world.now)


def unsubscribe(world: World, person: str) -> None:
    with world.write() as session:
        key = world.worker.providers.key
        reachability.stop(session, session.get_one(Person, person), Channel.EMAIL, key=key, now=world.now)


def merge(world: World, kept: str, gone: str) -> None:
    with world.write() as session:
        one, other = session.get_one(Person, kept), session.get_one(Person, gone)
        merging.merge(session, world.programme(session), one, other, by=BY, now=world.now)


def test_both_of_a_pair_go_one_by_leaving_the_other_for_this_round(world: World) -> None:
    world.join_many(24)
    world.round()
    acts = [
        act
        for one, other in world.groups()
        for act in (
            partial(leave, world, one),
            partial(cannot, world, other, world.group_of(other)),
        )
    ]
    assert failures(*acts) == []


def test_two_owners_merge_the_same_two_each_the_other_way_round(world: World) -> None:
    one, other = world.join_many(2)
    assert failures(partial(merge, world, one, other), partial(merge, world, other, one)) == []
    blank = [person for person in (one, other) if world.person(person).erased_at]
    assert len(blank) == 1


@pytest.mark.parametrize("which", ["the one that stays", "the one that goes"])
def test_nobody_is_merged_into_whoever_erases_themselves(world: World, which: str) -> None:
    kept, gone = world.join_many(2)
    erased, other = (kept, gone) if which == "the one that stays" else (gone, kept)
    address = world.person(other).email
    assert failures(partial(merge, world, kept, gone), partial(erase, world, erased)) == []
    # Merged first, the entry that goes is blank already; the one that stays is erased with it.
    assert {world.person(person).email for person in (kept, gone)} in ({None}, {None, address})


def test_whoever_unsubscribes_while_they_are_merged_is_written_to_no_more(world: World) -> None:
    kept, gone = world.join_many(2)
    assert failures(partial(merge, world, kept, gone), partial(unsubscribe, world, gone)) == []
