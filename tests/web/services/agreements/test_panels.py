"""Objections are judged by people drawn by chance, and by nobody who runs the programme."""

from datetime import timedelta

import pytest

from tests.support.consenting import Consent, said
from tests.support.world import World
from web.models import ObjectionState, OrganiserRole, Person, Role, Standing
from web.services.agreements import answering, panels, proposals
from web.services.agreements.proposals import Proposer
from web.services.organisers import accounts
from web.services.people import participation


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent.among(world, 9)


def objected(consent: Consent) -> int:
    number = consent.open()
    consent.object(number, consent.people[0])
    return number


def test_five_are_drawn_and_told(consent: Consent, world: World) -> None:
    members = consent.panel(objected(consent))
    told = sorted(one.to for one in world.inbox(kind="panel"))
    assert told == sorted(str(world.person(member).email) for member in members)


def test_who_objects_does_not_judge(consent: Consent) -> None:
    number = objected(consent)
    for person in consent.people[1:4]:
        consent.object(number, person)
    assert set(consent.panel(number)) == set(consent.people[4:])


def test_who_proposed_does_not_judge(consent: Consent) -> None:
    author, objector, *others = consent.people
    number = consent.propose(said("Who may organise"), Proposer(author, participates=True))
    consent.second(number, consent.organiser)
    consent.look()
    for person in (objector, *others[:2]):
        consent.object(number, person)
    assert set(consent.panel(number)) == set(others[2:])


def test_who_runs_the_programme_does_not_judge(consent: Consent, world: World) -> None:
    number = objected(consent)
    for person in consent.people[1:4]:
        run_it(world, person)
    assert set(consent.panel(number)) == set(consent.people[4:])


def run_it(world: World, person: str) -> None:
    """Somebody who takes part is an organiser from now on."""
    with world.write() as session:
        email = str(session.get_one(Person, person).email)
        accounts.add(session, world.programme(session), email, Role.ORGANISER, by="a test", now=world.now)


def test_who_proposed_it_as_an_organiser_and_is_none_any_more_does_not_judge(world: World) -> None:
    consent = Consent.among(world, 6)
    author, objector, *others = consent.people
    organiser = world.appoint(str(world.person(author).email))
    number = consent.open(by=Proposer(organiser))
    with world.write() as session:
        role = session.get_one(OrganiserRole, (organiser, world.programme(session).id))
        session.delete(role)
    consent.object(number, objector)
    assert set(consent.panel(number)) == set(others)


def test_a_member_who_objects_does_not_judge_any_more(consent: Consent) -> None:
    number = objected(consent)
    member = consent.panel(number)[0]
    consent.object(number, member, "So do I.")
    with pytest.raises(proposals.NotOpenToThat, match="others judge"):
        consent.find(number, member, True)


def test_a_member_who_runs_the_programme_by_now_does_not_judge(consent: Consent, world: World) -> None:
    number = objected(consent)
    member = consent.panel(number)[0]
    run_it(world, member)
    with pytest.raises(proposals.NotOpenToThat, match="others judge"):
        consent.find(number, member, False)


def test_a_member_who_objects_is_not_waited_for(consent: Consent) -> None:
    number = objected(consent)
    one, two, *others = consent.panel(number)
    for member in others:
        consent.object(number, member, "So do I.")
    consent.find(number, one, True)
    consent.find(number, two, False)
    assert consent.objections(number)[0] is ObjectionState.HOLDS


def test_with_fewer_than_three_to_draw_the_objection_stands(world: World) -> None:
    consent = Consent.among(world, 5)
    number = consent.open()
    for person in consent.people[:3]:
        consent.object(number, person)
    with pytest.raises(panels.TooFew):
        consent.panel(number)


def test_the_first_side_that_is_two_ahead_decides(consent: Consent) -> None:
    number = objected(consent)
    members = consent.panel(number)
    consent.find(number, members[0], True)
    before = consent.objections(number)
    consent.find(number, members[1], True)
    assert (before, consent.objections(number)) == ([ObjectionState.OPEN], [ObjectionState.HOLDS])


def test_an_objection_that_does_not_hold_leaves_two_days(consent: Consent, world: World) -> None:
    number = objected(consent)
    consent.later(days=8)
    for member in consent.panel(number)[:2]:
        consent.find(number, member, False)
    assert consent.ends_at(number) == world.now + timedelta(hours=48)


