"""A round is drawn as a draft, looked at, and sent once; nobody is left without a word."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from matcher import Refused
from tests.support.world import BY, World
from web.models import Group, LeftOut, Membership, NeverPair, Person, Round, RoundState, Standing
from web.services.common import times
from web.services.people import erasure, participation
from web.services.rounds import drafts, editing, pots, rounds, sending
from web.services.rounds.rounds import NobodyToIntroduce, NoDraft, StaleDraft

both_databases = pytest.mark.usefixtures("both_databases")


def forbid(world: World, *pair: str) -> None:
    first, second = sorted(pair)
    with world.write() as session:
        session.add(NeverPair(programme_id=1, person_1=first, person_2=second, created_at=world.now))


def leave(world: World, person: str) -> None:
    with world.write() as session:
        participation.leave(session, session.get_one(Membership, (1, person)), now=world.now)


def the_round(world: World, number: int = 1) -> Round:
    with world.read() as session:
        return rounds.by_number(session, world.programme(session), number)


def send(world: World, number: int, version: int) -> None:
    with world.write() as session:
        sending.send_round(session, world.programme(session), number, version, by=BY, now=world.now)


def introductions(world: World) -> Counter[str]:
    world.work()
    return Counter(message.to for message in world.inbox(kind="introduction"))


def pairs_of(groups: list[list[str]]) -> set[frozenset[str]]:
    return {frozenset(group) for group in groups}


def first_movers(world: World, number: int) -> list[str]:
    with world.read() as session:
        wanted = select(Group.first_mover).join(Round, Round.id == Group.round_id).order_by(Group.id)
        return [mover or "" for mover in session.scalars(wanted.where(Round.number == number))]


# Drawing


@both_databases
def test_everybody_in_the_pot_is_in_one_group(world: World) -> None:
    people = world.join_many(9)
    world.draw()
    assert sorted(person for group in world.groups() for person in group) == sorted(people)


@both_databases
def test_an_odd_pot_has_one_three(world: World) -> None:
    world.join_many(7)
    world.draw()
    assert sorted(map(len, world.groups())) == [2, 2, 3]


def test_drawing_tells_nobody(world: World) -> None:
    world.join_many(6)
    world.work()
    before = len(world.inbox())
    world.draw()
    world.work()
    assert len(world.inbox()) == before


def test_one_seed_gives_one_round_whatever_was_drawn_before(world: World) -> None:
    world.join_many(12)
    world.draw(seed=7)
    first = world.groups()
    world.draw(seed=8)
    world.draw(seed=7)
    assert world.groups() == first


def test_drawing_again_keeps_the_number_and_counts_itself(world: World) -> None:
    world.join_many(4)
    numbers = [world.draw(), world.draw(), world.draw()]
    assert (numbers, the_round(world).redraws) == ([1, 1, 1], 2)


def test_nobody_meets_again_while_somebody_is_new(world: World) -> None:
    world.join_many(6)
    seen: list[set[frozenset[str]]] = []
    for seed in range(5):
        number = world.round(seed)
        seen.append(pairs_of(world.groups(number)))
        world.clock.turn(days=28)
    assert len(set().union(*seen)) == 15


@both_databases
def test_two_who_must_not_meet_never_do(world: World) -> None:
    people = world.join_many(4)
    forbid(world, people[0], people[1])
    forbid(world, people[2], people[3])
    found = set()
    for seed in range(8):
        world.draw(seed)
        found |= pairs_of(world.groups())
    assert not found & {frozenset(people[:2]), frozenset(people[2:])}


@pytest.mark.parametrize("count", [0, 1])
def test_a_pot_of_nobody_or_one_cannot_be_drawn(world: World, count: int) -> None:
    world.join_many(count)
    with pytest.raises(NobodyToIntroduce):
        world.draw()


def test_two_who_must_not_meet_and_nobody_else_cannot_be_drawn(world: World) -> None:
    forbid(world, *world.join_many(2))
    with pytest.raises(NobodyToIntroduce, match="none of them may meet another"):
        world.draw()


def test_turns_in_a_three_are_shared_out(world: World) -> None:
    # Each from a place of their own: crossing comes before turns, and must not get in their way here.
    world.join_together(*(world.details(organisation=f"Organisation {number}") for number in range(11)))
    turns: Counter[str] = Counter()
    for seed in range(3):
        number = world.round(seed)
        turns.update(next(group for group in world.groups(number) if len(group) == 3))
        world.clock.turn(days=28)
    assert set(turns.values()) == {1}


def test_who_would_rather_not_is_in_no_three(world: World) -> None:
    people = world.join_many(5)
    for person in people[:2]:
        with world.write() as session:
            participation.set_happy_in_three(
                session, session.get_one(Membership, (1, person)), False, now=world.now
            )
    threes = []
    for seed in range(5):
        world.draw(seed)
        threes.append(next(group for group in world.groups() if len(group) == 3))
    assert not {person for three in threes for person in three} & set(people[:2])


def test_of_each_group_the_one_asked_least_often_before_writes_first(world: World) -> None:
    world.join_many(6)
    asked: Counter[str] = Counter()
    for seed in range(4):
        number = world.round(seed)
        first = first_movers(world, number)
        for mover, group in zip(first, world.groups(number), strict=True):
            assert asked[mover] == min(asked[person] for person in group)
        asked.update(first)
        world.clock.turn(days=28)


# Sending


@both_databases
def test_everybody_has_exactly_one_introduction(world: World) -> None:
    people = world.join_many(9)
    world.round()
    wanted = Counter(world.person(person).email for person in people)
    assert introductions(world) == wanted


@both_databases
def test_sending_twice_introduces_everyone_once(world: World) -> None:
    world.join_many(5)
    number = world.draw()
    world.send(number)
    world.send(number)
    assert set(introductions(world).values()) == {1}


@both_databases
def test_a_page_of_a_draft_that_was_thrown_away_sends_no_other(world: World) -> None:
    world.join_many(6)
    number = world.draw()
    locked(world, number)
    shown = the_round(world).version
    with world.write() as session:
        drafts.discard(session, world.programme(session), shown, by=BY, now=world.now)
    for seed in (2, 3):
        assert world.draw(seed) == number
        with pytest.raises(StaleDraft):
            send(world, number, shown)


def locked(world: World, number: int) -> None:
    """Its first group is kept as it is."""
    with world.write() as session:
        programme = world.programme(session)
        editing.lock(session, programme, the_round(world).version, 1, True, by=BY, now=world.now)


def test_a_draft_changed_after_it_was_shown_is_not_sent(world: World) -> None:
    world.join_many(4)
    number = world.draw()
    shown = the_round(world).version
    world.draw(seed=2)
    with pytest.raises(StaleDraft):
        send(world, number, shown)
    assert the_round(world).state is RoundState.DRAFT


@both_databases
def test_a_draft_with_somebody_who_left_is_not_sent(world: World) -> None:
    people = world.join_many(4)
    number = world.draw()
    leave(world, people[0])
    with pytest.raises(StaleDraft, match="Person 001 is no longer in this round"):
        world.send(number)


def test_a_draft_with_somebody_erased_is_not_sent(world: World) -> None:
    people = world.join_many(4)
    number = world.draw()
    with world.write() as session:
        erasure.erase(session, session.get_one(Person, people[0]), by=BY, now=world.now)
    with pytest.raises(StaleDraft, match="somebody who has left is no longer"):
        world.send(number)


def test_a_draft_whose_pair_must_no_longer_meet_is_not_sent(world: World) -> None:
    world.join_many(4)
    number = world.draw()
    forbid(world, *world.groups()[0])
    with pytest.raises(Refused):
        world.send(number)
    assert not introductions(world)


def test_a_round_there_is_not_cannot_be_sent(world: World) -> None:
    with pytest.raises(NoDraft):
        world.send(7)


def test_a_sent_round_cannot_be_drawn_over(world: World) -> None:
    world.join_many(4)
    with world.read() as session:
        programme = world.programme(session)
        pot = pots.gather(session, programme, times.today(world.now))
    drawn = drafts.compute(pot, programme, seed=1)
    world.round()
    with pytest.raises(StaleDraft), world.write() as session:
        drafts.save_draft(session, programme, drawn, by=BY, now=world.now, version=None)


# Nobody is left without a word


def test_who_joined_after_the_draw_is_told_and_comes_first(world: World) -> None:
    world.join_many(4)
    number = world.draw()
    late = world.join(email="late@example.org")
    world.send(number)
    assert (world.letter("late@example.org").kind, world.membership(late).let_down) == ("not_this_time", True)


def test_whom_nobody_may_meet_is_told(world: World) -> None:
    people = world.join_many(5)
    for other in people[1:]:
        forbid(world, people[0], other)
    world.round()
    assert world.letter("person-001@example.org").kind == "not_this_time"


def test_nobody_is_told_that_somebody_must_not_meet_them(world: World) -> None:
    people = world.join_many(5)
    for other in people[1:]:
        forbid(world, people[0], other)
    world.round()
    assert "must not" not in world.letter("person-001@example.org").text


def test_an_organiser_is_told_why_somebody_is_left_out(world: World) -> None:
    people = world.join_many(5)
    for other in people[1:]:
        forbid(world, people[0], other)
    world.draw()
    with world.read() as session:
        out = session.get_one(LeftOut, (1, people[0]))
    assert (out.on_purpose, "must not meet" in out.reason) == (False, True)


def test_who_was_left_out_is_in_a_pair_next_time(world: World) -> None:
    people = world.join_many(5)
    for other in people[1:4]:
        forbid(world, people[0], other)
    world.round()
    world.clock.turn(days=28)
    world.round(seed=2)
    assert any(people[0] in group for group in world.groups(2))


def test_being_let_down_is_forgotten_once_made_good(world: World) -> None:
    world.join_many(4)
    number = world.draw()
    late = world.join()
    world.send(number)
    world.clock.turn(days=28)
    world.join()
    world.round(seed=2)
    assert not world.membership(late).let_down


def test_who_skips_hears_nothing(world: World) -> None:
    world.join_many(4)
    skipping = world.join(email="skips@example.org")
    with world.write() as session:
        participation.skip_next(session, session.get_one(Membership, (1, skipping)), True, now=world.now)
    world.round()
    assert [message.kind for message in world.inbox("skips@example.org")] == ["welcome", "confirm"]


# Throwing away


def test_a_draft_thrown_away_is_gone(world: World) -> None:
    world.join_many(4)
    number = world.draw()
    with world.write() as session:
        drafts.discard(session, world.programme(session), 1, by=BY, now=world.now)
    with pytest.raises(NoDraft):
        the_round(world, number)


def test_a_draft_changed_meanwhile_is_not_thrown_away(world: World) -> None:
    world.join_many(4)
    world.draw()
    world.draw(seed=2)
    with pytest.raises(StaleDraft), world.write() as session:
        drafts.discard(session, world.programme(session), 1, by=BY, now=world.now)


def test_rounds_are_numbered_in_order(world: World) -> None:
    world.join_many(4)
    numbers = []
    for seed in range(3):
        numbers.append(world.round(seed))
        world.clock.turn(days=28)
    assert [after - before for before, after in pairwise(numbers)] == [1, 1]


@both_databases
def test_two_programmes_have_rounds_of_their_own(world: World) -> None:
    world.join_many(4)
    world.round()
    world.start("charities", "Charities Unmentoring")
    world.slug = "charities"
    world.join_many(4)
    assert world.round() == 1


def skips(world: World, membership: Membership) -> None:
    membership.skips_next = True


def pauses(world: World, membership: Membership) -> None:
    membership.paused_until = (world.now + timedelta(days=90)).date()


def is_silent(world: World, membership: Membership) -> None:
    membership.silent_since = world.now


def has_not_said_yes(world: World, membership: Membership) -> None:
    membership.standing = Standing.INVITED


def comes_back(membership: Membership) -> None:
    membership.standing, membership.skips_next = Standing.ACTIVE, False
    membership.paused_until, membership.silent_since = None, None


@pytest.mark.parametrize(
    ("stays_away", "reads"),
    [
        (skips, "You had skipped or paused"),
        (pauses, "You had skipped or paused"),
        (is_silent, "You were paused after two silent rounds"),
        (has_not_said_yes, "before you said that you take part"),
    ],
)
def test_who_comes_back_after_the_draw_reads_their_own_reason_and_not_the_organisers(
    world: World, stays_away: Callable[[World, Membership], None], reads: str
) -> None:
    people = world.join_many(5)
    with world.write() as session:
        stays_away(world, session.get_one(Membership, (1, people[0])))
    world.draw()
    with world.write() as session:
        comes_back(session.get_one(Membership, (1, people[0])))
    world.send(1)
    letter = world.letter(world.person(people[0]).email, "not_this_time").text
    assert (reads in letter, "The organisers left you out" in letter) == (True, False)
