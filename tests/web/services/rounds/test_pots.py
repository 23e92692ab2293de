"""The pot is read from the tables at once; a slow reading person by person must find the same."""

from itertools import combinations

import numpy as np
import pytest
from sqlalchemy import select

from tests.support import importing
from tests.support.world import BY, World
from web.models import Group, GroupMember, LeftOut, Membership, NeverPair, Round, RoundState, Standing
from web.services.common import times
from web.services.people import erasure, participation
from web.services.rounds import drafts, pots
from web.services.rounds.pots import RoundPot


def gather(world: World) -> RoundPot:
    with world.read() as session:
        return pots.gather(session, world.programme(session), times.today(world.now))


def met_slowly(world: World) -> list[tuple[int, str, str]]:
    """Every pair that came together, with its round's number, read one group after the other."""
    found = []
    with world.read() as session:
        for round_ in session.scalars(select(Round).where(Round.state != RoundState.DRAFT)):
            for group in session.scalars(select(Group).where(Group.round_id == round_.id)):
                members = session.scalars(
                    select(GroupMember.person_id).where(GroupMember.group_id == group.id)
                ).all()
                found += [(round_.number, *pair) for pair in combinations(sorted(members), 2)]
    return sorted(found)


def met_in_pot(pot: RoundPot) -> list[tuple[int, str, str]]:
    named = [(int(number), pot.people[a], pot.people[b]) for number, a, b in pot.pot.met]
    return sorted((number, *sorted(pair)) for number, *pair in named)


def import_history(world: World, *lines: str) -> None:
    content = "\n".join(["round,person_1,person_2,person_3", *lines]).encode()
    with world.write() as session:
        importing.import_history(session, world.programme(session), "h.csv", content, by=BY, now=world.now)


@pytest.mark.usefixtures("both_databases")
def test_the_history_is_what_reading_group_by_group_finds(world: World) -> None:
    world.join_many(7)
    import_history(
        world,
        "1,person-001@example.org,person-002@example.org,person-003@example.org",
        "1,person-004@example.org,person-005@example.org,",
        "2,person-001@example.org,person-004@example.org,",
    )
    for seed in range(2):
        world.round(seed)
        world.clock.turn(days=28)
    world.draw()
    assert met_in_pot(gather(world)) == met_slowly(world)


def test_a_draft_is_no_history(world: World) -> None:
    world.join_many(4)
    world.draw()
    assert len(gather(world).pot.met) == 0


def test_people_are_in_the_order_of_their_ids(world: World) -> None:
    world.join_many(9)
    found = gather(world).people
    assert list(found) == sorted(found)


def test_pairs_with_somebody_who_left_are_passed_over(world: World) -> None:
    gone, *_ = world.join_many(5)
    world.round()
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, gone)), now=world.now)
    assert all(gone not in pair for pair in met_in_pot(gather(world)))


def test_somebody_erased_is_in_no_pot(world: World) -> None:
    gone, *others = world.join_many(5)
    world.round()
    with world.write() as session:
        from web.models import Person

        erasure.erase(session, session.get_one(Person, gone), by=BY, now=world.now)
    assert list(gather(world).people) == sorted(others)


def test_who_has_not_met_anybody_is_a_newcomer(world: World) -> None:
    world.join_many(4)
    world.round()
    late = world.join()
    pot = gather(world)
    assert [person for person, new in zip(pot.people, pot.pot.newcomer, strict=True) if new] == [late]


def test_turns_in_a_three_count_those_imported(world: World) -> None:
    three = world.join_many(3)
    world.join_many(2)
    import_history(world, "1," + ",".join(f"person-00{place}@example.org" for place in (1, 2, 3)))
    pot = gather(world)
    turns = {person: int(count) for person, count in zip(pot.people, pot.pot.trio_turns, strict=True)}
    assert {person for person, count in turns.items() if count} == set(three)


def test_a_never_pair_is_found_whichever_way_round(world: World) -> None:
    first, second, *_ = sorted(world.join_many(4))
    with world.write() as session:
        session.add(NeverPair(programme_id=1, person_1=first, person_2=second, created_at=world.now))
    pot = gather(world)
    named = [{pot.people[a], pot.people[b]} for a, b in np.asarray(pot.pot.never)]
    assert named == [{first, second}]


@pytest.mark.parametrize(
    ("standing", "reason"),
    [(Standing.SUSPENDED, "suspended by an organiser"), (Standing.INVITED, "has not said yes yet")],
)
def test_who_is_out_is_out_for_a_reason(world: World, standing: Standing, reason: str) -> None:
    person = world.join()
    with world.write() as session:
        session.get_one(Membership, (1, person)).standing = standing
    assert gather(world).left_out == {person: reason}


@pytest.mark.usefixtures("both_databases")
@pytest.mark.parametrize("every", [1, 2, 3])
def test_who_takes_part_now_and_then_rests_in_between(world: World, every: int) -> None:
    person, *_ = world.join_many(6)
    with world.write() as session:
        participation.set_how_often(session, session.get_one(Membership, (1, person)), every, now=world.now)
    was_in = []
    for number in range(1, 5):
        was_in.append(person in gather(world).people)
        world.round(number)
        world.clock.turn(days=28)
    assert was_in == [number % every == 0 for number in range(4)]


def test_who_rests_is_left_out_with_the_reason(world: World) -> None:
    person, *_ = world.join_many(4)
    with world.write() as session:
        participation.set_how_often(session, session.get_one(Membership, (1, person)), 3, now=world.now)
    world.round()
    assert gather(world).left_out == {person: "takes part in every third round"}


def test_who_left_is_not_even_listed(world: World) -> None:
    person = world.join()
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, person)), now=world.now)
    assert (gather(world).people, gather(world).left_out) == ((), {})


def test_what_is_stored_about_a_round_names_nobody(world: World) -> None:
    people_ = [world.join(f"Canary{place} Bird") for place in range(6)]
    with world.write() as session:
        for other in people_[1:]:
            pair = sorted((people_[0], other))
            session.add(NeverPair(programme_id=1, person_1=pair[0], person_2=pair[1], created_at=world.now))
    world.draw()
    with world.read() as session:
        stored = [
            session.scalars(select(column)).all() for column in (Group.why, LeftOut.reason, Round.reasons)
        ]
    assert "Canary" not in str(stored)


def test_the_digest_of_the_input_is_the_same_for_the_same_people(world: World) -> None:
    world.join_many(6)
    first = gather(world).pot.digest()
    world.draw()
    assert gather(world).pot.digest() == first


def test_organisations_are_counted_as_they_were_when_they_met(world: World) -> None:
    one, other = world.join("A", "Leeds City Council"), world.join("B", "Kirklees Council")
    world.round()
    with world.write() as session:
        for person in (one, other):
            membership = session.get_one(Membership, (1, person))
            participation.set_organisation(session, membership, "Brent Council", now=world.now)
    assert gather(world).times_met(1, 2) == 1


def test_a_seed_gives_the_same_round_for_the_same_people_listed_otherwise(world: World) -> None:
    world.join_many(8)
    pot = gather(world)
    with world.read() as session:
        programme = world.programme(session)
    first, second = (drafts.compute(pot, programme, seed=3).result.groups for _ in range(2))
    assert np.array_equal(first, second)