def test_what_does_not_hold_is_not_in_the_way(consent: Consent) -> None:
    number = objected(consent)
    for member in consent.panel(number)[:2]:
        consent.find(number, member, False)
    consent.later(days=8)
    assert consent.state(number) == "adopted"


def test_what_holds_is_in_the_way_until_it_is_amended(consent: Consent) -> None:
    number = objected(consent)
    for member in consent.panel(number)[:2]:
        consent.find(number, member, True)
    consent.later(days=8)
    before = consent.state(number)
    consent.amend(number)
    consent.look()
    consent.later(days=2)
    assert (before, consent.state(number)) == ("open", "adopted")


def test_a_tie_upholds(consent: Consent) -> None:
    number = objected(consent)
    one, other, *_ = consent.panel(number)
    consent.find(number, one, True)
    consent.find(number, other, False)
    consent.later(days=3)
    assert consent.objections(number) == [ObjectionState.HOLDS]


def test_a_majority_decides_after_three_days(consent: Consent) -> None:
    number = objected(consent)
    one, two, three, *_ = consent.panel(number)
    for member, holds in ((one, True), (two, False), (three, False)):
        consent.find(number, member, holds)
    before = consent.objections(number)
    consent.later(days=3)
    assert (before, consent.objections(number)) == ([ObjectionState.OPEN], [ObjectionState.DOES_NOT_HOLD])


@pytest.mark.parametrize("answers", [0, 1])
def test_a_silent_panel_upholds(consent: Consent, answers: int) -> None:
    number = objected(consent)
    for member in consent.panel(number)[:answers]:
        consent.find(number, member, False)
    consent.later(days=3)
    assert consent.objections(number) == [ObjectionState.HOLDS]


def test_the_same_is_not_objected_to_again(consent: Consent) -> None:
    number = objected(consent)
    for member in consent.panel(number)[:2]:
        consent.find(number, member, False)
    with pytest.raises(proposals.NotOpenToThat, match="does not hold"):
        consent.object(number, consent.people[0], "But I mean it.")


def test_nobody_who_was_not_drawn_judges(consent: Consent) -> None:
    number = objected(consent)
    members = consent.panel(number)
    outsider = next(person for person in consent.people if person not in members)
    with pytest.raises(proposals.NotOpenToThat, match="drawn"):
        consent.find(number, outsider, False)


def test_a_judgement_needs_a_reason(consent: Consent) -> None:
    number = objected(consent)
    with pytest.raises(answering.BadAnswer, match="why"):
        consent.find(number, consent.panel(number)[0], False, " ")


def test_an_objection_whose_author_leaves_goes_to_a_panel_by_itself(consent: Consent, world: World) -> None:
    objected(consent)
    _leave(world, consent.people[0])
    consent.look()
    assert len(world.inbox(kind="panel")) == 5


def _leave(world: World, person: str) -> None:
    with world.write() as session:
        membership = participation.sections(session, session.get_one(Person, person))[0].membership
        membership.standing = Standing.LEFT
        session.add(membership)


def test_who_leaves_the_panel_is_not_waited_for(consent: Consent, world: World) -> None:
    number = objected(consent)
    members = consent.panel(number)
    for member in members[2:]:
        _leave(world, member)
    consent.find(number, members[0], True)
    consent.find(number, members[1], False)
    assert consent.objections(number) == [ObjectionState.HOLDS]


def test_of_a_member_who_has_judged_and_left_the_rest_is_waited_for(consent: Consent, world: World) -> None:
    number = objected(consent)
    first, second, third, fourth, last = consent.panel(number)
    consent.find(number, first, True)
    _leave(world, first)
    for member, holds in ((second, False), (third, True), (fourth, False)):
        consent.find(number, member, holds)
    before = consent.objections(number)
    consent.find(number, last, False)
    assert (before, consent.objections(number)) == ([ObjectionState.OPEN], [ObjectionState.DOES_NOT_HOLD])


def test_a_panel_is_over_when_the_objection_is_taken_back(consent: Consent) -> None:
    number = objected(consent)
    members = consent.panel(number)
    consent.agree(number, consent.people[0])
    with pytest.raises(AssertionError, match="no panel sits"):
        consent.find(number, members[0], True)


def test_the_three_days_stand_still_while_the_programme_is_held(consent: Consent, world: World) -> None:
    number = objected(consent)
    members = consent.panel(number)
    world.change(paused_at=world.now)
    consent.later(days=10)
    world.change(paused_at=None)
    consent.look()
    consent.find(number, members[0], True)
    assert consent.objections(number) == [ObjectionState.OPEN]
