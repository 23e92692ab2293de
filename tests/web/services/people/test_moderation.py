"""What an organiser decides about one person."""

import pytest
from sqlalchemy import select

from tests.support.world import BY, World
from web.models import AuditEntry, Membership, NeverPair, Person, Standing
from web.services.people import moderation
from web.services.rounds import keeping_apart


def suspend(world: World, person: str, reason: str = "Sells things") -> None:
    with world.write() as session:
        who = session.get_one(Person, person)
        moderation.suspend(session, world.programme(session), who, reason, by=BY, now=world.now)


def unsuspend(world: World, person: str) -> None:
    with world.write() as session:
        who = session.get_one(Person, person)
        moderation.unsuspend(session, world.programme(session), who, by=BY, now=world.now)


def is_placed(world: World, person: str) -> bool:
    return any(person in group for group in world.groups())


@pytest.mark.usefixtures("both_databases")
def test_who_is_suspended_is_in_no_round_until_let_in_again(world: World) -> None:
    person, *_ = world.join_many(5)
    suspend(world, person)
    world.draw()
    before = is_placed(world, person)
    unsuspend(world, person)
    world.draw(seed=2)
    assert (before, is_placed(world, person)) == (False, True)


def test_the_partner_of_who_is_suspended_is_told_and_comes_first_next_time(world: World) -> None:
    one, other = world.join_many(2)
    world.round()
    suspend(world, one)
    letter = world.letter(world.person(other).email or "")
    assert (letter.kind, world.membership(other).let_down) == ("partner_gone", True)


def test_nothing_more_about_rounds_goes_to_who_is_suspended(world: World) -> None:
    one, _ = world.join_many(2)
    world.round()
    suspend(world, one)
    world.clock.turn(days=14)
    world.worker.sweep()
    assert world.inbox(world.person(one).email, kind="check_in") == []


def test_who_had_left_has_to_join_again_themselves(world: World) -> None:
    person = world.join()
    with world.write() as session:
        membership = session.get_one(Membership, (1, person))
        membership.standing, membership.left_at = Standing.LEFT, world.now
    suspend(world, person)
    unsuspend(world, person)
    assert world.membership(person).standing is Standing.LEFT


def test_never_pairs_are_kept_once_and_both_ways_round(world: World) -> None:
    one, other = world.join_many(2)
    with world.write() as session:
        programme = world.programme(session)
        for pair in ((one, other), (other, one)):
            keeping_apart.keep_apart(session, programme, *pair, by=BY, now=world.now)
        kept = session.scalars(select(NeverPair)).all()
        keeping_apart.let_meet(session, programme, other, one, by=BY, now=world.now)
        left = session.scalars(select(NeverPair)).all()
    with world.read() as session:
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("never"))).all()
    assert (len(kept), len(left), done) == (1, 0, ["never-pair added", "never-pair removed"])


def test_each_of_the_two_and_the_audit_tell_of_it_by_names(world: World) -> None:
    one, other = (world.join(name) for name in ("Amina Yusuf", "Tom Field"))
    with world.write() as session:
        keeping_apart.keep_apart(session, world.programme(session), one, other, by=BY, now=world.now)
    owner = world.organiser()
    told = [owner.open(f"/organise/councils/people/{person}").text for person in (one, other)]
    audit = owner.open("/organise/councils/audit").text
    assert [text.count("Kept two people apart") for text in told] == [1, 1]
    assert ("Amina Yusuf" in audit and "Tom Field" in audit, one in audit or other in audit) == (True, False)


def test_nobody_is_kept_apart_from_themselves(world: World) -> None:
    person = world.join()
    with world.write() as session, pytest.raises(keeping_apart.NotApart, match="two different people"):
        keeping_apart.keep_apart(session, world.programme(session), person, person, by=BY, now=world.now)


def test_a_link_goes_out_once_in_ten_minutes(world: World) -> None:
    person = world.join(email="amina@example.org")
    visitor = world.organiser().open(f"/organise/councils/people/{person}")
    first = visitor.press("Send a link to their page").text
    second = visitor.press("Send a link to their page").text
    page = world.visitor().open(world.link_in(world.letter("amina@example.org", "my_link"), "/me/"))
    assert ("on its way" in first, "less than ten minutes" in second, page.heading) == (
        True,
        True,
        "Hello Person 001",
    )
